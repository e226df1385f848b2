"""An answer that uses up memory or disk, or leaves processes behind, ends in one clear line and costs no other its verdict."""
from __future__ import annotations

import os
import subprocess
import sys
import uuid

import nbformat
import psutil
import pytest

from helpers.checks import _limits, _nbval, _run, runner
from helpers.errors import CourseError

from .learner import QUICK, ROOT, put, verdicts
from .test_cases import SOLUTIONS, solution_cells

RIGHT = {id: solution_cells(SOLUTIONS[id[:2]])[id] for id in QUICK}


def test_inside_an_answer(quick):  # noqa: F811
    """Too much memory, too large a file, a crash in compiled code, a fork past Python: each is one line of its own exercise. What
    an answer kept in memory is gone after its check, so that there is room for the others."""
    found = verdicts(quick, {
        "00.1": "import mmap\nkept = []\nwhile True: kept.append(mmap.mmap(-1, 10**8))",
        "01.3": "with open('big', 'wb') as file:\n    for _ in range(200): file.write(bytes(1_000_000))",
        "02.3": "import ctypes; ctypes.string_at(0)",
        "03.3": "import ctypes; ctypes.CDLL(None).fork(); return {}"})
    assert "needs more than 2 GB of memory" in found["00.1"].text and "more than 100 MB" in found["01.3"].text
    assert "ended the Python process" in found["02.3"].text
    assert [found[id].state for id in QUICK] == ["crashed", "crashed", "crashed", "wrong"]
    assert not any("\n" in verdict.text for verdict in found.values())


def test_at_the_top_of_a_cell(quick):  # noqa: F811
    """What a cell keeps in memory is gone for all later ones, so they run without it; deleted files and abort() cost nobody."""
    found = verdicts(quick, {
        "00.1": "top:import shutil\nshutil.rmtree('.', ignore_errors=True)\nkept = []\nwhile True: kept.append([0] * 50_000_000)",
        "01.3": "top:import ctypes\nctypes.CDLL(None).abort()", "02.3": RIGHT["02.3"], "03.3": RIGHT["03.3"]})
    assert [found[id].state for id in QUICK] == ["crashed", "crashed", "passed", "passed"], found
    assert "needs more than 2 GB of memory" in found["00.1"].text
    assert "ended the Python process" in found["01.3"].text


def test_nothing_is_left_running(quick):  # noqa: F811
    """A process that an answer starts, even in a session of its own, ends with the check."""
    name = uuid.uuid4().hex
    command = f"[sys.executable, '-c', 'import time; time.sleep(600)', '{name}']"
    found = verdicts(quick, {"00.1": f"import subprocess, sys\nsubprocess.Popen({command}, start_new_session=True)"})
    assert found["00.1"].state == "wrong"
    alive = [process for process in psutil.process_iter(["cmdline"]) if name in (process.info["cmdline"] or [])]
    assert [process for process in alive if process.status() != psutil.STATUS_ZOMBIE] == []


# --- a full disk ---


def test_full_disk_while_noting(tmp_path):
    """When a record cannot be written the run ends at once and says why."""
    put(tmp_path, "a.ipynb", nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")]))
    done = subprocess.run([sys.executable, "-m", "pytest", "--nbval-lax", "a.ipynb", "-p", "helpers.checks._nbval", "-p",
                           "no:cacheprovider"], cwd=tmp_path, capture_output=True, timeout=100,
                          env={**os.environ, "PYTHONPATH": str(ROOT), "COURSE_CELLS": "/dev/full"})
    assert done.returncode == _nbval.FULL == _run.FULL


def test_full_disk_in_an_answer(quick, monkeypatch):  # noqa: F811
    """An answer during which the disk ran full is named; the others get their verdict without it."""
    real = _run._once

    def once(cells, limit_s):
        names = [cell.exercise for cell in cells]
        return _run.Run(begun=names.index("00.1"), full=True) if "00.1" in names else real(cells, limit_s)

    monkeypatch.setattr(_run, "_once", once)
    found = verdicts(quick, {"00.1": "return 1", "02.3": RIGHT["02.3"]})
    assert (found["00.1"].state, found["02.3"].state) == ("crashed", "passed")
    assert found["00.1"].text == "your code was stopped: it found the disk full; free some space, or write less."


def test_full_disk_before_a_run(quick, monkeypatch):  # noqa: F811
    """Without room for temporary files there is one sentence; what was checked before stays."""
    def full(cells, *, limit_s):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(_run, "run_nbval", full)
    with pytest.raises(CourseError, match="cannot be written .No space left on device.. Free some space"):
        verdicts(quick, {"00.1": "return 1"})
    broken = _run.Run(begun=1, cells={}, checks={})
    runs = iter([broken])
    monkeypatch.setattr(_run, "run_nbval", lambda cells, *, limit_s: next(runs, None) or full(cells, limit_s=limit_s))
    found = verdicts(quick, {"00.1": "return 1", "02.3": RIGHT["02.3"]})
    assert "ended the Python process" in found["00.1"].text and found["02.3"].text == runner.DISK_FULL


@pytest.mark.parametrize("text, words", [
    ("your code raised MemoryError; where: x", "2 GB"), ("stops with OSError: [Errno 12] Cannot allocate memory", "2 GB"),
    ("stops with _ArrayMemoryError: Unable to allocate", "2 GB"),
    ("raised OSError: [Errno 27] File too large", "100 MB"), ("raised OSError: [Errno 122] Disk quota exceeded", "disk full"),
    ("raised OSError: [Errno 2] No such file", None), ("", None)])
def test_what_is_said(text, words):
    """Each limit has its sentence; any other crash keeps its own."""
    said = _limits.reached(text)
    assert said is None if words is None else words in said


@pytest.fixture
def small_disk(tmp_path, monkeypatch):
    """A real file system of 4 MB that the checks use for everything temporary; only root may mount one."""
    place = tmp_path / "small"
    place.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", place], capture_output=True) if sys.platform == "linux" else None
    if done is None or done.returncode:
        pytest.skip("no file system can be mounted here")
    monkeypatch.setattr("tempfile.tempdir", str(place))
    monkeypatch.setenv("TMPDIR", str(place))
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def test_a_disk_that_an_answer_fills(quick, small_disk):  # noqa: F811
    """An answer writes until nothing fits any more: it is named, in one line, and every other has its verdict."""
    fill = "with open('filler', 'wb', buffering=0) as file:\n        while True:\n            file.write(b'x' * 4096)"
    found = verdicts(quick, {"00.1": fill, "02.3": RIGHT["02.3"]})
    assert (found["00.1"].state, found["02.3"].state) == ("crashed", "passed")
    assert "disk full" in found["00.1"].text and "\n" not in found["00.1"].text.strip()
