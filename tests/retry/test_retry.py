from __future__ import annotations

import asyncio
import random
import traceback

import pytest
import tenacity

from helpers import Ledger, RateLimiter, acall_with_retry, call_with_retry, retry_if_transient, retrying, wait_server_hint
from helpers.errors import BudgetExceeded
from helpers.ledger import current_call

from .conftest import Scripted, hub_error


@pytest.fixture(params=["sync", "async"])
def run(request):
    """`call_with_retry` and its awaited twin behind one name."""

    def call(fn, **settings):
        if request.param == "sync":
            return call_with_retry(fn, **settings)
        return asyncio.run(acall_with_retry(fn.later, **settings))

    return call


def test_success_is_called_once(run, policy, clock):
    """No failure, no repeat, no sleep."""
    fn = Scripted()
    assert run(fn, policy=policy()) == "done"
    assert (fn.calls, clock.slept) == (1, [])


@pytest.mark.parametrize("attempts", [1, 2, 5])
def test_exact_number_of_calls(run, policy, clock, attempts):
    """max_attempts calls, one sleep fewer, and none after the last."""
    fn = Scripted(*[hub_error(500) for _ in range(9)])
    with pytest.raises(Exception, match="500"):
        run(fn, policy=policy(max_attempts=attempts))
    assert (fn.calls, len(clock.slept)) == (attempts, attempts - 1)


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 405, 409, 410, 413, 422, 501])
def test_permanent_errors_are_called_once(run, policy, clock, status):
    """What a repeat does not change is not repeated."""
    fn = Scripted(hub_error(status))
    with pytest.raises(Exception, match=str(status)):
        run(fn, policy=policy())
    assert (fn.calls, clock.slept) == (1, [])


@pytest.mark.parametrize("exc", [ValueError("x"), KeyError("k"), BudgetExceeded("a", "b"), OSError(28, "disk full")])
def test_errors_of_the_function_pass(run, policy, exc):
    """An error that is no API error passes at once, as itself."""
    fn = Scripted(exc)
    with pytest.raises(type(exc)) as caught:
        run(fn, policy=policy())
    assert caught.value is exc and fn.calls == 1


@pytest.mark.parametrize("exc", [KeyboardInterrupt(), SystemExit()])
def test_interrupts_pass_at_once(policy, clock, exc):
    """KeyboardInterrupt is never repeated nor delayed."""
    fn = Scripted(exc)
    with pytest.raises(type(exc)):
        call_with_retry(fn, policy=policy())
    assert (fn.calls, clock.slept) == (1, [])


def test_cancelling_passes_at_once(policy):
    """A cancelled task ends with CancelledError during an attempt."""
    calls = []

    async def hangs():
        calls.append(1)
        await asyncio.sleep(60)

    async def main():
        task = asyncio.create_task(acall_with_retry(hangs))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(main())
    assert calls == [1]


def test_delays_double(run, policy, clock):
    """Without jitter and hints the waits are 0.1, 0.2, 0.4 ..."""
    run(Scripted(*[ConnectionResetError()] * 4), policy=policy())
    assert clock.slept == pytest.approx([0.1, 0.2, 0.4, 0.8])


def test_hint_is_waited_in_full(run, policy, clock):
    """A Retry-After of 3 s is waited in full, and the jitter comes on top."""
    run(Scripted(hub_error(429, None, {"Retry-After": "3"})), policy=policy(jitter="full"))
    assert 3 <= clock.slept[0] <= 4


@pytest.mark.parametrize("value", ["-5", "tomorrow", ""])
def test_useless_hint_counts_as_none(run, policy, clock, value):
    """A Retry-After that is no time is as if it had not been sent."""
    run(Scripted(hub_error(429, None, {"Retry-After": value})), policy=policy())
    assert clock.slept == [1.0]


@pytest.mark.parametrize("limiter", [False, True])
def test_hint_above_the_cap_fails_at_once(run, policy, clock, limiter):
    """A server that asks for 10^9 s is not waited for, and the note says what it asked."""
    fn = Scripted(hub_error(429, None, {"Retry-After": "1000000000"}))
    with pytest.raises(Exception, match="429") as caught:
        run(fn, policy=policy(), limiter=RateLimiter() if limiter else None)
    assert (fn.calls, clock.slept) == (1, [])
    assert caught.value.__notes__ == ["1 attempt in 0.0 s: 429. The server asked for 1e+09 s, more than max_retry_after=60."]


def test_deadline_covers_the_next_sleep(run, policy, clock):
    """A wait that would pass the deadline is not begun."""
    fn = Scripted(*[hub_error(429, None, {"Retry-After": "4"}) for _ in range(9)])
    with pytest.raises(Exception, match="429"):
        run(fn, policy=policy(deadline=12.0, throttle_base=0.001))
    assert fn.calls == 3 and clock.time < 12


def test_one_repeat_after_a_timeout(run, policy):
    """A timed-out call is repeated once: it may have been billed."""
    fn = Scripted(*[TimeoutError() for _ in range(9)])
    with pytest.raises(TimeoutError) as caught:
        run(fn, policy=policy())
    assert fn.calls == 2 and "may have been billed" in caught.value.__notes__[0]


def test_loading_does_not_count_as_an_attempt(run, policy, clock):
    """A cold start may take more answers than max_attempts; the deadline still holds."""
    loading = [hub_error(503, {"error": "l", "estimated_time": 2.0}) for _ in range(8)]
    assert run(Scripted(*loading), policy=policy(max_attempts=2)) == "done"
    with pytest.raises(Exception, match="503"):
        run(Scripted(*[hub_error(503, {"error": "l", "estimated_time": 0}) for _ in range(999)]), policy=policy(max_attempts=2))
    assert clock.time < 2 * 120


def test_the_original_exception_with_its_attempts(run, policy):
    """The caller sees the last exception itself; a note lists the attempts."""
    last = hub_error(503)
    with pytest.raises(Exception) as caught:
        run(Scripted(hub_error(500), ConnectionResetError(), last), policy=policy(max_attempts=3))
    assert caught.value is last
    assert last.__notes__ == ["3 attempts in 0.3 s: 500, network after 0.1 s, 503 after 0.2 s. max_attempts=3 is reached."]


def test_jitter_comes_from_the_given_source(policy, clock):
    """The same seed gives the same waits."""
    for _ in range(2):
        call_with_retry(Scripted(*[ConnectionResetError()] * 3), policy=policy(jitter="full", rng=random.Random(5)))
    assert clock.slept[:3] == clock.slept[3:] and clock.slept[0] <= 0.1


def test_ledger_gets_every_attempt(run, policy):
    """One record per attempt, with kind, status, hint and waits, and nothing that was said."""
    log, seen = Ledger(), []
    run(
        Scripted(hub_error(429, None, {"Retry-After": "2"}), ConnectionResetError()),
        policy=policy(on_attempt=seen.append),
        log=log,
    )
    assert [(a.attempt, a.kind, a.status, a.retry_after, a.waited_s) for a in log] == [
        (1, "throttled", 429, 2.0, 0.0),
        (2, "network", None, None, 3.0),
        (3, "ok", None, None, 0.2),
    ]
    assert len({a.call for a in log}) == 1 and len(seen) == 3
    assert log.summary() == "1 call, 1 ok, 3 requests, 1 x 429, 1 x network, 0.0 s"


def test_the_running_call_is_known_inside(policy):
    """The transport finds call and attempt while the function runs, and nothing afterwards."""
    seen = []

    def fn():
        seen.append((current_call().call, current_call().attempt))
        if len(seen) < 3:
            raise ConnectionResetError

    call_with_retry(fn, policy=policy())
    assert [attempt for _, attempt in seen] == [1, 2, 3] and len({call for call, _ in seen}) == 1
    assert current_call() is None


def test_arguments_are_those_of_the_function(policy):
    """Positional and keyword arguments reach the function."""
    assert call_with_retry(dict, [("a", 1)], policy=policy(), b=2) == {"a": 1, "b": 2}


def test_decorator_on_every_kind_of_function(policy):
    """`@retrying` repeats functions, coroutines, generators and async generators."""
    tries = {"plain": 0, "late": 0, "gen": 0, "agen": 0}

    def once(name):
        tries[name] += 1
        if tries[name] == 1:
            raise ConnectionResetError

    @retrying
    def plain():
        """Its docstring."""
        once("plain")
        return 1

    @retrying(policy())
    async def late():
        once("late")
        return 2

    @retrying(policy())
    def gen():
        once("gen")
        yield 3

    @retrying(policy(), log=Ledger())
    async def agen():
        once("agen")
        yield 4

    async def main():
        return await late(), [x async for x in agen()]

    assert (plain(), list(gen()), asyncio.run(main())) == (1, [3], (2, [4]))
    assert plain.__doc__ == "Its docstring." and set(tries.values()) == {2}


def test_decorator_refuses_other_things():
    """`@retrying(5)` says what it takes."""
    with pytest.raises(TypeError, match="takes a RetryPolicy"):
        retrying(5)


def test_parts_work_with_plain_tenacity():
    """`retry_if_transient` and `wait_server_hint` fit into tenacity's own loop."""
    slept = []
    loop = tenacity.Retrying(
        retry=retry_if_transient(),
        wait=wait_server_hint(tenacity.wait_fixed(0.25), cap=10),
        sleep=slept.append,
        stop=tenacity.stop_after_attempt(9),
        reraise=True,
    )
    assert (
        loop(Scripted(hub_error(429, None, {"Retry-After": "3"}), hub_error(429, None, {"Retry-After": "99"}), hub_error(500)))
        == "done"
    )
    assert slept == [3.25, 10.25, 0.25]
    with pytest.raises(Exception, match="404"):
        loop(Scripted(hub_error(404)))


def test_parts_work_with_other_conditions_of_tenacity_and_awaited():
    """Combined with `retry_if_result`, on a coroutine function: a None is repeated, a 503 too, and a result has no hint."""
    fn, results, slept = Scripted(hub_error(503)), iter([None, "done"]), []

    async def asleep(seconds):
        slept.append(seconds)

    @tenacity.retry(retry=retry_if_transient() | tenacity.retry_if_result(lambda result: result is None), sleep=asleep,
                    wait=wait_server_hint(tenacity.wait_fixed(0.5)), stop=tenacity.stop_after_attempt(5), reraise=True)
    async def ask():
        await fn.later()
        return next(results)

    assert asyncio.run(ask()) == "done" and (fn.calls, slept) == (3, [0.5, 0.5])


@pytest.mark.parametrize("settings", [{"cap": 0}, {"cap": -1}, {"cap": "5"}, {"cap": True}, {"cap": float("nan")}, {"fallback": 3}])
def test_wait_server_hint_refuses_nonsense(settings):
    """A cap that is not above 0, and a fallback that is no wait, are named at once."""
    with pytest.raises((ValueError, TypeError), match="must be"):
        wait_server_hint(**settings)


def test_decorator_on_an_object_whose_call_is_a_generator(policy):
    """An object with a generator as its `__call__` is a stream, as a generator function is."""
    class Words:
        calls = 0

        def __call__(self, word):
            self.calls += 1
            if self.calls == 1:
                raise ConnectionResetError
            yield word

    assert list(retrying(policy())(Words())("a")) == ["a"]


def test_async_attempt_is_cut_at_its_timeout():
    """An awaited attempt ends at attempt_timeout, and is repeated once."""
    from helpers import RetryPolicy

    calls = []

    async def hangs():
        calls.append(1)
        await asyncio.sleep(60)

    with pytest.raises(TimeoutError):
        asyncio.run(acall_with_retry(hangs, policy=RetryPolicy(attempt_timeout=0.02, backoff_base=0.001)))
    assert len(calls) == 2


@pytest.mark.parametrize("failures", [1, 3])
def test_the_traceback_goes_from_the_caller_to_the_called_function(policy, failures):
    """The frames of tenacity and of the loop are left out: after two of ours, which IPython hides, comes the function's own."""

    def ask():
        raise ConnectionError

    async def later():
        raise ConnectionError

    for call in (lambda: call_with_retry(ask, policy=policy(max_attempts=failures)),
                 lambda: asyncio.run(acall_with_retry(later, policy=policy(max_attempts=failures)))):
        with pytest.raises(ConnectionError) as caught:
            call()
        frames = [frame for frame, _ in traceback.walk_tb(caught.value.__traceback__)]
        ours = [frame for frame in frames if frame.f_globals["__name__"].startswith("helpers")]
        assert frames[-1].f_code.co_name in ("ask", "later") and frames[-2] is ours[-1]
        assert len(ours) == 2 and all(frame.f_locals["__tracebackhide__"] for frame in ours)
        assert not [frame for frame in frames if frame.f_globals["__name__"].startswith("tenacity")]
