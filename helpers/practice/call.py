"""One request on its way through the server: who sent it, what it says, what is written down about it.

`Call` is handed to every route function; `gates.py` turns such functions into ASGI endpoints.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

from .broken import BrokenWire
from .errors import Failure, dumps, header_text
from .faults import Fault
from .fields import parse_json
from .identity import Identities, Identity
from .registry import Model
from .wire import Gone, Wire
from .wirelog import MOST_VALUE, Record, mask, request_headers, response_headers

MAX_BODY = 1 << 20
MAX_DRAIN = 16 << 20  # bytes of a too large body that are read and thrown away, so that the client hears the 413
BODY_TIMEOUT = 30.0  # seconds between two pieces of a request body
WHOLE_BODY_TIMEOUT = 120.0  # seconds for all of it, so that a body of drops does not hold a connection for days
MOST_QUERY = 100  # parts


class Call:
    """A request and its response as they go by."""

    def __init__(self, scope: dict, receive: Any, send: Any, identities: Identities, *, host: str) -> None:
        self.scope, self.host, self.identities = scope, host, identities
        self.wire = Wire(send, receive)
        self.identity: Identity = identities.anonymous
        self.record: Record | None = None
        self._payload: dict[str, Any] | None = None
        self.limit_headers: dict[str, str] = {}
        self.fault: Fault | None = None
        self.number = 0  # of this call among its identity's calls
        self.tokens_sent = 0  # by a stream, so far
        self.status: int | None = None
        self._body: bytes | None = None
        self._out: Callable[[dict], Awaitable[None]] = send

    @property
    def method(self) -> str:
        return self.scope["method"]

    @property
    def path(self) -> str:
        """The path as the client wrote it."""
        return self.scope["practice.path"]

    @property
    def params(self) -> dict[str, str]:
        """What the route's pattern found in the path."""
        return self.scope.get("path_params", {})

    @property
    def query(self) -> dict[str, list[str]]:
        """The query, each name with its values."""
        try:
            return parse_qs(self.scope["query_string"].decode("latin-1"), keep_blank_values=True, max_num_fields=MOST_QUERY)
        except ValueError:
            raise Failure(400, f"The query has more than {MOST_QUERY} parts. Send fewer.") from None

    @property
    def openai(self) -> bool:
        """Whether errors take the shape of `/v1`. The retired host has its own."""
        chat = self.path.startswith("/hf-inference/") and self.path.endswith("/v1/chat/completions")
        return (self.path.startswith("/v1/") and not self.scope["path"].startswith("/retired")) or chat

    def header(self, name: bytes) -> str | None:
        """A request header by its lower-case name."""
        for key, value in self.scope["headers"]:
            if key == name:
                return value.decode("latin-1")
        return None

    def identify(self, *, public: bool = False) -> Identity:
        """Find out who calls; 401 for a wrong token, and for none unless the route is public."""
        self.identity = self.identities.find(self.header(b"authorization"), public=public)
        self.identity.requests += 1
        self.number = self.identity.requests
        return self.identity

    def note(self) -> None:
        """Identify and log a call that no route serves, without insisting on a token."""
        try:
            self.identify(public=True)
        except Failure:
            return
        self.log()

    def log(self, *, model: str | None = None, task: str | None = None) -> Record:
        """Open this call's record in its identity's log."""
        query = self.scope["query_string"][:1000].decode("latin-1")
        path = mask(f"{self.path[:1000]}?{query}" if query else self.path[:1000])
        self.record = self.identity.log.open(
            Record(
                n=0,
                time_s=self.identity.clock.now(),
                method=self.method,
                host=self.host,
                path=path[:500],
                model=model,
                task=task[:MOST_VALUE] if task else task,
                headers=request_headers(self.scope["headers"]),
            )
        )
        return self.record

    async def read(self) -> bytes:
        """The body; 413 over 1 MiB, 408 when it does not come."""
        if self._body is None:
            self._body = await self._read()
            if self.record is not None and self._body:
                self.identity.log.keep_body(self.record, self._body)
        return self._body

    async def _read(self) -> bytes:
        got, size = [], 0
        more, until = True, time.monotonic() + WHOLE_BODY_TIMEOUT
        while more:
            message = await self._receive(min(BODY_TIMEOUT, until - time.monotonic()))
            if message["type"] == "http.disconnect":
                raise Gone
            size += len(message["body"])
            if size <= MAX_BODY:
                got.append(message["body"])
            more = message["more_body"] and size <= MAX_DRAIN
        if size > MAX_BODY:
            self._body = b""
            headers = {"connection": "close"} if size > MAX_DRAIN else {}
            raise Failure(
                413,
                "The request body is larger than 1 MiB. Send fewer or shorter inputs per call.",
                code="request_too_large",
                headers=headers,
            )
        return b"".join(got)

    async def _receive(self, patience: float) -> dict:
        try:
            async with asyncio.timeout(patience):
                return await self.wire.receive()
        except TimeoutError:
            raise Failure(
                408,
                "The request body did not arrive in time: 30 seconds without a piece of it, or 120 in all. Send it again.",
                headers={"connection": "close"},
            ) from None

    async def json(self) -> dict[str, Any]:
        """The body as a JSON object; 400 when it is not one."""
        if self._payload is None:
            self._payload = parse_json(await self.read())
        return self._payload

    def seed(self, *parts: Any) -> int:
        """A seed for this call, from what is asked and how often it was asked before."""
        return self.identity.next_seed(dumps(parts))

    def use(self, model: Model) -> None:
        """Write down which model answers."""
        if self.record is not None:
            self.record.model = model.id

    def bill(
        self, model: Model, tokens_in: int, tokens_out: int = 0, *, dollars: float | None = None
    ) -> None:
        """Book the call: its tokens in the log, its practice price on the identity's credit."""
        if self.record is not None:
            self.record.tokens_in, self.record.tokens_out = tokens_in, tokens_out
        self.identity.charge(model.cost(tokens_in, tokens_out) if dollars is None else dollars)

    @property
    def request_id(self) -> str:
        """The client's own trace id, else a number that counts this identity's calls."""
        sent = self.header(b"x-amzn-trace-id")
        return header_text(sent, 100) if sent else f"Root=1-practice-{self.number:06d}"

    async def sleep(self, seconds: float) -> None:
        """Wait on the identity's clock; ends the call when its client leaves meanwhile."""
        await self.identity.clock.sleep(seconds, unless=lambda: self.wire.closing)
        if self.wire.closing:
            raise Gone

    def break_with(self, fault: Fault) -> None:
        """Let everything that is sent from now on pass through this fault."""
        self.fault = fault
        self._out = BrokenWire(self, fault).send
        if self.record is not None:
            self.record.fault = fault.name

    async def send(self, message: dict) -> None:
        """Pass an ASGI message on, with the headers that every response carries."""
        if message["type"] == "http.response.start":
            self._add_headers(message)
        elif not message.get("more_body", False):
            self.finish()
        await self._out(message)

    def _add_headers(self, message: dict) -> None:
        headers = message["headers"] = list(message.get("headers", ()))
        headers.append((b"x-request-id", self.request_id.encode("latin-1")))
        present = {name for name, _ in headers}
        headers += [
            (k.encode(), v.encode()) for k, v in self.limit_headers.items() if k.encode() not in present
        ]
        self.status = message["status"]
        if self.record is not None:
            self.record.status = self.status
            self.record.response_headers = response_headers(headers)

    def finish(self) -> None:
        """Close the record."""
        if self.record is not None and self.record.duration_s is None:
            self.record.duration_s = self.identity.clock.now() - self.record.time_s
