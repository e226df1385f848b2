"""One nbval run: a notebook in a temporary folder, `pytest --nbval-lax` in a process of its own, and what it told."""
from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from . import _kernel, state
from ._shipped import Part

CELL_LIMIT_S = 30  # of one cell; check() itself stops an answer after guard.TIME_LIMIT_S
FULL = 71  # exit code of the run when a record of it could not be written (see _nbval.py)
NOTEBOOK = "work/notebook.ipynb"
PACKAGE = Path(__file__).resolve().parents[2]
# Not passed on: tokens (a check never spends anything), and settings of pytest and coverage.
DROPPED = ("HF_", "HUGGING", "OPENAI_", "PYTEST_", "COV_")

MARK = "COURSE_CHECK_RUN"  # in the environment of all that a run starts

_alive: set[subprocess.Popen] = set()


@dataclass(kw_only=True)
class Run:
    """What one nbval run told.

    cells: number -> how the cell ended (see _nbval.py). checks: exercise -> what check() noted (see state.py). begun: the
    last cell begun. over_time: the run was stopped. full: it ended because nothing more could be written. log: the end of
    pytest's own output.
    """

    cells: dict[int, dict] = field(default_factory=dict)
    checks: dict[str, dict] = field(default_factory=dict)
    begun: int | None = None
    over_time: bool = False
    full: bool = False
    log: str = ""

    def ended(self, number: int) -> dict:
        """How a cell ended; empty when it was not run."""
        return self.cells.get(number, {})

    @property
    def broke_at(self) -> int | None:
        """The cell in which the kernel went away, memory was used up, or the time ran out; None when the run came to its end."""
        gone = [number for number, end in self.cells.items() if end["gone"] or _no_memory_left(end)]
        return gone[0] if gone else self.begun if self.begun not in self.cells else None


def _no_memory_left(end: dict) -> bool:
    """Whether a cell itself used up the memory, by Python's own doing or by the system's (errno 12); what it keeps, stays."""
    said = end.get("ename"), end.get("evalue", "")
    return said[0] == "MemoryError" or (said[0] == "OSError" and said[1].startswith("[Errno 12]"))


def run_nbval(cells: list[Part], *, limit_s: float) -> Run:
    """Run a notebook of these cells, within `limit_s` seconds in all.

    A kernel that never came up says nothing about the answers (kernels that start at the same moment may choose the same
    port), so it is tried once more.
    """
    run = _once(cells, limit_s)
    return run if run.cells or run.over_time or run.full else _once(cells, limit_s)


def _once(cells: list[Part], limit_s: float) -> Run:
    with tempfile.TemporaryDirectory(prefix="course-check-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "work").mkdir()  # where the answers run: what they write or delete there is theirs
        guarded = [Part(kind="given", source=_kernel.SOURCE), *cells]
        (folder / NOTEBOOK).write_text(json.dumps(document(guarded)), "utf-8")
        (folder / "pytest.ini").write_text("[pytest]\n", "utf-8")
        code = _run_process(folder, limit_s)
        return _read(folder, code)


def document(cells: list[Part]) -> dict:
    """A notebook of these code cells, without outputs."""
    made = [{"cell_type": "code", "metadata": {"tags": ["nbval-skip"] if cell.skipped else []},
             "execution_count": None, "outputs": [], "source": cell.source} for cell in cells]
    return {"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}


def stop_all() -> None:
    """End every process that was started here (Ctrl-C)."""
    for process in list(_alive):
        _end(process)


def _run_process(folder: Path, limit_s: float) -> int | None:
    """Run pytest; its exit code, or None when it had to be stopped."""
    with open(folder / "log.txt", "wb") as log:
        process = subprocess.Popen(_command(), cwd=folder, env=_environment(folder), stdin=subprocess.DEVNULL,
                                   stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
        _alive.add(process)
        try:
            return process.wait(max(limit_s, 1))
        except subprocess.TimeoutExpired:
            return None
        finally:
            _end(process)
            _end_kernels(folder)
            _end_strays(folder)
            _alive.discard(process)


def _command() -> list[str]:
    return [sys.executable, "-m", "pytest", NOTEBOOK, "--nbval-lax", "--nbval-current-env",
            f"--nbval-cell-timeout={CELL_LIMIT_S}", "-c", "pytest.ini", "--rootdir=.", "-p", "helpers.checks._nbval",
            "-p", "nbval.plugin", "-p", "no:cacheprovider", "--tb=line", "--color=no"]


def _environment(folder: Path) -> dict[str, str]:
    """The caller's environment without tokens; own folders for all that a kernel writes."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(DROPPED)}
    search = os.pathsep.join([str(PACKAGE), *filter(None, [os.environ.get("PYTHONPATH")])])
    return {**kept, "PYTHONPATH": search, "PYTHONUTF8": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "HF_HOME": str(folder / "hub"), "IPYTHONDIR": str(folder / "ipython"), "JUPYTER_PLATFORM_DIRS": "1",
            "JUPYTER_RUNTIME_DIR": str(folder / "runtime"), "COURSE_PROGRESS": str(folder / "checks.jsonl"),
            "COURSE_CELLS": str(folder / "cells.jsonl"), MARK: folder.name}


def _read(folder: Path, code: int | None) -> Run:
    run = Run(checks=state.fold(state.read(folder / "checks.jsonl")), over_time=code is None, full=code == FULL)
    for record in _records(folder):
        number = record["cell"] - 1  # number 0 in the file is the runner's own first cell
        if "ok" in record:
            run.cells[number] = record
        else:
            run.begun = number
    with contextlib.suppress(OSError):
        run.log = " ".join((folder / "log.txt").read_text("utf-8", "replace").split())[-200:]
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
    """A kernel has a process group of its own, which nbval leaves alone when it is stopped itself."""
    for pid in {record["kernel"] for record in _records(folder) if "kernel" in record}:
        _kill_group(pid)


def _end_strays(folder: Path) -> None:
    """What an answer started in a session of its own is in no group of ours; it has our mark in its environment."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.environ().get(MARK) == folder.name:
                process.kill()


def _kill_group(pid: int) -> None:
    with contextlib.suppress(OSError):
        if os.name == "nt":
            subprocess.run(["taskkill", "/F", "/T", "/PID", str(pid)], capture_output=True)
        else:
            os.killpg(pid, signal.SIGKILL)
