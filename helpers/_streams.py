"""Streams: repeated until the first output, never after it.

A chunk carries output when it brings text, reasoning or a tool call; role-only chunks, usage and keep-alives do not. Chunks
before the first output are held back until it comes, so a repeated start shows nothing twice.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from ._attempts import Call
from ._chunks import END, EmptyStream, Progress, SilentStream, carries_output, text_of
from ._guards import require_finished, require_function, require_stream
from ._limiter import RateLimiter
from ._loop import arun, run
from ._policy import RetryPolicy
from ._reader import Patience, Reader, aclose, aclose_bodies, close_bodies, next_within, seconds_left
from .ledger import Ledger

__all__ = ["EmptyStream", "astream_with_retry", "carries_output", "stream_with_retry", "text_of"]


def stream_with_retry(open_stream: Callable[..., Any], *args: Any, policy: RetryPolicy | None = None,
                      limiter: RateLimiter | None = None, log: Ledger | None = None, **kwargs: Any) -> Iterator[Any]:
    """The chunks of `open_stream(*args, **kwargs)`; opened again, as `policy` allows, until one carries output.

    After the first output an error becomes `StreamInterrupted` (`.partial` has the text, `__cause__` the error); so does
    silence of `policy.idle_timeout` seconds, more than `policy.stream_timeout` seconds of waiting in all, and a chat stream
    that ends without a finish_reason. The stream is closed on every path, also when the reader stops early; through
    `helpers.transport` its connection too.
    """
    require_function(open_stream, "a function that opens a stream", "and `stream=True` after it")
    return _read(Call(policy or RetryPolicy(), limiter, log), open_stream, args, kwargs)


def astream_with_retry(open_stream: Callable[..., Any], *args: Any, policy: RetryPolicy | None = None,
                       limiter: RateLimiter | None = None, log: Ledger | None = None, **kwargs: Any) -> AsyncIterator[Any]:
    """As `stream_with_retry`, for `async for`; `open_stream` returns an async iterator, or an awaitable of one."""
    require_function(open_stream, "a function that opens a stream", "and `stream=True` after it")
    return _aread(Call(policy or RetryPolicy(), limiter, log), open_stream, args, kwargs)


def _read(call: Call, open_stream: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Iterator[Any]:
    __tracebackhide__ = True

    def start() -> tuple[Reader, Progress]:
        call.scope.streamed = True
        reader, progress = None, Progress()
        try:
            reader = Reader(require_stream(require_finished(open_stream(*args, **kwargs))), call.scope)
            while progress.add(reader.next(seconds_left(call.scope))):
                pass
        except BaseException as exc:
            close_bodies(call.scope) if reader is None else reader.close()
            if isinstance(exc, SilentStream):
                raise TimeoutError(f"No output came within {call.scope.timeout_s:g} s.") from None
            raise
        return reader, progress

    reader, progress = run(call, start, (), {})
    patience = Patience(call.policy)
    try:
        yield from list(progress.chunks)
        while not progress.ended:
            chunk = _next_or_interrupted(reader, patience, progress)
            if chunk is not END:
                yield chunk
    finally:
        reader.close()


def _next_or_interrupted(reader: Reader, patience: Patience, progress: Progress) -> Any:
    try:
        with patience as seconds:
            chunk = reader.next(seconds)
        progress.add(chunk)
        return chunk
    except Exception as exc:
        raise progress.interrupted(exc) from exc


async def _aread(call: Call, open_stream: Callable[..., Any], args: tuple[Any, ...],
                 kwargs: dict[str, Any]) -> AsyncIterator[Any]:
    __tracebackhide__ = True

    async def start() -> tuple[Any, Progress]:
        call.scope.streamed = True
        stream, progress = None, Progress()
        try:
            opened = open_stream(*args, **kwargs)
            stream = require_stream(await opened if inspect.isawaitable(opened) else opened, "__aiter__")
            chunks = aiter(stream)
            while progress.add(await anext(chunks, END)):
                pass
        except BaseException:
            await aclose(stream)
            await aclose_bodies(call.scope)
            raise
        return stream, progress

    stream, progress = await arun(call, start, (), {})
    chunks, patience = aiter(stream), Patience(call.policy)
    try:
        for chunk in list(progress.chunks):
            yield chunk
        while not progress.ended:
            chunk = await _anext_or_interrupted(chunks, patience, progress)
            if chunk is not END:
                yield chunk
    finally:
        await aclose(stream)
        await aclose_bodies(call.scope)


async def _anext_or_interrupted(chunks: Any, patience: Patience, progress: Progress) -> Any:
    try:
        with patience as seconds:
            chunk = await next_within(chunks, seconds)
        progress.add(chunk)
        return chunk
    except Exception as exc:
        raise progress.interrupted(exc) from exc
