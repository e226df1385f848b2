"""`check`, `hint` and `progress` in a notebook: short messages, no traceback, nothing that an answer does can hang them."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys

import nbformat
import pytest
from nbclient import NotebookClient

from helpers.checks import _ahead, check, core, guard, state

from .double import ROOT, answer, failure

# --- verdicts ---

pytestmark = pytest.mark.usefixtures("own_progress")  # a file of progress for each test alone


def test_right_answer_prints_one_line(double, capsys):
    """A right answer prints one line that is the same every time."""
    check("99.1", lambda x: x + x)
    check("99.1", lambda x: 2 * x)
    assert capsys.readouterr().out == "99.1 passed: twice is enough.\n" * 2
    assert state.load()["99.1"]["state"] == "passed"


def test_wrong_answer_says_did_expected_got_next(double):
    """A wrong answer gets the judge's four lines."""
    failed = failure(lambda x: 3)
    assert (failed.state, failed.id) == ("wrong", "not-doubled")
    assert str(failed).splitlines() == ["99.1: double(2)", "expected: 4", "got:      3", "next:     Multiply by two."]


def test_lines_stay_lines_whatever_comes_back(double):
    """Line breaks and megabytes in what the answer gives back do not make the message longer."""
    assert "…" in str(failure(lambda x: "a\nb" * 1_000_000))


@pytest.mark.parametrize(
    "given", [None, ..., answer("raise NotImplementedError"), answer("raise NotImplementedError  # your code here")]
)
def test_stub_is_not_attempted(double, given):
    """Nothing, an ellipsis and the stub are 'not yet attempted'."""
    failed = failure(given)
    assert (failed.state, failed.id) == ("not yet attempted", "not-attempted")


def test_not_implemented_elsewhere_is_a_crash(double):
    """A NotImplementedError with a text, or out of a library, is the answer's own and no stub."""
    library = {"__name__": "library"}
    exec("def work(x):\n    raise NotImplementedError", library)
    assert failure(answer("raise NotImplementedError('later')")).state == "crashed"
    assert failure(library["work"]).state == "crashed"


def test_crash_names_error_and_line(double, tmp_path):
    """An exception is named with its text and the learner's line, without a traceback."""
    file = tmp_path / "cell.py"
    file.write_text("def double(x):\n    return int('two') * x\n")
    space = {"__name__": "__main__"}
    exec(compile(file.read_text(), str(file), "exec"), space)
    lines = str(failure(space["double"])).splitlines()
    assert lines[0] == "99.1: your code raised ValueError: invalid literal for int() with base 10: 'two'"
    assert lines[1] == "where:    return int('two') * x"


def test_what_the_judge_cannot_use_is_not_called_the_learners_exception(double, monkeypatch):
    """When the judge itself trips over a value, the message speaks of what came back."""

    def judge(answer):
        answer(2)["key"]

    task = core.Exercise(id="99.1", name="double", insight="", hints=("", "", ""), judge=judge)
    monkeypatch.setitem(core._REGISTRY, "99.1", task)
    assert "the check could not go on with what your code did: TypeError" in str(failure(lambda x: 3))


@pytest.mark.parametrize("given", ["double", 4, {"double": 1}])
def test_not_a_function(double, given):
    """A name in quotes or a called function is told apart from a wrong answer."""
    assert failure(given).id == "not-callable"


@pytest.mark.parametrize("id", ["04.22", "4.2", "", "../../x.1", 4.2, None])
def test_unknown_exercise_offers_near_ones(id):
    """An id that does not exist is one sentence with near misses."""
    with pytest.raises(core.CourseError) as caught:
        check(id, print)
    assert "Did you mean" in str(caught.value) or "in quotes" in str(caught.value)


# --- what is loaded ahead ---


def test_an_answer_cell_loads_ahead(monkeypatch):
    """Running the cell of an answer begins to load what its check needs; other cells and unknown exercises load nothing."""
    loaded, needed = [], {"07.1": ("json", "no_such_package"), "04.1": ("server",)}
    monkeypatch.setattr(_ahead, "_load", lambda name: loaded.append(name))
    for cell in ("# exercise 07.1\nx = 1", "x = 1", "# exercise 99.9\n", "%%time\n# exercise 4.1\n"):
        thread = _ahead.begin(cell, needed.__getitem__)
        if thread:
            thread.join()
    assert loaded == ["json", "no_such_package", "server"]


def test_what_a_judge_imports_is_declared():
    """In a fresh process the judges of lesson 07 import no package inside the time of the answer: it was loaded before."""
    code = (
        "import sys, helpers.checks.core as core\nfrom helpers.checks import _ahead\n"
        "tasks = [task for task in core.exercises().values() if 'openai' in task.needs]\n"
        "[_ahead.load(task.needs) for task in tasks]\nbefore = set(sys.modules)\n"
        "import helpers.checks.lesson_07 as seven\nseven.http_error(429), seven.openai_error(429), seven.network_errors()\n"
        "print([task.id for task in tasks], [name for name in set(sys.modules) - before if 'helpers' not in name])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['02.2', '07.1', '07.3'] []"


def test_loading_leaves_garbage_collection_as_it_was():
    """While packages load no garbage is looked for; afterwards it is again, also after an exception."""
    import gc

    with contextlib.suppress(ZeroDivisionError), guard.off_the_clock():
        assert not gc.isenabled()
        1 / 0  # noqa: B018
    assert gc.isenabled() and not gc.get_freeze_count()


# --- in a real kernel ---

CELLS = [
    "from helpers import check, hint, progress",
    'check("00.1", lambda token: token)',
    "def mask_token(token): raise NotImplementedError  # your code here",
    'check("00.1", mask_token)',
    'check("00.9", mask_token)',
    'check("00.1", lambda token: exit())',
    'check("00.1", lambda token: print(1 / 0))',
    'check("00.1", mask_later)',
    "mask_later",
    'check("00.1", lambda token: "hf_****" + token[-4:] if token and len(token) > 9 else "hf_****")',
]


def test_no_traceback_in_a_real_kernel(tmp_path, monkeypatch):
    """In the installed IPython (9 when new, 7 in Colab) a failed check shows its lines only; the kernel lives on."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
    NotebookClient(
        notebook, kernel_name="python3", timeout=60, allow_errors=True, resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    outputs = [cell.outputs[0] if cell.outputs else None for cell in notebook.cells]
    assert outputs[0] is None and outputs[2] is None
    for number, words in (
        (1, "00.1: mask_token('hf_"),
        (3, "00.1: not attempted yet"),
        (4, "There is no exercise '00.9'."),
        (5, "00.1: your code was stopped: it calls exit()"),
        (6, "00.1: your code raised ZeroDivisionError"),
    ):
        shown = outputs[number]["traceback"]
        assert len(shown) <= 4 and shown[0].startswith(words), shown
        assert not any("Traceback" in line or "\x1b" in line for line in shown)
    assert "check(" not in json.dumps([outputs[n]["traceback"] for n in (1, 3, 5)])
    assert outputs[7]["traceback"][0] == "00.1: not attempted yet: there is no `mask_token`."
    assert outputs[8]["ename"] == "NameError"  # nothing is left behind
    assert outputs[9]["text"].startswith("00.1 passed: ")
