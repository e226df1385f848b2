"""Server-sent events: a response that is written event by event."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from .errors import Failure, bug, dumps
from .wire import Gone

if TYPE_CHECKING:
    from .call import Call

log = logging.getLogger(__name__)
DONE = b"data: [DONE]\n\n"
HEAD = ((b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-cache"))


def event(value: Any) -> bytes:
    """One JSON value as one event."""
    return b"data: " + dumps(value) + b"\n\n"


class EventStream:
    """An ASGI response of events. It stops computing when the client goes away.

    A failure inside the stream becomes an error event, because the status has been sent by then.
    """

    def __init__(self, call: Call, events: AsyncIterator[bytes]) -> None:
        self.call, self.events = call, events

    async def __call__(self, scope: dict, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": list(HEAD)})
        try:
            async for data in self.events:
                await send({"type": "http.response.body", "body": data, "more_body": True})
                if self.call.wire.closing:
                    raise Gone
        except Gone:
            raise
        except Exception as error:
            failure = error if isinstance(error, Failure) else bug()
            if failure is not error:
                log.exception("a stream broke off")
            shown = event({"error": failure.message, "error_type": "generation"})
            await send({"type": "http.response.body", "body": shown, "more_body": True})
        finally:
            await self.events.aclose()
        await send({"type": "http.response.body", "body": b"", "more_body": False})
