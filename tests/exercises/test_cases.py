"""Every check is proven: the solution and other right answers pass, each known wrong answer gets the message meant for it."""

from __future__ import annotations

import ast
import io
import re
import time
from contextlib import redirect_stdout
from functools import cache
from pathlib import Path
from types import ModuleType

import nbformat
import pytest

from helpers.checks import core, outcome
from helpers.checks._table import all_cases

ROOT = Path(__file__).resolve().parents[2]
SOLUTIONS = {path.name[:2]: path for path in sorted((ROOT / "exercises" / "solutions").glob("*.ipynb"))}
CASES = all_cases()
RIGHT = [(id, name) for id, case in CASES.items() for name in case["right"]]
WRONG = [(id, name) for id, case in CASES.items() for name in case["wrong"]]
MOST_SECONDS = 3  # of one check on a busy machine; benchmarks/checks.py measures the figure itself (0.5 s)


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)  # some wrong answers write files
    monkeypatch.setenv("COURSE_PROGRESS", "off")


@cache
def solution_cells(path: Path) -> dict[str, str]:
    """Exercise id -> source of its answer cell, markers included."""
    sources = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    return {found[1]: source for source in sources if (found := re.match(r"# exercise (\d\d\.\d)", source))}


def solution(id: str) -> str:
    return solution_cells(SOLUTIONS[id[:2]])[id]


@cache
def preamble(path: Path) -> str:
    """The imports that the notebook makes before its first answer cell, without connecting."""
    lines = []
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.source.startswith("# exercise"):
            break
        if cell.cell_type == "code":
            lines += [line for line in cell.source.splitlines() if line.startswith(("import ", "from "))]
    return "\n".join(lines)


def answer(id: str, source: str) -> object:
    """What the learner would pass to check(): the name that the exercise asks for, out of the executed cell."""
    module = ModuleType("__main__")
    exec(compile(preamble(SOLUTIONS[id[:2]]) + "\n" + source, f"<exercise {id}>", "exec"), module.__dict__)
    return module.__dict__[core.find(id).name]


def judged(id: str, given: object) -> tuple[str, str, str]:
    """State, message id and printed line or message of check()."""
    printed = io.StringIO()
    try:
        with redirect_stdout(printed):
            core.check(id, given)
    except outcome.CheckFailed as failure:
        return failure.state, failure.id, str(failure)
    return "passed", "", printed.getvalue()


def verdict(id: str, source: str) -> tuple[str, str, str]:
    """As `judged`, for the source of an answer cell."""
    return judged(id, answer(id, source))


@cache
def wrong(id: str, name: str) -> tuple[str, str, str]:
    """The verdict on a known wrong answer, computed once."""
    return verdict(id, CASES[id]["wrong"][name][0])


def test_every_exercise_has_cases():
    """Each exercise has two more right answers and five wrong ones, mostly with messages of their own."""
    assert set(CASES) == set(core.exercises())
    for id, case in CASES.items():
        assert len(case["right"]) >= 2, id
        assert len(case["wrong"]) >= 5, id
        assert len({message for _, message in case["wrong"].values()}) >= 4, id


@pytest.mark.parametrize("id", list(CASES))
def test_solution_passes_and_stub_is_not_attempted(id):
    """The notebook's solution prints one stable line; its stub is 'not yet attempted'."""
    from tools.exercises import stub

    source = solution(id)
    state, _, line = verdict(id, source)
    assert state == "passed", line
    assert line == f"{id} passed: {core.find(id).insight}\n"
    assert verdict(id, source)[2] == line
    assert verdict(id, stub(source))[:2] == ("not yet attempted", "not-attempted")


@pytest.mark.parametrize("id, name", RIGHT)
def test_other_right_answers_pass(id, name):
    """An answer that does the job in another way passes too."""
    state, _, message = verdict(id, CASES[id]["right"][name])
    assert state == "passed", message


@pytest.mark.parametrize("id, name", WRONG)
def test_wrong_answers_get_their_message(id, name):
    """A wrong answer fails with the message meant for its mistake: at most four short lines, the last of them a next step."""
    state, found, message = wrong(id, name)
    assert (state != "passed", found) == (True, CASES[id]["wrong"][name][1]), message
    lines = message.splitlines()
    assert len(lines) <= 4 and max(map(len, lines)) <= core.LINE, message
    assert lines[0].startswith(f"{id}: ") and lines[-1].startswith("next:     "), message
    # What came back may be of any length; what the authors wrote fits.
    of_any_length = ("got:", f"{id}: your code raised")
    assert not [line for line in lines if line.endswith("…") and not line.startswith(of_any_length)], message
    assert "!" not in lines[-1].replace("!=", "") and "please" not in message.lower()


@pytest.mark.parametrize("id", list(CASES))
def test_hints_and_messages_do_not_give_the_answer_away(id):
    """No line of the solution, and not the worked line, stands in hints 1 and 2 or in what a message's authors wrote."""
    task, telling = core.find(id), tells(id)
    assert len(telling) >= 2, "nothing that could be given away"
    messages = [wrong(id, name)[2] for name in CASES[id]["wrong"]]
    ours = ["\n".join(line for line in text.splitlines() if not line.startswith(("got:", "where:"))) for text in messages]
    for text in [*task.hints[:2], *ours]:
        assert not [line for line in telling if bare(line) in bare(text)], text


def tells(id: str) -> list[str]:
    """What would give an answer away: the lines of the solution that say something, and the code in the third hint."""
    lines = re.findall(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", solution(id), re.S)
    code = [line.strip() for region in lines for line in region.splitlines()] + re.findall(r"`([^`]+)`", core.find(id).hints[2])
    return [line for line in code if len(bare(line)) > 16]


def bare(text: str) -> str:
    """Without white space and kinds of quotes, so that a layout of its own hides nothing."""
    return re.sub(r"\s+", "", text).replace("'", '"')


def test_giving_away_would_be_seen():
    """The test above finds a worked line in a hint, and a line of the solution in another layout."""
    line = 'return "hf_****" + token[-4:]'
    assert line in tells("00.1")
    assert bare(line) in bare("Write return 'hf_****'+token[-4:] there.")
    assert all(any("`" in hint for hint in core.find(id).hints[2:]) for id in CASES)


@pytest.mark.parametrize("id", list(CASES))
def test_hints_can_be_read(id):
    """Three hints of 80 to 160 words together, no harder than US grade 9, and one insight sentence."""
    task = core.find(id)
    text = " ".join(task.hints)
    assert len(task.hints) == 3 and all(task.hints)
    assert 80 <= len(text.split()) <= 160
    assert all(len(level.split()) >= 4 for level in task.hints)
    assert grade(text) <= 9
    assert task.insight.endswith(".") and len(f"{id} passed: {task.insight}") <= core.LINE + 20


def grade(text: str) -> float:
    """Flesch-Kincaid grade (Kincaid 1975); code counts as one short word, vowel groups as syllables."""
    plain = re.sub(r"`[^`]*`", "it", text)
    sentences = [part for part in re.split(r"[.!?:;]+\s", plain + " ") if part.strip()]
    words = re.findall(r"[A-Za-z][A-Za-z'’-]*", plain)
    syllables = sum(max(1, len(re.findall(r"[aeiouy]+", re.sub(r"(es|ed|e)$", "", word.lower())))) for word in words)
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59


class Hostile:
    """Something no answer should give back: it cannot be shown, compared or counted."""

    def _refuse(self, *_):
        raise RuntimeError("do not touch")

    __repr__ = __eq__ = __len__ = __iter__ = __float__ = __bool__ = __hash__ = __getitem__ = _refuse


JUNK = {
    "None": None,
    "zero": 0,
    "one": 1.0,
    "nan": float("nan"),
    "text": "text",
    "nothing": "",
    "list": [],
    "pairs": [(0, 1.0)],
    "dict": {},
    "true": True,
    "class": Hostile,
    "hostile": Hostile(),
}


@pytest.mark.parametrize("id", list(CASES))
def test_nothing_passes_by_accident(id):
    """A function that ignores its arguments, or gives the first one back, never passes and never breaks the check."""
    tried = {name: judged(id, lambda *_, value=value, **__: value) for name, value in JUNK.items()}
    tried["first argument"] = judged(id, lambda *args, **kwargs: (*args, *kwargs.values())[0])
    tried["no arguments"] = judged(id, lambda: 1)
    tried["an empty class"] = judged(id, type("Empty", (), {}))
    for name, (state, _, message) in tried.items():
        assert state != "passed", (name, message)
        assert len(message.splitlines()) <= 4 and max(map(len, message.splitlines())) <= core.LINE, message


def test_checks_are_quick():
    """No solution needs seconds to be judged (a generous bound; the figure itself is in benchmarks/checks.py)."""
    slow = {}
    for id in CASES:
        given = answer(id, solution(id))
        core.judged(core.find(id), given)
        started = time.process_time()
        core.judged(core.find(id), given)
        slow[id] = time.process_time() - started
    assert all(seconds < MOST_SECONDS for seconds in slow.values()), slow


@pytest.mark.parametrize("id", CASES)
def test_no_answer_stands_twice(id):
    """Each answer is another program, not the same one in other clothes."""
    seen: dict[str, str] = {}
    for label, source in [*CASES[id]["right"].items(), *((label, wrong[0]) for label, wrong in CASES[id]["wrong"].items())]:
        try:
            program = ast.dump(ast.parse(source))
        except SyntaxError:  # a cell with magics
            program = source
        assert program not in seen, f"{label!r} is {seen[program]!r} again"
        seen[program] = label
