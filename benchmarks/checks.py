"""How long the checks take: `python benchmarks/checks.py [--no-notebooks]`. One line per figure.

* a check in a kernel that has run one before (the best of three), per exercise: at most 0.5 s
* the first check of a lesson in a fresh process, in which its practice server starts and its models load
* a sandbox, opened and closed
* `course.py check` over all notebooks with their solutions in them: at most 60 s on two processors
"""
from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

LIMIT_S, ALL_LIMIT_S = 0.5, 60.0


def main(argv: list[str]) -> int:
    """Print all figures; 1 when one is over its limit."""
    if argv[:1] == ["--first"]:
        print(json.dumps(first(argv[1])))
        return 0
    from tests.exercises.test_cases import CASES
    measured = {id: times(id, 3) for id in CASES}
    failed = [id for id, seconds in measured.items() if not seconds]
    print(*(f"check {id} does not pass its own solution" for id in failed), sep="\n", end="\n" if failed else "")
    repeated = {id: min(seconds) for id, seconds in measured.items() if seconds}
    slowest = max(repeated, key=repeated.__getitem__)
    for id, seconds in repeated.items():
        line(f"check {id}", seconds, LIMIT_S)
    line(f"slowest check of {len(repeated)} ({slowest})", repeated[slowest], LIMIT_S)
    firsts = {id: run_first(id) for id in repeated if id.endswith(".1")}
    for id, seconds in firsts.items():
        line(f"first check of lesson {id[:2]} in a fresh process, after importing the SDKs", seconds)
    line("sandbox, opened and closed", sandboxes(20))
    over = [repeated[slowest] > LIMIT_S, bool(failed)]
    if "--no-notebooks" not in argv:
        seconds, code = whole_course()
        line(f"course.py check, all solutions (exit code {code})", seconds, ALL_LIMIT_S)
        over += [seconds > ALL_LIMIT_S, code != 0]
    return int(any(over))


def line(what: str, seconds: float, limit: float | None = None) -> None:
    """One figure, with its limit."""
    bound = f"  (limit {limit:g} s{'' if seconds <= limit else ': OVER'})" if limit else ""
    print(f"{what:74} {seconds:8.3f} s{bound}", flush=True)


def times(id: str, repeats: int) -> list[float]:
    """Seconds of `check(id, solution)` after a first one; empty when the solution does not pass."""
    from helpers.checks import CheckFailed, check
    from tests.exercises.test_cases import answer, solution
    given, seconds = answer(id, solution(id)), []
    for _ in range(repeats + 1):
        started = time.perf_counter()
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                check(id, given)
        except CheckFailed:
            return []
        seconds.append(time.perf_counter() - started)
    return seconds[1:]


def first(id: str) -> float:
    """Seconds of the first check in this process."""
    from tests.exercises.test_cases import answer, solution
    given = answer(id, solution(id))  # imports what its notebook imports
    started = time.perf_counter()
    from helpers.checks import check
    with contextlib.redirect_stdout(io.StringIO()):
        check(id, given)
    return time.perf_counter() - started


def run_first(id: str) -> float:
    """`first(id)` in a process of its own."""
    done = subprocess.run([sys.executable, __file__, "--first", id], capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def sandboxes(repeats: int) -> float:
    """Seconds of an empty sandbox, the mean of `repeats` after the first."""
    from helpers.checks.sandbox import sandbox
    with sandbox():
        pass
    started = time.perf_counter()
    for _ in range(repeats):
        with sandbox():
            pass
    return (time.perf_counter() - started) / repeats


def whole_course() -> tuple[float, int]:
    """Seconds and exit code of the command on a folder with all solutions."""
    with tempfile.TemporaryDirectory() as name:
        for path in (ROOT / "exercises" / "solutions").glob("*.ipynb"):
            (Path(name) / path.name).write_bytes(path.read_bytes())
        started = time.perf_counter()
        command = [sys.executable, "-m", "helpers.checks", "--folder", name]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL)
        return time.perf_counter() - started, done.returncode


if __name__ == "__main__":
    os.environ["COURSE_PROGRESS"] = "off"
    sys.exit(main(sys.argv[1:]))
