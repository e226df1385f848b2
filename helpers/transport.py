"""The one HTTP hook for both SDKs: it routes, guards the budget, feeds the limiter, and records every request.

`huggingface_hub` gets its clients from a factory (`install_hub`), an OpenAI client takes one as `http_client=`
(`http_client`, `async_http_client`). Both are ordinary httpx clients (httpx2 from hub 2 and openai 3 on) with a transport that
asks a `Hook` before each request and tells it how the answer ended.
"""
from __future__ import annotations

import importlib
import os
import threading
from functools import lru_cache
from types import ModuleType
from typing import Any

from . import _bodies, pacing
from ._tls import LateContext
from .hook import Hook


def hub_http() -> ModuleType:
    """The HTTP library under the installed huggingface_hub: the module httpx or httpx2."""
    from huggingface_hub.errors import HfHubHTTPError
    return _http_under(HfHubHTTPError)


def openai_http() -> ModuleType:
    """The HTTP library under the installed openai package: the module httpx or httpx2."""
    from openai import DefaultHttpxClient
    return _http_under(DefaultHttpxClient)


def _http_under(cls: type) -> ModuleType:
    roots = (base.__module__.split(".")[0] for base in cls.__mro__)
    return importlib.import_module(next(root for root in roots if root in ("httpx", "httpx2")))


_installed: Hook | None = None


def installed() -> Hook | None:
    """The hook that huggingface_hub's clients pass through now; None when they are its own."""
    return _installed


def install_hub(hook: Hook | None) -> None:
    """Let every client that huggingface_hub makes from now on, sync or async, pass through `hook` (None: as `uninstall_hub`)."""
    global _installed
    if hook is None:
        return uninstall_hub()
    _installed = hook
    from huggingface_hub import set_async_client_factory, set_client_factory
    http, (hooks, ahooks) = hub_http(), _hub_event_hooks()
    set_client_factory(lambda: _client(http, hook, event_hooks=hooks, timeout=None))
    set_async_client_factory(lambda: _async_client(http, hook, event_hooks=ahooks, timeout=None))


@lru_cache(maxsize=1)
def _hub_event_hooks() -> tuple[dict, dict]:
    """The hub's own event hooks, sync and async: they add request ids and keep error bodies readable, as ours should."""
    from huggingface_hub.utils import _http as hub
    try:  # by name: its factories would read all certificates, twice
        return ({"request": [hub.hf_request_event_hook], "response": []},
                {"request": [hub.async_hf_request_event_hook], "response": [hub.async_hf_response_event_hook]})
    except AttributeError:
        return hub.default_client_factory().event_hooks, hub.default_async_client_factory().event_hooks


def uninstall_hub() -> None:
    """Give huggingface_hub its own clients back."""
    global _installed
    _installed = None
    from huggingface_hub import set_async_client_factory, set_client_factory
    from huggingface_hub.utils import _http as hub
    set_client_factory(hub.default_client_factory)
    set_async_client_factory(hub.default_async_client_factory)


def http_client(hook: Hook) -> Any:
    """An HTTP client for `OpenAI(http_client=...)` that passes through `hook`."""
    return _client(openai_http(), hook)


def async_http_client(hook: Hook) -> Any:
    """An HTTP client for `AsyncOpenAI(http_client=...)` that passes through `hook`."""
    return _async_client(openai_http(), hook)


def _certificates(http: ModuleType) -> Any:
    """One TLS context for all clients; it reads the certificates when somebody connects by TLS."""
    return _tls_context(http, *(os.environ.get(name) for name in ("SSL_CERT_FILE", "SSL_CERT_DIR")))


@lru_cache(maxsize=4)
def _tls_context(http: ModuleType, *_: str | None) -> Any:
    return LateContext(http.create_ssl_context)


def _client(http: ModuleType, hook: Hook, **settings: Any) -> Any:
    classes, verify = _classes(http), _certificates(http)
    mounts = {"https://": classes["Transport"](hook, proxy=hook.proxy, verify=verify)} if hook.proxy else None
    transport = classes["Transport"](hook, verify=verify)
    client = classes["Client"](transport=transport, mounts=mounts, follow_redirects=True, **settings)
    client.hook = hook
    return client


def _async_client(http: ModuleType, hook: Hook, **settings: Any) -> Any:
    classes, verify = _classes(http), _certificates(http)
    mounts = {"https://": classes["AsyncTransport"](hook, proxy=hook.proxy, verify=verify)} if hook.proxy else None
    transport = classes["AsyncTransport"](hook, verify=verify)
    client = classes["AsyncClient"](transport=transport, mounts=mounts, follow_redirects=True, **settings)
    client.hook = hook
    return client


def _routed(http: ModuleType, request: Any, hook: Hook) -> Any:
    """The request as it goes on the wire: perhaps to the practice server, perhaps with a shorter timeout."""
    url, headers = hook.route(request.url, request.headers)
    return http.Request(request.method, url, headers=headers, stream=request.stream,
                        extensions=_with_timeout(request.extensions))


def _with_timeout(extensions: dict) -> dict:
    """The running attempt's time limit (see RetryPolicy.attempt_timeout) tightens what the SDK asked for."""
    limit = pacing.attempt_timeout()
    if limit is None:
        return extensions
    asked = extensions.get("timeout") or {}
    tightened = {key: limit if asked.get(key) is None else min(limit, asked[key]) for key in ("connect", "read", "write", "pool")}
    return {**extensions, "timeout": tightened}


def _let_collector_in(pool: Any) -> None:
    """Give a connection pool of httpcore 1 a lock that its holder may take again, as httpcore2 has.

    The garbage collector may run while a thread holds the lock, and close a stream that somebody lost half-read; the stream asks
    for the same lock, and the thread would wait for itself for ever (github.com/encode/httpcore/issues/990).
    """
    lock = getattr(pool, "_optional_thread_lock", None)
    if isinstance(getattr(lock, "_lock", None), type(threading.Lock())):
        lock._lock = threading.RLock()


@lru_cache(maxsize=2)
def _classes(http: ModuleType) -> dict[str, type]:
    """Client, AsyncClient, Transport and AsyncTransport for one HTTP library."""
    Body, AsyncBody, WebPage = _bodies.classes(http)

    class Client(http.Client):
        def build_request(self, *args: Any, **kwargs: Any) -> Any:
            # Here, not in the transport: openai turns what a transport raises into APIConnectionError and tries again.
            return self.hook.admit(super().build_request(*args, **kwargs))

    class AsyncClient(http.AsyncClient):
        def build_request(self, *args: Any, **kwargs: Any) -> Any:
            return self.hook.admit(super().build_request(*args, **kwargs))

    class Transport(http.HTTPTransport):
        def __init__(self, hook: Hook, **settings: Any) -> None:
            super().__init__(**settings)
            _let_collector_in(self._pool)
            self.hook = hook

        def handle_request(self, request: Any) -> Any:
            pacing.before_request(request.method)
            flight = self.hook.depart(request)
            routed = _routed(http, request, self.hook)
            try:
                response = super().handle_request(routed)
                flight.answered(response.status_code, response.headers)
                if _bodies.is_web_page(request, response):
                    response.close()
                    raise WebPage(_bodies.WEB_PAGE)
            except Exception as exc:
                flight.failed(exc)
                raise
            _bodies.leave_silence_to_reader(routed, request.extensions)
            response.stream = Body(response, flight)
            return response

    class AsyncTransport(http.AsyncHTTPTransport):
        def __init__(self, hook: Hook, **settings: Any) -> None:
            super().__init__(**settings)
            self.hook = hook

        async def handle_async_request(self, request: Any) -> Any:
            pacing.before_request(request.method)
            flight = self.hook.depart(request)
            routed = _routed(http, request, self.hook)
            try:
                response = await super().handle_async_request(routed)
                flight.answered(response.status_code, response.headers)
                if _bodies.is_web_page(request, response):
                    await response.aclose()
                    raise WebPage(_bodies.WEB_PAGE)
            except Exception as exc:
                flight.failed(exc)
                raise
            _bodies.leave_silence_to_reader(routed, request.extensions)
            response.stream = AsyncBody(response, flight)
            return response

    return {"Client": Client, "AsyncClient": AsyncClient, "Transport": Transport, "AsyncTransport": AsyncTransport}
