"""The version matrix says what it ran: a missing Python, an environment that cannot be made and a failing test are told apart."""
from __future__ import annotations

import os
import sys

import pytest

from tools import matrix, matrix_run
from tools import matrix_table as table

# pytest without the plug-ins of the test environment, which take it some seconds to load.
QUICKLY = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


@pytest.fixture
def here(tmp_path, monkeypatch):
    """Logs go to an empty folder, and CI is not set."""
    monkeypatch.setattr(matrix, "ROOT", tmp_path)
    monkeypatch.setattr(matrix, "HOME", tmp_path)
    monkeypatch.setattr(matrix_run, "HOME", tmp_path)
    monkeypatch.delenv("CI", raising=False)
    return tmp_path


@pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", 1)])
def test_a_missing_python_is_a_failure_in_ci_only(here, monkeypatch, capsys, ci, code):
    """Without that Python the cell is skipped with the command that brings it; CI does not accept that."""
    monkeypatch.setattr(matrix, "find_python", lambda version: None)
    monkeypatch.setenv("CI", ci)
    assert matrix.main(["colab"]) == code
    out = capsys.readouterr().out
    assert "this machine has no Python 3.13. Install one (pyenv install 3.13) to run it." in out
    assert out.splitlines()[-1] == "0 passed, 0 failed, 1 skipped"


def test_an_environment_that_cannot_be_made(here, monkeypatch, capsys):
    """What the installer said last is shown, and the cell counts as failed."""
    def broken(python):
        raise matrix.Broken("no such package")

    monkeypatch.setattr(matrix, "find_python", lambda version: sys.executable)
    monkeypatch.setattr(matrix, "run_colab", broken)
    assert matrix.main(["colab"]) == 1
    out = capsys.readouterr().out
    assert "no such package" in out and out.splitlines()[-1] == "0 passed, 1 failed, 0 skipped"


def test_all_is_every_pair_on_every_python():
    """`all` has sixteen cells, and the two ends are among them: the oldest of both SDKs, and the newest."""
    cells = matrix.cells(list(matrix.HUB), list(matrix.OPENAI), list(matrix.PYTHON))
    assert len(cells) == len(set(cells)) == 16
    assert ("3.13", "1.27", "2.54") in cells and ("3.11", "newest", "newest") in cells


def test_outcomes_are_read_from_pytest(here):
    """Passed, failed and skipped tests are counted; a failure has its name and its whole assertion, up to 15 lines."""
    tests = ("good", "pass"), ("later", "pytest.skip('later')"), ("bad", r"assert 1 == 2, 'a reason\nline 2\n  line 3' + 99 * '\nmore'")
    text = "\n\n".join(f"def test_{name}():\n    {body}\n" for name, body in tests)
    (here / "test_x.py").write_text(f"import pytest\n\n{text}")
    outcome = matrix.run_pytest(sys.executable, ["test_x.py"], QUICKLY, here, "x")
    assert (outcome.passed, outcome.skipped) == (1, 1)
    [failure] = outcome.failures
    first, second, third, *more = failure.splitlines()
    assert first.startswith("x: ") and "test_bad" in first and first.endswith("a reason")
    assert (second.strip(), third.strip(), len(more)) == ("line 2", "line 3", 12) and third.index("l") > second.index("l")


@pytest.mark.parametrize("text", ["def test_x(: pass", "import os; os._exit(0)", "x = 1"])
def test_a_run_that_says_nothing_is_a_failure(here, text):
    """A file that cannot be read, a process that dies and a run without tests are failures, not successes without tests."""
    (here / "test_x.py").write_text(text)
    outcome = matrix.run_pytest(sys.executable, ["test_x.py"], QUICKLY, here, "x")
    assert outcome.passed == 0 and len(outcome.failures) == 1


def test_a_run_that_hangs_is_ended_and_shows_where(here, monkeypatch):
    """A test that never ends is a failure with its name and the lines at which its threads stood."""
    (here / "test_x.py").write_text("import threading\n\ndef test_hung():\n    threading.Event().wait()\n")
    for minutes in (0.05, 0.2, 0.8):  # the first that is long enough for pytest to begin
        monkeypatch.setattr(matrix_run, "MINUTES", minutes)
        [failure] = matrix.run_pytest(sys.executable, ["test_x.py"], QUICKLY, here, "x").failures
        if "test_hung" in failure:
            break
    assert failure.startswith(f"x: not finished after {minutes} minutes")
    assert "test_x.py::test_hung" in failure and "line 4 in test_hung" in failure


def test_a_refused_address_is_a_failure(here):
    """Each address beyond this machine that a notebook asked for fails its cell."""
    (here / "refused.txt").write_text("example.invalid (process: x; during: no test)\n  File \"x.py\", line 1\n")
    assert matrix.refused(here, "lessons").failures == ["lessons: asked for example.invalid (process: x; during: no test)"]


ORDER = [("3.11", "a"), ("3.11", "b"), ("3.13", "a")]


def row(python: str, cell: str, result: str) -> table.Row:
    return table.Row(python, "1.33.0", "3.54.0", cell, result, "9 passed, 0 failed", "12", "numpy 2.4.6, starlette 1.10.0")


def test_the_written_table_keeps_what_was_run_before(tmp_path, monkeypatch):
    """A cell run again replaces its own row and no other; each keeps its date, and those never run are named."""
    path = tmp_path / "matrix.md"
    monkeypatch.setattr(table.time, "strftime", lambda form: "2026-01-01")
    table.write(path, [row("3.13.0", "a", "FAIL"), row("3.11.7", "b", "pass")], ORDER)
    assert path.read_text().splitlines()[-1] == "Not run: Python 3.11 with a."
    monkeypatch.setattr(table.time, "strftime", lambda form: "2026-02-02")
    table.write(path, [row("3.13.2", "a", "pass"), row("3.11.7", "a", "pass")], ORDER)
    seen = [(found.python, found.cell, found.result, found.date) for found in table.read(path)]
    assert seen == [("3.11.7", "a", "pass", "2026-02-02"), ("3.11.7", "b", "pass", "2026-01-01"),
                    ("3.13.2", "a", "pass", "2026-02-02")]
    assert path.read_text().splitlines()[-1] == "All 3 were run."


def test_a_cell_is_written_as_soon_as_it_is_known(here, monkeypatch):
    """With --write a cell that failed stands in the table as FAIL with its versions; one that was skipped does not stand there."""
    job = matrix.Environment(here)
    monkeypatch.setattr(matrix, "RESULTS", here / "matrix.md")
    monkeypatch.setattr(matrix.Environment, "ask", lambda self, code: "3.11.9 1.33.1 3.54.0 numpy==2.4.6 starlette==1.10.0")
    monkeypatch.setattr(matrix, "find_python", lambda version: sys.executable if version == "3.11" else None)
    monkeypatch.setattr(matrix, "run_pair", lambda python, *cell: (job, matrix.Outcome(passed=3, failures=["lessons: x"])))
    assert matrix.main(["all", "--write", "--hub", "1.33", "--openai", "newest"]) == 1
    [found] = table.read(here / "matrix.md")
    assert (found.python, found.hub, found.cell, found.result) == ("3.11.9", "1.33.1", "hub 1.33, openai newest", "FAIL")
    assert found.others == "numpy 2.4.6, starlette 1.10.0"
    assert "Python 3.13 with hub 1.33, openai newest" in (here / "matrix.md").read_text()
