"""Check one learner's notebook: nbval runs the learner's answers between the shipped check cells.

Only the answer cells are taken from the learner's file, by their first line `# exercise 04.2`; everything else comes from
the package. So an import or a helper that an answer needs must stand in that answer's cell. Verdicts are what `check`
noted in that kernel, and how nbval saw the cells end. An answer that ends the kernel, or never ends, is left out of a
second run, so that the others get their verdict. Nothing is written to the learner's folder.
"""
from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..errors import CourseError
from . import _cells, _limits, _run, _shipped
from ._run import Run
from ._shipped import Answer, Part
from .core import one_line
from .offences import EXITS

NOTEBOOK_LIMIT_S = 150  # of one notebook, with its second runs
MESSAGE = 400  # characters of one line of the report
DISK_FULL = "the disk is full, so that no more could be noted. Free some space, then check again."
NOT_REACHED = ("not reached in time: the cells before it took too long. Mend those, "
               "or run it again on a less busy machine.")


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """How one exercise stands: "passed", "wrong", "crashed" or "not yet attempted"; `text` is one line."""

    exercise: str
    name: str
    state: str
    text: str = ""


def check_notebook(path: Path, shipped: Path) -> tuple[list[Verdict], list[str]]:
    """Verdicts on all exercises of a notebook, in order, and remarks about the file.

    Raises CourseError when the file cannot be read or is no notebook.
    """
    learner, parts = _cells.read(path), _shipped.parts(_cells.read(shipped))
    names, found = _shipped.exercises(parts), _shipped.answers(parts, learner)
    ended = {id: _without_a_run(id, answer) for id, answer in found.items() if answer.state in ("stub", "empty", "missing")}
    ended |= _judged(parts, found, names, without=set(ended))
    verdicts = [Verdict(exercise=id, name=name, state=ended[id][0], text=one_line(ended[id][1], MESSAGE))
                for id, name in names.items()]
    return verdicts, list(_remarks(found, learner))


Ended = tuple[str, str]  # state and text


def _without_a_run(id: str, answer: Answer) -> Ended:
    """A stub as shipped needs no kernel: tests/exercises proves for each that check() says the same."""
    missing = (f"no cell begins with `# exercise {id}`. Put that line back above your answer, "
               "or write a fresh copy beside the file with --fresh.")
    return "not yet attempted", {"missing": missing, "empty": "its answer cell holds no code."}.get(answer.state, "")


def _judged(parts: list[Part], found: dict[str, Answer], names: dict[str, str], without: set[str]) -> dict[str, Ended]:
    """Run what was attempted; again without an answer that broke the kernel or filled the disk, until all have their verdict."""
    ended: dict[str, Ended] = {}
    ends_at = time.monotonic() + NOTEBOOK_LIMIT_S
    while asked := [id for id in found if id not in without]:
        if time.monotonic() > ends_at:
            return ended | {id: ("crashed", NOT_REACHED) for id in asked if id not in ended}
        cells = _shipped.merged(parts, found, without)
        try:
            run = _run.run_nbval(cells, limit_s=ends_at - time.monotonic())
        except OSError as problem:
            if not ended:
                raise CourseError(f"The folder for temporary files cannot be written ({problem.strerror or problem}).",
                                  "Free some space, then check again.") from None
            return ended | {id: ("crashed", DISK_FULL) for id in asked if id not in ended}
        breaker = None if run.broke_at is None else cells[run.broke_at].exercise
        for id in asked:
            if breaker is None or _is_done(id, cells, run):
                ended[id] = _verdict(id, names[id], found[id], cells, run)
        filler = next((id for id in asked if id in ended and _limits.DISK in ended[id][1]), None)
        if breaker is None and filler is None:
            return ended
        if breaker is not None:
            ended[breaker] = "crashed", _broken(run)
        without = {*without, *filter(None, (breaker, filler))}
    return ended


def _is_done(id: str, cells: list[Part], run: Run) -> bool:
    return all(number in run.cells for number, cell in enumerate(cells) if cell.exercise == id)


def _verdict(id: str, name: str, answer: Answer, cells: list[Part], run: Run) -> Ended:
    """The verdict on one exercise; a name that was left behind in another cell explains all that is not right."""
    ended = _ended(id, name, answer, cells, run)
    if ended[0] == "crashed" and (limit := _limits.reached(ended[1])):
        return "crashed", f"your code was stopped: {limit}"
    if answer.borrowed and ended[0] not in ("passed", "not yet attempted"):
        words = ", ".join(f"`{word}`" for word in answer.borrowed[:4])
        return ended[0], (f"{words} comes from another cell of yours, and only answer cells are taken. "
                          f"Move what defines it into the cell that begins with `# exercise {id}`.")
    return ended


def _ended(id: str, name: str, answer: Answer, cells: list[Part], run: Run) -> Ended:
    ends = {cell.kind: run.ended(number) for number, cell in enumerate(cells) if cell.exercise == id}
    said, given = run.checks.get(id), _failed_given(cells, run)
    if answer.state == "skipped":
        return "crashed", "NBVAL_SKIP keeps the answer cell from running; remove that line or tag."
    if given and not said:
        return "crashed", f"the notebook's own cell `{given}` failed; run `python3 course.py doctor`."
    if not ends["answer"]:
        return "crashed", NOT_REACHED if run.over_time else DISK_FULL if run.full else f"nbval did not run it: {run.log}"
    if not ends["answer"]["ok"]:
        return "crashed", _cell_failure(ends["answer"])
    if said and (ends["check"].get("ok") or said["state"] != "passed"):
        return said["state"], _joined(id, said["message"])
    return "crashed", _check_failure(name, ends["check"])


def _failed_given(cells: list[Part], run: Run) -> str | None:
    """The last line of a shipped cell that failed and is no check."""
    failed = [cell.source for number, cell in enumerate(cells)
              if cell.kind == "given" and run.ended(number).get("ok") is False]
    return failed[0].strip().splitlines()[-1] if failed else None


def _check_failure(name: str, end: dict) -> str:
    """Why check() said nothing."""
    if end.get("ok"):
        return "the check did not run: an answer gives the name `check` another meaning. Choose another name there."
    if end.get("ename") == "NameError":
        return f"the answer cell defines no `{name}`; keep the name that the exercise asks for."
    return _cell_failure(end)


def _cell_failure(end: dict) -> str:
    if end.get("late"):
        return f"the answer cell did not end within {_run.CELL_LIMIT_S} seconds; look for a loop that never stops."
    if end.get("ename") == "Forbidden":
        return f"the answer cell was stopped: {end['evalue']}"
    if end.get("ename") == "StdinNotImplementedError":
        return "the answer cell waits for input, which nobody can answer during a check."
    if end.get("ename") == "SystemExit":
        return f"the answer cell was stopped: {EXITS.why}; {EXITS.then}"
    what = re.sub(r" ?\((?:\S+, )?line (\d+)\)", r" in line \1", end.get("evalue", ""))  # without IPython's file names
    return f"the answer cell stops with {end.get('ename', 'an error')}" + (f": {what}" if what else ".")


def _joined(id: str, message: str) -> str:
    """The lines of a check's message as one."""
    lines = [re.sub(r"^(got|next|where): +", r"\1: ", line) for line in message.splitlines()]
    whole = "; ".join([*(line.removesuffix(".") for line in lines[:-1]), *lines[-1:]])
    return whole.removeprefix(f"{id}: ").removeprefix(f"{id} passed: ")


def _broken(run: Run) -> str:
    """What to say of the answer that broke a run."""
    if run.over_time or run.ended(run.broke_at or 0).get("late"):
        return ("your code was stopped: it did not end within the time limit and could not be interrupted; "
                "look for a loop that never stops.")
    if limit := _limits.reached(run.ended(run.broke_at or 0).get("ename", "")):
        return f"your code was stopped: {limit}"
    if run.full:
        return f"your code was stopped: {_limits.reached('[Errno 28]')}"
    return "your code ended the Python process (os._exit, a signal, or a crash in compiled code)."


def _remarks(found: dict[str, Answer], learner: list[_cells.Cell]) -> Iterator[str]:
    for id, answer in found.items():
        if answer.copies > 1:
            yield f"{answer.copies} cells begin with `# exercise {id}`; the last one counts."
    for id in sorted({cell.answers for cell in learner if cell.answers} - set(found)):
        yield f"the cell `# exercise {id}` belongs to no exercise of this notebook and was left out."
