"""Every lesson's code runs in live mode too, so that no cell depends on practice mode by accident."""
from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[2]
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
INSTALL = "from tests.live.standin import install\ninstall()"


def live_version(path: Path) -> nbformat.NotebookNode:
    """The lesson with `connect("live")` in place of `connect()`, and the stand-in installed first."""
    notebook = nbformat.read(path, as_version=4)
    connecting = [cell for cell in notebook.cells if cell.cell_type == "code" and "connect()" in cell.source]
    assert len(connecting) == 1, "exactly one cell connects"
    connecting[0].source = connecting[0].source.replace("connect()", 'connect("live", max_calls=500, max_usd=1)')
    notebook.cells.insert(0, nbformat.v4.new_code_cell(INSTALL))
    return notebook


@pytest.mark.parametrize("path", LESSONS, ids=[path.stem for path in LESSONS])
def test_lesson_runs_live(path):
    """No cell fails in live mode, and something was really called, unless the lesson says that it costs nothing live."""
    notebook = live_version(path)
    free = "**Live cost** nothing:" in notebook.cells[1].source
    notebook.cells.append(nbformat.v4.new_code_cell("print(course.mode, course.budget.calls > 0, course.server)"))
    NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(ROOT)}}).execute()
    printed = "".join(output.text for output in notebook.cells[-1].outputs)  # one line may come in several pieces
    assert printed == f"live {not free} None\n"
