"""Scripted faults: what to break, and at which call. How each kind breaks the wire is in `broken.py`."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from .errors import Failure, one_of, shown

KINDS = {
    "status": "an error status instead of an answer",
    "delay": "the right answer, late",
    "reset": "connection reset before the headers",
    "reset_after_headers": "connection reset between headers and body",
    "cut": "a stream that ends cleanly in the middle, without [DONE]; a plain body that stops half-way",
    "cut_dirty": "connection closed in the middle of a chunk",
    "malformed_json": "a complete response whose JSON is broken",
    "truncated": "fewer bytes than Content-Length says",
    "wrong_content_type": "an HTML page with status 200",
    "stream_error": "an error event inside the stream",
    "silence": "accepted, never answered",
    "stall": "begun, never finished: the body stops in the middle and the connection stays open",
    "endless": "a body that does not end",
    "drip": "the right body, a byte at a time",
}
_SHORT = re.compile(r"(?P<what>[a-z_]+|\d{3})(?::(?P<number>\d+(?:\.\d+)?))?(?:\*(?P<times>\d+))?")
MOST_SCRIPTED = 1000


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong.

    `delay` is in seconds on the identity's clock (for "drip" between two bytes), `after` the number of tokens a
    stream sends first, `times` how many calls in a row are hit.
    """

    status: int = 503
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    kind: str = "status"
    after: int = 3
    times: int = 1

    @property
    def name(self) -> str:
        """How the log shows it."""
        return str(self.status) if self.kind == "status" else self.kind


_HEADERS = {
    "type": ["object", "null"],
    "propertyNames": {"pattern": "^[A-Za-z0-9-]{1,60}$"},
    "additionalProperties": {"type": "string", "pattern": "^[ -~]*$"},
}
SCRIPTED = {
    "type": "array",
    "maxItems": MOST_SCRIPTED,
    "items": {
        "anyOf": [
            {"type": "string", "examples": ["503", "429:2", "cut:5", "delay:0.5", "503*3"]},
            {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "status": {"anyOf": [{"const": 200}, {"type": "integer", "minimum": 400, "maximum": 599}, {"type": "null"}]},
                    "kind": {"enum": [*KINDS, None]},
                    "delay": {"type": ["number", "null"], "minimum": 0, "maximum": 3600},
                    "after": {"type": ["integer", "null"], "minimum": 0, "maximum": 100_000},
                    "times": {"type": ["integer", "null"], "minimum": 1, "maximum": 1_000_000},
                    "headers": _HEADERS,
                    "body": {},
                },
            },
        ]
    },
}


def parse_fault(value: Any) -> Fault:
    """A fault from its JSON object or from a short form.

    Short forms: `"503"`, `"429:2"` (with Retry-After), `"cut:5"` (after 5 tokens), `"delay:0.5"`, each with
    `"*3"` for three calls in a row.
    """
    if isinstance(value, str):
        return _from_text(value)
    if not isinstance(value, dict):
        raise Failure(422, f"A fault is a short form such as `cut:5` or an object, not {shown(value)}.")
    unknown = sorted(set(value) - set(Fault.__dataclass_fields__))
    if unknown:
        raise Failure(
            422, f"A fault has no field {shown(unknown[0])}. Use {one_of(Fault.__dataclass_fields__)}."
        )
    return _checked(Fault(**{key: item for key, item in value.items() if item is not None}))


def _from_text(text: str) -> Fault:
    found = _SHORT.fullmatch(text.strip())
    what = found["what"] if found else ""
    if not (what.isdigit() or what in KINDS):
        raise Failure(422, f"{shown(text)} is no fault. Use a status such as `503`, or {one_of(KINDS)}.")
    number = float(found["number"]) if found["number"] else None
    fault = (
        Fault(status=int(what)) if what.isdigit() else Fault(kind=what, delay=1.0 if what == "delay" else 0.0)
    )
    if number is not None:
        fault = _with_number(fault, number)
    return _checked(replace(fault, times=int(found["times"] or 1)))


def _with_number(fault: Fault, number: float) -> Fault:
    if fault.kind == "status":
        return replace(fault, headers={"Retry-After": f"{number:g}"})
    if fault.kind in ("delay", "drip"):
        return replace(fault, delay=number)
    return replace(fault, after=int(number))


def _checked(fault: Fault) -> Fault:
    good = type(fault.status) is int and (fault.status == 200 or 400 <= fault.status <= 599)
    _need(good, "status", f"be 200 or a number from 400 to 599, not {shown(fault.status)}")
    _need(isinstance(fault.kind, str) and fault.kind in KINDS, "kind", f"be one of {one_of(KINDS)}")
    _need(_is_number(fault.delay) and 0 <= fault.delay <= 3600, "delay", "be 0 to 3600 seconds")
    _need(
        type(fault.after) is int and 0 <= fault.after <= 100_000, "after", "be a number of tokens, 0 or more"
    )
    _need(type(fault.times) is int and 1 <= fault.times <= 1_000_000, "times", "be 1 or more")
    good = isinstance(fault.headers, dict) and all(_is_header(k, v) for k, v in fault.headers.items())
    _need(good, "headers", "map header names to printable text")
    return fault


def _need(good: bool, name: str, must: str) -> None:
    if not good:
        raise Failure(422, f"`{name}` of a fault must {must}.", param=name)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_header(name: Any, value: Any) -> bool:
    return (
        isinstance(name, str)
        and re.fullmatch(r"[A-Za-z0-9-]{1,60}", name) is not None
        and isinstance(value, str)
        and value.isprintable()
        and value.isascii()
        and name.lower() not in ("content-length", "transfer-encoding")
    )


class Script:
    """When which fault strikes: one after the other, every n-th call, or at random with a seeded generator."""

    def __init__(
        self, faults: list[Fault], *, rate: float | None = None, every: int | None = None, seed: int = 0
    ) -> None:
        self.faults, self.rate, self.every = faults, rate, every
        self._random = random.Random(seed)
        self._calls = 0
        self._queue = [fault for fault in faults for _ in range(min(fault.times, MOST_SCRIPTED))][
            :MOST_SCRIPTED
        ]
        self._next = 0

    def strike(self) -> Fault | None:
        """The fault of this call, if it gets one."""
        self._calls += 1
        if self.rate is not None:
            hit = self._random.random() < self.rate
            return self.faults[self._random.randrange(len(self.faults))] if hit else None
        if self.every is not None:
            return self._cycle() if self._calls % self.every == 0 else None
        return self._take()

    def _cycle(self) -> Fault:
        fault = self._queue[self._next % len(self._queue)]
        self._next += 1
        return fault

    def _take(self) -> Fault | None:
        if self._next >= len(self._queue):
            return None
        self._next += 1
        return self._queue[self._next - 1]

    def describe(self) -> str:
        """One line for `repr`."""
        if self.rate is not None:
            return f"{self.rate:g} of the calls: {self._names(self.faults)}"
        if self.every is not None:
            return f"every {self.every}th call: {self._names(self.faults)}"
        left = self._queue[self._next :]
        return f"next {len(left)}: {self._names(left)}" if left else "none left"

    @staticmethod
    def _names(faults: Iterable[Fault]) -> str:
        names = [fault.name for fault in faults]
        return ", ".join(names[:6]) + (", ..." if len(names) > 6 else "")


class FaultPlan:
    """The scripts of one identity, by model (None: every model)."""

    def __init__(self) -> None:
        self.scripts: dict[str | None, Script] = {}

    def strike(self, model: str | None) -> Fault | None:
        """The fault of this call to `model`, if any script has one; a script for the model goes first."""
        if not self.scripts:
            return None
        for scope in dict.fromkeys((model, None)):
            script = self.scripts.get(scope)
            fault = script.strike() if script else None
            if fault is not None:
                return fault
        return None

    def describe(self) -> dict[str, str]:
        """Scope -> what is planned."""
        return {scope or "every model": script.describe() for scope, script in self.scripts.items()}
