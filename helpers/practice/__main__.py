"""`python -m helpers.practice`: the practice server on its own, or with `--classroom` for a room."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import socket
import sys
import threading
from typing import TextIO

from .serve import PortInUse, QuietServer, listen, make_server, on_loopback, url_of, warm_up

CODE, KEY = "COURSE_JOIN_CODE", "COURSE_INSTRUCTOR_KEY"  # both optional; in the environment, so that no process list shows them


def main(argv: list[str] | None = None) -> int:
    """Serve until Ctrl-C or SIGTERM; returns the exit code."""
    options = _parser().parse_args(argv)
    if not options.classroom and (options.log or options.address):
        print("--log and --address belong to --classroom. Add it, or leave them out.", file=sys.stderr)
        return 2
    host = options.host or ("0.0.0.0" if options.classroom else "127.0.0.1")
    try:
        log = open(options.log, "a", encoding="utf-8") if options.log else None  # noqa: SIM115 (open as long as the server)
        _check_secrets()
        listening = listen(host, options.port)
    except (PortInUse, OverflowError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{options.log} cannot be written ({error.strerror}). Choose another file with --log.", file=sys.stderr)
        return 1
    server = _classroom(options, host, listening, log) if options.classroom else _alone(options, listening)
    asyncio.run(_serve(server, listening))
    print("Stopped.", flush=True)
    return 0


def _alone(options: argparse.Namespace, listening: socket.socket) -> QuietServer:
    from .app import Practice

    print(f"Practice server: {url_of(listening)}", flush=True)
    return make_server(Practice(seed=options.seed, any_host=not on_loopback(listening.getsockname()[0])))


def _classroom(options: argparse.Namespace, host: str, listening: socket.socket, log: TextIO | None) -> QuietServer:
    from .board import address_for, board
    from .classroom import Classroom
    from .registry import MODELS

    url = url_of(listening)
    address = options.address or address_for(url, host)
    room = Classroom(
        join_code=os.environ.get(CODE), key=os.environ.get(KEY), address=address.rstrip("/"), log=log, seed=options.seed
    )
    print(board(room.address, room.join_code, f"{url}/instructor?key={room.key}", log=options.log), flush=True)
    threading.Thread(target=warm_up, args=tuple(MODELS), name="practice-warm-up", daemon=True).start()
    return make_server(room)


def _check_secrets() -> None:
    """ValueError when a secret of the environment is too short to be one."""
    for name, least in ((CODE, 6), (KEY, 16)):
        if os.environ.get(name) and len(os.environ[name].replace("-", "").replace(" ", "")) < least:
            raise ValueError(f"{name} is shorter than {least} characters. Choose a longer one, or leave it out.")


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
            "Bearer tokens that begin with hf_practice are accepted; with --classroom only those of learners who joined."
        ),
    )
    add = parser.add_argument
    add("--classroom", action="store_true", help="serve a room: a join code, and a page for the instructor")
    add("--host", help="address to listen on (default: 127.0.0.1, this machine only; with --classroom 0.0.0.0, every network)")
    add("--port", type=int, default=8900, help="port, 0 for any free one (default: 8900)")
    add("--seed", type=int, default=0, help="seed for requests that name none (default: 0)")
    add("--log", metavar="FILE", help="with --classroom: append one JSON line per request, without prompts and tokens")
    add("--address", metavar="URL", help="with --classroom: the address learners use, if it is not this machine's own")
    return parser


if __name__ == "__main__":
    sys.exit(main())
