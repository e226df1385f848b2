"""What went over the wire: the last thousand requests of one identity, tokens masked.

Bodies are kept so that a lesson can show what an SDK really sent; they stay in memory, for their owner only.
"""

from __future__ import annotations

import json
import re
from collections import deque
from dataclasses import dataclass
from typing import Any

MOST_RECORDS = 1000
MOST_BODY_BYTES = 1 << 20  # of all bodies of one identity together
MOST_VALUE = 300  # bytes of one header's value; characters of a model's or task's name
REQUEST_HEADERS = frozenset(
    {
        b"accept",
        b"content-type",
        b"user-agent",
        b"x-amzn-trace-id",
        b"x-hf-bill-to",
        b"x-scale-up-timeout",
        b"x-stainless-retry-count",
        b"x-stainless-read-timeout",
        b"idempotency-key",
    }
)
RESPONSE_HEADERS = frozenset(
    {
        b"content-type",
        b"content-length",
        b"retry-after",
        b"ratelimit",
        b"ratelimit-policy",
        b"x-ratelimit-limit",
        b"x-ratelimit-remaining",
        b"x-ratelimit-reset",
        b"x-request-id",
        b"x-error-message",
        b"x-error-code",
        b"x-unknown-words",
        b"x-seed",
    }
)
# Header names are kept once, not once a record.
_REQUEST = {name: name.decode() for name in REQUEST_HEADERS}
_RESPONSE = {name: name.decode() for name in RESPONSE_HEADERS}
_BEARER, _OTHER = b"Bearer hf_****", b"(something else)"
Headers = tuple[tuple[str, bytes], ...]
_TOKEN = re.compile(r"hf_[A-Za-z0-9]{30,}")


@dataclass(slots=True)
class Record:
    """One request. Times are seconds on the identity's clock."""

    n: int
    time_s: float
    method: str
    host: str
    path: str
    headers: Headers
    raw: bytes = b""
    model: str | None = None
    task: str | None = None
    status: int | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    fault: str | None = None
    duration_s: float | None = None
    response_headers: Headers = ()
    body_dropped: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The record as JSON, bodies parsed and access tokens masked."""
        return {
            "n": self.n,
            "time_s": round(self.time_s, 4),
            "method": self.method,
            "host": self.host,
            "path": self.path,
            "model": self.model,
            "task": self.task,
            "status": self.status,
            "tokens_in": self.tokens_in,
            "tokens_out": self.tokens_out,
            "fault": self.fault,
            "headers": _readable(self.headers),
            "body": self._body(),
            "response_headers": _readable(self.response_headers),
            "duration_s": None if self.duration_s is None else round(self.duration_s, 4),
        }

    def _body(self) -> Any:
        if self.body_dropped:
            return "(dropped: the log keeps 1 MiB of bodies)"
        if not self.raw:
            return None
        text = mask(self.raw.decode("utf-8", "replace"))
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return text


def mask(text: str) -> str:
    """`text` with everything that is shaped like an access token replaced."""
    return _TOKEN.sub("hf_****", text)


def request_headers(headers: list[tuple[bytes, bytes]]) -> Headers:
    """The headers a reader wants to see; of the token only that there was one."""
    kept = []
    for name, value in headers:
        if name == b"authorization":
            kept.append(("authorization", _BEARER if value[:10].lower() == b"bearer hf_" else _OTHER))
        elif name in _REQUEST:
            kept.append((_REQUEST[name], value[:MOST_VALUE]))
    return tuple(kept)


def response_headers(headers: list[tuple[bytes, bytes]]) -> Headers:
    """The response headers a reader wants to see."""
    return tuple((_RESPONSE[name], value) for name, value in headers if name in _RESPONSE)


def _readable(headers: Headers) -> dict[str, str]:
    return {name: mask(value.decode("latin-1")) for name, value in headers}


class WireLog:
    """The records of one identity, oldest first."""

    def __init__(self) -> None:
        self._records: deque[Record] = deque(maxlen=MOST_RECORDS)
        self._bodies: deque[Record] = deque()
        self._bytes = 0
        self._count = 0

    def open(self, record: Record) -> Record:
        """Add a record at the start of its request; its number `n` is set here."""
        self._count += 1
        record.n = self._count
        self._records.append(record)
        return record

    def keep_body(self, record: Record, raw: bytes) -> None:
        """Keep what the client sent, and let the oldest bodies go when they are too many bytes."""
        record.raw = raw
        self._bytes += len(raw)
        self._bodies.append(record)
        while len(self._bodies) > MOST_RECORDS or (self._bytes > MOST_BODY_BYTES and len(self._bodies) > 1):
            old = self._bodies.popleft()
            self._bytes -= len(old.raw)
            old.raw, old.body_dropped = b"", True

    def since(self, n: int = 0) -> list[dict[str, Any]]:
        """All records with a number above `n`, oldest first."""
        return [record.as_dict() for record in self._records if record.n > n]

    def clear(self) -> None:
        """Forget everything and count from 1 again."""
        self.__init__()

    def __len__(self) -> int:
        return len(self._records)
