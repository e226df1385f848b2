"""Promises that no other test noticed when they were broken on purpose (tests/faults/breaks.md)."""

from __future__ import annotations

import asyncio
import random
import socket
from decimal import Decimal
from types import SimpleNamespace

import pytest

from helpers import (
    Ledger,
    RateLimiter,
    RetryPolicy,
    acall_with_retry,
    call_with_retry,
    transport,
)
from helpers._headers import parse_retry_after
from helpers.budget import Budget
from helpers.errors import Verdict, classify
from helpers.hook import Hook
from helpers.ledger import note_http
from helpers.pacing import attempt_timeout, before_request

from .conftest import CHAT, hub_error


def test_no_attempt_may_take_longer_than_the_deadline_leaves(call, policy, clock):
    """The limit of each attempt is attempt_timeout, and for the last one what is left of the deadline."""
    limits = []

    def fn():
        limits.append(attempt_timeout())
        clock.sleep(25)
        raise hub_error(500)

    with pytest.raises(Exception, match="500"):
        call(fn, policy=policy(deadline=60.0, attempt_timeout=30.0, backoff_base=1.0))
    assert limits == [30, 30, 7]  # 60 - 25 - 1 - 25 - 2


def test_no_place_before_the_deadline_shows_the_calls_own_error(call, policy, clock):
    """A limiter whose pause passes the deadline ends a call that failed before with that failure, and the note says why."""
    limiter = RateLimiter(clock=clock.now, sleep=clock.sleep, asleep=clock.asleep)

    def fn():
        limiter.pause(500)
        raise hub_error(500)

    with pytest.raises(Exception, match="500") as caught:
        call(fn, policy=policy(deadline=120.0), limiter=limiter)
    assert classify(caught.value).status == 500 and "pause would pass the deadline of 120 s" in caught.value.__notes__[0]


def test_the_note_of_many_attempts_stays_short(call, policy):
    """Ten attempts are named, the others counted."""
    def fn():
        raise hub_error(500)

    with pytest.raises(Exception, match="500") as caught:
        call(fn, policy=policy(max_attempts=14, deadline=9999.0))
    note = caught.value.__notes__[0]
    assert note.startswith("14 attempts in ") and note.count("500") == 10 and ", and 4 more. " in note


def test_a_503_that_says_for_how_long_is_one_pause_for_all(call, policy, clock):
    """Who meets it waits, and so do all others who share the limiter."""
    limiter = RateLimiter(clock=clock.now, sleep=clock.sleep, asleep=clock.asleep)

    def fn():
        raise hub_error(503, None, {"Retry-After": "5"})

    with pytest.raises(Exception, match="503"):
        call(fn, policy=policy(max_attempts=1), limiter=limiter)
    assert clock.time == 0
    assert call(lambda: "done", policy=policy(), limiter=limiter) == "done" and 5 <= clock.time <= 5.5


def test_an_awaited_request_without_an_answer_is_recorded():
    """A refused connection leaves its record, as in the blocking form."""
    log = Ledger()

    async def main():
        async with transport.async_http_client(Hook(log)) as client:
            await client.post(f"http://127.0.0.1:{free_port()}/v1/chat/completions")

    with pytest.raises(Exception) as caught:
        asyncio.run(main())
    assert classify(caught.value).kind == "network" and [record["kind"] for record in log.records()] == ["network"]


def test_an_awaited_request_counts_and_is_recorded(answers):
    """Each request that an awaited attempt sends takes a place in the limiter, and its answer is one record."""
    log, limiter, url = Ledger(), RateLimiter(), f"{answers.url}/v1/chat/completions"
    answers.script = [(200, CHAT, {})]

    async def twice():
        async with transport.async_http_client(Hook(log)) as client:
            return [(await client.post(url, json={})).status_code for _ in range(2)]

    assert asyncio.run(acall_with_retry(twice, limiter=limiter)) == [200, 200]
    assert limiter._seq == 2 and [record["status"] for record in log.records()] == [200, 200]


@pytest.mark.parametrize(("asked", "limit"), [({"read": 5.0, "pool": None}, {"read": 5.0, "pool": 30.0}), ({"read": 60.0}, {"read": 30.0})])
def test_attempt_timeout_only_tightens(asked, limit):
    """Of the SDK's own limit and attempt_timeout the shorter counts."""
    told = call_with_retry(lambda: transport._with_timeout({"timeout": asked})["timeout"])
    assert {key: told[key] for key in limit} == limit


@pytest.mark.parametrize(("status", "spent"), [(500, "0"), (200, "0.01")])
def test_an_error_costs_nothing(status, spent):
    """What was reserved for a call comes back when the answer is an error, and is booked when no usage tells the price."""
    budget = Budget(max_usd=1.0)
    flight = flown(Hook(Ledger(), budget=budget), course_reserved=budget.reserve(Decimal("0.01")))
    flight.answered(status, {})
    flight.ended()
    assert budget.spent == Decimal(spent) and budget._reserved == 0


def test_waits_at_their_edges(policy):
    """Full jitter reaches down to 0; a silent 503 is given as long as a 429; a wait of just max_retry_after is waited."""
    jitter = RetryPolicy(rng=random.Random(5), backoff_base=8.0)
    drawn = [jitter.own_delay("transient", 1) for _ in range(200)]
    assert min(drawn) < 0.8 and max(drawn) > 7.2
    silent = Verdict("transient", retryable=True, status=503)
    assert policy(throttle_base=3.0, backoff_base=1.0).delay(silent, 1) == 3.0
    failures = [hub_error(429, None, {"Retry-After": "60"})]
    assert call_with_retry(lambda: failures and _raise(failures.pop()) or "done", policy=policy(max_retry_after=60.0)) == "done"


@pytest.mark.parametrize(("headers", "seconds"), [({"Retry-After-Ms": "1500"}, 1.5), ({"Retry-After": "-5"}, None),
                                                  ({"Retry-After-Ms": "-1", "Retry-After": "2"}, 2.0)])
def test_units_and_signs_of_a_wait(headers, seconds):
    """Milliseconds are no seconds, and nothing negative counts."""
    assert parse_retry_after(headers) == seconds


def _raise(error):
    raise error


def free_port():
    """One that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def test_a_short_pause_does_not_end_a_long_one(clock):
    """The longest pause that was asked for counts."""
    limiter = RateLimiter(clock=clock.now, sleep=clock.sleep)
    limiter.pause(10)
    limiter.pause(1)
    limiter.acquire()
    assert clock.time >= 10


def test_an_attempt_that_sends_nothing_is_recorded_after_one_that_did():
    """The transport writes the attempts that send a request; one that fails before it is written by the loop. Each stands there once,
    with its own waits: a second request of one attempt waited for nothing."""
    ledger, numbers = Ledger(), iter((1, 2, 3))

    def fn():
        if next(numbers) == 2:
            raise ConnectionResetError
        for _ in range(2):  # the client's own question to the Hub, and the call
            now = ledger.now() + ledger.started
            note_http(ledger, started=now, ended=now, status=503)
        raise ConnectionResetError

    policy = RetryPolicy(max_attempts=3, backoff_base=0.01, jitter="none", sleep=lambda seconds: None)
    with pytest.raises(ConnectionResetError):
        call_with_retry(fn, policy=policy, log=ledger)
    records = ledger.records()
    assert [(record["attempt"], record["status"]) for record in records] == [(1, 503), (1, 503), (2, None), (3, 503), (3, 503)]
    assert [record["waited_s"] > 0 for record in records] == [False, False, True, True, False]


def test_a_question_to_the_hub_takes_no_place(monkeypatch):
    """Only the POST of an attempt uses its place at the limit; a GET before it leaves it alone."""
    limiter, sent = RateLimiter(rate=1000, burst=10), []
    really = limiter.sent
    monkeypatch.setattr(limiter, "sent", lambda permit: sent.append(asked[-1]) or really(permit))
    asked = []

    def fn():
        for method in ("GET", "POST"):
            asked.append(method)
            before_request(method)

    call_with_retry(fn, limiter=limiter)
    assert sent == ["POST"]


def test_the_last_usage_of_a_long_answer_counts_and_once():
    """The usage block stands at the end of a long stream, one that stands before it is older; closing twice is one record."""
    log = Ledger()
    flight = flown(Hook(log))
    flight.answered(200, {})
    for part in (b'{"usage":{"prompt_tokens":1,"completion_tokens":1}}', *[b"x" * 100_000] * 9,
                 b'{"usage":{"prompt_tokens":2,"completion_tokens":2}}', b'{"usage":{"prompt_tokens":5,"completion_tokens":7}}'):
        flight.saw(part)
    flight.ended()
    flight.ended()
    assert [(one.tokens_in, one.tokens_out) for one in log] == [(5, 7)]


def flown(hook, **extensions):
    """A chat request on its way."""
    url = SimpleNamespace(host="router.huggingface.co", path="/v1/chat/completions")
    return hook.depart(SimpleNamespace(url=url, method="POST", content=b"{}", extensions=extensions))
