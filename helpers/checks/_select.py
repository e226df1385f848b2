"""Which files to check: the lessons and exercises that were asked for, and the learner's notebook for each."""
from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from pathlib import Path

from ..errors import CourseError
from . import _cells, _shipped

PACKAGE = Path(__file__).resolve().parents[1]
ASKED = re.compile(r"(?P<lesson>\d{1,2})(?:\.(?P<number>\d+))?")


@dataclass(frozen=True, kw_only=True)
class Job:
    """One lesson to check. `path`: the learner's notebook, None without one; `only`: exercise ids, empty for all."""

    lesson: str
    shipped: Path
    path: Path | None
    remark: str = ""
    only: frozenset[str] = frozenset()


def default_folder() -> Path:
    """`exercises` beside course.py, or in the working directory; else the working directory itself."""
    here = Path.cwd()
    root = next((folder for folder in (here, *here.parents) if (folder / "course.py").exists()), here)
    return root / "exercises" if (root / "exercises").is_dir() else here


def hides_helpers(folder: Path) -> str | None:
    """The name of what a notebook in this folder would import as `helpers` instead of the course's package; None without it."""
    return next((name for name in ("helpers.py", "helpers/__init__.py") if (folder / name).exists()
                 and (folder / name).resolve().parent != PACKAGE), None)


def jobs(asked: list[str], folder: Path) -> list[Job]:
    """One job per lesson asked for (all when none is), in order.

    asked: "04", "4", "04.2", or the path of a notebook. Raises CourseError for anything else, and for a missing folder.
    """
    if not folder.is_dir():
        raise CourseError(f"There is no folder {folder}.", "Name the one that holds your exercise notebooks: --folder DIR.")
    files = [Path(word) for word in asked if word.endswith(".ipynb")]
    wanted = _wanted([word for word in asked if not word.endswith(".ipynb")])
    shipped = _shipped.paths()
    if not asked:
        wanted = {lesson: set() for lesson in shipped}
    found = [_job(lesson, shipped[lesson], folder, frozenset(ids)) for lesson, ids in sorted(wanted.items())]
    return found + [_file_job(path, shipped) for path in files]


def _wanted(words: list[str]) -> dict[str, set[str]]:
    """Lesson -> exercise ids; an empty set means all of them."""
    wanted: dict[str, set[str]] = {}
    for word in words:
        found, lessons = ASKED.fullmatch(word), _shipped.paths()
        lesson = found["lesson"].zfill(2) if found else ""
        if lesson not in lessons:
            raise CourseError(f"There is no exercise notebook {word!r}.", f"There are {', '.join(lessons)}.")
        exercises = _shipped.exercises(_shipped.parts(_cells.read(lessons[lesson])))
        id = f"{lesson}.{found['number']}"
        if found["number"] and id not in exercises:
            raise CourseError(f"There is no exercise {id}.", f"Lesson {lesson} has {', '.join(exercises)}.")
        before = wanted.get(lesson)
        wanted[lesson] = set() if not found["number"] or before == set() else {*(before or ()), id}
    return wanted


def _job(lesson: str, shipped: Path, folder: Path, only: frozenset[str]) -> Job:
    """The learner's file for a lesson: the one of the right name, or the newest other one that holds its answer cells."""
    expected = folder / shipped.name
    others = [path for path in folder.glob("*.ipynb") if path.name != shipped.name and lesson_of(path) == lesson]
    newest = max(others, key=lambda path: path.stat().st_mtime, default=None)
    if expected.exists():
        remark = f"{newest.name} holds answers to lesson {lesson} too; it was not checked." if newest else ""
        return Job(lesson=lesson, shipped=shipped, path=expected, remark=remark, only=only)
    remark = f"there is no {shipped.name}; {newest.name} was checked instead." if newest else ""
    return Job(lesson=lesson, shipped=shipped, path=newest, remark=remark, only=only)


def _file_job(path: Path, shipped: dict[str, Path]) -> Job:
    lesson = path.name[:2] if path.name[:2] in shipped else lesson_of(path) if path.exists() else None
    if lesson not in shipped:
        raise CourseError(f"{path} holds no answers to an exercise.",
                          f"There are exercise notebooks for {', '.join(shipped)}.")
    return Job(lesson=lesson, shipped=shipped[lesson], path=path)


def lesson_of(path: Path) -> str | None:
    """The lesson that most answer cells of a notebook belong to; None without any, or when it cannot be read."""
    try:
        lessons = [cell.answers[:2] for cell in _cells.read(path) if cell.answers]
    except CourseError:
        return None
    return max(sorted(set(lessons)), key=lessons.count, default=None)


def write_fresh(lesson: str, folder: Path) -> Path:
    """Write an untouched exercise notebook into `folder`, under a name that is free; returns its path."""
    [job] = jobs([lesson], folder)
    stem = job.shipped.stem
    names = itertools.chain([f"{stem}.ipynb", f"{stem}_fresh.ipynb"], (f"{stem}_fresh_{n}.ipynb" for n in itertools.count(2)))
    path = next(folder / name for name in names if not (folder / name).exists())
    try:
        with open(path, "xb") as file:  # x: never over a file that is there
            file.write(job.shipped.read_bytes())
    except OSError as exc:
        raise CourseError(f"{path} cannot be written ({exc.strerror}).", "Choose another folder: --folder DIR.") from None
    return path
