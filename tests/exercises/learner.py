"""What a learner may save, and what is done with it: notebooks with answers in them, a quick one, and plain nbval."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import warnings
from pathlib import Path

import nbformat

from helpers.checks import _cells, _shipped, runner
from tests.exercises.test_cases import SOLUTIONS, solution_cells

ROOT = Path(__file__).resolve().parents[2]
FIRST = _shipped.paths()["00"]
SEVERAL = _shipped.paths()["02"]  # four exercises
RIGHT = solution_cells(SOLUTIONS["00"])["00.1"]
WRONG = "# exercise 00.1\ndef mask_token(token):\n    return (token or '')[:8] + '...'"
STUB = next(cell.source for cell in _cells.read(FIRST) if cell.answers)
STUBBED, GOOD, BAD = {"00.1": STUB}, {"00.1": RIGHT}, {"00.1": WRONG}


# --- notebooks as they are saved ---


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


# --- a notebook that needs no server ---

QUICK = {
    "00.1": "mask_token",
    "01.3": "pick_method",
    "02.3": "softmax_t",
    "03.3": "stream_metrics",
}  # these need no server


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


# --- nbval without the command ---


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
