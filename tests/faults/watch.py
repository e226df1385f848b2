"""Nothing hangs and nothing stays: a time limit for a test, and what the process holds before and after it."""

from __future__ import annotations

import gc
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psutil

from helpers.hook import Flight

COLLECT_S = 0.5  # what is closed as it should be has gone by then; to collect garbage takes as long
SETTLE_S = 10.0  # how long threads and sockets may take to end on a busy machine
_process = psutil.Process()


def within(seconds: float, work: Callable[[], Any]) -> Any:
    """`work()` in a thread of its own; AssertionError with its stack when it is not done after `seconds`."""
    outcome: list[Any] = []

    def run() -> None:
        try:
            outcome.append((work(), None))
        except BaseException as exc:
            outcome.append((None, exc))

    thread = threading.Thread(target=run, daemon=True, name="within")
    thread.start()
    thread.join(seconds)
    if not outcome:
        frame = sys._current_frames().get(thread.ident)
        raise AssertionError(f"It still runs after {seconds:g} s, here:\n{''.join(traceback.format_stack(frame))}")
    value, error = outcome[0]
    if error is not None:
        raise error
    return value


@contextmanager
def runaways(most: Callable[[], float]) -> Iterator[list[int]]:
    """Ends every answer through the transport that brings more than `most()` pieces, and then all others at their first one.

    In the list are the pieces of each. A reader that never stops fails so, and its test ends; counted in pieces, which a busy
    machine makes fewer, not in seconds.
    """
    saw, ended = Flight.saw, []

    def counted(flight: Any, chunk: bytes) -> None:
        flight.pieces = getattr(flight, "pieces", 0) + 1
        if ended or flight.pieces > most():
            ended.append(flight.pieces)
            raise AssertionError(f"Nobody ended this answer: it has brought {flight.pieces} pieces.")
        saw(flight, chunk)

    Flight.saw = counted  # type: ignore[method-assign]
    try:
        yield ended
    finally:
        Flight.saw = saw  # type: ignore[method-assign]


def open_files() -> int:
    """Files and sockets that this process has open; on Windows, where other handles come and go by themselves, only sockets."""
    if hasattr(_process, "num_fds"):
        return _process.num_fds()
    connections = getattr(_process, "net_connections", None) or _process.connections  # psutil below 6
    return sum(one.status != psutil.CONN_LISTEN for one in connections("tcp"))


def settled(condition: Callable[[], bool], seconds: float | None = None) -> bool:
    """Whether it is true, or becomes true while a busy machine settles (`seconds`, or SETTLE_S)."""
    until = time.monotonic() + (SETTLE_S if seconds is None else seconds)
    while not condition() and time.monotonic() < until:
        time.sleep(0.01)
    return condition()


class Held:
    """The threads and open files of this process at one moment."""

    def __init__(self) -> None:
        self.threads, self.files = set(threading.enumerate()), open_files()

    def left_behind(self, *, collected: bool = False) -> str:
        """What is there now and was not then, in words, and where its threads are; waits until it has gone. "" when nothing stayed.

        collected: what only the garbage collector closes may go, too.
        """
        if collected and not settled(lambda: not self._more(), COLLECT_S):
            gc.collect()
        if settled(lambda: not self._more()):
            return ""
        frames = sys._current_frames()
        stayed = [frames[thread.ident] for thread in set(threading.enumerate()) - self.threads if thread.ident in frames]
        return "\n".join([self._more(), *("".join(traceback.format_stack(frame, limit=-6)) for frame in stayed)])

    def _more(self) -> str:
        threads = sorted(thread.name for thread in set(threading.enumerate()) - self.threads if thread.name != "within")
        more = open_files() - self.files
        said = [f"threads: {', '.join(threads)}"] if threads else []
        return "; ".join([*said, f"{more} open files or sockets"] if more > 0 else said)
