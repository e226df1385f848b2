"""practice/sentiment: is a text glad or cross? A polarity lexicon, a few rules and a logistic regression."""

from __future__ import annotations

import math
from functools import lru_cache
from pathlib import Path

import numpy as np

from helpers.practice.models.cache import word_cache

from . import hashing, rules
from .lexicon import Lexicon
from .lexicon import load as load_lexicon
from .text import tokens

LABELS = ("NEGATIVE", "POSITIVE")
MAX_WORDS = 400  # of a longer text the first and the last 200 words are read
_SUREST = 8.0  # log-odds beyond which no text of a few words can be trusted: 0.9997
_WEIGHTS = Path(__file__).parent / "weights.npz"


class Sentiment:
    """The trained model; `scores` may be called from several threads."""

    def __init__(self, lexicon: Lexicon, dense: list[float], hashed: list[int], step: float) -> None:
        self._lexicon = lexicon
        self._dense = dense
        self._hashed = hashed
        self._step = step
        self._heard = word_cache(self._sum)

    def scores(self, texts: list[str]) -> np.ndarray:
        """Probabilities (n, 2) of NEGATIVE and POSITIVE, rows sum to 1; without any cue near 0.5."""
        positive = np.array([self._positive(text) for text in texts], dtype=float)
        return np.stack([1.0 - positive, positive], axis=1)

    def _positive(self, text: str) -> float:
        # Six places: the same on every machine whatever its last bit of exp is.
        return round(1.0 / (1.0 + math.exp(-max(-_SUREST, min(_SUREST, self.logit(text))))), 6)

    def logit(self, text: str) -> float:
        """Calibrated log-odds of POSITIVE."""
        words = clipped(tokens(text))
        dense = rules.features(words, self._lexicon)
        return math.fsum(w * x for w, x in zip(self._dense, dense, strict=True)) + self._read(words)

    def _read(self, words: list[str]) -> float:
        """The hashed part; whole-number weights make each word's sum exact."""
        groups = hashing.features(words, self._lexicon)
        total = math.fsum(loudness * self._heard(buckets) for buckets, loudness in groups)
        return total * self._step * length_factor(len(words))

    def _sum(self, buckets: tuple[int, ...]) -> int:
        return sum(self._hashed[bucket] for bucket in buckets)


def clipped(words: list[str]) -> list[str]:
    """At most `MAX_WORDS` of `words`: the beginning and the end of a long text."""
    half = MAX_WORDS // 2
    return words if len(words) <= MAX_WORDS else words[:half] + words[-half:]


def length_factor(count: int) -> float:
    """Keeps the hashed features of a long text from drowning the lexicon's."""
    return 1.0 / math.sqrt(max(count, 4))


@lru_cache(maxsize=1)
def load() -> Sentiment:
    """The model with the weights beside this file, read once."""
    with np.load(_WEIGHTS) as weights:
        dense, hashed, step = (weights[name] for name in ("dense", "hashed", "step"))
    return Sentiment(load_lexicon(), dense.tolist(), hashed.tolist(), float(step))
