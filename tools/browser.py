"""A real JupyterLab in the system's Chromium, without a window: the browser tests and the README's pictures drive it.

`jupyterlab(folder)` starts a Lab of its own (own settings, own port, loopback only), `chromium()` a browser. What is done
with a notebook in it stands in tests/browser. `python -m tools.browser` makes the README's pictures from the suite's.
"""
from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync",
    "--disable-component-update", "--disable-dev-shm-usage", "--disable-extensions", "--metrics-recording-only"]
LAB_FLAGS = [
    "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1", "--ServerApp.port_retries=0", "--LabApp.news_url=None",
    "--LabApp.extension_manager=readonly", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--expose-app-in-browser"]
SETTINGS = {  # written before the first start: clicking the news dialog away is a race
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True},
    "notebook-extension/tracker": {"windowingMode": "none"},  # every cell is in the page, seen or not
}
SCREENS = ROOT / "artefacts" / "screens"
PICTURES = {"window-08.png": "lesson.png", "window-exercise.png": "exercise.png"}  # artefacts/screens -> docs/screens


class BrowserError(RuntimeError):
    """Something the browser needs is missing or did not answer; the text says what to do next."""


@dataclass(frozen=True)
class Lab:
    """A JupyterLab that answers: its address, its token, and the folder it shows."""

    url: str
    token: str
    folder: Path

    def api(self, path: str, method: str = "GET") -> Any:
        """The JSON that the Lab answers to one REST call; None for an empty body. Raises OSError."""
        who = {"Authorization": f"token {self.token}"}
        request = urllib.request.Request(f"{self.url}/api/{path}", method=method, headers=who)
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a proxy of the machine is for others
        with direct.open(request, timeout=60) as answer:
            body = answer.read()
        return json.loads(body) if body else None


def find_chromium() -> str:
    """Path of the system's Chromium (`COURSE_CHROMIUM` names another); raises BrowserError when there is none."""
    found = os.environ.get("COURSE_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if not found:
        raise BrowserError("There is no Chromium on this machine. Run: bash tests/browser/install.sh")
    return found


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's Chromium, headless; ends with the block."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), headless=True, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@contextmanager
def jupyterlab(folder: Path, state: Path, **env: str) -> Iterator[Lab]:
    """A JupyterLab that shows `folder` and keeps all that is its own in `state`; stopped, with its kernels, at the end.

    env: added to the environment of the Lab and its kernels. Raises BrowserError when it does not answer in 180 s.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    lab = Lab(f"http://127.0.0.1:{port}", secrets.token_hex(16), folder)
    own = [f"--ServerApp.port={port}", f"--IdentityProvider.token={lab.token}", f"--ServerApp.root_dir={folder}"]
    environment = {**isolated(state), **env}
    with open(state / "lab.log", "wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "jupyterlab", *LAB_FLAGS, *own], cwd=folder, stdout=log, stderr=log,
                                   env=environment, stdin=subprocess.DEVNULL)
    try:
        problem = f"JupyterLab did not start. Read {state / 'lab.log'}"
        until(lambda: process.poll() is not None or _answers(lab), 180, problem)
        if process.poll() is not None:
            raise BrowserError(problem)
        yield lab
    finally:
        process.terminate()  # a Lab that is told to end ends its kernels first
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()


def isolated(state: Path) -> dict[str, str]:
    """The caller's environment without tokens, with every folder of Jupyter, IPython and the Hub below `state`."""
    for name, content in SETTINGS.items():
        file = state / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(content))
    folders = {"JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data", "JUPYTER_RUNTIME_DIR": "runtime",
               "IPYTHONDIR": "ipython", "JUPYTERLAB_SETTINGS_DIR": "settings", "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
               "HF_HOME": "hub"}
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "OPENAI_", "JUPYTER", "COURSE_"))}
    return {**kept, **{key: str(state / name) for key, name in folders.items()}, "HF_HUB_DISABLE_TELEMETRY": "1",
            "PYTHONPATH": str(ROOT), "MPLCONFIGDIR": str(ROOT / ".course" / "mpl"),
            "COURSE_PROGRESS": str(state / "progress" / "progress.jsonl")}


def _answers(lab: Lab) -> bool:
    try:
        return "started" in lab.api("status")
    except OSError:
        return False


def until(true: Callable[[], bool], seconds: float, otherwise: str, pause: Callable[[float], None] = time.sleep) -> None:
    """Ask `true` again and again; raises BrowserError(`otherwise`) when it is false for so many seconds."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise BrowserError(otherwise)
        pause(0.2)


def main() -> int:
    """Make the README's pictures from those that the browser suite took last."""
    for source, name in PICTURES.items():
        picture = Image.open(SCREENS / source).convert("RGB").quantize(128, dither=Image.Dither.NONE)
        picture.save(ROOT / "docs" / "screens" / name, optimize=True)
        print(f"docs/screens/{name}: {(ROOT / 'docs' / 'screens' / name).stat().st_size // 1000} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
