"""What went wrong with a call: any exception of the SDKs as one `Verdict`, and the course's own errors.

An exception is judged by its class, its HTTP status and machine-readable fields of the response (error codes, headers);
its text is never searched, because a request id may well contain "429". No SDK is imported: classes are known by name
and module, so the same code serves huggingface_hub 1 and 2, openai 2 and 3, httpx and httpx2.

kind          retried  when
------------  -------  ------------------------------------------------------------------------------------------
throttled     yes      429; the server says it is overloaded
loading       yes      503 with `estimated_time`: the model is being started
transient     yes      408, 425, 500, 502, 503, 504, generation errors of the server, an answer that is not JSON
timeout       yes      no answer in time (at most one repeat: the first may have been computed and billed)
network       yes      no connection, or one that was cut; a web page or an error in the place of an answer
stream        yes      an error inside a stream; `stream_with_retry` repeats it only before the first output
auth          no       401, or no token
permission    no       403: gated model, or a token without the right
quota         no       402, or 429 with a billing code such as `insufficient_quota`
not_found     no       404: model or page unknown, or no provider serves the model
gone          no       410: the address was retired
too_large     no       413
invalid       no       400, 405, 422 and arguments the SDK refuses
conflict      no       409
bad_reply     no       the answer came and its text is not what was asked for (cut, filtered, not JSON)
offline       no       HF_HUB_OFFLINE is set
budget        no       the course's own live budget is used up
interrupted   no       a stream broke after its first output
stopped       no       the batch was stopped before this item was called
cancelled     no       KeyboardInterrupt and other signals to stop
permanent     no       any other answer or SDK error that a repeat does not change
unknown       no       not an API error at all: most likely a mistake in the called function
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ._classify import (
    RETRYABLE,
    STOPS_BATCH,
    causes_of,
    decisive,
    headers_of,
    hint_of,
    is_stop_iteration,
    kind_of,
    kind_of_status,
    response_of,
    status_of,
)
from ._explanations import EXPLANATIONS, Explanation
from ._headers import parse_limit

__all__ = ["BatchStopped", "BudgetExceeded", "CourseError", "Explanation", "RETRYABLE", "RemoteCallError", "STOPS_BATCH",
           "StreamInterrupted", "Verdict", "classify", "explain", "headers_of", "kind_of_status", "response_of", "status_of"]


@dataclass(frozen=True)
class Verdict:
    """What an exception means. retry_after: seconds the server asks for, uncapped, or None. status: HTTP status or None."""

    kind: str
    retryable: bool = False
    retry_after: float | None = None
    status: int | None = None
    reason: str = ""


class CourseError(Exception):
    """An error of this package: `what` happened and one `next_step`. Jupyter shows the two sentences and no traceback."""

    kind = "permanent"

    def __init__(self, what: str, next_step: str = "") -> None:
        super().__init__(f"{what} {next_step}".strip())
        self.what, self.next_step = what, next_step

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.args, self.__dict__)

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


class BudgetExceeded(CourseError):
    """The live budget does not allow this call; it was not sent. Never retried, and it stops a batch."""

    kind = "budget"


class BatchStopped(CourseError):
    """The item was not called, because its batch had been stopped; `__cause__` is the error that stopped it."""

    kind = "stopped"


class StreamInterrupted(CourseError):
    """A stream broke after its first output. `partial`: the text so far; `chunks`: the chunks as they came."""

    kind = "interrupted"

    def __init__(self, what: str, next_step: str = "", *, partial: str = "", chunks: tuple[Any, ...] = ()) -> None:
        super().__init__(what, next_step)
        self.partial, self.chunks = partial, chunks


class RemoteCallError(Exception):
    """Stands for an exception that another process could not send; `verdict` and `headers` are those of the original."""

    def __init__(self, text: str, verdict: Verdict, headers: dict[str, str] | None = None) -> None:
        super().__init__(text, verdict, headers)
        self.text, self.verdict, self.headers = text, verdict, headers or {}

    def __str__(self) -> str:
        return self.text


def classify(exc: BaseException) -> Verdict:
    """The verdict on any exception that huggingface_hub 1.27-2.x, openai 2.54-3.x, httpx or httpx2 can raise.

    Never raises. Everything that is not recognised as an API error gets kind "unknown" and is not retried.
    """
    exc = decisive(exc)
    if isinstance(exc, RemoteCallError):
        return exc.verdict
    if isinstance(exc, CourseError):
        return Verdict(exc.kind, reason=type(exc).__name__)
    if not isinstance(exc, Exception) or type(exc).__name__ == "CancelledError":
        return Verdict("cancelled", reason=type(exc).__name__)
    response = response_of(exc)
    status = status_of(exc, response)
    kind = kind_of(exc, response, status)
    retryable = kind in RETRYABLE and type(exc).__name__ != "InferenceEndpointTimeoutError"
    return Verdict(kind, retryable, hint_of(kind, response), status, _reason(exc, status))


def explain(exc: BaseException) -> Explanation:
    """Cause and next step in plain words; `str(explain(exc))` is both, `.cause` and `.next_step` are one each."""
    exc = decisive(exc)
    if isinstance(exc, CourseError):
        return Explanation(exc.what, exc.next_step)
    verdict = classify(exc)
    found = EXPLANATIONS["no_provider" if is_stop_iteration(exc) else verdict.kind]
    names = (*(f"{verdict.kind} {type(one).__name__}" for one in causes_of(exc)), type(exc).__name__,
             f"{verdict.kind} {verdict.status}")
    found = next((EXPLANATIONS[name] for name in names if name in EXPLANATIONS), found)
    return Explanation(_measured(verdict, exc) or found.cause, found.next_step)


def _measured(verdict: Verdict, exc: BaseException) -> str | None:
    """The cause with the server's own numbers, where it sent them."""
    if verdict.kind == "loading" and verdict.retry_after is not None:
        return f"503: the model is being started and needs about {verdict.retry_after:.0f} s."
    if verdict.kind == "transient" and verdict.status and f"transient {verdict.status}" not in EXPLANATIONS:
        return f"{verdict.status}: the server failed for the moment."
    limit = parse_limit(headers_of(exc)) if verdict.kind == "throttled" else None
    if limit and limit.quota and limit.window_s:
        return f"429: the server allows {limit.quota} requests in {limit.window_s:g} s."
    if verdict.kind == "throttled" and verdict.retry_after:  # not for 0, and not for a date that is past
        rest = f"{verdict.retry_after:.0f}" if verdict.retry_after >= 10 else f"{verdict.retry_after:.2g}"
        return f"429: too many requests; the server asks for {rest} s of rest."
    return None


def _reason(exc: Exception, status: int | None) -> str:
    """A short technical name for logs: class and status, never text that came from outside."""
    return f"{type(exc).__name__} {status}" if status else type(exc).__name__


def _rebuild(cls: type, args: tuple[Any, ...], state: dict[str, Any]) -> CourseError:
    error = cls.__new__(cls)
    Exception.__init__(error, *args)
    error.__dict__.update(state)
    return error
