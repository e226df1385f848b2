"""`course.py check` on real notebooks: however a learner saves one, the verdict is right, and the notebook stays as it was."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import subprocess
import sys
import threading
import warnings
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest

from helpers.checks import __main__ as command
from helpers.checks import _cells, _run, _select, _shipped, guard, runner, state
from tests.exercises.test_cases import SOLUTIONS, solution_cells

ROOT = Path(__file__).resolve().parents[2]
FIRST = _shipped.paths()["00"]
SEVERAL = _shipped.paths()["02"]  # four exercises
RIGHT = solution_cells(SOLUTIONS["00"])["00.1"]
WRONG = "# exercise 00.1\ndef mask_token(token):\n    return (token or '')[:8] + '...'"
STUB = next(cell.source for cell in _cells.read(FIRST) if cell.answers)


@pytest.fixture(autouse=True)
def _own_progress(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "own-progress.jsonl"))
    monkeypatch.setattr(state, "_unsaved", [])


# --- a learner's notebook ---


def notebook(answers: dict[str, str], shipped: Path = FIRST) -> nbformat.NotebookNode:
    """The shipped notebook with these answers in it."""
    learner = nbformat.read(shipped, as_version=4)
    for cell in learner.cells:
        id = answer_id(cell)
        if cell.cell_type == "code" and id in answers:
            cell.source = answers[id]
    return learner


def put(folder: Path, name: str, learner: nbformat.NotebookNode | str) -> Path:
    path = folder / name
    path.write_text(text(learner), "utf-8")
    return path


def answer_id(cell: nbformat.NotebookNode) -> str | None:
    return _cells.Cell(source=cell.source).answers


def check_cells(learner: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [cell for cell in learner.cells if cell.cell_type == "code" and _cells.Cell(source=cell.source).checks]


def with_outputs(
    learner: nbformat.NotebookNode, text: str = "00.1 passed: anything\n", error: bool = False
) -> nbformat.NotebookNode:
    """As if saved after Run All: counts everywhere, and at the check cell a passing line or an error."""
    for count, cell in enumerate((cell for cell in learner.cells if cell.cell_type == "code"), 1):
        cell.execution_count = count
    output = (
        nbformat.v4.new_output("error", ename="NotAttempted", evalue="", traceback=["not attempted"])
        if error
        else nbformat.v4.new_output("stream", name="stdout", text=text)
    )
    for cell in check_cells(learner):
        cell.outputs = [output]
    return learner


def with_check(
    learner: nbformat.NotebookNode, source: str | None, tags: list[str] | None = None
) -> nbformat.NotebookNode:
    """With its check cells replaced (None: deleted)."""
    for cell in check_cells(learner):
        cell.metadata["tags"] = tags or []
        if source is None:
            learner.cells.remove(cell)
        else:
            cell.source = source
    return learner


def by_colab(learner: nbformat.NotebookNode) -> str:
    """As Colab saves it: nbformat 4.0, no cell ids, lines as lists, its own metadata."""
    cells = [
        {
            "cell_type": cell.cell_type,
            "metadata": {"id": f"x{n}", "colab": {"base_uri": "https://localhost:8080/"}},
            "source": cell.source.splitlines(keepends=True),
            **({"execution_count": None, "outputs": []} if cell.cell_type == "code" else {}),
        }
        for n, cell in enumerate(learner.cells)
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 0, "metadata": {"colab": {"provenance": []}}, "cells": cells})


def older(learner: nbformat.NotebookNode, version: int) -> str:
    """In nbformat 3, 2 or 1."""
    cells = [
        {
            "cell_type": cell.cell_type,
            "metadata": {},
            "collapsed": False,
            "language": "python",
            "outputs": [],
            {3: "input", 2: "input", 1: "code"}[version]: cell.source,
        }
        for cell in learner.cells
        if cell.cell_type == "code"
    ]
    body = {"cells": cells} if version == 1 else {"worksheets": [{"cells": cells}]}
    return json.dumps({"nbformat": version, "nbformat_minor": 0, "metadata": {"name": ""}, **body})


def text(learner: nbformat.NotebookNode | str) -> str:
    with warnings.catch_warnings(action="ignore"):  # of nbformat, about the notebook without ids
        return learner if isinstance(learner, str) else nbformat.writes(learner)


def extra(learner: nbformat.NotebookNode, source: str, at: int | None = None) -> nbformat.NotebookNode:
    """With one more code cell."""
    learner.cells.insert(len(learner.cells) if at is None else at, nbformat.v4.new_code_cell(source))
    return learner


def without_ids(learner: nbformat.NotebookNode) -> nbformat.NotebookNode:
    for cell in learner.cells:
        cell.pop("id", None)
    return learner


def reordered(learner: nbformat.NotebookNode) -> nbformat.NotebookNode:
    learner.cells.reverse()
    return learner


STUBBED, GOOD, BAD = {"00.1": STUB}, {"00.1": RIGHT}, {"00.1": WRONG}
SAVED = {  # name -> (notebook, state, words of the line)
    # The thirteen ways to save a notebook of which plain nbval gets five wrong.
    "stub, outputs stripped": (notebook(STUBBED), "not yet attempted", ""),
    "stub, expected outputs shipped": (with_outputs(notebook(STUBBED)), "not yet attempted", ""),
    "stub, run all and saved": (with_outputs(notebook(STUBBED), error=True), "not yet attempted", ""),
    "right, run again": (with_outputs(notebook(GOOD)), "passed", "a masked token"),
    "right, not run again": (with_outputs(notebook(GOOD), error=True), "passed", ""),
    "right, stripped": (notebook(GOOD), "passed", ""),
    "wrong, checks not run again": (with_outputs(notebook(BAD)), "wrong", "5 of them"),
    "wrong, run all and saved": (with_outputs(notebook(BAD), text="", error=True), "wrong", ""),
    "wrong, stripped": (notebook(BAD), "wrong", "next: Count what your slices let through."),
    "check cell edited": (with_outputs(with_check(notebook(BAD), 'print("00.1 passed: anything")')), "wrong", ""),
    "NBVAL_SKIP in the answer": (
        notebook({"00.1": RIGHT + "\n# NBVAL_SKIP"}),
        "crashed",
        "NBVAL_SKIP keeps the answer cell from running",
    ),
    "answer deleted": (notebook({"00.1": "1 + 1"}), "not yet attempted", "no cell begins with `# exercise 00.1`"),
    "import error": (
        notebook({"00.1": RIGHT.replace("from typing", "import no_such_package\nfrom typing")}),
        "crashed",
        "ModuleNotFoundError: No module named 'no_such_package'",
    ),
    # More of them.
    "check cell deleted": (with_check(notebook(BAD), None), "wrong", ""),
    "check cell may raise": (
        with_check(notebook(BAD), 'check("00.1", mask_token)', ["raises-exception", "nbval-skip"]),
        "wrong",
        "",
    ),
    "check replaced in a cell of theirs": (extra(notebook(BAD), "def check(*_): pass", 1), "wrong", ""),
    "check replaced in the answer": (
        notebook({"00.1": WRONG + "\ndef check(*_): pass"}),
        "crashed",
        "gives the name `check` another meaning",
    ),
    "no cell ids": (without_ids(notebook(GOOD)), "passed", ""),
    "saved by Colab": (by_colab(notebook(GOOD)), "passed", ""),
    "nbformat 3": (older(notebook(GOOD), 3), "passed", ""),
    "nbformat 2": (older(notebook(BAD), 2), "wrong", ""),
    "nbformat 1": (older(notebook(BAD), 1), "wrong", ""),
    "cells in reverse": (reordered(notebook(GOOD)), "passed", ""),
    "twice, the last is right": (extra(notebook(BAD), RIGHT), "passed", ""),
    "twice, the last is wrong": (extra(notebook(GOOD), WRONG), "wrong", ""),
    "byte order mark": ("\ufeff" + text(notebook(STUBBED)), "not yet attempted", ""),
    "another name": (notebook({"00.1": RIGHT.replace("mask_token", "mask")}), "not yet attempted", "there is no `mask_token`"),
    "empty answer": (notebook({"00.1": "# exercise 00.1\n# later\n"}), "not yet attempted", "its answer cell holds no code"),
    "dots for an answer": (notebook({"00.1": "# exercise 00.1\n..."}), "not yet attempted", "its answer cell holds no code"),
    "pass for a body": (
        notebook({"00.1": "# exercise 00.1\ndef mask_token(token):\n    pass"}),
        "not yet attempted",
        "not attempted yet",
    ),
    "async": (notebook({"00.1": "# exercise 00.1\nasync def mask_token(token):\n    return token"}), "wrong", "`async def`"),
    "time.sleep patched": (
        notebook({"00.1": RIGHT + "\nimport time\ntime.sleep = lambda seconds: None"}),
        "passed",
        "",
    ),
    "BaseException": (
        notebook({"00.1": "# exercise 00.1\ndef mask_token(token):\n    raise BaseException('hm')"}),
        "crashed",
        "your code raised BaseException: hm",
    ),
    "syntax error": (
        notebook({"00.1": "# exercise 00.1\ndef mask_token(token)\n    return token"}),
        "crashed",
        "SyntaxError: expected ':' in line 2",
    ),
    "a trial line that fails": (notebook({"00.1": RIGHT + "\nmask_token(1 / 0)"}), "crashed", "ZeroDivisionError"),
    "a name from another cell": (
        extra(
            notebook({"00.1": "# exercise 00.1\ndef mask_token(token):\n    return MASK + (token or '')[-4:]"}),
            'MASK = "hf_****"',
            1,
        ),
        "crashed",
        "`MASK` comes from another cell of yours",
    ),
    "an unknown name": (
        notebook({"00.1": "# exercise 00.1\ndef mask_token(token):\n    return mask + token"}),
        "crashed",
        "NameError: name 'mask' is not defined",
    ),
    "not JSON": ('{"cells": [\n<<<<<<< HEAD\n', "not checked", "it is not JSON (line 2)"),
    "empty file": ("", "not checked", "it is not JSON"),
    "a list": ("[1, 2]", "not checked", "it has no list of cells"),
    "cells that are none": (
        '{"cells": [1, null, {"cell_type": "code", "source": 5, "metadata": 1}], "nbformat": 4}',
        "not yet attempted",
        "",
    ),
}


def fingerprint(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Times and bytes of everything below a folder."""
    return {
        str(path): (path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else b"")
        for path in sorted(folder.rglob("*"))
    }


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """All notebooks of SAVED in one read-only folder, checked by one command.

    Gives its lines, exit code and stderr, and the folder's fingerprints before and after.

    Where only outputs or the file format differ, the notebook that nbval gets is the same; each different one is run once.
    """
    folder = tmp_path_factory.mktemp("saved")
    for number, (learner, _, _) in enumerate(SAVED.values()):
        (folder / f"00_{number:02d}.ipynb").write_text(text(learner), "utf-8")
    folder.chmod(0o555)
    before = fingerprint(folder)
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        patch.setenv("COURSE_PROGRESS", "off")
        patch.setattr(_run, "run_nbval", once(_run.run_nbval))
        code = command.main(sorted(map(str, folder.glob("*.ipynb"))))
    after = fingerprint(folder)
    folder.chmod(0o755)
    return out.getvalue().splitlines(), code, err.getvalue(), before, after


def once(run_nbval):
    """`run_nbval` that remembers its runs."""
    futures: dict[str, Future] = {}
    lock = threading.Lock()

    def run(cells, *, limit_s):
        key = json.dumps(_run.document(cells))
        with lock:
            mine = key not in futures
            future = futures.setdefault(key, Future())
        if mine:
            future.set_result(run_nbval(cells, limit_s=limit_s))
        return future.result()

    return run


@pytest.mark.parametrize("name", SAVED)
def test_saved_notebook(saved, name):
    """However the notebook was saved or meddled with, its answer gets the verdict it deserves, in one line."""
    lines = [line for line in saved[0] if re.match(r"00(\.1|  )  ", line)]
    assert len(lines) == len(SAVED)
    line, (_, wanted, words) = lines[list(SAVED).index(name)], SAVED[name]
    assert re.match(rf"00(\.1|  )  . {wanted}: ", line), line
    assert words in line, line


def test_remarks_total_and_exit_code(saved):
    """Duplicates are named, the total counts every state, the exit code is 1, and each notebook has its progress line."""
    lines, code, err, *_ = saved
    assert sum("2 cells begin with `# exercise 00.1`; the last one counts." in line for line in lines) == 2
    counts = {wanted: sum(case[1] == wanted for case in SAVED.values()) for _, wanted, _ in SAVED.values()}
    order = ("passed", "wrong", "crashed", "not yet attempted", "not checked")
    total = f"{len(SAVED)} exercises: " + ", ".join(f"{counts[wanted]} {wanted}" for wanted in order)
    assert lines[-1].startswith(total + " ("), lines[-1]
    assert code == 1
    assert f"checking: {len(SAVED)} of {len(SAVED)} notebooks done" in err
    assert "Traceback" not in err + "".join(lines)


def test_nothing_of_the_learners_is_touched(saved):
    """Bytes and times of all files are as before, and no file was added."""
    *_, before, after = saved
    assert before == after and len(before) == len(SAVED)


# --- answers that misbehave ---

QUICK = {
    "00.1": "mask_token",
    "01.3": "pick_method",
    "02.3": "softmax_t",
    "03.3": "stream_metrics",
}  # these need no server


@pytest.fixture
def quick(tmp_path):
    """A shipped notebook of four exercises that need no server, so that its kernel is up at once."""
    stubs = {
        cell.answers: cell.source for path in _shipped.paths().values() for cell in _cells.read(path) if cell.answers
    }
    sources = [
        "import math\n\nimport numpy as np\n\nfrom helpers import check",
        *(cell for id, name in QUICK.items() for cell in (stubs[id], f'check("{id}", {name})')),
    ]
    return put(
        tmp_path,
        "shipped.ipynb",
        nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources]),
    )


def verdicts(shipped: Path, bodies: dict[str, str]) -> dict[str, runner.Verdict]:
    """Verdicts on answers: the body of the function, or after `top:` lines below the stub, or after # a whole cell."""
    stubs = {cell.answers: cell.source for cell in _cells.read(shipped) if cell.answers}
    made = {}
    for id, body in bodies.items():
        inside = re.sub(r"raise NotImplementedError.*", lambda _: body.replace("\n", "\n    "), stubs[id], count=1)  # noqa: B023
        made[id] = (
            stubs[id] + "\n" + body.removeprefix("top:")
            if body.startswith("top:")
            else body
            if body.startswith("#")
            else inside
        )
    path = put(shipped.parent, "learner.ipynb", notebook(made, shipped))
    return {verdict.exercise: verdict for verdict in runner.check_notebook(path, shipped)[0]}


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


# --- the same by pytest alone ---


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


def nbval_alone(paths: list[Path], folder: Path) -> dict[str, dict[int, dict]]:
    """File name -> how each cell ends under plain nbval; the plugin only listens."""
    log = folder / "cells.jsonl"
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "--nbval-lax",
            "-p",
            "helpers.checks._nbval",
            "-p",
            "no:cacheprovider",
            *map(str, paths),
        ],
        cwd=folder,
        capture_output=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COURSE_CELLS": str(log), "COURSE_PROGRESS": "off"},
    )
    ended: dict[str, dict[int, dict]] = {path.name: {} for path in paths}
    for record in map(json.loads, log.read_text().splitlines()):
        if "ok" in record:
            ended[record["notebook"]][record["cell"]] = record
    return ended


# --- the whole course ---


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


# --- which files ---


def test_renamed_file_is_found(tmp_path):
    """A notebook under another name is found by its answer cells, and that is said; the right name wins."""
    copy = put(tmp_path, "my answers (1).ipynb", notebook(GOOD))
    put(tmp_path, "something else.ipynb", nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")]))
    put(tmp_path, "broken.ipynb", "{")
    [job] = _select.jobs(["00"], tmp_path)
    assert (job.path, job.remark) == (
        copy,
        "there is no 00_start_here.ipynb; my answers (1).ipynb was checked instead.",
    )
    right = put(tmp_path, FIRST.name, notebook(STUBBED))
    [job] = _select.jobs(["0"], tmp_path)
    assert (job.path, job.remark) == (right, "my answers (1).ipynb holds answers to lesson 00 too; it was not checked.")


def test_missing_and_unreadable_files_do_not_stop_the_others(tmp_path, capsys):
    """A missing file and a folder in a file's place get their line; the other lessons are checked."""
    put(tmp_path, FIRST.name, notebook(STUBBED))
    (tmp_path / SEVERAL.name).mkdir()
    assert command.main(["00", "01", "02", "--folder", str(tmp_path)]) == 1
    out = capsys.readouterr().out
    assert "00.1  · not yet attempted: mask_token\n" in out
    assert (
        "01    ? not checked: 01_inference_client.ipynb is missing. Write a fresh copy: course.py check --fresh 01\n"
        in out
    )
    assert "02    ? not checked: 02_openai_compatible_chat.ipynb cannot be read (Is a directory)" in out
    assert "9 exercises: 0 passed, 1 not yet attempted, 8 not checked" in out


def test_single_exercises_can_be_asked_for(tmp_path, capsys):
    """`check 02.3` reports that exercise only; a notebook can be named by its path."""
    put(tmp_path, SEVERAL.name, notebook({}, SEVERAL))
    put(tmp_path, "other.ipynb", notebook(STUBBED))
    command.main(["2.3", "02.1", str(tmp_path / "other.ipynb"), "--folder", str(tmp_path)])
    assert [line[:4] for line in capsys.readouterr().out.splitlines()] == ["02.1", "02.3", "00.1", "", "3 ex"]


@pytest.mark.parametrize(
    "words, problem",
    [
        (["99"], "There is no exercise notebook '99'. There are 00, "),
        (["four"], "There is no exercise notebook 'four'."),
        (["02.9"], "There is no exercise 02.9. Lesson 02 has 02.1, "),
        (["nowhere.ipynb"], "nowhere.ipynb holds no answers"),
        (["--folder", "no/such"], "There is no folder no/such."),
    ],
)
def test_unknown_words_are_one_sentence(words, problem, capsys):
    """What cannot be understood ends in one sentence and exit code 2."""
    assert command.main(words) == 2
    shown = capsys.readouterr()
    assert shown.err.startswith(f"course.py check: {problem}") and not shown.out


def test_fresh_copy_never_overwrites(tmp_path, capsys):
    """--fresh writes the shipped notebook under a free name."""
    mine = put(tmp_path, FIRST.name, notebook(GOOD))
    before = mine.read_bytes()
    for _ in range(3):
        assert command.main(["--fresh", "00", "--folder", str(tmp_path)]) == 0
    assert mine.read_bytes() == before
    assert sorted(path.name for path in tmp_path.glob("*.ipynb")) == [
        FIRST.name,
        "00_start_here_fresh.ipynb",
        "00_start_here_fresh_2.ipynb",
        "00_start_here_fresh_3.ipynb",
    ]
    assert (tmp_path / "00_start_here_fresh_3.ipynb").read_bytes() == FIRST.read_bytes()


def test_progress_shows_what_the_command_found(tmp_path, monkeypatch, capsys):
    """In the default folder the verdicts go to the learner's own progress; with --folder they do not."""
    state.note("00.1", "passed", "in the notebook, before it was emptied")
    put(tmp_path, FIRST.name, notebook(STUBBED))
    monkeypatch.chdir(tmp_path)
    command.main(["00", "--folder", "."])
    assert state.load()["00.1"]["state"] == "passed"
    command.main(["00"])
    assert state.load()["00.1"]["state"] == "not yet attempted"
    command.main(["01"])
    assert set(state.load()) == {"00.1"}


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


# --- parts ---


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
