"""A linear-chain conditional random field over BIO tags (Lafferty, McCallum and Pereira 2001).

Best path and tag probabilities of one text."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

TYPES = ("PER", "ORG", "LOC", "MISC")
TAGS = ("O", *(f"{edge}-{kind}" for kind in TYPES for edge in "BI"))
INSIDE = [number for number, tag in enumerate(TAGS) if tag[0] == "I"]
FORBIDDEN = -30_000  # added to the score of a tag change that BIO does not allow


def allowed() -> np.ndarray:
    """(tags + 1, tags) bool: may the second tag follow the first; the last row is the start of the text."""
    table = np.ones((len(TAGS) + 1, len(TAGS)), bool)
    for j, tag in enumerate(TAGS):
        if tag[0] == "I":
            table[:, j] = [before[2:] == tag[2:] for before in TAGS] + [False]
    return table


class Scores(NamedTuple):
    """Scores of one text as whole numbers, so that every machine adds them up to the same sum."""

    emit: np.ndarray  # (tokens, tags) int64
    step: np.ndarray  # (tags, tags) int64: from row to column
    start: np.ndarray  # (tags,) int64


def best_path(scores: Scores) -> list[int]:
    """The tag sequence with the highest score (Viterbi); ties go to the earlier tag."""
    best, back = scores.start + scores.emit[0], []
    for row in scores.emit[1:]:
        through = best[:, None] + scores.step
        back.append(through.argmax(0))
        best = through.max(0) + row
    path = [int(best.argmax())]
    for pointers in reversed(back):
        path.append(int(pointers[path[-1]]))
    return path[::-1]


def tag_probabilities(scores: Scores, unit: float) -> np.ndarray:
    """(tokens, tags) float64, rows sum to 1, by forward-backward; `unit`: worth of a score point."""
    emit = scores.emit * unit
    emit = np.exp(emit - emit.max(1, keepdims=True))
    step = np.exp(np.maximum(scores.step * unit, -60.0))
    ahead, behind = np.empty_like(emit), np.ones_like(emit)
    ahead[0] = np.exp(np.maximum(scores.start * unit, -60.0)) * emit[0]
    for i in range(1, len(emit)):
        row = (ahead[i - 1] @ step) * emit[i]
        ahead[i] = row / row.sum()
    for i in range(len(emit) - 2, -1, -1):
        row = step @ (emit[i + 1] * behind[i + 1])
        behind[i] = row / row.sum()
    both = ahead * behind
    return both / both.sum(1, keepdims=True)
