"""Open JupyterLab at a lesson and print its URL: `python -m tools.lab NOTEBOOK [--no-browser] [--port N]`."""
from __future__ import annotations

import argparse
import os
import secrets
import socket
import subprocess
import sys
import sysconfig
import threading
import time
import urllib.request
import webbrowser
from pathlib import Path
from typing import IO

from tools.set_up import SetupError, alone

COMPILE = """
import compileall, os, pathlib, sys
folder, done, parent = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), os.getppid()
getattr(os, "nice", int)(19)
for path in sorted(folder.iterdir()):
    if os.getppid() != parent:
        sys.exit()
    compileall.compile_dir(path, quiet=2) if path.is_dir() else compileall.compile_file(path, quiet=2)
done.touch()
"""


def main(argv: list[str] | None = None) -> int:
    """Start JupyterLab in this process's place; returns its exit code."""
    parser = argparse.ArgumentParser(prog="course.py lab")
    parser.add_argument("notebook")
    parser.add_argument("--no-browser", action="store_true", help="print the URL only (servers)")
    parser.add_argument("--port", type=int, default=0, help="default: 8888, or the next free one")
    args = parser.parse_args(argv)
    if args.port and not is_free(args.port):
        print(f"course.py: port {args.port} is in use. Choose another one: python3 course.py lab --port {free_port(8889)}",
              file=sys.stderr)
        return 2
    try:  # of two that are started at once, the second looks for a port when the first has its own
        starting = alone(Path.cwd() / ".course" / "lab.txt")
    except SetupError as problem:
        print(f"course.py: {problem}", file=sys.stderr)
        return 2
    port, token = args.port or free_port(8888), secrets.token_hex(16)
    url = f"http://127.0.0.1:{port}/lab/tree/{args.notebook}?token={token}"
    threading.Thread(target=announce, args=(url, port, token, not args.no_browser, starting), daemon=True).start()
    return start_lab(port, token)


def start_lab(port: int, token: str) -> int:
    """Run JupyterLab until it ends; quiet about itself."""
    # Turns off the news dialog and the update check: both would ask the network.
    os.environ.setdefault("JUPYTERLAB_SETTINGS_DIR", str(Path.cwd() / ".course" / "lab-settings"))
    try:
        from jupyterlab.labapp import LabApp
    except ImportError as problem:
        print(f"course.py: {problem.name} cannot be imported. Delete the folder .venv, then run: python3 course.py lab",
              file=sys.stderr)
        return 2
    LabApp.launch_instance([
        "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--ServerApp.port_retries=0",
        f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={Path.cwd()}", "--Application.log_level=ERROR",
        "--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly"])
    return 0


def announce(url: str, port: int, token: str, browser: bool, starting: IO[str], patience: float = 180) -> None:
    """Print the URL once JupyterLab answers, and open it. One that does not answer in `patience` seconds ends the process.

    starting: the lock of this start; closed when it is over.
    """
    end = time.monotonic() + patience
    while not answers(port, token):
        if time.monotonic() > end:
            print(f"course.py: JupyterLab does not answer on port {port}. Try another one: python3 course.py lab --port "
                  f"{free_port(port + 1)}", file=sys.stderr, flush=True)
            os._exit(2)
        time.sleep(0.1)
    starting.close()
    print(f"\nJupyterLab is open at lesson 00:\n\n    {url}\n\nStop it with Ctrl-C.", flush=True)
    if browser:
        webbrowser.open(url)
    compile_packages(Path(sysconfig.get_path("purelib")), Path(sys.prefix) / "course-compiled.txt")


def answers(port: int, token: str) -> bool:
    """Whether the JupyterLab with this token answers on a loopback port; a proxy that is set for other machines is not asked."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        direct.open(f"http://127.0.0.1:{port}/api/status?token={token}", timeout=5).close()
    except OSError:
        return False
    return True


def compile_packages(folder: Path, done: Path) -> None:
    """Compile the installed packages in the background, once: the launcher leaves that out, so that the Lab is open sooner.

    It runs at the lowest priority in a process of its own, which ends when this one ends; `done` is written at its end.
    """
    if not done.exists():
        subprocess.run([sys.executable, "-c", COMPILE, folder, done], stdin=subprocess.DEVNULL, capture_output=True)


def is_free(port: int) -> bool:
    """Whether a loopback port can be taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port(first: int) -> int:
    """The first free loopback port from `first` on."""
    return next(port for port in range(first, 65536) if is_free(port))


if __name__ == "__main__":
    sys.exit(main())
