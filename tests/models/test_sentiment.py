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
    ],
)
def test_negation_contrast_and_wishes_turn_the_score(better: str, worse: str) -> None:
    """The same words score higher or lower with the construction around them."""
    high, low = positive(better, worse)
    assert high > low + 0.1


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
    assert [round(p, 2) for p in positive(GLAD[2], CROSS[2])] == [0.99, 0.03]
