"""Make the learners' exercise notebooks from the solutions: `python -m tools.exercises [--check]`.

`exercises/solutions/NN_topic.ipynb` is the source. What stands between `### BEGIN SOLUTION` and `### END SOLUTION` becomes a
stub, outputs go. A copy of each lies in the package (`helpers/checks/shipped`), which is all that Colab has. With `--check`
nothing is written; the exit code is 1 when a file differs from what would be made.
"""
from __future__ import annotations

import re
import sys
from pathlib import Path

import nbformat

from tools.badges import SHIPPED, fill
from tools.notebooks import normalise

ROOT = Path(__file__).resolve().parent.parent
SOLUTIONS, EXERCISES = ROOT / "exercises" / "solutions", ROOT / "exercises"
FOLDERS = (EXERCISES, ROOT / SHIPPED)
REGION = re.compile(r"^(?P<indent>[ ]*)### BEGIN SOLUTION\n.*?^[ ]*### END SOLUTION[ ]*$", re.DOTALL | re.MULTILINE)


def stub(source: str) -> str:
    """A cell without its solution: each marked region becomes `raise NotImplementedError` at the region's indentation."""
    return REGION.sub(lambda found: f"{found['indent']}raise NotImplementedError  # your code here", source)


def derive(solution: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The learner's notebook: the same cells without solutions, outputs and cells tagged `solution-only`."""
    learner = nbformat.v4.new_notebook(cells=[cell.copy() for cell in solution.cells
                                              if "solution-only" not in cell.metadata.get("tags", [])])
    for cell in learner.cells:
        if cell.cell_type == "code":
            cell.source, cell.outputs, cell.execution_count = stub(cell.source), [], None
    return normalise(learner)


def made(path: Path) -> str:
    """The text of the learner's notebook for one solution file. Its links are one folder shorter."""
    learner = fill(derive(nbformat.read(path, as_version=4)), EXERCISES / path.name)
    for cell in learner.cells:
        if cell.cell_type == "markdown":
            cell.source = cell.source.replace("](../../", "](../")
    return nbformat.writes(learner) + "\n"


def main(argv: list[str]) -> int:
    """Write all learners' notebooks and their copies, or with --check name those that differ; returns the exit code."""
    wanted = {folder / path.name: made(path) for path in sorted(SOLUTIONS.glob("*.ipynb")) for folder in FOLDERS}
    different = [path for path, text in wanted.items() if not path.exists() or path.read_text("utf-8") != text]
    for path in different if "--check" not in argv else []:
        path.write_text(wanted[path], "utf-8")
    word = "differs from its solution; run python -m tools.exercises" if "--check" in argv else "written"
    for path in different:
        print(f"{path.relative_to(ROOT)}: {word}")
    return int(bool(different) and "--check" in argv)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
