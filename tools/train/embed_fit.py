"""Fits concept vectors and weights so that paraphrases of one matter attract and other matters repel (contrastive loss)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from helpers.practice.models.embed import Embedder
from helpers.practice.models.embed.lexicon import Unit

DATA = Path(__file__).parent / "data" / "embed"
TEMPERATURE = 0.1
RATE, WEIGHT_RATE = 0.003, 0.009
STEPS, AVERAGED = 90, 60  # more steps fit the training sets better and everything else worse
SETS_PER_STEP = 150
DROPPED = 0.25  # words left out at random, so that no single word carries a set
SAME_MATTER = 0.4  # sets of different files this close may be the same matter: neither attract nor repel


def paraphrase_sets(name: str) -> list[list[str]]:
    """The sets of one file, each a list of sentences."""
    lines = (DATA / name).read_text().splitlines()
    return [[part.strip() for part in line.split(" / ")] for line in lines if line.strip() and not line.startswith("#")]


@dataclass
class Batchable:
    """Training sentences as counts of units: `counts` (sentences, units), `groups` (sentences,), `mask` (sets, sets)."""

    counts: np.ndarray
    groups: np.ndarray
    units: list[Unit]
    mask: np.ndarray


def prepare(embedder: Embedder) -> Batchable:
    """Reads all paraphrase sets with the embedder's lexicon."""
    files = [paraphrase_sets("paraphrases.txt"), paraphrase_sets("passages.txt")]
    sets = [s for file in files for s in file]
    texts = [t for s in sets for t in s]
    groups = np.repeat(np.arange(len(sets)), [len(s) for s in sets])
    readings = [embedder.lexicon.read(t) for t in texts]
    units = list({(u.key, u.senses): u for reading in readings for u in reading}.values())
    numbers = {(u.key, u.senses): i for i, u in enumerate(units)}
    counts = np.zeros((len(texts), len(units)))
    for row, reading in enumerate(readings):
        for u in reading:
            counts[row, numbers[u.key, u.senses]] += u.weight
    centres = np.stack([embedder.embed(s).mean(axis=0) for s in sets]).astype(float)
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    file_of = np.repeat(np.arange(2), [len(f) for f in files])
    mask = (file_of[:, None] != file_of) & (centres @ centres.T > SAME_MATTER)
    return Batchable(counts, groups, units, mask)


def gradient(z: np.ndarray, groups: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Gradient of the supervised contrastive loss (Khosla et al. 2020) by unit vectors `z` (sentences, dim)."""
    logits = z @ z.T / TEMPERATURE
    same = groups[:, None] == groups
    np.fill_diagonal(same, False)
    logits[mask[groups[:, None], groups]] = -1e9
    np.fill_diagonal(logits, -1e9)
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    g = (p - same / same.sum(axis=1, keepdims=True)) / len(z) / TEMPERATURE
    return (g + g.T) @ z


class Adam:
    """Adam (Kingma and Ba 2015) with betas 0.9 and 0.99, for one array."""

    def __init__(self, rate: float, shape: tuple[int, ...]) -> None:
        self.rate, self.first, self.second, self.step = rate, np.zeros(shape), np.zeros(shape), 0

    def move(self, grad: np.ndarray) -> np.ndarray:
        """What to subtract from the array."""
        self.step += 1
        self.first = 0.9 * self.first + 0.1 * grad
        self.second = 0.99 * self.second + 0.01 * grad**2
        scale = np.sqrt(self.second / (1 - 0.99**self.step)) + 1e-8
        return self.rate * self.first / (1 - 0.9**self.step) / scale


def fit(embedder: Embedder, vectors: np.ndarray, spelling_share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """New concept vectors (concepts, dim) and factors for their weights (concepts,), averaged over the last steps."""
    data = prepare(embedder)
    rng = np.random.RandomState(seed)
    share = np.zeros((len(data.units), len(vectors)))
    for row, unit in enumerate(data.units):
        share[row, list(unit.senses)] = 1 / max(len(unit.senses), 1)
    used = np.flatnonzero(share.any(axis=0))
    share = share[:, used]
    c, w = vectors[used].copy(), np.zeros(len(used))
    mix = share / np.maximum(np.linalg.norm(share @ c, axis=1, keepdims=True), 1e-6)
    spellings = spelling_share * np.stack([embedder.spelling(unit.key) for unit in data.units])
    adam_c, adam_w = Adam(RATE, c.shape), Adam(WEIGHT_RATE, w.shape)
    sum_c, sum_w = np.zeros_like(c), np.zeros_like(w)
    for step in range(STEPS):
        rows = np.isin(data.groups, rng.permutation(len(data.mask))[:SETS_PER_STEP])
        cols = np.flatnonzero(data.counts[rows].any(axis=0))
        x = data.counts[np.ix_(rows, cols)]
        x[np.nonzero(x)] *= (rng.random_sample(np.count_nonzero(x)) > DROPPED) / (1 - DROPPED)
        y = x * np.exp(share[cols] @ w)
        u = mix[cols] @ c + spellings[cols]
        raw = y @ u
        norms = np.linalg.norm(raw, axis=1, keepdims=True) + 1e-6
        z = raw / norms
        gz = gradient(z, data.groups[rows], data.mask)
        gz = (gz - z * (gz * z).sum(axis=1, keepdims=True)) / norms
        c -= adam_c.move(mix[cols].T @ (y.T @ gz))
        w -= adam_w.move(share[cols].T @ ((gz @ u.T) * y).sum(axis=0))
        if step >= STEPS - AVERAGED:
            sum_c += c / AVERAGED
            sum_w += w / AVERAGED
    fitted, factors = vectors.copy(), np.ones(len(vectors))
    fitted[used], factors[used] = sum_c, np.exp(sum_w)
    return fitted, factors
