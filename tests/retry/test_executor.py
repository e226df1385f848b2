from __future__ import annotations

import os
import pickle
import threading
import time
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import pytest

from helpers import RateLimiter, RetryPolicy, map_calls, pacing
from helpers._remote import attempt, portable
from helpers.errors import BatchStopped, RemoteCallError, classify, explain

from .conftest import hub_error, openai_error

QUICK = RetryPolicy(backoff_base=0.001, throttle_base=0.001)


def square(n: int) -> int:
    return n * n


def picky(job: tuple[int, str]) -> int:
    """Fails once per item, as far as the file system remembers."""
    n, folder = job
    from pathlib import Path

    mark = Path(folder) / str(n)
    if not mark.exists():
        mark.touch()
        raise ConnectionResetError("first time")
    return n


def always_404(n: int) -> int:
    raise hub_error(404)


def test_threads_of_somebody_else():
    """A ThreadPoolExecutor runs the attempts; the hooks find the call's limiter there."""
    limiter, seen = RateLimiter(), set()

    def fn(n):
        seen.add(threading.current_thread().name[:4])
        assert pacing.current_limiter() is limiter
        return n

    with ThreadPoolExecutor(3, thread_name_prefix="pool") as pool:
        assert map_calls(fn, range(30), executor=pool, limiter=limiter).values == list(range(30))
    assert seen == {"pool"}


def test_processes(tmp_path):
    """A ProcessPoolExecutor too: values, repeats, and errors judged as they were over there."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        assert map_calls(square, range(20), executor=pool).values == [n * n for n in range(20)]
        result = map_calls(picky, [(n, str(tmp_path)) for n in range(8)], executor=pool, policy=QUICK)
        assert result.values == list(range(8)) and result.ledger.requests == 16
        result = map_calls(always_404, range(50), executor=pool, concurrency=2)
    assert result.ledger.requests <= 4 and classify(result.stopped_by).kind == "not_found"


def test_slow_attempt_is_given_up():
    """The attempt's timeout holds for an executor as well."""
    release = threading.Event()
    with ThreadPoolExecutor(2) as pool:
        result = map_calls(
            lambda n: release.wait(30), [1], executor=pool, policy=RetryPolicy(attempt_timeout=0.05, backoff_base=0.001)
        )
        release.set()
    assert isinstance(result.errors[0], TimeoutError)


@pytest.mark.parametrize("make", [hub_error, openai_error])
def test_errors_travel(make):
    """An SDK's error that a pickle does not keep arrives with verdict and headers."""
    exc = pickle.loads(pickle.dumps(portable(make(429, None, {"Retry-After": "3"}))))
    assert (classify(exc).kind, classify(exc).retry_after) == ("throttled", 3.0)
    if isinstance(exc, RemoteCallError):
        assert exc.headers["retry-after"] == "3"


def test_attempt_returns_instead_of_raising():
    """The travelling part never raises."""
    assert attempt(square, 3, 0) == (True, 9)
    ok, exc = attempt(always_404, 3, 0)
    assert not ok and classify(exc).status == 404


def test_dask_cluster(tmp_path):
    """Dask's executor on a local cluster: order, one shared limit, repeats, and a stop of the batch."""
    distributed = pytest.importorskip("distributed")
    import dask

    with (
        dask.config.set({"distributed.admin.tick.limit": "60s"}),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=2, processes=True, dashboard_address=None, silence_logs=50
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        pool = client.get_executor()
        assert map_calls(square, range(40), executor=pool).values == [n * n for n in range(40)]
        result = map_calls(picky, [(n, str(tmp_path)) for n in range(10)], executor=pool, policy=QUICK)
        assert result.values == list(range(10)) and result.ledger.requests == 20
        began = time.monotonic()
        map_calls(square, range(30), executor=pool, limiter=RateLimiter(rate=100, burst=1))
        assert time.monotonic() - began >= 29 / 100 * 0.9
        stopped = map_calls(always_404, range(50), executor=pool, concurrency=2)
    assert stopped.ledger.requests <= 4 and len(stopped.errors) == 50


def die(item):
    os._exit(3)


def test_an_executor_that_is_shut_down_stops_the_batch():
    """A pool that takes no more calls ends even an endless batch; what was done is kept, and the reason is explained."""
    pool = ThreadPoolExecutor(1)

    def fn(n):
        if n == 9:
            pool.shutdown(wait=False)
        return n

    result = map_calls(fn, iter(range(10_000)), executor=pool, concurrency=2, limiter=None)
    assert result.values[:9] == list(range(9)) and len(result) < 30
    assert isinstance(result.stopped_by, BrokenExecutor) and "shut down" in explain(result.stopped_by).cause


def test_an_executor_is_an_object():
    """The class in place of an executor is refused at once, not once per item."""
    with pytest.raises(TypeError, match="must be an object with a `submit` method, not ThreadPoolExecutor"):
        map_calls(square, [1], executor=ThreadPoolExecutor)


def test_a_broken_pool_stops_the_batch():
    """When a process of a pool died, the pool refuses all further calls: they are not called, and the reason is named."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        result = map_calls(die, range(50), executor=pool, concurrency=1)
    assert isinstance(result.stopped_by, BrokenExecutor) and isinstance(result.errors[49], BatchStopped)
    assert result.ledger.requests == 1
