"""The practice zero-shot model: labels it has never been told, hypotheses that count as a whole."""

from __future__ import annotations

import pytest

from helpers.practice.models import zero_shot


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
