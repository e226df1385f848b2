"""Mixed traffic at the server's limit for a long time: `python benchmarks/soak.py` (thirty minutes). One line a figure.

A server process of its own and a load generator in another. Before the time begins every model is loaded, every log and every
cache of words is full, and the mixed traffic has run for a while, so that what grows afterwards is a leak. With `--check`
nothing is written, and the exit code says whether memory was flat and no unscripted request failed (the form of the suite
`soak`). How steady the p99 is depends on what else the machine does: it is reported and not asserted.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent))
from soak_traffic import FULL, Client, Seen, fill, set_scripts  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
GROWTH_MB, GROWTH_SHARE = 8.0, 0.05  # what an allocator may do; the larger of the two
WARM_S = 15.0  # of mixed traffic before anything is measured
STEADY = 0.20  # of the p99 between the first and the last third


async def soak(place: tuple[str, int], clients: int, seconds: float, ready: multiprocessing.Event) -> Seen:
    """Warm up, then all clients at once until the time is up."""
    warm = [Client(place, number, Seen(time.perf_counter())) for number in range(FULL)]
    await set_scripts(warm[0])
    await asyncio.gather(*(fill(client) for client in warm))
    for client in warm:
        client.hang_up()
    begin = time.perf_counter()
    await asyncio.gather(*(Client(place, number, Seen(begin)).run(begin + WARM_S) for number in range(clients)))
    begin = time.perf_counter()
    seen = Seen(begin)
    ready.set()
    await asyncio.gather(*(Client(place, number, seen).run(begin + seconds) for number in range(clients)))
    return seen


def generator(
    place: tuple[str, int], clients: int, seconds: float, ready: multiprocessing.Event, out: multiprocessing.Queue
) -> None:
    """The load generator's process."""
    try:
        out.put(asyncio.run(soak(place, clients, seconds, ready)))
    except Exception as error:
        out.put(error)
        raise


@dataclass
class Memory:
    """Resident memory of the server in MB, once a second, and its processor time at the end."""

    samples: list[float]
    cpu_s: float = 0.0
    connections: int = 0
    tracebacks: int = 0

    @property
    def thirds(self) -> tuple[float, float]:
        """Medians of the first and of the last third."""
        size = max(1, len(self.samples) // 3)
        return statistics.median(self.samples[:size]), statistics.median(self.samples[-size:])

    @property
    def tenths(self) -> list[float]:
        """Eleven samples from the beginning to the end."""
        last = len(self.samples) - 1
        return [self.samples[last * part // 10] for part in range(11)] if self.samples else []

    @property
    def flat(self) -> bool:
        first, last = self.thirds
        return last - first <= max(GROWTH_MB, GROWTH_SHARE * first)


def watch(pid: int, memory: Memory, stop: threading.Event) -> None:
    """Sample until told to stop."""
    import psutil

    process = psutil.Process(pid)
    before = sum(process.cpu_times()[:2])
    while not stop.wait(1.0):
        memory.samples.append(process.memory_info().rss / 1e6)
    memory.cpu_s = sum(process.cpu_times()[:2]) - before
    memory.connections = len([c for c in process.net_connections() if c.status == psutil.CONN_ESTABLISHED])


def measure(clients: int, seconds: float) -> tuple[Seen, Memory]:
    """One soak: what the clients saw, and what the server used."""
    command = [sys.executable, "-m", "helpers.practice", "--port", "0"]
    with (
        tempfile.TemporaryFile("w+") as log,
        subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=log) as server,
    ):
        memory = Memory([])
        try:
            place = urlsplit(server.stdout.readline().split()[-1])
            context = multiprocessing.get_context("spawn")
            ready, out = context.Event(), context.Queue()
            process = context.Process(
                target=generator, args=((place.hostname, place.port), clients, seconds, ready, out), daemon=True
            )
            process.start()
            while not ready.wait(0.2) and process.is_alive():
                pass
            stop = threading.Event()
            watcher = threading.Thread(target=watch, args=(server.pid, memory, stop), daemon=True)
            watcher.start()
            try:
                seen = out.get(timeout=seconds + 300)
            finally:
                time.sleep(1.5)  # for the connections to close
                stop.set()
                watcher.join()
            process.join()
        finally:
            server.terminate()
            server.wait(15)
        log.seek(0)
        said = log.read()
        memory.tracebacks = said.count("Traceback")
        sys.stderr.write(said[-2000:])
    if isinstance(seen, Exception):
        raise seen
    return seen, memory


def p99_ms(times: list[float]) -> float:
    return statistics.quantiles(times, n=100)[98] * 1000 if len(times) > 1 else 0.0


def figures(seen: Seen, memory: Memory, seconds: float) -> list[dict]:
    """Name, value, what is asked for, and whether it holds; `asserted` ones decide the exit code."""
    size = seconds / 3
    first, last = (p99_ms([took for at, took in seen.times if low <= at < low + size]) for low in (0, seconds - size))
    requests, failed = sum(seen.statuses.values()), sum(seen.failed.values())
    low, high = memory.thirds
    change = last / first - 1 if first else 0.0
    return [
        row("requests, all kinds", f"{requests} ({requests / seconds:.0f}/s)", "", True),
        row("failed requests that nobody scripted", str(failed), "0", failed == 0, asserted=True),
        row("memory, first / last third", f"{low:.1f} / {high:.1f} MB", "flat (8 MB or 5 %)", memory.flat, asserted=True),
        row("memory over time, MB", " ".join(f"{value:.0f}" for value in memory.tenths), "", True),
        row("growth per 1000 requests", f"{1000 * (high - low) / max(1, requests):+.3f} MB", "", True),
        row("p99 of a short chat reply, first / last third", f"{first:.0f} / {last:.0f} ms ({change:+.0%})", "within 20 %",
            abs(change) <= STEADY),
        row("processor time of the server", f"{memory.cpu_s / seconds:.0%}", "", True),
        row("tracebacks in the server's log", str(memory.tracebacks), "0", memory.tracebacks == 0, asserted=True),
        row("connections left open at the end", str(memory.connections), "0", memory.connections == 0, asserted=True),
    ]  # fmt: skip


def row(name: str, value: str, must: str, good: bool, *, asserted: bool = False) -> dict:
    print(f"{name:<50} {value:>28}   {f'[{must}] ' + ('ok' if good else 'MISSED') if must else ''}", flush=True)
    return {"name": name, "value": value, "must": must, "good": good, "asserted": asserted}


def write(rows: list[dict], seen: Seen, memory: Memory, about: str) -> None:
    """benchmarks/results/soak.md and soak.json."""
    table = "\n".join(
        f"| {r['name']} | {r['value']} | {r['must'] or '-'} | {('yes' if r['good'] else '**no**') if r['must'] else '-'} |"
        for r in rows
    )
    kinds = ", ".join(f"{name} {count}" for name, count in sorted(seen.answers.items()))
    statuses = ", ".join(f"{status} x {count}" for status, count in sorted(seen.statuses.items()))
    text = (
        f"# Soak: measured\n\n{about}\n\n| figure | value | asked for | holds |\n|---|---|---|---|\n{table}\n\n"
        f"Operations: {kinds}.\n\nStatuses: {statuses}.\n"
    )
    if seen.failed:
        text += "\nFailed: " + "; ".join(f"{count} x {kind}" for kind, count in seen.failed.most_common(10)) + ".\n"
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "soak.md").write_text(text, encoding="utf-8")
    numbers = {
        "about": about,
        "figures": rows,
        "operations": seen.answers,
        "statuses": seen.statuses,
        "failed": seen.failed,
        "memory_mb": [round(value, 1) for value in memory.samples[:: max(1, len(memory.samples) // 200)]],
    }
    (RESULTS / "soak.json").write_text(json.dumps(numbers, indent=1) + "\n")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=30.0, help="length of the load (default: 30)")
    parser.add_argument("--clients", type=int, default=32, help="connections at once (default: 32)")
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 when memory grew or a request failed")
    options = parser.parse_args()
    seconds = 60 * options.minutes
    seen, memory = measure(options.clients, seconds)
    names = ("starlette", "uvicorn", "httptools", "numpy")
    about = (
        f"{time.strftime('%Y-%m-%d')}, Python {platform.python_version()}, {', '.join(f'{n} {version(n)}' for n in names)}; "
        f"{os.cpu_count()} cores, load average {os.getloadavg()[1]:.1f} over the last five minutes; {options.minutes:g} minutes, "
        f"{options.clients} clients. "
        f"Command: `python benchmarks/soak.py --minutes {options.minutes:g} --clients {options.clients}`."
    )
    print(about)
    rows = figures(seen, memory, seconds)
    for kind, count in seen.failed.most_common(10):
        print(f"    {count} x {kind}")
    if not options.check:
        write(rows, seen, memory, about)
    return 0 if all(r["good"] for r in rows if r["asserted"]) else 1


if __name__ == "__main__":
    sys.exit(main())
