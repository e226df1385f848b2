"""`hint` and `progress`: three steps, counted once; a card that survives damage."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from helpers.checks import check, core, hint, outcome, progress, state

from .double import ROOT

# --- hints and progress ---

pytestmark = pytest.mark.usefixtures("own_progress")  # a file of progress for each test alone


def test_hints_come_in_three_steps_and_are_counted_once(double, capsys, monkeypatch):
    """Nudge, pointer, worked line, and that one again; a new kernel begins with the first; each is counted once."""
    for _ in range(4):
        hint("99.1")
    assert capsys.readouterr().out.splitlines() == [
        "Hint 1 of 3 for 99.1: Think.",
        "Hint 2 of 3 for 99.1: Use *.",
        *["Hint 3 of 3 for 99.1: return 2 * x"] * 2,
    ]
    monkeypatch.setattr(state, "_shown", {})
    hint("99.1")
    assert "Hint 1 of 3" in capsys.readouterr().out
    assert state.load()["99.1"]["hints"] == 3


def test_progress_is_a_card(double):
    """Every exercise has a row with its last state and its hints; the caption counts and names the next one."""
    with pytest.raises(outcome.CheckFailed):
        check("99.1", lambda x: "<b>")
    hint("99.1")
    card = progress()
    row = next(cells for cells in card.cells if cells[0] == "99.1")
    assert row[1:4] == ("double", "✗\N{NO-BREAK SPACE}wrong", "1") and "got: '<b>'" in row[4]
    assert card.caption.startswith(f"0 of {len(core.exercises())} exercises passed. Next: 00.1 mask_token.")
    assert "&lt;b&gt;" in card.html


def test_progress_survives_damage(double):
    """A torn or foreign line in the file costs that line only."""
    check("99.1", lambda x: 2 * x)
    with open(state.path(), "ab") as file:
        file.write(b'\n{"id": "99.1", "sta')
    hint("99.1")
    with open(state.path(), "ab") as file:
        file.write(b"\nnull\n[1]\n{}\n\xff\xfe")
    assert state.load()["99.1"] == {
        "state": "passed",
        "message": "99.1 passed: twice is enough.",
        "mistake": "",
        "hints": 1,
    }


def test_progress_without_a_file(double, monkeypatch, tmp_path):
    """Where nothing can be written, progress lasts as long as the kernel."""
    (tmp_path / "file").touch()
    for chosen in ("off", str(tmp_path / "file" / "progress.jsonl")):
        monkeypatch.setenv("COURSE_PROGRESS", chosen)
        monkeypatch.setattr(state, "_unsaved", [])
        check("99.1", lambda x: 2 * x)
        assert state.load()["99.1"]["state"] == "passed"


def test_two_notebooks_at_once(tmp_path):
    """Two kernels that write at the same moment lose nothing."""
    code = (
        "import sys\nfrom helpers.checks import state\n"
        "for n in range(150): state.note(f'{sys.argv[1]}.{n}', 'passed', 'x' * 200)"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT), "COURSE_PROGRESS": str(tmp_path / "both.jsonl")}
    running = [subprocess.Popen([sys.executable, "-c", code, name], env=env) for name in ("01", "02")]
    assert [process.wait(60) for process in running] == [0, 0]
    assert len(state.fold(state.read(tmp_path / "both.jsonl"))) == 300


def test_progress_stands_beside_the_launcher(monkeypatch, tmp_path):
    """In a clone the file is `.course/progress.jsonl` beside course.py, from whichever folder a notebook runs."""
    (tmp_path / "course.py").touch()
    (tmp_path / "exercises").mkdir()
    monkeypatch.delenv("COURSE_PROGRESS")
    monkeypatch.chdir(tmp_path / "exercises")
    assert state.path() == tmp_path / ".course" / "progress.jsonl"
