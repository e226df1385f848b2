"""Whoever runs a notebook of the course with a token on their machine finds it nowhere afterwards. Slow: the suite `trust`."""
from __future__ import annotations

from pathlib import Path

import pytest

from .places import CANARY, ROOT, SOURCES, classroom, lesson, machine

LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SOLUTIONS = sorted((ROOT / "exercises" / "solutions").glob("*.ipynb"))
LIVE = ('__import__("tests.live.standin", fromlist=["*"]).install(__import__("tests.secrets.places", fromlist=["*"]).CANARY)\n')
NUMBERS = {path: number for number, path in enumerate(LESSONS + SOLUTIONS)}


def named(paths: list[Path]) -> list[str]:
    return [path.stem[:2] for path in paths]


@pytest.mark.parametrize("path", LESSONS + SOLUTIONS, ids=[*named(LESSONS), *(f"solution-{name}" for name in named(SOLUTIONS))])
def test_practice_mode(tmp_path, path):
    """In practice mode, with the token in a cell's own code, too: not in an output, picture, log, repr, ledger, server log,
    progress or other file, and not in a socket; Colab's vault is not even asked."""
    place = machine(tmp_path, *SOURCES)
    place.run(*lesson(path, "connect()"))
    assert (place.leaks(typed=True), place.sent(), place.refused()) == ([], [], "")
    assert not (place.folder / "reads.txt").exists()


@pytest.mark.parametrize("path", LESSONS + SOLUTIONS, ids=[*named(LESSONS), *(f"solution-{name}" for name in named(SOLUTIONS))])
def test_live_mode(tmp_path, path):
    """In live mode, against the stand-in, with the token in the environment, in the saved login or in Colab's vault: it is used,
    and shown nowhere."""
    source = SOURCES[NUMBERS[path] % 3]
    place = machine(tmp_path, source)
    cells = lesson(path, 'connect("live", max_calls=500, max_usd=1)')
    cells[0].source = LIVE + cells[0].source
    connects = any("course = connect(" in cell.source for cell in cells)  # all but the first solution
    if connects:
        cells[-1].source += f'\nprint(course.mode, len(course.token) == {len(CANARY)})'
    saved = place.run(*cells)
    printed = "".join(output.get("text", "") for output in saved.cells[-1].outputs)  # one line may come in several pieces
    assert not connects or printed.endswith("live True\n")
    assert (place.leaks(typed=True), place.refused()) == ([], "")


def test_class_server(tmp_path):
    """All lessons and solutions at a class server: not in what learners see, not in the server's log file, on its terminal or on the
    instructor's page, and not in a socket of either side."""
    place = machine(tmp_path, *SOURCES)
    with classroom(place) as room:
        for path in LESSONS + SOLUTIONS:
            place.run(*lesson(path, f'connect("{room.url}", join_code="{room.code}", name="Ana {path.stem[:2]}")'))
            assert (place.leaks(typed=True), place.sent()) == ([], []), path.name
        assert len(room.numbers()["learners"]) >= len(LESSONS) + len(SOLUTIONS) - 1  # one solution needs no server
    assert (place.leaks(typed=True), place.sent(), place.refused()) == ([], [], "")
    assert not (place.folder / "reads.txt").exists()
    assert '"area": "v1"' in (place.folder / "class.jsonl").read_text("utf-8")
