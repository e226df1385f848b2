"""One attempt of a function in somebody else's executor: a pool of processes, or the workers of a Dask cluster.

Retries, pacing and records stay here, with the caller; only the attempt travels, and its error comes back in a form that
can be pickled.
"""

from __future__ import annotations

import itertools
import pickle
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError, Executor, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from contextvars import copy_context
from typing import Any

from . import pacing
from .errors import RemoteCallError, classify, headers_of

_numbers = itertools.count()


def sender(fn: Callable[[Any], Any], executor: Executor) -> Callable[[Any], Any]:
    """A function that does `fn(item)` in `executor` and waits for it, for at most the attempt's timeout."""
    if isinstance(executor, type) or not callable(getattr(executor, "submit", None)):
        name = executor.__name__ if isinstance(executor, type) else type(executor).__name__
        raise TypeError(f"`executor` must be an object with a `submit` method, not {name}. "
                        "Pass a concurrent.futures.Executor, or `Client().get_executor()` of Dask.")

    def send(item: Any) -> Any:
        if isinstance(executor, ThreadPoolExecutor):  # same process: the context goes along, and so do the hooks
            return _wait(_submitted(executor, copy_context().run, fn, item))
        # The number makes each attempt a new task: Dask gives the old result to an equal one.
        ok, outcome = _wait(_submitted(executor, attempt, fn, item, next(_numbers)))
        if ok:
            return outcome
        raise outcome

    return send


def _submitted(executor: Executor, *call: Any) -> Any:
    """The future of a call; BrokenExecutor when the executor takes none any more, which stops the batch."""
    try:
        return executor.submit(*call)
    except BrokenExecutor:
        raise
    except RuntimeError as exc:
        raise BrokenExecutor(str(exc)) from exc


def _wait(future: Any) -> Any:
    try:
        return future.result(timeout=pacing.attempt_timeout())
    except (FutureTimeout, CancelledError):
        future.cancel()
        raise


def attempt(fn: Callable[[Any], Any], item: Any, number: int) -> tuple[bool, Any]:
    """(True, result) or (False, exception); runs in the other process."""
    try:
        return True, fn(item)
    except Exception as exc:
        return False, portable(exc)


def portable(exc: Exception) -> Exception:
    """`exc` itself if a pickle brings it back whole, else a RemoteCallError with its verdict and response headers."""
    verdict = classify(exc)
    try:
        if classify(pickle.loads(pickle.dumps(exc))) == verdict:
            return exc
    except Exception:  # the SDKs' errors hold responses and need arguments that a pickle does not keep
        pass
    return RemoteCallError(f"{type(exc).__name__}: {exc}", verdict, dict(headers_of(exc)))
