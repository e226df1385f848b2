"""The exercise notebooks as the course ships them, and a learner's answers put between their cells.

`shipped/NN_topic.ipynb` are copies of the generated exercise notebooks, kept in the package because the learner works in
the others, and because the package may be all there is (Colab).
"""
from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from . import _cells
from ._cells import Cell

FOLDER = Path(__file__).parent / "shipped"


@dataclass(frozen=True, kw_only=True)
class Part:
    """One code cell of the notebook that is run: kind "given", "answer" or "check", and the exercise it belongs to."""

    kind: str
    source: str
    exercise: str | None = None
    skipped: bool = False


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the learner's file holds for one exercise. `borrowed`: names that it takes from the learner's other cells.

    state: "given" (there is something to check), "stub" (as shipped), "empty" (no code), "missing" (no such cell) or "skipped"
    (by nbval).
    """

    state: str
    source: str
    borrowed: tuple[str, ...] = ()
    copies: int = 1


def paths(folder: Path = FOLDER) -> dict[str, Path]:
    """Lesson ("04") -> its shipped exercise notebook."""
    return {path.name[:2]: path for path in sorted(folder.glob("[0-9][0-9]_*.ipynb"))}


def parts(cells: Iterable[Cell]) -> list[Part]:
    """The shipped cells in order. Cells that only try out an answer are left out: they judge nothing and may run long."""
    cells = list(cells)
    asked = {name for cell in cells if cell.checks for name in answer_names(cell.source)}
    return [_part(cell) for cell in cells if cell.answers or cell.checks or not _cells.wanted(cell.source) & asked]


def _part(cell: Cell) -> Part:
    if cell.answers:
        return Part(kind="answer", source=cell.source, exercise=cell.answers)
    return Part(kind="check" if cell.checks else "given", source=cell.source, exercise=cell.checks)


def answer_names(check_source: str) -> list[str]:
    """The names that a check cell hands over: ["cosine"] for `check("04.2", cosine)`."""
    call = ast.parse(check_source.strip()).body[0].value
    return [node.id for argument in call.args[1:] for node in ast.walk(argument) if isinstance(node, ast.Name)]


def exercises(shipped: list[Part]) -> dict[str, str]:
    """Exercise id -> the name that its answer must define, in order."""
    return {part.exercise: " ".join(answer_names(part.source)) for part in shipped if part.kind == "check"}


def answers(shipped: list[Part], learner: list[Cell]) -> dict[str, Answer]:
    """What the learner's cells hold for each exercise; of several cells for one the last counts."""
    stubs = {part.exercise: part.source for part in shipped if part.kind == "answer"}
    given = set().union(*(_cells.bound(part.source) for part in shipped))
    own = set().union(*(_cells.bound(cell.source) for cell in learner if cell.answers not in stubs))
    return {id: _answer(stub, [cell for cell in learner if cell.answers == id], own - given) for id, stub in stubs.items()}


def _answer(stub: str, found: list[Cell], own: set[str]) -> Answer:
    if not found:
        return Answer(state="missing", source=stub, copies=0)
    source = found[-1].source
    state = ("skipped" if found[-1].skipped else "stub" if _words(source) == _words(stub)
             else "empty" if _cells.is_empty(source) else "given")
    return Answer(state=state, source=source, borrowed=tuple(sorted(_cells.wanted(source) & own)), copies=len(found))


def _words(source: str) -> list[str]:
    return [line.rstrip() for line in source.strip().splitlines()]


def merged(shipped: list[Part], found: dict[str, Answer], without: set[str]) -> list[Part]:
    """The notebook to run: the shipped cells with the learner's answers in their places; exercises `without` left out."""
    return [_filled(part, found) for part in shipped if part.exercise not in without]


def _filled(part: Part, found: dict[str, Answer]) -> Part:
    if part.kind != "answer":
        return part
    answer = found[part.exercise]
    return Part(kind="answer", exercise=part.exercise, source=answer.source, skipped=answer.state == "skipped")
