"""Limits, headers and outages that no benchmark scenario has, in virtual time; `tests/retry/sweep.py` looks for more."""

from __future__ import annotations

import pytest

from helpers import RateLimiter

from .services import Bucket, Fixed, Service, Sliding, least_time
from .world import Outcome, simulate


def ratio(service: Service, workers: int, calls: int) -> tuple[float, Outcome]:
    """(wall / least time of those who know the limit, outcome) with answers after 10 ms."""
    least = least_time(service, calls, workers, lambda rng: 0.01, way_s=0.003)
    out = simulate(service, workers=workers, calls=calls, latency=lambda rng: rng.uniform(0.008, 0.012))
    return out.wall / least, out


@pytest.mark.parametrize("headers", ["legacy", "epoch", "span", "date"])
def test_counter_that_is_no_window(headers):
    """`X-RateLimit-*` of a small bucket: what looks like a window and refills bit by bit is found out."""
    wasted, out = ratio(Service([Bucket(50, 4)], headers=headers, error_rate=0), 8, 500)
    assert wasted <= 2.2 and out.refused <= 0.1 and out.by_status[200] == 500


@pytest.mark.parametrize("limit", [Bucket(2.5, 1), Bucket(4.5, 3), Bucket(12.5, 8)])
@pytest.mark.parametrize("workers", [1, 8])
def test_bucket_that_is_announced_per_minute(limit, workers):
    """A policy without a name, `q=150;w=60`, that allows no burst of 150: a bucket, and its rate is known."""
    calls = int(120 * limit.rate)
    wasted, out = ratio(Service([limit], headers="unnamed", error_rate=0).fresh(), workers, calls)
    assert wasted <= 1.3 and out.refused <= 0.15 and out.by_status[200] == calls


def test_sliding_window():
    """A new window that is never empty is a sliding one: the own requests of the last seconds count."""
    wasted, out = ratio(Service([Sliding(20, 4)], error_rate=0), 16, 120)
    assert wasted <= 1.1 and out.refused <= 0.15


def test_seconds_rounded_down():
    """A server whose `t` and `Retry-After` come early is asked later, not more often."""
    wasted, out = ratio(Service([Fixed(30, 7, 1.4)], error_rate=0, rounding="down"), 8, 150)
    assert wasted <= 1.3 and out.refused <= 0.2 and out.by_status[200] == 150


@pytest.mark.parametrize("limit", [Fixed(100, 4), Sliding(300, 10)])
def test_window_that_shows_in_retry_after_only(limit):
    """What run and rest give on average is what a window allows."""
    wasted, out = ratio(Service([limit], headers="retry-after", error_rate=0), 16, 700)
    assert wasted <= 1.3 and out.refused <= 0.05


@pytest.mark.parametrize(
    ("limit", "workers", "most", "refusals"), [(Fixed(30, 10), 8, 1.08, 0.03), (Fixed(100, 4), 32, 1.35, 0.08)]
)
def test_rests_are_counted(limit, workers, most, refusals):
    """Many callers that rest together: the rest is part of what the next rate is reckoned from, from the first refusal on."""
    wasted, out = ratio(Service([limit], headers="retry-after", error_rate=0), workers, 500)
    assert wasted <= most and out.refused <= refusals


@pytest.mark.parametrize("workers", [2, 32])
def test_cold_start_that_is_not_announced(workers):
    """503 without a hint for 12 s: one request at a time tries, and nothing is lost."""
    service = Service([Bucket(50, 10)], headers="none", cold_s=12, cold="silent", error_rate=0)
    out = simulate(service, workers=workers, calls=100)
    assert out.by_status[200] == 100 and out.by_status[503] <= 25 and out.wall <= 12 + 20 + 5


@pytest.mark.parametrize("cold_s", [30, 45, 60, 80])
@pytest.mark.parametrize("workers", [1, 2, 16])
def test_long_cold_start_that_is_not_announced(workers, cold_s):
    """503 without a hint for up to 80 s: no call is lost, few requests ask, and no waits add up."""
    for seed in range(4):
        service = Service([Bucket(50, 10)], cold_s=cold_s, cold="silent", error_rate=0.01, seed=seed)
        out = simulate(service, workers=workers, calls=60, seed=seed)
        assert out.by_status[200] == 60 and not out.failures
        assert out.by_status[503] <= 20 and out.wall <= cold_s + 20 + 3


@pytest.mark.parametrize("workers", [1, 32])
def test_service_that_stays_down(workers):
    """503 without a hint for ever: the batch ends after about two deadlines and few requests."""
    out = simulate(Service([Bucket(50, 10)], cold_s=1e6, cold="silent"), workers=workers, calls=500)
    assert out.failures["batch stopped"] and out.wall <= 300 and out.requests <= 60


@pytest.mark.parametrize("workers", [1, 32])
def test_limit_that_never_opens_again(workers):
    """A server that refuses for good ends the batch after about two deadlines and few requests."""
    out = simulate(Service([Fixed(3, 1e6)], headers="none"), workers=workers, calls=500)
    assert out.failures["batch stopped"] and out.wall <= 300 and out.requests <= 60


def test_queue_of_a_batch_is_nobodys_deadline():
    """32 workers at 9 calls in 50 s wait for minutes; every call ends well, those that are repeated after an error too."""
    out = simulate(Service([Fixed(9, 50)], error_rate=0.1), workers=32, calls=60)
    assert out.by_status[200] == 60 and out.by_status[500] and not out.failures


@pytest.mark.parametrize("workers", [1, 32])
def test_limit_that_is_used_up_from_the_start(workers):
    """A server that refuses from the first request on ends the batch in the same way."""
    out = simulate(Service([Fixed(0, 1e6)], headers="none"), workers=workers, calls=500)
    assert out.failures["batch stopped"] and out.wall <= 300 and out.requests <= 60


def test_many_processes_at_a_small_limit():
    """Eight processes at one limit, some of which are not served for long: no call of theirs is lost."""
    for seed in range(12):
        service = Service([Bucket(5, 15)], headers="legacy", seed=seed)
        out = simulate(service, workers=8, processes=8, calls=100, seed=seed)
        assert out.by_status[200] == 100 and not out.failures, (seed, out.failures)


@pytest.mark.parametrize(("limit", "workers", "calls"), [(Fixed(8, 51), 2, 60), (Sliding(5, 12), 1, 60), (Sliding(28, 11), 2, 70)])
def test_few_workers_under_a_long_window(limit, workers, calls):
    """One or two workers, no headers, windows longer than six attempts last: refused calls have time until their deadline."""
    for seed in range(6):
        service = Service([limit], headers="none", error_rate=0.01, seed=seed)
        out = simulate(service.fresh(), workers=workers, calls=calls, seed=seed)
        assert out.by_status[200] == calls and not out.failures, (seed, out.failures)


@pytest.mark.parametrize("headers", ["legacy", "epoch", "counter", "both"])
@pytest.mark.parametrize("limit", [Bucket(8, 13), Fixed(12, 5), Sliding(9, 4)])
def test_headers_that_vanish(limit, headers):
    """Limit and headers go in mid-run, with a count at zero or a window without a known end: no call waits for ever."""
    service = Service([limit], headers=headers, changes=[(10.0, None)], error_rate=0)
    out = simulate(service.fresh(), workers=4, calls=300, latency=lambda rng: rng.uniform(0.4, 1.1))
    assert out.by_status[200] == 300 and not out.failures
    assert out.wall <= (2.5 if headers == "counter" else 1.25) * least_time(service, 300, 4, lambda rng: 0.75)


@pytest.mark.parametrize("limit", [Fixed(21, 8), Sliding(30, 5), Bucket(9, 4)])
@pytest.mark.parametrize("headers", ["counter", "refusals"])
def test_headers_that_say_half(limit, headers):
    """What is left but not until when, or headers in refusals only: nothing to keep to, so the limit is found by trial."""
    wasted, out = ratio(Service([limit], headers=headers, error_rate=0).fresh(), 8, 150)
    assert out.by_status[200] == 150 and not out.failures
    assert wasted <= 1.7 and out.refused <= 0.3


@pytest.mark.parametrize("limit", [Bucket(10, 5), Bucket(3, 2), Fixed(60, 5), Sliding(40, 8)])
@pytest.mark.parametrize("headers", ["retry-after", "retry-after-ms", "none"])
def test_limit_that_ends_unannounced(limit, headers):
    """Nothing but the absence of refusals shows that a limit is gone: 90 s of work at the old pace take less than 40."""
    rate = limit.rate if isinstance(limit, Bucket) else limit.quota / limit.span
    service = Service([limit], headers=headers, changes=[(10.0, None)], error_rate=0)
    out = simulate(service.fresh(), workers=8, calls=int(100 * rate))
    assert out.by_status[200] == int(100 * rate) and out.wall <= 50


@pytest.mark.parametrize("limit", [Bucket(40, 1), Bucket(15, 2), Bucket(9, 1)])
def test_one_worker_without_headers(limit):
    """A refused worker waits, and the full bucket runs over meanwhile: that is no sign of a lower rate."""
    for seed in range(6):
        service = Service([limit], headers="none", error_rate=0).fresh()
        out = simulate(service, workers=1, calls=20 * limit.rate, seed=seed, latency=lambda rng: rng.uniform(0.001, 0.003))
        assert out.wall <= 1.5 * 20 and out.refused <= 0.2


def test_one_answer_in_ten_with_headers(clock):
    """A service with headers on some answers only keeps its model after the longest silence was seen."""
    limiter = RateLimiter(clock=clock.now, sleep=clock.sleep)
    told = {"RateLimit": '"a";r=9;t=1', "RateLimit-Policy": '"bucket";"a";q=50;w=1'}
    kept = []
    for turn in range(60):
        limiter.observe(limiter.acquire(), 200, told if turn % 10 == 0 else None)
        kept.append(limiter.rate)
    assert None in kept[:10] and kept[20:] == [50.0] * 40
