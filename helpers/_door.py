"""The last door of practice mode: no HTTP request of this process takes a real access token out, whoever makes it.

The hook (hook.py) sees the clients that the course gives out. An OpenAI client without `http_client=`, or an httpx client
of the learner's own, passes it by; so while practice mode is on, the HTTP libraries under both SDKs look at each request
just before it is sent. Of `requests`, urllib3 and `urllib`, which all stand on the standard library's http.client, the headers are
looked at: there the many examples of the Hub's old interface put the token.
"""
from __future__ import annotations

import http.client
import importlib
import importlib.util
import re
from collections.abc import Callable
from functools import wraps
from types import ModuleType
from typing import Any

from ._secrets import SHAPE, mask
from .hook import NO_TOKEN, is_foreign_token

LIBRARIES = ("httpx", "httpx2")  # huggingface_hub 1.x and openai 2.x stand on the first, 2.x and 3.x on the second
_BYTES = re.compile(SHAPE.pattern.encode())


def shut() -> Callable[[], None]:
    """Let no token out from now on; returns what opens the door again."""
    undo: list[Callable[[], None]] = []
    for name in LIBRARIES:
        if importlib.util.find_spec(name):
            library = importlib.import_module(name)
            undo.append(_watch(library, library.HTTPTransport, "handle_request"))
            undo.append(_watch(library, library.AsyncHTTPTransport, "handle_async_request"))
    undo.append(_watch_headers())
    return lambda: [step() for step in reversed(undo)] and None


def _watch_headers() -> Callable[[], None]:
    connection, before = http.client.HTTPConnection, http.client.HTTPConnection.putheader

    @wraps(before)
    def watched(self: Any, header: Any, *values: Any) -> None:
        before(self, header, *(_plain_header(header, value) for value in values))

    connection.putheader = watched  # type: ignore[method-assign]
    return lambda: setattr(connection, "putheader", before)


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
    headers = [(name, _header(name, value)) for name, value in request.headers.multi_items()]
    url, body = str(request.url), _content(request)
    clean = _starred(body) if body else body
    if headers == request.headers.multi_items() and clean == body and mask(url) == url:
        return request
    content = {"stream": request.stream} if clean is None else {"content": clean}
    return library.Request(request.method, mask(url), headers=headers, extensions=request.extensions, **content)


def _header(name: str, value: str) -> str:
    if name.lower() == "authorization" and is_foreign_token(value):
        return NO_TOKEN
    return mask(value)


def _content(request: Any) -> bytes | None:
    """The body, or None when it is a stream that is read while it is sent."""
    try:
        return request.content
    except Exception:  # RequestNotRead
        return None


def _starred(body: bytes) -> bytes:
    """The body with stars in place of tokens, as long as before: its length is announced in a header."""
    if b"hf_" not in body:
        return body
    return _BYTES.sub(lambda found: b"hf_".ljust(len(found[0]), b"*"), body)
