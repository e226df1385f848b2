"""Every scripted fault, seen from a raw socket: what comes over the wire, and that the server goes on."""

from __future__ import annotations

import http.client
import json
import socket
import time
from urllib.parse import urlsplit

import pytest

from helpers.remote import Fault

CHAT = {
    "model": "practice/chat",
    "messages": [{"role": "user", "content": "What is a rate limit?"}],
    "max_tokens": 20,
    "seed": 1,
}


@pytest.fixture
def wire(url, token):
    """POST a chat body over a raw socket and read until the server hangs up, the answer ends or `seconds` pass."""

    def wire(*, stream: bool, seconds: float = 1.5) -> tuple[bytes, str]:
        place = urlsplit(url)
        data = json.dumps({**CHAT, "stream": stream}).encode()
        head = (
            f"POST /v1/chat/completions HTTP/1.1\r\nHost: {place.netloc}\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\nConnection: close\r\n\r\n"
        )
        got = b""
        with socket.create_connection((place.hostname, place.port), timeout=seconds) as raw:
            raw.sendall(head.encode() + data)
            until = time.monotonic() + seconds
            try:
                while time.monotonic() < until:
                    piece = raw.recv(65536)
                    if not piece:
                        return got, "closed"
                    got += piece
            except ConnectionResetError:
                return got, "reset"
            except TimeoutError:
                pass
            return got, "open"

    return wire


def body_of(answer: bytes) -> bytes:
    return answer.partition(b"\r\n\r\n")[2]


def tokens_in(answer: bytes) -> int:
    return answer.count(b'"delta":{"content"')


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 408, 409, 422, 429, 500, 502, 503, 504])
def test_status(control, send, status, stream):
    """A scripted status comes with the OpenAI error shape, `X-Error-Message` and a Content-Length."""
    control.faults(str(status))
    reply = send("POST", "/v1/chat/completions", {**CHAT, "stream": stream})
    assert reply.status == status
    assert set(reply.json["error"]) == {"message", "type", "param", "code"}
    assert reply.headers["x-error-message"] == reply.json["error"]["message"]
    assert int(reply.headers["content-length"]) == len(reply.body)


def test_status_with_body_and_headers(control, classify):
    """A fault's own message and headers are sent; an object goes out word for word."""
    control.faults(
        Fault(429, body="Slow down", headers={"Retry-After": "7"}), Fault(500, body={"detail": [1]})
    )
    first, second = classify(), classify()
    assert (first.status, first.json, first.headers["retry-after"]) == (429, {"error": "Slow down"}, "7")
    assert (second.status, second.json) == (500, {"detail": [1]})


def test_short_forms(control, classify):
    """Short forms say status, Retry-After and how often."""
    control.faults("429:2*2", "503")
    replies = [classify() for _ in range(4)]
    assert [(r.status, r.headers.get("retry-after")) for r in replies] == [
        (429, "2"),
        (429, "2"),
        (503, None),
        (200, None),
    ]


def test_delay_passes_on_the_servers_clock(control, classify):
    """The right answer comes, later."""
    control.clock(0)
    before = control.now()
    control.faults("delay:30")
    assert classify().status == 200
    assert control.now() - before == pytest.approx(30)


@pytest.mark.parametrize("stream", [False, True])
def test_reset_before_the_headers(control, wire, stream):
    """Nothing is answered; the connection is reset."""
    control.faults("reset")
    assert wire(stream=stream) == (b"", "reset")


@pytest.mark.parametrize("stream", [False, True])
def test_reset_after_the_headers(control, wire, stream):
    """Status 200 and headers come, then the reset."""
    control.faults("reset_after_headers")
    answer, end = wire(stream=stream)
    assert answer.startswith(b"HTTP/1.1 200") and body_of(answer) == b""
    assert end == "reset"


@pytest.mark.parametrize("after", [0, 1, 5])
def test_cut_ends_a_stream_cleanly_after_that_many_tokens(control, wire, after):
    """The chunked body ends as it should, but there is no finish_reason and no [DONE]."""
    control.faults(f"cut:{after}")
    answer, end = wire(stream=True)
    assert answer.endswith(b"0\r\n\r\n") and end == "closed"
    assert tokens_in(answer) == after
    assert b"[DONE]" not in answer and b'"finish_reason":"' not in answer


@pytest.mark.parametrize("kind", ["cut_dirty", "truncated"])
def test_cut_dirty_breaks_inside_a_chunk(control, wire, kind):
    """After the tokens comes a chunk that promises more than it brings."""
    control.faults(f"{kind}:4")
    answer, _ = wire(stream=True)
    assert tokens_in(answer) == 4
    assert answer.endswith(b'40\r\ndata: {"id":"chatcmpl')


@pytest.mark.parametrize("kind", ["cut", "cut_dirty", "truncated"])
def test_a_plain_body_stops_half_way(control, wire, kind):
    """Content-Length promises twice what comes."""
    control.faults(kind)
    answer, end = wire(stream=False)
    promised = int(answer.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    assert 0 < len(body_of(answer)) < promised
    assert end == ("reset" if kind == "cut_dirty" else "closed")


@pytest.mark.parametrize("stream", [False, True])
def test_malformed_json(control, send, stream):
    """A complete response that does not parse."""
    control.faults("malformed_json:2")
    reply = send("POST", "/v1/chat/completions", {**CHAT, "stream": stream})
    assert reply.status == 200
    with pytest.raises(ValueError, match="."):
        _ = reply.events if stream else reply.json


@pytest.mark.parametrize("stream", [False, True])
def test_wrong_content_type(control, send, stream):
    """An HTML page with status 200, as from a proxy."""
    control.faults("wrong_content_type")
    reply = send("POST", "/v1/chat/completions", {**CHAT, "stream": stream})
    assert (reply.status, reply.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert reply.body.startswith(b"<!doctype html>")


def test_stream_error(control, send):
    """After the tokens comes an error event, in the form both SDKs know."""
    control.faults("stream_error:2")
    events = send("POST", "/v1/chat/completions", {**CHAT, "stream": True}).events
    assert events[-1] == {"error": "Model is overloaded", "error_type": "overloaded"}
    assert (
        sum("content" in e["choices"][0]["delta"] for e in events[:-1]) == 3
    )  # the role chunk and two tokens
    control.faults("stream_error")
    assert send("POST", "/v1/chat/completions", CHAT).status == 503


@pytest.mark.parametrize("stream", [False, True])
def test_silence(control, wire, classify, stream):
    """Accepted and never answered; the server goes on for others and forgets the call when its client leaves."""
    control.faults("silence")
    assert wire(stream=stream, seconds=0.3) == (b"", "open")
    assert classify().status == 200


@pytest.mark.parametrize("stream", [False, True])
def test_stall(control, wire, classify, stream):
    """The body stops in the middle, a stream after its tokens, and the connection stays open until its reader leaves."""
    control.faults("stall:2")
    answer, end = wire(stream=stream, seconds=0.5)
    assert end == "open"
    if stream:
        assert tokens_in(answer) == 2
    else:
        promised = int(answer.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        assert 0 < len(body_of(answer)) < promised
    assert classify().status == 200


@pytest.mark.parametrize("stream", [False, True])
def test_endless(control, wire, classify, stream):
    """The body goes on until its reader leaves."""
    control.faults("endless:2")
    answer, end = wire(stream=stream, seconds=0.4)
    assert end == "open"
    assert len(answer) > 10_000
    assert classify().status == 200


@pytest.mark.parametrize("stream", [False, True])
def test_drip(control, wire, stream):
    """The right body comes a byte at a time."""
    control.faults("drip:0.05")
    answer, end = wire(stream=stream, seconds=0.5)
    assert end == "open"
    assert 1 <= len(body_of(answer)) < 200


@pytest.mark.parametrize("kind", ["cut:1", "cut_dirty:1", "stream_error:1"])
def test_text_generation_streams_break_too(control, send, kind):
    """The same faults hit the other kind of stream."""
    control.faults(kind)
    body = {"inputs": "A rate limit", "parameters": {"max_new_tokens": 10}, "stream": True}
    try:
        reply = send("POST", "/hf-inference/models/practice/text", body)
    except http.client.HTTPException:
        assert kind.startswith("cut_dirty")
        return
    assert b'"generated_text":"' not in reply.body


def test_random_faults_repeat_with_their_seed(control, classify):
    """`rate=` hits the same calls for the same seed, and about that share of them."""
    runs = []
    for seed in (3, 3, 4):
        control.faults("500", "503", rate=0.3, seed=seed)
        runs.append([classify().status for _ in range(60)])
    assert runs[0] == runs[1] != runs[2]
    assert 5 <= sum(status != 200 for status in runs[0]) <= 32


def test_every_nth_call(control, classify):
    """`every=3` hits the third, the sixth and so on, in turn."""
    control.faults("500", "502", every=3)
    assert [classify().status for _ in range(7)] == [200, 200, 500, 200, 200, 502, 200]


def test_faults_for_one_model_and_clearing(control, classify, ask):
    """A script for another model does not strike; `faults()` clears all."""
    control.faults("503*9", model="practice/chat")
    assert classify().status == 200
    assert ask().status == 503
    control.faults()
    assert ask().status == 200


def test_the_log_names_the_fault(control, wire, classify):
    """A call that was broken is in the log with its fault and without a status where none was sent."""
    control.faults("reset", "503")
    wire(stream=False)
    classify()
    records = control.log
    assert [(r["fault"], r["status"]) for r in records] == [("reset", None), ("503", 503)]
