"""Promises of batches that no other test noticed when they were broken on purpose (tests/faults/breaks.md)."""

from __future__ import annotations

import asyncio
import pickle
import time
from concurrent.futures import Future

import pytest

from helpers import (
    RateLimiter,
    RetryPolicy,
    amap_calls,
    map_calls,
)
from helpers._remote import attempt
from helpers.errors import BatchStopped, classify

from ..faults.watch import within
from .conftest import HUNG_S, hub_error, late, openai_error


@pytest.fixture(params=["threads", "tasks"])
def batch(request):
    """`map_calls` and its awaited twin behind one name; AssertionError when it does not end."""
    def run(fn, items, **settings):
        if request.param == "threads":
            return within(HUNG_S, lambda: map_calls(fn, items, **settings))
        return within(HUNG_S, lambda: asyncio.run(amap_calls(late(fn), items, **settings)))

    return run


def test_a_batch_that_stops_ends_the_waits_for_a_repeat(batch):
    """A call that waits 50 s for its next attempt is not sent any more when another stops the batch, and nobody waits for it."""
    calls = []

    def fn(item):
        calls.append(item)
        raise hub_error(503, None, {"Retry-After": "50"}) if item == 0 else hub_error(401)

    result = batch(fn, [0, 1], limiter=None, concurrency=2)
    assert sorted(calls) == [0, 1]
    assert isinstance(result.errors[0], BatchStopped) and result.errors[0].__cause__ is result.errors[1]


def test_a_batch_that_crashes_wakes_who_waits_for_the_limiter():
    """One place now and the next in 62 s: the second worker does not wait for it when the items have failed meanwhile."""
    def items():
        yield from range(2)
        time.sleep(0.2)  # the second worker waits again by now; if not, it looks by itself
        raise RuntimeError("no more items")

    with pytest.raises(RuntimeError, match="no more items"):
        within(HUNG_S, lambda: map_calls(lambda item: item, items(), limiter=RateLimiter(rate=0.004, burst=2), concurrency=2))


def test_only_failures_in_a_row_show_a_dead_service(batch):
    """Ten calls that were given up, with a success after each, do not stop a batch."""
    def fn(item):
        if item % 2:
            return item
        raise hub_error(429)

    result = batch(fn, range(20), policy=RetryPolicy(max_attempts=1), limiter=None, concurrency=1)
    assert result.stopped_by is None and [value for value in result.values if value] == list(range(1, 20, 2))


def test_successes_earn_repeats(batch, policy):
    """A hundred items that each fail once are more than the free repeats of a batch: those that succeed pay for the next ones."""
    failed = set()

    def fn(item):
        if item not in failed:
            failed.add(item)
            raise hub_error(500)
        return item

    settings = {"policy": policy(backoff_base=0.001, retry_budget=1.0), "limiter": None, "concurrency": 1}
    assert batch(fn, range(100), **settings).values == list(range(100))


def fails_in_openai(item):
    raise openai_error(429, None, {"Retry-After": "3"})


def test_what_travels_back_from_an_executor_can_be_pickled():
    """An SDK's error that no pickle brings back whole would break the pool: it travels as one that does."""
    done, error = pickle.loads(pickle.dumps(attempt(fails_in_openai, 1, 0)))
    assert not done and (classify(error).kind, classify(error).retry_after) == ("throttled", 3.0)


def test_a_cancelled_future_is_a_cancellation():
    """Whoever cancels the calls of an executor wants none of them repeated."""
    submitted = []

    class Cancelling:
        def submit(self, *call):
            submitted.append(call)
            future = Future()
            future.cancel()
            future.set_running_or_notify_cancel()
            return future

    result = map_calls(str, [1, 2], executor=Cancelling())
    assert [classify(error).kind for error in result.errors.values()] == ["cancelled", "cancelled"]
    assert len(submitted) == 2
