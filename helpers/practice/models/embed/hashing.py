"""Words as hashed letter groups: a vector for every word, known or not."""

from __future__ import annotations

import zlib

import numpy as np

_SIGNS = 6  # entries per feature: enough to make two features nearly orthogonal


def letter_groups(word: str) -> list[str]:
    """The 3- to 5-letter groups of the padded word, in order."""
    padded = f"<{word}>"
    return [padded[i : i + n] for n in (3, 4, 5) for i in range(len(padded) - n + 1)]


def hashed(features: list[tuple[str, float]], dim: int) -> np.ndarray:
    """Sum of the features' signed sparse hash vectors (crc32), unit length, float32 (dim,)."""
    vector = np.zeros(dim, np.float32)
    for feature, weight in features:
        for k in range(_SIGNS):
            code = zlib.crc32(f"{k}:{feature}".encode())
            vector[code % dim] += weight if code & 0x40000000 else -weight
    return vector / max(float(np.linalg.norm(vector)), 1e-9)


def spelling(word: str, dim: int) -> np.ndarray:
    """Vector of a word's spelling: the word itself and its letter groups, unit length (dim,)."""
    groups = letter_groups(word)
    return hashed([(f"={word}", 1.0), *((g, 0.7 / len(groups) ** 0.5) for g in groups)], dim)
