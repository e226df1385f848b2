"""Zero-shot classification: which of the labels a text is about, by its cues, its form and kinship of concepts."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import NamedTuple

import numpy as np

from helpers.practice.models import embed
from helpers.practice.models.embed import Embedder
from helpers.practice.models.embed.lexicon import Unit

from .fields import SHARED_NAME, Fields

WEIGHTS = Path(__file__).with_name("weights.npz")
MOST_UNITS = 64  # words and phrases of a label; labels are short


class Senses(NamedTuple):
    """The concepts of some units: `ids`, what each counts (`weights`), and the unit each belongs to
    (`owners`)."""

    ids: np.ndarray
    weights: np.ndarray
    owners: np.ndarray


class ZeroShot:
    """Scores of candidate labels for a text. It measures similarity of meaning, not entailment. Thread-
    safe."""

    def __init__(
        self, embedder: Embedder, fields: Fields, topics: np.ndarray, settings: dict[str, float]
    ) -> None:
        self._embedder = embedder
        self._fields = fields
        self._topics = topics  # (concepts, topics and domains): how far a concept belongs to each
        self._s = settings

    def scores(
        self,
        text: str,
        labels: list[str],
        *,
        template: str = "This example is {}.",
        multi_label: bool = False,
    ) -> list[float]:
        """One score per label, in their order. Single label: a softmax, sums to 1. `multi_label`: each 0..1
        on its own,
        above 0.5 for a label that fits. The whole hypothesis counts, so the wording of `template` moves the
        scores."""
        if not labels:
            return []
        fit = self.fit(text, labels, template)
        if multi_label:
            return [
                round(float(p), 6)
                for p in 1 / (1 + np.exp(-(fit - self._s["threshold"]) / self._s["sharpness"]))
            ]
        odds = np.exp((fit - fit.max()) / self._s["temperature"])
        return [round(float(p), 6) for p in odds / odds.sum()]

    def fit(self, text: str, labels: list[str], template: str) -> np.ndarray:
        """(labels,) how well each hypothesis fits the text: cues of the label's fields, form of the text, and a
        little of kinship of concepts and cosine of embeddings, in which words that the label shares count less."""
        read = self._embedder.lexicon.read
        units, frame = read(text), read(template.replace("{}", " "))
        readings = [read(label)[:MOST_UNITS] for label in labels]
        every = [u for reading in readings for u in reading]
        t = self._senses(units, context=every + frame)
        if frame and len(t.ids):
            f = self._senses(frame, context=[])
            near = (self._kinship(t.ids, f.ids) * np.minimum(f.weights, 1)).max(axis=1, initial=0)
            t = t._replace(weights=t.weights * (1 + self._s["frame_focus"] * near))
        known = [unit for unit in units if unit.senses]
        kin = np.zeros(len(labels))
        for i, reading in enumerate(readings):
            heard = t._replace(weights=t.weights * _unshared(known, reading)[t.owners]) if known else t
            kin[i] = self._cosine(heard, self._senses(reading + self._faint(frame), context=units + every))
        cues, form = self._fields.evidence(text, labels)
        return (
            self._s["cues"] * cues
            + self._s["form"] * form
            + self._s["kinship"] * kin
            + self._s["embedding"] * self._likeness(units, readings, [template.replace("{}", x) for x in labels])
        )

    def _likeness(self, units: list[Unit], readings: list[list[Unit]], hypotheses: list[str]) -> np.ndarray:
        # Cosine of text and hypotheses, the text without a part of the words that it shares with the label.
        if not units:
            return np.zeros(len(hypotheses))
        weights, vectors = self._embedder.parts(units)
        shares = np.array([_unshared(units, reading) for reading in readings])
        length = max(float(np.linalg.norm(weights @ vectors)), 1e-9)
        return (((shares * weights) @ vectors) * self._embedder.embed(hypotheses)).sum(axis=1) / length

    def _faint(self, frame: list[Unit]) -> list[Unit]:
        return [unit._replace(weight=unit.weight * self._s["frame"]) for unit in frame]

    def _kinship(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return self._topics[a] @ self._topics[b].T + self._s["own"] * (a[:, None] == b)

    def _cosine(self, a: Senses, b: Senses) -> float:
        if not len(a.ids) or not len(b.ids):
            return 0.0
        across, within_a, within_b = (
            x.weights @ self._kinship(x.ids, y.ids) @ y.weights for x, y in ((a, b), (a, a), (b, b))
        )
        return float(across / max((within_a * within_b) ** 0.5, 1e-9))

    def _senses(self, units: list[Unit], context: list[Unit]) -> Senses:
        known = [unit for unit in units if unit.senses]
        ids = np.array([s for unit in known for s in unit.senses], int)
        owners = np.repeat(np.arange(len(known)), [len(unit.senses) for unit in known])
        weights = np.array([unit.weight for unit in known])
        around = np.array([s for unit in context for s in unit.senses], int)
        odds = np.ones(len(ids))
        if len(around) and len(ids) > len(known):
            influence = np.array([unit.weight / len(unit.senses) for unit in context for _ in unit.senses])
            support = self._kinship(ids, around) @ influence / max(float(influence.sum()), 1e-9)
            odds = np.exp(self._s["attention"] * support)
        totals = np.bincount(owners, odds, minlength=len(known))
        return Senses(ids, weights[owners] * odds / totals[owners], owners)


def _unshared(units: list[Unit], label: list[Unit]) -> np.ndarray:
    """(units,) 1, or SHARED_NAME for a word that the label has too: a word in common is a weak reason."""
    keys = {unit.key for unit in label if unit.weight > 0.3}
    return np.array([SHARED_NAME if unit.key in keys else 1.0 for unit in units])


def from_arrays(data: dict[str, np.ndarray], embedder: Embedder) -> ZeroShot:
    """A classifier from the arrays of `weights.npz`: members (n, 3) of (concept, topic, share) and named
    settings."""
    members = data["members"].astype(int)
    topics = np.zeros((len(embedder.concepts), int(members[:, 1].max()) + 1), np.float32)
    topics[members[:, 0], members[:, 1]] = data["shares"]
    names = bytes(data["names"]).decode().split()
    settings = dict(zip(names, data["settings"].tolist(), strict=True))
    return ZeroShot(embedder, Fields(embedder, data), topics, settings)


@functools.lru_cache(maxsize=1)
def load() -> ZeroShot:
    """The course's zero-shot classifier, read once; it shares the lexicon of the embedding model."""
    with np.load(WEIGHTS) as data:
        return from_arrays(dict(data), embed.load())
