"""`check`, `hint` and the registry of exercises. Each lesson's checks are a module of their own: `lesson_00.py`, `lesson_01.py`, ..."""
from __future__ import annotations

import difflib
import importlib
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from ..errors import CourseError
from . import guard, state
from .outcome import CheckFailed, Crashed, Mistake, NotAttempted, WrongAnswer

Judge = Callable[[Any], None]


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """One exercise: its id ("04.2"), what the learner takes from it, three hints (nudge, pointer, worked line), and its judge.

    The judge gets the learner's function, class or value, calls it, and raises Mistake when it is wrong.
    """

    id: str
    name: str
    insight: str
    hints: tuple[str, str, str]
    judge: Judge


_REGISTRY: dict[str, Exercise] = {}


def exercise(id: str, *, insight: str, hints: tuple[str, str, str]) -> Callable[[Judge], Judge]:
    """Register the decorated judge; its own name is the name the learner's answer has."""
    def register(judge: Judge) -> Judge:
        _REGISTRY[id] = Exercise(id=id, name=judge.__name__, insight=insight, hints=hints, judge=judge)
        return judge
    return register


def exercises() -> dict[str, Exercise]:
    """All exercises by id, in order."""
    for path in sorted(Path(__file__).parent.glob("lesson_*.py")):
        importlib.import_module(f"{__package__}.{path.stem}")
    return dict(sorted(_REGISTRY.items()))


def find(id: str) -> Exercise:
    """The exercise with this id; raises CourseError with the nearest ids when there is none."""
    lesson = id.split(".")[0] if isinstance(id, str) else ""
    if (Path(__file__).parent / f"lesson_{lesson}.py").exists():
        importlib.import_module(f"{__package__}.lesson_{lesson}")
    if id not in _REGISTRY:
        known = list(exercises())
        near = difflib.get_close_matches(str(id), known, n=3, cutoff=0.5) or known[:3]
        raise CourseError(f"There is no exercise {id!r}.", f"Did you mean {', '.join(near)}?")
    return _REGISTRY[id]


def check(id: str, answer: Any) -> None:
    """Judge `answer` to exercise `id`: prints one line when it is right, raises CheckFailed (a short message) when it is not.

    Behaviour is judged (calls, requests, values, shapes), never a model's prose.
    """
    task = find(id)
    try:
        judged(task, answer)
    except CheckFailed as failure:
        state.note(id, failure.state, str(failure))
        raise failure.with_traceback(None) from None
    line = f"{id} passed: {task.insight}"
    state.note(id, "passed", line)
    print(line)


def judged(task: Exercise, answer: Any) -> None:
    """Run a judge under guard; raises WrongAnswer, NotAttempted or Crashed."""
    if answer is None or answer is ...:
        raise _not_attempted(task)
    try:
        guard.run(lambda: task.judge(answer))
    except CheckFailed:
        raise
    except Mistake as wrong:
        raise WrongAnswer(task.id, wrong.id, _four_lines(task, wrong)) from None
    except NotImplementedError as exc:
        if _own_lines(exc.__traceback__):
            raise _crashed(task, exc) from None
        raise _not_attempted(task) from None
    except guard.Forbidden as exc:
        raise Crashed(task.id, exc.id, [f"{task.id}: your code was stopped: {exc.why}.", _hint_line(task)]) from None
    except Exception as exc:
        raise _crashed(task, exc) from None


def _own_lines(tb: TracebackType | None) -> bool:
    """Whether a NotImplementedError came from a helper of the course: then it is no stub but a defect of ours."""
    frames = traceback.extract_tb(tb)
    return bool(frames) and frames[-1].filename.startswith(str(Path(__file__).parent))


def _four_lines(task: Exercise, wrong: Mistake) -> list[str]:
    return [f"{task.id}: {wrong.did}", f"expected: {wrong.expected}", f"got:      {wrong.got}", f"next:     {wrong.then}"]


def _not_attempted(task: Exercise) -> NotAttempted:
    return NotAttempted(task.id, "not-attempted",
                        [f"{task.id}: not attempted yet. Replace `raise NotImplementedError` in `{task.name}`, run the cell, check again.",
                         _hint_line(task)])


def _crashed(task: Exercise, exc: Exception) -> Crashed:
    where = [frame for frame in traceback.extract_tb(exc.__traceback__) if "helpers" not in Path(frame.filename).parts]
    line = f" in the line `{where[-1].line}`" if where and where[-1].line else ""
    text = " ".join(str(exc).split())[:160]
    return Crashed(task.id, "crashed", [f"{task.id}: your code raised {type(exc).__name__}: {text}" if text else
                                        f"{task.id}: your code raised {type(exc).__name__}",
                                        *([f"where:    {line.strip()}"] if line else []), _hint_line(task)])


def _hint_line(task: Exercise) -> str:
    return f'next:     hint("{task.id}") helps when you are stuck.'


def hint(id: str) -> None:
    """Print the next of three hints for exercise `id`: a nudge, then a pointer, then a worked line. The last one repeats."""
    task = find(id)
    level = min(state.hints_taken(id), 2)
    state.take_hint(id)
    print(f"Hint {level + 1} of 3 for {id}: {task.hints[level]}")
