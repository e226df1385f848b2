"""An iterator that fails, Stop and cancellation: what was done is kept, and nothing runs on."""

from __future__ import annotations

import asyncio
import signal
import threading
import time

import pytest

from helpers import amap_calls, map_calls
from helpers.errors import BatchStopped


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


def test_stop_after_the_items_failed_is_a_stop():
    """An iterator fails while a call is under way, and then that call is interrupted: the interruption is what the caller sees."""
    failed = threading.Event()

    def items():
        yield 0
        failed.set()
        raise RuntimeError("disk")

    def call(item):
        failed.wait(30)
        time.sleep(0.1)  # the batch has noted the failure by now
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        map_calls(call, items(), concurrency=2, limiter=None)


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
