"""Run a learner's code so that it cannot hang, flood, ask, leave, or move the check.

A time limit by a timer signal (where the platform has one and the caller is the main thread, as in a notebook kernel; else by an
exception sent to a worker thread), a cap on printed output, no `input()`, no `sys.exit()`, the working directory put back.
"""
from __future__ import annotations

import builtins
import contextlib
import ctypes
import io
import os
import signal
import threading
from collections.abc import Callable, Iterator

TIME_LIMIT_S = 10.0
MOST_OUTPUT = 100_000  # characters


class Forbidden(BaseException):
    """The code did something a check cannot allow; `id` and `why` say what. Not an Exception, so answers do not swallow it."""

    def __init__(self, id: str, why: str) -> None:
        super().__init__(why)
        self.id, self.why = id, why


class TookTooLong(Forbidden):
    """The code did not end within the time limit."""

    def __init__(self) -> None:
        super().__init__("too-slow", f"it did not end within {TIME_LIMIT_S:.0f} seconds; look for a loop that never stops")


def run(action: Callable[[], None], *, seconds: float = TIME_LIMIT_S) -> str:
    """Run `action` under guard and return what it printed.

    Raises Forbidden for a hang, a flood, `input()`, `sys.exit()` or a changed working directory; passes on what `action` raises.
    """
    printed, here = _Bounded(), os.getcwd()
    try:
        with _no_input(), contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            _within(action, seconds)
    except SystemExit:
        raise Forbidden("exits", "it calls sys.exit() or exit(), which would end the notebook; return a value or raise an error") from None
    finally:
        moved = _come_back(here)
    if moved:
        raise Forbidden("changes-directory", "it changes the working directory; leave os.chdir() out")
    return printed.getvalue()


def _come_back(here: str) -> bool:
    try:
        moved = os.getcwd() != here
    except OSError:  # the new working directory is gone already
        moved = True
    if moved:
        os.chdir(here)
    return moved


class _Bounded(io.StringIO):
    """Collects output up to MOST_OUTPUT characters, then stops the code that prints."""

    def write(self, text: str) -> int:
        if self.tell() + len(text) > MOST_OUTPUT:
            raise Forbidden("floods", f"it prints more than {MOST_OUTPUT:,} characters; remove the print from the loop")
        return super().write(text)


@contextlib.contextmanager
def _no_input() -> Iterator[None]:
    def refuse(*_: object) -> str:
        raise Forbidden("asks-for-input", "it calls input(), which nobody can answer during a check; use the function's arguments")

    before, builtins.input = builtins.input, refuse
    try:
        yield
    finally:
        builtins.input = before


def _within(action: Callable[[], None], seconds: float) -> None:
    if hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread():
        _with_timer(action, seconds)
    else:
        _in_thread(action, seconds)


def _with_timer(action: Callable[[], None], seconds: float) -> None:
    def ring(*_: object) -> None:
        raise TookTooLong

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, 0.5)  # rings again, for code that catches everything
    try:
        action()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _in_thread(action: Callable[[], None], seconds: float) -> None:
    ended: list[BaseException | None] = []

    def work() -> None:
        try:
            action()
            ended.append(None)
        except BaseException as exc:
            ended.append(exc)

    worker = threading.Thread(target=work, daemon=True)
    worker.start()
    worker.join(seconds)
    if worker.is_alive():
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(worker.ident or 0), ctypes.py_object(TookTooLong))
        worker.join(1.0)
        raise TookTooLong
    if ended and ended[0] is not None:
        raise ended[0]
