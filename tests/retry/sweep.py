"""Sweep the limiter over limits, headers, latencies and crowds that no test names, in virtual time; print the worst.

    python -m tests.retry.sweep                    every family, 40 random scenarios each
    python -m tests.retry.sweep bucket --runs 200  one family
    python -m tests.retry.sweep bucket --only 17 -v

ratio: wall / least time of callers who know the limit (same faults, same workers and latencies). refused: 429 per success.
"""

from __future__ import annotations

import argparse
import math
import random
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from .services import Bucket, Fixed, Service, Sliding, least_time
from .world import Outcome, simulate

WITH_HEADERS = ("both", "reversed", "unnamed", "ratelimit", "legacy", "epoch", "span", "date")
HINTS = ("retry-after", "retry-after-ms", "retry-after-date")


@dataclass
class Case:
    """One scenario: what is asked of `simulate`, and one line that says so."""

    service: Service
    workers: int
    calls: int
    latency: tuple[float, float]
    note: str
    settings: dict[str, Any] = field(default_factory=dict)


def _log(rng: random.Random, low: float, high: float) -> float:
    return math.exp(rng.uniform(math.log(low), math.log(high)))


def _latency(rng: random.Random) -> tuple[float, float]:
    middle = _log(rng, 0.001, 3.0)
    return (0.6 * middle, 1.5 * middle)


def _case(rng: random.Random, limits: list[Any], headers: str, note: str, *, rate: float, workers: int | None = None,
          latency: tuple[float, float] | None = None, calls: int | None = None, settings: dict[str, Any] | None = None,
          **service: Any) -> Case:
    """Fill in what the family leaves open: workers, latency, and calls for some 20 seconds at the limit, 60 to 1000."""
    workers = workers or rng.choice([1, 2, 4, 8, 16, 32, 64])
    latency = latency or _latency(rng)
    calls = calls or min(1000, max(60, int(20 * rate)))
    made = Service(limits, headers=headers, seed=rng.randrange(10**6), **service)
    text = f"{note} {headers} w={workers} lat={latency[0]:.3f}-{latency[1]:.3f} n={calls}"
    return Case(made, workers, calls, latency, text, settings or {})


def _bucket(rng: random.Random) -> tuple[Bucket, float, str]:
    rate, size = round(_log(rng, 2, 500)), round(_log(rng, 1, 200))
    return Bucket(rate, size), rate, f"bucket {rate}/s size {size}"


def _window(rng: random.Random) -> tuple[Any, float, str]:
    span, quota = round(_log(rng, 1, 60)), round(_log(rng, 5, 1000))
    if rng.random() < 0.5:
        phase = rng.uniform(0, span) if rng.random() < 0.5 else 0.0
        return Fixed(quota, span, phase), quota / span, f"fixed {quota}/{span}s phase {phase:.1f}"
    return Sliding(quota, span), quota / span, f"sliding {quota}/{span}s"


def _any(rng: random.Random) -> tuple[Any, float, str]:
    return _bucket(rng) if rng.random() < 0.5 else _window(rng)


def _of(limit: Any, rate: float) -> int:
    """Calls that need some 20 s at this limit, or two and a half windows."""
    quota = getattr(limit, "quota", 0) or limit.size
    return min(2500, max(60, int(20 * rate), int(2.5 * quota)))


def bucket(rng: random.Random) -> Case:
    limit, rate, note = _bucket(rng)
    return _case(rng, [limit], rng.choice(WITH_HEADERS), note, rate=rate, calls=_of(limit, rate))


def window(rng: random.Random) -> Case:
    limit, rate, note = _window(rng)
    return _case(rng, [limit], rng.choice(WITH_HEADERS), note, rate=rate, calls=_of(limit, rate))


def silent_bucket(rng: random.Random) -> Case:
    limit, rate, note = _bucket(rng)
    return _case(rng, [limit], "none", note, rate=rate, calls=_of(limit, rate))


def silent_window(rng: random.Random) -> Case:
    limit, rate, note = _window(rng)
    return _case(rng, [limit], "none", note, rate=rate, calls=_of(limit, rate))


def hinted_bucket(rng: random.Random) -> Case:
    limit, rate, note = _bucket(rng)
    return _case(rng, [limit], rng.choice(HINTS), note, rate=rate, calls=_of(limit, rate))


def hinted_window(rng: random.Random) -> Case:
    limit, rate, note = _window(rng)
    return _case(rng, [limit], rng.choice(HINTS), note, rate=rate, calls=_of(limit, rate))


def strict(rng: random.Random) -> Case:
    """Refused requests count too."""
    limit, rate, note = _any(rng)
    limit.count_failed = True
    return _case(rng, [limit], rng.choice(("both", "legacy", "retry-after", "none")), f"strict {note}", rate=rate,
                 calls=_of(limit, rate))


def changing(rng: random.Random) -> Case:
    """Half, double or nothing at a random time."""
    limit, rate, note = _any(rng)
    when, factor = rng.uniform(1, 15), rng.choice([0.5, 2.0, 4.0, 0.25, None])
    return _case(rng, [limit], rng.choice(("both", "legacy", "retry-after", "none")), f"{note} x{factor} at {when:.0f}s",
                 rate=rate, calls=_of(limit, rate), changes=[(when, factor)])


def cold(rng: random.Random) -> Case:
    limit, rate, note = _any(rng)
    cold_s, how = rng.uniform(0.5, 60), rng.choice(["estimate", "retry-after", "silent"])
    return _case(rng, [limit], rng.choice(("both", "legacy", "none")), f"cold {cold_s:.0f}s {how} {note}", rate=rate,
                 calls=_of(limit, rate), cold_s=cold_s, cold=how)


def two_limits(rng: random.Random) -> Case:
    per_second = round(_log(rng, 2, 100))
    per_minute = round(per_second * 60 * rng.uniform(0.2, 0.9))
    limits = [Bucket(per_second, round(_log(rng, 1, 2 * per_second))),
              Fixed(per_minute, 60, rng.choice([0.0, rng.uniform(0, 60)]))]
    return _case(rng, limits, rng.choice((*WITH_HEADERS[:4], "legacy", "retry-after", "none")),
                 f"two: {per_second}/s size {limits[0].size}, {per_minute}/60s", rate=per_minute / 60,
                 calls=min(2500, int(per_minute * 1.3)))


def skewed(rng: random.Random) -> Case:
    limit, rate, note = _any(rng)
    skew = rng.choice([-3600.0, -30.0, 7.0, 600.0])
    return _case(rng, [limit], rng.choice(("retry-after-date", "date", "epoch")), f"skew {skew:g} {note}", rate=rate,
                 calls=_of(limit, rate), skew_s=skew)


def rounding(rng: random.Random) -> Case:
    limit, rate, note = _any(rng)
    how = rng.choice(["down", "exact"])
    return _case(rng, [limit], rng.choice(("both", "legacy", "unnamed", "retry-after")), f"rounded {how} {note}", rate=rate,
                 calls=_of(limit, rate), rounding=how)


def crowd(rng: random.Random) -> Case:
    """Several processes, each with a limiter of its own, at one limit."""
    limit, rate, note = _any(rng)
    processes = rng.choice([2, 3, 4, 8])
    return _case(rng, [limit], rng.choice((*WITH_HEADERS, "retry-after", "none")), f"{processes} processes {note}", rate=rate,
                 workers=processes * rng.choice([1, 4, 8]), calls=_of(limit, rate), settings={"processes": processes})


def vanishing(rng: random.Random) -> Case:
    """No limit and no headers any more, from a random time on."""
    limit, rate, note = _any(rng)
    when = rng.uniform(1, 15)
    return _case(rng, [limit], rng.choice((*WITH_HEADERS, *HINTS, "counter", "refusals", "none")), f"{note} gone at {when:.0f}s",
                 rate=rate, calls=2 * _of(limit, rate), changes=[(when, None)])


def terse(rng: random.Random) -> Case:
    """What is left but not until when; or headers in refusals only, as a client sees them that is not ours."""
    limit, rate, note = _any(rng)
    return _case(rng, [limit], rng.choice(("counter", "refusals")), note, rate=rate, calls=_of(limit, rate))


def stalls(rng: random.Random) -> Case:
    limit, rate, note = _any(rng)
    return _case(rng, [limit], rng.choice((*WITH_HEADERS, "retry-after", "none")), f"stalls {note}", rate=rate,
                 calls=_of(limit, rate), settings={"stall": 0.1, "late": 0.003})


FAMILIES: dict[str, Callable[[random.Random], Case]] = {
    made.__name__: made for made in (bucket, window, silent_bucket, silent_window, hinted_bucket, hinted_window, strict, changing,
                                     cold, two_limits, skewed, rounding, crowd, vanishing, terse, stalls)}


def measure(family: str, number: int) -> dict[str, Any]:
    """One scenario of a family: its figures and what it was."""
    case = FAMILIES[family](random.Random(f"{family} {number}"))
    low, high = case.latency
    fresh, began = case.service.fresh(), time.process_time()

    def latency(rng: random.Random) -> float:
        return rng.uniform(low, high)

    out: Outcome = simulate(case.service, workers=case.workers, calls=case.calls, seed=number, latency=latency, **case.settings)
    needed = case.calls + sum(n for status, n in out.by_status.items() if status >= 500 and status != 503)
    way = 0.002 + 0.0008
    least = least_time(fresh, needed, case.workers, latency, way_s=way, seed=number)
    least = max(least, needed * 0.0008 / case.settings.get("processes", 1))  # the interpreter is busy for each departure
    return {"family": family, "number": number, "note": case.note, "ratio": out.wall / least if out.wall else math.nan,
            "refused": out.refused, "ok": out.by_status[200] / case.calls, "least": least, "wall": out.wall,
            "fair": out.fairness(case.workers) if case.calls >= 10 * case.workers else 1.0, "failures": dict(out.failures),
            "statuses": dict(out.by_status), "refused_at": out.refused_at, "slowest": out.slowest_call_s,
            "cpu": time.process_time() - began}


def _measure(job: tuple[str, int]) -> dict[str, Any]:
    return measure(*job)


def badness(row: dict[str, Any]) -> float:
    """How far a scenario is from what one would wish: lost calls first, then time, then refusals."""
    return 10 * (1 - row["ok"]) + max(0.0, row["ratio"] - 1) + 2 * row["refused"]


def show(row: dict[str, Any]) -> str:
    failures = f"  {row['failures']}" if row["failures"] else ""
    return (f"  #{row['number']:<4} ratio {row['ratio']:6.2f}  refused {row['refused']:.3f}  ok {row['ok']:6.1%}  "
            f"fair {row['fair']:.2f}  {row['wall']:6.1f} s of {row['least']:.1f}  {row['note']}{failures}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("family", nargs="*", default=list(FAMILIES))
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--worst", type=int, default=6)
    parser.add_argument("--only", type=int)
    parser.add_argument("--first", type=int, default=0)
    options = parser.parse_args()
    if options.only is not None:
        row = measure(options.family[0], options.only)
        print(show(row), row["statuses"], f"{row['cpu']:.1f} s of processor", row["refused_at"][:200], sep="\n")
        return
    with ProcessPoolExecutor(2) as pool:
        for family in options.family:
            rows = list(pool.map(_measure, [(family, n) for n in range(options.first, options.first + options.runs)]))
            ratios, refused = sorted(r["ratio"] for r in rows), sorted(r["refused"] for r in rows)
            tenth = max(1, len(rows) // 10)
            print(f"{family}: ratio median {statistics.median(ratios):.3f}, p90 {ratios[-tenth]:.2f}, worst {ratios[-1]:.2f}; "
                  f"refused median {statistics.median(refused):.3f}, p90 {refused[-tenth]:.3f}, worst {refused[-1]:.3f}; "
                  f"not all ok "
                  f"{sum(r['ok'] < 1 for r in rows)}; unfair {sum(r['fair'] < 0.7 for r in rows)} of {len(rows)}", flush=True)
            for row in sorted(rows, key=badness, reverse=True)[:options.worst]:
                print(show(row), flush=True)


if __name__ == "__main__":
    main()
