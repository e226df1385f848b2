"""The four clients and the three ways to call: alone, through the helpers, and what came of it as plain data."""

from __future__ import annotations

import asyncio
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from huggingface_hub import (
    AsyncInferenceClient,
    InferenceClient,
    close_session,
    set_async_client_factory,
    set_client_factory,
)
from openai import AsyncOpenAI, OpenAI

from helpers import (
    RetryPolicy,
    acall_with_retry,
    amap_calls,
    astream_with_retry,
    call_with_retry,
    classify,
    map_calls,
    stream_with_retry,
    transport,
)
from helpers.transport import openai_http

CLIENTS = ("hub", "hub async", "openai", "openai async")
ITEMS = range(4)
TOKENS = 8
ATTEMPTS = 3
PATIENT_S = 30.0  # a time limit that nothing reaches, on a busy machine neither
SHORT_S = (0.06, 0.12, 0.24, 0.48, 0.96)  # one that a slow server shall reach; the next one where the machine was as slow
HANG = 3  # a call alone that runs for so many times its client's time limit is said to hang


@dataclass
class Seen:
    """What came of one run, item by item: how it ended ("ok", or the kind of its error), its text so far, its error."""

    ends: list[str] = field(default_factory=list)
    texts: list[str | None] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """How many items ended how."""
        return dict(Counter(self.ends))

    def add(self, text: str | None, error: Exception | None = None) -> None:
        """Note one item."""
        self.texts.append(text)
        self.ends.append("ok" if error is None else classify(error).kind)
        self.errors += [] if error is None else [error]


class Clock:
    """A clock that moves only when somebody sleeps; for threads and tasks."""

    def __init__(self) -> None:
        self.time, self._lock = 0.0, threading.Lock()

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.time += max(0.0, seconds)

    async def asleep(self, seconds: float) -> None:
        self.sleep(seconds)
        await asyncio.sleep(0)


def policy(clock: Clock, short: str, limit_s: float, struck: Callable[[], bool]) -> RetryPolicy:
    """Three attempts on the fake clock. `short` names the one time limit that a slow server shall reach, in `limit_s` of real time.

    When the fault has `struck` for the last time, patience comes back: on a busy machine the repeat must not time out.
    """
    limit = [limit_s if short == "attempt_timeout" else PATIENT_S]

    class Patience(RetryPolicy):
        attempt_timeout = property(lambda self: limit[0], lambda self, value: None)

    def after(attempt: Any) -> None:
        if struck():
            limit[0] = PATIENT_S

    limits = {name: limit_s if name == short else PATIENT_S for name in ("idle_timeout", "stream_timeout")}
    return Patience(max_attempts=ATTEMPTS, backoff_base=0.01, throttle_base=0.01, jitter="none", rng=random.Random(1), clock=clock.now,
                    sleep=clock.sleep, asleep=clock.asleep, on_attempt=after, **limits)


def client(name: str, course: Any, timeout: float, *, alone: bool = False) -> Any:
    """One of the four clients, with a time limit of its own; `alone`: on an ordinary HTTP client (see `plain_http`)."""
    url, server = course.router_url, f"{course.server.url}/v1"
    if name.startswith("hub"):
        made = {"base_url": server, "api_key": course.token} if alone else {"token": course.token}
        return (AsyncInferenceClient if name.endswith("async") else InferenceClient)(timeout=timeout, **made)
    made = {"api_key": course.token, "base_url": server if alone else url, "max_retries": 0, "timeout": timeout}
    if name.endswith("async"):
        return AsyncOpenAI(http_client=_plain(True, openai_http()) if alone else course.async_http_client(), **made)
    return OpenAI(http_client=_plain(False, openai_http()) if alone else course.http_client(), **made)


@contextmanager
def plain_http(course: Any) -> Iterator[None]:
    """Without the course's transport: the hub makes ordinary HTTP clients."""
    close_session()
    hooks, ahooks = transport._hub_event_hooks()
    set_client_factory(lambda: _plain(False, transport.hub_http(), event_hooks=hooks))
    set_async_client_factory(lambda: _plain(True, transport.hub_http(), event_hooks=ahooks))
    try:
        yield
    finally:
        close_session()
        transport.install_hub(course._hook)


def _plain(awaited: bool, http: Any, **settings: Any) -> Any:
    """An HTTP client as the SDKs make it, but for the TLS context, which takes long to load."""
    return (http.AsyncClient if awaited else http.Client)(verify=transport._certificates(http), timeout=None,
                                                          follow_redirects=True, **settings)


class Ways:
    """One client, and what is asked of it."""

    def __init__(self, client: Any, name: str, model: str) -> None:
        self.client, self.name, self.model = client, name, model
        self.ask = client.chat_completion if name.startswith("hub") else client.chat.completions.create

    def question(self, item: int) -> dict[str, Any]:
        """The arguments of one question; with its seed it has one right answer."""
        return {"messages": [{"role": "user", "content": f"What is a rate limit? {item}"}], "model": self.model,
                "max_tokens": TOKENS, "seed": item}

    def run(self, way: str, rule: RetryPolicy, concurrency: int) -> Seen:
        """One way through the helpers, blocking."""
        seen, pieces = Seen(), Pieces()
        if way == "batch":
            return _items(map_calls(lambda item: text_of(self.ask(**self.question(item))), ITEMS, policy=rule,
                                    concurrency=concurrency))
        try:
            if way == "call":
                pieces.whole(call_with_retry(self.ask, policy=rule, **self.question(0)))
            else:
                for chunk in stream_with_retry(self.ask, policy=rule, stream=True, **self.question(0)):
                    pieces.add(chunk)
            seen.add(pieces.text)
        except Exception as exc:
            seen.add(pieces.text, exc)
        return seen

    async def arun(self, way: str, rule: RetryPolicy, concurrency: int) -> Seen:
        """As `run`, awaited."""
        seen, pieces = Seen(), Pieces()
        if way == "batch":
            async def ask(item: int) -> str:
                return text_of(await self.ask(**self.question(item)))

            return _items(await amap_calls(ask, ITEMS, policy=rule, concurrency=concurrency))
        try:
            if way == "call":
                pieces.whole(await acall_with_retry(self.ask, policy=rule, **self.question(0)))
            else:
                async for chunk in astream_with_retry(self.ask, policy=rule, stream=True, **self.question(0)):
                    pieces.add(chunk)
            seen.add(pieces.text)
        except Exception as exc:
            seen.add(pieces.text, exc)
        return seen

    def alone(self, way: str, right: str, most_s: float) -> str:
        """What the SDK shows without the helpers, in a word: a class of exception, or one of the table's; "hangs" after `most_s`."""
        pieces = Pieces()

        def call() -> None:
            if way == "call":
                pieces.whole(self.ask(**self.question(0)))
            else:
                for chunk in self.ask(stream=True, **self.question(0)):
                    pieces.add(chunk)

        thread = _Outcome(call)
        thread.join(most_s)
        if thread.is_alive():
            self.cut()
            thread.join(PATIENT_S)
            return "hangs"
        return pieces.verdict(thread.error, right)

    async def aalone(self, way: str, right: str, most_s: float) -> str:
        """As `alone`, awaited."""
        pieces = Pieces()

        async def call() -> None:
            if way == "call":
                pieces.whole(await self.ask(**self.question(0)))
            else:
                async for chunk in await self.ask(stream=True, **self.question(0)):
                    pieces.add(chunk)

        try:
            async with asyncio.timeout(most_s) as limit:
                await call()
        except Exception as exc:
            return "hangs" if limit.expired() else pieces.verdict(exc, right)
        return pieces.verdict(None, right)

    def cut(self) -> None:
        """Close the client's connections under a call that would never end."""
        if self.name == "hub":
            close_session()
        self.client.close()


class Pieces:
    """The text that has come so far."""

    def __init__(self) -> None:
        self.text, self.hollow = "", False

    def whole(self, reply: Any) -> None:
        self.hollow = not isinstance(reply, str) and reply.choices is None
        if not self.hollow:
            self.text += reply if isinstance(reply, str) else text_of(reply)

    def add(self, chunk: Any) -> None:
        self.text += (chunk.choices[0].delta.content or "") if chunk.choices else ""

    def verdict(self, error: Exception | None, right: str) -> str:
        """The word for how a call without helpers ended."""
        if error is not None:
            return type(error).__name__
        if self.text == right or self.hollow:
            return "hollow" if self.hollow else "ok"
        return "empty" if not self.text else "page" if self.text.startswith("<") else "short"


class _Outcome(threading.Thread):
    def __init__(self, work: Callable[[], None]) -> None:
        super().__init__(daemon=True, name="alone")
        self.work, self.error = work, None
        self.start()

    def run(self) -> None:
        try:
            self.work()
        except Exception as exc:
            self.error = exc


def text_of(reply: Any) -> str:
    """The text of a whole reply."""
    return reply.choices[0].message.content


def _items(result: Any) -> Seen:
    seen = Seen()
    for item, value in enumerate(result.values):
        seen.add(value, result.errors.get(item))
    return seen
