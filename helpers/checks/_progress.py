"""The progress line of `course.py check`, on stderr: in place on a terminal, a line per notebook elsewhere."""
from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from typing import Any


def workers(jobs: int) -> int:
    """How many notebooks are checked at once: one per processor this process may use, at most four."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(jobs, usable, 4))


class Progress:
    """Says how many of `total` notebooks are done, which are running, and for how long."""

    def __init__(self, total: int) -> None:
        self.total, self.done, self.running = total, 0, []
        self._lock, self._started, self._width = threading.RLock(), time.monotonic(), 0
        self._ended = threading.Event()
        self._live = sys.stderr.isatty()
        if self._live:
            threading.Thread(target=self._tick, daemon=True).start()

    def follow(self, name: str, work: Callable[..., Any], *args: Any) -> Any:
        """Call `work(*args)`, shown as running under `name`; returns its result."""
        self._change(name, begins=True)
        try:
            return work(*args)
        finally:
            self._change(name, begins=False)

    def say(self, lines: list[str]) -> None:
        """Print lines of the report, on stdout, above the progress line."""
        with self._lock:
            self._clear()
            print(*lines, sep="\n", flush=True)
            self._draw()

    def end(self) -> None:
        """Take the line away."""
        self._ended.set()
        with self._lock:
            self._clear()
            self._live = False

    def _change(self, name: str, *, begins: bool) -> None:
        with self._lock:
            if begins:
                self.running.append(name)
            else:
                self.running.remove(name)
                self.done += 1
            if self._live:
                self._draw()
            elif not begins:
                print(self._text(), file=sys.stderr, flush=True)

    def _text(self) -> str:
        now = f", now {', '.join(self.running)}" if self.running else ""
        return f"checking: {self.done} of {self.total} notebooks done{now} ({time.monotonic() - self._started:.0f} s)"

    def _draw(self) -> None:
        if self._live:
            text = self._text()
            print(f"\r{text.ljust(self._width)}", end="", file=sys.stderr, flush=True)
            self._width = len(text)

    def _clear(self) -> None:
        if self._live:
            print(f"\r{' ' * self._width}\r", end="", file=sys.stderr, flush=True)

    def _tick(self) -> None:
        while not self._ended.wait(1):
            with self._lock:
                self._draw()
