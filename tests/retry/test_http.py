"""Over real HTTP, with both SDKs and the course's transport."""

from __future__ import annotations

import asyncio
import contextlib
import json

import pytest

from helpers import (
    Ledger,
    RateLimiter,
    RetryPolicy,
    StreamInterrupted,
    amap_calls,
    call_with_retry,
    map_calls,
    stream_with_retry,
    transport,
)
from helpers.errors import classify
from helpers.hook import Hook

from .conftest import CHAT

MESSAGES = [{"role": "user", "content": "a secret prompt"}]
QUICK = RetryPolicy(backoff_base=0.001, throttle_base=0.001)
LIMIT = {"RateLimit": '"api";r=9;t=1', "RateLimit-Policy": '"token bucket";"api";q=50;w=1'}


@pytest.fixture
def ledger():
    log = Ledger()
    transport.install_hub(Hook(log))
    yield log
    transport.uninstall_hub()


@pytest.fixture(params=["hub", "openai"])
def chat(request, answers, ledger):
    """A chat call of either SDK against the scripted server."""
    if request.param == "hub":
        from huggingface_hub import InferenceClient

        client = InferenceClient(base_url=answers.url, api_key="none", timeout=5)
        return lambda **settings: client.chat_completion(MESSAGES, **settings)
    from openai import OpenAI

    client = OpenAI(
        base_url=f"{answers.url}/v1", api_key="none", max_retries=0, timeout=5, http_client=transport.http_client(Hook(ledger))
    )
    return lambda **settings: client.chat.completions.create(model="m", messages=MESSAGES, **settings)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "invalid"),
        (401, "auth"),
        (402, "quota"),
        (403, "permission"),
        (404, "not_found"),
        (410, "gone"),
        (413, "too_large"),
        (422, "invalid"),
        (429, "throttled"),
        (500, "transient"),
        (503, "transient"),
        (504, "transient"),
    ],
)
def test_statuses(chat, answers, status, kind):
    """What the SDK really raises for a status has that status's verdict."""
    answers.script = [(status, {"error": "503 429 rate limit"}, {})]
    with pytest.raises(Exception) as caught:
        chat()
    assert (classify(caught.value).kind, classify(caught.value).status) == (kind, status)


def test_loading_and_quota(chat, answers):
    """The body's fields are read from what the SDK raised."""
    answers.script = [
        (503, {"error": "Model m is currently loading", "estimated_time": 4.5}, {}),
        (429, {"error": {"code": "insufficient_quota", "message": "m"}}, {}),
    ]
    seen = []
    for _ in range(2):
        with pytest.raises(Exception) as caught:
            chat()
        seen.append((classify(caught.value).kind, classify(caught.value).retry_after))
    assert seen == [("loading", 4.5), ("quota", None)]


def test_refused_connection(answers, ledger):
    """Nobody listens: a network error, whichever library raised it."""
    from huggingface_hub import InferenceClient

    with pytest.raises(Exception) as caught:
        InferenceClient(base_url="http://127.0.0.1:9", api_key="none", timeout=5).chat_completion(MESSAGES)
    assert classify(caught.value).kind == "network"
    assert [a.kind for a in ledger] == ["network"]


def test_retry_limit_and_ledger_together(chat, answers, ledger):
    """A call meets 500 and 429, succeeds, and the limiter has learned from the headers of every answer."""
    answers.script = [(500, {"error": "x"}, LIMIT), (429, {"error": "x"}, {**LIMIT, "Retry-After": "0"}), (200, CHAT, LIMIT)]
    limiter = RateLimiter()
    reply = call_with_retry(chat, policy=QUICK, limiter=limiter, log=ledger)
    assert reply.choices[0].message.content == "Hello." and len(answers.seen) == 3
    assert [(a.attempt, a.status, a.kind) for a in ledger] == [(1, 500, "transient"), (2, 429, "throttled"), (3, 200, "ok")]
    # refused although the headers promised room: the limiter believes the refusal and slows down a little
    assert 45 <= limiter.rate < 50 and "secret" not in repr(ledger.records())


def test_without_the_transport(answers):
    """An OpenAI client of its own: the limiter learns from the exceptions' headers."""
    from openai import OpenAI

    client = OpenAI(base_url=f"{answers.url}/v1", api_key="none", max_retries=0)
    answers.script = [(429, {"error": "x"}, {**LIMIT, "Retry-After": "0"}), (200, CHAT, {})]
    limiter = RateLimiter()
    call_with_retry(client.chat.completions.create, model="m", messages=MESSAGES, policy=QUICK, limiter=limiter)
    assert limiter.rate == 50.0


HUB_LIMIT = {"RateLimit": '"api";r=0;t=300', "RateLimit-Policy": '"fixed window";"api";q=500;w=300'}


@pytest.mark.parametrize("status", [200, 429])
def test_questions_to_the_hub_do_not_teach_the_limiter(answers, ledger, status):
    """A GET to the Hub inside a call says nothing about the model's limit, neither by its headers nor as a refusal."""
    from huggingface_hub import HfApi, InferenceClient
    from huggingface_hub.errors import HfHubHTTPError

    client, api = InferenceClient(base_url=answers.url, api_key="none", timeout=5), HfApi(endpoint=answers.url, token=False)
    limiter = RateLimiter()
    rates = []

    def look_then_chat():
        with contextlib.suppress(HfHubHTTPError):
            api.model_info("m")
        rates.append(limiter.rate)
        return client.chat_completion(MESSAGES)

    answers.script = [(status, {"id": "m", "error": "x"}, {**HUB_LIMIT, "Retry-After": "300"}), (200, CHAT, LIMIT)]
    call_with_retry(look_then_chat, policy=QUICK, limiter=limiter, log=ledger)
    assert [(a.method, a.status) for a in ledger] == [("GET", status), ("POST", 200)]
    assert rates == [None] and limiter.rate == 50.0 and limiter._seq == 1
    assert not limiter.acquire(timeout=1.0).waited_s, "nobody pauses for the Hub"


def test_attempt_timeout_reaches_the_wire(answers, ledger):
    """A server that does not answer is left at attempt_timeout, although the SDK's own timeout is longer."""
    import socket

    from huggingface_hub import InferenceClient

    with socket.create_server(("127.0.0.1", 0)) as silent:
        client = InferenceClient(base_url=f"http://127.0.0.1:{silent.getsockname()[1]}", api_key="none", timeout=60)
        with pytest.raises(Exception) as caught:
            call_with_retry(client.chat_completion, MESSAGES, policy=RetryPolicy(attempt_timeout=0.1, timeout_attempts=1))
    assert classify(caught.value).kind == "timeout"


def test_nested_retries_show_in_the_ledger(answers, ledger):
    """openai's own retries multiply the attempts; the ledger shows more requests than attempts."""
    from openai import OpenAI

    client = OpenAI(base_url=f"{answers.url}/v1", api_key="none", max_retries=1, http_client=transport.http_client(Hook(ledger)))
    answers.script = [(500, {"error": "x"}, {"Retry-After-Ms": "1"})] * 3 + [(200, CHAT, {})]
    log = Ledger()
    call_with_retry(client.chat.completions.create, model="m", messages=MESSAGES, policy=QUICK, log=log)
    assert (log.requests, len(answers.seen)) == (2, 4)
    assert [a.attempt for a in ledger] == [1, 1, 2, 2]


def sse(*contents, end=True):
    """A chat stream on the wire."""
    def event(content, finish):
        return {
            "id": "c",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": "m",
            "choices": [{"index": 0, "delta": {"role": "assistant", "content": content}, "finish_reason": finish}],
        }

    lines = [f"data: {json.dumps(event(content, None))}\n\n" for content in contents]
    if end:
        lines += [f"data: {json.dumps(event('', 'stop'))}\n\n", "data: [DONE]\n\n"]
    return "".join(lines).encode(), {"Content-Type": "text/event-stream"}


def test_streams_of_both_sdks(chat, answers):
    """A 503 on opening is repeated; a whole stream arrives once; one that just ends is interrupted."""
    whole, headers = sse("the", " cat", " sat")
    cut, _ = sse("the", " cat", end=False)
    answers.script = [(503, {"error": "x"}, {}), (200, whole, headers), (200, cut, headers)]

    def text(chunk):
        return chunk.choices[0].delta.content or ""

    assert "".join(map(text, stream_with_retry(chat, stream=True, policy=QUICK))) == "the cat sat"
    with pytest.raises(StreamInterrupted) as caught:
        list(stream_with_retry(chat, stream=True, policy=QUICK))
    assert caught.value.partial == "the cat"


def test_error_event_inside_a_stream(chat, answers):
    """An error event before the first output is repeated, after it the stream is interrupted."""
    whole, headers = sse("the", " cat")
    bad = b'data: {"error": {"message": "overloaded", "code": "overloaded"}, "error_type": "overloaded"}\n\n'
    answers.script = [(200, bad, headers), (200, sse("the", end=False)[0] + bad, headers)]
    with pytest.raises(StreamInterrupted) as caught:
        list(stream_with_retry(chat, stream=True, policy=QUICK))
    assert caught.value.partial == "the" and len(answers.seen) == 2


def test_batches_of_both_kinds(chat, answers, ledger):
    """map_calls and amap_calls over real connections, in order."""
    answers.script = [(500, {"error": "x"}, {}), (500, {"error": "x"}, {}), (200, CHAT, LIMIT)]
    result = map_calls(lambda n: chat().choices[0].message.content, range(12), policy=QUICK, concurrency=4)
    assert result.values == ["Hello."] * 12 and result.ledger.requests == 14 == len(answers.seen)

    async def main():
        from huggingface_hub import AsyncInferenceClient

        async with AsyncInferenceClient(base_url=answers.url, api_key="none", timeout=5) as client:
            return await amap_calls(lambda n: client.chat_completion(MESSAGES), range(12), policy=QUICK, concurrency=4)

    assert asyncio.run(main()).ok


def test_usage_of_a_long_answer(chat, answers, ledger):
    """The usage block stands at the end; an answer of a million letters keeps it, in one piece and as a stream."""
    long = "a b " * 250_000
    choice = {**CHAT["choices"][0], "message": {"role": "assistant", "content": long}}
    chunks, headers = sse(*[long[:100_000]] * 10, end=False)
    last = json.dumps({**CHAT, "object": "chat.completion.chunk", "choices": []})
    answers.script = [(200, {**CHAT, "choices": [choice]}, {}),
                      (200, chunks + f"data: {last}\n\ndata: [DONE]\n\n".encode(), headers)]
    assert chat().choices[0].message.content == long
    assert sum(bool(chunk.choices) for chunk in chat(stream=True)) == 10
    assert [(record["tokens_in"], record["tokens_out"]) for record in ledger.records()] == [(5, 2)] * 2
