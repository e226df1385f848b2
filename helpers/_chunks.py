"""What a stream has brought so far: text, the sign that it is finished, and what to say when it broke (part of `_streams`)."""

from __future__ import annotations

from typing import Any

from .errors import CourseError, StreamInterrupted, explain

END = object()
OUTPUT_FIELDS = ("content", "reasoning", "reasoning_content", "refusal", "tool_calls", "function_call")


class EmptyStream(ConnectionError):
    """A stream ended before its first output and without saying that it was finished."""


class SilentStream(TimeoutError):
    """No chunk came for as long as the policy allows."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"No chunk came for {seconds:g} s.")


class EndlessStream(TimeoutError):
    """A stream went on for longer than the policy allows."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"It went on for more than stream_timeout={seconds:g} s.")


class Progress:
    """What a stream has brought so far."""

    def __init__(self) -> None:
        self.chunks: list[Any] = []
        self.ended = False
        self._output = self._finished = self._knows_finish = False

    def add(self, chunk: Any) -> bool:
        """Take in one chunk, or the end; True while the first output is still to come."""
        if chunk is END:
            self.ended = True
            if self._knows_finish and not self._finished:
                raise EmptyStream("It ended without a finish_reason.")
            if not self.chunks:
                raise EmptyStream("It ended before its first chunk.")
            return False
        self.chunks.append(chunk)
        self._note_finish(chunk)
        self._output = self._output or carries_output(chunk)
        return not self._output

    def _note_finish(self, chunk: Any) -> None:
        for choice in _get(chunk, "choices") or ():
            self._knows_finish = True
            self._finished = self._finished or _get(choice, "finish_reason") is not None
        if _get(chunk, "token") is not None:
            self._knows_finish = True
            self._finished = self._finished or _get(chunk, "details") is not None or _get(chunk, "generated_text") is not None

    def interrupted(self, cause: Exception) -> StreamInterrupted:
        said = cause.what if isinstance(cause, CourseError) else explain(cause).cause
        if isinstance(cause, (EmptyStream, SilentStream, EndlessStream)):
            said = str(cause)
        count = f"{len(self.chunks)} chunk{'s' * (len(self.chunks) != 1)}"
        return StreamInterrupted(f"The stream broke after {count}. {said}",
                                 "Use `.partial`, or call again for a whole answer.",
                                 partial="".join(map(text_of, self.chunks)), chunks=tuple(self.chunks))


def carries_output(chunk: Any) -> bool:
    """True when a repeat of the stream would repeat something that a reader has seen."""
    choices = _get(chunk, "choices")
    if choices is not None:
        return any(_choice_output(choice) for choice in choices)
    token = _get(chunk, "token")
    return bool(_get(token, "text")) if token is not None else chunk not in ("", b"", None)


def _choice_output(choice: Any) -> bool:
    delta = _get(choice, "delta")
    return bool(_get(choice, "text")) or any(_get(delta, name) for name in OUTPUT_FIELDS)


def text_of(chunk: Any) -> str:
    """The text of one chunk of any of the SDKs' streams; "" when it has none."""
    if isinstance(chunk, str):
        return chunk
    choices = _get(chunk, "choices")
    if choices:
        return _get(_get(choices[0], "delta"), "content") or _get(choices[0], "text") or ""
    token = _get(chunk, "token")
    return (_get(token, "text") or "") if token is not None and not _get(token, "special") else ""


def _get(thing: Any, name: str) -> Any:
    return thing.get(name) if isinstance(thing, dict) else getattr(thing, name, None)
