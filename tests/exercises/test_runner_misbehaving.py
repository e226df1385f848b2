"""`course.py check` on answers that misbehave: each is named, and costs no other exercise its verdict."""

from __future__ import annotations

import re

import pytest

from helpers.checks import __main__ as command
from helpers.checks import _run, _select, runner
from tests.exercises.learner import FIRST, QUICK, ROOT, STUBBED, notebook, put, verdicts
from tests.exercises.test_cases import SOLUTIONS, solution_cells

pytestmark = pytest.mark.usefixtures("own_progress")


def test_answers_that_misbehave_inside(quick):
    """A megabyte, a question, an exit and a move are named, each in its own exercise."""
    found = verdicts(
        quick,
        {
            "00.1": 'print("x" * 1_000_000)',
            "01.3": "input()",
            "02.3": "import os; os._exit(3)",
            "03.3": "import os; os.chdir('/')",
        },
    )
    assert {verdict.state for verdict in found.values()} == {"crashed"}
    assert "prints more than 100,000 characters" in found["00.1"].text
    assert "waits for input" in found["01.3"].text
    assert "would end the notebook" in found["02.3"].text
    assert "changes the working directory" in found["03.3"].text


def test_cells_that_misbehave_at_the_top(quick, monkeypatch):
    """A loop, a flood, a question and a fork outside any function are named, and the loop costs no other exercise its verdict."""
    monkeypatch.setattr(_run, "CELL_LIMIT_S", 5)
    found = verdicts(
        quick,
        {
            "00.1": "top:while True: pass",
            "01.3": "top:while True: print('x' * 1000)",
            "02.3": "top:input()",
            "03.3": "top:import os\nos.fork()",
        },
    )
    assert {verdict.state for verdict in found.values()} == {"crashed"}
    assert "did not end within 5 seconds" in found["00.1"].text
    assert "prints more than" in found["01.3"].text
    assert "waits for input" in found["02.3"].text
    assert "copies the whole notebook" in found["03.3"].text


def test_answers_that_kill_the_kernel(quick, monkeypatch):
    """Answers that kill the kernel, or cannot be interrupted, lose their own exercise only; nothing is left running."""
    monkeypatch.setattr(_run, "CELL_LIMIT_S", 5)
    kill = "top:import ctypes\nctypes.string_at(0)"
    deaf = (
        "top:def deeper(n):\n    try:\n        return deeper(n + 1)\n    except BaseException:\n        return deeper(n + 1)\n"
        "deeper(0)"
    )
    right = {id: solution_cells(SOLUTIONS[id[:2]])[id] for id in QUICK}
    found = verdicts(quick, {"00.1": kill, "01.3": right["01.3"], "02.3": deaf, "03.3": right["03.3"]})
    assert [found[id].state for id in found] == ["crashed", "passed", "crashed", "passed"], found
    assert "ended the Python process" in found["00.1"].text
    assert "could not be interrupted" in found["02.3"].text
    assert not _run._alive


DEAF = {  # what only the end of its process ends
    "recursion": "def deeper(n):\n    try:\n        return deeper(n + 1)\n    except BaseException:\n        return deeper(n + 1)\n"
                 "return deeper(0)",
    "finally": "def deeper(n):\n    for _ in range(100):\n        try:\n            deeper(n + 1)\n        except:\n            pass\n"
               "        finally:\n            n += 1\ndeeper(0)",
    "in a library": "import functools\ndef deeper(n):\n    try:\n        return functools.reduce(lambda a, b: deeper(n + 1), [1, 2, 3])\n"
                    "    except BaseException:\n        return max([n, n + 1], key=deeper)\nreturn deeper(0)",
    "three deep": "while True:\n    try:\n        while True:\n            try:\n                while True:\n                    try: sum(range(9))\n"
                  "                    except BaseException: continue\n            except BaseException: continue\n"
                  "    except BaseException: continue",
}


def test_answers_that_catch_everything_at_every_level(quick, monkeypatch):
    """Each such answer loses its own exercise, with a line that says so, and leaves no process."""
    monkeypatch.setattr(_run, "CELL_LIMIT_S", 3)
    found = verdicts(quick, dict(zip(QUICK, DEAF.values(), strict=True)))
    assert {verdict.state for verdict in found.values()} == {"crashed"}, found
    for verdict in found.values():
        assert re.search("did not end within|could not be interrupted", verdict.text), verdict.text
    assert not _run._alive


def test_cells_that_harm_the_others(quick):
    """Streams, environment, paths, names and the course's own functions are there again for the next exercise."""
    right = {id: solution_cells(SOLUTIONS[id[:2]])[id] for id in QUICK}
    harm = "import os, sys\nsys.stdout = None\nos.environ.clear()\nsys.path.clear()\nos.chdir('/')"
    cheat = "import helpers.checks.core as core\ncore.judged = lambda *_: None"
    found = verdicts(quick, {
        "00.1": f"{right['00.1']}\n{harm}", "01.3": "top:globals().clear()",
        "02.3": f"# exercise 02.3\ndef softmax_t(logits, T): return 1\n{cheat}", "03.3": f"{right['03.3']}\nraise SystemExit"})
    assert [found[id].state for id in QUICK] == ["passed", "not yet attempted", "wrong", "crashed"], found
    assert "there is no `pick_method`" in found["01.3"].text
    assert found["03.3"].text.startswith("the answer cell was stopped: it calls exit(), which would end the notebook; return")


def test_a_file_that_hides_the_course_is_named(tmp_path, capsys):
    """helpers.py beside the notebooks does not disturb the command, which says what it does to the notebooks."""
    put(tmp_path, FIRST.name, notebook(STUBBED))
    put(tmp_path, "helpers.py", "raise RuntimeError")
    assert command.main(["00", "--folder", str(tmp_path)]) == 1
    assert capsys.readouterr().out.splitlines()[-1].startswith("helpers.py hides the course's package `helpers` from notebooks")
    assert _select.hides_helpers(ROOT) is None


def test_time_limit_of_a_notebook(quick, monkeypatch):
    """When the whole notebook takes too long, it is stopped, and what was not reached is said to be so."""
    monkeypatch.setattr(runner, "NOTEBOOK_LIMIT_S", 12)
    found = verdicts(quick, {"00.1": "top:import time; time.sleep(60)", "01.3": "return 1"})
    assert found["00.1"].state == "crashed"
    assert re.search(
        "time limit|not reached in time", found["00.1"].text
    )  # the second where the kernel itself starts slowly
    assert "not reached in time" in found["01.3"].text
    assert found["02.3"].state == "not yet attempted"
