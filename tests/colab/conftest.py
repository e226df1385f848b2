"""The replica of Colab that `python -m tools.matrix colab` makes; without it nothing here is collected."""
from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest

from tools.matrix import Environment

if "COURSE_COLAB" not in os.environ:
    collect_ignore_glob = ["test_*.py"]

RUN = """import sys, nbformat, nbclient
notebook = nbformat.read(sys.argv[1], as_version=4)
nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3", allow_errors=True).execute()
nbformat.write(notebook, sys.argv[1])"""


@dataclass(frozen=True)
class Colab:
    """The replica, an empty folder to work in, and the wheel that stands for the repository's tag."""

    environment: Environment
    folder: Path
    wheel: Path

    def run(self, notebook: nbformat.NotebookNode, name: str = "work.ipynb", **variables: str) -> nbformat.NotebookNode:
        """Run All in the folder, past errors, with Colab's kernel; returns the notebook with its outputs."""
        path = self.folder / name
        nbformat.write(notebook, path)
        done = self.python("-c", RUN, path, **variables)
        assert done.returncode == 0, done.stderr
        return nbformat.read(path, as_version=4)

    def cells(self, *sources: str, **variables: str) -> list[nbformat.NotebookNode]:
        """Code cells, run one after another in one kernel."""
        cells = [nbformat.v4.new_code_cell(source) for source in sources]
        return self.run(nbformat.v4.new_notebook(cells=cells), **variables).cells

    def python(self, *arguments: object, online: bool = False, **variables: str) -> subprocess.CompletedProcess[str]:
        """A command of the replica's Python in the folder."""
        env = self.environment.running(self.folder.parent, **variables)
        if online:  # what pip needs
            env = {key: value for key, value in env.items() if key not in ("PYTHONPATH", "COURSE_OFFLINE", "COURSE_REFUSED")}
        return subprocess.run([str(self.environment.python), *map(str, arguments)], cwd=self.folder, env=env, text=True,
                              capture_output=True, stdin=subprocess.DEVNULL)

    def frozen(self) -> dict[str, str]:
        """Installed packages with their versions."""
        code = "import importlib.metadata as m, json; print(json.dumps({d.name: d.version for d in m.distributions()}))"
        return {plain(name): version for name, version in json.loads(self.environment.ask(code)).items()}


def plain(name: str) -> str:
    """A package's name in one spelling."""
    return name.lower().replace("_", "-").replace(".", "-")


def text(cell: nbformat.NotebookNode) -> str:
    """What a cell printed, and its error."""
    return "".join(output.get("text", "") or "\n".join(output.get("traceback", [])) for output in cell.outputs)


def errors(notebook: nbformat.NotebookNode) -> list[str]:
    """Errors in a notebook's outputs, as `Name: text`."""
    return [f"{output.ename}: {output.evalue}" for cell in notebook.cells for output in cell.get("outputs", [])
            if output.output_type == "error"]


@pytest.fixture
def colab(tmp_path: Path) -> Colab:
    """The replica, to be used from an empty folder."""
    folder = tmp_path / "content"
    folder.mkdir()
    home = Path(os.environ["COURSE_COLAB"])
    environment = Environment(home, {"IPYTHONDIR": str(home / "ipython")})
    return Colab(environment, folder, Path(os.environ["COURSE_WHEEL"]))
