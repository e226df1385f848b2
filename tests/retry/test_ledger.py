from __future__ import annotations

import threading

import pytest

from helpers import Ledger, call_with_retry
from helpers.ledger import Attempt, depart, note_http

from .conftest import hub_error


def test_summary_counts_calls_and_requests():
    """Calls, successes, requests, refusals, other errors, seconds, and the ratio to the minimum."""
    log = Ledger()
    log.add(Attempt(call=1, started_s=0.0, ended_s=0.1, status=503, kind="loading"))
    log.add(Attempt(call=1, attempt=2, started_s=3.0, ended_s=3.1))
    log.add(Attempt(call=2, started_s=0.0, ended_s=0.1, status=429, kind="throttled"))
    log.add(Attempt(call=3, started_s=0.0, ended_s=3.2, kind="network"))
    assert log.summary() == "3 calls, 1 ok, 4 requests, 1 x 429, 1 x 503, 1 x network, 3.2 s"
    assert log.summary(minimum=3.0).endswith("3.2 s (1.07 x minimum)")
    assert Ledger().summary() == "0 calls, 0 ok, 0 requests, 0 x 429, 0.0 s"


def test_old_records_go_and_counts_stay():
    """`keep` bounds the memory; the counts, the cost and the summary stay exact."""
    log = Ledger(keep=10)
    for number in range(1, 101):
        log.add(Attempt(call=number, cost_usd=0.5))
    assert (len(log), log.requests, log.total_cost) == (10, 100, 50.0)
    assert log.summary().startswith("100 calls, 100 ok, 100 requests")


def test_records_are_plain_and_hold_no_secret():
    """A record has numbers and names; prompts, replies and tokens have no field."""
    log = Ledger()
    log.add(Attempt(call=1))
    assert set(log.records()[0]) == {
        "call",
        "attempt",
        "worker",
        "started_s",
        "ended_s",
        "waited_s",
        "paced_s",
        "status",
        "kind",
        "retry_after",
        "model",
        "task",
        "method",
        "host",
        "path",
        "tokens_in",
        "tokens_out",
        "cost_usd",
        "request_id",
        "ttft_s",
    }


def test_no_secret_of_an_error_reaches_the_ledger(policy):
    """A token or a prompt in an exception's text and in its response is in no record."""
    secret = "hf_" + "s" * 34
    log = Ledger()
    with pytest.raises(Exception, match="404"):
        call_with_retry(
            lambda: (_ for _ in ()).throw(hub_error(404, {"error": secret}, {"authorization": secret})), policy=policy(), log=log
        )
    assert secret not in repr(log.records()) and secret not in repr(log)


def test_transport_numbers_come_from_the_running_call(policy):
    """HTTP records carry call, attempt and waits of the attempt; the loop adds no second record to the same ledger."""
    log, tries = Ledger(), []

    def fn():
        tries.append(1)
        started = log._clock()
        for status in (200, 500) if len(tries) == 1 else (200,):
            note_http(log, started=started, ended=started, status=status, headers={"X-Request-Id": "r"}, method="POST")
        if len(tries) == 1:
            raise hub_error(500)

    call_with_retry(fn, policy=policy(), log=log)
    rows = [(a.attempt, a.status, a.waited_s, a.request_id) for a in log]
    assert rows == [(1, 200, 0.0, "r"), (1, 500, 0.0, "r"), (2, 200, 0.1, "r")] and len({a.call for a in log}) == 1


def test_a_stream_is_recorded_after_its_attempt(policy):
    """`depart` keeps the numbers of the attempt for a record that is written later."""
    log, kept = Ledger(), []

    def fn():
        kept.append(depart(log))

    call_with_retry(fn, policy=policy(), log=log)
    call_with_retry(fn, policy=policy(), log=log)
    note_http(log, started=0, ended=0, status=200, call=kept[0])
    assert len(log) == 1 and next(iter(log)).call == kept[0].call


def test_outside_a_loop_each_request_is_a_call():
    """Plain SDK calls count as one call each."""
    log = Ledger()
    for _ in range(3):
        note_http(log, started=0, ended=0, status=200)
    assert log.summary().startswith("3 calls, 3 ok, 3 requests")


def test_many_threads_lose_nothing():
    """Adding from threads keeps every record."""
    log = Ledger()
    threads = [threading.Thread(target=lambda: [log.add(Attempt(call=n)) for n in range(500)], daemon=True) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (log.requests, len(log)) == (4000, 4000)


def test_refuses_to_keep_nothing():
    """`keep` is 1 or more."""
    with pytest.raises(ValueError, match="`keep` must be 1 or more, not 0"):
        Ledger(keep=0)
