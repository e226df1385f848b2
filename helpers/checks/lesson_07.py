"""Checks of lesson 07: what may be repeated, how long to wait, the loop, a token bucket. Time is ours: nothing waits."""
from __future__ import annotations

import json
import random
import time
from email.utils import formatdate
from typing import Any

from .core import exercise
from .outcome import Mistake
from .tools import FakeClock, Scripted, need_type, need_value, raised_by, short

YES, NO = (408, 429, 500, 502, 503, 504), (400, 401, 402, 403, 404, 410, 413, 422)


def http_error(status: int) -> Exception:
    """A real HfHubHTTPError whose text holds other numbers, as request ids do."""
    from huggingface_hub.errors import HfHubHTTPError

    from ..transport import hub_http
    http = hub_http()
    response = http.Response(status, request=http.Request("POST", "https://router.huggingface.co/v1"), json={"error": "x"})
    misleading = 429 if status in NO else 404
    return HfHubHTTPError(f"Client error (Request ID: Root=1-{misleading}-503-401)", response=response)


def openai_error(status: int) -> Exception:
    """A real error of the openai package."""
    import openai

    from ..transport import openai_http
    http = openai_http()
    response = http.Response(status, request=http.Request("POST", "https://router.huggingface.co/v1"))
    return openai.APIStatusError("x", response=response, body=None)


def network_errors() -> list[Exception]:
    """Timeouts and broken connections, as both SDKs raise them."""
    import openai

    from ..transport import hub_http, openai_http
    http, request = hub_http(), openai_http().Request("POST", "https://router.huggingface.co/v1")
    return [http.ReadTimeout("slow"), http.ConnectError("refused"), http.RemoteProtocolError("cut"), TimeoutError("slow"),
            ConnectionResetError("cut"), openai.APITimeoutError(request=request), openai.APIConnectionError(request=request)]


@exercise("07.1", insight="status and type decide, never the text: request ids are full of numbers.", hints=(
    "Which errors go away by themselves? And where does the number stand when there is a response?",
    "Read the status from the exception's response; without a response look at the names of its classes, which type(exc).__mro__ lists.",
    '{base.__name__ for base in type(exc).__mro__} & {"TimeoutException", "TransportError", ...}'))
def is_retryable(answer: Any) -> None:
    """Real exceptions of both SDKs with misleading texts, network errors, and mistakes in the code."""
    for make in (http_error, openai_error):
        for status in (*YES, *NO):
            _decides(answer, make(status), status in YES, f"a {status} of {'huggingface_hub' if make is http_error else 'openai'}", status)
    for exc in network_errors():
        _decides(answer, exc, True, f"a {type(exc).__name__} without a response", None)
    for exc in (ValueError("429 bottles"), KeyError("503"), json.JSONDecodeError("x", "429", 0)):
        _decides(answer, exc, False, f"a {type(exc).__name__} that mentions numbers", None)


def _decides(answer: Any, exc: Exception, wanted: bool, what: str, status: int | None) -> None:
    try:
        got = answer(exc)
    except AttributeError as problem:
        raise Mistake("needs-response", did=f"is_retryable of {what}", expected=str(wanted), got=f"AttributeError: {short(str(problem), 50)}", then="Not every exception has a response. Look with getattr.") from None
    need_type(got, bool, f"is_retryable of {what}", "bool")
    if got == wanted:
        return
    if status == 402:
        mistake, then = "quota-repeated", "402 is about money: a repeat costs time and changes nothing."
    elif status is None and wanted:
        mistake, then = ("timeout-refused" if "imeout" in what else "network-refused"), "It may well work the next time."
    elif status is None:
        mistake, then = "text-or-anything", "This is no failed call but a mistake in the code, whatever its text says."
    elif wanted:
        mistake, then = f"refuses-{status}", "This status goes away by itself. The card has the list."
    else:
        mistake, then = ("reads-text" if status in (400, 404, 422) else f"repeats-{status}"), "Its text mentions other numbers. Decide by the status of the response."
    raise Mistake(mistake, did=f"is_retryable of {what}", expected=str(wanted), got=str(got), then=then)


class _Rng(random.Random):
    """Remembers what was asked of it; gives the share `at` of each range."""

    def __init__(self, at: float) -> None:
        super().__init__(7)
        self.at, self.asked = at, []

    def uniform(self, a: float, b: float) -> float:
        self.asked.append((a, b))
        return a + (b - a) * self.at

    def random(self) -> float:
        self.asked.append((0.0, 1.0))
        return self.at


@exercise("07.2", insight="listen first, then add the random part; the cap limits your jitter, not the server's wish.", hints=(
    "Two parts add up: what the server asks for, and a random part. Which of them does the cap limit?",
    "Take the random part from rng. float() reads numbers, email.utils.parsedate_to_datetime reads HTTP dates; what neither reads counts as no hint.",
    "return hint_s + rng.uniform(0, min(cap, base * 2**attempt))"))
def backoff_delay(answer: Any) -> None:
    """The range at its ends, the cap, hints as number, text and date, and hints that are none."""
    for attempt, base, cap, top in [(0, 1, 30, 1), (3, 1, 30, 8), (9, 1, 30, 30), (2, 0.5, 30, 2), (60, 1, 30, 30)]:
        _between(answer, top, None, attempt, base, cap)
    for hint_value, seconds in [("7", 7.0), (7, 7.0), ("0.5", 0.5), ("120", 120.0), (45.0, 45.0)]:
        _between(answer, 2, hint_value, 1, 1, 30, seconds)
    for garbage in ("soon", "-5", -3, "", formatdate(time.time() - 90, usegmt=True), "nan", "inf"):
        _between(answer, 1, garbage, 0, 1, 30)
    date = formatdate(int(time.time()) + 100, usegmt=True)
    got = answer(0, rng=_Rng(0.0), retry_after=date)
    if not 97 <= got <= 101:
        raise Mistake("date-ignored", did="retry_after=<a date 100 s from now>, attempt=0", expected="about 100 s", got=f"{got:.1f} s", then="Retry-After may be an HTTP date. email.utils can read it.")


def _between(answer: Any, top: float, hint_value: Any, attempt: int, base: float, cap: float, hint_s: float = 0.0) -> None:
    did = f"backoff_delay({attempt}, base={base}, cap={cap}" + (f", retry_after={short(hint_value, 32)})" if hint_value is not None else ")")
    ends = []
    for at in (0.0, 1.0):
        rng = _Rng(at)
        try:
            ends.append(answer(attempt, base=base, cap=cap, rng=rng, retry_after=hint_value))
        except (TypeError, ValueError, OverflowError) as problem:
            raise Mistake("crashes-on-hint", did=did, expected="a number of seconds", got=f"{type(problem).__name__}: {short(str(problem), 50)}", then="A hint may be text, a number, a date or nonsense; without one it is None.") from None
        need_value(ends[-1], did, "a number of seconds")
        if not rng.asked:
            raise Mistake("jitter-not-from-rng", did=did, expected="a random part drawn from rng", got=f"{ends[-1]} without asking rng", then="Draw the random part from the generator that is passed; tests can then repeat it.")
    low, high = (round(float(end), 6) for end in ends)
    if (low, high) == (hint_s, hint_s + top):
        return
    mistake, then = _delay_mistake(low, high, hint_s, top, cap, base, attempt, hint_value)
    raise Mistake(mistake, did=did, expected=f"from {hint_s:g} to {hint_s + top:g} s", got=f"from {low:g} to {high:g} s", then=then)


def _delay_mistake(low: float, high: float, hint_s: float, top: float, cap: float, base: float, attempt: int, hint_value: Any) -> tuple[str, str]:
    if low < 0 or high < 0 or high != high:
        return "bad-hint-used", "A negative or unreadable hint counts as none."
    if hint_value is not None and not hint_s:
        return "bad-hint-used", "This hint is none: negative, in the past, or nonsense."
    if hint_s and (low, high) == (0, top):
        return "hint-ignored", "The server said when to come back. Coming earlier is refused again."
    if hint_s > cap and high <= cap:
        return "cap-cuts-hint", "The cap limits your own backoff, not the server's wish."
    if hint_s and low == high == hint_s:
        return "no-jitter-on-hint", "Add the random part to the hint, or all clients come back together."
    if hint_s and high > hint_s + top:
        return "cap-switched-off", "The random part keeps its cap, with a hint as well."
    if hint_s:
        return "hint-not-floor", "The hint is the least, and the random part comes on top."
    if high > cap:
        return "no-cap", "The random part never grows beyond the cap."
    if low == high:
        return "constant", "Full jitter draws from 0 to the top, evenly."
    if low > 0:
        return "not-full-jitter", "Full jitter begins at 0."
    return "wrong-growth", "The top doubles with each attempt, and attempt 0 has the base."


@exercise("07.3", insight="bound the attempts and the time, never sleep after the last try, and raise the error itself.", hints=(
    "Three reasons to stop: it was the last attempt, the error will not go away, the wait would end too late. When is each known?",
    "Compute the delay before you decide. A bare raise inside except passes the original error on. Only Exception is caught, never KeyboardInterrupt.",
    "if n == max_attempts - 1 or not repeatable(exc) or clock() + delay - started > deadline: raise"))
def call_with_retry(answer: Any) -> None:
    """Counts of calls and sleeps, the deadline, the error that comes out, interrupts."""
    _run(answer, [http_error(503), "ok"], "one 503, then an answer", calls=2, sleeps=1, value="ok")
    _run(answer, [http_error(429), network_errors()[0], network_errors()[1], "ok"], "a 429, a timeout, a refused connection, then an answer", calls=4, sleeps=3, value="ok")
    _run(answer, ["ok"], "an answer at once", calls=1, sleeps=0, value="ok")
    _run(answer, [http_error(500)], "500 for ever, max_attempts=4", calls=4, sleeps=3, error=500)
    _run(answer, [http_error(500)], "500 for ever, max_attempts=1", calls=1, sleeps=0, error=500, max_attempts=1)
    for status in (400, 401, 402, 404, 422):
        _run(answer, [http_error(status)], f"a {status}", calls=1, sleeps=0, error=status)
    _run(answer, [ValueError("a 429 in the text")], "a ValueError", calls=1, sleeps=0, error="ValueError")
    _deadline(answer)
    fn = Scripted(KeyboardInterrupt())
    try:
        _call(answer, fn, FakeClock(), _Rng(0.5))
    except KeyboardInterrupt:
        pass
    if fn.calls != 1:
        raise Mistake("swallows-interrupt", did="a KeyboardInterrupt during the call", expected="it passes at once", got=f"{fn.calls} calls", then="Catch Exception, not BaseException and not everything: the user wants to stop.")


def _call(answer: Any, fn: Any, clock: FakeClock, rng: Any, *, max_attempts: int = 4, deadline: float = 1000.0) -> Any:
    return answer(fn, max_attempts=max_attempts, deadline=deadline, sleep=clock.sleep, clock=clock.now, rng=rng)


def _run(answer: Any, outcomes: list, what: str, *, calls: int, sleeps: int, value: Any = None, error: Any = None, max_attempts: int = 4) -> None:
    clock, fn, rng = FakeClock(), Scripted(*outcomes, clock=FakeClock()), _Rng(0.5)
    started, got, exc = time.perf_counter(), None, None
    try:
        got = _call(answer, fn, clock, rng, max_attempts=max_attempts)
    except NotImplementedError:  # the stub
        raise
    except Exception as problem:
        exc = problem
    if time.perf_counter() - started > 0.3:
        raise Mistake("really-sleeps", did=what, expected="sleep() of the arguments is called", got="a real pause", then="Use the sleep that is passed; time.sleep makes tests slow.")
    if fn.calls != calls:
        mistake = "repeats-permanent" if calls == 1 and error else "off-by-one" if abs(fn.calls - calls) == 1 and error else "wrong-number-of-calls"
        raise Mistake(mistake, did=what, expected=f"{calls} call(s)", got=f"{fn.calls} call(s)", then="Which errors are worth a repeat, and how many attempts are there in all?")
    if len(clock.slept) != sleeps:
        mistake = "sleeps-after-last" if len(clock.slept) == sleeps + 1 and error else "wrong-number-of-sleeps"
        raise Mistake(mistake, did=what, expected=f"{sleeps} sleep(s)", got=f"{len(clock.slept)} sleep(s)", then="A sleep is only worth while when another attempt follows.")
    _ended(got, exc, outcomes, value, error, what)
    wanted = [0.5 * min(30, 2**n) for n in range(sleeps)]
    if [round(s, 6) for s in clock.slept] != wanted:
        raise Mistake("wrong-delays", did=f"{what}, with an rng that gives the middle", expected=f"sleeps of {wanted} s", got=f"{clock.slept}", then="rng.uniform(0, min(30, 2 ** n)), n counting from 0.")


def _ended(got: Any, exc: Exception | None, outcomes: list, value: Any, error: Any, what: str) -> None:
    if error is None:
        if exc is not None:
            raise Mistake("gives-up", did=what, expected=repr(value), got=type(exc).__name__, then="An answer came within the attempts; return it.")
        if got != value:
            raise Mistake("returns-none", did=what, expected=repr(value), got=short(got), then="Return what fn() returned. Is a `return` missing?")
    elif exc is None:
        raise Mistake("hides-failure", did=what, expected="the error itself", got=f"a return value: {short(got)}", then="The caller has to know that it failed, and why.")
    elif exc is not outcomes[-1]:
        raise Mistake("hides-cause", did=what, expected="the error that fn raised", got=f"{type(exc).__name__}: {short(str(exc), 40)}", then="Raise the original error: its status says what to do next.")


def _deadline(answer: Any) -> None:
    clock, fn = FakeClock(), Scripted(http_error(503))
    exc = raised_by(lambda: _call(answer, fn, clock, _Rng(1.0), max_attempts=50, deadline=10.0))
    spent = clock.now() - 100.0
    did = "503 for ever, deadline=10 s, waits of 1, 2, 4, 8, ... s"
    if spent > 10.0:
        raise Mistake("deadline-passed", did=did, expected="7 s of waiting, then the error", got=f"{spent:g} s of waiting", then="The next wait counts, too: decide before you sleep.")
    if exc is None or fn.calls != 4:
        raise Mistake("deadline-early", did=did, expected="4 calls and 7 s of waiting", got=f"{fn.calls} calls and {spent:g} s", then="Give up only when the wait would end after the deadline.")
    slow = FakeClock()
    fn = Scripted(http_error(503), clock=slow, takes=6.0)
    raised_by(lambda: answer(fn, max_attempts=50, deadline=10.0, sleep=slow.sleep, clock=slow.now, rng=_Rng(0.5)))
    if fn.calls != 2:
        raise Mistake("clock-not-used", did="calls of 6 s each, deadline=10 s", expected="2 calls", got=f"{fn.calls} calls", then="The time that fn takes counts. Measure with clock(), do not add up your sleeps.")


@exercise("07.4", insight="a bucket is two numbers and a time; reserving at once is what makes the queue fair.", hints=(
    "What must the bucket know? How much is in it, and when it was last looked at.",
    "Refill by the time that has passed, up to the capacity, then subtract. The level may go below zero: that is what the caller waits for.",
    "self.tokens = min(self.capacity, self.tokens + (now - self.at) * self.rate), then subtract n and return max(0.0, -self.tokens / self.rate)"))
def TokenBucket(answer: Any) -> None:  # noqa: N802  (the name that the learner's class has)
    """A full start, reservations, fractions, the capacity after a long pause, n above the capacity."""
    clock = FakeClock()
    bucket = answer(2, 1, clock.now)
    _takes(bucket, 1, 0.0, "TokenBucket(2, 1): the first take(1)", "not-full-at-start")
    _takes(bucket, 1, 0.5, "TokenBucket(2, 1): the second take(1)", "no-wait")
    _takes(bucket, 1, 1.0, "TokenBucket(2, 1): the third take(1), at the same moment", "no-reservation")
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
    exc = raised_by(lambda: answer(4, 10, clock.now).take(11))
    if not isinstance(exc, ValueError):
        raise Mistake("too-many-accepted", did="TokenBucket(4, 10).take(11)", expected="ValueError", got="no exception" if exc is None else type(exc).__name__, then="11 tokens never fit into a bucket of 10: waiting would never end.")
    if clock.slept:
        raise Mistake("sleeps-inside", did="take(...)", expected="the seconds to wait", got="a sleep inside", then="Return the seconds; waiting is the caller's business.")


def _takes(bucket: Any, n: float, wanted: float, what: str, mistake: str) -> None:
    started = time.perf_counter()
    got = bucket.take(n)
    if time.perf_counter() - started > 0.1:
        raise Mistake("sleeps-inside", did=what, expected=f"{wanted:g} returned at once", got="a real pause", then="Return the seconds; waiting is the caller's business.")
    need_value(got, what, "seconds to wait")
    if not isinstance(got, (int, float)) or abs(got - wanted) > 1e-6:
        steps = {"not-full-at-start": "The bucket is full at the start.", "no-wait": "Nothing is left: how long until one token is back?",
                 "no-reservation": "The second caller has taken the next token already. Let the level go below zero.",
                 "integer-refill": "Half a token counts. Do not round.", "resets-clock": "Each take refills for the time since the last one, no more and no less.",
                 "refill": "After a long pause it is full again.", "past-capacity": "The level never rises above the capacity, however long the pause."}
        raise Mistake(mistake, did=what, expected=f"{wanted:g} s", got=short(got), then=steps[mistake])
