"""Checks of lesson 07: the retry loop and a token bucket. Time is ours: nothing waits."""
from __future__ import annotations

import contextlib
import inspect
import time
from typing import Any

from .core import exercise
from .lesson_07 import Rng, http_error, network_errors
from .outcome import Mistake
from .tools import FakeClock, Scripted, is_number, need_value, no_real_sleep, raised_by, short


@exercise("07.3", takes="fn, *, max_attempts, deadline, sleep, clock, rng",
          insight="bound the attempts and the time, never sleep after the last try, and raise the error itself.",
          needs=("openai", "huggingface_hub.errors"))
def call_with_retry(answer: Any) -> None:
    """Counts of calls and sleeps, the deadline, the error that comes out, interrupts."""
    _run(answer, [http_error(503), "ok"], "one 503, then an answer", calls=2, sleeps=1, value="ok")
    _run(
        answer,
        [http_error(429), network_errors()[0], network_errors()[1], "ok"],
        "a 429, a timeout, a refused connection, then an answer",
        calls=4,
        sleeps=3,
        value="ok",
    )
    _run(answer, ["ok"], "an answer at once", calls=1, sleeps=0, value="ok")
    _run(answer, [http_error(500)], "500 for ever, max_attempts=4", calls=4, sleeps=3, error=500)
    _run(answer, [http_error(500)], "500 for ever, max_attempts=1", calls=1, sleeps=0, error=500, max_attempts=1)
    for status in (400, 401, 402, 404, 422):
        _run(answer, [http_error(status)], f"a {status}", calls=1, sleeps=0, error=status)
    _run(answer, [http_error(503), http_error(401)], "a 503, then a 401", calls=2, sleeps=1, error=401)
    _run(answer, [http_error(503), http_error(500), http_error(502), http_error(504)], "503, 500, 502, 504, max_attempts=4",
         calls=4, sleeps=3, error=504)
    _run(answer, [http_error(503), 0], "one 503, then the value 0", calls=2, sleeps=1, value=0)
    _run(answer, [None], "a call that returns None", calls=1, sleeps=0)
    _run(answer, [ValueError("a 429 in the text")], "a ValueError", calls=1, sleeps=0, error="ValueError")
    _deadline(answer)
    fn = Scripted(KeyboardInterrupt())
    with contextlib.suppress(KeyboardInterrupt):
        _call(answer, fn, FakeClock(), Rng(0.5))
    if fn.calls != 1:
        raise Mistake("swallows-interrupt", did="a KeyboardInterrupt during the call", expected="it passes at once",
                      got=f"{fn.calls} calls",
                      then="Catch Exception, not BaseException and not everything: the user wants to stop.")


def _call(answer: Any, fn: Any, clock: FakeClock, rng: Any, *, max_attempts: int = 4, deadline: float = 1000.0) -> Any:
    return answer(fn, max_attempts=max_attempts, deadline=deadline, sleep=clock.sleep, clock=clock.now, rng=rng)


def _run(
    answer: Any,
    outcomes: list,
    what: str,
    *,
    calls: int,
    sleeps: int,
    value: Any = None,
    error: Any = None,
    max_attempts: int = 4,
) -> None:
    clock, fn, rng = FakeClock(), Scripted(*outcomes, clock=FakeClock()), Rng(0.5)
    started, got, exc = time.perf_counter(), None, None
    with no_real_sleep(what):
        try:
            got = _call(answer, fn, clock, rng, max_attempts=max_attempts)
        except NotImplementedError:  # the stub
            raise
        except Exception as problem:
            exc = problem
    # `from time import sleep` goes past no_real_sleep; a busy machine alone is no reason, so the sleeps must be missing too.
    if len(clock.slept) < sleeps and time.perf_counter() - started > 0.3:
        raise Mistake("really-sleeps", did=what, expected="sleep() of the arguments is called", got="a real pause",
                      then="Use the sleep that is passed; time.sleep makes tests slow.")
    if inspect.isgenerator(got):
        raise Mistake(
            "yields", did=what, expected=short(value), got="a generator, and no call yet", then="Use return, not yield."
        )
    if fn.calls != calls:
        mistake = (
            "repeats-permanent"
            if calls == 1 and error
            else "off-by-one"
            if abs(fn.calls - calls) == 1 and error
            else "wrong-number-of-calls"
        )
        raise Mistake(mistake, did=what, expected=f"{calls} call(s)", got=f"{fn.calls} call(s)",
                      then="Which errors are worth a repeat, and how many attempts are there in all?")
    if len(clock.slept) != sleeps:
        mistake = "sleeps-after-last" if len(clock.slept) == sleeps + 1 and error else "wrong-number-of-sleeps"
        raise Mistake(mistake, did=what, expected=f"{sleeps} sleep(s)", got=f"{len(clock.slept)} sleep(s)",
                      then="A sleep is only worth while when another attempt follows.")
    _ended(got, exc, outcomes, value, error, what)
    wanted = [0.5 * min(30, 2**n) for n in range(sleeps)]
    if [round(s, 6) for s in clock.slept] != wanted:
        raise Mistake("wrong-delays", did=f"{what}, with an rng that gives the middle", expected=f"sleeps of {wanted} s",
                      got=f"{clock.slept}", then="rng.uniform(0, min(30, 2 ** n)), n counting from 0.")


def _ended(got: Any, exc: Exception | None, outcomes: list, value: Any, error: Any, what: str) -> None:
    if error is None:
        if exc is not None:
            raise Mistake("gives-up", did=what, expected=repr(value), got=type(exc).__name__,
                          then="An answer came within the attempts; return it.")
        if got != value:
            raise Mistake("returns-none", did=what, expected=repr(value), got=short(got),
                          then="Return what fn() returned. Is a `return` missing?")
    elif exc is None:
        raise Mistake("hides-failure", did=what, expected="the error itself", got=f"a return value: {short(got)}",
                      then="The caller has to know that it failed, and why.")
    elif exc is not outcomes[-1]:
        raise Mistake("hides-cause", did=what, expected="the error that fn raised",
                      got=f"{type(exc).__name__}: {short(str(exc), 40)}",
                      then="Raise the error of the last call itself: its status says what to do next.")


def _deadline(answer: Any) -> None:
    clock, fn = FakeClock(), Scripted(http_error(503))
    with no_real_sleep("503 for ever, deadline=10 s"):
        exc = raised_by(lambda: _call(answer, fn, clock, Rng(1.0), max_attempts=50, deadline=10.0))
    spent = clock.now() - 100.0
    did = "503 for ever, deadline=10 s, waits of 1, 2, 4, 8, ... s"
    if spent > 10.0:
        raise Mistake("deadline-passed", did=did, expected="7 s of waiting, then the error", got=f"{spent:g} s of waiting",
                      then="The next wait counts, too: decide before you sleep.")
    if exc is None or fn.calls != 4:
        raise Mistake("deadline-early", did=did, expected="4 calls and 7 s of waiting", got=f"{fn.calls} calls and {spent:g} s",
                      then="Give up only when the wait would end after the deadline.")
    slow = FakeClock()
    fn = Scripted(http_error(503), clock=slow, takes=6.0)
    raised_by(lambda: answer(fn, max_attempts=50, deadline=10.0, sleep=slow.sleep, clock=slow.now, rng=Rng(0.5)))
    if fn.calls != 2:
        raise Mistake("clock-not-used", did="calls of 6 s each, deadline=10 s", expected="2 calls", got=f"{fn.calls} calls",
                      then="The time that fn takes counts. Measure with clock(), do not add up your sleeps.")


@exercise("07.4", takes="rate, capacity, clock",
          insight="a bucket is two numbers and a time; reserving at once is what makes the queue fair.")
def TokenBucket(answer: Any) -> None:  # noqa: N802  (the name that the learner's class has)
    """A full start, reservations, fractions, the capacity after a long pause, n above the capacity."""
    clock = FakeClock()
    bucket, other = answer(2, 1, clock.now), answer(1, 3, clock.now)
    if not callable(getattr(bucket, "take", None)):
        raise Mistake("no-take", did="TokenBucket(2, 1, clock)", expected="an object with a method take(n)",
                      got=type(bucket).__name__, then="Write take inside the class, with self as its first parameter.")
    with no_real_sleep("take(...)"):
        _takes(bucket, 1, 0.0, "TokenBucket(2, 1): the first take(1)", "not-full-at-start")
        _takes(bucket, 1, 0.5, "TokenBucket(2, 1): the second take(1)", "no-wait" if clock.reads else "wrong-clock")
        _takes(bucket, None, 1.0, "TokenBucket(2, 1): then take(), at the same moment", "no-reservation")
        _takes(other, 3, 0.0, "TokenBucket(1, 3), a second bucket: take(3)", "shared-state")
        _takes(bucket, 1, 1.5, "TokenBucket(2, 1), the first bucket again: take(1)", "shared-state")
        _refills(answer)
        _refuses(answer)


def _refills(answer: Any) -> None:
    clock = FakeClock()
    bucket = answer(4, 10, clock.now)
    _takes(bucket, 10, 0.0, "TokenBucket(4, 10): take(10)", "not-full-at-start")
    clock.advance(0.125)
    _takes(bucket, 1, 0.125, "then take(1) after 0.125 s, with half a token back", "integer-refill")
    clock.advance(0.375)
    _takes(bucket, 1, 0.0, "then take(1) after another 0.375 s", "resets-clock")
    clock.advance(1000)
    _takes(bucket, 10, 0.0, "then take(10) after 1000 s", "refill")
    _takes(bucket, 1, 0.25, "then take(1) at the same moment: the bucket held 10, not more", "past-capacity")
    clock.advance(0.5)
    _takes(bucket, 0.5, 0.0, "then take(0.5) after another 0.5 s, which brought back 2", "resets-clock")


def _refuses(answer: Any) -> None:
    clock = FakeClock()
    bucket = answer(4, 10, clock.now)
    for _ in range(2):
        exc = raised_by(lambda: bucket.take(11))
        if not isinstance(exc, ValueError):
            raise Mistake("too-many-accepted", did="TokenBucket(4, 10).take(11)", expected="ValueError",
                          got="no exception" if exc is None else type(exc).__name__,
                          then="11 tokens never fit into a bucket of 10: waiting would never end.")
    _takes(bucket, 10, 0.0, "take(10), after take(11) was refused", "takes-when-refusing")


def _takes(bucket: Any, n: float | None, wanted: float, what: str, mistake: str) -> None:
    try:
        got = bucket.take() if n is None else bucket.take(n)
    except TypeError as problem:
        if n is not None:
            raise
        raise Mistake("no-default", did=what, expected=f"{wanted:g} s", got=f"TypeError: {short(str(problem), 60)}",
                      then="Without the argument, take() takes 1, as in the signature.") from None
    need_value(got, what, "seconds to wait")
    if isinstance(got, bool):
        raise Mistake("yes-or-no", did=what, expected=f"{wanted:g} s", got=str(got),
                      then="Return how long to wait, in seconds, and not whether there is a token.")
    if not is_number(got) or abs(got - wanted) > 1e-6:
        steps = {
            "not-full-at-start": "The bucket is full at the start.",
            "no-wait": "Nothing is left: how long until one is back?",
            "no-reservation": "The second caller has taken the next token already. Let the level go below zero.",
            "wrong-clock": "Ask the clock that was passed, in take as well.",
            "negative": "A wait is never below 0.",
            "shared-state": "Each bucket has a level of its own: keep it in self, not in the class.",
            "integer-refill": "Half a token counts. Do not round.",
            "resets-clock": "Each take refills for the time since the last one, no more and no less.",
            "refill": "After a long pause it is full again.",
            "past-capacity": "The level never rises above the capacity, however long the pause.",
            "takes-when-refusing": "Look at n before you take anything.",
        }
        if is_number(got) and got < 0:
            mistake = "negative"
        raise Mistake(mistake, did=what, expected=f"{wanted:g} s", got=short(got), then=steps[mistake])
