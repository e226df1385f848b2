"""The connection under an ASGI server, for what ASGI has no words for: resets, torn chunks, hanging up."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from typing import Any


class Gone(Exception):
    """The connection is closed, or no longer ours to write to: nothing more is sent."""


class Wire:
    """The connection under an ASGI server, for what ASGI has no words for."""

    def __init__(self, send: Any, receive: Any) -> None:
        self.send, self.receive = send, receive
        # uvicorn's send is a bound method of the cycle that owns the transport.
        self.transport: asyncio.Transport | None = getattr(getattr(send, "__self__", None), "transport", None)

    @property
    def closing(self) -> bool:
        """Whether the client has gone."""
        return self.transport is not None and self.transport.is_closing()

    def write(self, data: bytes) -> None:
        """Raw bytes, past the framing."""
        if self.transport is not None:
            self.transport.write(data)

    def close(self) -> None:
        """Close after what was written has left."""
        if self.transport is not None:
            self.transport.close()

    def reset(self) -> None:
        """Drop the connection with a TCP reset."""
        if self.transport is None:
            return
        raw = self.transport.get_extra_info("socket")
        if raw is not None:
            with contextlib.suppress(OSError):  # the client was faster, and the socket is closed
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()

    async def until_gone(self, limit_s: float) -> None:
        """Wait until the client hangs up, at most `limit_s` real seconds; then hang up ourselves."""
        try:
            async with asyncio.timeout(limit_s):
                while (await self.receive())["type"] != "http.disconnect":
                    pass
        except TimeoutError:
            self.close()
