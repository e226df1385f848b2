"""Small things that judges share: a clock that only moves when told, recorded calls, scripted streams, short reprs."""
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from types import SimpleNamespace
from typing import Any

from .outcome import Mistake


class FakeClock:
    """A clock for judges: `now()` in seconds, moved by `sleep()`; `slept` holds every sleep asked for."""

    def __init__(self, start: float = 100.0) -> None:
        self.time, self.slept = start, []

    def now(self) -> float:
        """The current time, seconds."""
        return self.time

    def sleep(self, seconds: float) -> None:
        """Move the clock and remember the wish."""
        self.slept.append(seconds)
        self.time += seconds

    def advance(self, seconds: float) -> None:
        """Move the clock without a sleep, as work that takes time does."""
        self.time += seconds


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


class ScriptedStream:
    """A chat stream from a list of deltas: str or None is a delta's content, "role" a first chunk with the role only, [] a chunk
    without choices, a number seconds of silence on `clock`, an exception is raised. Remembers `pulled` (chunks) and `closed`."""

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
            yield chunk(None, finish=self.finish)


def chunk(content: Any, *, finish: str | None = None) -> Any:
    """One chat chunk as both SDKs shape it; `[]` gives a usage-only chunk without choices."""
    if content == []:
        return SimpleNamespace(choices=[], usage=SimpleNamespace(prompt_tokens=3, completion_tokens=2, total_tokens=5))
    role = content == ROLE
    delta = SimpleNamespace(role="assistant" if role else None, content="" if role else content, reasoning=None, tool_calls=None)
    return SimpleNamespace(choices=[SimpleNamespace(index=0, delta=delta, finish_reason=finish, logprobs=None)], usage=None)


ROLE = ("role",)  # a part of ScriptedStream: the first chunk, which carries the role and no text


def short(value: Any, most: int = 70) -> str:
    """`repr(value)`, cut to `most` characters."""
    text = " ".join(repr(value).split())
    return text if len(text) <= most else text[: most - 3] + "..."


def need_value(value: Any, did: str, expected: str) -> None:
    """Raise the usual Mistake when a function returned None."""
    if value is None:
        raise Mistake("returns-none", did=did, expected=expected, got="None", then="Is a `return` missing?")


def need_type(value: Any, kind: type | tuple[type, ...], did: str, expected: str) -> None:
    """Raise the usual Mistakes when a value is None or of another type."""
    need_value(value, did, expected)
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
