"""The body of an answer on its way in (part of `transport`): watched for its flight, bounded in time, closed from outside.

The timeouts of an HTTP library limit the wait for one piece. A body that comes a byte at a time, or without end, passes them
all, so the attempt's own end is looked at with every piece. And a reader that gave up waiting must end the read: a thread that
waits in a socket wakes up when the socket is shut down.
"""
from __future__ import annotations

import contextlib
import json
import socket
import time
from collections.abc import AsyncIterator, Iterator
from types import ModuleType
from typing import Any

from . import pacing
from .hook import Flight

WEB_PAGE = "A web page came instead of an answer of the API."
ERROR_ANSWER = "The status is 200 and the body is an error."
MOST_ERROR = 64 * 1024  # bytes; a longer body is no error message


def classes(http: ModuleType) -> tuple[type, type, type]:
    """Body, AsyncBody and the exception WebPage for one HTTP library."""

    class WebPage(http.RemoteProtocolError):
        """A proxy or a login page answered in the place of the API."""

    class ErrorAnswer(http.RemoteProtocolError):
        """An error message came with a good status; the SDKs would make an empty reply of it. `body` is what came."""

        def __init__(self, body: dict[str, Any]) -> None:
            super().__init__(ERROR_ANSWER)
            self.body = body

    class Body(http.SyncByteStream):
        def __init__(self, response: Any, flight: Flight) -> None:
            self.inner, self.flight, self.attempt = response.stream, flight, pacing.current_attempt()
            self.wire = response.extensions.get("network_stream")
            _enter(self)

        def __iter__(self) -> Iterator[bytes]:
            try:
                for chunk in self.inner:
                    self.flight.saw(chunk)
                    if _is_overdue(self.attempt):
                        raise http.ReadTimeout("The time of this attempt is over.")
                    yield chunk
                if said := error_answer(self.flight):
                    raise ErrorAnswer(said)
            except GeneratorExit:  # its reader is gone
                self.close()
                raise
            except Exception as exc:
                self.flight.failed(exc)
                self.close()  # hub 1 closes it only with its client
                raise

        def close(self) -> None:
            self.inner.close()
            self.flight.ended()
            _leave(self)

        def hang_up(self) -> None:
            """End the read that another thread is in; that thread closes the body."""
            with contextlib.suppress(Exception):  # the connection may be gone already
                self.wire.get_extra_info("socket").shutdown(socket.SHUT_RDWR)

    class AsyncBody(http.AsyncByteStream):
        def __init__(self, response: Any, flight: Flight) -> None:
            self.inner, self.flight, self.attempt = response.stream, flight, pacing.current_attempt()
            _enter(self)

        async def __aiter__(self) -> AsyncIterator[bytes]:
            try:
                async for chunk in self.inner:
                    self.flight.saw(chunk)
                    yield chunk
                if said := error_answer(self.flight):
                    raise ErrorAnswer(said)
            except GeneratorExit:
                await self.aclose()
                raise
            except Exception as exc:
                self.flight.failed(exc)
                await self.aclose()
                raise

        async def aclose(self) -> None:
            await self.inner.aclose()
            self.flight.ended()
            _leave(self)

    return Body, AsyncBody, WebPage


def is_web_page(request: Any, response: Any) -> bool:
    """Whether HTML answers a POST with a good status: no inference API does that."""
    return request.method == "POST" and response.status_code < 300 and "text/html" in response.headers.get("content-type", "")


def error_answer(flight: Flight) -> dict[str, Any] | None:
    """The whole body that a POST got with a good status, if it is a JSON object with an `error` and no choices."""
    body = bytes(flight.kept).lstrip()
    good = flight.request.method == "POST" and flight.status is not None and flight.status < 300
    if not good or not body.startswith(b"{") or b'"error"' not in body or len(body) > MOST_ERROR:
        return None
    try:
        said = json.loads(body)
    except ValueError:
        return None
    return said if said.get("error") and not said.get("choices") else None


def leave_silence_to_reader(request: Any, asked: dict) -> None:
    """Between two pieces of a stream whose reader notices silence, only the limit that the SDK `asked` for stays."""
    attempt = pacing.current_attempt()
    if attempt is not None and attempt.streamed and "timeout" in request.extensions:
        request.extensions["timeout"]["read"] = (asked.get("timeout") or {}).get("read")


def _is_overdue(attempt: pacing.AttemptScope | None) -> bool:
    return attempt is not None and (attempt.given_up or attempt.until is not None and time.monotonic() > attempt.until)


def _enter(body: Any) -> None:
    if body.attempt is not None:
        body.attempt.bodies.append(body)


def _leave(body: Any) -> None:
    if body.attempt is not None and body in body.attempt.bodies:
        body.attempt.bodies.remove(body)
