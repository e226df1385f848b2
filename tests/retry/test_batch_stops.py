"""A batch that cannot succeed stops early; one that can, goes on."""

from __future__ import annotations

import time

import pytest

from helpers import RateLimiter, RetryPolicy, map_calls
from helpers.errors import BatchStopped, BudgetExceeded

from .conftest import QUICK, hub_error


@pytest.mark.parametrize(
    "error",
    [
        lambda: hub_error(401),
        lambda: hub_error(402),
        lambda: hub_error(403),
        lambda: hub_error(404),
        lambda: hub_error(429, {"error": {"code": "insufficient_quota"}}),
        lambda: BudgetExceeded("a.", "b."),
        lambda: hub_error(429, None, {"Retry-After": "1000000000"}),
        lambda: StopIteration(),
    ],
)
def test_hopeless_errors_stop_the_batch(error):
    """401, 402, 403, no quota, no such model, no budget, an endless wait: nothing more is sent, and every item has a reason."""
    calls = []

    def fn(n):
        calls.append(n)
        if n == 3:
            raise error()
        return n

    result = map_calls(fn, range(200), concurrency=1, policy=QUICK)
    assert calls == [0, 1, 2, 3] and result.values[:3] == [0, 1, 2] and len(result.values) == 200
    assert isinstance(result.errors[199], BatchStopped) and result.errors[199].__cause__ is result.errors[3] is result.stopped_by
    assert "196 not called" in result.summary() and str(result.errors[199]).startswith("The batch was stopped before this item")


@pytest.mark.parametrize("status", [400, 413, 422])
def test_errors_of_one_item_do_not_stop_the_batch(run, status):
    """A bad item is that item's business."""

    def fn(n):
        if n == 3:
            raise hub_error(status)
        return n

    assert list(run(fn, range(20)).errors) == [3]


@pytest.mark.parametrize("workers", [1, 8, 32])
@pytest.mark.parametrize("error", [lambda: hub_error(500), ConnectionRefusedError, lambda: hub_error(429)])
def test_dead_service_gets_few_requests(run, policy, workers, error):
    """500 items against a dead service: at most 100 requests, then the rest fails fast with the cause."""
    calls = []

    def fn(n):
        calls.append(n)
        raise error()

    result = run(fn, range(500), concurrency=workers, policy=policy())
    assert len(calls) <= 100 and len(result.errors) == 500
    assert isinstance(result.errors[499], BatchStopped) and result.errors[499].__cause__ is not None


def test_service_that_recovers_is_not_given_up():
    """Twenty failures in a row, then health: every item gets its value."""
    calls = []

    def fn(n):
        calls.append(n)
        if len(calls) <= 20:
            raise hub_error(503)
        return n

    assert map_calls(fn, range(100), policy=RetryPolicy(backoff_base=0.0005, backoff_max=0.001, max_attempts=30)).ok


def test_stop_does_not_wait_for_a_pause(run):
    """A stopped batch does not sit out the pause of its limiter."""
    limiter = RateLimiter()
    limiter.pause(0.05)

    def fn(n):
        limiter.pause(60)
        raise hub_error(401)

    began = time.monotonic()
    result = run(fn, range(50), limiter=limiter, concurrency=4)
    assert len(result.errors) == 50 and result.ledger.requests <= 4 and time.monotonic() - began < 30
