from __future__ import annotations

import asyncio
import statistics
import threading
import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import RateLimiter, acall_with_retry, call_with_retry, pacing
from helpers._turns import PacingTimeout, _Waiter
from helpers.errors import BatchStopped

from .conftest import FakeClock, Scripted, hub_error
from .services import Bucket, Fixed, Service
from .world import Outcome, simulate

SEEDS = range(5)


def runs(workers: int, limit: Bucket | Fixed, calls: int = 500, **service) -> list[Outcome]:
    """One outcome for each seed; faults as in the study."""
    made = Service([limit], **{"error_rate": 0.015, **service})
    return [simulate(replace(made, seed=seed).fresh(), workers=workers, calls=calls, seed=seed) for seed in SEEDS]


@pytest.mark.parametrize("workers", [1, 8, 32])
@pytest.mark.parametrize("cold_s", [0.0, 3.0])
def test_announced_bucket(workers, cold_s):
    """Main scenario: within 6 % of the minimum, at most 2 refusals per 100 calls, and a fair queue."""
    for outcome in runs(workers, Bucket(50, 10), cold_s=cold_s):
        assert outcome.wall <= 1.06 * (cold_s + 490 / 50) and outcome.refused <= 0.02
        assert outcome.fairness(workers) >= 0.7


@pytest.mark.parametrize(("rate", "burst", "calls"), [(5, 1, 100), (2, 20, 100), (200, 40, 800), (20, 5, 300), (7, 3, 200)])
def test_other_buckets(rate, burst, calls):
    """Slow and fast limits, small and large bursts."""
    for outcome in runs(16, Bucket(rate, burst), calls):
        assert outcome.wall <= 1.16 * (calls - burst) / rate and outcome.refused <= 0.03


@pytest.mark.parametrize("workers", [8, 32])
@pytest.mark.parametrize(("rate", "burst"), [(50, 10), (20, 5), (110, 25)])
def test_no_headers(workers, rate, burst):
    """Without headers: median within 25 % of the minimum, and at most 10 refusals per 100 calls."""
    found = runs(workers, Bucket(rate, burst), headers="none")
    assert statistics.median(outcome.wall for outcome in found) <= 1.25 * (500 - burst) / rate
    assert statistics.median(outcome.refused for outcome in found) <= 0.10


@pytest.mark.parametrize("workers", [8, 32])
@pytest.mark.parametrize("phase", [0.0, 2.5])
@pytest.mark.parametrize("headers", ["both", "unnamed"])
def test_fixed_window(workers, phase, headers):
    """A window ends on a whole second at best: at most one second is lost, once; not one per window."""
    for outcome in runs(workers, Fixed(100, 4, phase), headers=headers, error_rate=0.0):
        assert outcome.wall <= 16.0 - phase + 1.0 and outcome.refused <= 0.05


def test_rounded_ends_do_not_add_up():
    """Slow calls read `t` late in each window; the earliest reading counts, so windows keep their four seconds."""
    for seed in SEEDS:
        outcome = simulate(Service([Fixed(100, 4)], error_rate=0.0), workers=1, calls=301, seed=seed,
                           latency=lambda rng: rng.uniform(0.02, 0.03))
        assert 12.0 <= outcome.wall <= 12.15


def test_fixed_window_without_headers():
    """A window that nobody announces costs no more than sending evenly would, and few refusals."""
    found = [outcome for workers in (8, 32) for outcome in runs(workers, Fixed(100, 4), headers="none")]
    assert statistics.median(outcome.wall for outcome in found) <= 1.5 * 16
    assert statistics.median(outcome.refused for outcome in found) <= 0.10


def test_limit_that_rises_unannounced():
    """Four times the limit, and no header says so: found while sending a little more each time."""
    found = runs(32, Bucket(50, 10), 1500, headers="none", changes=[(6.0, 4.0)])
    assert statistics.median(outcome.wall for outcome in found) <= 1.25 * (6 + 1190 / 200)


def test_slow_refusals():
    """Refusals that take 30 ms to come back: the search waits for its answers instead of piling up more."""
    silent = Service([Bucket(50, 10)], headers="none")
    found = [simulate(silent.fresh(), workers=32, seed=seed, refusal=0.03) for seed in SEEDS]
    assert statistics.median(outcome.refused for outcome in found) <= 0.10


@pytest.mark.parametrize("headers", ["both", "none"])
def test_limit_that_halves(headers):
    """A halved limit is noticed at once from the headers, and soon without them."""
    for outcome in runs(8, Bucket(50, 10), headers=headers, changes=[(4.8, 0.5)]):
        assert outcome.wall <= 1.10 * (4.8 + 250 / 25) and outcome.refused <= (0.05 if headers == "both" else 0.10)


def test_retry_after_alone():
    """With Retry-After only, everybody rests as asked, and few refusals are needed."""
    for outcome in runs(8, Bucket(50, 10), headers="retry-after"):
        assert outcome.wall <= 1.7 * 9.8 and outcome.refused <= 0.03


def stalled(seeds: int, **service) -> list[Outcome]:
    """A machine that stands still for 0.2 s now and then."""
    made = Service([Bucket(50, 10)], **service)
    return [simulate(made.fresh(), workers=32, seed=seed, stall=0.2, late=0.003) for seed in range(seeds)]


def test_caller_that_stalls():
    """What is stuck on its way does not become a burst of refusals."""
    found = stalled(8, cold_s=3.0)
    assert max(outcome.refused for outcome in found) <= 0.02
    assert statistics.median(outcome.wall for outcome in found) <= 1.10 * 12.8


def test_caller_that_stalls_without_headers():
    """The same without headers: the estimate neither collapses nor hammers."""
    found = stalled(16, headers="none")
    assert statistics.median(outcome.refused for outcome in found) <= 0.06
    assert statistics.median(outcome.wall for outcome in found) <= 1.2 * 9.8


@settings(max_examples=25, deadline=None)
@given(
    rate=st.floats(2, 300),
    burst=st.integers(1, 60),
    workers=st.integers(1, 40),
    seed=st.integers(0, 999),
    headers=st.sampled_from(["both", "none", "retry-after", "unnamed", "ratelimit"]),
)
def test_every_limit_ends(rate, burst, workers, seed, headers):
    """Whatever the limit: every call ends, and refusals stay fewer than calls."""
    service = Service([Bucket(rate, burst)], headers=headers, seed=seed)
    outcome = simulate(service, workers=workers, calls=120, seed=seed)
    assert outcome.by_status[200] == 120 and outcome.refused < 0.8


# -- the limiter as callers meet it -------------------------------------------------------------------------------------
def on(clock: FakeClock, **given) -> RateLimiter:
    return RateLimiter(clock=clock.now, sleep=clock.sleep, asleep=clock.asleep, **given)


def test_own_rate(clock):
    """rate=10, burst=2: two at once, then one every tenth of a second."""
    limiter, left = on(clock, rate=10, burst=2), []
    for _ in range(5):
        limiter.observe(limiter.acquire(), 200)
        left.append(clock.time)
    assert left[1] < 0.11 and left[4] == pytest.approx(0.3, abs=0.03)


def test_refusal_pauses_everybody(clock):
    """After a 429 with Retry-After nobody sends before that time."""
    limiter = on(clock)
    first, second = limiter.acquire(), limiter.acquire()
    limiter.observe(first, 429, {"Retry-After": "3"})
    limiter.observe(second, 200)
    limiter.acquire()
    assert 3 <= clock.time <= 3.5


def test_newcomers_do_not_overtake(clock):
    """While somebody queues, nobody takes a place at once, even if one is free."""
    limiter = on(clock)
    limiter._enter(_Waiter())
    assert limiter._take_at_once(clock.time) is None


def test_call_refused_again_gives_way(clock, policy):
    """Without a hint, a call's second refusal and later ones are waited for as without a limiter, for other calls' sake."""
    with pytest.raises(Exception, match="429"):
        call_with_retry(Scripted(*[hub_error(429) for _ in range(6)]), policy=policy(), limiter=on(clock))
    assert clock.time >= 1 + 2 + 4 + 8


def test_cold_start_is_one_pause(clock, policy):
    """Two calls that meet a loading model wait once, together."""
    limiter = on(clock)
    loading = hub_error(503, {"error": "l", "estimated_time": 5.0})
    call_with_retry(Scripted(loading), policy=policy(), limiter=limiter)
    assert 5 <= clock.time <= 5.5
    call_with_retry(Scripted(), policy=policy(), limiter=limiter)
    assert clock.time <= 5.5


def test_huge_hint_does_not_stop_others_for_ever(clock, policy):
    """A Retry-After of 10^9 s ends the call; the next one fails fast instead of waiting."""
    limiter = on(clock)
    with pytest.raises(Exception, match="429"):
        call_with_retry(Scripted(hub_error(429, None, {"Retry-After": "1000000000"})), policy=policy(), limiter=limiter)
    fn = Scripted()
    with pytest.raises(PacingTimeout, match="leaves no place for this call within 120 s"):
        call_with_retry(fn, policy=policy(), limiter=limiter)
    assert fn.calls == 0 and clock.time < 1


def test_limiter_follows_the_clock_of_the_policy(clock, policy):
    """A limiter without a clock of its own waits in the policy's time."""
    call_with_retry(Scripted(hub_error(429, None, {"Retry-After": "30"})), policy=policy(), limiter=RateLimiter())
    assert 30 <= clock.time <= 31


def test_stopped_waiters_leave(clock):
    """A waiting call of a stopped batch gives up its place."""
    limiter = on(clock)
    limiter.pause(5)
    with pytest.raises(BatchStopped):
        limiter.acquire(None, lambda: True)
    assert len(limiter._waiting) == 0


@pytest.mark.parametrize("rate", [0.01, 1.0, 50.0])
def test_the_first_call_under_an_own_rate_does_not_wait(clock, rate):
    """The first request leaves at once, each further one a period after the one before, and a reserve that is small beside it."""
    limiter, left = on(clock, rate=rate), []
    for _ in range(3):
        limiter.observe(limiter.acquire(), 200)
        left.append(clock.now() * rate)
    assert left[0] == 0.0 and left == pytest.approx([0.0, 1.06, 2.12], abs=0.02)


def test_threads_and_two_event_loops_share_one_limiter():
    """Threads and tasks of different loops take turns at one limit; every call is served."""
    limiter = RateLimiter(rate=400, burst=4)
    done = []

    def in_loop():
        async def main():
            async def one():
                done.append(await acall_with_retry(Scripted().later, limiter=limiter))

            await asyncio.gather(*(one() for _ in range(20)))

        asyncio.run(main())

    def in_thread():
        for _ in range(10):
            done.append(call_with_retry(Scripted(), limiter=limiter))

    threads = [threading.Thread(target=target, daemon=True) for target in (in_loop, in_loop, in_thread, in_thread)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert done == ["done"] * 60 and time.monotonic() - began >= (60 - 4) / 400 * 0.9


def test_cancelled_waiter_frees_the_queue():
    """A task that is cancelled while it queues does not block those behind it."""

    async def main():
        limiter = RateLimiter(rate=50, burst=1)
        limiter.observe(await limiter.aacquire(), 200)
        tasks = [asyncio.create_task(limiter.aacquire()) for _ in range(3)]
        await asyncio.sleep(0)
        tasks[0].cancel()
        permits = await asyncio.gather(*tasks, return_exceptions=True)
        return [type(permit).__name__ for permit in permits]

    assert asyncio.run(main()) == ["CancelledError", "Permit", "Permit"]


def test_unanswered_permits_do_not_block_for_ever():
    """A caller that never reports leaves room for others after a second of patience."""
    clock = FakeClock()
    limiter = on(clock)
    for _ in range(10):
        limiter.acquire()
    assert clock.time <= 10


def test_first_come_first_served():
    """Threads are served in the order in which they came."""
    limiter, order = RateLimiter(rate=100, burst=1), []
    limiter.observe(limiter.acquire(), 200)

    def one(number):
        limiter.acquire()
        order.append(number)

    threads = [threading.Thread(target=one, args=(number,), daemon=True) for number in range(6)]
    for number, thread in enumerate(threads):
        thread.start()
        while len(limiter._waiting) + len(order) < number + 1:
            time.sleep(0.0005)
    for thread in threads:
        thread.join(10)
    assert order == sorted(order)


def test_hooks_do_nothing_outside_a_call():
    """The transport may call the hooks at any time."""
    pacing.before_request()
    pacing.observe_response(429, {"Retry-After": "9"})
    assert (pacing.current_limiter(), pacing.attempt_timeout()) == (None, None)


def test_hooks_teach_the_limiter_of_the_call(policy):
    """Success headers reach the limiter through the transport's hook; a second report of the same answer is ignored."""
    limiter = RateLimiter()

    def fn():
        assert pacing.current_limiter() is limiter and pacing.attempt_timeout() == 30.0
        pacing.before_request()
        pacing.observe_response(200, {"RateLimit": '"api";r=9;t=1', "RateLimit-Policy": '"token bucket";"api";q=50;w=1'})

    call_with_retry(fn, policy=policy(), limiter=limiter)
    assert (limiter.rate, limiter.burst) == (50.0, 10.0)
    assert repr(limiter) == "RateLimiter(rate=50.0/s, burst=10, waiting=0)"


def test_questions_to_the_hub_teach_nothing(policy):
    """A GET before the call has the Hub's own limit; it neither counts nor teaches."""
    limiter = RateLimiter()

    def fn():
        pacing.before_request("GET")
        hub = {"RateLimit": '"api";r=1;t=300', "RateLimit-Policy": '"fixed window";"api";q=500;w=300'}
        pacing.observe_response(200, hub, "GET")
        pacing.before_request("POST")
        pacing.observe_response(200, {}, "POST")

    for _ in range(5):
        call_with_retry(fn, policy=policy(), limiter=limiter)
    assert limiter.rate is None and limiter._seq == 5


def test_headers_that_are_sent_no_more(policy):
    """After a few answers without limit headers the announced limit counts no longer."""
    limiter = RateLimiter()
    limiter.observe(limiter.acquire(), 200, {"RateLimit": '"a";r=99;t=300', "RateLimit-Policy": '"window";"a";q=100;w=300'})
    assert limiter.rate == pytest.approx(1 / 3)
    for _ in range(5):
        limiter.observe(limiter.acquire(), 200)
    assert limiter.rate is None


def test_refusal_without_headers_after_answers_with_them(clock):
    """A 429 from another layer empties the bucket for the moment, although the announced limit had room."""
    limiter = on(clock)
    limiter.observe(limiter.acquire(), 200, {"RateLimit": '"a";r=9;t=1', "RateLimit-Policy": '"bucket";"a";q=50;w=1'})
    limiter.observe(limiter.acquire(), 429)
    limiter.acquire()
    assert clock.time >= 0.02


def test_further_requests_of_an_attempt_count(policy):
    """openai's own retries inside an attempt are counted as sent, not held back."""
    limiter = RateLimiter()

    def fn():
        for status in (429, 200):
            pacing.before_request()
            pacing.observe_response(status, {})

    call_with_retry(fn, policy=policy(), limiter=limiter)
    assert limiter._seq == 2 and limiter._under_way == []


def test_minimum_is_known_when_the_limit_is(policy):
    """The least time comes from an announced limit; an estimate gives none."""
    limiter = RateLimiter()
    assert limiter.least_seconds(500) is None
    limiter.observe(limiter.acquire(), 200, {"RateLimit": '"api";r=9;t=1', "RateLimit-Policy": '"token bucket";"api";q=50;w=1'})
    assert limiter.least_seconds(500) == pytest.approx(9.8)
