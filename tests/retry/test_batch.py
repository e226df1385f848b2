from __future__ import annotations

import asyncio
import io
import signal
import sys
import threading
import time
import tracemalloc

import pytest

from helpers import Ledger, RateLimiter, RetryPolicy, amap_calls, map_calls
from helpers.errors import BatchStopped, BudgetExceeded

from .conftest import hub_error

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


def test_failing_iterator_is_shown():
    """An error of the items themselves is raised, and carries the results so far."""

    def items():
        yield 1
        yield 2
        raise RuntimeError("disk")

    with pytest.raises(RuntimeError, match="disk") as caught:
        map_calls(str, items(), concurrency=1)
    assert caught.value.batch_result.values == ["1", "2"]


@pytest.mark.parametrize("items", [range(50), iter(range(50))], ids=["list", "iterator"])
def test_interrupt_of_the_waiting_caller_keeps_what_was_done(items):
    """Ctrl-C reaches the thread that waits for the workers: it is raised, with every value so far, and what is open is named."""
    third = threading.Event()

    def call(item):
        if item == 3:
            third.set()
            time.sleep(30)
        return item

    def interrupt():
        third.wait(30)
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    with pytest.raises(KeyboardInterrupt) as caught:
        map_calls(call, items, concurrency=1, limiter=None)
    result = caught.value.batch_result
    assert result.values[:4] == [0, 1, 2, None] and isinstance(result.errors[3], BatchStopped) and not result.ok
    assert caught.value.__notes__ == ["3 results are kept: `import sys; sys.last_value.batch_result.values`."]


def test_cancelling_keeps_what_was_done():
    """A cancelled `amap_calls` passes on the cancellation, with every value so far."""

    async def main():
        async def call(item):
            if item == 3:
                running.cancel()
                await asyncio.sleep(30)
            return item

        running = asyncio.create_task(amap_calls(call, range(50), concurrency=1, limiter=None))
        await running

    with pytest.raises(asyncio.CancelledError) as caught:
        asyncio.run(main())
    assert caught.value.batch_result.values[:4] == [0, 1, 2, None]


def test_failing_iterator_ends_the_other_tasks():
    """When the items themselves fail, calls that are under way are cancelled: no task outlives the batch."""
    cancelled = []

    async def items():
        yield 1
        yield 2
        raise LookupError("no more items")

    async def fn(n):
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.append(n)
            raise

    async def main():
        with pytest.raises(LookupError, match="no more items"):
            await amap_calls(fn, items(), concurrency=3, limiter=None)
        await asyncio.sleep(0.01)  # a cancelled task needs a turn of its own
        return asyncio.all_tasks() - {asyncio.current_task()}

    assert asyncio.run(main()) == set() and sorted(cancelled) == [1, 2]


def test_interrupt_of_a_call_passes():
    """KeyboardInterrupt in a worker ends the batch at once."""

    def fn(n):
        if n == 2:
            raise KeyboardInterrupt
        return n

    with pytest.raises(KeyboardInterrupt) as caught:
        map_calls(fn, range(100), concurrency=1)
    assert caught.value.batch_result.values[:2] == [0, 1]


def test_cancelling_ends_the_tasks():
    """A cancelled amap_calls leaves no task behind."""

    async def hangs(n):
        await asyncio.sleep(60)

    async def main():
        task = asyncio.create_task(amap_calls(hangs, range(10)))
        await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.sleep(0.01)
        return len(asyncio.all_tasks())

    assert asyncio.run(main()) == 1


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
