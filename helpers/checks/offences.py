"""What a check cannot allow an answer to do, and the memory of the first time that it did.

An offence is remembered, so that an answer with a bare `except:` cannot hide it.
"""
from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, NoReturn

MOST_OUTPUT = 100_000  # characters
MOST_RECURSION = 20_000  # calls inside each other


class Offence(NamedTuple):
    """A short name, what the code did, what to do instead."""

    id: str
    why: str
    then: str


ASKS = Offence("asks-for-input", "it waits for input, which nobody can answer during a check",
               "use the function's arguments.")
EXITS = Offence("exits", "it calls exit(), which would end the notebook", "return a value or raise an error.")
FORKS = Offence("forks", "it calls os.fork(), which copies the whole notebook", "leave out os.fork() and child processes.")
FLOODS = Offence("floods", f"it prints more than {MOST_OUTPUT:,} characters", "take the print out of the loop.")
RECURSES = Offence("raises-limit", "it raises the recursion limit, which can crash Python", "use a loop instead.")
KILLS = Offence("exits", "it ends or replaces this process", "return a value or raise an error.")
SIGNALS = Offence("uses-signals", "it sets a signal handler or an alarm, which the check needs for its time limit",
                  "leave out the module signal.")
THREADS = Offence("leaves-threads", "it starts a thread that goes on after the function has returned", "join your threads.")
MOVES = Offence("changes-directory", "it changes the working directory", "leave out os.chdir().")


def patches(name: str) -> Offence:
    """It replaced the function or method of this name."""
    return Offence("patches", f"it replaces {name}, which other code uses too", "work with a function of your own instead.")


def too_slow(seconds: float) -> Offence:
    """It did not end in time."""
    return Offence("too-slow", f"it did not end within {seconds:g} seconds",
                   "look for a loop that never stops, or a function that calls itself for ever.")


class Forbidden(BaseException):
    """The code did something a check cannot allow. Not an Exception, so that answers do not swallow it."""

    def __init__(self, offence: Offence) -> None:
        super().__init__(f"{offence.why}; {offence.then}")
        self.id, self.why, self.then = offence


class Watch:
    """Notes the first offence and raises it where it happens."""

    def __init__(self) -> None:
        self.first: Forbidden | None = None

    def note(self, offence: Offence) -> Forbidden:
        """Remember an offence unless there was one before; returns the first."""
        self.first = self.first or Forbidden(offence)
        return self.first

    def refuse(self, offence: Offence) -> NoReturn:
        """Remember an offence and raise it."""
        raise self.note(offence)

    def refusing(self, offence: Offence) -> Callable[..., NoReturn]:
        """A function that takes anything and refuses."""
        return lambda *_, **__: self.refuse(offence)
