"""How long until JupyterLab answers on a fresh machine: `python benchmarks/setup.py [--json FILE]`. One line per figure.

Each run clones the last commit into a new temporary folder and starts `python3 course.py lab --no-browser` there, with uv on the
path or without it; the clock stops when the URL that it prints answers. "Warm" means that the package index, or the
installer's own cache, was asked for the same packages a run before: the first run of each way is not counted. The second figure
is a second start in the same folder. Other work on the machine lengthens all times, so the load average is printed too.
"""
from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LIMITS = {"uv": 20, "pip": 90}
PATIENCE = 600  # seconds until a start counts as failed
DROPPED = ("HF_", "OPENAI_", "COURSE_", "PYTHONPATH", "VIRTUAL_ENV", "JUPYTER")


def environment(way: str, folder: Path) -> dict[str, str]:
    """The caller's environment with uv on the path, or without it; nothing else of this environment."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(DROPPED)}
    own = str(Path(sys.prefix) / "bin")
    path = [part for part in kept["PATH"].split(os.pathsep) if part != own and not (Path(part) / "uv").exists()]
    if way == "uv":
        (folder / "bin").mkdir()
        (folder / "bin" / "uv").symlink_to(find_uv())
        path = [str(folder / "bin"), *path]
    return {**kept, "PATH": os.pathsep.join(path)}


def find_uv() -> str | None:
    """uv from the path or from beside this Python."""
    return shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))


def find_python() -> str:
    """The interpreter under this one: a fresh machine has no virtual environment."""
    return str(Path(getattr(sys, "_base_executable", sys.executable)))


def seconds_until_it_answers(course: Path, env: dict[str, str]) -> float:
    """From the command to the first answer of the URL it prints; the Lab is ended. Raises RuntimeError when it ends before."""
    started = time.perf_counter()
    command = [find_python(), "course.py", "lab", "--no-browser"]
    with subprocess.Popen(command, cwd=course, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, encoding="utf-8", start_new_session=True) as process:
        timer = threading.Timer(PATIENCE, os.killpg, (process.pid, signal.SIGKILL))
        timer.start()
        said = []
        try:
            for text in process.stdout:
                said.append(text)
                if found := re.search(r"http://127\.0\.0\.1:\d+/\S+", text):
                    urllib.request.urlopen(found[0], timeout=60).read()
                    return time.perf_counter() - started
            raise RuntimeError("course.py lab ended: " + "".join(said[-3:]))
        finally:
            timer.cancel()
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)


def one_run(way: str) -> tuple[float, float]:
    """(first start in a fresh clone, second start there), in seconds."""
    with tempfile.TemporaryDirectory(prefix="course-setup-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        subprocess.run(["git", "clone", "--quiet", "--depth", "1", f"file://{ROOT}", folder / "course"], check=True)
        env = environment(way, folder)
        return seconds_until_it_answers(folder / "course", env), seconds_until_it_answers(folder / "course", env)


def figure(name: str, values: list[float], limit: float | None) -> dict:
    """Print one line and return it as a dict."""
    median = statistics.median(values)
    good = limit is None or median < limit
    must = f"must be under {limit:g} s" if limit else "no limit"
    print(f"{name:<40} median {median:6.1f} s   best {min(values):6.1f} s   {must:<20} n={len(values)}  "
          f"{'ok' if good else 'MISSED'}", flush=True)
    return {"name": name, "unit": "s", "limit": limit, "median": round(median, 1), "best": round(min(values), 1),
            "n": len(values), "ok": good}


def main() -> int:
    """Measure both ways; returns 1 when a limit was missed, 2 when uv is not there."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3, help="counted runs of each way (default: 3); one more comes before")
    parser.add_argument("--ways", nargs="*", choices=list(LIMITS), default=list(LIMITS))
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if "uv" in options.ways and not find_uv():
        print("There is no uv here. Run: pip install uv, or leave it out with --ways pip", file=sys.stderr)
        return 2
    print(f"{os.cpu_count()} cores (shared), load average {os.getloadavg()[0]:.1f}, Python {platform.python_version()}")
    figures = []
    for way in options.ways:
        runs = [one_run(way) for _ in range(options.runs + 1)][1:]
        figures.append(figure(f"course.py lab with {way}, fresh clone", [first for first, _ in runs], LIMITS[way]))
        figures.append(figure(f"course.py lab with {way}, second start", [second for _, second in runs], None))
    if options.json:
        about = {"python": platform.python_version(), "date": time.strftime("%Y-%m-%d"), "figures": figures}
        options.json.write_text(json.dumps(about, indent=1) + "\n", "utf-8")
    return int(not all(row["ok"] for row in figures))


if __name__ == "__main__":
    sys.exit(main())
