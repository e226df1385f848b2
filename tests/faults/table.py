"""Reads `matrix.toml`: what each fault must lead to, for each SDK and each way of calling."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("matrix.toml")
SDKS = ("hub", "openai")
WAYS = ("call", "stream", "batch")
STRIKES = ("once", "always")
_PART = re.compile(r"(?:(\d+) )?([a-z_]+)")


@dataclass(frozen=True)
class Expected:
    """One cell. counts: how many items end how ("ok", "stopped", or the kind of their error); requests: what the server saw."""

    counts: dict[str, int]
    requests: int

    def __str__(self) -> str:
        words = [word if self.counts == {word: 1} else f"{count} {word}" for word, count in self.counts.items()]
        return ", ".join([*words, f"{self.requests} request{'s' if self.requests != 1 else ''}"])


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table for one SDK: one fault, or several that are treated alike.

    cells: (way, strikes) -> what must come of it. without: way -> what the SDK shows alone. explain: kind -> what `explain`
    says. wait_s: what the server asks to wait. short: the time limit of the policy that is short, if one is. speed: of the
    server's clock.
    """

    title: str
    section: str
    faults: tuple[Any, ...]
    kind: str
    cells: dict[tuple[str, str], Expected]
    without: dict[str, str]
    explain: dict[str, str]
    wait_s: float = 0.0
    short: str = ""
    speed: float = 1.0
    ways: tuple[str, ...] = field(default=WAYS)

    def explained(self, kind: str, fault: Any) -> str:
        """What `explain` must say of an error of this kind; of no fault in particular it keeps its `{status}`."""
        if fault is None:
            return self.explain[kind]
        status = str(fault.get("status", 503) if isinstance(fault, dict) else fault.partition(":")[0])
        return self.explain[kind].replace("{status}", status if status.isdigit() else "503")


@lru_cache(maxsize=1)
def table() -> dict[str, Any]:
    """The file as it is."""
    return tomllib.loads(TABLE.read_text("utf-8"))


def read(sdk: str, *, old: bool = False) -> list[Row]:
    """The rows in their order, for "hub" or "openai"; `old`: as the oldest supported versions have it."""
    return [_row(_merged(entry, sdk, old), SDKS.index(sdk)) for entry in table()["row"]]


def _merged(entry: dict[str, Any], sdk: str, old: bool) -> dict[str, Any]:
    """A row with what differs for this SDK, and for its old version, put over it."""
    own = entry.get(sdk, {})
    return {**entry, **own, **(entry.get("old", {}) | own.get("old", {}) if old else {})}


def _row(entry: dict[str, Any], sdk: int) -> Row:
    kind, does, ways = entry["kind"], table()["does"][entry["does"]], tuple(entry.get("ways", WAYS))
    cells = {}
    for way in ways:
        told = entry.get(way, does[way])
        once, always = (told, told) if isinstance(told, str) else told
        cells[way, "once"], cells[way, "always"] = (parse(text.format(kind=kind)) for text in (once, always))
    # An error event in a stream of the hub has no status, and another text than a 429.
    overloaded = table()["explain"]["throttled stream"] if kind in ("stream", "transient") else None
    own = {"throttled": overloaded, kind: entry.get("explain"), "interrupted": entry.get("broken")}
    without = {"call": entry["without"][sdk], "stream": entry.get("without_stream", entry["without"])[sdk]}
    title = entry.get("title") or ", ".join(entry["faults"])
    return Row(title=title, section=entry.get("section", ""), faults=tuple(entry["faults"]), kind=kind, cells=cells,
               without={way: shown for way, shown in without.items() if way in ways},
               explain={**table()["explain"], **{key: text for key, text in own.items() if text}},
               wait_s=float(entry.get("wait_s", 0)), short=entry.get("short", ""), speed=float(entry.get("speed", 1)), ways=ways)


def parse(text: str) -> Expected:
    """`3 ok, 1 invalid, 4 requests` as numbers; a word without a number counts 1."""
    counts = {word: int(number or 1) for number, word in (_PART.fullmatch(part).groups() for part in text.split(", "))}
    requests = counts.pop("requests", 0) or counts.pop("request")
    return Expected(counts, requests)
