"""End an answer that takes too long, also one that catches whatever is raised in it.

A second thread keeps the time. Where the platform has signals and the answer runs in the main thread, as in a notebook's
kernel, that thread sends a signal, which also ends a sleep; else it sends an exception. In an answer that catches it and goes
on, it is raised again at the next lines, which are in the handler. Only an answer that catches everything at many levels
outlasts that; in a notebook Stop ends it or a restarted kernel, and `course.py check` ends its process.
"""
from __future__ import annotations

import contextlib
import ctypes
import gc
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from time import monotonic  # an answer may replace time.monotonic
from types import FrameType

from .offences import Watch, too_slow

LOOK_EVERY_S = 0.05
RING_EVERY_S = 0.2  # while the answer goes on after the limit
MERCY = 2  # rings before it is raised at lines
ROOM = 1000  # calls inside each other, for a ring that comes when the answer has used up the recursion limit
MOST_ROOM = 10 * ROOM

# Taken here, because while an answer runs it may not call them (see guard.py).
_send, _set_handler, _set_limit = getattr(signal, "pthread_kill", None), signal.signal, sys.setrecursionlimit


def within(action: Callable[[], None], seconds: float, watch: Watch) -> None:
    """Run `action`; when it takes longer than `seconds`, note it in `watch`, and end it by an exception.

    In the main thread this returns or raises once it has ended. In another thread, and without signals, it may give up waiting.
    """
    if _send and threading.current_thread() is threading.main_thread():
        _in_this_thread(action, seconds, watch)
    else:
        _in_another_thread(action, seconds, watch)


def _in_this_thread(action: Callable[[], None], seconds: float, watch: Watch) -> None:
    ended, rings, late = threading.Event(), 0, too_slow(seconds)
    thread, limit = threading.get_ident(), sys.getrecursionlimit()
    tracing = sys.gettrace()

    def ring(_: int, frame: FrameType | None) -> None:
        nonlocal rings
        if ended.is_set():
            return
        rings += 1
        if rings > MERCY:
            _insist(frame, watch)
        watch.refuse(late)

    def keep_time() -> None:
        began, wait, room = _on_the_clock(), LOOK_EVERY_S, 0
        while not ended.wait(wait):
            if _on_the_clock() - began >= seconds:
                wait, room = RING_EVERY_S, min(room + ROOM, MOST_ROOM)
                _set_limit(limit + room)
                _send(thread, signal.SIGALRM)

    before = _set_handler(signal.SIGALRM, ring)
    keeper = threading.Thread(target=keep_time, name="check-time-limit", daemon=True)
    keeper.start()
    try:
        try:
            action()
        finally:
            ended.set()
    finally:
        ended.set()  # again: a ring may have come in between
        keeper.join()
        _set_handler(signal.SIGALRM, before)
        _set_limit(limit)
        if sys.gettrace() is not tracing:
            sys.settrace(tracing)


def _insist(frame: FrameType | None, watch: Watch) -> None:
    """For `while True: try: ... except: pass`: raise at the next line too, which is in the handler, not in the `try`."""
    def at_line(_: FrameType, event: str, __: object) -> object:
        if event == "line" and watch.first:
            raise watch.first
        return at_line

    while frame is not None and frame.f_code is not _in_this_thread.__code__:
        if frame.f_globals.get("__name__") == "__main__":  # the answer's own; the check around it cleans up undisturbed
            frame.f_trace = at_line
        frame = frame.f_back
    sys.settrace(lambda *_: None)


def _in_another_thread(action: Callable[[], None], seconds: float, watch: Watch) -> None:
    failures: list[BaseException] = []

    def work() -> None:
        try:
            action()
        except BaseException as exc:
            failures.append(exc)

    worker, began = threading.Thread(target=work, daemon=True), _on_the_clock()
    worker.start()
    while worker.is_alive() and _on_the_clock() - began < seconds:
        worker.join(LOOK_EVERY_S)
    for _ in range(20):
        if not worker.is_alive():
            break
        watch.note(too_slow(seconds))
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(worker.ident or 0), ctypes.py_object(_Late))
        worker.join(LOOK_EVERY_S)
    if watch.first:
        raise watch.first
    if failures:
        raise failures[0]


class _Late(BaseException):
    """Sent into a worker thread: only a class can be sent, without arguments."""


# --- what does not count ---

_spent, _since = 0.0, None  # seconds off the clock so far; when the present pause began


@contextlib.contextmanager
def off_the_clock() -> Iterator[None]:
    """What happens inside does not count: a check's own loading of packages, starting of servers."""
    global _spent, _since
    nested, _since = _since, _since or monotonic()
    try:
        with no_collections():
            yield
    finally:
        if nested is None:
            _spent, _since = _spent + monotonic() - _since, None


@contextlib.contextmanager
def no_collections() -> Iterator[None]:
    """Garbage is not looked for: an import makes none, and the search would take a fifth of its time."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            if not gc.get_freeze_count():  # what is new counts as old, or all of it would be searched now
                gc.freeze()
                gc.unfreeze()
            gc.enable()


def _on_the_clock() -> float:
    """A clock, in seconds, that stands still inside `off_the_clock`."""
    return (_since or monotonic()) - _spent
