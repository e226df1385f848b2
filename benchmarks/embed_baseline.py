"""Embedding model against plain hashed n-grams: retrieval on our development pairs, one line per figure."""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402

from helpers.practice.models import embed  # noqa: E402
from helpers.practice.models.embed.hashing import hashed, letter_groups  # noqa: E402
from helpers.practice.models.embed.words import STOPWORDS, tokenize  # noqa: E402

PAIRS = ROOT / "tools" / "train" / "data" / "embed" / "dev_5.jsonl"
DIM = 4096


def ngrams(texts: list[str]) -> np.ndarray:
    """(n, 4096) unit vectors of words (weight 1) and their letter groups (0.45), without stop words or a
    lexicon."""
    words = ([word for word in tokenize(text) if word not in STOPWORDS] for text in texts)
    return np.stack(
        [hashed([f for word in row for f in _features(word)] or [("", 1.0)], DIM) for row in words]
    )


def _features(word: str) -> list[tuple[str, float]]:
    return [(f"={word}", 1.0), *((group, 0.45) for group in letter_groups(word) if len(group) > 3)]


def top1(queries: np.ndarray, targets: np.ndarray) -> float:
    """Share of queries whose nearest target is their own (row i belongs to row i)."""
    return float(((queries @ targets.T).argmax(axis=1) == np.arange(len(queries))).mean())


def main() -> None:
    """Prints top-1 of both on all pairs."""
    rows = [json.loads(line) for line in PAIRS.read_text().splitlines()]
    queries, targets = ([row[key] for row in rows] for key in ("query", "target"))
    model = embed.load()
    print(f"hashed n-grams  top-1 {top1(ngrams(queries), ngrams(targets)):.3f}  ({len(rows)} pairs)")
    print(
        f"embedding model top-1 {top1(model.embed(queries), model.embed(targets)):.3f}  ({len(rows)} pairs)"
    )


if __name__ == "__main__":
    main()
