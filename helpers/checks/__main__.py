"""`python -m helpers.checks`, behind `python3 course.py check`: checks exercise notebooks as they are saved."""
from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from ..errors import CourseError
from . import _cells, _run, _select, _shipped, runner, state
from ._progress import Progress, workers
from .card import MARKS
from .runner import Verdict

ABOUT = """Checks your exercise notebooks as they are saved: only the cells that begin with `# exercise 04.2` are taken
from them, and put between the course's own check cells; nbval runs the result. Prints one line per
exercise. Your files are only read.

exit code: 0 when every exercise checked has passed; 1 when one is wrong, crashed, not yet attempted or
could not be checked; 2 when the command itself cannot be understood."""
UNCHECKED = "not checked"


def main(argv: list[str] | None = None) -> int:
    """Command line; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal without the check mark gets a question mark
    args = _parser().parse_args(argv)
    try:
        return _obey(args)
    except CourseError as problem:
        print(f"course.py check: {problem}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="course.py check", description=ABOUT,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("what", nargs="*", metavar="NN", help="lessons (04), exercises (04.2) or notebook files; default: all lessons")
    add("--folder", type=Path, metavar="DIR", help="where your notebooks are (default: exercises)")
    add("--fresh", metavar="NN", help="write an untouched exercise notebook beside yours; overwrites nothing")
    add("--table", action="store_true", help="print the answers that each check is proven with")
    return parser


def _obey(args: argparse.Namespace) -> int:
    if args.table:
        from ._table import cases_table
        print(cases_table())
        return 0
    folder = args.folder or _select.default_folder()
    if args.fresh:
        print(f"Written: {_select.write_fresh(args.fresh, folder)}")
        return 0
    verdicts = _check(_select.jobs(args.what, folder))
    if hiding := _select.hides_helpers(folder):
        print(f"{hiding} hides the course's package `helpers` from notebooks in this folder. Give it another name.")
    if args.folder is None:
        _remember(verdicts)
    return int(any(verdict.state != "passed" for verdict in verdicts))


def _check(jobs: list[_select.Job]) -> list[Verdict]:
    """Check all jobs, as many at once as there are processors; print each lesson when its turn has come, then the total."""
    started, progress, verdicts = time.monotonic(), Progress(len(jobs)), []
    with ThreadPoolExecutor(workers(len(jobs))) as pool:
        try:
            running = [pool.submit(progress.follow, job.lesson, _one, job) for job in jobs]
            for job, future in zip(jobs, running, strict=True):
                verdicts += _report(job, future, progress)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            _run.stop_all()
            raise
    progress.end()
    print(f"\n{_total(verdicts)} ({time.monotonic() - started:.0f} s)")
    return verdicts


def _one(job: _select.Job) -> tuple[list[Verdict], list[str]]:
    """Verdicts and remarks of one lesson; a file that is missing or no notebook gives verdicts too."""
    try:
        if job.path is None:
            raise CourseError(f"{job.shipped.name} is missing.", f"Write a fresh copy: course.py check --fresh {job.lesson}")
        verdicts, remarks = runner.check_notebook(job.path, job.shipped)
    except CourseError as problem:
        names = _shipped.exercises(_shipped.parts(_cells.read(job.shipped)))
        verdicts = [Verdict(exercise=id, name=name, state=UNCHECKED, text=str(problem)) for id, name in names.items()]
        remarks = []
    return [verdict for verdict in verdicts if not job.only or verdict.exercise in job.only], remarks


def _report(job: _select.Job, future: Future, progress: Progress) -> list[Verdict]:
    verdicts, remarks = future.result()
    if verdicts and verdicts[0].state == UNCHECKED:  # then all are, for the same reason: one line for the file
        lines = [f"{job.lesson}    ? {UNCHECKED}: {verdicts[0].text}"]
    else:
        lines = [f"{verdict.exercise}  {MARKS[verdict.state]} {_said(verdict)}" for verdict in verdicts]
    name = job.path.name if job.path else job.shipped.name
    progress.say([*lines, *(f"      {name}: {remark}" for remark in [job.remark, *remarks] if remark)])
    return verdicts


def _said(verdict: Verdict) -> str:
    return f"{verdict.state}: {verdict.name}" + (f": {verdict.text}" if verdict.text else "")


def _total(verdicts: list[Verdict]) -> str:
    counts = Counter(verdict.state for verdict in verdicts)
    parts = [f"{counts[state]} {state}" for state in (*MARKS, UNCHECKED) if counts[state] or state == "passed"]
    return f"{len(verdicts)} exercise{'s' * (len(verdicts) != 1)}: {', '.join(parts)}"


def _remember(verdicts: list[Verdict]) -> None:
    """So that `progress()` in a notebook shows the same. What was never attempted needs no line."""
    known = state.load()
    for verdict in verdicts:
        if verdict.state in MARKS and (verdict.exercise in known or verdict.state != "not yet attempted"):
            state.note(verdict.exercise, verdict.state, verdict.text)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
