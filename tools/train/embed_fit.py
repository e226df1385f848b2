"""Fits concept vectors and weights so that paraphrases of one matter attract and other matters repel
(contrastive loss)."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from helpers.practice.models.embed import Embedder
from helpers.practice.models.embed.lexicon import Unit

DATA = Path(__file__).parent / "data" / "embed"
TEMPERATURE = 0.1
RATE, WEIGHT_RATE, OWN_RATE = 0.003, 0.009, 0.002
STEPS, AVERAGED = 90, 60  # more steps fit the training sets better and everything else worse
SETS_PER_STEP = 250
RARITY = 0.5  # power of the inverse document frequency
DROPPED = 0.25  # words left out at random, so that no single word carries a set
SAME_MATTER = 0.4  # sets of different files this close may be the same matter: neither attract nor repel


def all_sets() -> list[list[list[str]]]:
    """Collections of sets, in each of which every set is another matter; `scenes.txt` and `registers.txt`
    add to the first one's sets."""
    added: dict[str, list[str]] = defaultdict(list)
    for line in _lines("scenes.txt") + _lines("registers.txt"):
        key, _, rest = line.partition(" | ")
        added[key.strip()] += [text.strip() for text in rest.split(" / ")]
    first = [s + added[s[0]] for s in _sets(_lines("paraphrases.txt"))]
    pairs = "\n".join(_lines("pairs.txt")).split("==\n")[1:]
    return [first, _sets(_lines("passages.txt")), *(_sets(lines.splitlines()) for lines in pairs)]


def _lines(name: str) -> list[str]:
    return [
        line for line in (DATA / name).read_text().splitlines() if line.strip() and not line.startswith("#")
    ]


def _sets(lines: list[str]) -> list[list[str]]:
    return [[part.strip() for part in line.split(" / ")] for line in lines]


@dataclass
class Batchable:
    """Training sentences as counts of units: `counts` (sentences, units), `groups` (sentences,), `mask`
    (sets, sets)."""

    counts: np.ndarray
    groups: np.ndarray
    units: list[Unit]
    mask: np.ndarray
    rarity: dict[str, float]


def prepare(embedder: Embedder) -> Batchable:
    """Reads all paraphrase sets with the embedder's lexicon."""
    files = all_sets()
    sets = [s for file in files for s in file]
    texts = [t for s in sets for t in s]
    groups = np.repeat(np.arange(len(sets)), [len(s) for s in sets])
    readings = [embedder.lexicon.read(t) for t in texts]
    units = list({(u.key, u.senses): u for reading in readings for u in reading}.values())
    numbers = {(u.key, u.senses): i for i, u in enumerate(units)}
    rarity = rarities(readings)
    counts = np.zeros((len(texts), len(units)), np.float32)
    for row, reading in enumerate(readings):
        for u in reading:
            counts[row, numbers[u.key, u.senses]] += u.weight * rarity[u.key]
    centres = np.stack([embedder.embed(s).mean(axis=0) for s in sets]).astype(float)
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    file_of = np.repeat(np.arange(len(files)), [len(f) for f in files])
    mask = (file_of[:, None] != file_of) & (centres @ centres.T > SAME_MATTER)
    return Batchable(counts, groups, units, mask, rarity)


def gradient(z: np.ndarray, groups: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Gradient of the supervised contrastive loss (Khosla et al. 2020) by unit vectors `z` (sentences,
    dim)."""
    logits = z @ z.T / TEMPERATURE
    same = groups[:, None] == groups
    np.fill_diagonal(same, False)
    logits[mask[groups[:, None], groups]] = -1e9
    np.fill_diagonal(logits, -1e9)
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    g = (p - same / same.sum(axis=1, keepdims=True)) / len(z) / TEMPERATURE
    return (g + g.T) @ z


def rarities(readings: list[list[Unit]]) -> dict[str, float]:
    """Factor of each unit's weight, from 0.5 or so for a word in every tenth sentence to 1 for one that
    occurs once."""
    found = Counter(key for reading in readings for key in {u.key for u in reading})
    most = np.log(len(readings) / 2)
    return {
        key: round(float(np.log(len(readings) / (n + 1)) / most) ** RARITY, 3) for key, n in found.items()
    }


class Adam:
    """Adam (Kingma and Ba 2015) with betas 0.9 and 0.99, for one array."""

    def __init__(self, rate: float, shape: tuple[int, ...]) -> None:
        self.rate, self.step = rate, 0
        self.first, self.second = np.zeros(shape, np.float32), np.zeros(shape, np.float32)

    def move(self, grad: np.ndarray) -> np.ndarray:
        """What to subtract from the array."""
        self.step += 1
        self.first = 0.9 * self.first + 0.1 * grad
        self.second = 0.99 * self.second + 0.01 * grad**2
        scale = np.sqrt(self.second / (1 - 0.99**self.step)) + 1e-8
        return self.rate * self.first / (1 - 0.9**self.step) / scale


@dataclass
class Fitted:
    """What training found: vectors of the concepts and factors for their weights; for each unit in the
    training sentences
    its key, the vector of its own (units, dim) and its rarity."""

    concepts: np.ndarray
    factors: np.ndarray
    keys: list[str]
    own: np.ndarray
    rarity: np.ndarray


def fit(embedder: Embedder, vectors: np.ndarray, seed: int) -> Fitted:
    """Trains from `vectors` (concepts, dim); parameters are averaged over the last steps."""
    data = prepare(embedder)
    rng = np.random.RandomState(seed)
    share = np.zeros((len(data.units), len(vectors)), np.float32)
    for row, unit in enumerate(data.units):
        share[row, list(unit.senses)] = 1 / max(len(unit.senses), 1)
    used = np.flatnonzero(share.any(axis=0))
    share = share[:, used]
    c, w = vectors[used].astype(np.float32), np.zeros(len(used), np.float32)
    own = np.zeros((len(share), c.shape[1]), np.float32)
    mix = share / np.maximum(np.linalg.norm(share @ c, axis=1, keepdims=True), 1e-6)
    spellings = np.stack([embedder.own(unit.key) for unit in data.units])
    params = (c, w, own)
    adams = [Adam(rate, p.shape) for rate, p in zip((RATE, WEIGHT_RATE, OWN_RATE), params, strict=True)]
    sums = [np.zeros_like(p) for p in params]
    for step in range(STEPS):
        x, cols, groups = batch(data, rng)
        y = x * np.exp(share[cols] @ w)
        u = mix[cols] @ c + spellings[cols] + own[cols]
        raw = y @ u
        norms = np.linalg.norm(raw, axis=1, keepdims=True) + 1e-6
        z = raw / norms
        gz = gradient(z, groups, data.mask)
        gz = ((gz - z * (gz * z).sum(axis=1, keepdims=True)) / norms).astype(np.float32)
        g_own = np.zeros_like(own)
        g_own[cols] = y.T @ gz
        grads = (mix.T @ g_own, share[cols].T @ ((gz @ u.T) * y).sum(axis=0), g_own)
        for p, adam, grad, total in zip(params, adams, grads, sums, strict=True):
            p -= adam.move(grad)
            if step >= STEPS - AVERAGED:
                total += p / AVERAGED
    fitted, factors = vectors.copy(), np.ones(len(vectors))
    fitted[used], factors[used] = sums[0], np.exp(sums[1])
    keys = [unit.key for unit in data.units]
    return Fitted(fitted, factors, keys, sums[2], np.array([data.rarity[key] for key in keys]))


def batch(data: Batchable, rng: np.random.RandomState) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Counts of some sets' sentences with words dropped at random, the columns in use, and the sentences'
    sets."""
    rows = np.isin(data.groups, rng.permutation(len(data.mask))[:SETS_PER_STEP])
    cols = np.flatnonzero(data.counts[rows].any(axis=0))
    x = data.counts[np.ix_(rows, cols)]
    present = np.nonzero(x)
    x[present] *= (rng.random_sample(len(present[0])) > DROPPED) / (1 - DROPPED)
    return x, cols, data.groups[rows]
