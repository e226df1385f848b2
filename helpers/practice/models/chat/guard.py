"""Is a question about the course at all? A logistic rule over seven measures, fitted on the development
prompts."""
from __future__ import annotations

import json
import math
from functools import lru_cache
from typing import NamedTuple

from .retrieve import Bag, Hit, Index
from .words import FOLDER, stem, synonyms

FILE = FOLDER / "guard.json"
MEASURES = ("score", "covered", "unknown", "strong", "everyday", "alike", "draft", "bias")


class Verdict(NamedTuple):
    """`chance` that the question belongs to the course; `unknown` lists its words outside of the corpus."""

    chance: float
    unknown: tuple[str, ...]

    @property
    def on_topic(self) -> bool:
        return self.chance >= 0.5


@lru_cache(maxsize=2)
def _terms_of(name: str) -> frozenset[str]:
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    words = " ".join(line for line in lines if not line.startswith("#")).split()
    return frozenset(synonyms().concept.get(stem(word), stem(word)) for word in words)


def measures(bag: Bag, hits: list[Hit], index: Index) -> tuple[float, ...]:
    """The seven measures and a constant, in the order of MEASURES."""
    total = sum(weight * index.rarity(term) for term, weight in bag.items()) or 1.0
    unknown = sum(weight * index.rarity(t) for t, weight in bag.items() if not index.knows(t)) / total
    strong = sum(weight for term, weight in bag.items() if term in _terms_of("strong.txt"))
    everyday = sum(weight for term, weight in bag.items()
                   if term in _terms_of("everyday.txt") and term not in _terms_of("strong.txt"))
    top = hits[0] if hits else None
    return (min(top.score, 4.0) if top else 0.0, top.covered if top else 0.0, unknown,
            min(strong, 2.0), min(everyday, 2.0), top.alike if top else 0.0,
            float(bool(top) and top.passage.kind != "course"), 1.0)


@lru_cache(maxsize=1)
def weights() -> tuple[float, ...]:
    """Fitted weights, one a measure."""
    table = json.loads(FILE.read_text(encoding="utf-8"))
    return tuple(table[name] for name in MEASURES)


def judge(bag: Bag, hits: list[Hit], index: Index) -> Verdict:
    """Whether the question is about the course."""
    total = sum(w * x for w, x in zip(weights(), measures(bag, hits, index), strict=False))
    unknown = tuple(sorted(term for term in bag if not index.knows(term)))
    return Verdict(1 / (1 + math.exp(-total)), unknown)
