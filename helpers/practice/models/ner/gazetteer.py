"""Word lists of the course: which classes (given name, city, company head word ...) a token may belong to."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from .tokens import fold, plain, tokenise

HERE = Path(__file__).parent
# Classes that name an entity by themselves: the trainer hides them for a share of the tokens.
ENTITY_CLASSES = frozenset({"given", "family", "country", "capital", "city", "region", "org", "misc"})
_ARTICLES = ("al-", "el-", "ul-", "as-", "ad-", "ar-", "an-", "o'", "d'", "n'", "l'")
Phrase = tuple[tuple[str, ...], str]


def _lines(name: str, folded: bool) -> Iterator[str]:
    text = (HERE / name).read_text("utf-8")
    for line in (plain(text) if folded else text).splitlines():
        if not line.startswith("#"):
            yield line


def entries(folded: bool = False) -> Iterator[tuple[str, str, str]]:
    """Every list entry as (class, name, culture), `folded` or as written; culture is "" except for people."""
    for line in _lines("people.txt", folded):
        culture, *names = line[1:].split()
        label = "given" if line[0] == "+" else "family"
        yield from ((label, name.replace("_", " "), culture) for name in names)
    for file in ("places.txt", "words.txt"):
        for line in _lines(file, folded):
            label, names = line.split(": ", 1)
            yield from ((label, name, "") for name in names.split(", "))
    for line in _lines("common.txt", folded):
        yield from (("common", word, "") for word in line.split())


class Gazetteer:
    """Single words and longest phrases, compared without case and accents."""

    def __init__(self) -> None:
        self.words: dict[str, frozenset[str]] = {}
        self.phrases: dict[str, list[Phrase]] = {}
        words: dict[str, set[str]] = {}
        for (label, name, _), (_, key, _) in zip(entries(), entries(folded=True), strict=True):
            # A plain name need not be taken to pieces; marks such as "&" must fall as they do in a text.
            simple = key.replace(" ", "").isalpha()
            parts = tuple(key.split() if simple else (fold(token.word) for token in tokenise(name)))
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
