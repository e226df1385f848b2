from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import threading
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import Ledger, RateLimiter, RetryPolicy, StreamInterrupted, astream_with_retry, stream_with_retry
from helpers._streams import carries_output, text_of

from .conftest import hub_error

QUICK = RetryPolicy(backoff_base=0.0001, throttle_base=0.0001, idle_timeout=None)


def delta(finish=None, index=0, **fields):
    """A chat chunk, as objects."""
    return SimpleNamespace(
        choices=[SimpleNamespace(index=index, delta=SimpleNamespace(**fields), finish_reason=finish, text=None)]
    )


class Service:
    """Streams of which the n-th breaks after `cuts[n]` chunks (None: whole); counts openings and closings."""

    def __init__(self, chunks, cuts, error=ConnectionResetError):
        self.chunks, self.cuts, self.error = chunks, list(cuts), error
        self.opened = self.closed = 0

    def _cut(self):
        cut = self.cuts[self.opened - 1] if self.opened <= len(self.cuts) else None
        return len(self.chunks) if cut is None else cut, cut is not None

    def open(self, **kwargs):
        self.opened += 1
        count, breaks = self._cut()
        if breaks and count < 0:
            raise self.error()

        def stream():
            try:
                yield from self.chunks[:count]
                if breaks:
                    raise self.error()
            finally:
                self.closed += 1

        return stream()

    async def aopen(self, **kwargs):
        inner = self.open()

        async def stream():
            try:
                for chunk in inner:
                    yield chunk
            finally:
                inner.close()

        return stream()


WORDS = ["the", " cat", " sat", "."]


def read(service, policy=QUICK):
    """(chunks seen, StreamInterrupted or None), in the blocking form."""
    seen = []
    try:
        for chunk in stream_with_retry(service.open, policy=policy):
            seen.append(chunk)
    except StreamInterrupted as exc:
        return seen, exc
    return seen, None


def aread(service, policy=QUICK):
    """As `read`, in the awaited form."""

    async def main():
        seen = []
        try:
            async for chunk in astream_with_retry(service.aopen, policy=policy):
                seen.append(chunk)
        except StreamInterrupted as exc:
            return seen, exc
        return seen, None

    return asyncio.run(main())


@pytest.mark.parametrize("reader", [read, aread])
@pytest.mark.parametrize("cut", range(1, len(WORDS) + 1))
def test_no_token_twice_wherever_it_breaks(reader, cut):
    """A stream that breaks after its first output ends there, with its text in `partial`."""
    service = Service(WORDS, [cut])
    seen, exc = reader(service)
    assert seen == WORDS[:cut] and exc.partial == "".join(WORDS[:cut]) and exc.chunks == tuple(WORDS[:cut])
    assert isinstance(exc.__cause__, ConnectionResetError) and (service.opened, service.closed) == (1, 1)


@pytest.mark.parametrize("reader", [read, aread])
def test_restart_before_the_first_output(reader):
    """Failures while opening and before any output are repeated, and nothing shows."""
    service = Service([delta(role="assistant", content=""), delta(content="Hi"), delta("stop", content=None)], [-1, 0, 1])
    seen, exc = reader(service)
    assert exc is None and service.opened == 4
    assert [text_of(chunk) for chunk in seen] == ["", "Hi", ""] and service.closed == 3


@settings(deadline=None, max_examples=60)
@given(st.lists(st.none() | st.integers(-1, 6), max_size=5), st.integers(1, 6), st.booleans())
def test_every_cut_stream(cuts, length, idle):
    """Whatever breaks where: what is seen is a beginning of the text, once, and every stream is closed."""
    chunks = [f"w{number} " for number in range(length)]
    service = Service(chunks, [None if cut is None else min(cut, length) for cut in cuts])
    policy = RetryPolicy(backoff_base=0.0001, idle_timeout=5.0 if idle else None)
    try:
        seen, exc = read(service, policy)
    except ConnectionResetError:
        return
    assert seen == chunks[: len(seen)] and (exc is not None) == (len(seen) < length or exc is not None)
    assert exc is None or exc.partial == "".join(seen)


class Closable:
    """A stream as the SDKs have it: it fails in the middle, and is closed only by whoever reads it."""

    def __init__(self, log, *chunks):
        self.log, self.chunks = log, list(chunks)
        log.append("open")

    def __iter__(self):
        return self

    __aiter__ = __iter__

    def __next__(self):
        if not self.chunks:
            raise ConnectionResetError
        return self.chunks.pop(0)

    async def __anext__(self):
        return next(self)

    def close(self):
        self.log.append("close")


@pytest.mark.parametrize("wait", [None, 5.0])
@pytest.mark.parametrize("chunks", [(), ("a",)])
def test_failed_streams_are_closed(wait, chunks):
    """A stream that fails is closed, before its first output and after it, once each, in both forms."""
    policy = RetryPolicy(backoff_base=0.0001, max_attempts=2, idle_timeout=wait, attempt_timeout=5.0)
    log, alog = [], []

    async def aread_all():
        async for _ in astream_with_retry(lambda: Closable(alog, *chunks), policy=policy):
            pass

    for read_all in (
        lambda: list(stream_with_retry(lambda: Closable(log, *chunks), policy=policy)),
        lambda: asyncio.run(aread_all()),
    ):
        with pytest.raises((ConnectionResetError, StreamInterrupted)):
            read_all()
    wanted = ["open", "close"] * (1 if chunks else 2)
    assert alog == log == wanted


def test_no_thread_stays():
    """The helper thread of a stream ends with it."""
    for _ in range(5):
        assert list(stream_with_retry(lambda: iter(WORDS))) == WORDS
    deadline = [thread for thread in threading.enumerate() if thread.name == "stream reader"]
    for thread in deadline:
        thread.join(5)
    assert not any(thread.is_alive() for thread in deadline)


def test_reader_that_stops_early_closes_the_stream():
    """`break` closes the stream at once."""
    service = Service(WORDS, [])
    stream = stream_with_retry(service.open, policy=QUICK)
    next(stream)
    stream.close()
    assert service.closed == 1


@pytest.mark.parametrize("reader", [read, aread])
def test_end_without_finish_reason(reader):
    """A chat stream that just ends is not taken for a whole answer."""
    service = Service([delta(content="Hi"), delta(content=" there")], [])
    seen, exc = reader(service)
    assert len(seen) == 2 and exc.partial == "Hi there"
    assert (
        str(exc)
        == "The stream broke after 2 chunks. It ended without a finish_reason. Use `.partial`, or call again for a whole answer."
    )


def test_end_before_any_output_is_repeated():
    """A stream that ends with its role only is opened again."""
    service = Service([delta(role="assistant")], [])
    service.chunks = [delta(role="assistant")]
    opened = []

    def open_stream():
        opened.append(1)
        return iter([delta(role="assistant")] if len(opened) < 3 else [delta(content="x"), delta("stop")])

    assert len(list(stream_with_retry(open_stream, policy=QUICK))) == 2 and len(opened) == 3


def test_silence_is_noticed():
    """No chunk for idle_timeout seconds interrupts the stream, although the read still blocks."""
    release, closed = threading.Event(), threading.Event()

    def stream():
        try:
            yield "a"
            release.wait(30)
            yield "b"
        finally:
            closed.set()

    with pytest.raises(StreamInterrupted) as caught:
        list(stream_with_retry(stream, policy=RetryPolicy(idle_timeout=0.05)))
    assert caught.value.partial == "a" and isinstance(caught.value.__cause__, TimeoutError)
    release.set()
    assert closed.wait(10)


def test_silence_before_the_first_output_is_a_timeout():
    """Silence before any output counts as a timed-out attempt, and is repeated once."""
    release, opened = threading.Event(), []

    def stream():
        opened.append(1)
        release.wait(30)
        yield "a"

    with pytest.raises(TimeoutError):
        list(stream_with_retry(stream, policy=RetryPolicy(attempt_timeout=0.05, backoff_base=0.001)))
    assert len(opened) == 2
    release.set()


def test_async_silence_is_noticed():
    """The same, awaited."""

    async def stream():
        yield "a"
        await asyncio.sleep(30)
        yield "b"

    async def main():
        async for _ in astream_with_retry(stream, policy=RetryPolicy(idle_timeout=0.05)):
            pass

    with pytest.raises(StreamInterrupted) as caught:
        asyncio.run(main())
    assert caught.value.partial == "a"


def test_interrupt_passes_and_closes():
    """KeyboardInterrupt inside a stream is not turned into StreamInterrupted."""
    service = Service(WORDS, [2], KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        list(stream_with_retry(service.open, policy=QUICK))
    assert service.closed == 1


def test_permanent_error_on_opening():
    """A 404 on opening is raised as it is, once."""
    service = Service(WORDS, [-1], lambda: hub_error(404))
    with pytest.raises(Exception, match="404"):
        list(stream_with_retry(service.open, policy=QUICK))
    assert service.opened == 1


def test_streams_are_paced_and_recorded():
    """A limiter and a ledger see the attempts of a stream."""
    log, limiter = Ledger(), RateLimiter()
    service = Service(WORDS, [-1])
    assert list(stream_with_retry(service.open, policy=QUICK, limiter=limiter, log=log)) == WORDS
    assert [attempt.kind for attempt in log] == ["network", "ok"]


def test_not_a_function():
    """An open stream in place of a function is refused at once, not on the first read."""
    for call in (stream_with_retry, astream_with_retry):
        with pytest.raises(TypeError, match="must be a function that opens a stream"):
            call(iter(WORDS))


@pytest.mark.parametrize(
    ("chunk", "output", "text"),
    [
        ("", False, ""),
        ("x", True, "x"),
        (delta(role="assistant"), False, ""),
        (delta(content=""), False, ""),
        (delta(content="x"), True, "x"),
        (delta(reasoning="hm", content=None), True, ""),
        (delta(tool_calls=[1]), True, ""),
        (SimpleNamespace(choices=[]), False, ""),
        ({"choices": [{"delta": {"content": "x"}}]}, True, "x"),
        ({"choices": [{"text": "x"}]}, True, "x"),
        (SimpleNamespace(token=SimpleNamespace(text="x", special=False)), True, "x"),
        (SimpleNamespace(other=1), True, ""),
    ],
)
def test_what_carries_output(chunk, output, text):
    """Text, reasoning and tool calls are output; roles, usage and keep-alives are not."""
    assert (carries_output(chunk), text_of(chunk)) == (output, text)


@pytest.mark.parametrize("sdk", ["hub", "openai", "text"])
def test_a_silent_server_is_hung_up_on_without_our_transport(sdk):
    """A client that does not pass through connect() loses its silent connection too, and no thread goes on waiting for it."""
    from huggingface_hub import InferenceClient
    from openai import OpenAI

    listener = socket.create_server(("127.0.0.1", 0))
    url, gone, chunk = f"http://127.0.0.1:{listener.getsockname()[1]}", threading.Event(), {"delta": {"content": "a"}, "index": 0}
    if sdk == "text":
        event = {"index": 1, "token": {"id": 1, "text": "a", "logprob": 0, "special": False}}
    else:
        event = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [chunk]}

    def serve():
        connection, _ = listener.accept()
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\ndata: "
                           + json.dumps(event).encode() + b"\n\n")
        connection.settimeout(20)
        with contextlib.suppress(TimeoutError):
            while connection.recv(65536):
                pass
            gone.set()
        connection.close()

    server = threading.Thread(target=serve, daemon=True)
    server.start()
    hub = InferenceClient(model=url, token="none")
    open_stream = {
        "hub": lambda: hub.chat_completion([{"role": "user", "content": "hi"}], stream=True),
        "text": lambda: hub.text_generation("hi", stream=True),
        "openai": lambda: OpenAI(base_url=url, api_key="x", max_retries=0).chat.completions.create(
            model="m", messages=[{"role": "user", "content": "hi"}], stream=True),
    }[sdk]
    with pytest.raises(StreamInterrupted) as caught:
        list(stream_with_retry(open_stream, policy=RetryPolicy(idle_timeout=0.1)))
    assert caught.value.partial == "a" and gone.wait(10)
    server.join(10)
    listener.close()
