"""Streams: repeated until the first output, never after it.

A chunk carries output when it brings text, reasoning or a tool call; role-only chunks, usage and keep-alives do not. Chunks
before the first output are held back until it comes, so a repeated start shows nothing twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import queue
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextvars import copy_context
from typing import Any

from ._attempts import Call, arun, run
from ._limiter import RateLimiter
from ._policy import RetryPolicy
from .errors import CourseError, StreamInterrupted, explain
from .ledger import Ledger

_END = object()
OUTPUT_FIELDS = ("content", "reasoning", "reasoning_content", "refusal", "tool_calls", "function_call")


class EmptyStream(ConnectionError):
    """A stream ended before its first output and without saying that it was finished."""


def stream_with_retry(open_stream: Callable[..., Any], *args: Any, policy: RetryPolicy | None = None,
                      limiter: RateLimiter | None = None, log: Ledger | None = None, **kwargs: Any) -> Iterator[Any]:
    """The chunks of `open_stream(*args, **kwargs)`; opened again, as `policy` allows, until one carries output.

    After the first output an error becomes `StreamInterrupted` (`.partial` has the text, `__cause__` the error); so does
    silence of `policy.idle_timeout` seconds, and a chat stream that ends without a finish_reason. The stream is closed on
    every path, also when the reader stops early.
    """
    if not callable(open_stream):
        raise TypeError(f"The first argument must be a function that opens a stream, not {type(open_stream).__name__}. "
                        "Pass `client.chat_completion`, without brackets, and `stream=True` after it.")
    return _read(Call(policy or RetryPolicy(), limiter, log), open_stream, args, kwargs)


def astream_with_retry(open_stream: Callable[..., Any], *args: Any, policy: RetryPolicy | None = None,
                       limiter: RateLimiter | None = None, log: Ledger | None = None, **kwargs: Any) -> AsyncIterator[Any]:
    """As `stream_with_retry`, for `async for`; `open_stream` returns an async iterator, or an awaitable of one."""
    if not callable(open_stream):
        raise TypeError(f"The first argument must be a function that opens a stream, not {type(open_stream).__name__}. "
                        "Pass `client.chat_completion`, without brackets, and `stream=True` after it.")
    return _aread(Call(policy or RetryPolicy(), limiter, log), open_stream, args, kwargs)


def _read(call: Call, open_stream: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Iterator[Any]:
    def start() -> tuple[_Reader, _Progress]:
        reader = _Reader(open_stream(*args, **kwargs))
        progress = _Progress()
        try:
            while progress.add(reader.next(call.scope.timeout_s)):
                pass
        except BaseException:
            reader.close()
            raise
        return reader, progress

    reader, progress = run(call, start, (), {})
    try:
        yield from progress.chunks
        while not progress.ended:
            chunk = _next_or_interrupted(reader, call.policy.idle_timeout, progress)
            if chunk is not _END:
                yield chunk
    finally:
        reader.close()


def _next_or_interrupted(reader: _Reader, timeout: float | None, progress: _Progress) -> Any:
    try:
        chunk = reader.next(timeout)
        progress.add(chunk)
        return chunk
    except Exception as exc:
        raise progress.interrupted(exc) from exc


async def _aread(call: Call, open_stream: Callable[..., Any], args: tuple[Any, ...],
                 kwargs: dict[str, Any]) -> AsyncIterator[Any]:
    async def start() -> tuple[Any, _Progress]:
        opened = open_stream(*args, **kwargs)
        stream = await opened if inspect.isawaitable(opened) else opened
        chunks, progress = aiter(stream), _Progress()
        try:
            while progress.add(await anext(chunks, _END)):
                pass
        except BaseException:
            await _aclose(stream)
            raise
        return stream, progress

    stream, progress = await arun(call, start, (), {})
    chunks = aiter(stream)
    try:
        for chunk in list(progress.chunks):
            yield chunk
        while not progress.ended:
            chunk = await _anext_or_interrupted(chunks, call.policy.idle_timeout, progress)
            if chunk is not _END:
                yield chunk
    finally:
        await _aclose(stream)


async def _anext_or_interrupted(chunks: Any, timeout: float | None, progress: _Progress) -> Any:
    try:
        async with asyncio.timeout(timeout):
            chunk = await anext(chunks, _END)
        progress.add(chunk)
        return chunk
    except Exception as exc:
        raise progress.interrupted(exc) from exc


class _Progress:
    """What a stream has brought so far."""

    def __init__(self) -> None:
        self.chunks: list[Any] = []
        self.ended = False
        self._output = self._finished = self._knows_finish = False

    def add(self, chunk: Any) -> bool:
        """Take in one chunk, or the end; True while the first output is still to come."""
        if chunk is _END:
            self.ended = True
            if self._knows_finish and not self._finished:
                raise EmptyStream("The stream ended without a finish_reason.")
            return False
        self.chunks.append(chunk)
        self._note_finish(chunk)
        self._output = self._output or carries_output(chunk)
        return not self._output

    def _note_finish(self, chunk: Any) -> None:
        for choice in _get(chunk, "choices") or ():
            self._knows_finish = True
            self._finished = self._finished or _get(choice, "finish_reason") is not None
        if _get(chunk, "token") is not None:
            self._knows_finish = True
            self._finished = self._finished or _get(chunk, "details") is not None or _get(chunk, "generated_text") is not None

    def interrupted(self, cause: Exception) -> StreamInterrupted:
        said = cause.what if isinstance(cause, CourseError) else explain(cause).cause
        if isinstance(cause, EmptyStream):
            said = "It ended without a finish_reason."
        return StreamInterrupted(f"The stream broke after {len(self.chunks)} chunks. {said}",
                                 "Use `.partial`, or call again for a whole answer.",
                                 partial="".join(map(text_of, self.chunks)), chunks=tuple(self.chunks))


class _Reader:
    """Reads an iterator one chunk at a time in a helper thread, so that silence can be noticed; reads nothing ahead."""

    def __init__(self, stream: Any) -> None:
        self._stream, self._iterator = stream, iter(stream)
        self._asked: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self._chunks: queue.SimpleQueue[tuple[Any, BaseException | None]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._closed = self._busy = False
        self._open = [stream] if self._iterator is stream else [self._iterator, stream]

    def next(self, timeout: float | None) -> Any:
        """The next chunk or _END; raises TimeoutError after `timeout` seconds of silence."""
        if timeout is None and self._thread is None:
            return next(self._iterator, _END)
        if self._thread is None:
            self._thread = threading.Thread(target=copy_context().run, args=(self._serve,), daemon=True, name="stream reader")
            self._thread.start()
        self._busy = True
        self._asked.put(True)
        try:
            chunk, error = self._chunks.get(timeout=timeout)
        except queue.Empty:
            raise TimeoutError(f"No chunk for {timeout:g} s.") from None
        self._busy = False
        if error is not None:
            raise error
        return chunk

    def _serve(self) -> None:
        while self._asked.get():
            try:
                answer: tuple[Any, BaseException | None] = (next(self._iterator, _END), None)
            except BaseException as exc:
                answer = (None, exc)
            self._chunks.put(answer)
            if self._closed:
                break
        self._shut()

    def close(self) -> None:
        """Close the stream: now, or when a read that is under way comes back."""
        if self._closed:
            return
        self._closed = True
        self._asked.put(False)  # ends the helper thread
        if not self._busy:
            self._shut()
        else:
            _close(getattr(self._stream, "response", None))  # openai: ends the read that is under way

    def _shut(self) -> None:
        with contextlib.suppress(IndexError):  # the other thread may be closing as well
            while True:
                _close(self._open.pop(0))


def carries_output(chunk: Any) -> bool:
    """True when a repeat of the stream would repeat something that a reader has seen."""
    choices = _get(chunk, "choices")
    if choices is not None:
        return any(_choice_output(choice) for choice in choices)
    token = _get(chunk, "token")
    return bool(_get(token, "text")) if token is not None else chunk not in ("", b"", None)


def _choice_output(choice: Any) -> bool:
    delta = _get(choice, "delta")
    return bool(_get(choice, "text")) or any(_get(delta, name) for name in OUTPUT_FIELDS)


def text_of(chunk: Any) -> str:
    """The text of one chunk of any of the SDKs' streams; "" when it has none."""
    if isinstance(chunk, str):
        return chunk
    choices = _get(chunk, "choices")
    if choices:
        return _get(_get(choices[0], "delta"), "content") or _get(choices[0], "text") or ""
    token = _get(chunk, "token")
    return (_get(token, "text") or "") if token is not None and not _get(token, "special") else ""


def _get(thing: Any, name: str) -> Any:
    return thing.get(name) if isinstance(thing, dict) else getattr(thing, name, None)


def _close(thing: Any) -> None:
    with contextlib.suppress(Exception):
        getattr(thing, "close", lambda: None)()


async def _aclose(stream: Any) -> None:
    for name in ("aclose", "close"):
        method = getattr(stream, name, None)
        if method is not None:
            with contextlib.suppress(Exception):
                done = method()
                if inspect.isawaitable(done):
                    await done
            return
