"""The practice zero-shot model: labels it has never been told, hypotheses that count as a whole."""

from __future__ import annotations

import pytest

from helpers.practice.models import zero_shot
from tools.train import zero_shot_fields


@pytest.fixture(scope="module")
def model() -> zero_shot.ZeroShot:
    return zero_shot.load()


def best(model: zero_shot.ZeroShot, text: str, labels: list[str]) -> str:
    scores = model.scores(text, labels)
    return labels[scores.index(max(scores))]


@pytest.mark.parametrize(
    ("text", "labels", "label"),
    [
        (
            "The invoice shows a sum that we never agreed on",
            ["login", "billing", "shipping", "praise"],
            "billing",
        ),
        ("The goalkeeper let in four goals", ["cooking", "travel", "football", "law"], "football"),
        ("Boil the potatoes and mash them with butter", ["music", "cooking", "cars", "politics"], "cooking"),
        ("Nothing loads, the whole service is down", ["outage", "refund", "hiring", "pricing"], "outage"),
        (
            "Could you add an export to Excel?",
            ["complaint", "billing", "feature request", "shipping"],
            "feature request",
        ),
        ("She was sentenced to five years in prison", ["crime", "gardening", "fashion", "weather"], "crime"),
    ],
)
def test_fitting_label_wins(model, text, labels, label):
    """Everyday and technical labels are found without any training on them."""
    assert best(model, text, labels) == label


def test_scores_are_shares(model):
    """Single-label scores sum to 1 and follow the order of the labels."""
    labels = ["billing", "login", "weather"]
    scores = model.scores("My card was charged twice", labels)
    turned = model.scores("My card was charged twice", labels[::-1])
    assert sum(scores) == pytest.approx(1, abs=1e-4) and turned[::-1] == pytest.approx(scores, abs=1e-6)


def test_multi_label_stands_alone(model):
    """With `multi_label`, fitting labels pass 0.5, others stay below, and other labels do not change the
    fit much."""
    text = "The courier broke the vase and now I want my money back"
    scores = model.scores(text, ["refund", "delivery", "astronomy"], multi_label=True)
    assert scores[0] > 0.5 > scores[2] and all(0 <= s <= 1 for s in scores)


def test_template_counts(model):
    """Another wording of the hypothesis gives other scores; one about feelings favours feelings."""
    text, labels = "I was charged twice and I am furious", ["billing", "anger"]
    plain = model.scores(text, labels)
    feeling = model.scores(text, labels, template="The emotion of the writer is {}.")
    assert feeling[1] > plain[1] + 0.01


@pytest.mark.parametrize("text", ["", "zzz qqq", "😀"])
def test_texts_without_meaning(model, text):
    """A text that says nothing gives every label about the same share, and no NaN."""
    scores = model.scores(text, ["billing", "login", "weather", "sports"])
    assert sum(scores) == pytest.approx(1, abs=1e-4) and max(scores) < 0.5


def test_one_label_and_none(model):
    """One label gets everything; no label gives no score."""
    assert model.scores("hello", ["billing"]) == [1.0] and model.scores("hello", []) == []


@pytest.mark.parametrize(
    ("text", "labels", "label"),
    [
        ("The cups danced on the shelf and the walls shook", ["earthquake", "kitchen shelves", "music"], "earthquake"),
        ("The bank said yes, the keys are ours in May", ["buying a home", "river bank", "spring"], "buying a home"),
        ("The app closes as soon as I tap the printer icon", ["crash", "printing", "billing"], "crash"),
        ("The wheel spins and each page takes half a minute", ["performance", "car wheels", "book pages"], "performance"),
    ],
)
def test_the_whole_text_beats_one_shared_word(model, text, labels, label):
    """An event told by its effects wins over a label that shares a word with the text by chance."""
    assert best(model, text, labels) == label


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Sorry that I forgot to call you back yesterday", "apology"),
        ("Would you like to come to our garden party on Sunday?", "invitation"),
        ("Which bus goes to the castle?", "question"),
        ("Don't forget that the books are due on Friday", "reminder"),
        ("Keep away from the cliff, the edge is loose", "warning"),
        ("From the first of May the pool will be closed on Mondays", "announcement"),
        ("Congratulations on your degree, well done!", "congratulations"),
    ],
)
def test_form_tells_the_kind_of_text(model, text, label):
    """Kinds of text are told by their form, whatever the text is about."""
    kinds = ["apology", "invitation", "question", "reminder", "warning", "announcement", "congratulations"]
    assert best(model, text, kinds) == label


def test_every_field_can_be_found_by_its_name(model):
    """Each name of a field stands for that field, and no two lines of the files are lost in another."""
    fields = zero_shot_fields.parse()
    assert all(i in model._fields._meant(f.names[0]) for i, f in enumerate(fields))
    assert len(fields) > 250


def test_a_label_of_many_words_costs_no_more_than_its_length(model, monkeypatch):
    """Names of fields are looked for in rows of words as long as the longest name, not in all rows of a label."""
    asked = []

    class Counted(dict):
        def get(self, key, default=None):
            asked.append(key)
            return super().get(key, default)

    fields = model._fields
    monkeypatch.setattr(fields, "_by_name", Counted(fields._by_name))
    fields._find_meaning(" ".join(f"qx{i}" for i in range(1000)))
    assert len(asked) <= 1000 * fields._longest_name and max(len(words.split()) for words in asked) == fields._longest_name


def test_of_a_long_text_the_beginning_is_held_against_the_labels(model):
    """Cues are sought in the first words only, so that fifty labels of a text of 200,000 letters take no minutes."""
    words = model._fields._read("refund delivery " * 20_000)
    assert 0 < len(words) <= 2048
