"""One practice server for the folder; every test calls it with a token, and so an identity, of its own."""

from __future__ import annotations

import http.client
import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import settings

from helpers import practice
from helpers.remote import Server

_numbers = itertools.count()
settings.register_profile("thorough", max_examples=400, deadline=None)  # the suite `fuzz`


def thorough() -> bool:
    """Whether pytest was started with `--hypothesis-profile=thorough`; known once the test modules are imported."""
    return settings.default.max_examples >= 400


@dataclass
class Reply:
    """A response as it came."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def events(self) -> list[Any]:
        """The JSON of each event of a stream, without [DONE]."""
        lines = [line[6:] for line in self.body.decode().splitlines() if line.startswith("data: ")]
        return [json.loads(line) for line in lines if line != "[DONE]"]


@pytest.fixture(scope="session")
def url() -> Iterator[str]:
    running = practice.start()
    yield running.url
    running.stop()


@pytest.fixture
def token() -> str:
    return f"hf_practice_test{next(_numbers)}"


@pytest.fixture
def control(url: str, token: str) -> Iterator[Server]:
    server = Server(url, token)
    yield server
    server.close()


@pytest.fixture
def send(url: str, token: str) -> Callable[..., Reply]:
    """Send one request over a connection of its own. `raw` replaces the JSON body, `token=None` sends no token."""

    def send(
        method: str,
        path: str,
        body: Any = None,
        *,
        raw: bytes | None = None,
        host: str | None = None,
        headers: dict[str, str] | None = None,
        token: str | None = token,
        timeout: float = 20.0,
    ) -> Reply:
        place = urlsplit(url)
        connection = http.client.HTTPConnection(place.hostname, place.port, timeout=timeout)
        sent = {"Content-Type": "application/json", **(headers or {})}
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        if host is not None:
            sent["X-Forwarded-Host"] = host
        data = raw if raw is not None else None if body is None else json.dumps(body).encode()
        try:
            connection.request(method, path, data, sent)
            response = connection.getresponse()
            return Reply(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()

    return send


@pytest.fixture
def ask(send: Callable[..., Reply]) -> Callable[..., Reply]:
    """A chat completion with short defaults; keywords are fields of the body."""

    def ask(text: str = "What is a rate limit?", *, headers: dict[str, str] | None = None, **fields: Any) -> Reply:
        body = {
            "model": "practice/chat",
            "messages": [{"role": "user", "content": text}],
            "max_tokens": 12,
            **fields,
        }
        return send("POST", "/v1/chat/completions", body, headers=headers)

    return ask


@pytest.fixture
def classify(send: Callable[..., Reply]) -> Callable[..., Reply]:
    """One sentiment call: the cheapest inference call there is."""
    return lambda text="I love it": send("POST", "/hf-inference/models/practice/sentiment", {"inputs": text})
