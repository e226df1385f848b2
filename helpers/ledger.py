"""Every attempt as one record: when, waited, status, tokens, cost; never prompts, replies or access tokens.

Two writers fill a ledger. The retry loop adds one `Attempt` per attempt to the ledger it is given as `log=`. The HTTP
transport calls `depart(ledger)` when a request leaves and `note_http(ledger, call=..., ...)` when its body has ended; the
numbers of call, attempt and worker come from `current_call()`, a context variable that the retry loop sets around the
called function, in its thread or task. A request outside any retry loop is a call of its own, with attempt 1. When both
writers hold the same ledger, the transport's record stands and the loop adds none.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from ._headers import lower_keys, parse_limit, parse_retry_after
from .errors import classify, kind_of_status

_ids = itertools.count(1)
_current: ContextVar[CallContext | None] = ContextVar("current_call", default=None)
_REQUEST_ID = ("x-request-id", "x-amzn-trace-id", "x-amz-cf-id")
_UNSEEN, _FAILED, _OK = 0, 1, 2


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One attempt. Seconds count from the start of the ledger; `waited_s` is the retry wait before it, `paced_s` the
    limiter's; `kind` is "ok" or the kind of the verdict; `ttft_s` is the time to the first byte of a stream."""

    call: int
    attempt: int = 1
    worker: int | None = None
    started_s: float = 0.0
    ended_s: float = 0.0
    waited_s: float = 0.0
    paced_s: float = 0.0
    status: int | None = None
    kind: str = "ok"
    retry_after: float | None = None
    model: str | None = None
    task: str | None = None
    method: str | None = None
    host: str | None = None
    path: str | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    cost_usd: float | None = None
    request_id: str | None = None
    ttft_s: float | None = None


@dataclass(slots=True)
class CallContext:
    """The running call, as the transport sees it: its numbers, and the waits of the running attempt in seconds."""

    call: int
    worker: int | None = None
    attempt: int = 1
    waited_s: float = 0.0
    paced_s: float = 0.0
    noted_in: set[int] = field(default_factory=set)  # ids of ledgers the transport wrote this attempt to


class Ledger:
    """A thread-safe list of attempts. Keeps the last `keep` records; counts, cost and summary are exact for ever.

    `clock` gives seconds and must be the clock of whoever calls `note_http` (time.monotonic by default).
    """

    def __init__(self, *, keep: int = 100_000, clock: Callable[[], float] = time.monotonic) -> None:
        if keep < 1:
            raise ValueError(f"`keep` must be 1 or more, not {keep}. Leave it out to keep 100000 records.")
        self._clock, self._keep = clock, keep
        self._lock = threading.RLock()  # garbage is collected at any moment, and what it closes is noted here
        self.clear()

    def clear(self) -> None:
        """Forget everything; the ledger's clock starts again."""
        with self._lock:
            self._records: deque[Attempt] = deque(maxlen=self._keep)
            self._outcomes = bytearray()
            self._statuses: Counter[str] = Counter()
            self._cost = 0.0
            self._requests = 0
            self._first, self._last = float("inf"), 0.0
            self.started = self._clock()

    def now(self) -> float:
        """Seconds on the ledger's clock."""
        return self._clock() - self.started

    def add(self, attempt: Attempt) -> Attempt:
        """Append one record."""
        with self._lock:
            self._records.append(attempt)
            self._requests += 1
            self._cost += attempt.cost_usd or 0.0
            self._statuses[str(attempt.status or ("200" if attempt.kind == "ok" else attempt.kind))] += 1
            self._first = min(self._first, attempt.started_s)
            self._last = max(self._last, attempt.ended_s)
            if attempt.call >= len(self._outcomes):
                self._outcomes.extend(bytes(attempt.call + 1 - len(self._outcomes)))
            self._outcomes[attempt.call] = _OK if attempt.kind == "ok" else _FAILED
        return attempt

    def records(self) -> list[dict[str, Any]]:
        """The kept records as dicts, in the order they were added; `pandas.DataFrame(ledger.records())` is a table."""
        return [asdict(attempt) for attempt in self]

    def summary(self, minimum: float | None = None) -> str:
        """One line: `500 calls, 500 ok, 513 requests, 0 x 429, 5 x 503, 13.2 s (1.03 x minimum)`.

        `minimum` is the least time the limit allows, seconds; without it the bracket is left out.
        """
        with self._lock:
            ok, failed = self._outcomes.count(_OK), self._outcomes.count(_FAILED)
            statuses, requests = Counter(self._statuses), self._requests
            wall = max(0.0, self._last - self._first) if requests else 0.0
        others = [f"{statuses[name]} x {name}" for name in sorted(statuses) if name != "429" and not name.startswith("2")]
        ratio = f" ({wall / minimum:.2f} x minimum)" if minimum and minimum > 0 else ""
        parts = [_count(ok + failed, "call"), f"{ok} ok", _count(requests, "request"), f"{statuses['429']} x 429", *others]
        return ", ".join(parts) + f", {wall:.1f} s{ratio}"

    @property
    def total_cost(self) -> float:
        """US$ of all records together."""
        return self._cost

    @property
    def requests(self) -> int:
        """How many records were ever added."""
        return self._requests

    def count(self, status: int | str) -> int:
        """How many attempts ended with this HTTP status, or with this kind where there was no status."""
        return self._statuses[str(status)]

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[Attempt]:
        with self._lock:
            return iter(list(self._records))

    def __repr__(self) -> str:
        return f"Ledger({self.summary()})"


def new_call(worker: int | None = None) -> CallContext:
    """A call with the next free number."""
    return CallContext(next(_ids), worker)


def current_call() -> CallContext | None:
    """The call that runs in this thread or task, or None outside of any retry loop."""
    return _current.get()


def depart(ledger: Ledger) -> CallContext:
    """For transports: an HTTP request leaves, and `note_http` will write it into `ledger` when it has ended.

    Returns the numbers and waits of its attempt, to be passed on as `call=`; a stream ends long after its attempt. The waits
    go to the first request of an attempt.
    """
    running = _current.get()
    if running is None:
        return new_call()
    left = replace(running, noted_in=set())
    running.waited_s = running.paced_s = 0.0
    running.noted_in.add(id(ledger))
    return left


def note_http(ledger: Ledger, *, started: float, ended: float, status: int | None = None,
              headers: Mapping[str, str] | None = None, exc: BaseException | None = None, call: CallContext | None = None,
              **facts: Any) -> Attempt:
    """Record one HTTP request; for transports.

    started, ended: times on the ledger's clock (time.monotonic). exc: what ended the request, if no response did. call: what
    `depart` gave; None: the call that runs now. facts: other fields of `Attempt` (method, host, path, model, task,
    tokens_in, tokens_out, cost_usd, ttft_s).
    """
    call = call or depart(ledger)
    fields = lower_keys(headers)
    return ledger.add(Attempt(
        call=call.call, attempt=call.attempt, worker=call.worker, waited_s=call.waited_s, paced_s=call.paced_s, status=status,
        started_s=started - ledger.started, ended_s=ended - ledger.started, kind=_kind(status, exc),
        retry_after=_retry_after(status, fields), request_id=next((fields[key] for key in _REQUEST_ID if key in fields), None),
        **facts))


def _kind(status: int | None, exc: BaseException | None) -> str:
    if exc is not None:
        return classify(exc).kind
    return "unknown" if status is None else kind_of_status(status)


def _retry_after(status: int | None, fields: Mapping[str, str]) -> float | None:
    if status is None or status < 400:
        return None
    asked = parse_retry_after(fields)
    limit = parse_limit(fields) if asked is None and status == 429 else None
    return limit.reset_s if limit and not limit.remaining else asked


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


__all__ = ["Attempt", "CallContext", "Ledger", "current_call", "depart", "new_call", "note_http"]
