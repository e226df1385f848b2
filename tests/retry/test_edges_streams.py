"""Promises of streams that no other test noticed when they were broken on purpose (tests/faults/breaks.md)."""

from __future__ import annotations

import asyncio
import threading

import pytest

from helpers import (
    RetryPolicy,
    StreamInterrupted,
    astream_with_retry,
    stream_with_retry,
)
from helpers.ledger import current_call

from ..faults.watch import within
from .conftest import HUNG_S


def test_a_stream_read_in_another_thread_knows_its_call():
    """What a stream does when it is read, such as sending its request late, counts to the call that opened it."""
    def stream():
        yield str(current_call().call)

    def opened():
        outside.append(str(current_call().call))
        return stream()

    outside = []
    assert list(stream_with_retry(opened)) == outside


@pytest.mark.parametrize("form", ["blocking", "awaited"])
def test_idle_timeout_holds_for_every_chunk(form):
    """Silence after the third chunk is noticed as well as after the first."""
    release = threading.Event()

    def blocking():
        yield from "abc"
        release.wait(HUNG_S * 2)

    async def awaited():
        for text in "abc":
            yield text
        await asyncio.sleep(HUNG_S * 2)

    async def main():
        return [chunk async for chunk in astream_with_retry(awaited, policy=rule)]

    rule = RetryPolicy(idle_timeout=0.3, stream_timeout=None)
    with pytest.raises(StreamInterrupted, match="No chunk came for 0.3 s") as caught:
        within(HUNG_S, lambda: list(stream_with_retry(blocking, policy=rule)) if form == "blocking" else asyncio.run(main()))
    release.set()
    assert caught.value.partial == "abc"


class Stopped:
    """A stream whose reader is stopped at its first chunk."""

    def __init__(self) -> None:
        self.closed = False

    def __iter__(self):
        return self

    def __aiter__(self):
        return self

    def __next__(self):
        raise KeyboardInterrupt

    async def __anext__(self):
        raise asyncio.CancelledError

    def close(self) -> None:
        self.closed = True


def test_stop_before_the_first_output_closes_the_stream():
    """Stop, or a cancellation, while a stream opens: it passes at once, and the stream is closed."""
    stream = Stopped()
    with pytest.raises(KeyboardInterrupt):
        next(stream_with_retry(lambda: stream))
    assert stream.closed

    async def read(stream):
        async for _ in astream_with_retry(lambda: stream):
            pass

    stream = Stopped()
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(read(stream))
    assert stream.closed
