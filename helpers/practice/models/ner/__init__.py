"""Named entities: people, organisations, places and other names in a text.

A conditional random field over features of words, shapes and the course's own lists; see card.md.
`load()` gives the tagger."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from . import crf, features, gazetteer, seeing
from .tokens import Token, tokenise

WEIGHTS = Path(__file__).parent / "weights.npz"


class Piece(NamedTuple):
    """One token with its tag ("B-PER", "I-ORG", ..., "O") and that tag's probability (0..1)."""

    word: str
    start: int
    end: int
    tag: str
    score: float


class Span(NamedTuple):
    """One entity: `text[start:end] == word`; group: PER, ORG, LOC or MISC; score: its pieces' mean."""

    group: str
    word: str
    start: int
    end: int
    score: float


class Tagger:
    """The trained tagger. Calls are independent of each other and may run in several threads."""

    def __init__(self, path: Path = WEIGHTS) -> None:
        with np.load(path) as data:
            names = data["names"].tobytes().decode("utf-8").split("\n")
            # One more row of zeros for a token none of whose features is known.
            self._emit = np.vstack([data["emit"], np.zeros((1, len(crf.TAGS)), data["emit"].dtype)]).astype(
                np.int32
            )
            self._step = np.where(crf.allowed(), data["step"].astype(np.int64), crf.FORBIDDEN)
            self._unit = float(data["unit"])
        self._rows = {name: row for row, name in enumerate(names)}
        self._lists = gazetteer.load()

    def _scores(self, active: list[list[str]]) -> crf.Scores:
        rows, starts = [], []
        for token in active:
            starts.append(len(rows))
            rows += [row for name in token if (row := self._rows.get(name)) is not None] or [len(self._rows)]
        emit = np.add.reduceat(self._emit[rows], starts, axis=0).astype(np.int64)
        return crf.Scores(emit, self._step[:-1], self._step[-1])

    def _read(self, tokens: list[Token]) -> crf.Scores:
        scores = self._scores(features.extract(seeing.see(tokens, self._lists)))
        fresh = [i for i, token in enumerate(tokens) if token.fresh]
        scores.emit[np.ix_(fresh, crf.INSIDE)] += crf.FORBIDDEN  # no name goes on over a line break
        return scores

    def pieces(self, text: str) -> list[Piece]:
        """Every token of `text` with its tag, O included; an empty text has none."""
        tokens = tokenise(text)
        if not tokens:
            return []
        scores = self._read(tokens)
        path, table = crf.best_path(scores), crf.tag_probabilities(scores, self._unit)
        return [
            Piece(*token[:3], crf.TAGS[tag], round(float(row[tag]), 4))
            for token, tag, row in zip(tokens, path, table, strict=True)
        ]

    def spans(self, text: str, pieces: list[Piece] | None = None) -> list[Span]:
        """The entities of `text` in order, without overlap; `pieces`: those of `text`, if they are known already."""
        groups: list[list[Piece]] = []
        for piece in self.pieces(text) if pieces is None else pieces:
            if piece.tag[0] == "B":
                groups.append([piece])
            elif piece.tag[0] == "I":
                groups[-1].append(piece)
        return [_span(text, group) for group in groups]


def _span(text: str, group: list[Piece]) -> Span:
    start, end = group[0].start, group[-1].end
    score = round(sum(piece.score for piece in group) / len(group), 4)
    return Span(group[0].tag[2:], text[start:end], start, end, score)


@lru_cache(maxsize=1)
def load() -> Tagger:
    """The tagger, read from disk once."""
    return Tagger()
