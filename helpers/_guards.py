"""What is refused before a call, or right after it, with what to write instead (part of `retry` and `batch`)."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from types import CoroutineType
from typing import Any

from ._limiter import RateLimiter
from ._policy import RetryPolicy
from .ledger import Ledger


def require_function(fn: Any, what: str = "a function", instead: str = "and its arguments after it") -> None:
    """Raise TypeError for what cannot be called."""
    if not callable(fn):
        raise TypeError(f"The first argument must be {what}, not {type(fn).__name__}. "
                        f"Pass `client.chat_completion`, without brackets, {instead}.")


def require_plain(fn: Any, instead: str) -> None:
    """Raise TypeError for a coroutine function: called without `await` it does nothing, and nothing would be repeated."""
    if inspect.iscoroutinefunction(fn):  # also through functools.partial and bound methods
        raise TypeError(f"`{getattr(fn, '__name__', 'fn')}` is a coroutine function. Use `await {instead}(...)`.")


def require_awaitable(result: Any) -> Any:
    """`result`, if it can be awaited; TypeError else."""
    if not inspect.isawaitable(result):
        raise TypeError(f"The function returned {type(result).__name__}, which cannot be awaited. "
                        "Pass an `async def`, or use the form without `a` and `await`.")
    return result


def require_parts(policy: Any, limiter: Any, log: Any) -> None:
    """Raise TypeError for a policy, limiter or log of a wrong type."""
    if type(policy) is RetryPolicy and limiter is None and log is None:
        return  # most calls: as quick as can be
    for name, value, kind in (("policy", policy, RetryPolicy), ("limiter", limiter, RateLimiter), ("log", log, Ledger)):
        if value is not None and not isinstance(value, kind):
            raise TypeError(f"`{name}` must be a {kind.__name__}, not {type(value).__name__}. "
                            f"Write `{name}={kind.__name__}()`, or leave it out.")


def require_items(items: Any, asynchronous: bool) -> None:
    """Raise TypeError for items that a batch cannot draw one by one."""
    if hasattr(items, "__aiter__") and not asynchronous:
        raise TypeError("`items` is asynchronous. Use `await amap_calls(...)`.")
    if not (hasattr(items, "__iter__") or hasattr(items, "__aiter__") or hasattr(items, "__getitem__")):
        raise TypeError(f"`items` must be a list or another iterable, not {type(items).__name__}. Write `[item]` for one.")


def require_finished(result: Any) -> Any:
    """`result`, unless it is a coroutine, which nobody would await: then TypeError."""
    if type(result) is CoroutineType:
        result.close()  # no warning that it was never awaited
        raise TypeError("The function returned a coroutine. Use the form with `a` in front: "
                        "`await acall_with_retry(...)`, `await amap_calls(...)`, `async for` and `astream_with_retry`.")
    return result


def require_stream(stream: Any, method: str = "__iter__") -> Any:
    """`stream`, if chunks can be read from it; TypeError for a whole answer, which can be iterated, too, into its fields."""
    if hasattr(stream, method) and not isinstance(stream, (Mapping, str, bytes)) and not hasattr(stream, "choices"):
        return stream
    raise TypeError(f"The function returned {type(stream).__name__}, not a stream. Pass `stream=True` after it.")
