"""A laptop that slept ten minutes in the middle of a batch goes on where it was: no result is lost, nothing waits for long."""
from __future__ import annotations

import asyncio
import contextlib
import io
import threading
import time

import pytest

import helpers
from helpers import RateLimiter, RetryPolicy, amap_calls, call_with_retry, map_calls

SLEPT_S = 600.0
ITEMS = [f"ticket {number}" for number in range(40)]


class Clock:
    """A clock that counts the time asleep, as Windows's does: `nap()` moves it on while nobody can look."""

    def __init__(self) -> None:
        self.slept, self.napped = 0.0, threading.Event()

    def now(self) -> float:
        return time.monotonic() + self.slept

    def nap(self) -> None:
        if not self.napped.is_set():
            self.napped.set()
            self.slept += SLEPT_S


@pytest.fixture
def course():
    with contextlib.redirect_stdout(io.StringIO()), helpers.connect() as course:
        yield course


def asking(course, clock):
    """A call that is under way while the laptop sleeps: when item 15 is sent, it sleeps, and what was open is cut off."""
    from huggingface_hub import InferenceClient
    client = InferenceClient(token=course.token, timeout=10)

    def ask(item):
        if item == ITEMS[15] and not clock.napped.is_set():
            course.server.faults("reset*6")
            clock.nap()
        return client.text_classification(item, model=course.models.sentiment)[0].label

    return ask


@pytest.mark.parametrize("limit", [{"rate": 200, "burst": 10}, {"window": (20, 1.0)}, None])
def test_batch_in_threads(course, limit):
    """Whatever the limit, the batch ends with every result, on the same limiter as before."""
    if limit:
        course.server.limit(**limit)
    clock, limiter = Clock(), RateLimiter()
    policy = RetryPolicy(clock=clock.now, backoff_base=0.01)
    result = map_calls(asking(course, clock), ITEMS, concurrency=6, policy=policy, limiter=limiter)
    assert clock.napped.is_set() and result.errors == {} and len(result.values) == len(ITEMS) and all(result.values)
    # A call that stood in the queue meanwhile has the sleep in its record; nobody waits for it a second time.
    assert max(record["waited_s"] + record["paced_s"] for record in result.ledger.records()) < SLEPT_S + 30


def test_batch_in_tasks(course):
    """The same with tasks of one event loop."""
    from huggingface_hub import AsyncInferenceClient
    course.server.limit(rate=200, burst=10)
    clock = Clock()

    async def work():
        client = AsyncInferenceClient(token=course.token, timeout=10)

        async def ask(item):
            if item == ITEMS[15] and not clock.napped.is_set():
                await asyncio.to_thread(course.server.faults, "reset*6")
                clock.nap()
            return (await client.text_classification(item, model=course.models.sentiment))[0].label

        return await amap_calls(ask, ITEMS, concurrency=6, policy=RetryPolicy(clock=clock.now, backoff_base=0.01))

    result = asyncio.run(work())
    assert clock.napped.is_set() and result.errors == {} and all(result.values)


def test_sleep_while_waiting_for_a_retry():
    """A call that sleeps through its wait is tried again afterwards; the nap is not taken for its own time."""
    clock, calls = Clock(), []

    def fail_then_work():
        calls.append(clock.now())
        if len(calls) < 3:
            raise ConnectionResetError("cut")
        return "done"

    def sleep(seconds):
        clock.nap()

    assert call_with_retry(fail_then_work, policy=RetryPolicy(clock=clock.now, sleep=sleep)) == "done"
    assert calls[1] - calls[0] >= SLEPT_S


def test_the_deadline_still_holds():
    """What takes long without a nap counts: attempts that fail slowly end at the deadline as before."""
    now, calls = [0.0], []

    def slow():
        calls.append(now[0])
        now[0] += 35
        raise ConnectionResetError("cut")

    def sleep(seconds):
        now[0] += seconds

    with pytest.raises(ConnectionResetError):
        call_with_retry(slow, policy=RetryPolicy(clock=lambda: now[0], sleep=sleep))
    assert 3 <= len(calls) <= 4
