"""`course.py check` on real notebooks: however a learner saves one, the verdict is right, and the notebook stays as it was."""

from __future__ import annotations

import contextlib
import io
import json
import re
import threading
from concurrent.futures import Future
from pathlib import Path

import pytest

from helpers.checks import __main__ as command
from helpers.checks import _run
from tests.exercises.learner import (
    BAD,
    GOOD,
    RIGHT,
    STUBBED,
    WRONG,
    by_colab,
    extra,
    notebook,
    older,
    reordered,
    text,
    with_check,
    with_outputs,
    without_ids,
)

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

pytestmark = pytest.mark.usefixtures("own_progress")


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
