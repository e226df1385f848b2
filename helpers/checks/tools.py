"""Small things that judges share: a clock that only moves when told, recorded calls, scripted streams, short reprs."""
from __future__ import annotations

import contextlib
import math
import numbers
import reprlib
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from .outcome import Mistake


class FakeClock:
    """A clock for judges: `now()` in seconds, moved by `sleep()`; `slept` holds every sleep asked for, `reads` counts looks."""

    def __init__(self, start: float = 100.0) -> None:
        self.time, self.slept, self.reads = start, [], 0

    def now(self) -> float:
        """The current time, seconds."""
        self.reads += 1
        return self.time

    def sleep(self, seconds: float) -> None:
        """Move the clock and remember the wish."""
        self.slept.append(seconds)
        self.time += seconds

    def advance(self, seconds: float) -> None:
        """Move the clock without a sleep, as work that takes time does."""
        self.time += seconds


@contextlib.contextmanager
def no_real_sleep(did: str) -> Iterator[None]:
    """Inside, time.sleep returns at once, and whoever called it is told at the end to use the sleep that is passed."""
    before, called = time.sleep, []
    time.sleep = called.append
    try:
        yield
    finally:
        time.sleep = before
        if called:
            raise Mistake("really-sleeps", did=did, expected="no call of time.sleep", got=f"time.sleep({short(called[0], 20)})",
                          then="Real pauses make tests slow. The card says what to use, or to return, instead.") from None


class Scripted:
    """A callable that answers from a list: values are returned, exceptions raised, the last one repeats; `calls` counts."""

    def __init__(self, *outcomes: Any, clock: FakeClock | None = None, takes: float = 0.0) -> None:
        self.outcomes, self.clock, self.takes, self.calls = outcomes, clock, takes, 0

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        outcome = self.outcomes[min(self.calls, len(self.outcomes) - 1)]
        self.calls += 1
        if self.clock:
            self.clock.advance(self.takes)
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome


@dataclass(frozen=True)
class Part:
    """One delta of a ScriptedStream that is more than a text: `role` only, `reasoning` beside it, `finish` with it."""

    content: str | None = None
    role: str | None = None
    reasoning: str | None = None
    finish: str | None = None


ROLE = Part("", role="assistant")  # the first chunk, which carries the role and no text


class ScriptedStream:
    """A chat stream from a list of deltas: str or None is a delta's content, a Part more than that, [] a chunk without choices,
    a number seconds of silence on `clock`, an exception is raised. Remembers `pulled` (chunks) and `closed`."""

    def __init__(self, *parts: Any, clock: FakeClock | None = None, finish: str | None = "stop") -> None:
        self.parts, self.clock, self.finish = parts, clock, finish
        self.pulled, self.closed, self._source = 0, False, None

    def __iter__(self) -> Iterator[Any]:
        if self._source is None:
            self._source = self._chunks()
        return self

    def __next__(self) -> Any:
        chunk = next(iter(self)._source)
        self.pulled += 1
        return chunk

    def close(self) -> None:
        """Remember that the reader closed the stream."""
        self.closed = True

    def __enter__(self) -> ScriptedStream:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _chunks(self) -> Iterator[Any]:
        for part in self.parts:
            if isinstance(part, BaseException):
                raise part
            if isinstance(part, (int, float)):
                assert self.clock is not None, "a pause needs a clock"
                self.clock.advance(part)
            else:
                yield chunk(part)
        if self.finish:
            yield chunk(Part(finish=self.finish))


def chunk(part: Any) -> Any:
    """One chat chunk, an object of huggingface_hub: attributes and keys both work. `[]` gives a usage-only chunk."""
    import huggingface_hub as hub
    part = part if isinstance(part, (Part, list)) else Part(part)
    whole = {"created": 0, "id": "", "model": "practice/chat", "system_fingerprint": ""}
    if isinstance(part, list):
        usage = hub.ChatCompletionStreamOutputUsage(prompt_tokens=3, completion_tokens=2, total_tokens=5)
        return hub.ChatCompletionStreamOutput(choices=[], usage=usage, **whole)
    delta = hub.ChatCompletionStreamOutputDelta(role=part.role, content=part.content)
    delta.reasoning = part.reasoning
    choice = hub.ChatCompletionStreamOutputChoice(index=0, delta=delta, finish_reason=part.finish)
    return hub.ChatCompletionStreamOutput(choices=[choice], usage=None, **whole)


def reply(content: str | None) -> Any:
    """A complete chat reply, an object of huggingface_hub."""
    import huggingface_hub as hub
    message = hub.ChatCompletionOutputMessage(role="assistant", content=content)
    choice = hub.ChatCompletionOutputComplete(index=0, message=message, finish_reason="stop")
    usage = hub.ChatCompletionOutputUsage(prompt_tokens=3, completion_tokens=2, total_tokens=5)
    return hub.ChatCompletionOutput(choices=[choice], usage=usage, created=0, id="", model="practice/chat", system_fingerprint="")


def short(value: Any, most: int = 70) -> str:
    """`repr(value)`, cut to `most` characters."""
    text = " ".join(_repr(value).split())
    return text if len(text) <= most else text[: most - 3] + "..."


def _repr(value: Any) -> str:
    """`repr`, but of something very large only its beginning: a megabyte is not read out to show 70 characters."""
    try:
        large = len(value) > 10_000
    except Exception:
        large = False
    return reprlib.Repr(maxstring=400, maxlist=40, maxtuple=40, maxdict=40, maxset=40).repr(value) if large else repr(value)


def is_number(value: Any) -> bool:
    """Whether it is a real number, of Python or NumPy, and not nan."""
    return isinstance(value, numbers.Real) and not isinstance(value, bool) and not math.isnan(value)


def pair(value: Any) -> tuple[Any, Any] | None:
    """The two items of a tuple or list of two; None for anything else."""
    return tuple(value) if isinstance(value, (tuple, list)) and len(value) == 2 else None


def need_value(value: Any, did: str, expected: str) -> None:
    """Raise the usual Mistake when a function returned None."""
    if value is None:
        raise Mistake("returns-none", did=did, expected=expected, got="None", then="Is a `return` missing?")


def need_type(value: Any, kind: type | tuple[type, ...], did: str, expected: str) -> None:
    """Raise the usual Mistakes when a value is None or of another type."""
    need_value(value, did, expected)
    if isinstance(value, Generator):
        raise Mistake("wrong-type", did=did, expected=expected, got="a generator",
                      then="`yield` makes a generator of a function. Collect, and return the whole once, at the end.")
    if not isinstance(value, kind):
        raise Mistake("wrong-type", did=did, expected=expected, got=f"{type(value).__name__}: {short(value, 50)}",
                      then=f"Return {expected}, not {type(value).__name__}.")


def raised_by(action: Callable[[], Any]) -> BaseException | None:
    """The exception that `action` raises, or None."""
    try:
        action()
    except Exception as exc:
        return exc
    return None


def first_difference(got: Iterable[Any], wanted: Iterable[Any]) -> int | None:
    """The index of the first pair that differs, or None when all agree as far as the shorter one goes."""
    return next((i for i, (a, b) in enumerate(zip(got, wanted, strict=False)) if a != b), None)
