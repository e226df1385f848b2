from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"huggingface_hub", "openai", "numpy", "matplotlib", "httpx", "httpx2", "tqdm", "distributed"}


@pytest.mark.parametrize("module", ["errors", "ledger", "pacing", "retry", "batch"])
def test_light_imports(module):
    """Importing a module of the retry floors loads no SDK and nothing to draw or compute with."""
    code = f"import sys, helpers.{module}; print(*sys.modules)"
    root = Path(__file__).parents[2]
    loaded = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True).stdout.split()
    assert HEAVY.isdisjoint(loaded)


def test_floors():
    """A module imports only from its own floor and those below."""
    floors = [
        {"_headers", "_explanations", "_classify", "errors", "ledger"},
        {"_limits", "_probe", "_turns", "_limiter", "pacing"},
        {"_policy", "_attempts", "_loop", "_streams", "_remote", "_resume", "_progress", "_batch", "retry", "batch"},
    ]
    helpers = Path(__file__).parents[2] / "helpers"
    for number, floor in enumerate(floors):
        above = set().union(*floors[number + 1 :])
        for name in floor:
            lines = (helpers / f"{name}.py").read_text().split("if TYPE_CHECKING:")[0].splitlines()
            used = {line.split()[1].lstrip(".") for line in lines if line.startswith("from .")}
            assert used.isdisjoint(above), (name, used & above)
