"""Choosing one of given labels for a text, by the words that speak for each label."""
from __future__ import annotations

import math
from functools import lru_cache
from pathlib import Path

from .retrieve import Index
from .words import FOLDER, terms

SHARPNESS = 3.0  # of the softmax over the labels' scores
LEVELS = ("low", "low", "medium", "high", "critical")  # what a scale of numbers means, from its low end
FILE: Path = FOLDER / "labels.txt"


@lru_cache(maxsize=1)
def profiles() -> dict[frozenset[str], dict[str, float]]:
    """Terms that speak for a label, under the terms of its name."""
    found = {}
    for line in FILE.read_text(encoding="utf-8").splitlines():
        name, _, words = line.partition(":")
        if words and not line.startswith("#"):
            found[_name(name)] = {term: weight for term, weight in terms(words)}
    return found


def _name(label: str) -> frozenset[str]:
    whole = frozenset(term for term, weight in terms(label) if weight == 1)
    return whole or frozenset([label.strip().lower()])


def weigh(text: str, labels: tuple[str, ...], index: Index) -> list[tuple[str, float]]:
    """Each label with its probability, best first; ties keep the order given."""
    bag = dict(terms(text))
    scores = [_score(bag, profile, index) for profile in map(_profile, labels, _levels(labels))]
    top = max(scores)
    raised = [math.exp(SHARPNESS * (score - top)) for score in scores]
    ranked = sorted(zip(labels, raised, strict=False), key=lambda pair: -pair[1])
    return [(label, weight / sum(raised)) for label, weight in ranked]


def _levels(labels: tuple[str, ...]) -> list[str]:
    """Numbers are read as levels of urgency, other labels as themselves."""
    if not all(label.isdigit() for label in labels):
        return list(labels)
    return [LEVELS[round(i * (len(LEVELS) - 1) / max(1, len(labels) - 1))] for i in range(len(labels))]


def _profile(label: str, meaning: str) -> dict[str, float]:
    """The words for a label, from the list, and the words of the label itself."""
    own = {term: 1.2 * weight for term, weight in terms(label)}
    name = _name(meaning)
    known = profiles().get(name)
    if known is None:
        fitting = [p for key, p in profiles().items() if key & name]
        known = {term: weight for profile in fitting for term, weight in profile.items()}
    return {**known, **own}


def _score(bag: dict[str, float], profile: dict[str, float], index: Index) -> float:
    """Shared meaning, per root of the profile's size so that long profiles have no advantage."""
    shared = sum(weight * profile[t] * index.rarity(t) for t, weight in bag.items() if t in profile)
    return shared / (4 + len(profile)) ** 0.5
