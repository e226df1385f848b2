"""Streams that nobody reads any more and the garbage collector closes: at a bad moment, too, nothing hangs and nothing stays."""

from __future__ import annotations

import asyncio
import gc
import time
from collections import Counter

import pytest
from huggingface_hub import close_session, get_session

from .watch import open_files, settled, within
from .ways import client

HUNG_S = 30.0
CLIENTS = ["hub", "openai"]


@pytest.fixture
def caller(course, request):
    """A client, and a function that asks it one question; only the tests collect garbage."""
    course.server.reset()
    made = client(request.param, course, 60.0)
    ask = made.chat_completion if request.param == "hub" else made.chat.completions.create
    question = [{"role": "user", "content": "What is a rate limit?"}]
    gc.collect()
    gc.disable()
    yield made, lambda **more: ask(messages=question, model=course.models.chat, max_tokens=8, seed=1, **more)
    gc.enable()
    within(HUNG_S, close_session)
    within(HUNG_S, made.close)


def drop_a_stream(ask) -> None:
    """Begin to read a stream and lose it, in a circle that only the collector can open."""
    chunks = iter(ask(stream=True))
    next(chunks)
    circle = [chunks]
    circle.append(circle)


def pool_of(caller):
    """The class of the connection pool under a client."""
    http = caller._client if hasattr(caller, "_client") else get_session()
    return type(http._transport._pool)


@pytest.mark.parametrize("caller", CLIENTS, indirect=True)
def test_collected_while_the_pool_is_locked(caller, monkeypatch):
    """The thread that holds the pool's lock closes the lost stream: it takes the lock again, and does not wait for itself."""
    made, ask = caller
    before = open_files()
    drop_a_stream(ask)
    pool, collected = pool_of(made), []
    assign = pool._assign_requests_to_connections

    def collecting(self):
        collected.append(gc.collect())
        return assign(self)

    monkeypatch.setattr(pool, "_assign_requests_to_connections", collecting)
    within(HUNG_S, ask)
    assert max(collected) > 0
    assert settled(lambda: open_files() <= before + 2)  # the client keeps one connection, with two ends


@pytest.mark.parametrize("caller", CLIENTS, indirect=True)
def test_collected_while_the_ledger_is_locked(course, caller, monkeypatch):
    """The ledger notes the end of a lost stream although its thread is noting something already."""
    class Collecting(Counter):
        def __missing__(self, key):
            gc.collect()
            return 0

    _, ask = caller
    course.ledger.clear()
    drop_a_stream(ask)
    monkeypatch.setattr(course.ledger, "_statuses", Collecting())
    within(HUNG_S, ask)
    assert settled(lambda: course.ledger.requests == 2)


@pytest.mark.parametrize("caller", CLIENTS, indirect=True)
def test_collected_between_calls(caller):
    """A lost stream is closed as soon as it is collected."""
    _, ask = caller
    ask()
    before = open_files()
    drop_a_stream(ask)
    gc.collect()
    assert settled(lambda: open_files() <= before)


@pytest.mark.parametrize("name", ["hub async", "openai async"])
def test_awaited_and_lost(course, name):
    """The same of an awaited stream: it is closed and noted while its client lives on."""
    course.server.reset()
    course.ledger.clear()

    async def main() -> bool:
        async with client(name, course, 60.0) as made:
            ask = made.chat_completion if name.startswith("hub") else made.chat.completions.create
            question = [{"role": "user", "content": "What is a rate limit?"}]
            before = open_files()
            chunks = await ask(messages=question, model=course.models.chat, max_tokens=8, seed=1, stream=True)
            await anext(aiter(chunks))
            del chunks
            until = time.monotonic() + HUNG_S
            while (open_files() > before or not course.ledger.requests) and time.monotonic() < until:
                gc.collect()
                await asyncio.sleep(0.01)
            return course.ledger.requests == 1 and open_files() <= before

    assert within(2 * HUNG_S, lambda: asyncio.run(main()))
