"""tenacity's loop around the attempts of a `Call`.

The first attempt is made before the loop, and handed to it as its first outcome only if it failed: most calls succeed at
once, and the loop is made for those that need it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tenacity

from ._attempts import Call


def run(call: Call, fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Run `call` to its end: fn's result, or its own last exception."""
    __tracebackhide__ = True  # IPython and pytest leave this frame out
    try:
        return call.run(fn, args, kwargs)
    except Exception as exc:
        failed = [exc]
    loop = tenacity.Retrying(sleep=call.policy.sleep, stop=call.stop, wait=call.wait, retry=call.retry, reraise=True)

    def attempt() -> Any:
        if failed:
            raise failed.pop()
        return call.run(fn, args, kwargs)

    try:
        return loop(attempt)
    except Exception as exc:
        raise call.annotate(exc)  # noqa: B904 - the same exception


async def arun(call: Call, fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """As `run`, awaited."""
    __tracebackhide__ = True
    try:
        return await call.arun(fn, args, kwargs)
    except Exception as exc:
        failed = [exc]
    loop = tenacity.AsyncRetrying(sleep=call.policy.asleep, stop=call.stop, wait=call.wait, retry=call.retry, reraise=True)

    async def attempt() -> Any:
        if failed:
            raise failed.pop()
        return await call.arun(fn, args, kwargs)

    try:
        return await loop(attempt)
    except Exception as exc:
        raise call.annotate(exc)  # noqa: B904 - the same exception
