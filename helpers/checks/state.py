"""What this learner has passed, kept in a small file on their own disk and nowhere else.

The file is `.course/progress.jsonl` beside `course.py`, or in the working directory when the course is only a package
(Colab). It only grows: each line is one event, and the latest about an exercise counts. Appending one line is safe with
two notebooks at once. `COURSE_PROGRESS=off` in the environment keeps everything in memory (the tests do); another value
is the path of another file.
"""
from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Events = list[dict[str, Any]]
_unsaved: Events = []  # what could not be written: it lasts as long as the kernel
_shown: dict[str, int] = {}  # exercise id -> hints shown in this kernel


def path() -> Path | None:
    """Where progress is kept; None when it is kept in memory only."""
    chosen = os.environ.get("COURSE_PROGRESS", "")
    if chosen:
        return None if chosen == "off" else Path(chosen)
    try:
        here = Path.cwd()
    except OSError:  # the working directory was deleted
        return None
    root = next((folder for folder in (here, *here.parents) if (folder / "course.py").exists()), here)
    return root / ".course" / "progress.jsonl"


def load() -> dict[str, dict[str, Any]]:
    """Exercise id -> {"state", "message", "mistake", "hints"}, each only when known; damaged lines are passed over."""
    file = path()
    return fold([*(read(file) if file else []), *_unsaved])


def read(file: Path) -> Events:
    """The events in a progress file, oldest first; a missing or unreadable file has none."""
    try:
        lines = file.read_bytes().splitlines()
    except OSError:
        return []
    return [event for line in lines if (event := _event(line))]


def fold(events: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What the events come to: the last state of each exercise, and how many of its hints were ever shown."""
    known: dict[str, dict[str, Any]] = {}
    hints: dict[str, set[int]] = {}
    for event in events:
        entry = known.setdefault(event["id"], {})
        if "hint" in event:
            entry["hints"] = len(hints.setdefault(event["id"], set()) | {event["hint"]})
            hints[event["id"]].add(event["hint"])
        else:
            entry.update({key: value for key, value in event.items() if key != "id"})
    return known


def note(id: str, state: str, message: str, mistake: str = "") -> None:
    """Remember how the last check of an exercise ended; the same ending twice is noted once."""
    event = {"state": state, "message": message, "mistake": mistake}
    if not event.items() <= load().get(id, {}).items():
        _add({"id": id, **event})


def next_hint(id: str) -> int:
    """The hint to show now (0, 1, 2; the last repeats). A new kernel begins with the first; each hint is counted once."""
    level = min(_shown.get(id, 0), 2)
    _shown[id] = level + 1
    _add({"id": id, "hint": level})
    return level


def _add(event: dict[str, Any]) -> None:
    file = path()
    try:
        if file is None:
            raise OSError("in memory")
        file.parent.mkdir(exist_ok=True)
        with open(file, "ab", buffering=0) as stream:  # one write: other kernels' lines stay whole
            # The line break comes first, so that it cuts off a line that was torn before.
            stream.write(b"\n" + json.dumps(event, ensure_ascii=False).encode())
    except OSError:  # a read-only folder
        _unsaved.append(event)


def _event(line: bytes) -> dict[str, Any] | None:
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and isinstance(event.get("id"), str) else None
