"""For the kernel in which the runner checks a notebook: the guard of `check()` around whole cells.

nbval itself has the time limit. Without the rest, a cell that prints for ever would fill the memory, and one that forks
would hang the kernel. The limits of _limits.py hold here and not in a learner's own kernel.
"""
from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable
from typing import Any

from . import _limits, guard
from ._cells import Cell
from .repair import Surroundings

SOURCE = '__import__("helpers.checks._kernel", fromlist=["*"]).protect()'  # leaves no name behind


def protect() -> None:
    """Limit memory and files now; from the next cell on, cell by cell, refuse input(), exits, forks and endless output.

    What an answer cell did to the process is put back after it, so that it costs no other exercise its verdict: replaced
    functions, environment, paths, warning filters, streams, working directory, and names that it deleted.
    """
    from IPython import get_ipython
    _limits.impose()
    shell, undo, streams = get_ipython(), contextlib.ExitStack(), (sys.stdout, sys.stderr)
    folder = os.getcwd()

    def before(info: Any = None) -> None:
        undo.close()
        watch, around = guard.Watch(), Surroundings()
        if Cell(source=getattr(info, "raw_cell", None) or "").answers:  # the course's own cells may change what they like
            undo.callback(_put_names_back, shell.user_ns, dict(shell.user_ns))
            undo.callback(around.restore)  # called last, when the refusals are undone
        else:
            undo.callback(around.unpatch)
        undo.enter_context(guard.refusals(watch))
        undo.callback(_go_back, folder)
        for stream in streams:
            undo.callback(setattr, stream, "write", stream.write)
            stream.write = _capped(stream.write, watch)

    def after(*_: Any) -> None:
        sys.stdout, sys.stderr = streams
        undo.close()

    shell.events.register("pre_run_cell", before)
    shell.events.register("post_run_cell", after)


def _put_names_back(space: dict[str, Any], before: dict[str, Any]) -> None:
    for name in before.keys() - space.keys():
        space[name] = before[name]


def _go_back(folder: str) -> None:
    with contextlib.suppress(OSError):  # deleted
        os.chdir(folder)


def _capped(write: Callable[[str], int], watch: guard.Watch) -> Callable[[str], int]:
    room = guard.MOST_OUTPUT

    def capped(text: str) -> int:
        nonlocal room
        room -= len(text)
        if room < 0:
            watch.refuse(guard.FLOODS)
        return write(text)
    return capped
