"""Run the test suites: `python -m tools.suites [quick | all | NAME] [pytest options]`. What they are stands in tests/suites.toml."""
from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REFUSED = ROOT / ".course" / "refused.txt"
SUITES = tomllib.loads((ROOT / "tests" / "suites.toml").read_text("utf-8"))
NO_TESTS = 5  # pytest's exit code for "nothing collected"
COUNTS = re.compile(r"(\d+) (passed|failed|error|errors|skipped|xfailed|xpassed)\b")


def main(argv: list[str]) -> int:
    """Run one suite and print a closing line `N passed, N failed, N skipped`; returns 1 when something failed."""
    name, options = ("quick", argv) if not argv or argv[0].startswith("-") else (argv[0], argv[1:])
    if name != "all" and name not in SUITES:
        print(f"There is no test suite {name!r}. There are: all, {', '.join(SUITES)}.", file=sys.stderr)
        return 2
    REFUSED.parent.mkdir(exist_ok=True)
    REFUSED.write_text("")
    results = [step for suite in (SUITES if name == "all" else [name]) for step in run_suite(suite, options)]
    results.append(only_loopback())
    total = {word: sum(counts.get(word, 0) for _, counts in results) for word in ("passed", "failed", "skipped")}
    print(f"\n{total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped")
    return int(any(code for code, _ in results))


def run_suite(name: str, options: list[str]) -> list[tuple[int, dict[str, int]]]:
    """All steps of a suite, lanes in parallel; one (exit code, counts) per step."""
    lanes: dict[int, list[dict]] = {}
    for step in SUITES[name]:
        lanes.setdefault(step.get("lane", 1), []).append(step)
    results: list[tuple[int, dict[str, int]]] = []
    threads = [threading.Thread(target=lambda steps=steps: results.extend(run_step(step, options) for step in steps))
               for steps in lanes.values()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def run_step(step: dict, options: list[str]) -> tuple[int, dict[str, int]]:
    """One command, its output printed when it ends; (exit code, counts of its closing lines)."""
    command = [sys.executable, "-m", "pytest", *step["pytest"], *options] if "pytest" in step else [sys.executable, *step["python"]]
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(command, cwd=ROOT, env=environment(home), text=True, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", errors="replace")
    code = 0 if done.returncode == NO_TESTS else done.returncode
    mark = "ok" if code == 0 else f"FAILED (exit code {code})"
    print(f"--- {step['name']}: {mark}, {time.monotonic() - started:.0f} s\n{done.stdout.rstrip()}", flush=True)
    return code, count(done.stdout, code, pytest="pytest" in step)


def only_loopback() -> tuple[int, dict[str, int]]:
    """Fails when any process of the run tried to reach another machine."""
    tried = REFUSED.read_text("utf-8")
    if tried:
        print(f"--- these addresses were asked for, and refused:\n{tried}")
    return (1, {"failed": 1}) if tried else (0, {"passed": 1})


def environment(home: str) -> dict[str, str]:
    """The caller's environment without tokens, with an empty HF_HOME: tests never see who runs them."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "OPENAI_"))}
    return {**kept, "HF_HOME": home, "MPLCONFIGDIR": str(ROOT / ".course" / "mpl"), "JUPYTER_PLATFORM_DIRS": "1", "PYTHONUTF8": "1",
            # Every Python process of the run starts tests/offline/sitecustomize.py, which refuses all but loopback.
            "PYTHONPATH": os.pathsep.join([str(ROOT / "tests" / "offline"), str(ROOT)]), "COURSE_OFFLINE": "1",
            "COURSE_REFUSED": str(REFUSED), "COURSE_PROGRESS": "off"}


def count(output: str, code: int, *, pytest: bool) -> dict[str, int]:
    """Passed, failed and skipped from pytest's closing line; a step of another kind counts as one."""
    if not pytest:
        return {"failed": 1} if code else {"passed": 1}
    last = next((line for line in reversed(output.splitlines()) if COUNTS.search(line)), "")
    found = {word: int(number) for number, word in COUNTS.findall(last)}
    failed = found.get("failed", 0) + found.get("error", 0) + found.get("errors", 0)
    return {"passed": found.get("passed", 0) + found.get("xpassed", 0), "failed": max(failed, int(code != 0)),
            "skipped": found.get("skipped", 0) + found.get("xfailed", 0)}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
