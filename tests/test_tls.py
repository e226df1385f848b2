"""Certificates are read at the first TLS connection and not before, and what the hub adds to a client is what it adds itself."""
from __future__ import annotations

import ssl

from huggingface_hub.utils import _http as hub

from helpers import transport
from helpers._tls import LateContext
from helpers.hook import Hook
from helpers.ledger import Ledger


def test_clients_read_no_certificates(monkeypatch):
    """Installing the hook and making clients of both SDKs reads none; on loopback nobody needs them."""
    read = []
    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", lambda *_, **__: read.append(1))
    transport._tls_context.cache_clear()
    hook = Hook(Ledger(), practice_url="http://127.0.0.1:1", practice_token="hf_x")
    transport.install_hub(hook)
    try:
        hub.get_session()
        transport.http_client(hook).close()
    finally:
        transport.uninstall_hub()
        transport._tls_context.cache_clear()
    assert read == []


def test_a_connection_is_verified_as_ever():
    """The first connection makes the real context, once; it demands certificates and offers the client's protocols."""
    made = []

    late = LateContext(lambda: _Recording(made))
    late.set_alpn_protocols(["http/1.1"])
    assert made == []
    wrapped = [late.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="localhost") for _ in range(2)]
    assert [one.context for one in wrapped] == [made[0]] * 2
    assert (made[0].verify_mode, made[0].check_hostname) == (ssl.CERT_REQUIRED, True)
    assert made[1:] == [["http/1.1"]] * 2


class _Recording(ssl.SSLContext):
    """A context for clients that notes in a list when it is made and what it is to offer."""

    def __new__(cls, notes):
        return super().__new__(cls, ssl.PROTOCOL_TLS_CLIENT)

    def __init__(self, notes):
        self.notes = notes
        notes.append(self)

    def set_alpn_protocols(self, offers):
        self.notes.append(offers)
        super().set_alpn_protocols(offers)


def test_the_hubs_own_event_hooks():
    """They are taken by name and are those of the hub's own factories, whichever version is installed."""
    assert transport._hub_event_hooks() == (hub.default_client_factory().event_hooks, hub.default_async_client_factory().event_hooks)
