"""Many calls: at once, in order, paced, and nothing lost when some of them fail."""

from __future__ import annotations

import asyncio
import numbers
import threading
from collections.abc import AsyncIterable, Awaitable, Callable, Iterable
from concurrent.futures import Executor
from dataclasses import replace
from os import PathLike
from typing import Any

from ._attempts import Call
from ._batch import Batch, BatchResult
from ._guards import require_items, require_parts, require_plain
from ._limiter import RateLimiter
from ._loop import arun, run
from ._policy import RetryPolicy
from ._remote import sender
from .errors import BatchStopped
from .ledger import Ledger

__all__ = ["BatchResult", "amap_calls", "map_calls"]
LOOK_EVERY_S = 0.2  # for an interrupt


def map_calls(fn: Callable[[Any], Any], items: Iterable[Any], *, concurrency: int = 8, policy: RetryPolicy | None = None,
              limiter: RateLimiter | None | str = "auto", on_error: str = "collect", progress: bool | None = None,
              resume: str | PathLike[str] | None = None, executor: Executor | None = None, log: Ledger | None = None,
              keep_values: bool = True) -> BatchResult:
    """`fn(item)` for each item, up to `concurrency` at a time; values come in the order of the items.

    Every call is repeated as `policy` allows. The whole batch stops when all further calls would fail too: 401, 402, 403,
    quota exhausted, model not found, budget used up, a wait longer than `max_retry_after`, a broken executor, or a service
    that is dead (five calls given up in a row when the retry budget is empty). Items that were not called then have a
    BatchStopped error, with the reason as its `__cause__`.

    Args:
        items: drawn one by one, when a worker is free; a generator of millions is fine.
        limiter: shared by all calls; "auto" makes one that learns, None calls without pacing.
        on_error: "collect" puts exceptions into `result.errors`; "raise" stops at the first one and raises it, with what
            was done as its `batch_result`.
        progress: a tqdm bar; None shows it in a terminal or a notebook only.
        resume: a JSONL file. What it holds is not called again, what ends is added. Values must be text, numbers, lists
            or dicts.
        executor: where attempts run: any concurrent.futures.Executor, such as Dask's `Client().get_executor()`. Retries
            and pacing stay here. Without it attempts run in threads.
        log: a further ledger for the attempts; the result has its own.
        keep_values: False leaves `result.values` empty, for batches whose results go to `resume` or elsewhere.

    Raises TypeError or ValueError for wrong arguments, CourseError for a resume file of another run. Ctrl-C, a Stop of the
    notebook and an iterator that fails are raised as they are, with what was done as their `batch_result`; after them
    `sys.last_value.batch_result` has it.
    """
    __tracebackhide__ = True
    _check(fn, items, concurrency, on_error, limiter, asynchronous=False)
    require_parts(policy, None, log)
    policy = policy or RetryPolicy()
    batch = Batch(fn, items, policy=policy, limiter=limiter, on_error=on_error, progress=progress, resume=resume, log=log,
                  keep_values=keep_values)
    called = sender(fn, executor) if executor is not None else fn
    hurried = replace(policy, sleep=batch.sleeper(policy))

    def work(worker: int) -> None:
        __tracebackhide__ = True
        while (job := batch.next()) is not None:
            call = Call(hurried, batch.limiter, batch.ledger, batch.budget, worker, batch.is_stopped, batch.log)
            try:
                batch.succeeded(job, run(call, called, (job.item,), {}))
            except Exception as exc:
                batch.failed(job, exc)

    with batch:
        _run_threads(work, min(concurrency, batch.known_length or concurrency), batch)
    return batch.finish()


def _run_threads(work: Callable[[int], None], count: int, batch: Batch) -> None:
    """Run `work(0)` to `work(count - 1)` in threads; an interrupt of the waiting thread stops the batch at once.

    What crashed or interrupted the batch is raised by `batch.finish()`, with the results so far.
    """
    def guarded(worker: int) -> None:
        try:
            work(worker)
        except BaseException as exc:  # a mistake of an iterator, or of a callback: show it to the caller
            batch.crash(exc)

    threads = [threading.Thread(target=guarded, args=(number,), daemon=True, name=f"map_calls {number}")
               for number in range(count)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():
                thread.join(LOOK_EVERY_S)  # an interrupt that comes just before a wait without an end is not seen in it
    except BaseException as exc:
        batch.crash(exc)


async def amap_calls(fn: Callable[[Any], Awaitable[Any]], items: Iterable[Any] | AsyncIterable[Any], *, concurrency: int = 8,
                     policy: RetryPolicy | None = None, limiter: RateLimiter | None | str = "auto", on_error: str = "collect",
                     progress: bool | None = None, resume: str | PathLike[str] | None = None, log: Ledger | None = None,
                     keep_values: bool = True) -> BatchResult:
    """As `map_calls`, for a coroutine function: `concurrency` tasks of the running loop. `items` may be asynchronous."""
    __tracebackhide__ = True
    _check(fn, items, concurrency, on_error, limiter, asynchronous=True)
    require_parts(policy, None, log)
    policy = policy or RetryPolicy()
    batch = Batch(fn, items, policy=policy, limiter=limiter, on_error=on_error, progress=progress, resume=resume, log=log,
                  keep_values=keep_values)
    stopped = asyncio.Event()
    hurried = replace(policy, asleep=_asleeper(policy, stopped, batch))

    async def work(worker: int) -> None:
        __tracebackhide__ = True
        while (job := await batch.anext()) is not None:
            call = Call(hurried, batch.limiter, batch.ledger, batch.budget, worker, batch.is_stopped, batch.log)
            try:
                batch.succeeded(job, await arun(call, fn, (job.item,), {}))
            except Exception as exc:
                batch.failed(job, exc)
            await asyncio.sleep(0)  # a function that never waits must not keep timers, other tasks and Ctrl-C waiting
            if batch.is_stopped():
                stopped.set()

    with batch:
        tasks = [asyncio.create_task(work(number)) for number in range(min(concurrency, batch.known_length or concurrency))]
        try:
            await asyncio.gather(*tasks)
        except BaseException as exc:
            batch.crash(exc)
        finally:
            for task in tasks:
                task.cancel()
    return batch.finish()


def _asleeper(policy: RetryPolicy, stopped: asyncio.Event, batch: Batch) -> Callable[[float], Awaitable[None]]:
    """`policy.asleep`, ended early when the batch stops."""
    async def asleep(seconds: float) -> None:
        if policy.asleep is not asyncio.sleep:
            await policy.asleep(seconds)
        else:
            try:
                async with asyncio.timeout(seconds):
                    await stopped.wait()
            except TimeoutError:
                pass
        if batch.is_stopped():
            raise BatchStopped("The batch was stopped while this call waited for its next attempt.")

    return asleep


def _check(fn: Any, items: Any, concurrency: Any, on_error: str, limiter: Any, *, asynchronous: bool) -> None:
    if not callable(fn):
        raise TypeError(f"The first argument must be a function of one item, not {type(fn).__name__}. "
                        "Write `lambda text: client.text_classification(text)`.")
    if not asynchronous:
        require_plain(fn, "amap_calls")
    require_items(items, asynchronous)
    if isinstance(concurrency, bool) or not isinstance(concurrency, numbers.Integral) or concurrency < 1:
        raise ValueError(f"`concurrency` must be 1 or more, not {concurrency!r}. Use `concurrency=1` for one call at a time.")
    if on_error not in ("collect", "raise"):
        raise ValueError(f'`on_error` must be "collect" or "raise", not {on_error!r}. "collect" gives you every result.')
    if not (limiter is None or limiter == "auto" or isinstance(limiter, RateLimiter)):
        raise TypeError(f'`limiter` must be a RateLimiter, "auto" or None, not {limiter!r}. Leave it out to let one learn.')
