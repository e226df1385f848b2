"""For the kernel in which the runner checks a notebook: the guard of `check()` around whole cells.

nbval itself has the time limit. Without the rest, a cell that prints for ever would fill the memory, and one that forks
would hang the kernel. The limits of _limits.py hold here and not in a learner's own kernel.
"""
from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from typing import Any

from . import _limits, guard
from .repair import Surroundings

SOURCE = '__import__("helpers.checks._kernel", fromlist=["*"]).protect()'  # leaves no name behind


def protect() -> None:
    """Limit memory and files now; from the next cell on, cell by cell, refuse input(), exits, forks and endless output.

    Functions that a cell replaces, such as time.sleep, are put back after it.
    """
    from IPython import get_ipython
    _limits.impose()
    undo = contextlib.ExitStack()

    def before(*_: Any) -> None:
        undo.close()
        watch = guard.Watch()
        undo.callback(Surroundings().unpatch)  # called last, when the refusals are undone
        undo.enter_context(guard.refusals(watch))
        for stream in (sys.stdout, sys.stderr):
            undo.callback(setattr, stream, "write", stream.write)
            stream.write = _capped(stream.write, watch)

    events = get_ipython().events
    events.register("pre_run_cell", before)
    events.register("post_run_cell", lambda *_: undo.close())


def _capped(write: Callable[[str], int], watch: guard.Watch) -> Callable[[str], int]:
    room = guard.MOST_OUTPUT

    def capped(text: str) -> int:
        nonlocal room
        room -= len(text)
        if room < 0:
            watch.refuse(guard.FLOODS)
        return write(text)
    return capped
