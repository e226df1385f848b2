"""A clock that moves only when somebody sleeps, responses of the installed HTTP library, and a scripted HTTP server."""

from __future__ import annotations

import asyncio
import importlib
import json
import random
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from helpers import RetryPolicy, acall_with_retry, amap_calls, call_with_retry, map_calls
from helpers.transport import hub_http


class FakeClock:
    """sleep() moves now() on at once."""

    def __init__(self) -> None:
        self.time = 0.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds

    async def asleep(self, seconds: float) -> None:
        self.sleep(seconds)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def policy(clock: FakeClock) -> Callable[..., RetryPolicy]:
    """Makes a policy on the fake clock, without jitter unless asked."""

    def make(**settings: Any) -> RetryPolicy:
        settings = {"jitter": "none", "rng": random.Random(1), **settings}
        return RetryPolicy(clock=clock.now, sleep=clock.sleep, asleep=clock.asleep, **settings)

    return make


def response(status: int, body: Any = None, headers: dict[str, str] | None = None) -> Any:
    """A response of the HTTP library under the installed huggingface_hub."""
    http = hub_http()
    return http.Response(
        status,
        json=body if body is not None else {"error": "x"},
        headers=headers,
        request=http.Request("POST", "http://127.0.0.1/v1"),
    )


def hub_error(status: int, body: Any = None, headers: dict[str, str] | None = None) -> Exception:
    """What InferenceClient raises for a status."""
    from huggingface_hub.errors import HfHubHTTPError

    return HfHubHTTPError(f"{status}", response=response(status, body, headers))


def openai_error(status: int, body: Any = None, headers: dict[str, str] | None = None) -> Exception:
    """What openai's client raises for a status: the class it picks itself."""
    openai = importlib.import_module("openai")
    http = importlib.import_module(
        next(
            cls.__module__.split(".")[0]
            for cls in openai.DefaultHttpxClient.__mro__
            if cls.__module__.split(".")[0] in ("httpx", "httpx2")
        )
    )
    answer = http.Response(
        status,
        json=body if body is not None else {"error": "x"},
        headers=headers,
        request=http.Request("POST", "http://127.0.0.1/v1"),
    )
    return openai.OpenAI(api_key="none")._make_status_error_from_response(answer)


class Scripted:
    """A function that raises the given exceptions one after the other, then returns "done"."""

    def __init__(self, *outcomes: BaseException | None) -> None:
        self.outcomes, self.calls = list(outcomes), 0

    def __call__(self, *args: Any, **kwargs: Any) -> str:
        self.calls += 1
        outcome = self.outcomes.pop(0) if self.outcomes else None
        if outcome is not None:
            raise outcome
        return "done"

    async def later(self, *args: Any, **kwargs: Any) -> str:
        return self(*args, **kwargs)


class Answers:
    """A real HTTP server that gives scripted answers: (status, body, headers), the last one for ever."""

    def __init__(self) -> None:
        self.script: list[tuple[int, Any, dict[str, str]]] = []
        self.seen: list[str] = []
        self.url = ""

    def take(self) -> tuple[int, Any, dict[str, str]]:
        return self.script.pop(0) if len(self.script) > 1 else self.script[0]


@pytest.fixture
def answers() -> Iterator[Answers]:
    book = Answers()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            book.seen.append(self.path)
            status, body, headers = book.take()
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", "Content-Length": str(len(data)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    book.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield book
    server.shutdown()
    server.server_close()


CHAT = {
    "id": "c",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Hello."}}],
    "usage": {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7},
}

HUNG_S = 30.0  # far more than any test takes
QUICK = RetryPolicy(backoff_base=0.0005, throttle_base=0.0005)


def late(fn):
    """`fn` as a coroutine function that gives way once."""

    async def later(item):
        await asyncio.sleep(0)
        return fn(item)

    return later


@pytest.fixture(params=["threads", "tasks"])
def run(request):
    """`map_calls` and its awaited twin behind one name."""

    def call(fn, items, **settings):
        settings = {"policy": QUICK, **settings}
        if request.param == "threads":
            return map_calls(fn, items, **settings)
        return asyncio.run(amap_calls(late(fn), items, **settings))

    return call


@pytest.fixture(params=["blocking", "awaited"])
def call(request):
    """`call_with_retry` and its awaited twin behind one name."""
    def run(fn, **settings):
        async def later():
            return fn()

        blocking = request.param == "blocking"
        return call_with_retry(fn, **settings) if blocking else asyncio.run(acall_with_retry(later, **settings))

    return run
