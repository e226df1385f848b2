"""From a text to weighted terms: words of meaning, stemmed, with synonyms drawn together."""
from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from helpers.practice.models.cache import word_cache

FOLDER = Path(__file__).parent / "words"
PART = 0.35  # weight of the words inside a phrase or a compound, beside the whole
_WORD = re.compile(r"[^\W_]\w*(?:['’./:+-]\w+)*|_\w+", re.UNICODE)
_INSIDE = re.compile(r"[./:'’+_-]")
_RULES = """
isations>iz izations>iz isation>iz ization>iz isers>iz izers>iz ising>iz izing>iz ised>iz ized>iz ises>iz izes>iz
iser>iz izer>iz ise>iz ize>iz ifications>if ification>if ifiers>if ifying>if ifier>if ified>if ifies>if ify>if
ations>at ating>at ation>at ators>at ator>at ated>at ates>at ate>at ours>or our>or ments> ment> nesses> ness>
ies>i ied>i ings> ing> edly> ed> ions> ion> ly> es> s> e> y>i"""
_ENDINGS = [tuple(rule.split(">")) for rule in _RULES.split()]


@word_cache
def stem(word: str) -> str:
    """A crude stem: British and American spellings, plurals and verb forms fall together."""
    if len(word) < 4 or any(c.isdigit() or c == "_" for c in word):
        return word
    for ending, instead in _ENDINGS:
        kept = len(word) - len(ending)
        if word.endswith(ending) and kept + len(instead) >= 3 and not word.endswith(("ss", "us", "is")):
            return _undouble(word[:kept]) + instead
    return word


def _undouble(root: str) -> str:
    """`stopp` (from stopped) is `stop`; ll and ss may belong to the word."""
    if len(root) > 3 and root[-1] == root[-2] and root[-1] not in "aeiouls":
        return root[:-1]
    return root


@lru_cache(maxsize=1)
def stop_words() -> frozenset[str]:
    """Words that say nothing about the subject."""
    return frozenset((FOLDER / "stop.txt").read_text(encoding="utf-8").split())


class Synonyms(NamedTuple):
    """`concept` maps a stemmed word or phrase to its concept; `longest` a first stem to the words of its
    longest phrase."""

    concept: dict[str, str]
    longest: dict[str, int]


@lru_cache(maxsize=1)
def synonyms() -> Synonyms:
    """The synonym table, read once."""
    table: dict[str, str] = {}
    for line in (FOLDER / "synonyms.txt").read_text(encoding="utf-8").splitlines():
        forms = [form.strip().lower() for form in line.split(",") if form.strip()]
        if forms and not line.startswith("#"):
            concept = _key(forms[0]).replace(" ", "_")
            for form in forms:
                table.setdefault(_key(form), concept)
    longest: dict[str, int] = {}
    for form in table:
        first, size = form.partition(" ")[0], form.count(" ") + 1
        longest[first] = max(size, longest.get(first, 0))
    return Synonyms(table, longest)


@word_cache
def _key(form: str) -> str:
    return " ".join(stem(word) for word in form.split())


def surface(text: str) -> list[str]:
    """Lower-case words of `text` as they stand."""
    return _WORD.findall(text.lower().replace("’", "'"))


class _Word(NamedTuple):
    stem: str
    longest: int  # words of the longest synonym phrase that starts with this one; 0 when none does
    alone: tuple[tuple[str, float], ...]  # its terms when no phrase starts here


@word_cache
def _word(word: str) -> _Word:
    stemmed = stem(word)
    alone = () if word in stop_words() else _plain(word, stemmed)
    return _Word(stemmed, synonyms().longest.get(stemmed, 0), alone)


def terms(text: str) -> list[tuple[str, float]]:
    """Terms of meaning in their order, each with a weight of at most 1."""
    words = [_word(word) for word in surface(text)]
    found: list[tuple[str, float]] = []
    at = 0
    while at < len(words):
        size = words[at].longest and _phrase(words, at)
        found += _known(words[at:at + size]) if size else words[at].alone
        at += size or 1
    return found


def _phrase(words: list[_Word], at: int) -> int:
    """Length of the longest known phrase that starts here; 0 when there is none."""
    for size in range(min(words[at].longest, len(words) - at), 0, -1):
        if " ".join([word.stem for word in words[at:at + size]]) in synonyms().concept:
            return size
    return 0


def _known(words: list[_Word]) -> list[tuple[str, float]]:
    concept = _concept(" ".join([word.stem for word in words]))
    if len(words) == 1:
        return [(concept, 1.0)]
    inside = [_concept(word.stem) for word in words if word.alone]
    return [(concept, 1.0)] + [(term, PART) for term in inside if term != concept]


def _plain(word: str, stemmed: str) -> tuple[tuple[str, float], ...]:
    """A word without synonyms; a compound also gives its parts."""
    if len(word) == 1 and not word.isdigit():
        return ()
    parts = [part for part in _INSIDE.split(word) if part]
    if len(parts) < 2:
        return ((stemmed, 1.0),)
    weight = PART if "_" in word else 1.0
    inside = tuple((_concept(stem(p)), weight) for p in parts if p not in stop_words() and len(p) > 1)
    return inside + (((word, 1.0),) if "_" in word else ())


def _concept(stemmed: str) -> str:
    return synonyms().concept.get(stemmed, stemmed)
