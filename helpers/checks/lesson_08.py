"""Checks of lesson 08: cost both ways, break-even, and an endpoint that is never left running."""
from __future__ import annotations

import math
from typing import Any

from .core import exercise
from .outcome import Mistake
from .tools import FakeClock, need_value, raised_by, short


def _number(got: Any, did: str) -> float:
    need_value(got, did, "a number")
    if isinstance(got, bool) or not isinstance(got, (int, float)):
        raise Mistake("wrong-type", did=did, expected="a number", got=f"{type(got).__name__}: {short(got, 40)}", then="Return the number alone, without text around it.")
    return float(got)


def _same(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9)


@exercise("08.1", insight="input and output have prices of their own, per million; a credit only ever brings the bill to zero.", hints=(
    "Two products and a sum. What does 'per million' do to them, and what may a credit not do?",
    "Multiply each kind of token with its own price, divide by a million, multiply by the requests, subtract the credit, and stop at 0.",
    "return max(0.0, req * (tok_in * p_in + tok_out * p_out) / 1_000_000 - credit)"))
def serverless_cost(answer: Any) -> None:
    """Known bills, small ones, credits below and above the bill."""
    cases = [((1000, 1000, 500, 0.2, 0.6), 0.0), ((1, 10, 3, 0.2, 0.8), 0.0), ((50_000, 800, 150, 0.15, 0.9), 0.0), ((1000, 1000, 500, 0.2, 0.6), 0.1), ((1000, 1000, 500, 0.2, 0.6), 2.0), ((0, 5, 5, 1, 1), 0.0)]
    for (req, tok_in, tok_out, p_in, p_out), credit in cases:
        did = f"serverless_cost({req}, {tok_in}, {tok_out}, {p_in}, {p_out}" + (f", credit={credit})" if credit else ")")
        got = _number(answer(req, tok_in, tok_out, p_in, p_out, **({"credit": credit} if credit else {})), did)
        bill = req * (tok_in * p_in + tok_out * p_out) / 1e6
        wanted = max(0.0, bill - credit)
        if not _same(got, wanted):
            mistake, then = _serverless_mistake(got, req, tok_in, tok_out, p_in, p_out, bill, credit)
            raise Mistake(mistake, did=did, expected=f"US${wanted:.8g}", got=f"US${got:.8g}", then=then)


def _serverless_mistake(got: float, req: int, tok_in: float, tok_out: float, p_in: float, p_out: float, bill: float, credit: float) -> tuple[str, str]:
    if _same(got, bill * 1000 - credit) or _same(got, max(0.0, bill * 1000 - credit)):
        return "per-thousand", "The prices are per million tokens."
    if got < 0 or _same(got, bill - credit):
        return "negative-bill", "A credit larger than the bill leaves a bill of 0; nobody is paid out."
    if credit and _same(got, bill):
        return "credit-ignored", "Subtract the credit."
    if _same(got, req * (tok_in + tok_out) * p_in / 1e6 - credit) or _same(got, req * (tok_in + tok_out) * p_out / 1e6 - credit):
        return "one-price", "Input and output tokens have prices of their own."
    if _same(got, req * (tok_in * p_out + tok_out * p_in) / 1e6 - credit):
        return "prices-swapped", "Which price belongs to which kind of token?"
    if _same(got, round(bill - credit)) or _same(got, round(bill - credit, 2)) or _same(got, int(bill - credit)):
        return "rounds", "Do not round: many small calls add up."
    return "wrong-bill", "Compute the example of the card by hand and compare."


@exercise("08.2", insight="a machine is billed by the minute, from initializing on, whether anybody calls it or not.", hints=(
    "How many replica hours are there in all? The extra replicas run only part of the time.",
    "Add the base hours, the extra hours of max_r - min_r replicas, and the initializing. Turn the sum into minutes, round up, multiply by the rate.",
    "replica_hours = hours * min_r + scaleup_h * (max_r - min_r) + init_h"))
def endpoint_cost(answer: Any) -> None:
    """A month, scaled up for a while, from zero, with initializing, part of a minute."""
    cases = [((730, 0.8, 1, 1, 0), 0.0), ((730, 0.8, 1, 3, 40), 0.0), ((730, 0.5, 0, 2, 60), 0.0), ((10, 1.0, 1, 1, 0), 0.25), ((0.51, 0.6, 1, 1, 0), 0.0), ((1, 0.8, 2, 2, 0), 0.0), ((100, 2.5, 0, 1, 7.5), 0.1)]
    for (hours, rate, low, high, scaled), init in cases:
        did = f"endpoint_cost({hours}, {rate}, {low}, {high}, {scaled}" + (f", init_h={init})" if init else ")")
        got = _number(answer(hours, rate, low, high, scaled, **({"init_h": init} if init else {})), did)
        wanted = rate * math.ceil(round((hours * low + scaled * (high - low) + init) * 60, 6)) / 60
        if not _same(got, wanted):
            mistake, then = _endpoint_mistake(got, hours, rate, low, high, scaled, init)
            raise Mistake(mistake, did=did, expected=f"US${wanted:.6g}", got=f"US${got:.6g}", then=then)


def _endpoint_mistake(got: float, hours: float, rate: float, low: int, high: int, scaled: float, init: float) -> tuple[str, str]:
    exact = rate * (hours * low + scaled * (high - low) + init)
    known = [(exact, "no-rounding", "A begun minute is billed as a whole one."),
             (rate * (hours * low + scaled * high + init), "extra-is-max", "While it is scaled up, max_r replicas run, not max_r on top of min_r."),
             (rate * (hours * low + scaled * (high - low)), "init-not-billed", "Initializing is billed, too."),
             (rate * math.ceil(exact / rate - 1e-9) if rate else 0, "rounds-to-hours", "Minutes are billed, not hours."),
             (rate * hours * high + rate * init, "always-max", "The extra replicas run only for scaleup_h hours."),
             (rate * (hours * low + init), "scale-up-ignored", "The extra replicas cost something while they run."),
             (rate * (720 * low + scaled * (high - low) + init), "month-of-720", "Use the hours that are given."),
             (rate * max(1, low) * hours + rate * scaled * (high - low) + rate * init, "never-zero", "With min_r=0 nothing runs, and nothing is billed, outside the scaled-up hours."),
             (rate * math.floor(exact / rate * 60 + 1e-9) / 60 if rate else 0, "rounds-down", "A begun minute is billed as a whole one.")]
    return next(((mistake, then) for value, mistake, then in known if _same(got, value)), ("wrong-bill", "Write down the replica hours for this call and compare."))


@exercise("08.3", insight="break-even is the hourly price divided by the price of a call, as long as one replica can carry the load.", hints=(
    "At the crossing, an hour of the machine costs as much as how many calls?",
    "Divide the hourly price by the price of one call. Then compare with the capacity, and think of calls that cost nothing.",
    "crossing = rate / cost_per_request; return crossing if crossing <= capacity_rph else None"))
def breakeven_rph(answer: Any) -> None:
    """Reference values, a replica that is too small, one that is just large enough, free calls."""
    cases = [((0.8, 0.00045, 5000), 0.8 / 0.00045), ((0.8, 0.00005, 20_000), 16_000.0), ((0.8, 0.00005, 5000), None), ((0.5, 0.001, 500), 500.0), ((0.8, 0.0, 5000), None), ((1.8, 0.002, 10_000), 900.0)]
    for (rate, cost, capacity), wanted in cases:
        did = f"breakeven_rph({rate}, {cost}, {capacity})"
        try:
            got = answer(rate, cost, capacity)
        except ZeroDivisionError:
            raise Mistake("division-by-zero", did=did, expected="None", got="ZeroDivisionError", then="When calls cost nothing, no machine is cheaper.") from None
        if wanted is None:
            _none(got, did, cost)
        elif got is None:
            mistake = "returns-none" if cost == 0.00045 else "boundary" if wanted == capacity else "none-too-early"
            raise Mistake(mistake, did=did, expected=f"{wanted:.6g}", got="None", then="A replica that can carry exactly this many is enough." if mistake == "boundary" else "Is a `return` missing, or is None returned too early?")
        elif not _same(_number(got, did), wanted):
            inverted = _same(float(got), cost / rate)
            raise Mistake("inverted" if inverted else "wrong-crossing", did=did, expected=f"{wanted:.6g}", got=f"{float(got):.6g}", then="How many calls does the price of one hour pay for?")


def _none(got: Any, did: str, cost: float) -> None:
    if got is None:
        return
    if cost == 0:
        raise Mistake("free-calls", did=did, expected="None", got=short(got), then="When calls cost nothing, no machine is cheaper.")
    raise Mistake("ignores-capacity", did=did, expected="None", got=short(got), then="One replica cannot carry that many requests.")


class _Endpoint:
    """An endpoint that goes through scripted states, one per fetch; counts what is done to it."""

    def __init__(self, *states: str) -> None:
        self.states, self.status = list(states[1:]), states[0]
        self.paused, self.resumed, self.fetched = 0, 0, 0

    def fetch(self) -> _Endpoint:
        self.fetched += 1
        if self.fetched > 1000:
            raise Mistake("endless", did="an endpoint that never gets ready", expected="TimeoutError", got="1000 questions", then="Compare clock() with the start, and give up after timeout.")
        if self.states:
            self.status = self.states.pop(0)
        return self

    def resume(self, *args: Any, **kwargs: Any) -> _Endpoint:
        self.resumed += 1
        self.status = "initializing"
        return self

    def pause(self) -> _Endpoint:
        self.paused += 1
        self.status = "paused"
        return self


@exercise("08.4", insight="what costs money while nobody looks belongs into finally.", hints=(
    "Which of the states are ready, which are hopeless, and which only need time? And where does a pause stand that must always happen?",
    "One try around everything from the first question to the yield, with the pause in finally. Ask about failure and timeout inside the loop, before you sleep.",
    "try: ... yield ep ... finally: ep.pause()"))
def wait_ready(answer: Any) -> None:
    """Ready at once, after a while, paused, asleep, failed, never ready, and an error inside the block."""
    _enters(answer, _Endpoint("running"), "an endpoint that is running", fetches=0)
    _enters(answer, _Endpoint("pending", "initializing", "initializing", "running"), "pending, initializing twice, then running", fetches=3)
    _enters(answer, _Endpoint("scaledToZero"), "an endpoint that is scaled to zero", fetches=0)
    paused = _Endpoint("paused", "initializing", "running")
    _enters(answer, paused, "a paused endpoint", fetches=2)
    if paused.resumed != 1:
        raise Mistake("not-resumed", did="a paused endpoint", expected="resume() once", got=f"{paused.resumed} times", then="A paused endpoint waits for you; nothing else wakes it.")
    for state in ("failed", "updateFailed"):
        _fails(answer, _Endpoint("initializing", state), f"initializing, then {state}", RuntimeError, "waits-on-failure")
    _fails(answer, _Endpoint("initializing"), "initializing for ever, timeout=60", TimeoutError, "no-timeout")
    _block_error(answer)


def _manager(answer: Any, ep: _Endpoint, clock: FakeClock) -> Any:
    manager = answer(ep, timeout=60, sleep=clock.sleep, clock=clock.now)
    need_value(manager, "wait_ready(ep, ...)", "a context manager")
    if not hasattr(manager, "__enter__"):
        raise Mistake("no-context-manager", did="with wait_ready(ep, ...) as ep:", expected="a context manager", got=type(manager).__name__, then="The decorator contextmanager makes one of a function with one yield.")
    return manager


def _enters(answer: Any, ep: _Endpoint, what: str, *, fetches: int) -> None:
    clock, inside, given = FakeClock(), None, None
    try:
        with _manager(answer, ep, clock) as given:
            inside = ep.status
    except (RuntimeError, TimeoutError) as exc:
        if isinstance(exc, NotImplementedError):
            raise
        mistake = "zero-is-failure" if "zero" in what else "gives-up"
        raise Mistake(mistake, did=what, expected="the block runs", got=f"{type(exc).__name__}: {short(str(exc), 50)}", then="This state is no failure: it is ready, or needs time.") from None
    if given is not ep:
        raise Mistake("yields-nothing", did=f"with wait_ready(...) as ep: {what}", expected="the endpoint", got=short(given), then="Yield the endpoint.")
    if inside not in ("running", "scaledToZero"):
        raise Mistake("enters-too-early", did=what, expected="the block runs when it is ready", got=f"the block ran while it was {inside}", then="Ask again until the status says so.")
    if ep.fetched != fetches or len(clock.slept) != fetches:
        raise Mistake("wrong-waiting", did=what, expected=f"{fetches} question(s) and {fetches} sleep(s)", got=f"{ep.fetched} and {len(clock.slept)}", then="Sleep, ask, look; and neither when it is ready already.")
    if ep.paused != 1:
        raise Mistake("never-pauses" if not ep.paused else "pauses-twice", did=f"the end of the block, {what}", expected="pause() once", got=f"{ep.paused} times", then="On the way out the endpoint is paused, exactly once.")


def _fails(answer: Any, ep: _Endpoint, what: str, kind: type, mistake: str) -> None:
    clock, ran = FakeClock(), []

    def enter() -> None:
        with _manager(answer, ep, clock):
            ran.append(1)

    exc = raised_by(enter)
    if isinstance(exc, Mistake):
        raise exc
    if ran:
        raise Mistake("enters-too-early", did=what, expected="the block never runs", got="it ran", then="Only a ready endpoint may be used.")
    if not isinstance(exc, kind) or (kind is RuntimeError and isinstance(exc, TimeoutError)):
        raise Mistake(mistake, did=what, expected=f"{kind.__name__}", got="no exception" if exc is None else type(exc).__name__, then="Some states never get better, and patience has an end: timeout.")
    if kind is TimeoutError and not 55 <= clock.now() - 100 <= 75:
        raise Mistake("timeout-not-kept", did=what, expected="about 60 s", got=f"{clock.now() - 100:g} s", then="Measure with clock() from the start.")
    if not ep.paused:
        raise Mistake("runs-on-after-failure", did=what, expected="the endpoint is paused", got="pause() was not called", then="A failed start costs money, too. Which statement runs in any case?")


def _block_error(answer: Any) -> None:
    ep, clock = _Endpoint("running"), FakeClock()

    def use() -> None:
        with _manager(answer, ep, clock):
            raise KeyError("inside the block")

    exc = raised_by(use)
    if not ep.paused:
        raise Mistake("pauses-only-on-success", did="an error inside the block", expected="the endpoint is paused", got="pause() was not called", then="The pause has to happen whatever the block does.")
    if not isinstance(exc, KeyError):
        raise Mistake("hides-errors", did="a KeyError inside the block", expected="the KeyError comes out", got="no exception" if exc is None else type(exc).__name__, then="Pause, and let the error pass.")
