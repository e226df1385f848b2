"""The active features of every token: itself, its neighbours, and the run of capitalised words around it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from .seeing import Seen

# Small words that may stand inside one name.
_INNER = frozenset(
    "of de la las los le du des del della di da do dos das e y et und van der den het ter te von zu zum af "
    "al el bin bint ibn ben ould en op am upon sur wa & - for".split()
)


MOST_LETTERS = 64  # of an unknown word; no name is longer


class Run(NamedTuple):
    """A run of capitalised tokens with the connectors between them."""

    start: int
    end: int
    sign: str


def _runs(seen: Sequence[Seen], inner: frozenset[str]) -> list[Run | None]:
    """For each token its run of names, or None; `inner` words may stand between two names."""
    runs: list[Run | None] = [None] * len(seen)
    i = 0
    while i < len(seen):
        if not _names(seen[i]):
            i += 1
            continue
        end = _run_end(seen, i, inner)
        sign = _sign(seen, i, end)
        runs[i:end] = [Run(i, end, sign)] * (end - i)
        i = end
    return runs


def _names(one: Seen) -> bool:
    return one.kind in "CUXI" and not (one.initial and one.code == "w")


def _run_end(seen: Sequence[Seen], i: int, inner: frozenset[str]) -> int:
    end = i + 1
    while end < len(seen) and not seen[end].initial:
        if _names(seen[end]):
            end += 1
        elif end + 1 < len(seen) and seen[end].low in inner and _names(seen[end + 1]):
            end += 2
        elif (
            end + 2 < len(seen)
            and seen[end].low in inner
            and seen[end + 1].low in inner | {"the"}
            and _names(seen[end + 2])
        ):
            end += 3
        else:
            break
    return end


def _sign(seen: Sequence[Seen], start: int, end: int) -> str:
    inside = "".join(sorted({one.low for one in seen[start:end] if one.kind in "lsp"}))[:6]
    return f"{seen[start].code}/{seen[end - 1].code}/{min(end - start, 4)}/{inside}"


_PAD = Seen("<>", "p", "<>", (), "<>", "<>", False)


def extract(seen: Sequence[Seen]) -> list[list[str]]:
    """The active features of every token, as strings."""
    padded = [_PAD, _PAD, *seen, _PAD, _PAD]
    runs, wide = _runs(seen, _INNER), _runs(seen, _INNER | {"and"})
    return [
        _of_token(padded, i + 2) + _of_run(padded, runs[i], i) + _of_wide(wide[i], runs[i], i)
        for i in range(len(seen))
    ]


# fmt: off
def _of_token(t: Sequence[Seen], i: int) -> list[str]:
    a, b, c, d, e = t[i - 2 : i + 3]
    k, code = c.kind, c.code
    ck = code + k
    found = [
        "b", "k" + k, "h" + c.shape, "G" + ck, f"i{c.initial}{ck}", "w" + c.rep,
        "-1" + b.rep, "+1" + d.rep, "-2" + a.rep, "+2" + e.rep,
        f"-k{b.kind}{k}", f"+k{k}{d.kind}", f"k3{b.kind}{k}{d.kind}",
        f"-c{b.rep}|{ck}", f"+c{ck}|{d.rep}", f"-b{a.rep}|{b.rep}|{k}", f"+b{k}|{d.rep}|{e.rep}",
        f"c3{b.code}|{ck}|{d.code}", f"n{b.rep}|{d.rep}|{k}", f"-2c{a.rep}|{ck}",
    ]
    found += [f"g{name}{k}" for name in c.classes]
    found += [f"g-{name}{k}" for name in b.classes]
    found += [f"g+{name}{k}" for name in d.classes]
    return found + _of_letters(c, b) if k in "CUXM" else found


def _of_letters(one: Seen, before: Seen) -> list[str]:
    low = one.low
    found = [
        "s2" + low[-2:], "s3" + low[-3:], "s4" + low[-4:], "p2" + low[:2], "p3" + low[:3],
        f"sb{low[-2:]}|{before.rep}",
    ]
    if one.code == "?":  # no list knows the word: its letters must tell
        edged = f"<{low[:MOST_LETTERS]}>"
        found += ["t" + edged[n : n + 3] for n in range(len(edged) - 2)]
    return found


def _of_run(t: Sequence[Seen], run: Run | None, i: int) -> list[str]:
    if run is None:
        return ["r-"]
    before, left, right = t[run.start].rep, t[run.start + 1].rep, t[run.end + 2].rep
    first, last = t[run.start + 2], t[run.end + 1]
    place = ("1" if i == run.start else "m") + ("z" if i == run.end - 1 else "m")
    size = min(run.end - run.start, 4)
    return [
        f"rp{place}{size}", f"rs{run.sign}{place}", f"rl{left}", f"rr{right}", f"rb{before}|{left}",
        f"rx{left}|{right}", f"rls{left}|{run.sign}", f"rrs{run.sign}|{right}", f"rz{last.low[-3:]}{place}",
        f"rn{last.rep}{place}", f"rf{first.rep}{place}", f"rk{last.code}|{first.code}|{t[i + 2].code}{place}",
        f"rq{left}|{size}", f"rt{right}|{size}",
    ]
# fmt: on


def _of_wide(wide: Run | None, run: Run | None, i: int) -> list[str]:
    if wide is None or run is None or wide[:2] == run[:2]:
        return []
    place = "1" if i == wide.start else "z" if i == wide.end - 1 else "m"
    side = "1" if i < run.end and run.start == wide.start else "z"
    return [f"ws{wide.sign}{place}", f"wp{place}{side}|{wide.sign.split('/')[1]}"]
