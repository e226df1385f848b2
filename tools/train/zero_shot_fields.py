"""Reads the fields of the zero-shot model (`data/zero_shot/fields_*.txt`, `forms.txt`) into arrays.

A line is `names [< wider fields] : cues`; the first name is the field's own, the others are what labels may say.
`!` before the names marks a form (kind of text, urgency, feeling). A cue is a word, a phrase,
or a /regular expression/; a pattern that begins with ~ is weak.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from helpers.practice.models.embed import Embedder
from helpers.practice.models.embed.lexicon import canonical
from helpers.practice.models.embed.words import STOPWORDS, tokenize
from helpers.practice.models.zero_shot.fields import GRAIN

DATA = Path(__file__).parent / "data" / "zero_shot"
WIDER = 0.6  # what a cue of a narrow field says for the wider one
RARITY, COMMONEST = 1.3, 0.15  # how fast a cue loses by standing in several fields, and what remains at least
LEAST_KIN = 0.05  # weaker kinship is left out
_PATTERN = re.compile(r"/(.+?)/(?=,|$)")


@dataclass
class Field:
    """A line of the files."""

    names: list[str]
    wider: list[str]
    form: bool
    patterns: list[str]
    cues: list[str]


def parse(folder: Path = DATA) -> list[Field]:
    """All fields in the order of the files; a line that begins with a known name adds names and cues to that field."""
    paths = [*sorted(folder.glob("fields_*.txt")), folder / "forms.txt"]
    lines = [line.strip() for path in paths for line in path.read_text().splitlines()]
    fields: list[Field] = []
    known: dict[str, Field] = {}
    for field in (_field(line) for line in lines if line and not line.startswith("#")):
        owner = field if field.form else known.get(field.names[0], field)
        if owner is field:
            fields.append(field)
        else:
            owner.names += [name for name in field.names if name not in owner.names]
            owner.cues += field.cues
        known |= {name: owner for name in field.names if name not in known}
    return fields


def _field(line: str) -> Field:
    head, _, rest = line.partition(" : ")
    names, _, wider = head.lstrip("!").partition(" < ")
    listed, form = _split(names), head.startswith("!")
    cues = _split(_PATTERN.sub("", rest))
    return Field(listed, _split(wider), form, _PATTERN.findall(rest), cues + ([] if form else listed))


def _split(words: str) -> list[str]:
    return [word.strip() for word in words.split(",") if word.strip()]


def cue_shares(fields: list[Field], embedder: Embedder) -> dict[str, dict[int, float]]:
    """Cues in canonical form -> number of a field -> share: 1 in its own fields, WIDER in the wider ones."""
    number = {name: i for i, f in reversed(list(enumerate(fields))) for name in f.names}
    shares: dict[str, dict[int, float]] = defaultdict(dict)
    for i, f in enumerate(fields):
        for cue in f.cues:
            key = " ".join(canonical(tokenize(cue), embedder.lexicon.known))
            if key and key not in STOPWORDS:
                shares[key][i] = 1.0
    for found in shares.values():
        for i in list(found):
            for name in fields[i].wider:
                found.setdefault(number[name], WIDER)
    return dict(sorted(shares.items()))


def kinships(shares: dict[str, dict[int, float]], embedder: Embedder) -> dict[tuple[int, int], float]:
    """(Concept of the lexicon, field) -> how far the concept's words speak for the field."""
    counts: dict[int, Counter[int]] = defaultdict(Counter)
    for cue, found in shares.items():
        units = embedder.lexicon.read(cue)
        unit = next((u for u in units if " " not in cue or " " in u.key), None)
        for sense in unit.senses if unit else ():
            for field, share in found.items():
                counts[sense][field] += share / len(unit.senses)
    kin = {
        (sense, field): min(1.0, count) * (count / found.total()) ** 0.5
        for sense, found in sorted(counts.items())
        for field, count in sorted(found.items())
    }
    return {pair: share for pair, share in kin.items() if share >= LEAST_KIN}


def arrays(embedder: Embedder, fields: list[Field] | None = None) -> dict[str, np.ndarray]:
    """The fields' part of weights.npz."""
    fields = fields or parse()
    shares = cue_shares(fields, embedder)
    kin = kinships(shares, embedder)
    owners = [sum(share == 1.0 for share in found.values()) for found in shares.values()]
    weights = 1 - RARITY * np.log(np.maximum(owners, 1)) / np.log(len(fields))
    return {
        "field_names": _text("|".join(f.names) for f in fields),
        "field_patterns": _text(f"{i} {pattern}" for i, f in enumerate(fields) for pattern in f.patterns),
        "field_forms": np.array([i for i, f in enumerate(fields) if f.form], np.uint16),
        "cues": _text(shares),
        "cue_sizes": np.array([len(found) for found in shares.values()], np.uint8),
        "cue_fields": np.array([f for found in shares.values() for f in found], np.uint16),
        "cue_shares": np.array([s for found in shares.values() for s in found.values()], np.float16),
        "cue_weights": np.maximum(weights, COMMONEST).astype(np.float16),
        # Steps and round shares: they pack into half the space.
        "kin_steps": np.diff([sense for sense, _ in kin], prepend=0).astype(np.uint16),
        "kin_fields": np.array([field for _, field in kin], np.uint16),
        "kin_shares": (np.array(list(kin.values())) * GRAIN).round().astype(np.uint8),
    }


def _text(lines: object) -> np.ndarray:
    return np.frombuffer("\n".join(lines).encode(), np.uint8)
