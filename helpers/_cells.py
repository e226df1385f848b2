"""Cells that only make sense on the practice server: in live mode they are skipped with a sentence.

Such a cell begins with the comment `# practice only`. In practice mode it is ordinary code; in live mode a notebook's kernel prints
the sentence instead of running it. Outside IPython nothing happens.
"""
from __future__ import annotations

import sys
from typing import Any

MARK = "# practice only"
SENTENCE = "Skipped in live mode: this cell plays with the practice server."


def skip_practice_cells(lines: list[str]) -> list[str]:
    """IPython input transformer: a cell that begins with the mark becomes a print of the sentence."""
    return [f"print({SENTENCE!r})\n"] if lines and lines[0].startswith(MARK) else lines


def follow_mode(mode: str) -> None:
    """Skip practice cells from now on when `mode` is "live", run them when it is not."""
    shell = _shell()
    if shell is None:
        return
    steps = shell.input_transformers_cleanup
    steps[:] = [step for step in steps if step is not skip_practice_cells]
    if mode == "live":
        steps.insert(0, skip_practice_cells)


def _shell() -> Any:
    module = sys.modules.get("IPython")
    return module.get_ipython() if module else None
