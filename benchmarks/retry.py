"""N calls under a rate limit, finished by us, by the page's function, by tenacity, stamina and openai's own retries.

    python benchmarks/retry.py                        the whole table into benchmarks/results/ (about 90 minutes)
    python benchmarks/retry.py --quick                ours and two others, main scenario and no headers (5 minutes)
    python benchmarks/retry.py --strategy ours-hub --scenario window --workers 8 --repeat 5 --seed 3 --dry

Every run is a fresh process against one server process (benchmarks/retry_server.py) on loopback, in real time.
ratio = wall / minimum, the minimum being the least time the limit allows for N requests. Faults cost further requests: the
attainable ratio divides by the least time for N requests plus the faults that the server made. "429 per success" counts at
the server. With failures the wall time is shorter: read it together with the success.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from retry_server import Scenario  # noqa: E402
from retry_strategies import STRATEGIES, overheads  # noqa: E402

RESULTS = HERE / "results"
CALLS = 500
MAIN = Scenario(cold_s=3.0)
SCENARIOS = {
    "main": MAIN,
    "no cold start": replace(MAIN, cold_s=0.0),
    "no headers": replace(MAIN, cold_s=0.0, headers="none"),
    "fixed window": replace(MAIN, cold_s=0.0, window=(100, 4.0)),
    "halving": replace(MAIN, cold_s=0.0, halve_after=CALLS // 2),
    "dead": replace(MAIN, cold_s=0.0, dead=True),
    "Retry-After only": replace(MAIN, cold_s=0.0, headers="retry-after"),
}
EXTRA = {"Retry-After only"}  # not part of the comparison: only ours runs it
WORKERS = (1, 8, 32)
HEADS = ("strategy", "workers", "runs", "success", "ratio", "attainable", "429 per success", "requests", "p50 s", "p99 s",
         "slowest worker's share")


def minimum(scenario: Scenario, requests: int) -> float:
    """The least seconds in which the limit admits `requests`, cold start included."""
    if scenario.window:
        quota, span = scenario.window
        return scenario.cold_s + (requests - 1) // quota * span
    if scenario.halve_after:
        before = (scenario.halve_after - scenario.burst) / scenario.rate
        return scenario.cold_s + before + (requests - scenario.halve_after) * 2 / scenario.rate
    return scenario.cold_s + (requests - scenario.burst) / scenario.rate


@contextmanager
def server() -> Iterator[str]:
    """The imitation server in a process of its own; gives its URL."""
    process = subprocess.Popen([sys.executable, str(HERE / "retry_server.py")], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.terminate()
        process.wait()


def control(url: str, scenario: Scenario | None = None) -> dict[str, Any]:
    """Set a scenario, or read what was counted."""
    data = json.dumps(scenario.__dict__).encode() if scenario else None
    with urllib.request.urlopen(urllib.request.Request(f"{url}/control", data=data)) as reply:
        return json.load(reply)


def measure(url: str, strategy: str, scenario: Scenario, workers: int, calls: int) -> dict[str, Any]:
    """One run in a fresh process; one row of figures."""
    control(url, scenario)
    command = [sys.executable, str(Path(__file__)), "--child", strategy, url, str(calls), str(workers)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    if done.returncode:
        raise RuntimeError(f"{strategy} with {workers} workers failed:\n{done.stderr[-2000:]}")
    seen, counts = json.loads(done.stdout.strip().splitlines()[-1]), control(url)
    ok, statuses = max(1, seen["ok"]), counts["statuses"]
    shares = [seen["per_worker"].get(str(worker), 0) / (seen["ok"] / workers or 1) for worker in range(workers)]
    latencies = sorted(seen["latencies_s"]) or [0.0]
    return {
        "success": seen["ok"] / calls, "wall_s": seen["wall_s"], "ratio": seen["wall_s"] / minimum(scenario, calls),
        "attainable": seen["wall_s"] / minimum(scenario, calls + counts["faults"]), "faults": counts["faults"],
        "requests": counts["requests"], "refused": statuses.get("429", 0) / ok, "loading": statuses.get("503", 0) / ok,
        "p50_s": latencies[len(latencies) // 2], "p99_s": latencies[int(len(latencies) * 0.99)], "slowest_share": min(shares),
        "failures": seen["failures"], "summary": seen["summary"], "seconds": counts["seconds"],
    }


def child(strategy: str, url: str, calls: int, workers: int) -> None:
    """The process of one run: prints a Run as JSON."""
    from huggingface_hub import AsyncInferenceClient, InferenceClient  # noqa: F401  (imports are not measured)
    from openai import OpenAI  # noqa: F401
    run = STRATEGIES[strategy][1](url, calls, workers)
    print(json.dumps(run.__dict__))


def scenario(name: str, calls: int, seed: int) -> Scenario:
    """A scenario for so many calls; the limit of "halving" halves when half of them were admitted."""
    found = SCENARIOS[name]
    return replace(found, seed=seed, halve_after=calls // 2 if found.halve_after else None)


def line(row: dict[str, Any]) -> str:
    """One run on one line."""
    return (f"{row['scenario']:17}{row['strategy']:16}{row['workers']:3}  {row['success']:6.1%}  ratio {row['ratio']:.3f} "
            f"(attainable {row['attainable']:.3f})  429 {row['refused']:.3f}  requests {row['requests']:5}  "
            f"p50 {row['p50_s']:.3f}  p99 {row['p99_s']:.3f}  share {row['slowest_share']:.2f}  {row['failures'] or ''}")


def run_all(strategies: list[str], scenarios: list[str], workers: list[int], repeat: int, calls: int,
            seed: int) -> list[dict[str, Any]]:
    """Every combination, `repeat` times with seeds from `seed` on; prints a line per run."""
    rows = []
    with server() as url:
        for name in scenarios:
            for strategy in strategies:
                if name in EXTRA and not strategy.startswith("ours"):
                    continue
                for count in workers:
                    for turn in range(repeat):
                        row = {"scenario": name, "strategy": strategy, "workers": count, "seed": seed + turn}
                        row |= measure(url, strategy, scenario(name, calls, seed + turn), count, calls)
                        rows.append(row)
                        print(line(row), flush=True)
    return rows


def medians(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row per scenario, strategy and number of workers: the median of each figure; runs: how many."""
    groups: dict[tuple[str, str, int], list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault((row["scenario"], row["strategy"], row["workers"]), []).append(row)
    figures = ("success", "wall_s", "ratio", "attainable", "refused", "loading", "p50_s", "p99_s", "slowest_share", "requests")
    return [{"scenario": key[0], "strategy": key[1], "workers": key[2], "runs": len(group),
             **{figure: statistics.median(row[figure] for row in group) for figure in figures}} for key, group in groups.items()]


def table(rows: list[dict[str, Any]], cost: dict[str, float], calls: int) -> str:
    """The results as Markdown."""
    lines = ["# Retries under a rate limit: measured", "",
             f"{time.strftime('%Y-%m-%d')}, Python {platform.python_version()}, "
             + ", ".join(f"{name} {version(name)}" for name in ("huggingface_hub", "openai", "tenacity", "stamina"))
             + f"; {os.cpu_count()} cores, load average {os.getloadavg()[2]:.1f} over the last 15 minutes; N = {calls}; medians. "
             f"Command: `python {' '.join(['benchmarks/retry.py', *sys.argv[1:]])}`.", "",
             "ratio: wall time / least time the limit allows for N requests. attainable: the same, counting the requests that "
             "the server's faults cost (in the fixed window these need one more window: 1.25 is the floor of the ratio).", ""]
    for name in dict.fromkeys(row["scenario"] for row in rows):
        lines += [f"## {name}", "", f"| {' | '.join(HEADS)} |", "|---" * len(HEADS) + "|"]
        lines += [f"| {STRATEGIES[row['strategy']][0]} | {row['workers']} | {row['runs']} | {row['success']:.1%} "
                  f"| {row['ratio']:.2f} | {row['attainable']:.2f} | {row['refused']:.3f} | {row['requests']:.0f} "
                  f"| {row['p50_s']:.3f} | {row['p99_s']:.2f} | {row['slowest_share']:.2f} |"
                  for row in rows if row["scenario"] == name]
        lines.append("")
    lines += ["## Overhead of a call that succeeds at once", "", "| way | microseconds |", "|---|---|"]
    lines += [f"| {name} | {value:.1f} |" for name, value in cost.items()]
    return "\n".join(lines) + "\n"


def figure(rows: list[dict[str, Any]], path: Path) -> None:
    """Waste against time in the main scenario, 32 workers (or the most that were run)."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    main = [row for row in rows if row["scenario"] == "main"]
    if not main:
        return
    most = max(row["workers"] for row in main)
    shown = sorted((row for row in main if row["workers"] == most), key=lambda row: -row["ratio"])
    sheet = Figure(figsize=(7.2, 0.9 + 0.36 * len(shown)), dpi=200, layout="constrained", facecolor="white")
    FigureCanvasAgg(sheet)
    for place, (key, label) in enumerate((("ratio", "wall time / minimum"), ("refused", "429 per success"))):
        axes = sheet.add_subplot(1, 2, place + 1)
        names = [STRATEGIES[row["strategy"]][0] + ("" if row["success"] > 0.9999 else f" ({row['success']:.1%} ok)")
                 for row in shown]
        colours = ["#0072B2" if row["strategy"].startswith("ours") else "#767676" for row in shown]
        axes.barh(range(len(shown)), [row[key] for row in shown], color=colours)
        for at, row in enumerate(shown):
            axes.text(row[key], at, f" {row[key]:.2f}", va="center", fontsize=11)
        axes.set_yticks(range(len(shown)), names if place == 0 else [""] * len(shown), fontsize=11)
        axes.set_xlabel(label, fontsize=11)
        axes.margins(x=0.18)
        axes.set_xticks([])
        for side in ("top", "right", "bottom"):
            axes.spines[side].set_visible(False)
    sheet.suptitle(f"A shared limiter that learns wastes neither time nor requests\n({most} workers)", x=0.01, ha="left",
                   fontsize=13, fontweight="bold")
    sheet.savefig(path, metadata={"Software": None})


def _change_limits(options: argparse.Namespace) -> None:
    """Run the scenarios with another bucket, window or latency."""
    changed = {"rate": options.rate, "burst": options.burst, "latency_s": tuple(options.latency) if options.latency else None}
    changed = {name: value for name, value in changed.items() if value is not None}
    for name, found in SCENARIOS.items():
        quota = (int(options.window[0]), options.window[1]) if options.window and found.window else found.window
        SCENARIOS[name] = replace(found, window=quota, **changed)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--strategy", nargs="+", default=list(STRATEGIES), choices=list(STRATEGIES))
    parser.add_argument("--scenario", nargs="+", default=list(SCENARIOS), choices=list(SCENARIOS))
    parser.add_argument("--workers", nargs="+", type=int, default=list(WORKERS))
    parser.add_argument("--repeat", type=int, default=1, help="runs of each other strategy; ours run five times with no headers")
    parser.add_argument("--calls", type=int, default=CALLS)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--dry", action="store_true", help="write no files")
    parser.add_argument("--rate", type=float, help="requests per second of the bucket (50)")
    parser.add_argument("--burst", type=float, help="size of the bucket (10)")
    parser.add_argument("--window", nargs=2, type=float, metavar=("QUOTA", "SECONDS"), help="of the fixed window (100 4)")
    parser.add_argument("--latency", nargs=2, type=float, metavar=("LOW", "HIGH"), help="seconds (0.005 0.015)")
    options = parser.parse_args()
    _change_limits(options)
    if options.quick:
        options.strategy, options.scenario = ["ours-hub", "tenacity-both", "openai-8"], ["main", "no headers"]
    rows = run_all(options.strategy, options.scenario, options.workers, options.repeat, options.calls, options.seed)
    if options.repeat < 5 and "no headers" in options.scenario and not options.quick and not options.dry:
        ours = [name for name in options.strategy if name.startswith("ours")]
        rows += run_all(ours, ["no headers"], options.workers, 5 - options.repeat, options.calls, options.seed + options.repeat)
    cost = overheads()
    text = table(medians(rows), cost, options.calls)
    if options.dry:
        print(text)
        return
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "retry.md").write_text(text)
    (RESULTS / "retry.json").write_text(json.dumps({"rows": rows, "overhead_us": cost}, indent=1))
    figure(medians(rows), RESULTS / "retry.png")
    print(f"Written: {RESULTS.name}/retry.md, retry.json, retry.png")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))
    else:
        main()
