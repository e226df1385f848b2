"""What a model remembers about words is bounded, in words and in letters."""

from __future__ import annotations

from helpers.practice.models import ner, sentiment
from helpers.practice.models.cache import KEPT, LONGEST, word_cache
from helpers.practice.models.chat import words as chat_words
from helpers.practice.models.ner import seeing, tokens


def test_a_word_is_worked_out_once():
    """The second time a word comes, its result is remembered."""
    asked = []
    length = word_cache(lambda word: asked.append(word) or len(word))
    assert [length("seed"), length("seed"), length("limit")] == [4, 4, 5]
    assert asked == ["seed", "limit"]


def test_long_words_are_not_kept():
    """A word of a hundred thousand letters is worked out each time, and leaves nothing behind."""
    asked = []
    length = word_cache(lambda word: asked.append(word) or len(word))
    for size in (LONGEST, LONGEST, LONGEST + 1, LONGEST + 1, 100_000, 100_000):
        assert length("x" * size) == size
    assert len(asked) == 5
    assert length.cache_info().currsize == 1


def test_models_forget_old_words():
    """Thousands of words that nobody used before do not make the models grow without end."""
    model = sentiment.load()
    new = " ".join(f"word{number}" for number in range(KEPT + 500))
    model.scores([" ".join(new.split()[at : at + 100]) for at in range(0, KEPT + 500, 100)])
    chat_words.terms(new)
    ner.load().spans(new[:20_000])
    caches = [model._lexicon.base, model._lexicon._word, model._heard, tokens.fold, seeing._shape, chat_words._word]
    assert all(0 < cache.cache_info().currsize <= KEPT for cache in caches)
