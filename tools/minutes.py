"""How long each lesson takes with its exercises, counted from its text: `python -m tools.minutes` prints the table.

Words of prose and code at 200 a minute, half a minute for each prediction and each figure, one and a half for the recall questions
and for each "Change it", and the exercises as their cards say and a quarter more, because one check in two fails first. These weights
are those of a first reader of all lessons and exercises (2026-11-29), who estimated 12, 35, 45, 40, 50, 50, 45, 75 and 50 minutes.
A test compares the count with what the lessons and the README say.
"""
from __future__ import annotations

import re
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
STEP = 5  # minutes are given in steps of this


def counted(lesson: Path) -> int:
    """Minutes for the lesson at this path and its exercise notebook, rounded to the nearest step."""
    cells = [cell for cell in nbformat.read(lesson, as_version=4).cells if "setup" not in cell.metadata.get("tags", [])]
    text = re.sub(r"<!-- badges -->.*?<!-- /badges -->|<[^>]+>|\]\([^)]*\)", " ", "\n".join(cell.source for cell in cells), flags=re.S)
    figures = sum("image/png" in output.get("data", {}) for cell in cells for output in cell.get("outputs", []))
    reading = len(re.findall(r"\w+", text)) / 200 + 0.5 * figures
    doing = 0.5 * text.count("Before you run") + 1.5 * (1 + text.count("**Change it.**"))
    cards = (ROOT / "exercises" / lesson.name).read_text("utf-8")
    exercises = sum(map(int, re.findall(r"about (\d+) minutes", cards)))
    return STEP * round((reading + doing + 1.25 * exercises) / STEP)


def main() -> None:
    """One line per lesson."""
    for lesson in sorted((ROOT / "notebooks").glob("*.ipynb")):
        print(f"{counted(lesson):>4}  {lesson.stem}")


if __name__ == "__main__":
    main()
