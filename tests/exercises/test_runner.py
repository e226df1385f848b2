"""`course.py check` over the whole course, beside plain nbval, and the parts it is made of."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from helpers.checks import __main__ as command
from helpers.checks import _cells, _run, _shipped, guard, runner
from tests.exercises.learner import FIRST, GOOD, ROOT, SEVERAL, nbval_alone, notebook, put, text
from tests.exercises.test_cases import SOLUTIONS, solution_cells

pytestmark = pytest.mark.usefixtures("own_progress")


def test_pytest_alone_gives_the_same_verdicts(tmp_path):
    """`pytest --nbval-lax NOTEBOOK` fails exactly at the answer and check cells of exercises that course.py does not pass."""
    right = solution_cells(SOLUTIONS["02"])
    answers = {
        **right,
        "02.1": right["02.1"] + "\n# NBVAL_SKIP",
        "02.3": "# exercise 02.3\ndef softmax_t(logits, T):\n    return 1",
    }
    del answers["02.4"]
    path = tmp_path / SEVERAL.name
    path.write_text(text(notebook(answers, SEVERAL)), "utf-8")
    ours = {verdict.exercise: verdict.state for verdict in runner.check_notebook(path, SEVERAL)[0]}
    assert list(ours.values()) == ["crashed", "passed", "wrong", "not yet attempted"]
    cells, ended = _cells.read(path), nbval_alone([path], tmp_path)[path.name]
    failed = {cells[number].answers or cells[number].checks for number, end in ended.items() if not end["ok"]}
    assert failed == {id for id, state_ in ours.items() if state_ != "passed"}


def test_the_command_by_itself(tmp_path):
    """As a process: one line, a total, exit code 0."""
    put(tmp_path, FIRST.name, notebook(GOOD))
    done = subprocess.run(
        [sys.executable, "-m", "helpers.checks", "00", "--folder", str(tmp_path)],
        cwd=ROOT,
        text=True,
        capture_output=True,
        timeout=200,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert done.stdout.startswith(
        "00.1  ? passed: mask_token: a masked token still tells two tokens apart, and opens nothing.\n\n"
        "1 exercise: 1 passed ("
    )
    assert done.returncode == 0


def test_all_solutions_pass(tmp_path, capsys):
    """All solutions, saved as a learner would save them, pass: one line per exercise, exit code 0."""
    for lesson, path in SOLUTIONS.items():
        (tmp_path / _shipped.paths()[lesson].name).write_bytes(path.read_bytes())
    code = command.main(["--folder", str(tmp_path)])
    lines = capsys.readouterr().out.splitlines()
    assert not [line for line in lines[:-1] if line and "✓ passed: " not in line]
    assert code == 0


def test_stubs_fail_at_their_checks_only(tmp_path):
    """Under plain nbval an untouched notebook fails at its check cells and nowhere else."""
    paths = list(_shipped.paths().values())
    folders = [tmp_path / "even", tmp_path / "odd"]
    for folder in folders:
        folder.mkdir()
    with ThreadPoolExecutor(2) as pool:
        halves = list(pool.map(nbval_alone, [paths[::2], paths[1::2]], folders))
    for name, ended in {**halves[0], **halves[1]}.items():
        cells = _cells.read(_shipped.FOLDER / name)
        assert {number for number, end in ended.items() if not end["ok"]} == {
            n for n, cell in enumerate(cells) if cell.checks
        }, name
        assert len(ended) == len(cells), name


def test_untouched_notebooks_need_no_kernel(tmp_path, monkeypatch, capsys):
    """A notebook as shipped is 'not yet attempted' throughout, without a process being started."""
    monkeypatch.setattr(_run, "run_nbval", None)
    for path in _shipped.paths().values():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    assert command.main(["--folder", str(tmp_path)]) == 1
    out = capsys.readouterr().out.splitlines()
    assert all("· not yet attempted: " in line for line in out[:-2]) and "not yet attempted" in out[-1]


def test_shipped_copies_are_up_to_date():
    """The package carries each exercise notebook exactly as it is generated from its solution."""
    from tools.exercises import SOLUTIONS as folder
    from tools.exercises import made

    shipped = {path.name: path.read_text("utf-8") for path in _shipped.paths().values()}
    assert shipped == {path.name: made(path) for path in folder.glob("*.ipynb")}


def test_shipped_notebooks_can_be_merged():
    """Each exercise has one answer cell and one check cell, alone and of the same name as its judge, and no check may raise."""
    from helpers.checks import exercises

    names = {}
    for path in _shipped.paths().values():
        cells = _cells.read(path)
        answers = [cell.answers for cell in cells if cell.answers]
        assert answers == [cell.checks for cell in cells if cell.checks]
        names |= _shipped.exercises(_shipped.parts(cells))
        assert not [cell for cell in cells if {"raises-exception", "nbval-skip"} & set(cell.tags) or cell.skipped]
    assert names == {id: task.name for id, task in exercises().items()}


def test_table_lists_every_case(capsys):
    """One command prints each exercise with its right answers and the message that each wrong one gets."""
    assert command.main(["--table"]) == 0
    out = capsys.readouterr().out
    assert "00.1  mask_token\n  right  (solution) " in out and re.search(r"wrong  as it is +shows-all\n", out)


def test_table_without_tests(tmp_path):
    """Where the tests are not installed, that is what it says."""
    from helpers.checks._table import cases_table

    with pytest.raises(_cells.CourseError, match="The tests are not installed"):
        cases_table(tmp_path)


@pytest.mark.parametrize(
    "source, id",
    [
        ("# exercise 04.2\nx", "04.2"),
        ("#exercise 4.2", "04.2"),
        ("\n\n## Exercise 04.2: mine\n", "04.2"),
        ("%%time\n# exercise 04.2", "04.2"),
        ("# my notes\n# exercise 04.2", "04.2"),
        ("x = 1\n# exercise 04.2", None),
        ("", None),
        ("# exercise four", None),
    ],
)
def test_answer_cells_are_known_by_their_first_line(source, id):
    """The mark is the first line; comments, magics and blank lines may stand above."""
    assert _cells.Cell(source=source).answers == id


@pytest.mark.parametrize(
    "source, names",
    [
        ("import numpy as np\ndef f(x: Y) -> Z:\n    y = np.dot(x, w)\n    return len(y)", {"Y", "Z", "w"}),
        ("def f(x):\n    return g(x)\ndef g(x):\n    return x", set()),
        ("class A(B):\n    c = d\n    def e(self): return i", {"B", "d", "i"}),
        ("!ls\n%time x = 1\nprint(a)", {"a"}),
        ("def broken(:", set()),
    ],
)
def test_names_that_an_answer_needs(source, names):
    """Free names are those that a cell neither defines nor finds in Python."""
    assert _cells.wanted(source) == names


def test_guard_leaves_time_for_nbval():
    """check() stops an answer before nbval's own limit ends the cell."""
    assert guard.TIME_LIMIT_S * 1.5 < _run.CELL_LIMIT_S
