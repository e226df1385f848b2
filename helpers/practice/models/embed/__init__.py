"""Sentence embeddings of the course: a hand-written lexicon of concepts, trained vectors, numpy only."""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np

from ..cache import KEPT
from .hashing import spelling
from .learned import Learned
from .lexicon import Lexicon, Unit
from .words import tokenize

WEIGHTS = Path(__file__).with_name("weights.npz")


class Embedder:
    """Texts to unit vectors whose cosine says how close in meaning they are. Safe to share between
    threads."""

    def __init__(
        self, lexicon: Lexicon, concepts: np.ndarray, learned: Learned, settings: dict[str, float]
    ) -> None:
        self.lexicon = lexicon
        self.concepts = concepts  # (concepts, dim) float32
        self._learned = learned
        self._settings = settings
        self._own: dict[str, np.ndarray] = {}
        self.dim: int = concepts.shape[1]

    def embed(self, texts: list[str]) -> np.ndarray:
        """(n, dim) float32 with rows of length 1, in the order of `texts`; a text without words gives a
        fixed vector."""
        rows = [self._embed(text) for text in texts]
        return np.stack(rows) if rows else np.zeros((0, self.dim), np.float32)

    def count_tokens(self, text: str) -> int:
        """Words of `text`, plus the two marks that encoders put around it."""
        return len(tokenize(text)) + 2

    def _embed(self, text: str) -> np.ndarray:
        units = self.lexicon.read(text)
        if not units:
            return spelling("", self.dim)
        weights, vectors = self.parts(units)
        vector = weights @ vectors
        return np.round(vector / max(float(np.linalg.norm(vector)), 1e-9), 7).astype(np.float32)

    def parts(self, units: list[Unit]) -> tuple[np.ndarray, np.ndarray]:
        """Weights (n,) and vectors (n, dim) of units: their meaning, in the sense that fits the context,
        and their own part."""
        weights = np.array([unit.weight * self._learned.rarity(unit.key) for unit in units], np.float32)
        counts = np.array([max(len(unit.senses), 1) for unit in units])
        owner = np.repeat(np.arange(len(units)), counts)
        ids = np.array([s for unit in units for s in (unit.senses or (-1,))])
        senses = self.concepts[ids] * (ids >= 0)[:, None]
        shares = 1.0 / counts[owner].astype(np.float32)
        if len(ids) > len(units):
            shares = self._choose(senses, shares, owner, weights)
        starts = np.concatenate(([0], np.cumsum(counts)[:-1]))
        meanings = np.add.reduceat(senses * shares[:, None], starts, axis=0)
        norms = np.maximum(np.linalg.norm(meanings, axis=1, keepdims=True), 1e-7)
        own = np.stack([self.own(unit.key) for unit in units])
        return weights, meanings / norms * (norms > 1e-6) + own

    def _choose(
        self, senses: np.ndarray, shares: np.ndarray, owner: np.ndarray, weights: np.ndarray
    ) -> np.ndarray:
        # One step of attention: a sense gains by agreeing with the senses of the other words.
        agreement = np.maximum(senses @ senses.T, 0) * (owner[:, None] != owner[None, :])
        support = agreement @ (shares * weights[owner]) / max(float(weights.sum()), 1e-6)
        odds = shares * np.exp(self._settings["attention"] * support)
        totals = np.bincount(owner, odds, minlength=int(owner[-1]) + 1)
        return (odds / totals[owner]).astype(np.float32)

    def own(self, key: str) -> np.ndarray:
        """The part of a vector that a word or phrase does not share: its spelling and what was learned for
        it (dim,)."""
        vector = self._own.get(key)
        if vector is None:
            vector = self._settings["spelling"] * spelling(key, self.dim) + self._learned.vector(key)
            if len(self._own) < KEPT:
                self._own[key] = vector
        return vector


def _senses(offsets: np.ndarray, ids: np.ndarray, names: list[str]) -> dict[str, tuple[int, ...]]:
    ends, flat = offsets.tolist(), ids.tolist()
    return {name: tuple(flat[a:b]) for name, a, b in zip(names, [0, *ends], ends, strict=False)}


def from_arrays(data: dict[str, np.ndarray]) -> Embedder:
    """An embedder from the arrays of `weights.npz`; see `tools/train/embed.py` for what they hold."""
    words, phrases, known = (bytes(data[name]).decode().split("\n") for name in ("words", "phrases", "known"))
    lexicon = Lexicon(
        _senses(data["word_ends"], data["word_senses"], words),
        _senses(data["phrase_ends"], data["phrase_senses"], phrases),
        frozenset(known) | frozenset(words),
        data["weights"].astype(np.float64).round(4).tolist(),
    )
    settings = dict(zip(("spelling", "attention"), data["settings"].tolist(), strict=True))
    concepts = data["concepts"].astype(np.float32) * data["scales"].astype(np.float32)[:, None]
    return Embedder(lexicon, concepts, Learned.from_arrays(data), settings)


@functools.lru_cache(maxsize=1)
def load() -> Embedder:
    """The course's embedder, read once from `weights.npz` beside this file."""
    with np.load(WEIGHTS) as data:
        return from_arrays(dict(data))
