"""Every check is proven: the solution and other right answers pass, each known wrong answer gets the message meant for it."""
from __future__ import annotations

import importlib
import io
import re
import time
from contextlib import redirect_stdout
from pathlib import Path
from types import ModuleType

import nbformat
import pytest

from helpers.checks import core, outcome

ROOT = Path(__file__).resolve().parents[2]
SOLUTIONS = {path.name[:2]: path for path in sorted((ROOT / "exercises" / "solutions").glob("*.ipynb"))}
CASES = {id: case for path in sorted(Path(__file__).parent.glob("cases_*.py"))
         for id, case in importlib.import_module(f"tests.exercises.{path.stem}").CASES.items()}
RIGHT = [(id, name) for id, case in CASES.items() for name in case["right"]]
WRONG = [(id, name) for id, case in CASES.items() for name in case["wrong"]]


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch):
    monkeypatch.setenv("COURSE_PROGRESS", "off")


def solution_cells(path: Path) -> dict[str, str]:
    """Exercise id -> source of its answer cell, markers included."""
    sources = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    return {found[1]: source for source in sources if (found := re.match(r"# exercise (\d\d\.\d)", source))}


def preamble(path: Path) -> str:
    """The imports that the notebook makes before its first answer cell, without connecting."""
    lines = []
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.source.startswith("# exercise"):
            break
        if cell.cell_type == "code":
            lines += [line for line in cell.source.splitlines() if line.startswith(("import ", "from "))]
    return "\n".join(lines)


def answer(id: str, source: str) -> object:
    """What the learner would pass to check(): the name that the exercise asks for, out of the executed cell."""
    module = ModuleType("__main__")
    exec(compile(preamble(SOLUTIONS[id[:2]]) + "\n" + source, f"<exercise {id}>", "exec"), module.__dict__)
    return module.__dict__[core.find(id).name]


def verdict(id: str, source: str) -> tuple[str, str, str]:
    """State, message id and printed line or message of check() for an answer."""
    printed = io.StringIO()
    try:
        with redirect_stdout(printed):
            core.check(id, answer(id, source))
    except outcome.CheckFailed as failure:
        return failure.state, failure.id, str(failure)
    return "passed", "", printed.getvalue()


def test_every_exercise_has_cases():
    """Each registered exercise has at least two more right answers and five wrong ones, and each case has its exercise."""
    assert set(CASES) == set(core.exercises())
    for id, case in CASES.items():
        assert len(case["right"]) >= 2, id
        assert len(case["wrong"]) >= 5, id


@pytest.mark.parametrize("id", list(CASES))
def test_solution_passes_and_stub_is_not_attempted(id):
    """The notebook's solution prints one stable line; its stub is 'not yet attempted'."""
    from tools.exercises import stub
    source = solution_cells(SOLUTIONS[id[:2]])[id]
    state, _, line = verdict(id, source)
    assert state == "passed", line
    assert line == f"{id} passed: {core.find(id).insight}\n"
    assert verdict(id, source)[2] == line
    assert verdict(id, stub(source))[:2] == ("not yet attempted", "not-attempted")


@pytest.mark.parametrize("id, name", RIGHT)
def test_other_right_answers_pass(id, name):
    """An answer that does the job in another way passes too."""
    state, _, message = verdict(id, CASES[id]["right"][name])
    assert state == "passed", message


@pytest.mark.parametrize("id, name", WRONG)
def test_wrong_answers_get_their_message(id, name):
    """A wrong answer fails with the message meant for its mistake, in at most four short lines."""
    source, wanted = CASES[id]["wrong"][name]
    state, found, message = verdict(id, source)
    assert (state != "passed", found) == (True, wanted), message
    assert len(message.splitlines()) <= 4 and max(map(len, message.splitlines())) <= 140, message


@pytest.mark.parametrize("id", list(CASES))
def test_hints_and_messages_do_not_give_the_answer_away(id):
    """No line of the solution's body stands in hints 1 and 2, nor in any message for a wrong answer."""
    body = re.search(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", solution_cells(SOLUTIONS[id[:2]])[id], re.S)
    telling = [line.strip() for line in body[1].splitlines() if len(line.strip()) > 18]
    task = core.find(id)
    messages = [verdict(id, source)[2] for source, _ in CASES[id]["wrong"].values()]
    for text in [*task.hints[:2], *messages]:
        assert not [line for line in telling if line in text]
    assert len(task.hints) == 3 and all(task.hints)


def test_checks_are_quick():
    """No solution needs seconds to be judged (a generous bound; the figure itself is in benchmarks/)."""
    slow = {}
    for id in CASES:
        given = answer(id, solution_cells(SOLUTIONS[id[:2]])[id])
        core.judged(core.find(id), given)
        started = time.perf_counter()
        core.judged(core.find(id), given)
        slow[id] = time.perf_counter() - started
    assert all(seconds < 3 for seconds in slow.values()), slow
