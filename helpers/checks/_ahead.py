"""What a check needs and takes a moment to load: packages, a practice server of its own.

In a notebook this begins in a second thread when the cell with the answer is run, so that the check, which comes after it, finds
it done or half done. Elsewhere it is loaded when the check begins.
"""
from __future__ import annotations

import contextlib
import importlib
import threading
from collections.abc import Callable, Iterable

from ._cells import Cell
from .time_limit import no_collections

SERVER = "server"  # the practice server of the sandbox; every other need is the name of a package
_one_at_a_time = threading.Lock()


def load(needs: Iterable[str]) -> None:
    """Load what is not there yet. What cannot be loaded is left for the check to trip over, which says more about it."""
    with _one_at_a_time, no_collections():
        for name in needs:
            with contextlib.suppress(Exception):
                _load(name)


def _load(name: str) -> None:
    if name != SERVER:
        importlib.import_module(name)
        return
    from .sandbox import server_url
    server_url()


def begin(cell: str, needs_of: Callable[[str], Iterable[str]]) -> threading.Thread | None:
    """Begin to load what the check of this cell's exercise needs; None when the cell is no answer.

    needs_of: called in the second thread with the exercise's id.
    """
    id = Cell(source=cell).answers
    if id is None:
        return None
    thread = threading.Thread(target=_begin, args=(id, needs_of), name="check-ahead", daemon=True)
    thread.start()
    return thread


def _begin(id: str, needs_of: Callable[[str], Iterable[str]]) -> None:
    with contextlib.suppress(Exception):  # there may be no such exercise
        load(needs_of(id))
