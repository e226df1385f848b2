"""`progress()`: all exercises of the course and how they stand, as a card."""
from __future__ import annotations

from ..tables import Table, table
from . import state
from .core import exercises

MARKS = {"passed": "✓", "wrong": "✗", "crashed": "!", "not yet attempted": "·"}


def progress() -> Table:
    """A table of every exercise: how its last check ended, in a notebook or by `course.py check`, and its hints shown.

    What it knows is kept on this machine only.
    """
    known = state.load()
    rows = [_row(id, task.name, known.get(id, {})) for id, task in exercises().items()]
    done = sum("passed" in row["state"] for row in rows)
    following = next((f" Next: {row['exercise']} {row['answer']}." for row in rows if "passed" not in row["state"]), "")
    return table(rows, "exercise", "answer", "state", "hints", "message",
                 caption=f"{done} of {len(rows)} exercises passed.{following}")


def _row(id: str, name: str, entry: dict) -> dict:
    ended = entry.get("state") if entry.get("state") in MARKS else "not yet attempted"
    message = "" if ended == "not yet attempted" else " ".join(entry.get("message", "").split())
    mark = f"{MARKS[ended]} {ended}".replace(" ", "\N{NO-BREAK SPACE}")  # one line, however narrow the column gets
    return {"exercise": id, "answer": name, "state": mark, "hints": entry.get("hints", 0),
            "message": message.removeprefix(f"{id}: ").removeprefix(f"{id} passed: ")}
