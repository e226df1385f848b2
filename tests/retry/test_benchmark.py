"""benchmarks/retry.py: what it calls met, what it keeps of an interrupted run, and the page's rule that it compares with."""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path

import pytest

from .conftest import Scripted, hub_error

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))

import retry as benchmark
import retry_report as report
import retry_strategies as strategies
from retry_server import Scenario

COST = {strategies.OURS_IN_FULL: 31.0, "tenacity, Retrying": 11.0}


def row(scenario: str, strategy: str, workers: int, **figures: float) -> dict:
    return dict.fromkeys(report.FIGURES, 0.0) | {"success": 1.0, "slowest_share": 1.0} | figures | {
        "scenario": scenario, "strategy": strategy, "workers": workers}  # fmt: skip


def test_least_time():
    """N requests: those of the bucket at once, full windows, half of the rate from midway on."""
    assert Scenario(cold_s=3.0).least_s(500) == 3 + 490 / 50
    assert Scenario(window=(100, 4.0)).least_s(500) == 16 and Scenario(window=(100, 4.0)).least_s(501) == 20
    assert Scenario(halve_after=250).least_s(500) == 240 / 50 + 250 / 25


def test_verdicts_take_the_worst_workers_and_the_median_run():
    """Yes, no and not run; losses in one run of three count; whoever loses calls is nobody's rival."""
    rows = [row("main", "ours-hub", 8, ratio=ratio, refused=0.03, success=success)
            for ratio, success in ((1.0, 1.0), (1.06, 0.998), (9.0, 1.0))]  # fmt: skip
    rows += [row("main", "stamina", 8, ratio=1.5), row("main", "page", 8, ratio=1.1, success=0.9)]
    said = {name: (measured, met, best) for name, _, measured, met, best in report.verdicts(report.medians(rows), COST)}
    assert said["wall / minimum, main, workers: 8"] == ("1.06", "yes", "1.50")
    assert said["wall / minimum, main, workers: 32"] == ("–", "not run", "–")
    assert said["429 per success, main"] == ("0.030", "no", "0.000")
    assert said["success, every scenario but the dead one"][:2] == ("99.8%", "no")
    assert said["overhead of a successful call, limiter and ledger"] == ("31.0 µs", "no", "11.0 µs")


def test_interrupted_run_goes_on(tmp_path, monkeypatch):
    """Finished cells are kept, others run; what was measured with other code is run again."""
    runs, failing = [], [True]

    def measure(url, cell):
        if cell.seed == 9 and failing:
            raise KeyboardInterrupt
        runs.append(cell.seed)
        return benchmark.asdict(cell) | row("main", "stamina", 8) | {"refused": 0.0, "requests": 1, "failures": {}}

    monkeypatch.setattr(benchmark, "measure", measure)
    monkeypatch.setattr(benchmark, "server", lambda: contextlib.nullcontext("http://127.0.0.1"))
    planned = [benchmark.Cell("main", "stamina", 8, 60, seed, 60.0) for seed in (7, 8, 9)]
    partial = tmp_path / "partial.jsonl"
    with pytest.raises(KeyboardInterrupt):
        benchmark.run_all(planned, partial)
    failing.clear()
    assert [found["seed"] for found in benchmark.run_all(planned, partial)] == [7, 8, 9] and runs == [7, 8, 9]
    monkeypatch.setattr(benchmark, "_state", lambda: "other code")
    benchmark.run_all(planned[:1], partial)
    assert runs == [7, 8, 9, 7] and len(partial.read_text().splitlines()) == 4
    assert json.loads(partial.read_text().splitlines()[-1])["state"] == "other code"


@pytest.mark.parametrize(
    ("status", "sleeps", "error"), [(429, [1.0, 2.0, 4.0], RuntimeError), (503, [20.0] * 3, RuntimeError), (500, [], Exception)]
)
def test_rule_of_the_page(monkeypatch, status, sleeps, error):
    """Three tries, fixed sleeps after each, the last too; an error whose text names neither status passes at once."""
    slept = []
    monkeypatch.setattr(strategies.time, "sleep", slept.append)
    call = Scripted(*[hub_error(status)] * 3)
    with pytest.raises(error):
        strategies.page_retry(call)
    assert slept == sleeps and call.calls == (len(sleeps) or 1)
