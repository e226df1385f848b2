"""What serverless calls and a rented endpoint cost, and when an endpoint is cold."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, exp
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from ..plotting import GREY, INK, STYLES, Card, direct_label, figure
from ..tables import number, percent, table
from .labels import end_labels

PRICES = "computed from published prices: Inference Endpoints, docs of 2026-05-19"
BILLED = ("initializing", "running", "updating")


def whole(value: float) -> str:
    """1777.8 -> "1,778"."""
    return f"{value:,.0f}"


def cost_per_request(price_in: float, price_out: float, tokens_in: float, tokens_out: float) -> float:
    """US$ of one call: (tokens_in * price_in + tokens_out * price_out) / 1,000,000, prices per million tokens."""
    return (tokens_in * price_in + tokens_out * price_out) / 1e6


def breakeven(*, price_per_hour: float, price_in: float, price_out: float, tokens_in: float, tokens_out: float,
              capacity_rph: float | None = None, uncertainty: float = 0.25, title: str | None = None,
              source: str = PRICES) -> Card:
    """US$ per hour over requests per hour: serverless grows with each call, an endpoint with each replica.

    price_per_hour: US$ of one replica; price_in, price_out: US$ per million tokens; tokens_in, tokens_out: per call.
    The lines cross at price_per_hour / cost of one call. capacity_rph: requests per hour that one replica takes; beyond
    it another replica is paid for, and the lines may never cross. uncertainty: relative error of the tokens per call,
    shaded. source: name the prices with their date. Raises ValueError when a call costs nothing.
    """
    call = cost_per_request(price_in, price_out, tokens_in, tokens_out)
    if call <= 0 or price_per_hour <= 0:
        raise ValueError("A price of 0 has no break-even. Pass prices above 0 in US$ per hour and per million tokens.")
    cross = price_per_hour / call
    reached = capacity_rph is None or cross <= capacity_rph
    low, high = cross / (1 + uncertainty), cross / (1 - uncertainty)
    room = f" One replica takes {whole(capacity_rph)} requests per hour." if capacity_rph else ""
    twice = bool(capacity_rph) and 2 * price_per_hour > capacity_rph * call  # the second replica loses again at first
    claim = (f"From {whole(cross)} requests per hour on, an endpoint is cheaper" if reached and not twice else
             f"An endpoint is cheaper from {whole(cross)} to {whole(capacity_rph)} requests\nper hour, then a second "
             "replica has to pay" if reached else
             f"Serverless stays cheaper: one replica takes {whole(capacity_rph)} requests\nper hour and "
             f"would need {whole(cross)} to pay")
    rates = sorted({round(cross * f) for f in (0.1, 0.5, 1, 2, 10)} - {0})
    rows = [{"requests per hour": r, "serverless": r * call, "endpoint": _rent(r, price_per_hour, capacity_rph)} for r in rates]
    return figure(
        lambda ax: _breakeven(ax, call, price_per_hour, capacity_rph, cross, (low, high), reached, uncertainty),
        title=title or claim, source=source,
        alt=f"Two lines over requests per hour. Serverless costs US$ {call:.6f} per call; the endpoint US$ {price_per_hour:g} "
            f"per replica and hour. They meet at {whole(cross)} requests per hour; with {percent(uncertainty)} more or "
            f"fewer tokens per call, between {whole(low)} and {whole(high)}." + room,
        table=table(rows, "requests per hour", ("serverless", "serverless, US$ per hour"),
                    ("endpoint", "endpoint, US$ per hour"), digits=2, caption="Cost per hour both ways"))


def _rent(rate: float, price_per_hour: float, capacity_rph: float | None) -> float:
    return price_per_hour * (max(1, ceil(rate / capacity_rph - 1e-9)) if capacity_rph else 1)


def _breakeven(ax: Axes, call: float, price: float, capacity: float | None, cross: float, span: tuple[float, float],
               reached: bool, uncertainty: float) -> None:
    rates = np.geomspace(cross / 40, cross * 12, 3000)
    rents = [_rent(r, price, capacity) for r in rates]
    lower, upper = STYLES[0], STYLES[1]
    ax.fill_between(rates, rates * call * (1 - uncertainty), rates * call * (1 + uncertainty), color=lower.line, alpha=0.15, lw=0)
    ax.plot(rates, rates * call, color=lower.line, ls=lower.dash, marker="")
    ax.plot(rates, rents, color=upper.line, ls=upper.dash, marker="")
    ax.set(xscale="log", yscale="log", xlabel="requests per hour (log scale)", ylabel="US$ per hour (log scale)")
    ax.set_ylim(price / 40, 1.5 * max(rents[-1], rates[-1] * call))
    if capacity:
        place = {"dx": 8, "dy": -6} if reached else {"dx": -4, "dy": 8, "ha": "right"}
        direct_label(ax, capacity, price, f"replica full:\n{whole(capacity)} per hour", color=upper.label, **place)
    if reached:
        ax.axvspan(*span, color=GREY, alpha=0.18, lw=0)
        ax.plot(cross, price, marker="o", ms=10, color=INK, ls="")
        direct_label(ax, span[0], price, f"{whole(cross)} per hour\n({whole(span[0])} to {whole(span[1])})",
                     dx=-10, dy=34, fontweight="bold")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(lambda v, _: f"{v:,.4f}".rstrip("0").rstrip("."))
        axis.set_minor_formatter(lambda v, _: "")
    end_labels(ax, [(rates[-1], rates[-1] * call, "serverless", lower.label), (rates[-1], rents[-1], "endpoint", upper.label)])


# --- cold starts -----------------------------------------------------------------------------------

def cold_start_curve(*, idle_timeout_min: float | Sequence[float], rate_rph: float | None = None, most_rph: float = 24.0,
                     title: str | None = None, source: str | None = None) -> Card:
    """The share of calls that find the endpoint asleep, over requests per hour, for each idle timeout.

    P(cold) = exp(-rate * timeout): the chance that no call came in the last `idle_timeout_min` minutes when calls
    arrive at random at a steady rate (a Poisson process). Real traffic comes in bursts and is colder in between.
    rate_rph: your own rate, marked. most_rph: right end of the axis, requests per hour.
    """
    timeouts = [float(t) for t in np.atleast_1d(idle_timeout_min)]
    if len(timeouts) > len(STYLES):
        raise ValueError(f"{len(timeouts)} timeouts are too many lines to tell apart. Pass at most {len(STYLES)}.")
    here = rate_rph if rate_rph is not None else most_rph / 6
    marks = [exp(-here * t / 60) for t in timeouts]
    return figure(
        lambda ax: _cold(ax, timeouts, marks, here, most_rph),
        title=title or f"With {number(here)} calls an hour and a timeout of {timeouts[0]:g} min,\n{percent(marks[0])} of the "
                       "calls meet a cold start",
        alt=f"Falling curves over requests per hour. At {number(here)} per hour: " + "; ".join(
            f"timeout {t:g} min, {percent(p)} cold" for t, p in zip(timeouts, marks, strict=True)) + ".",
        source=source or "computed: P(cold) = exp(-rate x timeout), assuming calls arrive at random (Poisson)",
        table=table([{"requests per hour": r, **{f"{t:g} min": percent(exp(-r * t / 60), 1) for t in timeouts}}
                     for r in sorted({0.5, 1, 2, 4, 8, 16, round(here, 2)})],
                    caption="Share of calls that meet a cold start, for each idle timeout"))


def _cold(ax: Axes, timeouts: list[float], marks: list[float], here: float, most: float) -> None:
    rates = np.linspace(0, most, 300)
    ends = []
    for t, p, style in zip(timeouts, marks, STYLES, strict=False):
        curve = np.exp(-rates * t / 60)
        ax.plot(rates, curve, color=style.line, ls=style.dash, marker="")
        ax.plot(here, p, color=style.line, marker=style.marker, ms=9, ls="")
        ends.append((here, p, f"{t:g} min: {percent(p)}", style.label))
    ax.axvline(here, color=GREY, lw=1.2, ls=(0, (2, 2)), marker="")
    end_labels(ax, ends, lift=10)
    ax.set(xlim=(0, most), ylim=(0, 1.02), xlabel="requests per hour", ylabel="share of calls that are cold")
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])


# --- the life of an endpoint -----------------------------------------------------------------------

def endpoint_states(log: Sequence[Mapping[str, Any]], *, title: str | None = None,
                    source: str = "practice: states and cost reported by the practice server's endpoints API") -> Card:
    """An endpoint's states over time, one row each, above what it has cost so far.

    log: dicts with time_s, state and cost_usd, in order of time; each state lasts until the next entry.
    """
    if len(log) < 2:
        raise ValueError(f"`log` has {len(log)} entries, too few for a span of time. Pass two or more.")
    minutes = [(float(entry["time_s"]) - float(log[0]["time_s"])) / 60 for entry in log]
    states = list(dict.fromkeys(entry["state"] for entry in log))
    spans = [(entry["state"], a, b) for entry, a, b in zip(log, minutes, minutes[1:], strict=False) if b > a]
    lasted = {s: sum(b - a for state, a, b in spans if state == s) for s in states}
    cost, total = float(log[-1]["cost_usd"]), minutes[-1]
    paid, begun = sum(lasted[s] for s in states if s in BILLED), _begun(spans)
    return figure(
        lambda axes: _states(axes, spans, states, minutes, [float(e["cost_usd"]) for e in log]),
        nrows=2, sharex=True, height_ratios=(0.42 * len(states) + 0.2, 1.1), size=(7.2, 2.6 + 0.34 * len(states)),
        title=title or (f"{_span(paid)} of {_span(total)} minutes are" if begun - paid < 0.05 else
                        f"{begun} begun minutes of {_span(total)} are") + f" billed: US$ {cost:.3f}",
        alt=f"States over {_span(total)} minutes: " + ", ".join(f"{s} {_span(lasted[s])} min" for s in states)
            + f". The cost line ends at US$ {cost:.3f} and is flat while nothing is billed.",
        source=source,
        table=table([{"minute": minute, "state": entry["state"], "US$ so far": f"{float(entry['cost_usd']):.4f}"}
                     for minute, entry in zip(minutes, log, strict=True)],
                    caption="States and cost", digits=1))


def _begun(spans: Sequence[tuple[str, float, float]]) -> int:
    """Minutes on the bill: each unbroken stretch of billed states counts the minutes that it began."""
    stretches: list[tuple[float, float]] = []
    for _, a, b in (span for span in spans if span[0] in BILLED):
        stretches = [*stretches[:-1], (stretches[-1][0], b)] if stretches and stretches[-1][1] == a else [*stretches, (a, b)]
    return sum(ceil(round(b - a, 6)) for a, b in stretches)


def _span(minutes: float) -> str:
    return f"{minutes:.1f}".removesuffix(".0") if minutes < 20 else whole(minutes)


def _states(axes: Sequence[Axes], spans: list[tuple[str, float, float]], states: list[str], minutes: list[float],
            costs: list[float]) -> None:
    for state, a, b in spans:
        billed = state in BILLED
        axes[0].barh(-states.index(state), b - a, left=a, height=0.56, edgecolor=STYLES[0].line if billed else GREY,
                     facecolor=STYLES[0].line if billed else "white", hatch="" if billed else "////", linewidth=1)
    axes[0].set_yticks([-i for i in range(len(states))], states)
    axes[0].tick_params(axis="both", length=0)
    axes[0].set_title("filled: billed, hatched: free", fontsize=11, fontweight="normal", pad=3)
    axes[1].plot(minutes, costs, color=STYLES[1].line, ls="-", marker="s", ms=4, clip_on=False)
    axes[1].set(xlabel="minutes", ylabel="US$ so far", ylim=(0, max(costs) * 1.15 or 1), xlim=(0, minutes[-1]))
