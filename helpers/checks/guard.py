"""Run a learner's code so that it cannot hang, flood, ask, leave, or move the check.

A time limit by a timer signal (where the platform has one and the caller is the main thread, as in a notebook kernel;
else by an exception sent to a worker thread), a cap on printed output, no `input()`, no exit, no fork, the working
directory put back.
An offence is remembered, so that an answer with a bare `except:` cannot hide it.
"""
from __future__ import annotations

import builtins
import contextlib
import ctypes
import getpass
import io
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any, NamedTuple, NoReturn

from .repair import Surroundings

TIME_LIMIT_S = 10.0
MOST_OUTPUT = 100_000  # characters
MOST_RECURSION = 20_000  # calls inside each other


class Offence(NamedTuple):
    """What a check cannot allow: a short name, what the code did, what to do instead."""

    id: str
    why: str
    then: str


ASKS = Offence("asks-for-input", "it waits for input, which nobody can answer during a check",
               "use the function's arguments.")
EXITS = Offence("exits", "it calls exit(), which would end the notebook", "return a value or raise an error.")
FORKS = Offence("forks", "it calls os.fork(), which copies the whole notebook", "leave out os.fork() and child processes.")
FLOODS = Offence("floods", f"it prints more than {MOST_OUTPUT:,} characters", "take the print out of the loop.")
RECURSES = Offence("raises-limit", "it raises the recursion limit, which can crash Python", "use a loop instead.")
KILLS = Offence("exits", "it ends or replaces this process", "return a value or raise an error.")
SIGNALS = Offence("uses-signals", "it sets a signal handler or an alarm, which the check needs for its time limit",
                  "leave out the module signal.")
PATCHES = "it replaces {}, which other code uses too"
THREADS = Offence("leaves-threads", "it starts a thread that goes on after the function has returned", "join your threads.")
MOVES = Offence("changes-directory", "it changes the working directory", "leave out os.chdir().")


class Forbidden(BaseException):
    """The code did something a check cannot allow. Not an Exception, so that answers do not swallow it."""

    def __init__(self, offence: Offence) -> None:
        super().__init__(f"{offence.why}; {offence.then}")
        self.id, self.why, self.then = offence


class Watch:
    """Notes the first offence and raises it where it happens."""

    def __init__(self) -> None:
        self.first: Forbidden | None = None

    def note(self, offence: Offence) -> Forbidden:
        """Remember an offence unless there was one before; returns the first."""
        self.first = self.first or Forbidden(offence)
        return self.first

    def refuse(self, offence: Offence) -> NoReturn:
        """Remember an offence and raise it."""
        raise self.note(offence)

    def refusing(self, offence: Offence) -> Callable[..., NoReturn]:
        """A function that takes anything and refuses."""
        return lambda *_, **__: self.refuse(offence)


def run(action: Callable[[], None], *, seconds: float = TIME_LIMIT_S) -> str:
    """Run `action` under guard and return what it printed.

    Raises Forbidden for a hang, a flood, `input()`, `sys.exit()`, a fork or a changed working directory, whatever else
    happened; otherwise passes on what `action` raises.
    """
    watch, here, failure = Watch(), _here(), None
    printed, around = Bounded(watch), Surroundings()
    try:
        with refusals(watch), contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            _within(action, seconds, watch)
    except SystemExit:
        watch.note(EXITS)
    except BaseException as exc:
        failure = exc
    if patched := around.restore():
        watch.note(Offence("patches", PATCHES.format(patched), "work with a function of your own instead."))
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
        undo.callback(setattr, place, name, before)
        setattr(place, name, refuse)
    with undo:
        yield


def _dangers() -> list[tuple[Any, str, Offence]]:
    found = [(builtins, "input", ASKS), (getpass, "getpass", ASKS), (sys, "breakpointhook", ASKS), (os, "_exit", EXITS),
             (os, "abort", EXITS), (sys, "setrecursionlimit", RECURSES),
             *((os, name, KILLS) for name in ("kill", "killpg", "execv", "execve") if hasattr(os, name)),
             *((signal, name, SIGNALS) for name in ("alarm", "raise_signal", "pthread_kill") if hasattr(signal, name)),
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


def _within(action: Callable[[], None], seconds: float, watch: Watch) -> None:
    if hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread():
        _with_timer(action, seconds, watch)
    else:
        _in_thread(action, seconds, watch)


def _too_slow(seconds: float) -> Offence:
    return Offence("too-slow", f"it did not end within {seconds:g} seconds", "look for a loop that never stops.")


def _with_timer(action: Callable[[], None], seconds: float, watch: Watch) -> None:
    rings, tracing = 0, sys.gettrace()

    def ring(_: int, frame: FrameType | None) -> None:
        nonlocal rings
        rings += 1
        if rings > 2:
            _insist(frame, watch)
        watch.refuse(_too_slow(seconds))

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, 0.2)  # rings again, for code that catches everything
    try:
        action()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if sys.gettrace() is not tracing:
            sys.settrace(tracing)


def _insist(frame: FrameType | None, watch: Watch) -> None:
    """For `while True: try: ... except: pass`: raise at the next line too, which is in the handler, not in the `try`."""
    def at_line(_: FrameType, event: str, __: Any) -> Any:
        if event == "line" and watch.first:
            raise watch.first
        return at_line

    while frame is not None and frame.f_code is not _with_timer.__code__:
        frame.f_trace = at_line
        frame = frame.f_back
    sys.settrace(lambda *_: None)


def _in_thread(action: Callable[[], None], seconds: float, watch: Watch) -> None:
    ended: list[BaseException | None] = []

    def work() -> None:
        try:
            action()
            ended.append(None)
        except BaseException as exc:
            ended.append(exc)

    worker, began = threading.Thread(target=work, daemon=True), _on_the_clock()
    worker.start()
    while worker.is_alive() and _on_the_clock() - began < seconds:
        worker.join(0.05)
    if worker.is_alive():
        late = watch.note(_too_slow(seconds))
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(worker.ident or 0), ctypes.py_object(_Late))
        worker.join(1.0)
        raise late
    if ended[0] is not None:
        raise ended[0]


class _Late(BaseException):
    """Sent into a worker thread: only a class can be sent, without arguments."""


# --- what does not count ---

_spent, _since = 0.0, None  # seconds off the clock so far; when the present pause began


@contextlib.contextmanager
def off_the_clock() -> Iterator[None]:
    """What happens inside does not count towards the time limit: a check's own loading of packages, starting of servers."""
    global _spent, _since
    timed = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    left = signal.setitimer(signal.ITIMER_REAL, 0) if timed else (0.0, 0.0)
    nested, _since = _since, _since or time.monotonic()
    try:
        yield
    finally:
        if nested is None:
            _spent, _since = _spent + time.monotonic() - _since, None
        if left[0]:
            signal.setitimer(signal.ITIMER_REAL, *left)


def _on_the_clock() -> float:
    """A clock, in seconds, that stands still inside `off_the_clock`."""
    return (_since or time.monotonic()) - _spent
