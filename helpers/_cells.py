"""What the course changes in a notebook's kernel: cells that live mode skips, and tracebacks that show notes and no token.

A cell that only makes sense on the practice server begins with the comment `# practice only`. In practice mode it is ordinary
code; in live mode a notebook's kernel prints a sentence instead of running it. A traceback shows lines of code and values, which
may hold a token, and is saved with the notebook; so tokens are masked in it. Outside IPython nothing happens.
"""
from __future__ import annotations

import sys
from typing import Any

from ._secrets import mask

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


def mask_tracebacks() -> None:
    """From now on, no traceback in this kernel shows an access token, and each shows the error's notes. Twice does no harm."""
    shell = _shell()
    if shell is None or getattr(shell._showtraceback, "masks", False):
        return
    show = shell._showtraceback

    def masked(etype: type, value: Any, lines: list[str]) -> None:
        text = str(value)
        show(etype, value if mask(text) == text else mask(text), [mask(line) for line in [*lines, *_unshown_notes(value, lines)]])

    masked.masks = True
    shell._showtraceback = masked


def _unshown_notes(value: Any, lines: list[str]) -> list[str]:
    """The notes of an error that are not in its traceback: IPython 7, which Colab has, shows none."""
    shown = "\n".join(lines)
    return [note for note in getattr(value, "__notes__", None) or () if isinstance(note, str) and note not in shown]


def _shell() -> Any:
    module = sys.modules.get("IPython")
    return module.get_ipython() if module else None
