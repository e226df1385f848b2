"""Words, pairs of words and pieces of words as numbers of buckets."""

from __future__ import annotations

from zlib import crc32

from helpers.practice.models.cache import word_cache

from .clauses import clause_weights
from .lexicon import Lexicon
from .text import PUNCTUATION

BUCKETS = 1 << 14
WORD, PAIR, PIECE = 1.0, 0.8, 0.6  # how loudly each kind of feature speaks
_NEGATORS = frozenset([
    "not", "no", "never", "nothing", "nobody", "none", "without", "neither", "nor", "hardly", "barely",
])
_REACH = 4
_LONGEST = 24  # letters of a word that are read


def bucket(text: str) -> int:
    """The bucket of a feature's name, the same on every machine."""
    return crc32(text.encode()) % BUCKETS


def features(words: list[str], lexicon: Lexicon) -> list[tuple[tuple[int, ...], float]]:
    """Groups of (buckets, loudness) for one text: negated words are marked, pairs cross no punctuation."""
    groups: list[tuple[tuple[int, ...], float]] = []
    negated, before = 0, "^"
    for word, weight in zip(words, clause_weights(words), strict=True):
        if word in PUNCTUATION:
            negated, before = 0, "^"
            continue
        base = lexicon.base(word)
        groups += [(_single(base, negated > 0), WORD * weight), (_pair(before, base), PAIR * weight)]
        groups += [(_pieces(word), PIECE * weight)]
        negated = _REACH if word in _NEGATORS else max(0, negated - 1)
        before = base
    return groups


@word_cache
def _single(base: str, negated: bool) -> tuple[int, ...]:
    return (bucket(("!" if negated else "") + base),)


@word_cache
def _pair(left: str, right: str) -> tuple[int, ...]:
    return (bucket(f"{left} {right}"),)


@word_cache
def _pieces(word: str) -> tuple[int, ...]:
    padded = f"<{word[:_LONGEST]}>"
    spans = ((at, at + size) for size in (4, 5) for at in range(len(padded) - size + 1))
    return tuple(bucket(f"~{padded[start:end]}") for start, end in spans)
