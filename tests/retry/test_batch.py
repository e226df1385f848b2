from __future__ import annotations

import asyncio
import io
import sys
import threading
import time
import tracemalloc

import pytest

from helpers import Ledger, amap_calls, map_calls

from .conftest import hub_error, late


def test_order_of_the_items(run):
    """Values come in the order of the items, whatever ends first."""
    assert run(lambda n: n * n, range(100), concurrency=16).values == [n * n for n in range(100)]


def test_empty(run):
    """No items, no calls."""
    result = run(str, [])
    assert (result.values, result.errors, result.ok, len(result)) == ([], {}, True, 0)


def test_errors_are_collected(run):
    """An item that fails has its error, the others have their values."""
    result = run(lambda n: 10 // n, [1, 0, 2, 5])
    assert result.values == [10, None, 5, 2] and list(result.errors) == [1] and not result.ok
    assert isinstance(result.errors[1], ZeroDivisionError) and result.stopped_by is None
    with pytest.raises(ZeroDivisionError):
        result.raise_first()


def test_first_error_can_be_raised(run):
    """on_error="raise" raises the error itself, with what was done."""
    with pytest.raises(ZeroDivisionError) as caught:
        run(lambda n: 10 // n, [1, 2, 0, 5] + [1] * 50, concurrency=1, on_error="raise")
    assert caught.value.batch_result.values[:3] == [10, 5, None]


def test_transient_errors_are_repeated(run):
    """One call in ten fails once: every value arrives."""
    seen = set()

    def fn(n):
        if n % 10 == 0 and n not in seen:
            seen.add(n)
            raise hub_error(500)
        return n

    result = run(fn, range(100))
    assert result.values == list(range(100))
    assert result.summary().startswith("100 calls, 100 ok, 110 requests, 0 x 429, 10 x 500, ")


def test_constant_memory_over_a_generator():
    """Items are drawn when a worker is free, and without keep_values nothing grows."""
    drawn, done, gap = 0, 0, 0

    def items():
        nonlocal drawn
        for n in range(30_000):
            drawn += 1
            yield n

    def fn(n):
        nonlocal done, gap
        done += 1
        gap = max(gap, drawn - done)

    tracemalloc.start()
    result = map_calls(fn, items(), concurrency=4, keep_values=False, limiter=None)
    grown, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(result) == 30_000 and result.values == [] and gap <= 16
    assert grown < 12e6  # the last 10 000 attempts, and no more


def test_a_coroutine_that_never_waits_leaves_the_loop_alive():
    """Other tasks run during such a batch, a cancellation arrives, and no timer of an ended attempt is kept."""
    seen = []

    async def fn(n):
        return n

    async def main():
        async def look():
            while True:
                seen.append(len(asyncio.get_running_loop()._scheduled))
                await asyncio.sleep(0)

        looking = asyncio.create_task(look())
        result = await amap_calls(fn, iter(range(3000)), keep_values=False, limiter=None)
        looking.cancel()
        running = asyncio.create_task(amap_calls(fn, iter(range(100_000)), keep_values=False, limiter=None))
        asyncio.get_running_loop().call_later(0.01, running.cancel)
        with pytest.raises(asyncio.CancelledError):
            await running
        return result

    assert len(asyncio.run(main())) == 3000 and len(seen) > 100 and max(seen) < 300


def test_asynchronous_items():
    """`amap_calls` takes an asynchronous iterator."""

    async def items():
        for n in range(20):
            await asyncio.sleep(0)
            yield n

    assert asyncio.run(amap_calls(late(str), items())).values == [str(n) for n in range(20)]


def test_concurrency_is_bounded_and_used(run):
    """Never more than `concurrency` calls at once, and with slow calls that many."""
    lock, now, most = threading.Lock(), 0, 0

    def fn(n):
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.01)
        with lock:
            now -= 1

    map_calls(fn, range(30), concurrency=5, limiter=None)
    assert most == 5


def test_second_ledger_gets_the_records(run):
    """`log=` sees every attempt too, with the worker's number."""
    log = Ledger()
    result = run(str, range(30), log=log, concurrency=3)
    assert log.requests == result.ledger.requests == 30 and {a.worker for a in log} <= {0, 1, 2}


def test_minimum_in_the_summary():
    """With an announced limit the summary compares with the least possible time."""
    from helpers import pacing

    def fn(n):
        pacing.observe_response(200, {"RateLimit": '"api";r=99;t=1', "RateLimit-Policy": '"token bucket";"api";q=1000;w=1'})

    assert map_calls(fn, range(150)).summary().endswith(" x minimum)")


def test_progress_only_where_it_can_be_seen(monkeypatch):
    """No bar when stderr is no terminal; a bar when asked for, or on a terminal."""

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    for stream, wanted, shown in (
        (io.StringIO(), None, False),
        (io.StringIO(), True, True),
        (Terminal(), None, True),
        (Terminal(), False, False),
    ):
        monkeypatch.setattr(sys, "stderr", stream)
        map_calls(str, range(5), progress=wanted)
        assert ("5/5" in stream.getvalue()) == shown


def test_no_stderr_at_all(monkeypatch):
    """Under pythonw there is no stderr, so there is no bar, and the batch runs."""
    monkeypatch.setattr(sys, "stderr", None)
    assert map_calls(str, range(3)).values == ["0", "1", "2"]


def test_a_whole_number_of_another_library_is_a_concurrency():
    """numpy's integers count as integers."""
    assert map_calls(str, range(3), concurrency=pytest.importorskip("numpy").int64(2)).values == ["0", "1", "2"]


@pytest.mark.parametrize("settings", [{"concurrency": 0}, {"concurrency": 2.5}, {"on_error": "ignore"}])
def test_wrong_arguments(settings):
    """Wrong settings are refused before anything is called."""
    with pytest.raises(ValueError):
        map_calls(str, [1], **settings)


def test_wrong_limiter_and_executor():
    """A limiter is a RateLimiter, an executor has `submit`."""
    with pytest.raises(TypeError, match="`limiter` must be a RateLimiter"):
        map_calls(str, [1], limiter=5)
    with pytest.raises(TypeError, match="`executor` must be an object with a `submit` method, not int"):
        map_calls(str, [1], executor=5)
