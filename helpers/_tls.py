"""A TLS context that reads its certificates when it is first used, not when it is made.

The practice server is on loopback and speaks plain HTTP: reading some hundred certificates, which takes 20 to 80 ms, would be a
good part of the time that the first call and the first check take, and nobody would use them.
"""
from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import Any


class LateContext(ssl.SSLContext):
    """Stands for the context that `make` returns; `make` is called once, at the first TLS connection.

    Clients set the protocols they offer and wrap sockets or buffers; nothing else of a context is theirs to use.
    """

    def __new__(cls, make: Callable[[], ssl.SSLContext]) -> LateContext:
        return super().__new__(cls, ssl.PROTOCOL_TLS_CLIENT)

    def __init__(self, make: Callable[[], ssl.SSLContext]) -> None:
        self._make, self._made, self._offers = make, None, None

    def set_alpn_protocols(self, alpn_protocols: Any) -> None:
        """Remember what to offer the server."""
        self._offers = alpn_protocols
        super().set_alpn_protocols(alpn_protocols)

    def wrap_socket(self, *args: Any, **kwargs: Any) -> ssl.SSLSocket:
        """As the real context does it."""
        return self._real().wrap_socket(*args, **kwargs)

    def wrap_bio(self, *args: Any, **kwargs: Any) -> ssl.SSLObject:
        """As the real context does it."""
        return self._real().wrap_bio(*args, **kwargs)

    def _real(self) -> ssl.SSLContext:
        self._made = self._made or self._make()
        if self._offers is not None:
            self._made.set_alpn_protocols(self._offers)
        return self._made
