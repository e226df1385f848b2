"""One caller's HTTP connection to the control routes of a practice server: standard library, JSON, one sentence on error."""

from __future__ import annotations

import http.client
import json
import threading
from typing import Any
from urllib.parse import urlsplit

from ._secrets import mask

TIMEOUT_S = 30.0


class Control:
    """Sends JSON to the practice server at `url` in the name of `token`; safe to share between threads.

    Raises ValueError, in one sentence, when the server refuses or does not answer.
    """

    def __init__(self, url: str, token: str) -> None:
        self.url, self._token, self._place = url, token, urlsplit(url)
        self._lock = threading.Lock()
        self._connection: http.client.HTTPConnection | None = None

    def close(self) -> None:
        """Close the connection; the next call opens a new one."""
        with self._lock:
            self._drop()

    def exchange(self, method: str, path: str, body: Any = None) -> tuple[int, dict[str, Any]]:
        """Status and JSON answer of one request, whatever the status."""
        data = None if body is None else _encode(body)
        with self._lock:
            return self._exchange(method, path, data)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON answer to one request."""
        status, answer = self.exchange(method, path, body)
        if status != 200:
            raise ValueError(answer.get("error", f"The practice server answered {status}."))
        return answer

    def _exchange(self, method: str, path: str, data: bytes | None) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        for last in (False, True):  # a kept connection may have been closed meanwhile
            try:
                connection = self._connected()
                connection.request(method, path, data, headers)
                response = connection.getresponse()
                return response.status, json.loads(response.read())
            except (OSError, http.client.HTTPException, ValueError):
                self._drop()
                if last:
                    raise ValueError(
                        f"The practice server at {self.url} does not answer. "
                        "Run connect() again, or ask who runs it."
                    ) from None
        raise AssertionError("unreachable")

    def _connected(self) -> http.client.HTTPConnection:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(
                self._place.hostname, self._place.port or 80, timeout=TIMEOUT_S
            )
        return self._connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _encode(body: Any) -> bytes:
    try:
        return mask(json.dumps(body, allow_nan=False)).encode()  # whatever somebody types: no server is told an access token
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"This cannot be sent to the practice server: {error}. Use numbers, strings and lists."
        ) from None
