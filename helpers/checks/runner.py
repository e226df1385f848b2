"""Check one learner's notebook: nbval runs the learner's answers between the shipped check cells, in processes of its own.

Only the answer cells are taken from the learner's file, by their first line `# exercise 04.2`; everything else comes from the package.
So an import or a helper that an answer needs must stand in that answer's cell. Verdicts are what `check` wrote down in that kernel and
how nbval saw the cells end. An answer that ends the kernel, or never ends, is left out of a second run, so the others get their verdict.
Nothing is written to the learner's folder.
"""
from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from . import _cells, _kernel, _shipped, state
from ._shipped import Answer, Part
from .core import one_line

CELL_LIMIT_S = 30  # of one cell; check() itself stops an answer after guard.TIME_LIMIT_S
NOTEBOOK_LIMIT_S = 150  # of one notebook, with its second runs
PACKAGE = Path(__file__).resolve().parents[2]
MESSAGE = 400  # characters of one line of the report
NOT_REACHED = "not reached in time: the cells before it took too long. Mend those, or run it again on a less busy machine."


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """How one exercise stands: "passed", "wrong", "crashed" or "not yet attempted"; `text` is one line."""

    exercise: str
    name: str
    state: str
    text: str


@dataclass(kw_only=True)
class Run:
    """What one nbval run told: `cells` by number (see _nbval.py), `checks` by exercise (see state.py), the last cell begun."""

    cells: dict[int, dict] = field(default_factory=dict)
    checks: dict[str, dict] = field(default_factory=dict)
    begun: int | None = None
    over_time: bool = False
    log: str = ""

    def ended(self, number: int) -> dict:
        """How a cell ended; empty when it was not run."""
        return self.cells.get(number, {})

    @property
    def broke_at(self) -> int | None:
        """The cell in which the kernel went away, or the time ran out."""
        gone = [number for number, end in self.cells.items() if end["gone"]]
        return gone[0] if gone else self.begun if self.begun not in self.cells else None


def check_notebook(path: Path, shipped: Path) -> tuple[list[Verdict], list[str]]:
    """Verdicts on all exercises of a notebook, in order, and remarks about the file.

    Raises CourseError when the file cannot be read or is no notebook.
    """
    learner, parts = _cells.read(path), _shipped.parts(_cells.read(shipped))
    names, found = _shipped.exercises(parts), _shipped.answers(parts, learner)
    verdicts = {id: _without_a_run(id, names[id], answer) for id, answer in found.items() if answer.state in ("stub", "missing")}
    verdicts |= _judged(parts, found, names, without=set(verdicts))
    return [verdicts[id] for id in names], [*_remarks(found, learner)]


def _without_a_run(id: str, name: str, answer: Answer) -> Verdict:
    # A stub as shipped needs no kernel: tests/exercises proves for each that check() says the same.
    text = "" if answer.state == "stub" else (f"no cell begins with `# exercise {id}`. Put that line back above your answer, "
                                              "or write a fresh copy beside the file with --fresh.")
    return Verdict(exercise=id, name=name, state="not yet attempted", text=text)


def _judged(parts: list[Part], found: dict[str, Answer], names: dict[str, str], without: set[str]) -> dict[str, Verdict]:
    """Run what was attempted; again without an answer that broke the kernel, until all have their verdict."""
    verdicts: dict[str, Verdict] = {}
    ends_at = time.monotonic() + NOTEBOOK_LIMIT_S
    while open_ids := [id for id in found if id not in without]:
        cells = _shipped.merged(parts, found, without)
        run = run_nbval(cells, limit_s=min(ends_at - time.monotonic(), NOTEBOOK_LIMIT_S))
        broken = None if run.broke_at is None else cells[run.broke_at].exercise
        for id in open_ids:
            if broken is None or _is_done(id, cells, run):
                verdicts[id] = _verdict(id, names[id], found[id], cells, run)
        if broken is None:
            break
        verdicts[broken] = _breaker(broken, names[broken], run)
        without = {*without, broken}
        if time.monotonic() > ends_at:
            verdicts |= {id: _no_time(id, names[id]) for id in open_ids if id not in verdicts}
            break
    return verdicts


def _is_done(id: str, cells: list[Part], run: Run) -> bool:
    return all(number in run.cells for number, cell in enumerate(cells) if cell.exercise == id)


def _verdict(id: str, name: str, answer: Answer, cells: list[Part], run: Run) -> Verdict:
    ends = {cell.kind: run.ended(number) for number, cell in enumerate(cells) if cell.exercise == id}
    said = run.checks.get(id, {})
    given = _failed_given(cells, run)
    if answer.state == "skipped":
        state_, text = "crashed", "NBVAL_SKIP keeps the answer cell from running; remove that line or tag."
    elif given is not None and not said:
        state_, text = "crashed", f"the notebook's own cell `{given}` failed; run `python3 course.py doctor`."
    elif not ends["answer"]:
        state_, text = "crashed", NOT_REACHED if run.over_time else f"nbval did not run it: {run.log[-200:]}"
    elif not ends["answer"].get("ok"):
        state_, text = "crashed", _cell_failure(ends["answer"])
    elif said:
        state_, text = said["state"], _joined(id, said["message"])
        if state_ == "passed" and not ends["check"].get("ok"):
            state_, text = "crashed", _cell_failure(ends["check"])
    elif ends["check"].get("ename") == "NameError":
        state_, text = "crashed", f"the answer cell defines no `{name}`; keep the name that the exercise asks for."
    elif ends["check"].get("ok"):
        state_, text = "crashed", "the check did not run: an answer gives the name `check` another meaning. Choose another name there."
    else:
        state_, text = "crashed", _cell_failure(ends["check"])
    if answer.borrowed and state_ not in ("passed", "not yet attempted"):
        text = (f"{', '.join(f'`{word}`' for word in answer.borrowed[:4])} comes from another cell of yours, and only answer cells are "
                f"taken. Move what defines it into the cell that begins with `# exercise {id}`.")
    return Verdict(exercise=id, name=name, state=state_, text=one_line(text, MESSAGE))


def _failed_given(cells: list[Part], run: Run) -> str | None:
    """The first line of a shipped cell that failed and is no check."""
    failed = [cell.source for number, cell in enumerate(cells) if cell.kind == "given" and run.ended(number).get("ok") is False]
    return failed[0].strip().splitlines()[-1] if failed else None


def _cell_failure(end: dict) -> str:
    if end.get("late"):
        return f"the answer cell did not end within {CELL_LIMIT_S} seconds; look for a loop that never stops."
    if end.get("ename") == "Forbidden":
        return f"the answer cell was stopped: {end['evalue']}"
    if end.get("ename") == "StdinNotImplementedError":
        return "the answer cell waits for input, which nobody can answer during a check."
    what = re.sub(r" ?\((?:\S+, )?line (\d+)\)", r" in line \1", end.get("evalue", ""))  # without IPython's file names
    return f"the answer cell stops with {end.get('ename', 'an error')}: {what}"


def _joined(id: str, message: str) -> str:
    """The lines of a check's message as one."""
    lines = [re.sub(r"^(got|next|where): +", r"\1: ", line) for line in message.splitlines()]
    return "; ".join(lines).removeprefix(f"{id}: ").removeprefix(f"{id} passed: ")


def _breaker(id: str, name: str, run: Run) -> Verdict:
    end = run.ended(run.broke_at or 0)
    text = (f"it did not end within the time limit and could not be interrupted; look for a loop that never stops"
            if run.over_time or end.get("late") else "it ended the Python process (os._exit, a signal, or a crash in compiled code)")
    return Verdict(exercise=id, name=name, state="crashed", text=f"your code was stopped: {text}.")


def _no_time(id: str, name: str) -> Verdict:
    return Verdict(exercise=id, name=name, state="crashed",
                   text=NOT_REACHED)


def _remarks(found: dict[str, Answer], learner: list[_cells.Cell]) -> Iterator[str]:
    for id, answer in found.items():
        if answer.copies > 1:
            yield f"{answer.copies} cells begin with `# exercise {id}`; the last one counts."
    for id in sorted({cell.answers for cell in learner if cell.answers} - set(found)):
        yield f"the cell `# exercise {id}` belongs to no exercise of this notebook and was left out."


# --- the nbval process --------------------------------------------------------------------------------------------------------------

_alive: set[subprocess.Popen] = set()


def run_nbval(cells: list[Part], *, limit_s: float) -> Run:
    """Run a notebook of these cells under `pytest --nbval-lax` in a temporary folder, within `limit_s` seconds in all."""
    with tempfile.TemporaryDirectory(prefix="course-check-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "notebook.ipynb").write_text(json.dumps(_document([Part(kind="given", source=_kernel.SOURCE), *cells])), "utf-8")
        (folder / "pytest.ini").write_text("[pytest]\n", "utf-8")
        over_time = _run_process(folder, limit_s)
        run = _read(folder)
        run.over_time = over_time
        return run


def _document(cells: list[Part]) -> dict:
    made = [{"cell_type": "code", "metadata": {"tags": ["nbval-skip"] if cell.skipped else []}, "execution_count": None, "outputs": [],
             "source": cell.source} for cell in cells]
    return {"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}


def _run_process(folder: Path, limit_s: float) -> bool:
    """Run pytest; True when it had to be stopped."""
    command = [sys.executable, "-m", "pytest", "notebook.ipynb", "--nbval-lax", "--nbval-current-env",
               f"--nbval-cell-timeout={CELL_LIMIT_S}", "-c", "pytest.ini", "--rootdir=.", "-p", "helpers.checks._nbval", "-p", "nbval.plugin",
               "-p", "no:cacheprovider", "--tb=line", "--color=no"]
    with open(folder / "log.txt", "wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=_environment(folder), stdin=subprocess.DEVNULL, stdout=log,
                                   stderr=subprocess.STDOUT, start_new_session=True)
        _alive.add(process)
        try:
            process.wait(max(limit_s, 1))
            return False
        except subprocess.TimeoutExpired:
            return True
        finally:
            _end(process)
            _end_kernels(folder)
            _alive.discard(process)


def _environment(folder: Path) -> dict[str, str]:
    """The caller's environment without tokens and pytest's settings; own folders for all that a kernel writes."""
    dropped = ("HF_", "HUGGING", "OPENAI_", "PYTEST_", "COV_")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(dropped)}
    search = os.pathsep.join([str(PACKAGE), *filter(None, [os.environ.get("PYTHONPATH")])])
    return {**kept, "PYTHONPATH": search, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "HF_HOME": str(folder / "hub"),
            "IPYTHONDIR": str(folder / "ipython"), "JUPYTER_RUNTIME_DIR": str(folder / "runtime"), "JUPYTER_PLATFORM_DIRS": "1",
            "PYTHONUTF8": "1", "COURSE_PROGRESS": str(folder / "checks.jsonl"), "COURSE_CELLS": str(folder / "cells.jsonl")}


def _read(folder: Path) -> Run:
    # The runner's own first cell has number 0; the notebook's begin with 1.
    run = Run(checks=state.fold(state.read(folder / "checks.jsonl")))
    for record in _records(folder):
        number = record["cell"] - 1
        if "ok" in record:
            run.cells[number] = record
        else:
            run.begun = number
    with contextlib.suppress(OSError):
        run.log = " ".join((folder / "log.txt").read_text("utf-8", "replace").split()[-60:])
    return run


def _records(folder: Path) -> list[dict]:
    try:
        return [json.loads(line) for line in (folder / "cells.jsonl").read_text("utf-8").splitlines()]
    except OSError:
        return []


def _end(process: subprocess.Popen) -> None:
    if process.poll() is None:
        _kill_group(process.pid)
        process.wait()


def _end_kernels(folder: Path) -> None:
    """A kernel has a process group of its own; nbval leaves it alone when it is stopped, or when its kernel left children."""
    for pid in {record["kernel"] for record in _records(folder) if "kernel" in record}:
        _kill_group(pid)


def _kill_group(pid: int) -> None:
    with contextlib.suppress(OSError):
        if os.name == "nt":
            subprocess.run(["taskkill", "/F", "/T", "/PID", str(pid)], capture_output=True)
        else:
            os.killpg(pid, signal.SIGKILL)


def stop_all() -> None:
    """End every process that was started here (Ctrl-C)."""
    for process in list(_alive):
        _end(process)
