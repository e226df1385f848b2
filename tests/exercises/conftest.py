"""Fixtures of the tests of checks, in a notebook and by `course.py check`."""

from __future__ import annotations

import nbformat
import pytest

from helpers.checks import _cells, _shipped, core, outcome, state

from .learner import QUICK, put


@pytest.fixture
def own_progress(monkeypatch, tmp_path):
    """A file of progress for this test alone."""
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "progress.jsonl"))
    monkeypatch.setattr(state, "_unsaved", [])
    monkeypatch.setattr(state, "_shown", {})


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


@pytest.fixture
def double(monkeypatch):
    """An exercise 99.1 whose answer must double a number."""

    def judge(answer):
        got = answer(2)
        if got != 4:
            raise outcome.Mistake("not-doubled", did="double(2)", expected="4", got=repr(got), then="Multiply by two.")

    task = core.Exercise(
        id="99.1", name="double", insight="twice is enough.", hints=("Think.", "Use *.", "return 2 * x"), judge=judge
    )
    monkeypatch.setitem(core._REGISTRY, "99.1", task)
