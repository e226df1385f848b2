"""`python -m tests.exercises [ID ...]`: judge every answer that proves the checks, and print the table of verdicts.

One line per answer: its kind, its label, the verdict that came. A line that ends in "EXPECTED ..." is a defect of a check, and
makes the exit code 1.
"""
from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator

from helpers.checks import core
from tools.exercises import stub

from .test_cases import CASES, solution, verdict

Row = tuple[str, str, str, str]  # kind, label, source, verdict that the tests demand


def rows(id: str) -> Iterator[Row]:
    """All answers to one exercise."""
    source, case = solution(id), CASES[id]
    yield "stub", "(as shipped)", stub(source), "not-attempted"
    yield "right", "(solution)", source, "passed"
    for label, text in case["right"].items():
        yield "right", label, text, "passed"
    for label, (text, message) in case["wrong"].items():
        yield "wrong", label, text, message


def main(ids: list[str]) -> int:
    """Print the table of some exercises (all when none is named); returns the number of surprises, at most 1."""
    os.environ["COURSE_PROGRESS"] = "off"
    counts, surprises = {"stub": 0, "right": 0, "wrong": 0}, 0
    for id in ids or CASES:
        print(f"{id}  {core.find(id).name}", flush=True)
        for kind, label, source, wanted in rows(id):
            state, message, _ = verdict(id, source)
            found = "passed" if state == "passed" else message
            counts[kind] += 1
            surprises += found != wanted
            print(f"  {kind:5}  {label:40}  {found}" + ("" if found == wanted else f"  EXPECTED {wanted}"), flush=True)
    print(f"{counts['stub']} stubs, {counts['right']} right answers, {counts['wrong']} wrong ones; {surprises} surprises")
    return int(surprises > 0)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)  # some wrong answers write files
        code = main(sys.argv[1:])
        os.chdir("/")
    sys.exit(code)
