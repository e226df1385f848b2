"""The setup cell in Colab. The order matters: it is run where the package is missing, and what follows uses what it installed."""
from __future__ import annotations

import json
import re
from pathlib import Path

import nbformat

from tests.colab.conftest import Colab, plain, text

ROOT = Path(__file__).resolve().parents[2]
PINS = dict(line.split("==") for line in (Path(__file__).parent / "constraints.txt").read_text().splitlines() if "==" in line)
# Colab leaves out jedi, which its IPython asks for: pip brings it back.
ADDED = {"hf-inference-course", "nbval", "coverage", "jedi"}
IMPORTED = "import numpy, matplotlib, huggingface_hub, openai, ipywidgets\nprint(numpy.__version__, openai.__version__)"


def setup_cell(wheel: Path | str) -> str:
    """The setup cell of lesson 00, its address replaced by a wheel."""
    cells = nbformat.read(ROOT / "notebooks" / "00_start_here.ipynb", as_version=4).cells
    source = next(cell.source for cell in cells if "setup" in cell.metadata.get("tags", []))
    rewritten, count = re.subn(r'"git\+https://[^"]+@v[\d.]+"', f'"{wheel}"', source)
    assert count == 1
    return rewritten


def pinned(colab: Colab) -> dict[str, str]:
    """The replica's versions of the packages that Colab has."""
    frozen = colab.frozen()
    return {name: frozen.get(plain(name)) for name in PINS}


def test_replica_has_colabs_versions(colab):
    """The replica begins as Colab does: each pin, and no package of the course."""
    assert pinned(colab) == PINS
    assert not ADDED & set(colab.frozen())


def test_nothing_that_colab_has_would_be_replaced(colab):
    """pip, asked what the install would do, names the course, nbval, coverage and jedi, and no package that is there."""
    done = colab.python("-m", "pip", "install", "--quiet", "--dry-run", "--report", "report.json", colab.wheel, online=True)
    assert done.returncode == 0, done.stderr
    wanted = {plain(item["metadata"]["name"]) for item in json.loads((colab.folder / "report.json").read_text())["install"]}
    assert wanted <= ADDED and {"hf-inference-course", "nbval"} <= wanted
    assert not wanted & {plain(name) for name in PINS}


def test_setup_cell_does_nothing_outside_colab(colab):
    """In an ordinary kernel the setup cell prints nothing and installs nothing, although the package is missing."""
    plain_kernel = str(colab.folder / "ipython")
    cells = colab.cells(setup_cell(colab.wheel), "print(importlib.util.find_spec('helpers'))", IPYTHONDIR=plain_kernel)
    assert not cells[0].outputs and text(cells[1]) == "None\n"


def test_setup_cell_installs_in_colab(colab):
    """It installs the package, and the same kernel can use it at once: nothing is replaced, nothing needs a restart."""
    online = {"COURSE_OFFLINE": "0", "PYTHONPATH": ""}
    cells = colab.cells(IMPORTED, setup_cell(colab.wheel), "from helpers import connect\ncourse = connect()",
                        "import helpers\nprint(helpers.__file__)\ncourse.close()", **online)
    said = [text(cell) for cell in cells]
    assert not [output for cell in cells for output in cell.outputs if output.output_type == "error"], said
    assert "conflict" not in text(cells[1]) and "restart the runtime" not in text(cells[1]).lower()
    assert text(cells[2]).startswith("Practice mode")
    assert "site-packages" in text(cells[3])
    assert pinned(colab) == PINS


def test_setup_cell_does_nothing_when_the_package_is_there(colab):
    """A second run, and each further notebook, installs nothing: an address that leads nowhere does no harm."""
    cells = colab.cells(setup_cell("nowhere.whl"), "print('google.colab' in sys.modules)")
    assert not cells[0].outputs and text(cells[1]) == "True\n"
