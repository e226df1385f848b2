"""The table of all exercises with the answers that prove each check: `python -m helpers.checks --table`."""
from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

from ..errors import CourseError
from .core import exercises

TESTS = Path(__file__).resolve().parents[2] / "tests" / "exercises"


def cases_table(folder: Path = TESTS) -> str:
    """One block per exercise: its name, the right answers that must pass, the wrong ones with the message each must get.

    This is what the tests demand; `python -m tests.exercises` judges every answer and prints what came.
    Raises CourseError when the tests are not there, as in an installed package.
    """
    cases = all_cases(folder)
    names = {id: task.name for id, task in exercises().items()}
    blocks = [_block(id, names.get(id, "(no such exercise)"), cases.get(id, {})) for id in sorted({*names, *cases})]
    right, wrong = (sum(len(case[kind]) for case in cases.values()) for kind in ("right", "wrong"))
    total = f"{len(blocks)} exercises: {len(blocks)} solutions, {right} other right answers, {wrong} wrong ones"
    return "\n".join([*blocks, total])


def all_cases(folder: Path = TESTS) -> dict[str, dict]:
    """Exercise id -> {"right": {label: source}, "wrong": {label: (source, message id)}}, from cases_NN.py, more_NN_M*.py."""
    files = sorted([*folder.glob("cases_*.py"), *folder.glob("more_*.py")])
    if not files:
        raise CourseError("The tests are not installed, and with them the table of answers.",
                          "Run this in a clone of the repository.")
    cases: dict[str, dict] = {}
    for file in files:
        for id, case in _load(file).CASES.items():
            kept = cases.setdefault(id, {"right": {}, "wrong": {}})
            for kind in kept:
                assert not kept[kind].keys() & case[kind].keys(), f"{file.name}: {id} has a label twice"
                kept[kind] |= case[kind]
    return dict(sorted(cases.items()))


def _block(id: str, name: str, case: dict) -> str:
    right = ["(solution)", *case.get("right", {})]
    wrong = [(label, message) for label, (_, message) in case.get("wrong", {}).items()]
    width = max((len(label) for label in [*right, *(label for label, _ in wrong)]), default=0)
    rows = [f"  right  {label.ljust(width)}  passed" for label in right]
    rows += [f"  wrong  {label.ljust(width)}  {message}" for label, message in wrong]
    return "\n".join([f"{id}  {name}", *rows, ""])


def _load(file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"course_{file.stem}", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
