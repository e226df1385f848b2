"""The ways a check can end other than well, each with a message of at most four lines."""
from __future__ import annotations

from ..errors import CourseError


class CheckFailed(CourseError):
    """A check that did not pass. `id` names the kind of mistake, `exercise` the exercise; shown without a traceback.

    The message has at most four lines: what was done, what was expected, what came, one next step.
    """

    state = "wrong"

    def __init__(self, exercise: str, id: str, lines: list[str]) -> None:
        self.exercise, self.id, self.lines = exercise, id, lines[:4]
        Exception.__init__(self, "\n".join(self.lines))

    def __str__(self) -> str:
        return "\n".join(self.lines)

    def _render_traceback_(self) -> list[str]:
        return self.lines


class WrongAnswer(CheckFailed):
    """The answer ran and does not do what the task asks."""


class NotAttempted(CheckFailed):
    """The answer cell still holds its stub."""

    state = "not yet attempted"


class Crashed(CheckFailed):
    """The answer raised an exception of its own where none belongs, or did something a check cannot allow."""

    state = "crashed"


class Mistake(Exception):
    """Raised by a judge: the answer is wrong in a known way. `check` turns it into WrongAnswer.

    Args:
        id: short name of the mistake, unique within the exercise; tests prove that each wrong answer gets its own.
        did: the call or situation that shows it. expected, got: what should and what did happen. then: one next step.
    """

    def __init__(self, id: str, *, did: str, expected: str, got: str, then: str) -> None:
        super().__init__(id)
        self.id, self.did, self.expected, self.got, self.then = id, did, expected, got, then
