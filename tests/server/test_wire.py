"""Bytes that no SDK sends: whatever comes in, the server answers or hangs up, goes on, and never says 500."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers import practice
from helpers.practice import call as calls
from helpers.practice import head_limit
from helpers.remote import Server

from .conftest import thorough

ROOT = Path(__file__).resolve().parents[2]
BODY = b'{"inputs": "I like it"}'
TARGET, OWNER = b"POST /hf-inference/models/practice/sentiment HTTP/1.1\r\n", b"Authorization: Bearer hf_practice_wire\r\n"
SENTIMENT = TARGET + b"Host: localhost\r\n" + OWNER
CALL = SENTIMENT + b"Content-Length: %d\r\n\r\n%s" % (len(BODY), BODY)
LAST = CALL.replace(b"\r\nContent", b"\r\nConnection: close\r\nContent")
CHUNKED = SENTIMENT + b"Transfer-Encoding: chunked\r\n\r\n"


def connect(url: str) -> socket.socket:
    place = urlsplit(url)
    return socket.create_connection((place.hostname, place.port), timeout=10)


def exchange(url: str, data: bytes, *, answers: int = 1) -> bytes:
    """What comes back, until the server hangs up or has sent so many answers; with `answers=0` we hang up at once."""
    with connect(url) as raw:
        got = b""
        try:
            raw.sendall(data)
            if not answers:
                raw.shutdown(socket.SHUT_WR)
            while (not answers or len(statuses(got)) < answers) and (piece := raw.recv(65536)):
                got += piece
        except ConnectionError:  # hung up in the middle of what we sent
            pass
        return got


def statuses(answer: bytes) -> list[int]:
    return [int(found) for found in re.findall(rb"HTTP/1\.1 (\d\d\d)", answer)]


def lives(url: str) -> None:
    """A good request on a new connection is a 200."""
    assert statuses(exchange(url, LAST)) == [200]


@pytest.mark.parametrize(
    ("data", "allowed"),
    [
        (b"\r\n\r\n\r\n\r\n", []),
        (b"GET\r\n\r\n", [400]),
        (b"GET / HTTP/9.9\r\n\r\n", [400]),
        (b"GET / HTTP/1.1 extra\r\n\r\n", [400]),
        (b"G\x00T / HTTP/1.1\r\nHost: localhost\r\n\r\n", [400]),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", [400]),  # a TLS hello
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [400]),
        (b"GET /\xff\xfe HTTP/1.1\r\nHost: localhost\r\n\r\n", [400, 404]),
        (b"GET /%ff%00 HTTP/1.1\r\nHost: localhost\r\n\r\n", [404]),
        (b"GET http://elsewhere.example/v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n", [200, 400, 404]),
        (b"CONNECT elsewhere.example:443 HTTP/1.1\r\nHost: localhost\r\n\r\n", [400, 404, 405]),
        (b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n", [400, 404, 405]),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: a\x00b\r\n\r\n", [400]),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\n: nameless\r\n\r\n", [400]),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nbro ken: 1\r\n\r\n", [400]),
        (b"GET /v1/models?" + b"a&" * 500 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", [200]),
        (b"GET /api/models?" + b"a&" * 500 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", [400]),
        (b"GET /" + b"a" * 60_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", [404]),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", [431]),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 70_000 + b"\r\n\r\n", [431]),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: a\r\n" * 40_000 + b"\r\n", [431]),
        (b"GET /v1/models HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", [200, 400, 404]),
        (SENTIMENT + b"Content-Length: -5\r\n\r\n" + BODY, [400]),
        (SENTIMENT + b"Content-Length: 5x\r\n\r\n" + BODY, [400]),
        (SENTIMENT + b"Content-Length: 99999999999999999999999\r\n\r\n" + BODY, [400]),
        (SENTIMENT + b"Content-Length: 23\r\nContent-Length: 3\r\n\r\n" + BODY, [400]),
        (SENTIMENT + b"Content-Length: 23\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", [400]),
        (SENTIMENT + b"Transfer-Encoding: gzip\r\n\r\n" + BODY, [400, 501]),
        (SENTIMENT + b"Content-Length: 500\r\n\r\n" + BODY, []),  # cut in the middle
        (SENTIMENT + b"Content-Length: 3\r\n\r\n" + BODY, [400]),  # then the rest is no request
        (CHUNKED + b"zz\r\nab\r\n0\r\n\r\n", [400]),
        (CHUNKED + b"ffffffffffffffffff\r\nab", [400]),
        (CHUNKED + b"17\r\n" + BODY[:9], []),  # cut in the middle
        (CHUNKED + b"17;ext=\x00\r\n" + BODY + b"\r\n0\r\n\r\n", [200, 400]),
        (CHUNKED + b"17\r\n" + BODY + b"\r\n0\r\nTrailer: 1\r\n\r\n", [200]),
    ],
)
def test_broken_http(url, data, allowed):
    """Broken request lines, heads, lengths and chunks: a 4xx or a closed connection, and the next caller is served."""
    found = statuses(exchange(url, data, answers=len(allowed[:1])))
    assert set(found) <= set(allowed) and bool(found) == bool(allowed), found
    lives(url)


def test_pipelined_requests_are_answered_in_their_order(url):
    """A hundred requests sent before the first answer is read: a hundred answers, and a broken one ends the row."""
    answer = exchange(url, CALL * 100, answers=100)
    assert statuses(answer) == [200] * 100
    ids = [int(found) for found in re.findall(rb"practice-(\d{6})", answer)]
    assert ids == sorted(ids)
    *before, last = statuses(exchange(url, CALL * 3 + b"nonsense\r\n\r\n" + CALL, answers=5))
    assert set(before) <= {200} and last == 400


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"inputs": NaN}', 400),
        (b'{"inputs": "a", "parameters": {"top_k": Infinity}}', 400),
        (b'{"inputs": "a", "parameters": {"top_k": -Infinity}}', 400),
        (b'{"inputs": "a", "parameters": {"top_k": 1e999}}', 422),
        (b'{"inputs": "a", "parameters": {"top_k": 1%s}}' % (b"0" * 400), 422),
        (b'{"inputs": "a", "parameters": {"top_k": 1%s}}' % (b"0" * 5000), 400),
        (b'{"inputs": "\xff\xfe"}', 400),
        (b'\xef\xbb\xbf{"inputs": "a"}', 400),
        (b'{"inputs": "\\ud800"}', 400),
        (b'{"inputs": "a", "inputs": 5}', 422),  # of two equal keys the last one counts
        (b'{"inputs": 5, "inputs": "a"}', 200),
        (b'{"inputs": "a", "x": ' + b"[" * 60 + b"]" * 60 + b"}", 200),
        (b'{"inputs": "a", "x": ' + b"[" * 80 + b"]" * 80 + b"}", 400),
        (b'{"inputs": "a", "x": ' + b'{"a":' * 900 + b"1" + b"}" * 900 + b"}", 400),
        (b'{"inputs": "a", "x": ' + b"[" * 100_000 + b"}", 400),
        (b'{"inputs": "' + "漢".encode() * 1000 + b'"}', 200),
        (b'{"inputs": "\x00"}', 400),
        (b'{"inputs": "\\u0000 \\u202e \\u001b[31m"}', 200),
    ],
)
def test_odd_json(url, body, status):
    """NaN, infinities, huge numbers, broken UTF-8, twice the same key, deep nesting: an answer, or a 4xx."""
    answer = exchange(url, SENTIMENT + b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    assert statuses(answer) == [status]


@pytest.mark.parametrize("path", ["/v2/endpoint/me", "/practice/faults", "/v1/chat/completions"])
def test_deep_nesting_never_runs_out_of_stack(send, path):
    """A body that is copied or walked through is refused before it is too deep for that."""
    deep = b'{"model": {"image": ' + b'{"a":' * 500 + b"1" + b"}" * 500 + b"}}"
    assert send("POST", path, raw=deep).status == 400


pieces = st.lists(
    st.sampled_from((b"POST /", b"GET /", b"v1/chat/completions", b" HTTP/1.1", b"\r\n", b"\r\n\r\n", b"Host: localhost", OWNER,
                     b"Content-Length: 5", b"Transfer-Encoding: chunked", b"0\r\n\r\n", b"5\r\nhello\r\n",
                     b"Expect: 100-continue", b"Connection: keep-alive", CALL, b"{}", b"\x00", b"\xff"))
    | st.binary(max_size=40),
    max_size=14,
)  # fmt: skip


@settings(max_examples=400 if thorough() else 60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces)
def test_random_bytes(url, parts):
    """Any mixture of bytes and pieces of HTTP: no 5xx, no hang, and the server goes on."""
    with connect(url) as raw:
        raw.settimeout(0.02)  # then we hang up; what came until then is looked at
        got = b""
        try:
            raw.sendall(b"".join(parts))
            while piece := raw.recv(65536):
                got += piece
        except OSError:
            pass
    assert all(status < 500 for status in statuses(got))
    lives(url)


@settings(max_examples=100 if thorough() else 15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, len(CALL) - 1), st.booleans())
def test_a_request_that_is_cut_anywhere(url, at, reset):
    """A client that goes away after any byte, by closing or by a reset, leaves a server that answers the next one."""
    raw = connect(url)
    raw.sendall(CALL[:at])
    if reset:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    raw.close()
    lives(url)


def test_slow_heads_are_hung_up_on(monkeypatch):
    """A client that sends its head a byte at a time is cut off after the time for a head; others are served meanwhile."""
    monkeypatch.setattr(head_limit, "HEAD_TIMEOUT", 0.3)
    with practice.start() as running, connect(running.url) as slow:
        slow.sendall(b"GET / HTTP/1.1\r\nX-Slow: ")
        with pytest.raises(ConnectionError):  # noqa: PT012 (any of the drops may be the one that finds it closed)
            for _ in range(100):
                time.sleep(0.05)
                slow.sendall(b"a")
        lives(running.url)


def test_slow_bodies_are_a_408(monkeypatch):
    """No piece for too long, or drops that take too long together: 408 and a closed connection."""
    monkeypatch.setattr(calls, "BODY_TIMEOUT", 0.2)
    monkeypatch.setattr(calls, "WHOLE_BODY_TIMEOUT", 0.6)
    with practice.start() as running:
        answer = exchange(running.url, SENTIMENT + b"Content-Length: 50\r\n\r\n{")
        assert statuses(answer) == [408] and b"connection: close" in answer.lower()
        with connect(running.url) as drops:
            drops.sendall(SENTIMENT + b"Content-Length: 500\r\n\r\n{")
            drops.settimeout(0.1)
            got = b""
            for _ in range(60):
                try:
                    got = drops.recv(100)
                    break
                except TimeoutError:
                    drops.sendall(b" ")
            assert statuses(got) == [408]


def test_a_client_that_never_reads_is_hung_up_on(monkeypatch):
    """Streams that nobody reads do not pile up: when the socket has been full for too long the connection is dropped."""
    monkeypatch.setattr(head_limit, "READ_TIMEOUT", 0.3)
    with practice.start() as running, connect(running.url) as raw:
        raw.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n" * 200)  # about thirty megabytes
        connections = running._server.server_state.connections
        until = time.monotonic() + 30
        for accepted in (True, False):
            while bool(connections) != accepted and time.monotonic() < until:
                time.sleep(0.02)
            assert bool(connections) == accepted
        lives(running.url)


def test_over_the_limit_of_connections_is_a_503(monkeypatch):
    """One connection more than allowed is told 503, and is served when others have left."""
    from helpers.practice import serve

    monkeypatch.setattr(serve, "MOST_CONNECTIONS", 8)
    with practice.start() as running:
        held = [connect(running.url) for _ in range(8)]
        assert statuses(exchange(running.url, CALL)) == [503]
        for raw in held:
            raw.close()
        until = time.monotonic() + 10
        while statuses(exchange(running.url, CALL)) == [503] and time.monotonic() < until:
            time.sleep(0.05)
        lives(running.url)


def test_the_server_ends_with_its_process():
    """A process that is killed in the middle of streams leaves no port: it can be bound again at once."""
    code = "import sys; from helpers import practice; r = practice.start(); print(r.url, flush=True); sys.stdin.read()"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, text=True, **pipes) as process:
        url = process.stdout.readline().strip()
        lives(url)
        with connect(url) as hanging:
            hanging.sendall(CHUNKED)
            process.kill()
            process.wait(10)
    with practice.start(port=int(url.rsplit(":", 1)[1])) as again:
        lives(again.url)


def test_the_log_of_an_identity_is_bounded(url):
    """A thousand requests with the largest heads, names and paths that are taken: the log keeps a part of each."""
    token = "hf_practice_wire_log"
    big = b"x" * 30_000
    body = json.dumps({"model": "y" * 100_000}).encode()
    data = (b"POST /v1/chat/completions?%s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nUser-Agent: %s\r\n"
            b"Content-Length: %d\r\n\r\n%s" % (big, token.encode(), big, len(body), body))  # fmt: skip
    assert set(statuses(exchange(url, data * 20, answers=20))) == {404}
    control = Server(url, token)
    records = control.log
    assert len(records) == 20
    assert sum(len(json.dumps({**record, "body": None})) for record in records) < 20 * 3000
    control.close()


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8900", 200),
        ("[::1]:8900", 200),
        ("localhost:8900", 200),
        ("LOCALHOST", 200),
        ("practice", 200),
        ("course.localhost:1", 200),
        ("router.huggingface.co", 200),
        ("huggingface.co", 404),  # the Hub has no /v1
        ("evil.example", 421),
        ("127.0.0.1.evil.example:8900", 421),
        ("huggingface.co.evil.example", 421),
        ("evilhuggingface.co", 421),
        ("a:b:c.d", 421),
    ],
)
def test_a_name_that_is_pointed_here_gets_nothing(send, url, host, status):
    """DNS rebinding: on loopback only addresses, plain names and the SDKs' hosts are answered, pages and switches alike."""
    assert send("GET", "/v1/models", headers={"Host": host}).status == status
    if status == 421:
        for method, path in (("GET", "/"), ("GET", "/practice/log"), ("POST", "/practice/reset"), ("GET", "/openapi.json")):
            refused = send(method, path, {} if method == "POST" else None, headers={"Host": host})
            assert refused.status == 421 and "127.0.0.1" in refused.body.decode()


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}])
def test_pages_of_another_origin_cannot_post(send, headers):
    """A form or script on a web page turns no switch and asks no model, and gets no leave to read; looking is harmless."""
    for path, body in (("/practice/reset", {}), ("/v1/chat/completions", {}), ("/v2/endpoint/me", {})):
        refused = send("POST", path, body, headers=headers)
        assert refused.status == 403 and "another origin" in refused.body.decode()
    shown = send("GET", "/", headers=headers)
    assert shown.status == 200 and not any(name.startswith("access-control") for name in shown.headers)


def test_what_is_kept_has_a_size(send):
    """Settings of a switch and descriptions of endpoints are kept, so they are small: 413 beyond that, and what was set stays."""
    assert send("POST", "/practice/faults", {"scripted": [{"body": "x" * 300_000}]}).status == 413
    spec = {"name": "x", "model": {"image": {"custom": {"env": {"A": "x" * 20_000}}}}}
    assert send("POST", "/v2/endpoint/me", spec).status == 413
    assert send("GET", "/practice/state").json["faults"] == {}
