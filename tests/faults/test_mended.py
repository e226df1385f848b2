"""What the matrix brought to light, one promise each, at the place where it was mended."""

from __future__ import annotations

import asyncio
import itertools
import json
import threading
import time
from types import SimpleNamespace

import pytest
from huggingface_hub import AsyncInferenceClient, InferenceClient, close_session

from helpers import (
    RetryPolicy,
    StreamInterrupted,
    acall_with_retry,
    astream_with_retry,
    call_with_retry,
    classify,
    explain,
    map_calls,
    stream_with_retry,
)

from .watch import open_files, settled, within
from .ways import Clock, client

ONCE = RetryPolicy(max_attempts=1, timeout_attempts=1)


@pytest.fixture
def asked(course):
    """The arguments of one question, on a server without faults."""
    course.server.reset()
    question = [{"role": "user", "content": "What is a rate limit?"}]
    yield {"messages": question, "model": course.models.chat, "max_tokens": 8, "seed": 1}
    close_session()


@pytest.mark.parametrize("fault", ["drip:0.02", "endless"])
@pytest.mark.parametrize("name", ["hub", "openai"])
def test_attempt_timeout_cuts_a_body_whose_pieces_keep_coming(course, asked, name, fault):
    """No wait between two bytes is long, and still the blocking call ends at attempt_timeout, far below the SDK's own limit."""
    course.server.faults(fault)
    caller = client(name, course, 60.0)
    ask = caller.chat_completion if name == "hub" else caller.chat.completions.create
    with pytest.raises(Exception) as caught:
        within(15, lambda: call_with_retry(ask, policy=RetryPolicy(attempt_timeout=0.1, timeout_attempts=1), **asked))
    assert classify(caught.value).kind == "timeout"
    assert course.ledger.records()[-1]["kind"] == "timeout"
    caller.close()


def test_what_a_call_returned_may_be_read_for_longer(course, asked):
    """attempt_timeout ends with the attempt: a stream that a function returned is read to its end afterwards."""
    policy = RetryPolicy(attempt_timeout=0.5, max_attempts=9, timeout_attempts=9, backoff_base=0.001)
    with InferenceClient(token=course.token, timeout=30) as caller:
        chunks = call_with_retry(caller.chat_completion, stream=True, policy=policy, **asked)
        time.sleep(0.6)
        assert list(chunks)[-1].choices[0].finish_reason


def test_idle_timeout_counts_between_chunks_not_attempt_timeout(course, asked):
    """After the first output a pause longer than attempt_timeout and shorter than idle_timeout is waited out, in both forms."""
    policy = RetryPolicy(attempt_timeout=0.5, idle_timeout=20.0, max_attempts=9, timeout_attempts=9, backoff_base=0.001)

    async def awaited():
        async with AsyncInferenceClient(token=course.token, timeout=30) as caller:
            return [chunk async for chunk in astream_with_retry(caller.chat_completion, stream=True, policy=policy, **asked)]

    course.server.pace(stall=(2, 0.8))
    caller = InferenceClient(token=course.token, timeout=30)
    chunks = list(stream_with_retry(caller.chat_completion, stream=True, policy=policy, **asked))
    assert chunks[-1].choices[0].finish_reason and asyncio.run(awaited())[-1].choices[0].finish_reason


@pytest.mark.parametrize("name", ["hub", "openai"])
def test_reader_that_stops_early_frees_the_connection(course, asked, name):
    """After `close()` the stream's connection is gone, although its client lives on."""
    caller = client(name, course, 30.0)
    ask = caller.chat_completion if name == "hub" else caller.chat.completions.create
    before = open_files()
    stream = stream_with_retry(ask, stream=True, **asked)
    next(stream)
    stream.close()
    assert settled(lambda: open_files() <= before)
    caller.close()


@pytest.mark.parametrize("name", ["hub async", "openai async"])
def test_awaited_reader_that_stops_early_frees_the_connection(course, asked, name):
    """The same, awaited."""
    async def main():
        caller = client(name, course, 30.0)
        ask = caller.chat_completion if name.startswith("hub") else caller.chat.completions.create
        before = open_files()
        stream = astream_with_retry(ask, stream=True, **asked)
        await anext(stream)
        await stream.aclose()
        freed = settled(lambda: open_files() <= before)
        await caller.close()
        return freed

    assert asyncio.run(main())


@pytest.mark.parametrize("name", ["hub", "openai"])
def test_silence_ends_the_reading_thread_too(course, asked, name):
    """A reader that gave up on a silent stream wakes the thread that still waits in the socket, and frees the connection."""
    course.server.faults("stall:1")
    caller, before = client(name, course, 60.0), open_files()
    ask = caller.chat_completion if name == "hub" else caller.chat.completions.create
    with pytest.raises(StreamInterrupted, match="No chunk came for 0.05 s"):
        list(stream_with_retry(ask, stream=True, policy=RetryPolicy(idle_timeout=0.05, attempt_timeout=60.0), **asked))
    assert settled(lambda: all(thread.name != "stream reader" for thread in threading.enumerate()))
    assert settled(lambda: open_files() <= before)
    caller.close()


def test_attempt_timeout_counts_for_all_chunks_before_the_first_output():
    """Chunks without output that keep coming do not put off the end of the attempt."""
    def roles():
        while True:
            time.sleep(0.001)
            yield ""

    with pytest.raises(TimeoutError, match="No output came within 0.05 s"):
        list(stream_with_retry(roles, policy=RetryPolicy(attempt_timeout=0.05, timeout_attempts=1)))


def test_stream_timeout_ends_a_stream_that_never_ends(monkeypatch):
    """Waiting for chunks may take stream_timeout seconds in all; what came is in `partial`, in both forms."""
    clock = Clock()
    monkeypatch.setattr("helpers._reader.time", SimpleNamespace(monotonic=clock.now))

    def slowly():
        for number in itertools.count():
            clock.sleep(10)
            yield f"{number} "

    async def endless():
        for text in slowly():
            yield text

    async def main():
        async for _ in astream_with_retry(endless, policy=policy):
            pass

    policy = RetryPolicy(stream_timeout=30.0, idle_timeout=None, attempt_timeout=None)
    for read in (lambda: list(stream_with_retry(slowly, policy=policy)), lambda: asyncio.run(main())):
        with pytest.raises(StreamInterrupted) as caught:
            read()
        assert caught.value.partial == "0 1 2 3 " and "more than stream_timeout=30 s" in str(caught.value)


def test_stream_timeout_does_not_count_the_readers_own_time(monkeypatch):
    """A reader who takes longer than stream_timeout over the chunks gets them all."""
    clock, seen = Clock(), []
    monkeypatch.setattr("helpers._reader.time", SimpleNamespace(monotonic=clock.now))
    for chunk in stream_with_retry(lambda: iter("abcd"), policy=RetryPolicy(stream_timeout=5.0, attempt_timeout=None)):
        seen.append(chunk)
        clock.sleep(10)
    assert seen == list("abcd")


def test_a_stream_without_a_single_chunk_is_no_answer():
    """A body that the SDK finds no event in is opened again, and at last an error."""
    opened = []

    def nothing():
        opened.append(1)
        return iter(())

    with pytest.raises(ConnectionError, match="before its first chunk"):
        list(stream_with_retry(nothing, policy=RetryPolicy(max_attempts=2, backoff_base=0.001)))
    assert len(opened) == 2


@pytest.mark.parametrize("name", ["hub", "openai"])
def test_web_page_and_error_in_the_place_of_an_answer(course, asked, name):
    """What the SDKs would turn into a string, an empty reply or an empty stream is an error that says what came."""
    caller = client(name, course, 30.0)
    ask = caller.chat_completion if name == "hub" else caller.chat.completions.create
    error = {"status": 200, "body": {"error": "overloaded"}}
    for fault, said in (("wrong_content_type", "A web page came instead"), (error, "The server sent an error message")):
        for more in ({}, {"stream": True}):
            course.server.faults(fault)
            with pytest.raises(Exception) as caught:
                list(ask(**asked, **more))
            assert classify(caught.value).kind == "network" and str(explain(caught.value)).startswith(said)
    caller.close()


@pytest.mark.parametrize("name", ["hub", "openai"])
def test_broken_json_of_the_server_is_repeated_and_of_a_text_is_not(course, asked, name):
    """One JSONDecodeError, two meanings: the SDK's reading of an answer failed, or the caller's reading of a text."""
    caller = client(name, course, 30.0)
    ask = caller.chat_completion if name == "hub" else caller.chat.completions.create
    course.server.faults("malformed_json")
    with pytest.raises(json.JSONDecodeError) as caught:
        ask(**asked)
    assert classify(caught.value).kind == "transient"
    with pytest.raises(json.JSONDecodeError) as caught:
        call_with_retry(lambda: json.loads(ask(**asked).choices[0].message.content))
    assert classify(caught.value).kind == "bad_reply" and "not JSON" in explain(caught.value).cause
    caller.close()


def test_a_code_inside_a_hub_stream_is_read(course, asked):
    """An error event with a billing code is not repeated, although the hub has only its own class for it."""
    course.server.faults({"kind": "stream_error", "after": 0, "body": {"error": {"code": "insufficient_quota"}}})
    with pytest.raises(Exception) as caught:
        list(stream_with_retry(InferenceClient(token=course.token).chat_completion, stream=True, policy=ONCE, **asked))
    assert classify(caught.value).kind == "quota"


def test_a_model_that_never_loads_ends_at_the_deadline_in_a_batch_too(course, asked):
    """The pause that a cold start asks for counts to the deadline of the call it belongs to."""
    course.server.faults({"status": 503, "body": {"error": "loading", "estimated_time": 20}, "times": 99})
    clock, ask = Clock(), InferenceClient(token=course.token).chat_completion
    policy = RetryPolicy(deadline=50.0, jitter="none", backoff_base=0.01, clock=clock.now, sleep=clock.sleep, asleep=clock.asleep)
    result = map_calls(lambda _: ask(**asked), range(1), policy=policy, concurrency=1)
    assert classify(result.errors[0]).kind == "loading" and result.ledger.requests == 3 and clock.now() < 50


def test_async_calls_are_cut_too(course, asked):
    """An endless body, awaited."""
    async def main():
        async with AsyncInferenceClient(token=course.token, timeout=60) as caller:
            await acall_with_retry(caller.chat_completion, policy=RetryPolicy(attempt_timeout=0.1, timeout_attempts=1), **asked)

    course.server.faults("endless")
    with pytest.raises(TimeoutError) as caught:
        asyncio.run(main())
    assert classify(caught.value).kind == "timeout"
