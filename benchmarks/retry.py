"""N calls under a rate limit, finished by us, by the page's function, by tenacity, stamina and openai's own retries.

    python benchmarks/retry.py                        everything into benchmarks/results/ (about 90 minutes)
    python benchmarks/retry.py --lead                 what the figures need, ours repeated (about 25 minutes)
    python benchmarks/retry.py --quick                ours and two others, main scenario and no headers (5 minutes)
    python benchmarks/retry.py --strategy ours-hub --scenario "fixed window" --workers 8 --repeat 5 --seed 3 --dry

Finished runs are kept in benchmarks/results/retry.partial.jsonl until all are there: the same command goes on after an
interruption, unless what is measured has changed.

Every run is a fresh process against one server process (benchmarks/retry_server.py) on loopback, in real time.
ratio = wall / minimum, the minimum being the least time the limit allows for N requests. Faults cost further requests: the
attainable ratio divides by the least time for N requests plus the faults that the server made. "429 per success" counts at
the server. With failures the wall time is shorter: read it together with the success.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shlex
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import retry_strategies  # noqa: E402
from retry_report import chart, medians, table, verdicts  # noqa: E402
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
OURS = ("_attempts", "_batch", "_classify", "_headers", "_limiter", "_limits", "_loop", "_policy", "_probe", "_turns", "batch",
        "hook", "ledger", "pacing", "retry", "transport")  # modules on the way of a call
FEW = ("page", "tenacity-both", "stamina", "openai-8")  # with --lead the others run in one cell only


@dataclass(frozen=True)
class Cell:
    """One run of the benchmark. give_up_s: seconds after which others than ours begin no further call."""

    scenario: str
    strategy: str
    workers: int
    calls: int
    seed: int
    give_up_s: float


@contextmanager
def server() -> Iterator[str]:
    """The imitation server in a process of its own; gives its URL."""
    process = subprocess.Popen([sys.executable, str(HERE / "retry_server.py")], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.terminate()
        process.wait()


def control(url: str, scenario: Scenario | None = None) -> dict[str, Any]:
    """Set a scenario, or read what was counted."""
    data = json.dumps(scenario.__dict__).encode() if scenario else None
    with urllib.request.urlopen(urllib.request.Request(f"{url}/control", data=data)) as reply:
        return json.load(reply)


def measure(url: str, cell: Cell) -> dict[str, Any]:
    """One run in a fresh process; one row of figures."""
    scenario, calls, workers = scenario_of(cell), cell.calls, cell.workers
    control(url, scenario)
    command = [sys.executable, str(Path(__file__)), "--child", url, json.dumps(asdict(cell))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900)
    if done.returncode:
        raise RuntimeError(f"{cell.strategy} with {workers} workers failed:\n{done.stderr[-2000:]}")
    seen, counts = json.loads(done.stdout.strip().splitlines()[-1]), control(url)
    ok, statuses = max(1, seen["ok"]), counts["statuses"]
    shares = [seen["per_worker"].get(str(worker), 0) / (seen["ok"] / workers or 1) for worker in range(workers)]
    latencies = sorted(seen["latencies_s"]) or [0.0]
    return {
        **asdict(cell), "success": seen["ok"] / calls, "undone": calls - seen["ok"] - sum(seen["failures"].values()),
        "wall_s": seen["wall_s"], "ratio": seen["wall_s"] / scenario.least_s(calls),
        "attainable": seen["wall_s"] / scenario.least_s(calls + counts["faults"]), "faults": counts["faults"],
        "requests": counts["requests"], "refused": statuses.get("429", 0) / ok, "loading": statuses.get("503", 0) / ok,
        "p50_s": latencies[len(latencies) // 2], "p99_s": latencies[int(len(latencies) * 0.99)], "slowest_share": min(shares),
        "failures": seen["failures"], "summary": seen["summary"], "seconds": counts["seconds"],
    }


def child(url: str, cell: Cell) -> None:
    """The process of one run: prints a Run as JSON."""
    from huggingface_hub import AsyncInferenceClient, InferenceClient  # noqa: F401  (imports are not measured)
    from openai import OpenAI  # noqa: F401
    retry_strategies.GIVE_UP_S = cell.give_up_s
    print(json.dumps(STRATEGIES[cell.strategy][1](url, cell.calls, cell.workers).__dict__))


def scenario_of(cell: Cell) -> Scenario:
    """Its scenario for so many calls; the limit of "halving" halves when half of them were admitted."""
    found = SCENARIOS[cell.scenario]
    return replace(found, seed=cell.seed, halve_after=cell.calls // 2 if found.halve_after else None)


def line(row: dict[str, Any]) -> str:
    """One run on one line."""
    return (f"{row['scenario']:17}{row['strategy']:16}{row['workers']:3}  {row['success']:6.1%}  ratio {row['ratio']:.3f} "
            f"(attainable {row['attainable']:.3f})  429 {row['refused']:.3f}  requests {row['requests']:5}  "
            f"p50 {row['p50_s']:.3f}  p99 {row['p99_s']:.3f}  share {row['slowest_share']:.2f}  {row['failures'] or ''}")


def cells(options: argparse.Namespace) -> list[Cell]:
    """What to run, in order."""
    planned = []
    for name in options.scenario:
        for strategy in options.strategy:
            workers, repeat = _lead(name, strategy, options.workers) if options.lead else (options.workers, options.repeat)
            if name in EXTRA and (options.lead or not strategy.startswith("ours")):
                continue
            if name == "no headers" and strategy == "ours-hub" and not options.quick and not options.dry:
                repeat = max(repeat, 5)
            planned += [Cell(name, strategy, count, options.calls, options.seed + turn, 60.0 if options.lead else 150.0)
                        for count in workers for turn in range(repeat)]
    return planned


def _lead(scenario: str, strategy: str, workers: list[int]) -> tuple[list[int], int]:
    """(numbers of workers, runs) that the figures need."""
    most = workers[-1:]
    if strategy == "ours-hub":
        return workers if scenario == "main" else most if scenario in ("no cold start", "dead") else workers[1:], 3
    if strategy in FEW:
        return workers if scenario == "main" else most, 1
    return most if scenario == "main" else [], 1


def run_all(planned: list[Cell], partial: Path | None) -> list[dict[str, Any]]:
    """The rows of all cells; those found in `partial` are not run again. Prints a line per run."""
    state = _state()
    rows = {}
    if partial and partial.exists():
        for text in partial.read_text().splitlines():
            row = json.loads(text)
            if row.pop("state") == state:
                rows[Cell(*(row[name] for name in Cell.__dataclass_fields__))] = row
    with server() as url:
        for cell in planned:
            if cell in rows:
                print(line(rows[cell]), " (kept)", flush=True)
                continue
            rows[cell] = measure(url, cell)
            print(line(rows[cell]), flush=True)
            if partial:
                with partial.open("a") as file:
                    file.write(json.dumps(rows[cell] | {"state": state}) + "\n")
    return [rows[cell] for cell in planned]


def _state() -> str:
    """A fingerprint of what is measured: our way of a call, this benchmark, its scenarios."""
    found = hashlib.sha256(repr(SCENARIOS).encode())
    ours = [HERE.parent / "helpers" / f"{name}.py" for name in OURS]
    for path in (*ours, HERE / "retry_server.py", HERE / "retry_strategies.py"):
        found.update(path.read_bytes())
    return found.hexdigest()[:16]


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
    parser.add_argument("--repeat", type=int, default=1, help="runs of each cell; ours run five times with no headers")
    parser.add_argument("--calls", type=int, default=CALLS)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--lead", action="store_true", help="ours 3 times (no headers 5), the others once, where a figure asks")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--dry", action="store_true", help="write no files")
    parser.add_argument("--into", type=Path, default=RESULTS, help="folder for the results")
    parser.add_argument("--rate", type=float, help="requests per second of the bucket (50)")
    parser.add_argument("--burst", type=float, help="size of the bucket (10)")
    parser.add_argument("--window", nargs=2, type=float, metavar=("QUOTA", "SECONDS"), help="of the fixed window (100 4)")
    parser.add_argument("--latency", nargs=2, type=float, metavar=("LOW", "HIGH"), help="seconds (0.005 0.015)")
    options = parser.parse_args()
    _change_limits(options)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the server ends as well
    if any(replace(found, halve_after=None).least_s(options.calls) <= 0 for found in SCENARIOS.values()):
        parser.error("--calls must be above the quota of the window and the burst of the bucket")
    if options.quick:
        options.strategy, options.scenario = ["ours-hub", "tenacity-both", "openai-8"], ["main", "no headers"]
    folder = options.into
    folder.mkdir(exist_ok=True, parents=True)
    partial = folder / "retry.partial.jsonl"
    rows = run_all(cells(options), None if options.dry else partial)
    cost, middle = overheads(), medians(rows)
    command = shlex.join(["python", "benchmarks/retry.py", *sys.argv[1:]])
    text = table(middle, cost, options.calls, command)
    print()
    if options.dry:
        print(text)
        return
    for figure, bound, measured, met, best in verdicts(middle, cost):
        print(f"{figure:58} {bound:>8}  {measured:>8}  {met:8} others {best}")
    (folder / "retry.md").write_text(text)
    lines = ",\n".join(json.dumps(row) for row in rows)  # a run a line: a change of one shows as one
    (folder / "retry.json").write_text(f'{{"rows": [\n{lines}\n], "overhead_us": {json.dumps(cost)}}}\n')
    chart(middle, folder / "retry.png")
    partial.unlink(missing_ok=True)
    print(f"Written: {folder.name}/retry.md, retry.json, retry.png")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(sys.argv[2], Cell(**json.loads(sys.argv[3])))
    else:
        main()
