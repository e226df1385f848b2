"""What the tagger sees of a token: word class, shape, affixes, neighbours and the run of capitalised words around it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from .gazetteer import ENTITY_CLASSES, Gazetteer
from .tokens import Token, fold

_LETTER_OF = {
    "title": "T", "calendar": "D", "nat": "N", "head_org": "H", "head_loc": "h", "field": "F", "given": "g", "family": "f",
    "country": "C", "capital": "L", "city": "L", "region": "L", "org": "O", "misc": "M",
}  # fmt: skip
_ORDER = "TDNHhFgfCLOMw"
_CONNECTORS = frozenset(
    "of de la las los le du des del della di da do dos das e y et und van der den het ter te von zu zum af al el bin bint ibn ben ould "
    "the for für en op am upon sur de' & - ’ ' . and in".split()
)
_TIGHT = _CONNECTORS - {"and", "in", ".", "the", "for", "'", "’"}
_ENDS = frozenset(". ! ? : ; \" “ ” ( ) • * > | …".split()) | {"-", "–", "—"}


class Seen(NamedTuple):
    """One token as the features see it."""

    low: str
    kind: str  # C capitalised, U all capitals, M mixed, l lower, d digits, p punctuation
    shape: str
    classes: tuple[str, ...]
    code: str
    rep: str  # the word itself, or its class code when it is a name
    initial: bool


@lru_cache(maxsize=20_000)
def _kind(word: str) -> str:
    letters = [c for c in word if c.isalpha()]
    if not letters:
        return "d" if any(c.isdigit() for c in word) else "p"
    if word.islower():
        return "l"
    if word.isupper():
        return "U" if len(letters) > 1 else "I"
    return "C" if letters[0].isupper() and sum(c.isupper() for c in letters) == 1 else "M" if letters[0].islower() else "X"


@lru_cache(maxsize=20_000)
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


def see(tokens: Sequence[Token], gazetteer: Gazetteer, hidden: Callable[[int], bool] | None = None) -> list[Seen]:
    """The tokens as the features see them; `hidden(i)` takes the entity lists away for token i (training only)."""
    folded = [fold(token.word) for token in tokens]
    phrases = _phrase_classes(folded, gazetteer)
    seen = []
    for i, token in enumerate(tokens):
        kind, low = _kind(token.word), folded[i]
        classes = set(gazetteer.classes(low)) if kind not in "pd" else set()
        if kind == "l" and "common" in classes:
            classes -= ENTITY_CLASSES
        classes |= phrases.get(i, set())
        if hidden is not None and hidden(i):
            classes = {name for name in classes if name.rstrip("*+") not in ENTITY_CLASSES}
        names = tuple(sorted(classes))
        code = _code(names)
        initial = i == 0 or tokens[i - 1].word in _ENDS or token.fresh
        seen.append(Seen(low, kind, _shape(token.word), names, code, _rep(low, kind, code, names), initial))
    return seen


def _rep(low: str, kind: str, code: str, classes: Sequence[str]) -> str:
    if kind == "d":
        return "#"
    if kind in "lp" and (code in "w?R" or kind == "p"):
        return low
    if kind == "l" or code in ("w", "T", "D", "H", "h", "F"):
        return low if "+" not in "".join(classes) else code + kind
    return code + kind


class Run(NamedTuple):
    """A run of capitalised tokens with the connectors between them."""

    start: int
    end: int
    sign: str


def _runs(seen: Sequence[Seen]) -> list[Run | None]:
    """For each token its run of names, or None."""
    runs: list[Run | None] = [None] * len(seen)
    i = 0
    while i < len(seen):
        if not _names(seen[i]):
            i += 1
            continue
        end = _run_end(seen, i)
        sign = _sign(seen, i, end)
        runs[i:end] = [Run(i, end, sign)] * (end - i)
        i = end
    return runs


def _names(one: Seen) -> bool:
    return one.kind in "CUXI" and not (one.initial and one.code == "w")


def _run_end(seen: Sequence[Seen], i: int) -> int:
    end = i + 1
    while end < len(seen):
        if _names(seen[end]):
            end += 1
        elif end + 1 < len(seen) and seen[end].low in _TIGHT and _names(seen[end + 1]):
            end += 2
        elif end + 2 < len(seen) and seen[end].low in _TIGHT and seen[end + 1].low in _TIGHT and _names(seen[end + 2]):
            end += 3
        else:
            break
    return end


def _sign(seen: Sequence[Seen], start: int, end: int) -> str:
    inside = "".join(sorted({one.low for one in seen[start:end] if one.kind in "lp"}))[:6]
    return f"{seen[start].code}/{seen[end - 1].code}/{min(end - start, 4)}/{inside}"


_PAD = Seen("<>", "p", "<>", (), "<>", "<>", False)


def extract(seen: Sequence[Seen]) -> list[list[str]]:
    """The active features of every token, as strings."""
    padded = [_PAD, _PAD, *seen, _PAD, _PAD]
    runs = _runs(seen)
    return [_of_token(padded, i + 2) + _of_run(padded, runs[i], i) for i in range(len(seen))]


def _of_token(t: Sequence[Seen], i: int) -> list[str]:
    a, b, c, d, e = t[i - 2 : i + 3]
    k, code = c.kind, c.code
    ck = code + k
    found = [
        "b", "k" + k, "h" + c.shape, "G" + ck, f"i{c.initial}{ck}", "w" + c.rep, "-1" + b.rep, "+1" + d.rep, "-2" + a.rep, "+2" + e.rep,
        f"-k{b.kind}{k}", f"+k{k}{d.kind}", f"k3{b.kind}{k}{d.kind}", f"-c{b.rep}|{ck}", f"+c{ck}|{d.rep}", f"-b{a.rep}|{b.rep}|{k}",
        f"+b{k}|{d.rep}|{e.rep}", f"c3{b.code}|{ck}|{d.code}", f"n{b.rep}|{d.rep}|{k}", f"-2c{a.rep}|{ck}",
    ]  # fmt: skip
    found += [f"g{name}{k}" for name in c.classes]
    found += [f"g-{name}{k}" for name in b.classes]
    found += [f"g+{name}{k}" for name in d.classes]
    if k in "CUXM":
        low = c.low
        found += ["s2" + low[-2:], "s3" + low[-3:], "s4" + low[-4:], "p2" + low[:2], "p3" + low[:3], f"sb{low[-2:]}|{b.rep}"]
    return found


def _of_run(t: Sequence[Seen], run: Run | None, i: int) -> list[str]:
    if run is None:
        return ["r-"]
    left, right, before = t[run.start + 1].rep, t[run.end + 2].rep, t[run.start].rep
    place = ("1" if i == run.start else "m") + ("z" if i == run.end - 1 else "m")
    size = min(run.end - run.start, 4)
    last, first = t[run.end + 1], t[run.start + 2]
    return [
        f"rp{place}{size}", f"rs{run.sign}{place}", f"rl{left}", f"rr{right}", f"rb{before}|{left}", f"rx{left}|{right}",
        f"rls{left}|{run.sign}", f"rrs{run.sign}|{right}", f"rz{last.low[-3:]}{place}", f"rn{last.rep}{place}", f"rf{first.rep}{place}",
        f"rk{last.code}|{first.code}|{t[i + 2].code}{place}", f"rq{left}|{size}", f"rt{right}|{size}",
    ]  # fmt: skip
