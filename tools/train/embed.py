"""Trains the embedding model: lexicon -> concept vectors -> weights fitted on paraphrase sets ->
weights.npz."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402

from helpers.practice.models.embed import WEIGHTS, from_arrays  # noqa: E402
from tools.train.embed_fit import Fitted, all_sets, fit  # noqa: E402
from tools.train.embed_lexicon import Concept, Vocabulary, parse, vocabulary  # noqa: E402

DIM = 384
RANK = 96  # directions in which the words' own vectors are stored
SEED = 20261122
OWN, TOPIC, DOMAIN, RELATED = 1.0, 0.7, 0.25, 0.5
SETTINGS = (0.35, 4.0)  # share of the spelling vector; sharpness of the choice of senses


def directions(concepts: list[Concept]) -> np.ndarray:
    """(concepts, DIM) unit vectors: each concept's own seeded direction plus those of its topics, domain
    and relatives."""
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


def pack(vocab: Vocabulary, weights: np.ndarray, found: Fitted) -> dict[str, np.ndarray]:
    """The arrays of weights.npz: word lists as bytes, concept numbers with row ends, vectors in 8 bits with
    row scales.

    The units' own vectors are stored in their RANK strongest directions (singular value decomposition)."""
    codes, basis = _compress(found.own)
    data = {
        "weights": (weights * found.factors).astype(np.float16),
        "settings": np.array(SETTINGS),
        "basis": basis.astype(np.float16),
        "rarity": found.rarity.astype(np.float16),
        "keys": _text(found.keys),
    }
    data["concepts"], data["scales"] = _bytes(found.concepts)
    data["codes"], data["code_scales"] = _bytes(codes)
    data["known"] = _text(sorted(vocab.known - vocab.words.keys()))
    for name, index in (("word", vocab.words), ("phrase", vocab.phrases)):
        data[name + "s"] = _text(list(index))
        data[name + "_ends"] = np.cumsum([len(s) for s in index.values()]).astype(np.uint16)
        data[name + "_senses"] = np.array([n for s in index.values() for n in s], np.uint16)
    return data


def _compress(own: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    left, size, basis = np.linalg.svd(own, full_matrices=False)
    return left[:, :RANK] * size[:RANK], basis[:RANK]


def _bytes(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    scales = (np.maximum(np.abs(rows).max(axis=1), 1e-4) / 127).astype(np.float16)
    return np.round(rows / scales.astype(np.float64)[:, None]).clip(-127, 127).astype(np.int8), scales


def _text(lines: list[str]) -> np.ndarray:
    return np.frombuffer("\n".join(lines).encode(), np.uint8)


def build() -> dict[str, np.ndarray]:
    """Everything from the lexicon, the paraphrase sets and the seed to the packed arrays."""
    concepts = parse()
    vocab, vectors, weights = (
        vocabulary(concepts),
        directions(concepts),
        np.array([c.weight for c in concepts]),
    )
    untrained = Fitted(vectors, np.ones(len(vectors)), [""], np.zeros((1, DIM)), np.ones(1))
    return pack(vocab, weights, fit(from_arrays(pack(vocab, weights, untrained)), vectors, SEED))


def differences(new: dict[str, np.ndarray], old: dict[str, np.ndarray]) -> list[str]:
    """What differs: the names of word lists, or "vectors" when a sentence's old and new embedding have a
    cosine below 0.98.

    Trained numbers are compared through what they do, since another BLAS rounds differently on the way."""
    exact = (
        "keys",
        "known",
        "words",
        "word_ends",
        "word_senses",
        "phrases",
        "phrase_ends",
        "phrase_senses",
        "settings",
    )
    changed = [name for name in exact if not np.array_equal(new[name], old.get(name))]
    if not changed:
        texts = [text for sets in all_sets() for s in sets for text in s[:2]]
        a, b = from_arrays(new).embed(texts), from_arrays(old).embed(texts)
        changed = ["vectors"] if (a * b).sum(axis=1).min() < 0.98 else []
    return changed


def main() -> int:
    """Trains and writes the weights; with --check trains and compares, returning 1 on a difference."""
    arrays = build()
    if "--check" in sys.argv:
        with np.load(WEIGHTS) as stored:
            changed = differences(arrays, dict(stored))
        print(
            "embed: " + (f"differs in {', '.join(changed)}" if changed else "the weights can be made again")
        )
        return 1 if changed else 0
    np.savez_compressed(WEIGHTS, **arrays)
    print(f"embed: {len(arrays['weights'])} concepts, {WEIGHTS.stat().st_size / 1024:.0f} KB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
