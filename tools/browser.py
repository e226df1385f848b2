"""A real JupyterLab in the system's Chromium, without a window: the browser tests and the README's pictures drive it.

`jupyterlab(folder)` starts a Lab of its own (own settings, own port, loopback only), `chromium()` a browser, and
`NotebookPage` does what a person does with one notebook: open it, run it, press keys, look. The waits are the point:
JupyterLab says "idle" before its kernel is connected, and "Run All Cells" then runs nothing.
`python -m tools.browser` makes the README's pictures from those that the suite took.
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
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Locator, Page, Route, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_FLAGS = ("--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update "
                  "--disable-sync --disable-dev-shm-usage --disable-extensions --metrics-recording-only").split()
LAB_FLAGS = ("--no-browser --allow-root --ServerApp.ip=127.0.0.1 --ServerApp.port_retries=0 --LabApp.extension_manager=readonly "
             "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate --LabApp.news_url=None --expose-app-in-browser").split()
SETTINGS = {  # written before the first start: clicking the news dialog away is a race
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True},
    "notebook-extension/tracker": {"windowingMode": "none"},  # every cell is in the page, seen or not
}
WIDTH, HEIGHT = 1280, 1000
WIDGET = "application/vnd.jupyter.widget-view+json"
SCREENS = ROOT / "artefacts" / "screens"
PICTURES = {"window-08.png": "lesson.png", "window-exercise.png": "exercise.png"}  # in artefacts/screens -> in docs/screens
SLOW = 120_000  # ms; the longest lesson on a busy machine


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
        request = urllib.request.Request(f"{self.url}/api/{path}", method=method, headers={"Authorization": f"token {self.token}"})
        with urllib.request.urlopen(request, timeout=10) as answer:
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

    env: added to the environment of the Lab and its kernels. Raises BrowserError when it does not answer in 90 s.
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
        _until(lambda: process.poll() is not None or _answers(lab), 90, f"JupyterLab did not start. Read {state / 'lab.log'}")
        yield lab
    finally:
        process.terminate()  # a Lab that is told to end ends its kernels first
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def isolated(state: Path) -> dict[str, str]:
    """The caller's environment without tokens, with every folder of Jupyter, IPython and the Hub below `state`."""
    for name, content in SETTINGS.items():
        file = state / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(content))
    folders = {"JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data", "JUPYTER_RUNTIME_DIR": "runtime", "IPYTHONDIR": "ipython",
               "JUPYTERLAB_SETTINGS_DIR": "settings", "JUPYTERLAB_WORKSPACES_DIR": "workspaces", "HF_HOME": "hub"}
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "OPENAI_", "JUPYTER", "COURSE_"))}
    return {**kept, **{key: str(state / name) for key, name in folders.items()}, "HF_HUB_DISABLE_TELEMETRY": "1",
            "PYTHONPATH": str(ROOT), "MPLCONFIGDIR": str(ROOT / ".course" / "mpl"),
            "COURSE_PROGRESS": str(state / "progress" / "progress.jsonl")}


def _answers(lab: Lab) -> bool:
    try:
        return "started" in lab.api("status")
    except OSError:
        return False


def _until(true: Callable[[], bool], seconds: float, otherwise: str, pause: Callable[[float], None] = time.sleep) -> None:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise BrowserError(otherwise)
        pause(0.2)


@dataclass
class NotebookPage:
    """One notebook in a browser context of its own. `refused` holds every address asked for that is not this Lab's."""

    lab: Lab
    page: Page
    path: str
    refused: list[str] = field(default_factory=list)

    @classmethod
    @contextmanager
    def open(cls, browser: Browser, lab: Lab, path: str) -> Iterator[NotebookPage]:
        """Open `path` (below the Lab's folder) and wait for its kernel; the kernel ends with the block."""
        context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}, service_workers="block")
        self = cls(lab, context.new_page(), path)
        context.route("**/*", self._gate)
        self.page.on("websocket", lambda socket: self._note(socket.url.replace("ws:", "http:", 1)))
        self.page.set_default_timeout(SLOW)
        try:
            # A workspace of its own: the default one brings back the notebooks of the page before.
            self.page.goto(f"{lab.url}/lab/workspaces/{secrets.token_hex(4)}/tree/{path}?token={lab.token}", wait_until="domcontentloaded")
            self._wait_for_kernel()
            yield self
        finally:
            context.close()
            for session in self._sessions():
                lab.api(f"sessions/{session['id']}", "DELETE")

    def _gate(self, route: Route) -> None:
        if self._note(route.request.url):
            route.continue_()
        else:
            route.abort()

    def _note(self, url: str) -> bool:
        ours = url.startswith((f"{self.lab.url}/", "data:", "blob:"))
        if not ours:
            self.refused.append(url)
        return ours

    def _sessions(self) -> list[dict[str, Any]]:
        return [session for session in self.lab.api("sessions") if session["path"] == self.path]

    def _connected(self) -> bool:
        kernels = [session["kernel"] for session in self._sessions()]
        return any(k["execution_state"] == "idle" and k["connections"] > 0 for k in kernels)

    def _wait_for_kernel(self) -> None:
        self.page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
        _until(self._connected, 60, f"No kernel connected to {self.path}.", lambda s: self.page.wait_for_timeout(1000 * s))
        self.page.locator("#jp-main-statusbar").get_by_text("| Idle").wait_for()
        self.page.wait_for_timeout(500)

    def clear(self) -> None:
        """Take away all outputs and execution counts, so that what is seen later was made by this run."""
        self.page.evaluate("window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
        self.page.wait_for_function("!document.querySelector('.jp-OutputArea-output')")

    def run_all(self) -> None:
        """Run > Run All Cells, by the menu; returns when nothing runs any more and every widget has drawn its picture."""
        self.page.locator("li.lm-MenuBar-item", has_text="Run").click()
        self.page.locator("[data-command='runmenu:run-all']").click()
        self.page.wait_for_function("document.querySelector('.jp-Notebook .jp-InputPrompt:not(:empty)').innerText !== '[ ]:'")
        self.wait_until_done()

    def wait_until_done(self) -> None:
        """Wait until no cell runs, every widget has drawn its picture and every picture is loaded."""
        self.page.wait_for_function("""() => ![...document.querySelectorAll('.jp-Notebook .jp-InputPrompt')]
            .some(prompt => prompt.innerText.includes('*'))""")
        panels = sum(WIDGET in output["mimes"] for output in self.outputs())
        self.page.wait_for_function("""panels => [...document.querySelectorAll('.jp-OutputArea-output:has(.jupyter-widgets)')]
            .filter(output => output.querySelector('img')).length >= panels""", arg=panels)
        self.page.wait_for_function("[...document.querySelectorAll('.jp-OutputArea-output img')].every(img => img.complete)")

    def outputs(self) -> list[dict[str, Any]]:
        """What the kernel sent: `{"cell": index, "type": "stream", "mimes": [...]}` for every output."""
        return self.page.evaluate("""() => window.jupyterapp.shell.currentWidget.content.widgets.flatMap((cell, index) =>
            Array.from({length: cell.model.outputs?.length ?? 0}, (_, i) => cell.model.outputs.get(i))
                .map(output => ({cell: index, type: output.type, mimes: Object.keys(output.data)})))""")

    def cell(self, number: int) -> Locator:
        """The cell with this index, counted from 0 with the text cells."""
        return self.page.locator(".jp-Notebook .jp-Cell").nth(number)

    def write(self, cell: Locator, source: str) -> None:
        """Replace a code cell's text as a person would: click, select all, type. The editor's own indentation is taken out again."""
        cell.locator(".cm-content").first.click()
        self.page.keyboard.press("ControlOrMeta+a")
        for number, line in enumerate(source.splitlines()):
            if number:
                self.page.keyboard.press("Enter")
                self.page.keyboard.press("Shift+Home")
            self.page.keyboard.type(line) if line else self.page.keyboard.press("Delete")

    def run_here(self) -> None:
        """Shift+Enter, and wait for the end."""
        self.page.keyboard.press("Shift+Enter")
        self.page.wait_for_timeout(300)
        self.wait_until_done()

    def add_below(self, number: int, source: str) -> None:
        """Put a new cell below the cell with this index, as a person would: click beside it, press B, type."""
        self.cell(number).locator(".jp-InputPrompt").click()
        self.page.keyboard.press("Escape")
        self.page.keyboard.press("b")
        self.write(self.cell(number + 1), source)

    def theme(self, name: str) -> None:
        """Show the page in the theme `light` or `dark`."""
        light = str(name == "light").lower()
        self.page.evaluate("theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", f"JupyterLab {name.title()}")
        self.page.wait_for_function(f"document.body.dataset.jpThemeLight === '{light}'")
        self.page.wait_for_timeout(500)  # the style sheet is swapped while the old one fades

    def screens(self, folder: Path, name: str) -> list[Path]:
        """Pictures of the whole notebook from top to end, one per height of the window: `name-1.png`, ..."""
        view = self.page.locator(".jp-WindowedPanel-outer").first
        height, total = view.evaluate("view => [view.clientHeight, view.scrollHeight]")
        paths = [folder / f"{name}-{part + 1}.png" for part in range(-(-total // height))]
        folder.mkdir(parents=True, exist_ok=True)
        for part, path in enumerate(paths):
            view.evaluate("(view, top) => view.scrollTo(0, top)", part * height)
            self.page.wait_for_timeout(50)
            view.screenshot(path=path)
        return paths


def main() -> int:
    """Make the README's pictures from those that the browser suite took last."""
    for source, name in PICTURES.items():
        picture = Image.open(SCREENS / source).convert("RGB").quantize(128, dither=Image.Dither.NONE)
        picture.save(ROOT / "docs" / "screens" / name, optimize=True)
        print(f"docs/screens/{name}: {(ROOT / 'docs' / 'screens' / name).stat().st_size // 1000} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
