"""What a batch over a generator of a million items keeps: `python benchmarks/million.py [--items N]`. Writes results/million.md.

Each row is a fresh process: resident memory after every tenth of the items, and processor time per item. The function does
nothing and there is no limiter, so what grows is the batch's own.
"""
from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from helpers import amap_calls, map_calls

ROOT = Path(__file__).resolve().parent.parent
ROWS = [  # name, function, keep_values, resume
    ("map_calls, keep_values=False", "map_calls", False, False),
    ("amap_calls, keep_values=False", "amap_calls", False, False),
    ("map_calls, keep_values=False, resume=", "map_calls", False, True),
    ("amap_calls, keep_values=False, resume=", "amap_calls", False, True),
    ("map_calls, the same again: all from the file", "map_calls", False, True),
    ("map_calls, values kept (the default)", "map_calls", True, False),
]
LEFT = ("What is left to grow: one byte per call in the ledger, for its exact counts, and eight bytes per finished item when a file "
        "is read again, for its place there. Values are kept unless `keep_values=False`; errors always are.")


def measure(kind: str, keep: bool, resume: str | None, items: int) -> dict[str, object]:
    """One run in this process: resident MB after every tenth, and microseconds of processor time per item."""
    process, memory = psutil.Process(), []

    def numbers():
        for n in range(items):
            if n % (items // 10) == 0:
                memory.append(process.memory_info().rss / 1e6)
            yield n

    def length(n: int) -> int:
        return n % 7

    async def alength(n: int) -> int:
        return n % 7

    settings = {"limiter": None, "keep_values": keep, "resume": resume, "progress": False}
    began = time.process_time()
    waited = kind == "amap_calls"
    result = asyncio.run(amap_calls(alength, numbers(), **settings)) if waited else map_calls(length, numbers(), **settings)
    assert result.ok and len(result) == items, result
    memory.append(process.memory_info().rss / 1e6)
    return {"memory": memory, "us": (time.process_time() - began) / items * 1e6, "restored": result.restored}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(*json.loads(options.one), options.items)))
        return
    lines = ["# A million items: measured", "",
             f"{time.strftime('%Y-%m-%d')}, Python {platform.python_version()}; {os.cpu_count()} cores, load average "
             f"{os.getloadavg()[0]:.1f}. Command: `python benchmarks/million.py --items {options.items}`.", "",
             "| batch | resident MB at 0, 10, ... 100 % | growth from 10 % on | processor time per item |", "|---|---|---|---|"]
    with tempfile.TemporaryDirectory() as folder:
        for name, kind, keep, resume in ROWS:
            one = json.dumps([kind, keep, str(Path(folder, f"{kind}.jsonl")) if resume else None])
            run = subprocess.run([sys.executable, __file__, "--items", str(options.items), "--one", one], capture_output=True,
                                 text=True, check=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
            found = json.loads(run.stdout)
            memory = found["memory"]
            curve, growth = " ".join(f"{mb:.0f}" for mb in memory), memory[-1] - memory[1]
            lines.append(f"| {name} | {curve} | {growth:+.1f} MB | {found['us']:.0f} µs |")
            print(lines[-1], flush=True)
    (ROOT / "benchmarks/results/million.md").write_text("\n".join([*lines, "", LEFT, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
