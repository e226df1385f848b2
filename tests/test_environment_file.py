"""environment.yml (conda, Binder) asks for what pyproject.toml asks for."""
from __future__ import annotations

import re
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
CONDA_NAMES = {"matplotlib-base": "matplotlib"}  # conda splits it: -base leaves the GUI toolkits out


def _wishes(lines: list[str]) -> dict[str, str]:
    """Name -> bounds, names in one spelling."""
    parts = [re.match(r"([A-Za-z0-9_.-]+?)\s*((?:[<>=!~].*)?)$", line).groups() for line in lines]
    return {CONDA_NAMES.get(name, name).lower().replace("_", "-"): bounds for name, bounds in parts}


def test_conda_and_pip_ask_for_the_same_packages():
    """Every dependency and bound of pyproject.toml, with the lab extra, stands in environment.yml, and nothing else."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = _wishes(project["dependencies"] + project["optional-dependencies"]["lab"])
    conda = [line for line in yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"] if isinstance(line, str)]
    found = _wishes(conda)
    assert found.pop("pip") == ""
    assert found.pop("python").startswith(project["requires-python"])
    assert found == wanted


def test_the_environment_installs_the_helpers_themselves():
    """On Binder `import helpers` works because the package itself is installed."""
    pip = [line for line in yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"] if isinstance(line, dict)]
    assert pip == [{"pip": ["-e ."]}]


def test_constraints_hold_no_addresses():
    """The pinned versions name no package index."""
    text = (ROOT / "constraints.txt").read_text()
    assert "//" not in text and "index" not in text.replace("[index]", "")
    assert all(re.match(r"[\w.\-\[\]]+==", line) for line in text.splitlines())
