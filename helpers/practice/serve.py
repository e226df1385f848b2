"""Starting and stopping the server: in a daemon thread of this process, or alone."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
import threading
from typing import Any

import uvicorn

from .app import Practice

BACKLOG = 2048
MOST_CONNECTIONS = 1024
CHAT = "practice/chat"  # the largest model
MOST_HEAD = 64 * 1024  # bytes of request line and headers (head_limit.py has the same for httptools)


class PortInUse(OSError):
    """The port is taken."""


class Running:
    """A server in a thread. `url` is where it answers; `stop()` ends it, and so does the end of the process."""

    def __init__(self, server: uvicorn.Server, thread: threading.Thread, url: str) -> None:
        self._server, self._thread, self.url = server, thread, url

    def stop(self, timeout: float = 5.0) -> None:
        """Stop answering, close all connections and the port. Twice does no harm."""
        self._server.should_exit = self._server.force_exit = True
        self._thread.join(timeout)

    def __enter__(self) -> Running:
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def __repr__(self) -> str:
        state = "running" if self._thread.is_alive() else "stopped"
        return f"Running(url={self.url!r}, {state})"


def start(host: str = "127.0.0.1", port: int = 0, *, seed: int = 0, warm: tuple[str, ...] = (CHAT,)) -> Running:
    """Start the practice server in a daemon thread and return once it answers.

    Args:
        host: the address to listen on; loopback unless told otherwise.
        port: 0 takes any free one.
        seed: goes into the seeds of requests that name none.
        warm: models that begin to load now; every other one loads at its first use.

    Raises PortInUse when the port is taken.
    """
    listening = listen(host, port)
    server = make_server(Practice(seed=seed, any_host=not on_loopback(host)))
    thread = threading.Thread(target=_run, args=(server, listening), name="practice-server", daemon=True)
    thread.start()
    if not server.ready.wait(10) or not server.started:
        raise RuntimeError("The practice server did not start. Run `python -m helpers.practice` to see why.")
    threading.Thread(target=warm_up, args=warm, name="practice-warm-up", daemon=True).start()
    return Running(server, thread, url_of(listening))


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; PortInUse, in one sentence, when the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With a plain socket() asyncio would leave Nagle's algorithm on: 44 ms for each reply.
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
        made.listen(BACKLOG)
    except OSError as error:
        made.close()
        raise PortInUse(
            f"Port {port} on {host} cannot be used ({error.strerror}). "
            "Choose another with --port, or 0 for any free one."
        ) from None
    made.set_inheritable(False)
    return made


def on_loopback(host: str) -> bool:
    """Whether a server that listens on `host` is reached from this machine only."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def url_of(listening: socket.socket) -> str:
    """The base URL of a listening socket."""
    host, port = listening.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{host}:{port}"


def make_server(app: Practice) -> QuietServer:
    """A uvicorn server for `app`, quiet and with limits."""
    config = uvicorn.Config(
        app,
        http=_protocol(),
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        backlog=BACKLOG,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=1,
        h11_max_incomplete_event_size=MOST_HEAD,
        server_header=False,
        date_header=False,
    )
    return QuietServer(config)


class QuietServer(uvicorn.Server):
    """uvicorn that leaves signals to whoever runs it, and says when it has started."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    def capture_signals(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


def _run(server: QuietServer, listening: socket.socket) -> None:
    try:
        asyncio.run(server.serve(sockets=[listening]))
    finally:
        server.ready.set()  # also when it failed, so that nobody waits
        listening.close()


def warm_up(*models: str) -> None:
    """Load models before anybody asks."""
    from . import registry

    for model in models:
        with contextlib.suppress(Exception):  # a model that cannot load says so when it is asked
            registry.load(registry.MODELS[model])


def _protocol() -> Any:
    """uvicorn's httptools protocol with limits on the head of a request; h11, which has its own, without httptools."""
    try:
        from .head_limit import LimitedHead
    except ImportError:
        return "h11"
    return LimitedHead
