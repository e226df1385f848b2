"""In a notebook: `check("04.2", cosine)` before `cosine` is defined is an exercise not attempted, not a NameError.

That is what happens when the check cell is run before the answer cell, or after a restart. For the time of the cell the name
stands for MISSING, which `check` knows.
"""
from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from typing import Any


class Missing:
    """Stands for an answer that is not defined."""


MISSING = Missing()


def checked_names(source: str) -> set[str]:
    """The names that a cell's calls of `check("04.2", name)` hand over; empty when it is not Python."""
    try:
        calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    except (SyntaxError, ValueError, RecursionError):
        return set()
    return {call.args[1].id for call in calls if isinstance(call.func, ast.Name) and call.func.id == "check"
            and len(call.args) == 2 and isinstance(call.args[1], ast.Name)}


def watch(begins: Callable[[str], object]) -> None:
    """Watch the cells of this notebook; nothing happens outside of IPython, or when they are watched already.

    begins: called with the source of each cell before it is run.
    """
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is None or getattr(shell, "course_names", False):
        return
    shell.course_names = True

    def before(info: Any) -> None:
        cell = getattr(info, "raw_cell", "") or ""
        begins(cell)
        for name in checked_names(cell) - shell.user_ns.keys():
            shell.user_ns[name] = MISSING

    def after(*_: Any) -> None:
        for name in [name for name, value in shell.user_ns.items() if value is MISSING]:
            del shell.user_ns[name]

    shell.events.register("pre_run_cell", before)
    shell.events.register("post_run_cell", after)
