"""How the tagger sees a token: its word classes from the lists, its casing and shape."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from helpers.practice.models.cache import word_cache

from .gazetteer import ENTITY_CLASSES, Gazetteer
from .tokens import Token, fold

# fmt: off
_LETTER_OF = {
    "title": "T", "calendar": "D", "nat": "N", "head_org": "H", "head_loc": "h", "field": "F", "given": "g",
    "family": "f", "country": "C", "capital": "L", "city": "L", "region": "L", "org": "O", "misc": "M",
}
# fmt: on
_ORDER = "TDNHhFgfCLOMw"
_ENDS = frozenset('. ! ? : ; " “ ” ( ) • * > | …'.split()) | {"-", "–", "—"}


class Seen(NamedTuple):
    """One token as the features see it."""

    low: str
    kind: str  # see `_kind`; s is lower case in a text without capitals
    shape: str
    classes: tuple[str, ...]
    code: str
    rep: str  # the word itself, or its class code when it is a name
    initial: bool


@word_cache
def _kind(word: str) -> str:
    """C capitalised, U all capitals, I one capital, X more, M mixed, l lower, d digits, p other."""
    letters = [c for c in word if c.isalpha()]
    if not letters:
        return "d" if any(c.isdigit() for c in word) else "p"
    if word.islower():
        return "l"
    if word.isupper():
        return "U" if len(letters) > 1 else "I"
    return (
        "C"
        if letters[0].isupper() and sum(c.isupper() for c in letters) == 1
        else "M"
        if letters[0].islower()
        else "X"
    )


@word_cache
def _shape(word: str) -> str:
    raw = "".join("X" if c.isupper() else "x" if c.isalpha() else "d" if c.isdigit() else c for c in word)
    return re.sub(r"(.)\1+", r"\1", raw)[:8]


def _code(classes: Sequence[str]) -> str:
    letters = {_LETTER_OF[name.rstrip("*+")] for name in classes if name.rstrip("*+") in _LETTER_OF}
    if not letters and "common" in classes:
        return "w"
    return "".join(letter for letter in _ORDER if letter in letters) or "?"


def _phrase_classes(folded: list[str], gazetteer: Gazetteer) -> dict[int, set[str]]:
    """Classes with a mark for members of a listed phrase: `city*` begins one, `city+` goes on."""
    found: dict[int, set[str]] = {}
    i = 0
    while i < len(folded):
        phrases = gazetteer.phrase_at(folded, i)
        for parts, label in phrases:
            for k in range(len(parts)):
                found.setdefault(i + k, set()).add(label + ("+" if k else "*"))
        i += len(phrases[0][0]) if phrases else 1
    return found


def see(
    tokens: Sequence[Token], gazetteer: Gazetteer, hidden: Callable[[int], bool] | None = None
) -> list[Seen]:
    """The tokens as features see them; `hidden(i)` takes the entity lists from token i (training only)."""
    folded = [fold(token.word) for token in tokens]
    phrases = _phrase_classes(folded, gazetteer)
    # In a text without any capital the lower case of a name means nothing.
    small = "l" if any(_kind(token.word) in "CUX" for token in tokens) else "s"
    seen = []
    for i, token in enumerate(tokens):
        kind, low = _kind(token.word), folded[i]
        kind = small if kind == "l" else kind
        classes = set(gazetteer.classes(low)) if kind not in "pd" else set()
        if kind in "ls" and "common" in classes:
            classes -= ENTITY_CLASSES
        classes |= phrases.get(i, set())
        if hidden is not None and kind not in "ls" and hidden(i):
            classes = {name for name in classes if name.rstrip("*+") not in ENTITY_CLASSES}
        names = tuple(sorted(classes))
        code = _code(names)
        initial = i == 0 or tokens[i - 1].word in _ENDS or token.fresh
        seen.append(Seen(low, kind, _shape(token.word), names, code, _rep(low, kind, code, names), initial))
    return seen


def _rep(low: str, kind: str, code: str, classes: Sequence[str]) -> str:
    if kind == "d":
        return "#"
    if kind == "p" or kind in "ls" and code in "w?":
        return low
    if kind in "ls" or code in ("w", "T", "D", "H", "h", "F"):
        return low if "+" not in "".join(classes) else code + kind
    return code + kind
