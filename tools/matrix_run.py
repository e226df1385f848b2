"""One pytest run of the version matrix: bounded in time, and read from its report (part of `matrix`)."""
from __future__ import annotations

import re
import subprocess
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from pathlib import Path

from tools.suites import show_and_end

HOME = Path(__file__).resolve().parent.parent / ".course" / "matrix"
MINUTES = 10  # for one run, which takes up to four: a step of tests/suites.toml ends after twenty and shows nothing of a run
MOST_LINES = 15  # of a failing test
LAST_LINES = 80  # of a run that was ended
COLOURS = re.compile(r"(?:\x1b|#x1B)\[[0-9;]*m")  # the second is how a report writes the sign of the first


@dataclass(kw_only=True)
class Outcome:
    """How one run ended: tests that passed and were skipped, and a few lines for each that failed."""

    passed: int = 0
    skipped: int = 0
    failures: list[str] = field(default_factory=list)

    def __add__(self, other: Outcome) -> Outcome:
        return Outcome(passed=self.passed + other.passed, skipped=self.skipped + other.skipped,
                       failures=self.failures + other.failures)

    def __str__(self) -> str:
        return f"{self.passed} passed, {len(self.failures)} failed" + (f", {self.skipped} skipped" if self.skipped else "")


def run_pytest(python: Path | str, arguments: list[object], env: dict[str, str], cwd: Path, name: str) -> Outcome:
    """One pytest run; its output is kept in `.course/matrix/NAME.log`. A run that ends without a report is one failure.

    One that takes longer than MINUTES is ended; its failure shows where each of its threads was, and which test was running.
    """
    report, log = cwd / f"{name}.xml", HOME / f"{env.get('COURSE_LOG', 'run')}-{name}.log"
    with open(log, "w", encoding="utf-8") as file:
        options = ["-v", "-p", "no:cacheprovider", "--color=no", f"--junitxml={report}"]
        process = subprocess.Popen([str(python), "-m", "pytest", *map(str, arguments), *options], env=env, cwd=cwd,
                                   stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT)
        try:
            process.wait(MINUTES * 60)
        except subprocess.TimeoutExpired:
            show_and_end(process)
            return Outcome(failures=[f"{name}: not finished after {MINUTES:g} minutes, ended here:\n{_tail(log)}"])
    if not report.exists():
        return Outcome(failures=[f"{name}: pytest ended early:\n{_tail(log)}"])
    return _read(report, name)


def _tail(log: Path) -> str:
    return "\n".join(line[:200] for line in log.read_text("utf-8", "replace").splitlines()[-LAST_LINES:])


def _read(report: Path, name: str) -> Outcome:
    outcome = Outcome()
    for case in ElementTree.parse(report).iter("testcase"):
        bad = [child for child in case if child.tag in ("failure", "error")]
        if bad:
            where = f"{case.get('classname', '')} {case.get('name', '')}".replace(".ipynb", "").split("/")[-1]
            outcome.failures.append(f"{name}: {where.strip()}: {_reason(bad[0])}")
        elif case.find("skipped") is not None:
            outcome.skipped += 1
        else:
            outcome.passed += 1
    if not outcome.passed and not outcome.failures:
        outcome.failures.append(f"{name}: nothing ran")
    return outcome


def _reason(problem: ElementTree.Element) -> str:
    """A failure in up to MOST_LINES lines: the whole of what pytest marks as the error, else the last line that names one and the
    last lines."""
    text = COLOURS.sub("", problem.text or problem.get("message") or "")
    lines = [line.strip() for line in text.splitlines() if line.strip(" -=")]
    marked = [line[1:].rstrip()[:200] for line in text.splitlines() if line.startswith("E  ")]
    if marked:
        return "\n    ".join([marked[0].strip(), *marked[1:MOST_LINES]])
    told = [line for line in lines if "Error" in line or line.startswith("mismatch")]
    first = (told[-1:] or lines[-1:] or ["no reason given"])[0]
    return "\n        ".join(line[:200] for line in [first, *(line for line in lines[1 - MOST_LINES:] if line != first)])
