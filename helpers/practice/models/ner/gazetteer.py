"""Word lists of the course: which classes (given name, city, company head word ...) a token may belong to."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from .tokens import fold, tokenise

HERE = Path(__file__).parent
# Classes that name an entity by themselves; the trainer hides them for a share of the tokens, cue classes it never hides.
ENTITY_CLASSES = frozenset({"given", "family", "country", "capital", "city", "region", "org", "misc"})
CUE_CLASSES = ("head_org", "head_loc", "title", "role", "nat", "calendar", "field", "common")
_ARTICLES = ("al-", "el-", "ul-", "as-", "ad-", "ar-", "an-", "o'", "d'", "n'", "l'")
Phrase = tuple[tuple[str, ...], str]


def _class_lines(name: str) -> Iterator[tuple[str, list[str]]]:
    """(class, names) for each line of places.txt or words.txt."""
    for line in (HERE / name).read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            label, names = line.split(":", 1)
            yield label, [item.strip() for item in names.split(",")]


def _people() -> Iterator[tuple[str, str, list[str]]]:
    """(culture, class, names) for each line of people.txt."""
    for line in (HERE / "people.txt").read_text("utf-8").splitlines():
        if line[0] in "+-":
            culture, *names = line[1:].split()
            yield culture, "given" if line[0] == "+" else "family", [name.replace("_", " ") for name in names]


def entries() -> Iterator[tuple[str, str, str]]:
    """Every list entry as (class, name, culture); culture is "" except for people."""
    for culture, label, names in _people():
        yield from ((label, name, culture) for name in names)
    for file in ("places.txt", "words.txt"):
        for label, names in _class_lines(file):
            yield from ((label, name, "") for name in names)
    text = (HERE / "common.txt").read_text("utf-8")
    yield from (("common", word, "") for word in text.split())


class Gazetteer:
    """Single words and longest phrases, compared without case and accents."""

    def __init__(self) -> None:
        self.words: dict[str, frozenset[str]] = {}
        self.phrases: dict[str, list[Phrase]] = {}
        words: dict[str, set[str]] = {}
        for label, name, _ in entries():
            key = fold(name)
            # `isalpha` spares the tokeniser the thousands of plain names.
            parts = (key,) if key.isalpha() else tuple(fold(token.word) for token in tokenise(name))
            if len(parts) == 1:
                words.setdefault(parts[0], set()).add(label)
            else:
                self.phrases.setdefault(parts[0], []).append((parts, label))
        self.words = {word: frozenset(labels) for word, labels in words.items()}
        for choices in self.phrases.values():
            choices.sort(key=lambda choice: (-len(choice[0]), choice))

    def phrase_at(self, folded: list[str], i: int) -> list[Phrase]:
        """All phrases of the longest length that begin at token `i`."""
        found: list[Phrase] = []
        for parts, label in self.phrases.get(folded[i], ()):
            if found and len(parts) < len(found[0][0]):
                break
            if tuple(folded[i : i + len(parts)]) == parts:
                found.append((parts, label))
        return found

    def classes(self, word: str) -> frozenset[str]:
        """Classes of one folded word; a hyphenated name takes them from its parts."""
        return self.words.get(word) or self._from_parts(word)

    def _from_parts(self, word: str) -> frozenset[str]:
        if word[:3] in _ARTICLES or word[:2] in _ARTICLES:
            tail = word[3:] if word[:3] in _ARTICLES else word[2:]
            return self.words.get(tail, frozenset()) & {"given", "family"}
        if "-" not in word:
            return frozenset()
        found = [self.words.get(part, frozenset()) for part in word.split("-")]
        return frozenset.union(*found) & {"given", "family", "city", "nat"}


@lru_cache(maxsize=1)
def load() -> Gazetteer:
    """The lists, read once."""
    return Gazetteer()
