"""Run a learner's code so that it cannot hang, flood, ask, leave, or move the check.

A time limit (time_limit.py), a cap on printed output, no `input()`, no exit, no fork, the working directory put back.
"""
from __future__ import annotations

import builtins
import contextlib
import getpass
import io
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

from .offences import (
    ASKS,
    EXITS,
    FLOODS,
    FORKS,
    KILLS,
    MOST_OUTPUT,
    MOST_RECURSION,
    MOVES,
    RECURSES,
    SIGNALS,
    THREADS,
    Forbidden,
    Offence,
    Watch,
    patches,
)
from .repair import Surroundings
from .time_limit import off_the_clock, within

__all__ = ["FLOODS", "MOST_OUTPUT", "TIME_LIMIT_S", "Bounded", "Forbidden", "Offence", "Watch", "off_the_clock", "printed_by",
           "refusals", "run", "surely"]
TIME_LIMIT_S = 10.0


def run(action: Callable[[], None], *, seconds: float = TIME_LIMIT_S) -> str:
    """Run `action` under guard and return what it printed.

    Raises Forbidden for a hang, a flood, `input()`, `sys.exit()`, a fork or a changed working directory, whatever else
    happened; otherwise passes on what `action` raises.
    """
    watch, here, failure, owed = Watch(), _here(), None, len(_owed)
    printed, around = Bounded(watch), Surroundings()
    try:
        with refusals(watch), contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            within(action, seconds, watch)
    except SystemExit:
        watch.note(EXITS)
    except BaseException as exc:
        failure = exc
    while len(_owed) > owed:
        _owed.pop()()
    if patched := around.restore():
        watch.note(patches(patched))
    if around.stop_threads():
        watch.note(THREADS)
    if _went_away(here):
        watch.note(MOVES)
    if watch.first and not isinstance(failure, KeyboardInterrupt):
        raise watch.first from None
    if failure:
        with contextlib.suppress(AttributeError, TypeError):
            failure.printed = printed.getvalue()  # type: ignore[attr-defined]
        raise failure
    return printed.getvalue()


_owed: list[Callable[[], None]] = []


@contextlib.contextmanager
def surely(undo: Callable[[], None]) -> Iterator[None]:
    """Call `undo` at the end of the block, or, when the end of an answer cuts the block's own end off, right after it."""
    _owed.append(undo)
    try:
        yield
    finally:
        if undo in _owed:
            _owed.remove(undo)
            undo()


def printed_by(failure: BaseException) -> str:
    """What the code printed before it ended in `failure`."""
    return getattr(failure, "printed", "")


@contextlib.contextmanager
def refusals(watch: Watch) -> Iterator[None]:
    """Replace what would ask, end or copy the process. Other threads may end it: ipykernel does when its parent is gone."""
    caller, undo = threading.get_ident(), contextlib.ExitStack()
    for place, name, offence in _dangers():
        before = getattr(place, name)
        refuse = watch.refusing(offence)
        if place in (os, signal):
            refuse = _unless_elsewhere(refuse, before, caller)
        if offence is RECURSES:
            refuse = _above(MOST_RECURSION, refuse, before)
        if name in ("kill", "killpg"):
            refuse = _unless_another(refuse, before)
        if place is signal and name == "signal":
            refuse = _unless_other_signal(refuse, before)
        undo.callback(setattr, place, name, before)
        setattr(place, name, refuse)
    with undo:
        yield


def _dangers() -> list[tuple[Any, str, Offence]]:
    found = [(builtins, "input", ASKS), (getpass, "getpass", ASKS), (sys, "breakpointhook", ASKS), (os, "_exit", EXITS),
             (os, "abort", EXITS), (sys, "setrecursionlimit", RECURSES),
             *((os, name, KILLS) for name in ("kill", "killpg", "execv", "execve") if hasattr(os, name)),
             *((signal, name, SIGNALS) for name in ("alarm", "signal", "raise_signal", "pthread_kill") if hasattr(signal, name)),
             *((os, name, FORKS) for name in ("fork", "forkpty") if hasattr(os, name))]
    ipython = sys.modules.get("IPython")
    if ipython and (shell := ipython.get_ipython()):
        found.append((shell, "ask_exit", EXITS))  # what exit() and quit() are in a notebook
    return found


def _unless_elsewhere(refuse: Callable[..., NoReturn], before: Callable, caller: int) -> Callable:
    elsewhere = {thread.ident for thread in threading.enumerate()} - {caller}
    return lambda *args: before(*args) if threading.get_ident() in elsewhere else refuse()


def _above(most: int, refuse: Callable[..., NoReturn], before: Callable) -> Callable:
    return lambda value: before(value) if value <= most else refuse()


def _unless_another(refuse: Callable[..., Any], before: Callable) -> Callable:
    """Refuse for this process and its group; other processes, such as one that was started, may be ended."""
    own = 0, os.getpid(), getattr(os, "getpgrp", os.getpid)()
    return lambda pid, *args: refuse(pid, *args) if pid in own else before(pid, *args)


def _unless_other_signal(refuse: Callable[..., Any], before: Callable) -> Callable:
    """Refuse for the signal of the time limit; asyncio, for one, sets that of the Stop button."""
    return lambda number, handler: refuse() if number == getattr(signal, "SIGALRM", None) else before(number, handler)


class Bounded(io.StringIO):
    """Collects output up to MOST_OUTPUT characters, then stops the code that prints."""

    def __init__(self, watch: Watch) -> None:
        super().__init__()
        self._watch = watch

    def write(self, text: str) -> int:
        if self.tell() + len(text) > MOST_OUTPUT:
            self._watch.refuse(FLOODS)
        return super().write(text)


def _here() -> str | None:
    try:
        return os.getcwd()
    except OSError:  # deleted
        return None


def _went_away(here: str | None) -> bool:
    """Whether the working directory changed; it is changed back."""
    if here is None or _here() == here:
        return False
    with contextlib.suppress(OSError):
        os.chdir(here)
    return True
