"""`check`, `hint` and the registry of exercises. Each lesson's checks are a module of their own: `lesson_00.py`, ..."""
from __future__ import annotations

import difflib
import gc
import importlib
import re
import tomllib
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from textwrap import fill
from typing import Any

from .._secrets import mask
from ..errors import CourseError
from . import _ahead, _names, anatomy, guard, repair, state
from .outcome import CheckFailed, Crashed, Mistake, NotAttempted, WrongAnswer

Judge = Callable[[Any], None]
LINE = 110  # longest line of a message
HERE = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """One exercise: its id ("04.2"), what the learner takes from it, three hints (nudge, pointer, worked line), its judge.

    The judge gets the learner's function or class, calls it, and raises Mistake when it is wrong. `takes` are the parameters
    on the card, such as "client, text, *, model, max_words=20"; None: any will do. `needs` are loaded before the judge begins.
    """

    id: str
    name: str
    insight: str
    hints: tuple[str, str, str]
    judge: Judge
    takes: str | None = None
    needs: tuple[str, ...] = ()


_REGISTRY: dict[str, Exercise] = {}


def exercise(id: str, *, takes: str, insight: str, needs: tuple[str, ...] = ()) -> Callable[[Judge], Judge]:
    """Register the decorated judge; its own name is the name the learner's answer has. Its hints stand in hints.toml.

    needs: packages that the judge imports, and "server" for its practice server.
    """
    def register(judge: Judge) -> Judge:
        _REGISTRY[id] = Exercise(id=id, name=judge.__name__, insight=insight, hints=_hints()[id], judge=judge, takes=takes,
                                 needs=needs)
        return judge
    return register


@lru_cache(maxsize=1)
def _hints() -> dict[str, tuple[str, str, str]]:
    """Exercise id -> its three hints."""
    return {id: tuple(levels) for id, levels in tomllib.loads((HERE / "hints.toml").read_text("utf-8")).items()}


def exercises() -> dict[str, Exercise]:
    """All exercises by id, in order."""
    for path in sorted(HERE.glob("lesson_*.py")):
        importlib.import_module(f"{__package__}.{path.stem}")
    return dict(sorted(_REGISTRY.items()))


def find(id: str) -> Exercise:
    """The exercise with this id; raises CourseError with the nearest ids when there is none."""
    if not isinstance(id, str):
        raise CourseError(f"An exercise is named by its id in quotes, not by {type(id).__name__}.",
                          'Write it first: check("00.1", mask_token).')
    for path in sorted(HERE.glob(f"lesson_{id[:2]}*.py")) if re.match(r"\d\d\.", id) else []:
        importlib.import_module(f"{__package__}.{path.stem}")
    if id not in _REGISTRY:
        known = list(exercises())
        near = difflib.get_close_matches(id, known, n=3, cutoff=0.5) or known[:3]
        raise CourseError(f"There is no exercise {id!r}.", f"Did you mean {', '.join(near)}?")
    return _REGISTRY[id]


def check(id: str, answer: Any) -> None:
    """Judge `answer` to exercise `id`: print one line when it is right, raise CheckFailed (a short message) when not.

    Behaviour is judged (calls, requests, values, shapes), never a model's prose.
    """
    task = find(id)
    if mended := repair.mend():
        print(f"Put back what your notebook had replaced, because other code uses it too: {', '.join(mended)}.")
    try:
        judged(task, answer)
    except CheckFailed as failure:
        state.note(id, failure.state, str(failure), failure.id)
        failure.__context__ = None
        if isinstance(failure, Crashed):
            gc.collect()  # the frames of the answer, and with them what it kept in memory: the next one may need the room
        raise failure.with_traceback(None) from None
    line = f"{id} passed: {task.insight}"
    state.note(id, "passed", line)
    print(line)


def judged(task: Exercise, answer: Any) -> None:
    """Run a judge under guard; raises WrongAnswer, NotAttempted or Crashed."""
    if isinstance(answer, _names.Missing):
        raise _not_defined(task)
    if answer is None or answer is ... or anatomy.is_empty(answer):
        raise _not_attempted(task)
    if not callable(answer):
        raise _not_callable(task, answer)
    if task.takes is not None and (wrong := anatomy.misfit(task.name, task.takes, answer)):
        raise _wrong(task, wrong)
    _ahead.load(task.needs)
    memory = anatomy.Memory(answer)
    try:
        guard.run(lambda: task.judge(answer))
    except (CheckFailed, KeyboardInterrupt):
        raise
    except Mistake as wrong:
        raise _wrong(task, memory.mistake() or _printed_instead(wrong)) from None
    except guard.Forbidden as exc:
        lines = [f"{task.id}: your code was stopped: {exc.why}.", f"next:     {exc.then}"]
        raise Crashed(task.id, exc.id, lines) from None
    except BaseException as exc:
        if isinstance(exc, NotImplementedError) and not exc.args and _learners_frames(exc)[-1:] == _frames(exc)[-1:]:
            raise _not_attempted(task) from None
        if wrong := memory.mistake():
            raise _wrong(task, wrong) from None
        raise _crashed(task, exc) from None


def _wrong(task: Exercise, mistake: Mistake) -> WrongAnswer:
    return WrongAnswer(task.id, mistake.id, _four_lines(task, mistake))


def _printed_instead(wrong: Mistake) -> Mistake:
    """The usual confusion of `print` and `return` gets a next step of its own."""
    if wrong.id == "returns-none" and guard.printed_by(wrong).strip():
        wrong.then = "It prints something and returns nothing: `print` is for people, `return` for the caller."
    return wrong


def _four_lines(task: Exercise, wrong: Mistake) -> list[str]:
    lines = (f"{task.id}: {wrong.did}", f"expected: {wrong.expected}", f"got:      {wrong.got}", f"next:     {wrong.then}")
    return [one_line(line) for line in lines]


def one_line(text: str, most: int = LINE) -> str:
    """`text` without line breaks and without access tokens, cut to `most` characters."""
    text = mask(text)
    label = re.match(r"((got|next|where): +)?", text)[0]  # stays as wide as it is
    flat = label + " ".join(text[len(label):].split())
    return flat if len(flat) <= most else flat[: most - 1] + "…"


def _not_attempted(task: Exercise) -> NotAttempted:
    return NotAttempted(task.id, "not-attempted", [
        f"{task.id}: not attempted yet.",
        f"next:     replace `raise NotImplementedError` in `{task.name}`, run that cell, then check again."])


def _not_defined(task: Exercise) -> NotAttempted:
    return NotAttempted(task.id, "not-defined", [
        f"{task.id}: not attempted yet: there is no `{task.name}`.",
        f"next:     run the cell that begins with `# exercise {task.id}`, and keep that name in it. Then check again."])


def _not_callable(task: Exercise, answer: Any) -> WrongAnswer:
    return WrongAnswer(task.id, "not-callable", [
        one_line(f'{task.id}: check("{task.id}", ...) got {type(answer).__name__}, not the function itself'),
        f"next:     write check(\"{task.id}\", {task.name}) with no quotes or brackets after the name."])


def _crashed(task: Exercise, exc: BaseException) -> Crashed:
    where = _learners_frames(exc)
    what = ": ".join(filter(None, [type(exc).__name__, _text(exc)]))
    said = "your code raised" if where else "the check could not go on with what your code did:"
    line = where[-1].line if where else ""
    lines = [f"{task.id}: {said} {what}", *([f"where:    {line}"] if line else []), _hint_line(task)]
    return Crashed(task.id, "crashed", [one_line(text) for text in lines])


def _text(exc: BaseException) -> str:
    """What the exception says; of an HTTP error what the server said, instead of its address."""
    said = getattr(exc, "server_message", None)  # of huggingface_hub
    status = getattr(getattr(exc, "response", None), "status_code", "")
    try:
        return f"{status} {said}" if said else str(exc)[:1000]
    except Exception:  # a class of the learner's
        return ""


def _frames(exc: BaseException) -> list[traceback.FrameSummary]:
    return list(traceback.extract_tb(exc.__traceback__))


def _learners_frames(exc: BaseException) -> list[traceback.FrameSummary]:
    """The frames of code written in the notebook: its module is `__main__`."""
    names = [frame.f_globals.get("__name__") for frame, _ in traceback.walk_tb(exc.__traceback__)]
    return [summary for summary, name in zip(_frames(exc), names, strict=True) if name == "__main__"]


def _hint_line(task: Exercise) -> str:
    return f'next:     hint("{task.id}") helps when you are stuck.'


def hint(id: str) -> None:
    """Print the next of three hints for exercise `id`: a nudge, then a pointer, then a worked line. The last one repeats."""
    task = find(id)
    level = state.next_hint(id)
    # JupyterLab breaks a longer line in the middle of a word; a name or a call stays whole on its line.
    print(fill(f"Hint {level + 1} of 3 for {id}: {task.hints[level]}", 100, break_long_words=False, break_on_hyphens=False))


def _before(cell: str) -> None:
    """Before each cell of a notebook."""
    repair.note()
    _ahead.begin(cell, lambda id: find(id).needs)


repair.note()
_names.watch(_before)
