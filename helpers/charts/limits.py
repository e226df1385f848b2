"""What a rate limit does to calls: attempts per worker, requests per second, and policies compared."""
from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes

from ..plotting import FAINT, GREY, INK, STYLES, Card, figure
from ..tables import number, percent, table

MEASURED = "practice: measured while this cell ran"
MOST_CALLS = 40  # with a lane of their own; thousands could neither be read nor drawn
Records = Sequence[Mapping[str, Any]]


class Outcome(NamedTuple):
    """How one kind of outcome is drawn, and the word for it."""

    word: str
    color: str
    label: str
    marker: str


OUTCOMES = {
    "ok": Outcome("ok", *STYLES[0][:2], "o"),
    "throttled": Outcome("refused (429)", *STYLES[1][:2], "X"),
    "loading": Outcome("loading (503)", *STYLES[2][:2], "^"),
    "timeout": Outcome("timed out", *STYLES[3][:2], "D"),
    "failed": Outcome("other failure", *STYLES[4][:2], "v"),
}


def outcome(record: Mapping[str, Any]) -> str:
    """The drawn outcome of a ledger record: ok, throttled, loading, timeout or failed."""
    kind = record.get("kind") or ("ok" if 200 <= (record.get("status") or 0) < 300 else "failed")
    return kind if kind in OUTCOMES else "failed"


# --- one lane per worker ---------------------------------------------------------------------------

def attempt_timeline(records: Records, *, title: str | None = None, source: str = MEASURED, volatile: bool = False) -> Card:
    """Every attempt of a batch, one lane per worker: hatched while waiting, a mark where an answer came.

    records: `Ledger.records()`, dicts with call, attempt, worker, started_s, ended_s, waited_s, paced_s, status, kind.
    Without workers each call gets its lane; more than 40 share lanes, one after the other.
    volatile: the times come from a wall clock (see `figure`).
    Raises ValueError when there are no records.
    """
    lanes = _lanes(records)
    counts = Counter(map(outcome, records))
    end = max(float(r["ended_s"]) for r in records)
    waited = sum(_wait(r) for r in records)
    share = waited / max(end * len(lanes), 1e-9)
    refused = counts["throttled"]
    claim = (f"{refused} of {len(records)} attempts are refused,\nand {percent(min(share, 1))} of the time goes into waiting"
             if refused else f"None of the {len(records)} attempts is refused in {end:.1f} s")
    said = ", ".join(f"{n} {OUTCOMES[kind].word}" for kind, n in counts.most_common())
    return figure(
        lambda ax: _timeline(ax, lanes, counts, end), title=title or claim, source=source, volatile=volatile,
        size=(7.2, min(6.2, 1.75 + max(0.24, 0.5 - 0.04 * len(lanes)) * len(lanes))),
        alt=f"{len(lanes)} lanes with {len(records)} attempts from 0 to {end:.1f} s: {said}. Waiting in all: {waited:.1f} s.",
        table=table([{**r, "wait_s": _wait(r), "outcome": OUTCOMES[outcome(r)].word} for r in records[:200]],
                    "worker", "call", "attempt", "wait_s", "started_s", "ended_s", "status", "outcome",
                    caption="Attempts" + (f" (first 200 of {len(records)})" if len(records) > 200 else ""), digits=2))


def _lanes(records: Records) -> dict[Any, list[Mapping[str, Any]]]:
    if not records:
        raise ValueError("There are no attempts to draw. Pass `course.ledger.records()` after at least one call.")
    key = "worker" if any(r.get("worker") is not None for r in records) else "call"
    lanes: dict[Any, list[Mapping[str, Any]]] = {}
    for record in records:
        lanes.setdefault(-1 if record.get(key) is None else record[key], []).append(record)
    return _packed(records) if key == "call" and len(lanes) > MOST_CALLS else dict(sorted(lanes.items()))


def _packed(records: Records) -> dict[Any, list[Mapping[str, Any]]]:
    """As few lanes as hold all attempts side by side: each goes to the lane that has been free the longest."""
    lanes: dict[Any, list[Mapping[str, Any]]] = {}
    free: list[tuple[float, int]] = []
    for record in sorted(records, key=lambda r: float(r["started_s"]) - _wait(r)):
        ready = bool(free) and free[0][0] <= float(record["started_s"]) - _wait(record)
        lane = heapq.heappop(free)[1] if ready else len(lanes)
        lanes.setdefault(lane, []).append(record)
        heapq.heappush(free, (float(record["ended_s"]), lane))
    return lanes


def _wait(record: Mapping[str, Any]) -> float:
    return float(record.get("waited_s") or 0) + float(record.get("paced_s") or 0)


def _timeline(ax: Axes, lanes: dict[Any, list[Mapping[str, Any]]], counts: Counter[str], end: float) -> None:
    size = 64 if len(lanes) <= 9 else 34 if len(lanes) <= 18 else 22
    for lane, rows in enumerate(lanes.values()):
        waits = [(float(r["started_s"]) - _wait(r), _wait(r)) for r in rows if _wait(r) > 0]
        ax.broken_barh(waits, (-lane - 0.14, 0.28), facecolor="white", edgecolor=GREY, hatch="////", linewidth=0.6)
        works = [(float(r["started_s"]), float(r["ended_s"]) - float(r["started_s"])) for r in rows]
        ax.broken_barh(works, (-lane - 0.06, 0.12), facecolor=FAINT, edgecolor=GREY, linewidth=0.4)
    for kind, look in OUTCOMES.items():
        marks = [(float(r["ended_s"]), -lane) for lane, rows in enumerate(lanes.values()) for r in rows if outcome(r) == kind]
        if marks:
            ax.scatter(*zip(*marks, strict=True), color=look.color, marker=look.marker, s=size, edgecolor="white", linewidth=0.4,
                       zorder=4, label=f"{look.word}: {counts[kind]}")
    _name_lanes(ax, list(lanes))
    ax.set(xlim=(0, end * 1.03), ylim=(-len(lanes) + 0.4, 0.6), xlabel="seconds   (hatched: waiting)")
    _key(ax, [OUTCOMES[kind].label for kind in OUTCOMES if counts[kind]])


def _name_lanes(ax: Axes, names: list[Any]) -> None:
    step = ceil(len(names) / 12)
    ax.set_yticks([-i for i in range(0, len(names), step)], [f"worker {names[i]}" for i in range(0, len(names), step)])
    ax.tick_params(axis="y", length=0)


def _key(ax: Axes, colors: Sequence[str]) -> None:
    """Name the marks above the axes, each in its own colour."""
    key = ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=min(len(colors), 3), frameon=False, borderpad=0.2,
                    handletextpad=0.4, columnspacing=1.6)
    for text, mark, color in zip(key.get_texts(), key.legend_handles, colors, strict=True):
        text.set_color(color)
        if hasattr(mark, "set_sizes"):
            mark.set_sizes([56])


# --- per second ------------------------------------------------------------------------------------

def rate_plot(records: Records, *, bin_s: float | None = None, title: str | None = None, source: str = MEASURED,
              volatile: bool = False) -> Card:
    """Requests per second over time, by when they were sent: accepted, refused (429), failed otherwise.

    records: `Ledger.records()`. bin_s: seconds per bar; by default 1, or a fortieth of the whole.
    """
    lanes = _lanes(records)
    end = max(float(r["started_s"]) for rows in lanes.values() for r in rows)
    width = bin_s or max(1.0, float(ceil(end / 40)))
    edges = np.arange(0, end + width + 1e-9, width)
    kinds = ("ok", "throttled", "failed")
    rates = {k: np.histogram([float(r["started_s"]) for r in records if _three(r) == k], edges)[0] / width for k in kinds}
    totals = Counter(map(_three, records))
    sent = sum(rates.values())
    claim = (f"The server refuses {totals['throttled']} of {len(records)} requests" if totals["throttled"]
             else f"{totals['failed']} of {len(records)} requests fail, none for coming too fast" if totals["failed"]
             else f"The server takes all it is sent: {number(float(sent.max()))} a second at most")
    rows = [{"second": f"{a:g}-{a + width:g}", "sent": s, "accepted": ok, "refused": no, "failed": bad}
            for a, s, ok, no, bad in zip(edges[:-1], sent, *(rates[k] for k in kinds), strict=True)]
    return figure(
        lambda ax: _rates(ax, edges[:-1], width, rates, totals), title=title or claim, source=source, volatile=volatile,
        alt=f"Bars of requests per second over {edges[-1]:g} s: {totals['ok']} accepted, {totals['throttled']} refused, "
            f"{totals['failed']} failed otherwise. Highest rate sent: {number(float(sent.max()))} per second.",
        table=table(rows, caption="Requests per second, by when they were sent"))


def _three(record: Mapping[str, Any]) -> str:
    kind = outcome(record)
    return kind if kind in ("ok", "throttled") else "failed"


def _rates(ax: Axes, starts: np.ndarray, width: float, rates: dict[str, np.ndarray], totals: Counter[str]) -> None:
    below = np.zeros(len(starts))
    drawn = [(k, hatch) for k, hatch in (("ok", ""), ("throttled", "////"), ("failed", "xxxx")) if totals[k]]
    for kind, hatch in drawn:
        look = OUTCOMES[kind]
        ax.bar(starts, rates[kind], width * 0.86, bottom=below, align="edge", edgecolor=look.color, linewidth=1, hatch=hatch,
               facecolor="white" if hatch else look.color, label=f"{look.word}: {totals[kind]}")
        below = below + rates[kind]
    ax.set(xlabel="seconds", ylabel="requests per second", xlim=(0, starts[-1] + width))
    ax.set_ylim(0, max(below.max() * 1.08, 1))
    _key(ax, [OUTCOMES[kind].label for kind, _ in drawn])


# --- policies one above the other ------------------------------------------------------------------

def backoff_lanes(runs: Sequence[Any], *, title: str | None = None, source: str | None = None) -> Card:
    """How many requests each policy has sent in the last window, beside what the server takes.

    runs: results of `helpers.simulate.simulate`, all with the same limit. The shaded band is the server's capacity;
    below it a circle for each accepted request and a cross for each refused one. The lanes are cut at 3 times the
    limit and where the last policy that finishes is done.
    """
    ends = [run.finish_s for run in runs if run.finish_s is not None]
    end = max(ends or [runs[0].horizon_s]) * 1.04
    first = min((run for run in runs if run.finish_s is not None), key=lambda run: run.finish_s, default=None)
    claim = f"No policy gets all {runs[0].clients} clients through in {runs[0].horizon_s:g} s"
    if first:
        claim = (f"“{first.policy}” is done {'first, ' if len(runs) > 1 else ''}after {first.finish_s:.1f} s\n"
                 f"and {first.rejected} refusals")
    return figure(
        lambda axes: _policies(np.atleast_1d(axes), runs, end), nrows=len(runs), sharex=True, title=title or claim,
        size=(7.2, 1.5 + 1.1 * len(runs)),
        source=source or f"computed: simulation of {runs[0].rules}",
        alt="One lane per policy. " + " ".join(f"{run.policy}: {_result(run)}." for run in runs),
        table=table([run.totals() for run in runs], "policy", "attempts", "rejected", "finished", "finish_s",
                    caption=f"Simulation of {runs[0].rules}", digits=1))


def _result(run: Any) -> str:
    done = f"done at {run.finish_s:.1f} s" if run.finish_s is not None else (
        f"{run.finished} of {run.clients} done in {run.horizon_s:g} s")
    return f"{len(run.tries)} attempts, {run.rejected} refused, {done}"


def _policies(axes: Sequence[Axes], runs: Sequence[Any], end: float) -> None:
    for ax, run in zip(axes, runs, strict=True):
        _policy(ax, run, end)
    axes[-1].set_xlabel(f"seconds\nline: sent in the last {runs[0].window_s:g} s (cut at {3 * runs[0].limit}), band: the limit, "
                        "circle: accepted, cross: refused")
    for ax in axes[:-1]:
        ax.tick_params(axis="x", length=0)


def _policy(ax: Axes, run: Any, end: float) -> None:
    top = 3 * run.limit
    times = np.array([t.time_s for t in run.tries])
    grid = np.linspace(0, end, 721)
    last = np.searchsorted(times, grid, side="right") - np.searchsorted(times, grid - run.window_s, side="right")
    ax.axhspan(0, run.limit, color="#CFE6F5", zorder=0)
    ax.plot(grid, np.minimum(last, top), color=INK, lw=1.6, marker="", ls="-")
    for ok, kind, y in ((True, "ok", -0.13), (False, "throttled", -0.33)):
        look = OUTCOMES[kind]
        here = [t.time_s for t in run.tries if t.ok is ok and t.time_s <= end]
        ax.scatter(here, [y * top] * len(here), marker="o" if ok else "x", color=look.color, s=16, linewidths=1, clip_on=False)
    ax.set(xlim=(0, end), ylim=(-0.42 * top, top * 1.05))
    ax.set_yticks([0, run.limit], ["0", str(run.limit)])
    ax.set_title(f"{run.policy}: {_result(run)}", fontsize=11, fontweight="normal", pad=3)
    ax.spines["bottom"].set_visible(False)
