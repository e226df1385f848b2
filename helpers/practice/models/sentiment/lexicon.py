"""The hand-written polarity lexicon: what a word or phrase says about the writer's mood."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from helpers.practice.models.cache import word_cache

from .text import IRREGULAR, derived, inflected, plain

WORK, TROUBLE, BOOST, WEAK, NOT, IRREAL, BURDEN, CURE, SPOIL = (1 << bit for bit in range(9))
_FLAGS = {"work": WORK, "trouble": TROUBLE, "boost": BOOST, "weak": WEAK, "not": NOT, "irreal": IRREAL}
_FLAGS |= {"burden": BURDEN, "cure": CURE, "spoil": SPOIL}
_END = ""  # key of a trie node under which its entry lies; no token is empty


class Entry(NamedTuple):
    """`polarity` -3..+3 (0 for none), `flags` a sum of the constants above."""

    polarity: float
    flags: int


class Match(NamedTuple):
    """An entry found at tokens[start:end]; `guessed` when only the shape of the word speaks."""

    start: int
    end: int
    polarity: float
    flags: int
    guessed: bool = False


class Lexicon:
    """Words by their surface, phrases in a trie over base forms."""

    def __init__(self, lines: list[str]) -> None:
        entries = list(_merged(lines).items())
        self._vocabulary = frozenset(word for words, _ in entries for word in words)
        self._words = {words[0]: entry for words, entry in entries if len(words) == 1}
        self._trie: dict[str, Any] = {}
        for words, entry in entries:
            if len(words) > 1:
                self._plant(words, entry)
        self.size = len(entries)
        self.base = word_cache(self._base)
        self._word = word_cache(self._find_word)

    def matches(self, words: list[str]) -> list[Match]:
        """Entries in `words`, longest first from the left, none overlapping."""
        bases = [self.base(word) for word in words]
        found, at = [], 0
        while at < len(words):
            match = self._match(words, bases, at)
            found += [match] if match else []
            # An opener ("i want") must not swallow the start of a phrase ("want my money back").
            at = match.end if match and (match.polarity or not match.flags & (NOT | IRREAL)) else at + 1
        return found

    def _match(self, words: list[str], bases: list[str], at: int) -> Match | None:
        node = self._trie.get(bases[at])
        end, entry = _longest(node, bases, at + 1) if node else (0, None)
        if entry:
            return Match(at, end, *entry)
        single, guessed = self._word(words[at])
        return Match(at, at + 1, *single, guessed) if single else None

    def _plant(self, words: tuple[str, ...], entry: Entry) -> None:
        node = self._trie
        for word in words:
            node = node.setdefault(self._base(word), {})
        # The first spelling of a phrase wins when two fall together in their base forms.
        node.setdefault(_END, entry)

    def _base(self, word: str) -> str:
        if word in IRREGULAR:
            return IRREGULAR[word]
        return next((form for form in inflected(word) if form in self._vocabulary), word)

    def _find_word(self, word: str) -> tuple[Entry | None, bool]:
        for form in (word, IRREGULAR.get(word, word), *inflected(word), *derived(word)):
            if form in self._words:
                return self._words[form], False
        guess = self._guess(word)
        return (Entry(guess, 0), True) if guess else (None, False)

    def _guess(self, word: str) -> float:
        """Polarity by the shape of an unknown word: "overboiled", "unlovely", "tasteless", "misprinted"."""
        if word.endswith("less") and len(word) > 6:
            return -1.0
        if word.startswith(("mis", "over", "under")) and word.endswith("ed"):
            return -1.0
        if word.startswith("un") and len(word) > 5:
            inner = self._word(word[2:])[0]
            return -0.8 * inner.polarity if inner and inner.polarity > 0 else 0.0
        return 0.0


def _longest(node: dict[str, Any], bases: list[str], at: int) -> tuple[int, Entry | None]:
    best: tuple[int, Entry | None] = (at, node.get(_END))
    if at < len(bases) and bases[at] in node:
        deeper = _longest(node[bases[at]], bases, at + 1)
        best = deeper if deeper[1] else best
    if "_" in node:
        for skip in (0, 1):
            deeper = _longest(node["_"], bases, at + skip) if at + skip <= len(bases) else best
            best = deeper if deeper[1] and deeper[0] > best[0] or not best[1] else best
    return best


def _merged(lines: list[str]) -> dict[tuple[str, ...], Entry]:
    """Entries by their words; sections add up: a phrase may have a polarity and flags."""
    merged: dict[tuple[str, ...], Entry] = {}
    for section, words in _entries(lines):
        polarity, flags = merged.get(words, Entry(0.0, 0))
        if section in _FLAGS:
            merged[words] = Entry(polarity, flags | _FLAGS[section])
        else:
            merged[words] = Entry(polarity or float(section), flags)
    wishes = {words for words, entry in merged.items() if entry.flags & IRREAL}
    return {words: _settled(entry, _opens(words, wishes)) for words, entry in merged.items()}


def _opens(words: tuple[str, ...], wishes: set[tuple[str, ...]]) -> bool:
    return any(words[:size] in wishes for size in range(1, len(words)))


def _settled(entry: Entry, wish: bool) -> Entry:
    if wish and entry.polarity:
        return Entry(entry.polarity, entry.flags | IRREAL)
    if entry.flags & NOT:
        return Entry(0.0, entry.flags)
    if entry.flags & TROUBLE and not entry.polarity:
        return Entry(-1.0, entry.flags)
    return entry


def _entries(lines: list[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    section = "0"
    for line in lines:
        line = line.strip()
        if line.startswith("["):
            section = line[1:-1]
        elif line and not line.startswith("# "):
            for entry in line.split(","):
                words = tuple(plain(word) for word in entry.split())
                if words:
                    yield section, words


@lru_cache(maxsize=1)
def load() -> Lexicon:
    """The lexicon beside this file, read once."""
    return Lexicon((Path(__file__).parent / "lexicon.txt").read_text(encoding="utf-8").splitlines())
