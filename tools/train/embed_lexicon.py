"""Reads the hand-written lexicon (`data/embed/lexicon/*.txt`) into concepts, words and phrases.

`@@ domain: names`, `@ topic: names`, then one concept a line: words and phrases, the first names it;
`+topic` puts the line in another topic too, `>concept` relates it to another line, `~0.4` is its weight.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from helpers.practice.models.embed.lexicon import canonical
from helpers.practice.models.embed.words import STOPWORDS, tokenize

LEXICON = Path(__file__).parent / "data" / "embed" / "lexicon"


@dataclass
class Concept:
    """A line of the lexicon; `kind` is "domain", "topic" or "line"; topics and domain are numbers."""

    name: str
    kind: str
    entries: list[str]
    weight: float = 1.0
    topics: list[str] = field(default_factory=list)
    domain: str = "-"
    related: list[str] = field(default_factory=list)


def parse(folder: Path = LEXICON) -> list[Concept]:
    """All concepts in file order; topics and domains are concepts as well (their names are their words)."""
    concepts: list[Concept] = []
    domain = topic = "-"
    for line in "\n".join(path.read_text() for path in sorted(folder.glob("*.txt"))).splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("@"):
            kind = "domain" if line.startswith("@@") else "topic"
            name, _, names = line.lstrip("@ ").partition(":")
            if kind == "domain":
                domain = name.strip()
            topic = name.strip() if kind == "topic" else "-"
            if name.strip() != "-":
                concepts.append(
                    Concept(name.strip(), kind, _entries(names), 1.0, [topic] if topic != "-" else [], domain)
                )
        else:
            concepts.append(_concept(line, topic, domain))
    return concepts


def _concept(line: str, topic: str, domain: str) -> Concept:
    text, *marks = re.split(r"\s+(?=[+>~])", line.strip())
    entries = _entries(text)
    topics = [topic] if topic != "-" else []
    topics += [m[1:].strip() for m in marks if m[0] == "+"]
    weight = next((float(m[1:]) for m in marks if m[0] == "~"), 1.0)
    return Concept(
        entries[0], "line", entries, weight, topics, domain, [m[1:].strip() for m in marks if m[0] == ">"]
    )


def _entries(text: str) -> list[str]:
    return list(dict.fromkeys(entry.strip() for entry in text.split(",") if entry.strip()))


@dataclass
class Vocabulary:
    """What the lexicon knows: `words` and `phrases` (in canonical form) with concept numbers, and every
    word in use."""

    words: dict[str, tuple[int, ...]]
    phrases: dict[str, tuple[int, ...]]
    known: frozenset[str]


def vocabulary(concepts: list[Concept]) -> Vocabulary:
    """Index of all entries; a phrase that shrinks to one word counts only where that word means nothing
    else."""
    tokens = [[tokenize(entry) for entry in c.entries] for c in concepts]
    known = frozenset(word for entries in tokens for entry in entries for word in entry)
    words: dict[str, list[int]] = {}
    for number, entries in enumerate(tokens):
        for entry in entries:
            if len(entry) == 1:
                words.setdefault(entry[0], []).append(number)
    phrases: dict[str, list[int]] = {}
    for number, entries in enumerate(tokens):
        for entry in entries:
            if len(entry) > 1:
                _add_phrase(canonical(entry, known), number, words, phrases)
    return Vocabulary(_frozen(words), _frozen(phrases), known)


def _add_phrase(
    bases: list[str], number: int, words: dict[str, list[int]], phrases: dict[str, list[int]]
) -> None:
    if len(bases) > 1:
        phrases.setdefault(" ".join(bases), []).append(number)
    elif bases and bases[0] not in words and bases[0] not in STOPWORDS:
        words[bases[0]] = [number]


def _frozen(index: dict[str, list[int]]) -> dict[str, tuple[int, ...]]:
    return {name: tuple(dict.fromkeys(numbers)) for name, numbers in sorted(index.items())}
