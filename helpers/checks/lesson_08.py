"""Checks of lesson 08: cost both ways, and break-even."""
from __future__ import annotations

import math
import numbers
import random
from typing import Any

from .core import exercise
from .outcome import Mistake
from .tools import need_value, short


def _number(got: Any, did: str) -> float:
    need_value(got, did, "a number")
    if isinstance(got, bool) or not isinstance(got, numbers.Real):
        raise Mistake("wrong-type", did=did, expected="a number", got=f"{type(got).__name__}: {short(got, 40)}",
                      then="Return a float alone: no text around it, nothing beside it.")
    return float(got)


def _same(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9)


@exercise("08.1", takes="req, tok_in, tok_out, p_in, p_out, *, credit=0.0",
          insight="input and output have prices of their own, per million; a credit only ever brings the bill to zero.")
def serverless_cost(answer: Any) -> None:
    """Known bills, small ones, credits below and above the bill."""
    cases = [
        ((1000, 1000, 500, 0.2, 0.6), 0.0),
        ((1, 10, 3, 0.2, 0.8), 0.0),
        ((50_000, 800, 150, 0.15, 0.9), 0.0),
        ((1000, 1000, 500, 0.2, 0.6), 0.1),
        ((1000, 1000, 500, 0.2, 0.6), 2.0),
        ((0, 5, 5, 1, 1), 0.0),
    ]
    rng = random.Random(81)
    cases += [((rng.randint(1, 9999), rng.randint(1, 3000), rng.randint(1, 900), rng.random(), rng.random() * 3), 0.001 * n)
              for n in range(5)]
    for (req, tok_in, tok_out, p_in, p_out), credit in cases:
        did = f"serverless_cost({req}, {tok_in}, {tok_out}, {p_in}, {p_out}" + (f", credit={credit})" if credit else ")")
        got = _number(answer(req, tok_in, tok_out, p_in, p_out, **({"credit": credit} if credit else {})), did)
        bill = req * (tok_in * p_in + tok_out * p_out) / 1e6
        wanted = max(0.0, bill - credit)
        if not _same(got, wanted):
            mistake, then = _serverless_mistake(got, req, tok_in, tok_out, p_in, p_out, bill, credit)
            raise Mistake(mistake, did=did, expected=f"US${wanted:.8g}", got=f"US${got:.8g}", then=then)


def _serverless_mistake(
    got: float, req: int, tok_in: float, tok_out: float, p_in: float, p_out: float, bill: float, credit: float
) -> tuple[str, str]:
    if _same(got, bill * 1000 - credit) or _same(got, max(0.0, bill * 1000 - credit)):
        return "per-thousand", "The prices are per million tokens."
    if got < 0 or _same(got, bill - credit) or (credit > bill and _same(got, credit - bill)):
        return "negative-bill", "A credit larger than the bill leaves a bill of 0; nobody is paid out."
    if credit and _same(got, bill):
        return "credit-ignored", "Subtract the credit."
    if _same(got, req * (tok_in + tok_out) * (p_in + p_out) / 2e6 - credit):
        return "one-price", "Input and output tokens have prices of their own: no mean of the two."
    if _same(got, req * (tok_in + tok_out) * p_in / 1e6 - credit) or _same(got, req * (tok_in + tok_out) * p_out / 1e6 - credit):
        return "one-price", "Input and output tokens have prices of their own."
    if credit and _same(got, max(0.0, bill - credit * req)):
        return "credit-per-request", "The credit is given once, not for each request."
    if _same(got, bill * 1e6 - credit) or _same(got, max(0.0, bill * 1e6 - credit)):
        return "per-token", "The prices are per million tokens."
    if _same(got, req * (tok_in * p_out + tok_out * p_in) / 1e6 - credit):
        return "prices-swapped", "Which price belongs to which kind of token?"
    if _same(got, round(bill - credit)) or _same(got, round(bill - credit, 2)) or _same(got, int(bill - credit)):
        return "rounds", "Do not round: many small calls add up."
    return "wrong-bill", "Compute the example of the card by hand and compare."


@exercise("08.2", takes="hours, rate, min_r, max_r, scaleup_h, *, init_h=0.0",
          insight="a machine is billed by the minute, from initializing on, whether anybody calls it or not.")
def endpoint_cost(answer: Any) -> None:
    """A month, scaled up for a while, from zero, with initializing, part of a minute."""
    cases = [
        ((730, 0.8, 1, 1, 0), 0.0),
        ((730, 0.8, 1, 3, 40), 0.0),
        ((730, 0.5, 0, 2, 60), 0.0),
        ((10, 1.0, 1, 1, 0), 0.25),
        ((0.51, 0.6, 1, 1, 0), 0.0),
        ((1, 0.8, 2, 2, 0), 0.0),
        ((100, 2.5, 0, 1, 7.5), 0.1),
        ((10, 1.0, 1, 3, 2), 0.25),
        ((0.506, 0.777, 1, 1, 0), 0.0),
    ]
    for (hours, rate, low, high, scaled), init in cases:
        did = f"endpoint_cost({hours}, {rate}, {low}, {high}, {scaled}" + (f", init_h={init})" if init else ")")
        got = _number(answer(hours, rate, low, high, scaled, **({"init_h": init} if init else {})), did)
        wanted = rate * math.ceil(round((hours * low + scaled * (high - low) + init) * 60, 6)) / 60
        if not _same(got, wanted):
            mistake, then = _endpoint_mistake(got, hours, rate, low, high, scaled, init)
            raise Mistake(mistake, did=did, expected=f"US${wanted:.6g}", got=f"US${got:.6g}", then=then)


def _endpoint_mistake(got: float, hours: float, rate: float, low: int, high: int, scaled: float, init: float) -> tuple[str, str]:
    exact = rate * (hours * low + scaled * (high - low) + init)
    minutes = exact / rate * 60 if rate else 0
    billed = math.ceil(round(minutes, 6))
    known = [
        (round(rate * billed / 60, 2), "rounds-money", "Only the minutes are rounded, not the money."),
        (rate * round(minutes) / 60, "rounds-to-nearest", "A begun minute is billed as a whole one."),
        (rate * billed, "rate-per-minute", "The rate is per hour, and an hour has 60 minutes."),
        (rate * (billed + 1) / 60, "one-minute-more", "Whole minutes stay as they are; only a begun one is rounded up."),
        (rate * math.ceil(round(minutes + init * 60 * (high - 1), 6)) / 60, "init-per-replica", "One replica is initialized."),
        (exact, "no-rounding", "A begun minute is billed as a whole one."),
        (
            rate * (hours * low + scaled * high + init),
            "extra-is-max",
            "While it is scaled up, max_r replicas run, not max_r on top of min_r.",
        ),
        (rate * (hours * low + scaled * (high - low)), "init-not-billed", "Initializing is billed, too."),
        (rate * math.ceil(exact / rate - 1e-9) if rate else 0, "rounds-to-hours", "Minutes are billed, not hours."),
        (rate * hours * high + rate * init, "always-max", "The extra replicas run only for scaleup_h hours."),
        (rate * (hours * low + init), "scale-up-ignored", "The extra replicas cost something while they run."),
        (rate * (720 * low + scaled * (high - low) + init), "month-of-720", "Use the hours that are given."),
        (
            rate * max(1, low) * hours + rate * scaled * (high - low) + rate * init,
            "never-zero",
            "With min_r=0 nothing runs, and nothing is billed, outside the scaled-up hours.",
        ),
        (
            rate * math.floor(exact / rate * 60 + 1e-9) / 60 if rate else 0,
            "rounds-down",
            "A begun minute is billed as a whole one.",
        ),
    ]
    return next(
        ((mistake, then) for value, mistake, then in known if _same(got, value)),
        ("wrong-bill", "Write down the replica hours for this call and compare."),
    )


@exercise("08.3", takes="rate, cost_per_request, capacity_rph",
          insight="break-even is the hourly price divided by the price of a call, as long as one replica can carry the load.")
def breakeven_rph(answer: Any) -> None:
    """Reference values, a replica that is too small, one that is just large enough, free calls."""
    cases = [
        ((0.8, 0.00045, 5000), 0.8 / 0.00045),
        ((0.8, 0.00005, 20_000), 16_000.0),
        ((0.8, 0.00005, 5000), None),
        ((0.5, 0.001, 500), 500.0),
        ((0.8, 0.0, 5000), None),
        ((1.8, 0.002, 10_000), 900.0),
    ]
    for (rate, cost, capacity), wanted in cases:
        did = f"breakeven_rph({rate}, {cost}, {capacity})"
        try:
            got = answer(rate, cost, capacity)
        except ZeroDivisionError:
            raise Mistake("division-by-zero", did=did, expected="None", got="ZeroDivisionError",
                          then="When calls cost nothing, no machine is cheaper.") from None
        if wanted is None:
            _none(got, did, cost)
        elif got is None:
            mistake = "returns-none" if cost == 0.00045 else "boundary" if wanted == capacity else "none-too-early"
            raise Mistake(
                mistake,
                did=did,
                expected=f"{wanted:.6g}",
                got="None",
                then="A replica that can carry exactly this many is enough."
                if mistake == "boundary"
                else "Is a `return` missing, or is None returned too early?",
            )
        elif not _same(_number(got, did), wanted):
            mistake = _crossing_mistake(float(got), wanted, rate, cost)
            raise Mistake(mistake, did=did, expected=f"{wanted:.6g}",
                          got=f"{float(got):.6g}", then=_crossing_step(mistake))


def _crossing_step(mistake: str) -> str:
    return {"rounds": "Do not round.", "constant": "The same for other prices: work with the arguments.",
            "per-second": "Both the price and the result are per hour, so no 60 or 3600 is needed."}.get(
                mistake, "How many calls does the price of one hour pay for?")


def _crossing_mistake(got: float, wanted: float, rate: float, cost: float) -> str:
    if _same(got, cost / rate):
        return "inverted"
    if abs(got - wanted) <= 1:
        return "rounds"
    if any(_same(got * factor, wanted) for factor in (60, 3600, 1 / 60, 1 / 3600)):
        return "per-second"
    return "constant" if abs(got - 0.8 / 0.00045) <= 1 else "wrong-crossing"


def _none(got: Any, did: str, cost: float) -> None:
    if got is None:
        return
    if cost == 0:
        raise Mistake("free-calls", did=did, expected="None", got=short(got),
                      then="When calls cost nothing, no machine is cheaper.")
    raise Mistake("ignores-capacity", did=did, expected="None", got=short(got),
                  then="One replica cannot carry that many requests.")
