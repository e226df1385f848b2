"""Trains the embedding model: lexicon -> concept vectors -> weights fitted on paraphrase sets -> weights.npz."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np

from helpers.practice.models.embed import WEIGHTS, from_arrays
from tools.train.embed_fit import fit
from tools.train.embed_lexicon import Concept, Vocabulary, parse, vocabulary

DIM = 384
SEED = 20261122
OWN, TOPIC, DOMAIN, RELATED = 1.0, 0.7, 0.25, 0.5
SETTINGS = (0.35, 4.0)  # share of the spelling vector; sharpness of the choice of senses


def directions(concepts: list[Concept]) -> np.ndarray:
    """(concepts, DIM) unit vectors: each concept's own seeded direction plus those of its topics, domain and relatives."""
    rng = np.random.RandomState(SEED)  # RandomState's stream is frozen across numpy versions
    own = rng.standard_normal((len(concepts), DIM)) / DIM**0.5
    topics = {c.name: own[i] for i, c in enumerate(concepts) if c.kind != "line"}
    domains = {c.name: own[i] for i, c in enumerate(concepts) if c.kind == "domain"}
    names: dict[str, int] = {}
    for i, c in enumerate(concepts):
        names.setdefault(c.name, i)
    vectors = np.zeros_like(own)
    for i, c in enumerate(concepts):
        vectors[i] = OWN * own[i] if c.kind == "line" else (TOPIC + 0.3) * own[i]
        if c.kind == "line":
            for k, t in enumerate(c.topics):
                vectors[i] += (TOPIC if k == 0 else 0.6 * TOPIC) * topics[t]
            for r in c.related:
                vectors[i] += RELATED * own[names[r]]
        if c.domain != "-" and c.kind != "domain":
            vectors[i] += DOMAIN * domains[c.domain]
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def pack(vocab: Vocabulary, vectors: np.ndarray, weights: np.ndarray) -> dict[str, np.ndarray]:
    """The arrays of weights.npz: word lists as bytes, concept numbers with row ends, vectors in 8 bits with row scales."""
    scales = (np.abs(vectors).max(axis=1) / 127).astype(np.float16)
    data = {"concepts": np.round(vectors / scales[:, None].astype(np.float64)).clip(-127, 127).astype(np.int8), "scales": scales,
            "weights": weights.astype(np.float16), "settings": np.array(SETTINGS)}
    data["known"] = _text(sorted(vocab.known - vocab.words.keys()))
    for name, index in (("word", vocab.words), ("phrase", vocab.phrases)):
        data[name + "s"] = _text(list(index))
        data[name + "_ends"] = np.cumsum([len(s) for s in index.values()]).astype(np.uint16)
        data[name + "_senses"] = np.array([n for s in index.values() for n in s], np.uint16)
    return data


def _text(lines: list[str]) -> np.ndarray:
    return np.frombuffer("\n".join(lines).encode(), np.uint8)


def build() -> dict[str, np.ndarray]:
    """Everything from the lexicon, the paraphrase sets and the seed to the packed arrays."""
    concepts = parse()
    vocab, vectors, weights = vocabulary(concepts), directions(concepts), np.array([c.weight for c in concepts])
    start = from_arrays(pack(vocab, vectors, weights))
    fitted, factors = fit(start, vectors, SETTINGS[0], SEED)
    return pack(vocab, fitted, weights * factors)


def differences(new: dict[str, np.ndarray], old: dict[str, np.ndarray]) -> list[str]:
    """Names of arrays that differ: text and numbers exactly, floats and 8-bit vectors by more than rounding."""
    if new.keys() != old.keys():
        return sorted(new.keys() ^ old.keys())
    return [name for name in new if new[name].shape != old[name].shape or not _alike(new[name], old[name])]


def _alike(a: np.ndarray, b: np.ndarray) -> bool:
    if a.dtype == np.int8:
        return bool(np.abs(a.astype(int) - b).max() <= 2)
    return bool(np.allclose(a, b, rtol=0.01, atol=1e-4)) if a.dtype.kind == "f" else bool((a == b).all())


def main() -> int:
    """Trains and writes the weights; with --check trains and compares, returning 1 on a difference."""
    arrays = build()
    if "--check" in sys.argv:
        with np.load(WEIGHTS) as stored:
            changed = differences(arrays, dict(stored))
        print("embed: " + (f"differs in {', '.join(changed)}" if changed else "the weights can be made again"))
        return 1 if changed else 0
    np.savez_compressed(WEIGHTS, **arrays)
    print(f"embed: {len(arrays['weights'])} concepts, {WEIGHTS.stat().st_size / 1024:.0f} KB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
