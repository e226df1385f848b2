"""Run the test suites: `python -m tools.suites [quick | all | NAME] [pytest options]`; they stand in tests/suites.toml.

A step is `pytest`, `python` or `command` with its arguments. A command prepares what the next steps of its lane need: when it
fails, they are not run. One that ends with exit code 77 has printed why this machine cannot run them, and they are skipped.
"""
from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REFUSED = ROOT / ".course" / "refused.txt"
NO_TESTS, SKIP, TOO_LONG, NOT_RUN = 5, 77, 124, 126  # exit codes: pytest's, automake's, timeout's, the shell's
MINUTES = 20  # for a step that names no other limit
COUNTS = re.compile(r"(\d+) (passed|failed|error|errors|skipped|xfailed|xpassed)\b")

RUNNING: set[subprocess.Popen] = set()  # a step has a session of its own, so Ctrl-C does not reach it by itself
STOPPED = threading.Event()


@dataclass(frozen=True, kw_only=True)
class Result:
    """How one step, or one suite, ended."""

    failed_steps: int = 0
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: Result) -> Result:
        return Result(failed_steps=self.failed_steps + other.failed_steps, passed=self.passed + other.passed,
                      failed=self.failed + other.failed, skipped=self.skipped + other.skipped)

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def main(argv: list[str], file: Path = ROOT / "tests" / "suites.toml") -> int:
    """Run one suite, or all, and print how each ended; the last line counts everything. Returns 1 when something failed."""
    suites = tomllib.loads(file.read_text("utf-8"))
    together = suites.pop("together", [])
    name, options = ("quick", argv) if not argv or argv[0].startswith("-") else (argv[0], argv[1:])
    if name != "all" and name not in suites:
        print(f"There is no test suite {name!r}. There are: all, {', '.join(suites)}.", file=sys.stderr)
        return 2
    REFUSED.parent.mkdir(exist_ok=True)
    REFUSED.write_text("")
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a shell starts background jobs so, and children would inherit it
        signal.signal(signal.SIGINT, signal.default_int_handler)
    lines, total = [], Result()
    for group in groups(list(suites), together) if name == "all" else [[name]]:
        with ThreadPoolExecutor(len(group)) as pool:
            try:
                ended = list(pool.map(lambda suite: run_suite(suite, suites[suite], options), group))
            except KeyboardInterrupt:
                stop()
                return 130
        total, lines = sum((result for result, _ in ended), total), [*lines, *(line for _, line in ended)]
    total += only_loopback()
    print("\n".join(["", *lines, f"{total}"]))
    return int(bool(total.failed_steps))


def groups(names: list[str], together: list[list[str]]) -> list[list[str]]:
    """The suites in their order, those that may run side by side as one group."""
    found = [next((group for group in together if name in group), [name]) for name in names]
    return [group for number, group in enumerate(found) if group not in found[:number]]


def run_suite(name: str, steps: list[dict], options: list[str]) -> tuple[Result, str]:
    """All steps of a suite, lanes side by side: how they ended, and one line that says it."""
    lanes: dict[int, list[dict]] = {}
    for step in steps:
        lanes.setdefault(step.get("lane", 1), []).append(step)
    started = time.monotonic()
    with ThreadPoolExecutor(len(lanes)) as pool:
        result = sum(pool.map(lambda lane: run_lane(lane, options), lanes.values()), Result())
    word = "FAILED" if result.failed_steps else "ok" if result.passed else "skipped"
    return result, f"{name:<10} {word:<8} {time.monotonic() - started:5.0f} s   {result}"


def run_lane(steps: list[dict], options: list[str]) -> Result:
    """Steps one after another; what comes after a preparation that failed is not run, and said so."""
    total, missing = Result(), ""
    for step in steps:
        if STOPPED.is_set():
            break
        if missing:
            print(f"--- {step['name']}: {missing}", flush=True)
            total += Result(skipped=1)
            continue
        code, result = run_step(step, options)
        total += result
        if "command" in step and code:
            missing = f"skipped, this machine lacks {step['name']}" if code == SKIP else "not run after the failure above"
    return total


def run_step(step: dict, options: list[str]) -> tuple[int, Result]:
    """One command, its output printed when it ends: exit code and counts of its closing line."""
    if "command" in step:
        command = step["command"]
    else:
        command = [sys.executable, *(["-m", "pytest", *step["pytest"], *options] if "pytest" in step else step["python"])]
    started = time.monotonic()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        code, output = finish(command, environment(home), step.get("minutes", MINUTES))
    marks = {0: "ok", NO_TESTS: "ok", SKIP: "skipped"}
    print(f"--- {step['name']}: {marks.get(code, f'FAILED (exit code {code})')}, {time.monotonic() - started:.0f} s\n"
          f"{output.rstrip()}", flush=True)
    if code == SKIP:
        return code, Result(skipped=1)
    return code, count(output, code not in marks, quiet="command" in step)


def finish(command: list[str], env: dict[str, str], minutes: float) -> tuple[int, str]:
    """(exit code, all that was printed). What runs too long ends with all it started, and the last line says so."""
    with tempfile.TemporaryFile() as file:
        try:
            process = subprocess.Popen(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=file,
                                       stderr=subprocess.STDOUT, start_new_session=os.name != "nt")
        except OSError as problem:
            return NOT_RUN, f"{command[0]} could not be started: {problem.strerror}."
        RUNNING.add(process)
        try:
            code, last = process.wait(minutes * 60), ""
        except subprocess.TimeoutExpired:
            code, last = TOO_LONG, f"\nNot finished after {minutes:g} minutes: ended here.\n"
            show_and_end(process)
            end(process)
        RUNNING.discard(process)
        file.seek(0)
        return code, file.read().decode("utf-8", "replace") + last


def show_and_end(process: subprocess.Popen) -> None:
    """End a pytest run that hangs; it writes where each of its threads is."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.send_signal(signal.SIGABRT)  # pytest's faulthandler answers it
        process.wait(10)
    process.kill()
    process.wait()


def end(process: subprocess.Popen) -> None:
    """Kill a step and all it started."""
    if os.name == "nt":
        process.kill()
    else:
        with contextlib.suppress(ProcessLookupError):  # nothing of it is left
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def stop() -> None:
    """Ctrl-C: end what runs, begin nothing new."""
    STOPPED.set()
    for process in list(RUNNING):
        end(process)


def only_loopback() -> Result:
    """A failure when any process of the run tried to reach another machine."""
    tried = REFUSED.read_text("utf-8")
    if tried:
        print(f"--- these addresses were asked for, and refused:\n{tried}")
    return Result(failed_steps=1, failed=1) if tried else Result(passed=1)


def environment(home: str) -> dict[str, str]:
    """The caller's environment without tokens, with an empty HF_HOME: tests never see who runs them."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "OPENAI_"))}
    return {**kept, "HF_HOME": home, "MPLCONFIGDIR": str(ROOT / ".course" / "mpl"), "JUPYTER_PLATFORM_DIRS": "1",
            "PYTHONUTF8": "1",
            # Every Python process of the run starts tests/offline/sitecustomize.py, which refuses all but loopback.
            "PYTHONPATH": os.pathsep.join([str(ROOT / "tests" / "offline"), str(ROOT)]), "COURSE_OFFLINE": "1",
            "COURSE_REFUSED": str(REFUSED), "COURSE_PROGRESS": "off"}


def count(output: str, failed: bool, *, quiet: bool = False) -> Result:
    """Counts from the last line that has some; a failure is at least one, a step that counts nothing is one (quiet: none)."""
    last = next((line for line in reversed(output.splitlines()) if COUNTS.search(line)), "")
    if quiet or not last:
        return Result(failed_steps=int(failed), failed=int(failed), passed=int(not failed and not quiet))
    found = {word: int(number) for number, word in COUNTS.findall(last)}
    wrong = found.get("failed", 0) + found.get("error", 0) + found.get("errors", 0)
    return Result(failed_steps=int(failed), passed=found.get("passed", 0) + found.get("xpassed", 0),
                  failed=max(wrong, int(failed)), skipped=found.get("skipped", 0) + found.get("xfailed", 0))


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main(sys.argv[1:]))
