"""Call again when it helps: one call, one awaited call, one stream, under a `RetryPolicy`.

The loop is tenacity's. Its usual parts can be used with plain tenacity as well:

    @tenacity.retry(retry=retry_if_transient(), wait=wait_server_hint(), stop=tenacity.stop_after_attempt(6), reraise=True)

Repeating is safe for inference, which changes nothing on the server, but an attempt that timed out may have been computed
and billed. Put only the API call inside, no other side effect. openai's client repeats by itself (`max_retries=2`), which
multiplies attempts: make it with `max_retries=0`; more requests than attempts in the ledger show that it was forgotten.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, overload

import tenacity
from tenacity.wait import wait_base

from ._attempts import Call
from ._guards import require_function, require_plain
from ._limiter import RateLimiter
from ._loop import arun, run
from ._policy import RetryBudget, RetryPolicy, usual_policy
from ._streams import astream_with_retry, stream_with_retry
from .errors import StreamInterrupted, classify
from .ledger import Ledger

__all__ = ["RetryBudget", "RetryPolicy", "StreamInterrupted", "acall_with_retry", "astream_with_retry", "call_with_retry",
           "retry_if_transient", "retrying", "stream_with_retry", "wait_server_hint"]

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])


def call_with_retry(fn: Callable[..., T], *args: Any, policy: RetryPolicy | None = None,
                    limiter: RateLimiter | None = None, log: Ledger | None = None, **kwargs: Any) -> T:
    """`fn(*args, **kwargs)`, repeated as `policy` allows.

    The caller sees fn's own last exception, with the attempts as a note (`__notes__`). KeyboardInterrupt passes at once.

    Args:
        policy: default RetryPolicy().
        limiter: paces the attempts; share one between all calls to a service.
        log: gets one record per attempt.
    """
    __tracebackhide__ = True  # a learner's traceback goes from the cell to the SDK
    require_function(fn)
    require_plain(fn, "acall_with_retry")
    return run(Call(policy or usual_policy(), limiter, log), fn, args, kwargs)


async def acall_with_retry(fn: Callable[..., Awaitable[T]], *args: Any, policy: RetryPolicy | None = None,
                           limiter: RateLimiter | None = None, log: Ledger | None = None, **kwargs: Any) -> T:
    """As `call_with_retry`, for a function that returns an awaitable. Cancelling passes at once."""
    __tracebackhide__ = True
    require_function(fn)
    return await arun(Call(policy or usual_policy(), limiter, log), fn, args, kwargs)


@overload
def retrying(policy: F) -> F: ...
@overload
def retrying(policy: RetryPolicy | None = None, *, limiter: RateLimiter | None = None,
             log: Ledger | None = None) -> Callable[[F], F]: ...
def retrying(policy: Any = None, *, limiter: RateLimiter | None = None, log: Ledger | None = None) -> Any:
    """The decorator form, `@retrying` or `@retrying(policy, limiter=...)`.

    A plain function becomes `call_with_retry`, a coroutine function `acall_with_retry`, a generator function
    `stream_with_retry` and an async generator function `astream_with_retry`.
    """
    if callable(policy):
        return _decorate(policy, None, limiter, log)
    if policy is not None and not isinstance(policy, RetryPolicy):
        raise TypeError(f"`retrying` takes a RetryPolicy, not {type(policy).__name__}. "
                        "Write @retrying(RetryPolicy(max_attempts=3)).")
    return lambda fn: _decorate(fn, policy, limiter, log)


def _decorate(fn: Callable[..., Any], policy: RetryPolicy | None, limiter: RateLimiter | None, log: Ledger | None) -> Any:
    require_function(fn)
    caller = _caller_for(fn)
    policy = policy or RetryPolicy()

    def call(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        return caller(functools.partial(fn, *args, **kwargs), policy=policy, limiter=limiter, log=log)

    async def acall(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        return await call(*args, **kwargs)

    return functools.wraps(fn)(acall if caller is acall_with_retry else call)


def _caller_for(fn: Callable[..., Any]) -> Callable[..., Any]:
    called = (fn, getattr(fn, "__call__", None))  # noqa: B004 - an object may have any of them as its `__call__`
    if any(map(inspect.isasyncgenfunction, called)):
        return astream_with_retry
    if any(map(inspect.isgeneratorfunction, called)):
        return stream_with_retry
    return acall_with_retry if any(map(inspect.iscoroutinefunction, called)) else call_with_retry


class retry_if_transient(tenacity.retry_base):
    """For plain tenacity: repeat what `classify` calls retryable, and nothing else."""

    def __call__(self, retry_state: tenacity.RetryCallState) -> bool:
        exc = retry_state.outcome.exception() if retry_state.outcome else None
        return exc is not None and classify(exc).retryable


class wait_server_hint(wait_base):
    """For plain tenacity: wait what the server asks for (at most `cap` seconds), plus `fallback`; without a hint `fallback`.

    fallback: any tenacity wait; default `wait_random_exponential(multiplier=0.5, max=20)`. Raises ValueError for a cap that
    is not above 0, TypeError for a fallback that cannot be called.
    """

    def __init__(self, fallback: wait_base | None = None, cap: float = 60.0) -> None:
        if isinstance(cap, bool) or not isinstance(cap, (int, float)) or not cap > 0:
            raise ValueError(f"`cap` must be a number above 0, not {cap!r}. Leave it out for 60.")
        if fallback is not None and not callable(fallback):
            raise TypeError(f"`fallback` must be a wait of tenacity, not {fallback!r}. Write `tenacity.wait_fixed(1)`.")
        self.fallback = fallback or tenacity.wait_random_exponential(multiplier=0.5, max=20)
        self.cap = cap

    def __call__(self, retry_state: tenacity.RetryCallState) -> float:
        exc = retry_state.outcome.exception() if retry_state.outcome else None
        hint = classify(exc).retry_after if exc is not None else None
        return min(hint or 0.0, self.cap) + self.fallback(retry_state)
