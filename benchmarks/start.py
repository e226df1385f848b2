"""How fast the course opens: `python benchmarks/start.py [--json FILE]`. One line per figure; best and median of several fresh processes.

connect()            time beyond importing the SDKs, and resident memory added
first answer         a fresh kernel: imports, connect(), first chat reply
lesson 00, 01        the whole notebook under nbval
"""
from __future__ import annotations

import json
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUNS = 5

CONNECT = """
import time, huggingface_hub, openai
from huggingface_hub import InferenceClient
def rss(): return next(int(l.split()[1]) for l in open('/proc/self/status') if l.startswith('VmRSS')) / 1024
before, started = rss(), time.perf_counter()
from helpers import connect
course = connect()
print(time.perf_counter() - started, rss() - before)
"""

FIRST_ANSWER = """
from huggingface_hub import InferenceClient
from helpers import connect
course = connect()
client = InferenceClient(token=course.token, timeout=30)
client.chat_completion([{"role": "user", "content": "What is a 429?"}], model=course.models.chat, max_tokens=40)
"""


def fresh(code: str) -> list[float]:
    """The numbers that a fresh Python prints on its last line."""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return [float(word) for word in done.stdout.splitlines()[-1].split()]


def kernel_seconds(code: str) -> float:
    """From starting a kernel to the end of `code` in it."""
    from jupyter_client.manager import start_new_kernel
    started = time.perf_counter()
    manager, client = start_new_kernel(kernel_name="python3", cwd=str(ROOT))
    try:
        reply = client.execute_interactive(code, timeout=60, output_hook=lambda message: None)
        assert reply["content"]["status"] == "ok", reply["content"]
        return time.perf_counter() - started
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def nbval_seconds(name: str) -> float:
    """Wall time of one lesson under nbval, pytest's own start included."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-m", "pytest", "-q", "--nbval", "--nbval-current-env", "-p", "no:cacheprovider",
                    "--nbval-sanitize-with=tests/nbval_sanitize.cfg", name], cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - started


def main(argv: list[str]) -> int:
    """Measure and print; with --json also write the figures."""
    connects = [fresh(CONNECT) for _ in range(RUNS)]
    answers = [kernel_seconds(FIRST_ANSWER) for _ in range(RUNS)]
    figures = [figure("connect(), practice mode", "s", 0.5, [row[0] for row in connects]),
               figure("memory that connect() adds", "MB", 60, [row[1] for row in connects]),
               figure("first answer in a fresh kernel", "s", 4, answers)]
    for name, limit in (("00_start_here", 15), ("01_inference_client", 20)):
        figures.append(figure(f"lesson {name} under nbval", "s", limit, [nbval_seconds(f"notebooks/{name}.ipynb") for _ in range(3)]))
    if "--json" in argv:
        about = {"python": platform.python_version(), "date": time.strftime("%Y-%m-%d"), "figures": figures}
        Path(argv[argv.index("--json") + 1]).write_text(json.dumps(about, indent=1) + "\n")
    return 0


def figure(name: str, unit: str, limit: float, values: list[float]) -> dict:
    """Print one line and return it as a dict."""
    best, median = min(values), statistics.median(values)
    print(f"{name:<34} median {median:7.2f} {unit:<3} best {best:7.2f} {unit:<3} must be under {limit:g} {unit:<3} n={len(values)}"
          f"  {'ok' if median < limit else 'MISSED'}", flush=True)
    return {"name": name, "unit": unit, "limit": limit, "median": round(median, 3), "best": round(best, 3), "n": len(values)}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
