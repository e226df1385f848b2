"""The last door of practice mode: no HTTP request of this process takes a real access token out, whoever makes it.

The hook (hook.py) sees the clients that the course gives out. An OpenAI client without `http_client=`, or an httpx client
of the learner's own, passes it by; so while practice mode is on, the HTTP libraries under both SDKs look at each request
just before it is sent, and so does the standard library's http.client, on which `requests`, urllib3 and `urllib` stand.
"""
from __future__ import annotations

import base64
import binascii
import http.client
import importlib
import importlib.util
import re
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from functools import lru_cache, wraps
from types import ModuleType
from typing import Any

from ._secrets import SHAPE, mask
from .hook import NO_TOKEN, is_foreign_token

LIBRARIES = ("httpx", "httpx2")  # huggingface_hub 1.x and openai 2.x stand on the first, 2.x and 3.x on the second
_BYTES = re.compile(SHAPE.pattern.encode())
_BEGUN = re.compile(rb"h(?:f(?:_[\w.-]{0,500})?)?\Z")  # what may be the beginning of a token that goes on in the next piece


def shut() -> Callable[[], None]:
    """Let no token out from now on; returns what opens the door again."""
    undo: list[Callable[[], None]] = []
    for name in LIBRARIES:
        if importlib.util.find_spec(name):
            library = importlib.import_module(name)
            undo.append(_watch(library, library.HTTPTransport, "handle_request"))
            undo.append(_watch(library, library.AsyncHTTPTransport, "handle_async_request"))
    undo += [_watch_headers(), _watch_bytes()]
    return lambda: [step() for step in reversed(undo)] and None


def _watch_headers() -> Callable[[], None]:
    connection, before = http.client.HTTPConnection, http.client.HTTPConnection.putheader

    @wraps(before)
    def watched(self: Any, header: Any, *values: Any) -> None:
        before(self, header, *(_plain_header(header, value) for value in values))

    connection.putheader = watched  # type: ignore[method-assign]
    return lambda: setattr(connection, "putheader", before)


def _watch_bytes() -> Callable[[], None]:
    """The first line of a request and its body."""
    connection, before = http.client.HTTPConnection, http.client.HTTPConnection.send

    @wraps(before)
    def watched(self: Any, data: Any) -> None:
        before(self, _starred(bytes(data)) if isinstance(data, (bytes, bytearray, memoryview)) else data)

    connection.send = watched  # type: ignore[method-assign]
    return lambda: setattr(connection, "send", before)


def _plain_header(name: Any, value: Any) -> Any:
    """As `_header`, for names and values that may be text or bytes; a number is left alone."""
    if not isinstance(value, (str, bytes)):
        return value
    said, text = (one.decode("latin-1") if isinstance(one, bytes) else str(one) for one in (name, value))
    clean = _header(said, text)
    return value if clean == text else clean


def _watch(library: ModuleType, transport: type, method: str) -> Callable[[], None]:
    before = getattr(transport, method)

    @wraps(before)
    def watched(self: Any, request: Any) -> Any:
        return before(self, without_tokens(library, request))

    setattr(transport, method, watched)
    return lambda: setattr(transport, method, before)


def without_tokens(library: ModuleType, request: Any) -> Any:
    """`request` if it holds no token, else one like it: another's bearer token becomes one nobody accepts, others are starred."""
    headers = [(mask(name), _header(name, value)) for name, value in request.headers.multi_items()]
    url, stream = str(request.url), _without_tokens_in(library, request.stream)
    if headers == request.headers.multi_items() and stream is request.stream and mask(url) == url:
        return request
    return library.Request(request.method, mask(url), headers=headers, extensions=request.extensions, stream=stream)


def _header(name: str, value: str) -> str:
    if name.lower() == "authorization" and (is_foreign_token(value) or _is_in_password(value)):
        return NO_TOKEN
    return mask(value)


def _is_in_password(header: str) -> bool:
    """Whether `Basic ...`, which an address like https://user:TOKEN@host becomes, holds a token."""
    scheme, _, word = header.partition(" ")
    try:
        return scheme.lower() == "basic" and b"hf_" in (said := base64.b64decode(word)) and _starred(said) != said
    except (ValueError, binascii.Error):
        return False


def _without_tokens_in(library: ModuleType, stream: Any) -> Any:
    """The body of a request: the same object when it is known and holds no token."""
    if not isinstance(stream, library.ByteStream):
        return _streams(library)(stream)
    body = b"".join(stream)
    clean = _starred(body)
    return stream if clean == body else library.ByteStream(clean)


@lru_cache(maxsize=2)
def _streams(library: ModuleType) -> type:
    """The class of a body that is read while it is sent, with stars in place of tokens, for one HTTP library."""

    class Starred(library.SyncByteStream, library.AsyncByteStream):
        def __init__(self, stream: Any) -> None:
            self.stream = stream

        def __iter__(self) -> Iterator[bytes]:
            return starred_pieces(self.stream)

        async def __aiter__(self) -> AsyncIterator[bytes]:
            held = b""
            async for piece in self.stream:
                ready, held = _ready(held + piece)
                if ready:
                    yield ready
            if held:
                yield _starred(held)

        def close(self) -> None:
            self.stream.close()

        async def aclose(self) -> None:
            await self.stream.aclose()

    return Starred


def starred_pieces(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes with stars in place of tokens, also of those that lie across two pieces or more."""
    held = b""
    for piece in pieces:
        ready, held = _ready(held + piece)
        if ready:
            yield ready
    if held:
        yield _starred(held)


def _ready(data: bytes) -> tuple[bytes, bytes]:
    """What can be sent, and an end that may be the beginning of a token."""
    begun = _BEGUN.search(data, max(0, len(data) - 600))
    at = begun.start() if begun else len(data)
    return _starred(data[:at]), data[at:]


def _starred(body: bytes) -> bytes:
    """The body with stars in place of tokens, as long as before: its length is announced in a header."""
    if b"hf_" not in body:
        return body
    return _BYTES.sub(lambda found: b"hf_".ljust(len(found[0]), b"*"), body)
