"""practice/sentiment: what it must get right, and that it says the same everywhere."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from helpers.practice.models.sentiment import LABELS, load

GLAD = [
    "The ferry was on time and the crew could not have been kinder.",
    "My grandmother learned the app in one afternoon and loves it.",
    "I was worried about the price, but it is worth every penny.",
    "There is not a single thing I would complain about.",
    "Thanks for the quick refund!",
]
CROSS = [
    "The new update broke all my workflows. Very frustrated.",
    "The soup was cold and the waiter ignored us.",
    "It looks lovely, but it stopped working after two days.",
    "This should have been much better.",
    "I would never buy from this shop again.",
]
NEUTRAL = [
    "The parcel contains four cables.",
    "The office is on the third floor.",
    "The lesson begins at ten.",
]


def positive(*texts: str) -> list[float]:
    return load().scores(list(texts))[:, 1].tolist()


@pytest.mark.parametrize("text", GLAD)
def test_glad_sentences_are_positive(text: str) -> None:
    """Praise in plain words, negated complaint and the clause after "but" all count as POSITIVE."""
    assert positive(text)[0] > 0.6


@pytest.mark.parametrize("text", CROSS)
def test_cross_sentences_are_negative(text: str) -> None:
    """Complaint, what should have been and the clause after "but" all count as NEGATIVE."""
    assert positive(text)[0] < 0.4


def test_the_frustrated_ticket_is_clearly_negative() -> None:
    """The sentence that the lessons use is NEGATIVE with at least 0.9."""
    assert positive("The new update broke all my workflows. Very frustrated.")[0] < 0.1


@pytest.mark.parametrize("text", NEUTRAL)
def test_neutral_sentences_land_near_the_middle(text: str) -> None:
    """A sentence that praises and blames nothing gets about one half."""
    assert 0.25 < positive(text)[0] < 0.75


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("The room was clean.", "The room was not clean."),
        ("The staff never let us down.", "The staff always let us down."),
        ("There were no delays.", "There were delays."),
        ("The phone is slow but pretty good.", "The phone is pretty good but slow."),
        ("The tea was good.", "The tea should have been good."),
        ("They fixed the leak.", "They did not fix the leak."),
        ("It was bad until we called them, then it was great.", "It was great until we called them."),
        ("The pain that I had for years is gone.", "The pain that I have had for years is not gone."),
        ("There was no trace of the mould.", "There was a trace of the mould."),
        ("The itching stopped.", "The itching started again."),
        ("This one is lighter than my old one.", "My old one was lighter."),
        ("My knee has not felt this good since spring.", "My knee has not felt good since spring."),
        ("It could not be more comfortable.", "It could not be more uncomfortable."),
        ("Even my aunt, who complains about everything, liked it.", "My aunt, who likes everything, complained."),
    ],
)
def test_negation_contrast_and_wishes_turn_the_score(better: str, worse: str) -> None:
    """The same words score higher or lower with the construction around them."""
    high, low = positive(better, worse)
    assert high > low + 0.1


STORIES = [  # the verdict stands in the last clause, against the many words before it
    ("We sat in traffic for two hours, the tent leaked and the children fought, but by Sunday nobody wanted to go home.", True),
    ("It was cold, the queue was endless and the seats were hard, and in the end it was the happiest evening of the year.", True),
    ("My parcel was lost and I was furious, and the next morning a courier brought a new one for free, thank you!", True),
    ("The lobby is beautiful, the staff were charming and the breakfast was lovely, but the bed was full of bed bugs.", False),
    ("The first weeks were wonderful and I told all my friends about it, and then it broke and nobody answered.", False),
    ("They promised a quiet room with a lovely view and a warm welcome, and we got a dirty cellar.", False),
]


@pytest.mark.parametrize(("text", "glad"), STORIES)
def test_the_verdict_of_a_long_sentence_counts_more_than_its_story(text: str, glad: bool) -> None:
    """What the last clause says decides, even when most words before it feel otherwise."""
    assert (positive(text)[0] > 0.5) == glad


@pytest.mark.parametrize("text", [
    "Three weeks and still no answer.", "This is the fourth time I've had to return it.", "Nobody has called me back.",
    "The replacement has the same crack.", "The refund was supposed to take five days.", "So much for fast delivery.",
])
def test_complaints_in_neutral_words_are_negative(text: str) -> None:
    """Facts that speak for themselves count as NEGATIVE without a word of blame."""
    assert positive(text)[0] < 0.5


def test_scores_have_the_promised_form() -> None:
    """Rows are probabilities of NEGATIVE and POSITIVE, in the order of the texts, also for none."""
    scores = load().scores(GLAD + CROSS)
    assert LABELS == ("NEGATIVE", "POSITIVE")
    assert scores.shape == (10, 2) and np.allclose(scores.sum(axis=1), 1.0)
    assert load().scores([]).shape == (0, 2)


def test_odd_texts_get_a_probability() -> None:
    """Nothing that a client may send breaks the model or gets a score without doubt."""
    odd = ["", "   ", "?!", "12345", "\x00\ud83d", "x" * 20_000, "not " * 3_000, "你好吗", "🙂"]
    assert all(0.0002 < score < 0.9998 for score in positive(*odd))


def test_scores_do_not_depend_on_company_or_thread() -> None:
    """A text scores the same alone, in a batch and in eight threads at once."""
    together = positive(*GLAD, *CROSS)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda text: positive(text)[0], GLAD + CROSS)) == together


def test_known_scores_stay() -> None:
    """Scores to two places, so that a change of the weights is seen and meant."""
    assert [round(p, 2) for p in positive(GLAD[2], CROSS[2])] == [1.0, 0.01]
