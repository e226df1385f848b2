"""Checks of the exercises: `check`, `hint`, `progress`. `python -m helpers.checks` checks whole notebooks."""
from .card import progress
from .core import check, exercises, hint
from .outcome import CheckFailed, Crashed, Mistake, NotAttempted, WrongAnswer

__all__ = ["CheckFailed", "Crashed", "Mistake", "NotAttempted", "WrongAnswer", "check", "exercises", "hint", "progress"]
