"""How each scripted fault breaks the wire.

`act_first` deals with faults that replace the answer; `BrokenWire` stands between the answer and the socket for
those that spoil it on the way.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from .errors import Failure, dumps
from .wire import Gone

if TYPE_CHECKING:
    from .call import Call
    from .faults import Fault

HTML = b"<!doctype html><html><head><title>502</title></head><body><h1>The proxy has something to say</h1></body></html>"
MOST_ENDLESS = 64 << 20  # bytes
MOST_ENDLESS_S = 120.0  # real seconds
MOST_SILENCE = 900.0  # real seconds
MESSAGES = {
    400: "Bad Request",
    401: "Invalid username or password.",
    402: "You have depleted your monthly included credits.",
    403: "Forbidden",
    404: "Not Found",
    408: "Request Timeout",
    409: "Conflict",
    413: "Payload Too Large",
    422: "Unprocessable Entity",
    425: "Too Early",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


async def act_first(call: Call, fault: Fault) -> None:
    """Wait the fault's delay, then do what needs no answer; returns when the work should go on."""
    if fault.kind != "drip":
        await call.sleep(fault.delay)
    if fault.kind == "status":
        raise scripted(fault)
    if fault.kind == "reset":
        call.wire.reset()
        raise Gone
    if fault.kind == "silence":
        await call.wire.until_gone(MOST_SILENCE)
        raise Gone


def scripted(fault: Fault) -> Failure:
    """The error answer a fault asks for. A string body is the message, an object is sent as it is."""
    body = fault.body if fault.body is not None else MESSAGES.get(fault.status, "Scripted fault")
    if isinstance(body, str):
        return Failure(fault.status, body, headers=_lower(fault.headers), code="scripted_fault")
    return Verbatim(fault.status, "Scripted fault", headers=_lower(fault.headers), extra={"body": body})


class Verbatim(Failure):
    """A failure whose body is given word for word."""

    def body(self, *, openai: bool) -> Any:
        return self.extra["body"]


def _lower(headers: dict[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


class BrokenWire:
    """An ASGI `send` that spoils what passes through it.

    A stream is hit after `fault.after` of its tokens, at the latest at its end; a plain body in its middle.
    """

    def __init__(self, call: Call, fault: Fault) -> None:
        self.call, self.fault, self.wire = call, fault, call.wire
        self._stream = False
        self._last = b""
        self._held: dict = {}
        # A fault that has its own way of writing, by kind and by plain or stream.
        self._plain = {
            "cut": self._shorten,
            "truncated": self._shorten,
            "cut_dirty": self._shorten_and_reset,
            "malformed_json": self._halve,
            "endless": self._pad,
            "stall": self._stall_half_way,
            "drip": self._drip,
            "stream_error": self._refuse,
        }.get(fault.kind)
        self._mid = {
            "cut": self._end,
            "cut_dirty": self._tear,
            "truncated": self._tear,
            "malformed_json": self._garble,
            "stream_error": self._complain,
            "endless": self._repeat,
            "stall": self._stall,
        }.get(fault.kind)

    async def send(self, message: dict) -> None:
        if message["type"] == "http.response.start":
            await self._start(message)
        elif not self._stream and self._plain:
            await self._plain(message["body"])
        elif self._stream and self._mid:
            await self._stream_body(message)
        elif self._stream and self.fault.kind == "drip":
            await self._drip_some(message)
        else:
            await self.wire.send(message)

    async def _start(self, message: dict) -> None:
        headers = dict(message["headers"])
        self._stream = headers.get(b"content-type", b"").startswith(b"text/event-stream")
        if self.fault.kind == "wrong_content_type":
            await self._html(message)
        self._held = message
        if self._stream or self._plain is None:
            await self.wire.send(message)
        if self.fault.kind == "reset_after_headers":
            await asyncio.sleep(0.02)  # so that the headers have left
            self.wire.reset()
            raise Gone

    async def _html(self, message: dict) -> None:
        kept = [pair for pair in message["headers"] if pair[0] not in (b"content-type", b"content-length")]
        head = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", b"%d" % len(HTML))]
        await self.wire.send({**message, "headers": kept + head})
        await self._finish(HTML)

    async def _finish(self, body: bytes = b"") -> None:
        self.call.finish()
        await self.wire.send({"type": "http.response.body", "body": body, "more_body": False})
        raise Gone

    # ---- plain bodies: the start message is held back until the body is known

    async def _head(self, length: int | None) -> None:
        kept = [pair for pair in self._held["headers"] if pair[0] != b"content-length"]
        sized = [(b"content-length", b"%d" % length)] if length is not None else []
        await self.wire.send({**self._held, "headers": kept + sized})

    async def _piece(self, body: bytes) -> None:
        await self.wire.send({"type": "http.response.body", "body": body, "more_body": True})

    async def _shorten(self, body: bytes) -> None:
        await self._head(len(body))
        await self._piece(body[: len(body) // 2])
        self.wire.close()
        raise Gone

    async def _shorten_and_reset(self, body: bytes) -> None:
        await self._head(len(body))
        await self._piece(body[: len(body) // 2])
        await asyncio.sleep(0.02)
        self.wire.reset()
        raise Gone

    async def _halve(self, body: bytes) -> None:
        half = body[: len(body) // 2]
        await self._head(len(half))
        await self._finish(half)

    async def _pad(self, body: bytes) -> None:
        await self._head(None)
        await self._piece(body[:-1])
        await self._forever(b" " * 1024)

    async def _stall_half_way(self, body: bytes) -> None:
        await self._head(len(body))
        await self._piece(body[: len(body) // 2])
        await self._stall()

    async def _stall(self) -> None:
        await self.wire.until_gone(MOST_SILENCE)
        raise Gone

    async def _drip(self, body: bytes) -> None:
        await self._head(len(body))
        for at in range(len(body)):
            await self._drop(body[at : at + 1])
        await self._finish()

    async def _refuse(self, body: bytes) -> None:
        wrong = dumps(self._error())
        self._held = {**self._held, "status": 503}
        await self._head(len(wrong))
        await self._finish(wrong)

    # ---- streams

    async def _stream_body(self, message: dict) -> None:
        if self.call.tokens_sent > self.fault.after or not message.get("more_body", False):
            await self._mid()
        if self.call.tokens_sent:
            self._last = message["body"]
        await self.wire.send(message)

    async def _end(self) -> None:
        await self._finish()

    async def _tear(self) -> None:
        # A chunk that promises 64 bytes and brings 20.
        self.wire.write(b'40\r\ndata: {"id":"chatcmpl')
        self.wire.close()
        raise Gone

    async def _garble(self) -> None:
        await self._piece(b'data: {"id":"chatcmpl-1","choices":[{"ind\n\n')
        await self._finish()

    async def _complain(self) -> None:
        await self._piece(b"data: " + dumps(self._error()) + b"\n\n")
        await self._finish()

    async def _repeat(self) -> None:
        await self._forever(self._last or b": ping\n\n")

    async def _drip_some(self, message: dict) -> None:
        for at in range(len(message["body"])):
            await self._drop(message["body"][at : at + 1])
        await self.wire.send({**message, "body": b""})

    async def _drop(self, byte: bytes) -> None:
        await self._piece(byte)
        await self.call.sleep(self.fault.delay or 1.0)

    async def _forever(self, piece: bytes) -> None:
        until = time.monotonic() + MOST_ENDLESS_S
        for _ in range(MOST_ENDLESS // len(piece)):
            await self._piece(piece)
            await asyncio.sleep(0.001)
            if self.wire.closing or time.monotonic() > until:
                break
        self.wire.close()
        raise Gone

    def _error(self) -> Any:
        body = self.fault.body
        if isinstance(body, str) or body is None:
            return {"error": body or "Model is overloaded", "error_type": "overloaded"}
        return body
