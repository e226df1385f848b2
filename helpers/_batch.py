"""The books of one batch: which item is next, what came of it, and when to stop."""

from __future__ import annotations

import asyncio
import threading
import time
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import BrokenExecutor
from contextlib import suppress
from os import PathLike
from typing import Any, NamedTuple

from ._limiter import RateLimiter
from ._policy import BUDGETED, RetryBudget, RetryPolicy
from ._progress import progress_bar
from ._resume import ResumeFile
from ._turns import PacingTimeout
from .errors import STOPS_BATCH, BatchStopped, CourseError, classify, explain
from .ledger import Ledger

BARREN = 5  # calls given up in a row, with the retry budget empty, that show a dead service
KEEP_ATTEMPTS = 10_000


class Job(NamedTuple):
    """An item on its way."""

    index: int
    item: Any


class BatchResult:
    """What came of a batch.

    values: in the order of the items, None where there is none. errors: place of an item -> its exception. ledger: one
    record per attempt (the last 10 000). stopped_by: the exception that stopped the batch, or None. restored: how many
    values came from the resume file.
    """

    def __init__(self, values: list[Any], errors: dict[int, Exception], ledger: Ledger, minimum_s: float | None,
                 restored: int, calls: int, stopped_by: BaseException | None) -> None:
        self.values, self.errors, self.ledger, self.minimum_s = values, errors, ledger, minimum_s
        self.restored, self.calls, self.stopped_by = restored, calls, stopped_by

    @property
    def ok(self) -> bool:
        """True when every item has its value."""
        return not self.errors

    def summary(self) -> str:
        """One line: calls, requests, refusals, seconds, and how they compare with what the limit allows."""
        skipped = sum(isinstance(error, BatchStopped) for error in self.errors.values())
        extra = [f"{self.restored} from the file"] if self.restored else []
        extra += [f"{skipped} not called"] if skipped else []
        return ", ".join([self.ledger.summary(self.minimum_s), *extra])

    def raise_first(self) -> None:
        """Raise the exception of the first item that has one; do nothing when all went well."""
        __tracebackhide__ = True
        for index in sorted(self.errors):
            raise self.errors[index]

    def __len__(self) -> int:
        return self.calls

    def __repr__(self) -> str:
        return f"BatchResult({self.summary()})"


class Batch:
    """Thread-safe state of a running batch; also a context manager that closes its file and its progress bar."""

    def __init__(self, fn: Callable[..., Any], items: Any, *, policy: RetryPolicy, limiter: RateLimiter | None | str,
                 on_error: str, progress: bool | None, resume: str | PathLike[str] | None, log: Ledger | None,
                 keep_values: bool) -> None:
        self._items: Iterator[Any] | AsyncIterator[Any] = aiter(items) if hasattr(items, "__aiter__") else iter(items)
        self.known_length: int | None = len(items) if hasattr(items, "__len__") else None
        self.limiter = RateLimiter() if limiter == "auto" else limiter
        self.budget = RetryBudget(policy.retry_budget)
        self.ledger = Ledger(keep=KEEP_ATTEMPTS, clock=policy.clock)
        self.log = log
        self._policy, self._on_error, self._keep = policy, on_error, keep_values
        self._file = ResumeFile(resume, fn) if resume is not None else None
        self._bar = progress_bar(progress, self.known_length)
        self._lock, self._draw = threading.RLock(), threading.Lock()
        self._adraw, self._stop = asyncio.Lock(), threading.Event()
        self._values: list[Any] = []
        self._errors: dict[int, Exception] = {}
        self._drawn = self._restored = self._barren = self._done = 0
        self._flying: set[int] = set()  # places of the items that are called now
        self.stopped_by: BaseException | None = None
        self._crashed: BaseException | None = None

    # -- items ----------------------------------------------------------------------------------------------------
    def next(self) -> Job | None:
        """The next item that needs a call; None when there is none, or the batch has stopped."""
        with self._draw:
            while not self._stop.is_set():
                try:
                    item = next(self._items)  # type: ignore[arg-type]
                except StopIteration:
                    return None
                job = self._drawn_job(item)
                if job is not None:
                    return job
        return None

    async def anext(self) -> Job | None:
        """As `next`, awaited."""
        if not hasattr(self._items, "__anext__"):
            return self.next()
        async with self._adraw:  # an asynchronous generator serves one at a time
            while not self._stop.is_set():
                try:
                    item = await anext(self._items)  # type: ignore[arg-type]
                except StopAsyncIteration:
                    return None
                job = self._drawn_job(item)
                if job is not None:
                    return job
        return None

    def _drawn_job(self, item: Any) -> Job | None:
        """Note a drawn item; None when its value is in the file."""
        with self._lock:
            index, self._drawn = self._drawn, self._drawn + 1
            if self._keep:
                self._values.append(None)
        done, value = self._file.restore(index, item) if self._file else (False, None)
        if not done:
            with self._lock:
                self._flying.add(index)
            return Job(index, item)
        self._store(index, value)
        self._restored += 1
        return None

    # -- results --------------------------------------------------------------------------------------------------
    def succeeded(self, job: Job, value: Any) -> None:
        """Keep a value."""
        self._barren = 0
        self._store(job.index, value)
        if self._file:
            try:
                self._file.save(job.index, job.item, value)
            except OSError as exc:
                self._cannot_save(self._file, exc)

    def _cannot_save(self, file: ResumeFile, exc: OSError) -> None:
        """A full disk costs no value that is there: go on in memory, or stop where values are kept in the file only."""
        said = f"`{file.path.name}` cannot be written any more: {exc.strerror}."
        if self._keep:
            warnings.warn(f"{said} The values from here on stay in memory only: save `result.values` elsewhere.", stacklevel=2)
        else:
            self.crash(CourseError(said, "Make room, and run the batch again: it goes on from the file."))

    def _store(self, index: int, value: Any) -> None:
        with self._lock:
            if self._keep:
                self._values[index] = value
            self._done += 1
            self._flying.discard(index)
            self._bar.update()

    def failed(self, job: Job, exc: Exception) -> None:
        """Keep an error, and decide whether the batch goes on."""
        with self._lock:
            if isinstance(exc, BatchStopped) and self.stopped_by is not None:
                exc = self._not_called()
            self._errors[job.index] = exc
            self._flying.discard(job.index)
            self._bar.update()
            if self.stopped_by is None and (self._on_error == "raise" or self._hopeless(exc)):
                self._stop_now(exc)

    def _hopeless(self, exc: Exception) -> bool:
        """True when every further call would fail too."""
        if isinstance(exc, BrokenExecutor):  # a pool whose process died takes no more calls
            return True
        verdict = classify(exc)
        if not verdict.retryable and not isinstance(exc, PacingTimeout):
            return verdict.kind in STOPS_BATCH
        self._barren += 1
        down = self.limiter is not None and self.limiter.refusing_s >= self._policy.deadline
        empty = verdict.kind not in BUDGETED or self.budget.is_empty() or down
        return (verdict.retry_after or 0.0) > self._policy.max_retry_after or (self._barren >= BARREN and empty)

    def _stop_now(self, exc: BaseException) -> None:
        self.stopped_by = exc
        self._stop.set()
        if self.limiter is not None:
            self.limiter.wake_all()

    def crash(self, exc: BaseException) -> None:
        """The batch itself failed or was interrupted: stop, and raise `exc` at the end."""
        with self._lock:
            self._crashed = exc if not isinstance(exc, Exception) else self._crashed or exc
            self._stop_now(self.stopped_by or exc)

    def is_stopped(self) -> bool:
        """True when nothing more is to be sent."""
        return self._stop.is_set()

    def sleeper(self, policy: RetryPolicy) -> Callable[[float], None]:
        """`policy.sleep`, ended early when the batch stops."""
        def sleep(seconds: float) -> None:
            if policy.sleep is time.sleep:
                self._stop.wait(seconds)
            else:
                policy.sleep(seconds)
            if self._stop.is_set():
                raise BatchStopped("The batch was stopped while this call waited for its next attempt.")
        return sleep

    # -- the end --------------------------------------------------------------------------------------------------
    def finish(self) -> BatchResult:
        """The result; raises what crashed the batch, or with on_error="raise" the first error."""
        __tracebackhide__ = True
        self._mark_uncalled()
        least = self.limiter.least_seconds(self._drawn - self._restored) if self.limiter is not None else None
        result = BatchResult(self._values, dict(sorted(self._errors.items())), self.ledger, least, self._restored, self._drawn,
                             self.stopped_by)
        error = self._crashed or (self.stopped_by if self._on_error == "raise" else None)
        if error is not None:
            with suppress(Exception):
                error.batch_result = result  # type: ignore[attr-defined]
                error.add_note(f"{self._done} results are kept: `import sys; sys.last_value.batch_result.values`.")
            raise error
        return result

    def _mark_uncalled(self) -> None:
        """Give the items that an interrupt left under way, and those that a stopped batch never drew, their error.

        The latter where their number is known.
        """
        if self.stopped_by is None:
            return
        with self._lock:
            self._errors.update((index, self._not_called()) for index in self._flying)
        if self.known_length is None:
            return
        if self._keep:
            self._values.extend([None] * (self.known_length - len(self._values)))
        for index in range(self._drawn, self.known_length):
            self._errors[index] = self._not_called()
        self._drawn = max(self._drawn, self.known_length)

    def _not_called(self) -> BatchStopped:
        cause = self.stopped_by
        said = explain(cause) if isinstance(cause, Exception) else ""
        error = BatchStopped("The batch was stopped before this item was answered.", str(said))
        error.__cause__ = cause
        return error

    def __enter__(self) -> Batch:
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        self._bar.close()
        if self._file:
            self._file.close()
