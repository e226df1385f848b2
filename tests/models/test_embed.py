"""The practice embedding model: meaning before spelling, the same numbers everywhere."""

from __future__ import annotations

import threading
import tracemalloc

import numpy as np
import pytest

from helpers.practice.models import embed


@pytest.fixture(scope="module")
def model() -> embed.Embedder:
    return embed.load()


def cosines(model: embed.Embedder, *texts: str) -> np.ndarray:
    rows = model.embed(list(texts))
    return rows @ rows.T


def test_shape_and_length(model):
    """Rows come in order, one per text, float32 and of length 1."""
    rows = model.embed(["How do I log in?", "refund", "Où est mon colis ?"])
    assert rows.shape == (3, model.dim) and rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("text", ["", "   ", "?!", "the of a", "\n", "🙂", "x" * 5000, "日本語"])
def test_odd_texts(model, text):
    """Texts without known words still give a finite vector of length 1."""
    row = model.embed([text])[0]
    assert np.isfinite(row).all() and np.linalg.norm(row) == pytest.approx(1, abs=1e-5)


def test_no_texts(model):
    """An empty list gives an empty array with the right width."""
    assert model.embed([]).shape == (0, model.dim)


def test_meaning_beats_topic(model):
    """To cancel and to unsubscribe are clearly closer to each other than either is to pricing."""
    c = cosines(
        model,
        "How do I cancel my subscription?",
        "What is the process to unsubscribe?",
        "Tell me about your pricing plans.",
    )
    assert c[0, 1] > c[0, 2] + 0.2 and c[0, 1] > c[1, 2] + 0.2


@pytest.mark.parametrize(
    ("a", "near", "far"),
    [
        ("The parcel never came", "My shipment has not arrived", "I forgot my password"),
        ("It is pouring with rain", "A storm with heavy showers", "The striker scored a goal"),
        ("The doctor gave me pills", "A physician prescribed medicine", "Our garden is full of roses"),
    ],
)
def test_no_shared_word_needed(model, a, near, far):
    """Synonyms bring texts together that share no content word."""
    c = cosines(model, a, near, far)
    assert c[0, 1] > c[0, 2] + 0.2


@pytest.mark.parametrize(
    ("query", "target", "other"),
    [
        ("Pull the plug on our plan", "Terminate the contract", "Where the device is plugged in"),
        ("It keels over all the time", "Unexpected crash of the application", "Change the time zone"),
        ("A living soul, please, not the bot", "Talk to a human agent", "Train the chatbot"),
        ("My plastic has run out", "Replace an expired credit card", "Recycle the packaging"),
    ],
)
def test_figures_of_speech_find_the_term_of_the_trade(model, query, target, other):
    """Everyday and figurative wordings are nearer to the matter than to a text about the thing they name."""
    c = cosines(model, query, target, other)
    assert c[0, 1] > c[0, 2] + 0.1


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("charged twice", "charging twice"),
        ("My pasword is wrong", "My password is wrong"),
        ("I can't sign in", "I cannot sign in"),
    ],
)
def test_spelling_variants(model, a, b):
    """Inflection, contraction and a typing error hardly move a text."""
    assert cosines(model, a, b)[0, 1] > 0.75


def test_separable_verbs(model):
    """A phrase is found even with words between its parts."""
    keys = [unit.key for unit in model.lexicon.read("Please send the wet shoes back")]
    assert "send back" in keys


def test_context_chooses_the_sense(model):
    """The same ambiguous word means another thing in another sentence."""
    c = cosines(
        model,
        "The match ended after extra time",
        "A goal in the second half",
        "Light a candle with a match",
        "fire and smoke",
    )
    assert c[0, 1] > c[0, 3] and c[2, 3] > c[2, 1]


def test_batches_do_not_matter(model):
    """A text has the same vector alone and among others."""
    texts = ["Where is my order?", "Please add a dark theme", "The app crashes"]
    assert np.array_equal(model.embed(texts)[1], model.embed(texts[1:2])[0])


def test_threads_agree(model):
    """Threads that share the model get the same vectors."""
    texts, found = [f"ticket number {i} about login" for i in range(40)], {}
    threads = [threading.Thread(target=lambda k=k: found.update({k: model.embed(texts)}), daemon=True) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4 and all(np.array_equal(found[0], rows) for rows in found.values())


def test_tokens_are_counted(model):
    """The count grows with the words and includes two marks."""
    assert model.count_tokens("") == 2 and model.count_tokens("one two") == 4


def test_a_row_of_letters_costs_no_more_than_words(model):
    """A text of one endless word is read in pieces: no memory that grows with the square of its length."""
    tracemalloc.start()
    try:
        model.embed(["B" * 3000, "b" * 3000 + " refund", "f1" * 1500])
        assert tracemalloc.get_traced_memory()[1] < 20e6
    finally:
        tracemalloc.stop()
    assert model.count_tokens("B" * 3000) == 32


def test_of_a_long_text_the_beginning_is_read(model):
    """Each word is compared with every other, so a book must not be read whole; what comes after the beginning changes nothing."""
    long = "The bank of the river cancelled my order and the charge on the bill. " * 2000
    assert len(model.lexicon.read(long)) <= 512
    assert (model.embed([long])[0] == model.embed([long + " A cat sleeps."])[0]).all()
