"""Who may send now: the limit of a server, learned from its answers and shared by threads and tasks.

`RateLimiter` is the thing to hold; the functions are the hooks between a running call and the HTTP transport. A retry loop
opens a scope around each attempt; the transport, knowing nothing of loops, calls `before_request()` when a request leaves
and `observe_response(status, headers)` when the head of its answer is there. Both find the limiter of the surrounding call
in a context variable, so they work from threads and tasks alike, never block, and do nothing outside a scope.
Without such a transport the limiter still learns, from the headers of the exceptions.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._limiter import RateLimiter
    from ._turns import Permit

_scope: ContextVar[AttemptScope | None] = ContextVar("attempt_scope", default=None)


@dataclass(slots=True)
class AttemptScope:
    """One attempt: its limiter, its permit to send, and the time it may take (seconds or None).

    until: when it must be over, on `time.monotonic`; None: no limit, or over already. streamed: whoever reads its answer
    notices silence, so the transport need not. bodies: its answers that are still open. given_up: nobody reads them any more.
    """

    limiter: RateLimiter | None = None
    permit: Permit | None = None
    timeout_s: float | None = None
    until: float | None = None
    streamed: bool = False
    bodies: list[Any] = field(default_factory=list)
    given_up: bool = False


def current_attempt() -> AttemptScope | None:
    """The running attempt of this thread or task, or None."""
    return _scope.get()


def current_limiter() -> RateLimiter | None:
    """The limiter of the surrounding call, or None."""
    scope = _scope.get()
    return scope.limiter if scope else None


def attempt_timeout() -> float | None:
    """Seconds the running attempt may take from now on (`RetryPolicy.attempt_timeout`, cut at the deadline), or None.

    The transport sets it as the request's timeout, if the SDK's own is longer or None.
    """
    scope = _scope.get()
    return scope.timeout_s if scope else None


def before_request(method: str = "POST") -> None:
    """A request leaves now. Call it right before sending; it never waits.

    The first POST of an attempt uses the attempt's permit. A further one (openai's own retry) counts as sent and is not held
    back. Other methods are questions to the Hub, which have a limit of their own: they are left out here and in
    `observe_response`.
    """
    scope = _scope.get()
    if scope and scope.limiter and scope.permit and method == "POST":
        scope.permit = scope.limiter.sent(scope.permit)


def observe_response(status: int, headers: Mapping[str, str], method: str = "POST") -> None:
    """The head of an answer is here: let the limiter learn from it."""
    scope = _scope.get()
    if scope and scope.limiter and scope.permit and method == "POST":
        scope.limiter.observe(scope.permit, status, headers)


def __getattr__(name: str) -> object:
    if name == "RateLimiter":  # its modules are loaded when somebody makes one
        from ._limiter import RateLimiter
        return RateLimiter
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
