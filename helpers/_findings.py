"""One line of `course.py doctor`."""
from __future__ import annotations

from dataclasses import dataclass

MARKS = {True: "✓", False: "✗", None: "·"}


@dataclass(frozen=True)
class Finding:
    """What was looked at, what was found, and one next step if something is wrong. good: None when it could not be told."""

    name: str
    good: bool | None
    found: str
    next_step: str = ""

    def __str__(self) -> str:
        step = f" Next: {self.next_step}" if self.next_step and not self.good else ""
        return f"{MARKS[self.good]} {self.name:<22} {self.found}{step}"
