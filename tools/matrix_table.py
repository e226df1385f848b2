"""The table of `python -m tools.matrix --write`: benchmarks/results/matrix.md, one row for each cell, as it was run last.

A cell that is run again replaces its own row and no other, so the table may be filled on several days; each row has its date.
Cells that were never run stand in one line below the table.
"""
from __future__ import annotations

import time
from dataclasses import astuple, dataclass
from pathlib import Path

HEAD = ("Python", "huggingface_hub", "openai", "cell", "result", "cells and tests", "s", "other packages", "date")
INTRODUCTION = """# Version matrix: lessons and solutions on each pair of SDK versions

Written by `python -m tools.matrix all --write` (and `colab --write` for the replica of Colab). Every lesson runs with its outputs
compared, every solution with its checks, outside the repository, against the course's package alone. Counted are cells of
notebooks and tests; in the replica the learner's way and the fault matrix are among them, and with the newest pair on Python 3.11
the fault matrix. Seconds include making the environment, on a machine with other work.
"""


@dataclass(frozen=True)
class Row:
    """One row, as text. `cell` names what was asked for; the versions are those that were installed, "-" where nothing was."""

    python: str
    hub: str
    openai: str
    cell: str
    result: str
    counts: str
    seconds: str
    others: str = "-"
    date: str = ""

    def short(self) -> str:
        """The row for the terminal, without packages and date."""
        return "| " + " | ".join(astuple(self)[:7]) + " |"

    def place(self) -> tuple[str, str]:
        """(Python as major.minor, cell): what makes two rows the same cell."""
        return ".".join(self.python.split(".")[:2]), self.cell


def write(path: Path, rows: list[Row], order: list[tuple[str, str]]) -> None:
    """Put `rows` into the table in `path`, which is made if need be. `order`: the places of all rows, first to last."""
    today = time.strftime("%Y-%m-%d")
    known = {row.place(): row for row in read(path)}
    known |= {row.place(): Row(*astuple(row)[:-1], date=today) for row in rows}
    lines = [INTRODUCTION, f"| {' | '.join(HEAD)} |", "|" + "---|" * len(HEAD)]
    lines += [f"| {' | '.join(astuple(known[place]))} |" for place in order if place in known]
    missing = [f"Python {version} with {cell}" for version, cell in order if (version, cell) not in known]
    lines += ["", f"Not run: {'; '.join(missing)}." if missing else f"All {len(order)} were run."]
    path.write_text("\n".join(lines) + "\n", "utf-8")


def read(path: Path) -> list[Row]:
    """The rows of the table in `path`; none when there is no file."""
    text = path.read_text("utf-8") if path.exists() else ""
    cells = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in text.splitlines() if line.startswith("| ")]
    return [Row(*row) for row in cells if len(row) == len(HEAD) and tuple(row) != HEAD]
