"""`python -m helpers.practice`: the practice server on its own."""

from __future__ import annotations

import argparse
import asyncio
import signal
import socket
import sys

from .serve import PortInUse, QuietServer, listen, make_server, url_of


def main(argv: list[str] | None = None) -> int:
    """Serve until Ctrl-C or SIGTERM; returns the exit code."""
    options = _parser().parse_args(argv)
    from .app import Practice

    try:
        listening = listen(options.host, options.port)
    except (PortInUse, OverflowError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Practice server: {url_of(listening)}", flush=True)
    asyncio.run(_serve(make_server(Practice(seed=options.seed)), listening))
    print("Stopped.", flush=True)
    return 0


async def _serve(server: QuietServer, listening: socket.socket) -> None:
    loop = asyncio.get_running_loop()

    def end() -> None:
        server.should_exit = server.force_exit = True

    for name in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(name, end)
        except NotImplementedError:  # Windows
            signal.signal(name, lambda *_: end())
    with listening:
        await server.serve([listening])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m helpers.practice",
        description=(
            "The practice server: the course's own tiny models behind the Hugging Face wire format. "
            "Bearer tokens that begin with hf_practice are accepted."
        ),
    )
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1, this machine only)"
    )
    parser.add_argument("--port", type=int, default=8900, help="port, 0 for any free one (default: 8900)")
    parser.add_argument("--seed", type=int, default=0, help="seed for requests that name none (default: 0)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
