"""Practice mode lets no real token out, whoever makes the request; and nothing that the course shows says one."""
from __future__ import annotations

import asyncio
import base64
import contextlib
import http.client
import io
import json
import logging
import pickle
import socket
import urllib.error
import urllib.parse
import urllib.request
from http.client import HTTPConnection

import pytest

from helpers import CourseError, _cells, _door, connect, explain, hook
from helpers._secrets import Token, mask
from helpers.checks import core
from helpers.hook import NO_TOKEN

from .places import CANARY, CORE, HERE, machine


@pytest.fixture
def course():
    with contextlib.redirect_stdout(io.StringIO()), connect() as course:
        yield course


@pytest.mark.parametrize("text, shown", [
    (CANARY, "hf_****"), (f"token='{CANARY}'", "token='hf_****'"), (f"Bearer {CANARY}\\n", "Bearer hf_****\\n"),
    ("hf_oauth_" + "a" * 40 + ".b-c_d", "hf_****"), ("hf_practice_" + "0123456789abcdef" * 2, None), ("hf_hub_download", None),
    ("hf_****1234", None), ("", None)])
def test_what_is_masked(text, shown):
    """Everything of a token's shape is masked; practice tokens and names that begin with hf_ stay readable."""
    assert mask(text) == (text if shown is None else shown)


def test_a_token_shows_nothing():
    """`course.token` in live mode is a string like any other for an SDK, and repr, vars and containers show a mask."""
    token = Token(CANARY)
    assert f"Bearer {token}" == f"Bearer {CANARY}" and json.loads(json.dumps(token)) == token == CANARY
    assert pickle.loads(pickle.dumps(token)) == CANARY
    assert CORE not in repr(token) + repr({"token": token}) + repr([token])


@pytest.mark.parametrize("library", _door.LIBRARIES)
def test_any_http_client(course, library):
    """An HTTP client of the learner's own, plain or async, sends no token to the practice server: not in a header, an address
    or a body; the rest of the request is as it was."""
    http = pytest.importorskip(library)
    heads = {"Authorization": f"Bearer {CANARY}", "X-Mine": f"a {CANARY} b"}
    body = {"model": course.models.chat, "max_tokens": 5, "messages": [{"role": "user", "content": f"My token is {CANARY}."}]}
    url = f"{course.router_url}/chat/completions?token={CANARY}"

    async def later() -> int:
        async with http.AsyncClient() as client:
            return (await client.post(url, headers=heads, json=body)).status_code

    assert http.post(url, headers=heads, json=body).status_code == asyncio.run(later()) == 401
    heads["Authorization"] = f"Bearer {course.token}"
    assert http.post(url, headers=heads, json=body).status_code == 200
    sent = course.server.log[-1]["body"]
    assert sent["messages"][0]["content"] == f"My token is {'hf_'.ljust(len(CANARY), '*')}." and sent["max_tokens"] == 5


@pytest.fixture
def sent(monkeypatch):
    """All bytes that this process gives to a socket."""
    kept = []
    for name in ("send", "sendall"):
        before = getattr(socket.socket, name)
        monkeypatch.setattr(socket.socket, name, lambda self, data, *more, before=before: (
            kept.append(bytes(data)), before(self, data, *more))[1])
    return kept


BY_SDK = {  # what a token may stand in, beside the place for it: a function of course, hub client, async one, OpenAI's client
    "hub, prompt": lambda c, hub, _, oa: hub.chat_completion(ASKED, model=c.models.chat, max_tokens=3),
    "hub, stream": lambda c, hub, _, oa: list(hub.chat_completion(ASKED, model=c.models.chat, max_tokens=3, stream=True)),
    "hub, text": lambda c, hub, _, oa: hub.text_classification(CANARY, model=c.models.sentiment),
    "hub async": lambda c, _, hub, oa: asyncio.run(hub.text_classification(CANARY, model=c.models.sentiment)),
    "openai, prompt": lambda c, _, __, oa: oa.chat.completions.create(messages=ASKED, model=c.models.chat, max_tokens=3),
    "openai, argument": lambda c, _, __, oa: oa.chat.completions.create(messages=[], user=CANARY, model=c.models.chat),
    "openai, model": lambda c, _, __, oa: oa.chat.completions.create(messages=[], model=CANARY),
    "openai, extra_headers": lambda c, _, __, oa: oa.models.list(extra_headers={"X-Mine": CANARY, CANARY: "1"}),
    "openai, extra_query": lambda c, _, __, oa: oa.models.list(extra_query={"token": CANARY}),
    "openai, extra_body": lambda c, _, __, oa: oa.chat.completions.create(messages=[], model="a", extra_body={"a": [CANARY]}),
}
ASKED = [{"role": "user", "content": f"My token is {CANARY}."}]


@pytest.mark.parametrize("place", BY_SDK)
def test_the_clients_of_the_course(course, sent, place):
    """The SDKs' clients, as every lesson makes them, send no token, wherever in a call it stands; the call itself is sent."""
    from huggingface_hub import AsyncInferenceClient, InferenceClient
    from openai import OpenAI
    clients = (InferenceClient(token=course.token, timeout=20), AsyncInferenceClient(token=course.token, timeout=20),
               OpenAI(base_url=course.router_url, api_key=course.token, http_client=course.http_client(), max_retries=0))
    with contextlib.suppress(Exception):
        BY_SDK[place](course, *clients)
    said = b"".join(sent)
    assert b"hf_*" in said and CORE.encode() not in said


@pytest.mark.parametrize("library", _door.LIBRARIES)
def test_a_token_as_a_password(course, sent, library):
    """A token in an address (https://user:TOKEN@host) becomes a `Basic` header, where it stands in base 64: it stays at home."""
    http = pytest.importorskip(library)
    url = course.server.url
    for ask in (lambda: http.get(f"{url}/v1/models", auth=("user", CANARY)),
                lambda: http.get(f"{url.replace('//', f'//{CANARY}:@')}/v1/models")):
        ask()
    said = b"".join(sent)
    assert said.count(NO_TOKEN.encode()) == 2 and b"Basic" not in said
    http.get(f"{url}/v1/models", auth=("user", "another password"))
    assert b"Basic" in b"".join(sent)


@pytest.mark.parametrize("library", _door.LIBRARIES)
def test_a_body_in_pieces(course, sent, library):
    """A form with a file, and a body that a generator gives while it is sent, in whatever pieces: stars in place of the token."""
    http = pytest.importorskip(library)
    url = f"{course.server.url}/v1/nothing"

    async def later() -> None:
        async def pieces():
            for piece in (b"a", CANARY[:1].encode(), CANARY[1:9].encode(), CANARY[9:].encode(), b"h"):
                yield piece
        async with http.AsyncClient() as client:
            await client.post(url, content=pieces())

    http.post(url, data={"a": CANARY}, files={"file": ("a.txt", CANARY.encode())})
    http.post(url, content=iter([b"a", CANARY[:10].encode(), CANARY[10:].encode(), b" hf"]))
    asyncio.run(later())
    said = b"".join(sent)
    assert said.count(b"hf_" + b"*" * len(CORE)) == 4 and CORE[-9:].encode() not in said


def test_pieces_are_the_same_bytes():
    """However a text is cut, its pieces together are the text, with stars of the token's length."""
    text = f"<h{CANARY}> hf_hub hf".encode()
    for cut in range(len(text)):
        clean = b"".join(_door.starred_pieces([text[:cut], b"", text[cut:cut + 2], text[cut + 2:]]))
        assert clean == text.replace(CORE.encode(), b"*" * len(CORE))


def _by_requests(url: str, headers: dict, data: bytes) -> int:
    return pytest.importorskip("requests").post(url, headers=headers, data=data, timeout=30).status_code


def _by_urllib(url: str, headers: dict, data: bytes) -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as refused:
        return refused.code


def _by_http_client(url: str, headers: dict, data: bytes) -> int:
    place = urllib.parse.urlsplit(url)
    with contextlib.closing(http.client.HTTPConnection(place.netloc, timeout=30)) as connection:
        path = f"{place.path}?{place.query}".rstrip("?")
        connection.request("POST", path, data, {name: value.encode() for name, value in headers.items()})
        return connection.getresponse().status


@pytest.mark.parametrize("send", [_by_requests, _by_urllib, _by_http_client])
def test_clients_on_http_client(course, sent, send):
    """What stands on http.client sends no token in a header, an address or a body, wherever it is sent to; a practice token and
    all else are sent as they are."""
    url = f"{course.router_url}/chat/completions"
    asked = {"model": course.models.chat, "max_tokens": 5, "messages": [{"role": "user", "content": f"I am {CANARY}."}]}
    heads = {"Authorization": f"Bearer {CANARY}", "Content-Type": "application/json", "X-Mine": f"a {CANARY} b"}
    assert send(f"{url}?token={CANARY}", heads, json.dumps(asked).encode()) == 401
    assert send(url, {**heads, "Authorization": "Basic " + base64.b64encode(f"me:{CANARY}".encode()).decode()}, b"{}") == 401
    said = b"".join(sent)
    assert CORE.encode() not in said and said.count(NO_TOKEN.encode()) == 2 and b"a hf_**** b" in said and b"?token=hf_*" in said
    assert send(url, {**heads, "Authorization": f"Bearer {course.token}"}, json.dumps(asked).encode()) == 200


def test_the_door_opens_again(monkeypatch):
    """After close(), and after a change to live mode, the HTTP libraries are as they were."""
    import httpx2 as http
    before = http.HTTPTransport.handle_request, http.AsyncHTTPTransport.handle_async_request
    headers = HTTPConnection.putheader, HTTPConnection.send
    monkeypatch.setenv("HF_TOKEN", CANARY)
    with contextlib.redirect_stdout(io.StringIO()):
        with connect():
            assert http.HTTPTransport.handle_request is not before[0] and HTTPConnection.putheader is not headers[0]
        assert (HTTPConnection.putheader, HTTPConnection.send) == headers
        assert (http.HTTPTransport.handle_request, http.AsyncHTTPTransport.handle_async_request) == before
        connect()
        with connect("live"):
            assert http.HTTPTransport.handle_request is before[0]


@pytest.mark.parametrize("mode", ["practice", "live"])
def test_a_token_with_a_line_break(monkeypatch, mode):
    """A token out of a file with its line break ends in the course's own sentence; the HTTP library would name the token."""
    from huggingface_hub import InferenceClient
    monkeypatch.setenv("HF_TOKEN", CANARY)
    with contextlib.redirect_stdout(io.StringIO()), connect(mode) as course, pytest.raises(CourseError) as refused:
        InferenceClient(token=CANARY + "\n", timeout=5).chat_completion([], model=course.models.chat)
    assert "token.strip()" in str(refused.value) and CORE not in str(refused.value)


@pytest.mark.parametrize("mode", ["practice", "live"])
def test_a_token_in_the_place_of_a_model(monkeypatch, mode):
    """`InferenceClient(TOKEN)` takes the token for a model: neither the ledger nor an explanation repeats it, in each mode."""
    from huggingface_hub import InferenceClient
    from openai import OpenAI

    from tests.live.standin import install
    monkeypatch.setenv("HF_TOKEN", CANARY)
    if mode == "live":
        for name in ("route", "admit"):  # which the stand-in changes: put back after the test
            monkeypatch.setattr(hook.Hook, name, getattr(hook.Hook, name))
        install(CANARY)
    with contextlib.redirect_stdout(io.StringIO()), connect(mode) as course:
        oa = OpenAI(base_url=course.router_url, api_key=course.token, http_client=course.http_client(), max_retries=0)
        for ask in (lambda: InferenceClient(CANARY, token=course.token, timeout=9).chat_completion([]),
                    lambda: InferenceClient(f"me/{CANARY}", token=course.token, timeout=9).text_classification("a"),
                    lambda: oa.chat.completions.create(model=CANARY, messages=[]), lambda: oa.models.retrieve(CANARY)):
            with pytest.raises(Exception) as failed:
                ask()
            assert CORE not in str(explain(failed.value))
        said = json.dumps(course.ledger.records())
    assert CORE not in said and "hf_****" in said


def test_log_lines_are_masked(monkeypatch):
    """After connect(), what any library logs holds no token: in the words, in their arguments, in a traceback."""
    monkeypatch.setattr(logging, "_logRecordFactory", logging.LogRecord)
    with contextlib.redirect_stdout(io.StringIO()):
        connect().close()
        once = logging.getLogRecordFactory()
        connect().close()
    assert logging.getLogRecordFactory() is once
    out, logger = io.StringIO(), logging.getLogger("somebody.elses")
    logger.addHandler(handler := logging.StreamHandler(out))
    try:
        logger.error("POST /?token=%s", CANARY)
        logger.error("body {'a': ['" + CANARY + "']} 100%")
        logger.error("plain %d", 5)
        try:
            raise ValueError(CANARY)
        except ValueError:
            logger.exception("it failed")
    finally:
        logger.removeHandler(handler)
    said = out.getvalue()
    assert CORE not in said and said.startswith("POST /?token=hf_****\nbody {'a': ['hf_****']} 100%\nplain 5\n")
    assert "ValueError: hf_****" in said


def test_messages_of_checks_are_masked():
    """What a check says of a failed answer goes into the progress file, so it holds no token."""
    assert core.one_line(f"got:      '{CANARY}'") == "got:      'hf_****'"


def test_tracebacks_are_masked_once(monkeypatch):
    """In a kernel, the lines of a traceback and the error's text are masked; a second connect() adds nothing."""
    class Shell:
        shown: list = []

        def _showtraceback(self, etype, value, lines):
            self.shown.append((etype, value, lines))

    shell, problem = Shell(), ValueError("plain")
    monkeypatch.setattr(_cells, "_shell", lambda: shell)
    _cells.mask_tracebacks()
    once = shell._showtraceback
    _cells.mask_tracebacks()
    assert shell._showtraceback is once
    once(ValueError, ValueError(CANARY), [f"client(token='{CANARY}')"])
    once(ValueError, problem, ["line"])
    assert shell.shown == [(ValueError, "hf_****", ["client(token='hf_****')"]), (ValueError, problem, ["line"])]
    problem.add_note("2 attempts")  # IPython 7 leaves it out, later ones show it themselves
    for lines in (["line"], ["line", "2 attempts"]):
        once(ValueError, problem, lines)
        assert shell.shown.pop()[2] == ["line", "2 attempts"]


# --- the spy itself ---

PLAIN = """import os, socket
a, b = socket.socketpair()
for piece in {pieces!r}: a.{how}(piece)"""
TLS = """import ssl
ours = ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO())
try: ours.write({pieces!r}[0])
except ssl.SSLError: pass"""


@pytest.mark.parametrize("code, pieces, seen", [
    (PLAIN.replace("{how}", "sendall"), [b"GET / " + CANARY.encode()], 1),
    (PLAIN.replace("{how}", "send"), [CANARY[:9].encode(), CANARY[9:].encode()], 1),
    (TLS, [CANARY.encode()], 1), (PLAIN.replace("{how}", "sendall"), [b"GET / hf_practice_token"], 0)])
def test_the_spy_sees_a_token(tmp_path, code, pieces, seen):
    """The look at the sockets that the other tests rely on: it sees a token in one piece, in two, and before encryption."""
    place = machine(tmp_path)
    place.python("-c", code.format(pieces=pieces))
    assert len(place.sent()) == seen


def test_the_search_finds_a_token(tmp_path):
    """The search that the other tests rely on: it looks into every file, and into outputs only where the source was typed."""
    place = machine(tmp_path, "login")
    assert place.leaks() == []
    place.run(f"print('{CANARY[:7]}' + '{CANARY[7:]}')")
    assert [leak.split(":")[0] for leak in place.leaks(typed=True)] == ["work/saved.ipynb"]


def test_the_spy_hides_no_other_rule(tmp_path):
    """Under the spy, the rule that only loopback is reached holds too."""
    done = machine(tmp_path).python("-c", "import socket; socket.getaddrinfo('example.org', 80)")
    assert "The tests reach loopback only" in done.stderr and HERE.name == "secrets"
