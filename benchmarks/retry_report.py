"""What benchmarks/retry.py measured: medians, the issue's figures one by one, tables as Markdown, one chart."""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from retry_strategies import OURS_IN_FULL, STRATEGIES

Row = dict[str, Any]
LEADER = "ours-hub"  # the figures are those of this strategy
HEADS = ("strategy", "workers", "runs", "success", "ratio", "attainable", "429 per success", "requests", "p50 s", "p99 s",
         "slowest worker's share")
FIGURES = ("wall_s", "ratio", "attainable", "refused", "loading", "p50_s", "p99_s", "slowest_share", "requests", "undone",
           "faults")
BLUE, GREY = "#0072B2", "#767676"


@dataclass(frozen=True)
class Target:
    """One figure that must be reached: `key` of the medians of a scenario, the worst of the given numbers of workers.

    scenario None: every one but the dead service. at_least: `limit` is a lower bound, else an upper one.
    """

    name: str
    scenario: str | None
    workers: tuple[int, ...]
    key: str
    limit: float
    at_least: bool = False
    form: str = ".2f"

    def measured(self, rows: list[Row], strategy: str) -> float | None:
        """The figure of `strategy`; None if nothing of it was run."""
        found = [row[self.key] for row in rows if row["strategy"] == strategy and row["workers"] in self.workers
                 and (row["scenario"] != "dead" if self.scenario is None else row["scenario"] == self.scenario)]
        return (min if self.at_least else max)(found, default=None)

    def met(self, value: float) -> bool:
        return value >= self.limit if self.at_least else value <= self.limit

    def bound(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.limit:{self.form}}"


def targets(workers: tuple[int, ...] = (1, 8, 32)) -> list[Target]:
    """The rows of the table, overhead excepted."""
    many = workers[1:]
    return [
        Target("success, every scenario but the dead one", None, workers, "success", 1.0, at_least=True, form=".1%"),
        *(Target(f"wall / minimum, main, workers: {count}", "main", (count,), "ratio", 1.06) for count in workers),
        Target("429 per success, main", "main", workers, "refused", 0.02, form=".3f"),
        *(Target(f"no headers, workers: {count}, wall / minimum", "no headers", (count,), "ratio", 1.25) for count in many),
        *(Target(f"no headers, workers: {count}, 429 per success", "no headers", (count,), "refused", 0.10, form=".3f")
          for count in many),
        *(Target(f"fixed window, workers: {count}, wall / minimum", "fixed window", (count,), "ratio", 1.15) for count in many),
        *(Target(f"fixed window, workers: {count}, wall / minimum with faults", "fixed window", (count,), "attainable", 1.15)
          for count in many),
        Target("fixed window, 429 per success", "fixed window", many, "refused", 0.05, form=".3f"),
        Target("requests sent to a dead service", "dead", workers, "requests", 100, form=".0f"),
        Target("a limit that halves midway, wall / minimum", "halving", workers, "ratio", 1.10),
        Target("a limit that halves midway, 429 per success", "halving", workers, "refused", 0.05, form=".3f"),
        Target(f"slowest worker's share, workers: {workers[-1]}", None, workers[-1:], "slowest_share", 0.7, at_least=True),
    ]


def medians(rows: list[Row]) -> list[Row]:
    """One row per scenario, strategy and number of workers: the median of each figure, the worst success; runs: how many."""
    groups: dict[tuple[str, str, int], list[Row]] = {}
    for row in rows:
        groups.setdefault((row["scenario"], row["strategy"], row["workers"]), []).append(row)
    return [{"scenario": key[0], "strategy": key[1], "workers": key[2], "runs": len(group),
             **{figure: statistics.median(row[figure] for row in group) for figure in FIGURES},
             "success": min(row["success"] for row in group)} for key, group in groups.items()]


def verdicts(rows: list[Row], cost: dict[str, float]) -> list[tuple[str, str, str, str, str]]:
    """(figure, must reach, measured, met, best of the others here) for each figure, from medians."""
    others = [name for name in STRATEGIES if not name.startswith("ours")]
    lines = []
    for target in targets():
        value = target.measured(rows, LEADER)
        whole = [name for name in others if target.key == "success" or target.scenario == "dead" or _complete(rows, name, target)]
        best = _best(target, [target.measured(rows, name) for name in whole])
        lines.append((target.name, target.bound(), _shown(target, value), _said(target, value), _shown(target, best)))
    value = cost[OURS_IN_FULL]
    rest = min(cost[name] for name in cost if name.startswith(("tenacity", "stamina")))
    lines.append(("overhead of a successful call, limiter and ledger", "≤ 30 µs", f"{value:.1f} µs",
                  "yes" if value <= 30 else "no", f"{rest:.1f} µs"))
    return lines


def _complete(rows: list[Row], strategy: str, target: Target) -> bool:
    """Whoever loses calls is soon done: only strategies without a loss are compared by time and waste."""
    mine = [row for row in rows if row["strategy"] == strategy and row["scenario"] == target.scenario
            and row["workers"] in target.workers]
    return all(row["success"] == 1.0 for row in mine)


def _best(target: Target, values: list[float | None]) -> float | None:
    return (max if target.at_least else min)((value for value in values if value is not None), default=None)


def _shown(target: Target, value: float | None) -> str:
    return "–" if value is None else f"{value:{target.form}}"


def _said(target: Target, value: float | None) -> str:
    return "not run" if value is None else "yes" if target.met(value) else "no"


def table(rows: list[Row], cost: dict[str, float], calls: int, command: str) -> str:
    """The results as Markdown, from medians."""
    versions = ", ".join(f"{name} {version(name)}" for name in ("huggingface_hub", "openai", "tenacity", "stamina"))
    lines = ["# Retries under a rate limit: measured", "",
             f"{time.strftime('%Y-%m-%d')}, Python {platform.python_version()}, {versions}; {os.cpu_count()} cores, load average "
             f"{os.getloadavg()[2]:.1f} over the last 15 minutes; N = {calls}; medians. Command: `{command}`.", "",
             "ratio: wall time / least time the limit allows for N requests. attainable: the same, counting the requests that "
             "the server's faults cost.", "",
             "## Figure by figure", "",
             f"Measured: {STRATEGIES[LEADER][0]}; the worst over the workers in question, each a median; success: the worst run. "
             "The last column is the best of the other strategies here that lost no call, each figure for itself.", "",
             "| figure | must reach | measured | met | best of the others |", "|---|---|---|---|---|"]
    lines += [f"| {' | '.join(verdict)} |" for verdict in verdicts(rows, cost)]
    for name in dict.fromkeys(row["scenario"] for row in rows):
        lines += ["", f"## {name}", "", f"| {' | '.join(HEADS)} |", "|---" * len(HEADS) + "|"]
        lines += [_line(row) for row in rows if row["scenario"] == name]
        if name == "fixed window":
            lines += _floor(rows, calls)
        if any(row["undone"] for row in rows if row["scenario"] == name):
            lines += ["", "+: cut off before all calls were tried; calls that were not tried count as failed."]
    lines += ["", "## Overhead of a call that succeeds at once", "", "| way | microseconds |", "|---|---|"]
    lines += [f"| {name} | {value:.1f} |" for name, value in cost.items()]
    return "\n".join(lines) + "\n"


def _floor(rows: list[Row], calls: int) -> list[str]:
    """Why the ratio of the fixed window cannot be less, reckoned from the faults of our own runs; [] if they cost no window."""
    found = [row for row in rows if row["scenario"] == "fixed window" and row["strategy"] == LEADER and row["success"] == 1.0]
    floor = min((row["ratio"] / row["attainable"] for row in found), default=1.0)
    if floor < 1.005:
        return []
    faults, worst = min(row["faults"] for row in found), max(row["attainable"] for row in found)
    below = [row for row in rows if row["scenario"] == "fixed window" and row["ratio"] < 0.995 * floor and row["success"] == 1.0]
    others = "a strategy below it that loses nothing would refute this" if below else "whoever is below it has lost calls"
    return ["", f"The floor of this ratio is {floor:.2f}. The minimum is that of the study and the issue: the start of the last "
            f"window that {calls} requests need. A request that ends in a 500 or a reset was admitted first, so it has used its "
            f"place, and must be sent again: with the {faults:.0f} faults of these runs {calls + faults:.0f} places are needed, "
            f"which takes one window more, and before that window opens the server admits nothing, from anybody. Without a loss "
            f"nothing can come under {floor:.2f}; {others}. Ours takes {worst:.2f} of what was attainable."]


def _line(row: Row) -> str:
    ratios = "– | – | –" if row["success"] == 0 else f"{row['ratio']:.2f} | {row['attainable']:.2f} | {row['refused']:.3f}"
    return (f"| {STRATEGIES[row['strategy']][0]} | {row['workers']} | {row['runs']} | {row['success']:.1%} | {ratios} "
            f"| {row['requests']:.0f}{'+' if row['undone'] else ''} "
            f"| {row['p50_s']:.3f} | {row['p99_s']:.2f} | {row['slowest_share']:.2f} |")


def chart(rows: list[Row], path: Path) -> None:
    """Time and waste of every strategy, main scenario, with the most workers that were run; from medians."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    main = [row for row in rows if row["scenario"] == "main"]
    if not main:
        return
    most = max(row["workers"] for row in main)
    shown = sorted((row for row in main if row["workers"] == most), key=lambda row: (row["success"] == 1.0, -row["ratio"]))
    sheet = Figure(figsize=(8.4, 1.5 + 0.36 * len(shown)), dpi=160, layout="constrained", facecolor="white")
    FigureCanvasAgg(sheet)
    panels: tuple[tuple[str, str, Callable[[float], str]], ...] = (
        ("ratio", "wall time / least time", "{:.2f}".format),
        ("refused", "429 per successful call", "{:.2f}".format))
    for place, (key, label, form) in enumerate(panels):
        axes = sheet.add_subplot(1, 2, place + 1)
        values = [row[key] for row in shown]
        axes.barh(range(len(shown)), values, height=0.68,
                  color=[BLUE if row["strategy"].startswith("ours") else GREY for row in shown])
        for at, row in enumerate(shown):
            axes.text(row[key] + 0.015 * (max(values) or 1), at, form(row[key]), va="center", fontsize=10)
        axes.set_yticks(range(len(shown)), [_name(row) for row in shown] if place == 0 else [""] * len(shown), fontsize=10)
        axes.set_xlim(0, 1.14 * (max(values) or 1))
        axes.set_title(label, loc="left", fontsize=10.5)
        axes.tick_params(length=0)
        axes.set_xticks([])
        for side in ("top", "right", "bottom"):
            axes.spines[side].set_visible(False)
        if key == "ratio":
            axes.axvline(1.0, color="black", linewidth=0.8, linestyle=":")
    sheet.suptitle(_claim(shown, most), x=0.01, ha="left", fontsize=12.5, fontweight="bold")
    sheet.savefig(path, metadata={"Software": None})


def _name(row: Row) -> str:
    lost = 1.0 - row["success"]
    return STRATEGIES[row["strategy"]][0] + (f" (loses {lost:.1%})" if lost > 0 else "")


def _claim(shown: list[Row], workers: int) -> str:
    """What the chart shows, in its own figures."""
    ours = next((row for row in shown if row["strategy"] == LEADER), None)
    setting = f"main scenario, {workers} workers" if workers > 1 else "main scenario, 1 worker"
    if ours is None:
        return f"Time and refused requests, {setting}"
    others = [row for row in shown if not row["strategy"].startswith("ours") and row["success"] == 1.0]
    mine = f"With a shared limiter: {ours['ratio']:.2f} × the least time and {ours['refused']:.2f} refusals per call"
    if not others:
        return f"{mine}\n({setting})"
    return f"{mine};\nwithout: {min(row['ratio'] for row in others):.2f} × or more and " \
           f"{min(row['refused'] for row in others):.2f} or more ({setting})"
