"""Reading a stream so that silence is noticed, and closing it whatever happened (part of `_streams`)."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import queue
import socket
import threading
import time
from contextvars import copy_context
from typing import Any

from ._chunks import END, EndlessStream, SilentStream
from ._policy import RetryPolicy
from .pacing import AttemptScope


class Patience:
    """How long to wait for the next chunk; entered around each wait, it adds them up."""

    def __init__(self, policy: RetryPolicy) -> None:
        self._idle_s, self._total_s = policy.idle_timeout, policy.stream_timeout
        self._waited_s = self._began = 0.0

    def __enter__(self) -> float | None:
        """Seconds that this wait may take; raises EndlessStream when there are none left."""
        self._began = time.monotonic()
        if self._total_s is None:
            return self._idle_s
        left = self._total_s - self._waited_s
        if left <= 0:
            raise EndlessStream(self._total_s)
        return left if self._idle_s is None else min(self._idle_s, left)

    def __exit__(self, kind: type | None, *error: object) -> None:
        self._waited_s += time.monotonic() - self._began
        if kind is SilentStream and self._total_s is not None and self._waited_s >= self._total_s:
            raise EndlessStream(self._total_s)


class Reader:
    """Reads an iterator one chunk at a time in a helper thread, so that silence can be noticed; reads nothing ahead."""

    def __init__(self, stream: Any, scope: AttemptScope) -> None:
        self._stream, self._iterator, self._scope = stream, iter(stream), scope
        self._asked: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self._chunks: queue.SimpleQueue[tuple[Any, BaseException | None]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._closed = self._busy = False
        self._open = [stream] if self._iterator is stream else [self._iterator, stream]

    def next(self, timeout: float | None) -> Any:
        """The next chunk or END; raises SilentStream after `timeout` seconds."""
        if timeout is None and self._thread is None:
            return next(self._iterator, END)
        if self._thread is None:
            self._thread = threading.Thread(target=copy_context().run, args=(self._serve,), daemon=True, name="stream reader")
            self._thread.start()
        self._busy = True
        self._asked.put(True)
        try:
            chunk, error = self._chunks.get(timeout=timeout)
        except queue.Empty:
            raise SilentStream(timeout or 0.0) from None
        self._busy = False
        if error is not None:
            raise error
        return chunk

    def _serve(self) -> None:
        while self._asked.get():
            try:
                answer: tuple[Any, BaseException | None] = (next(self._iterator, END), None)
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
        self._closed = self._scope.given_up = True
        self._asked.put(False)  # ends the helper thread
        if not self._busy:
            self._shut()
        elif self._scope.bodies:
            for body in list(self._scope.bodies):
                body.hang_up()  # ends the read that is under way, and then the helper thread
        else:
            _hang_up(_response_behind(self._stream))  # not through our transport: the same

    def _shut(self) -> None:
        with contextlib.suppress(IndexError):  # the other thread may be closing as well
            while True:
                _close(self._open.pop(0))
        close_bodies(self._scope)


def _response_behind(stream: Any) -> Any:
    """The HTTP response that an SDK's stream reads: an attribute of openai's, in the frames of the hub's generators."""
    for _ in range(4):
        response = getattr(stream, "response", stream)
        if "network_stream" in (getattr(response, "extensions", None) or ()):
            return response
        frame = getattr(stream, "gi_frame", None)
        held = frame.f_locals.values() if frame is not None else ()
        stream = next((thing for thing in held if hasattr(thing, "gi_frame") or hasattr(thing, "extensions")), None)
    return None


def _hang_up(response: Any) -> None:
    """End a read that another thread is in; closing the response alone would leave it waiting."""
    with contextlib.suppress(Exception):  # no such response, or the connection is gone
        response.extensions["network_stream"].get_extra_info("socket").shutdown(socket.SHUT_RDWR)


def close_bodies(scope: AttemptScope) -> None:
    """Close the answers of an attempt: the hub leaves that of a stream open until its client is closed."""
    for body in list(scope.bodies):
        _close(body)


def _close(thing: Any) -> None:
    with contextlib.suppress(Exception):
        getattr(thing, "close", lambda: None)()


async def aclose_bodies(scope: AttemptScope) -> None:
    """As `close_bodies`, awaited."""
    for body in list(scope.bodies):
        await aclose(body)


async def aclose(stream: Any) -> None:
    """Close an asynchronous stream."""
    method = getattr(stream, "aclose", None) or getattr(stream, "close", None)
    if method is not None:
        with contextlib.suppress(Exception):
            done = method()
            if inspect.isawaitable(done):
                await done


def seconds_left(scope: AttemptScope) -> float | None:
    """Seconds that the attempt may still take."""
    return None if scope.until is None else max(0.0, scope.until - time.monotonic())


async def next_within(chunks: Any, seconds: float | None) -> Any:
    """The next chunk or END; raises SilentStream after `seconds`."""
    try:
        async with asyncio.timeout(seconds) as limit:
            return await anext(chunks, END)
    except TimeoutError:
        if limit.expired():
            raise SilentStream(seconds or 0.0) from None
        raise
