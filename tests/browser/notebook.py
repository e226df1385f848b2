"""What a person does with one notebook in JupyterLab: open it, run it, press keys, look.

The waits are the point: JupyterLab says "idle" before its kernel is connected, and "Run All Cells" then runs nothing.
"""
from __future__ import annotations

import math
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page, Route, TimeoutError

from tools.browser import Lab, until

WIDTH, HEIGHT = 1280, 1000
WIDGET = "application/vnd.jupyter.widget-view+json"
SLOW = 300_000  # ms; the longest lesson on a busy machine, with a reserve: nothing waits longer than it must
AGAIN = 30_000  # ms without a star in any cell after which Run All is chosen again; a star needs no kernel, only the page


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
            own = f"{lab.url}/lab/workspaces/{secrets.token_hex(4)}/tree/{path}?token={lab.token}"
            self.page.goto(own, wait_until="domcontentloaded")
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
        try:
            kernels = [session["kernel"] for session in self._sessions()]
        except OSError:  # a busy Lab is asked again
            return False
        return any(k["execution_state"] == "idle" and k["connections"] > 0 for k in kernels)

    def _wait_for_kernel(self) -> None:
        self.page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
        until(self._connected, 180, f"No kernel connected to {self.path}.", lambda s: self.page.wait_for_timeout(1000 * s))
        self.page.locator("#jp-main-statusbar").get_by_text("| Idle").wait_for()
        self.page.wait_for_timeout(500)

    def clear(self) -> None:
        """Take away all outputs and execution counts, so that what is seen later was made by this run."""
        self.page.evaluate("window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
        self.page.wait_for_function("!document.querySelector('.jp-OutputArea-output')")

    def run_all(self) -> None:
        """Run > Run All Cells, by the menu; returns when nothing runs any more and every widget has drawn its picture."""
        begun = "document.querySelector('.jp-Notebook .jp-InputPrompt:not(:empty)').innerText !== '[ ]:'"
        for patience in (AGAIN, AGAIN, SLOW):  # a kernel that was not quite connected takes nothing, and no cell shows a star
            self.page.locator("li.lm-MenuBar-item", has_text="Run").click()
            self.page.locator("[data-command='runmenu:run-all']").click()
            try:
                self.page.wait_for_function(begun, timeout=patience)
                break
            except TimeoutError:
                if patience == SLOW:
                    raise
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
        """Replace a code cell's text as a person would: click, select all, type; the editor's own indentation is taken out."""
        cell.locator(".cm-content").first.click()
        self.page.keyboard.press("ControlOrMeta+a")
        for number, line in enumerate(source.splitlines()):
            if number:
                self.page.keyboard.press("Enter")
                self.page.keyboard.press("Shift+Home")
            self.page.keyboard.type(line) if line else self.page.keyboard.press("Delete")

    def run_here(self) -> None:
        """Shift+Enter, and wait for the end."""
        cell = self.page.evaluate("""() => {
            const notebook = window.jupyterapp.shell.currentWidget.content;
            return [notebook.activeCellIndex, notebook.activeCell.model.executionCount];
        }""")
        self.page.keyboard.press("Shift+Enter")
        self.page.wait_for_function("""([index, before]) => {
            const count = window.jupyterapp.shell.currentWidget.content.widgets[index].model.executionCount;
            return count !== null && count !== before;
        }""", arg=cell)
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
        change = "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})"
        self.page.evaluate(change, f"JupyterLab {name.title()}")
        self.page.wait_for_function(f"document.body.dataset.jpThemeLight === '{light}'")
        # The new style sheet is there when the cells have its colours and nothing fades; a cursor blinks for ever.
        self.page.wait_for_function("""light => {
            const [red, green, blue] = getComputedStyle(document.querySelector('.jp-Notebook')).backgroundColor.match(/\\d+/g);
            return (Number(red) + Number(green) + Number(blue) > 384) === light && document.getAnimations().every(motion =>
                motion.playState !== 'running' || motion.effect.getComputedTiming().iterations === Infinity);
        }""", arg=name == "light")
        self.page.wait_for_timeout(200)

    def screens(self, folder: Path, name: str) -> list[Path]:
        """Pictures of the whole notebook from top to end, one per height of the window: `name-1.png`, ..."""
        view = self.page.locator(".jp-WindowedPanel-outer").first
        height, total = view.evaluate("""view => [view.clientHeight, view.scrollTop - view.getBoundingClientRect().top
            + [...view.querySelectorAll('.jp-Cell')].at(-1).getBoundingClientRect().bottom]""")
        paths = [folder / f"{name}-{part + 1}.png" for part in range(math.ceil(total / height))]
        folder.mkdir(parents=True, exist_ok=True)
        for part, path in enumerate(paths):
            view.evaluate("(view, top) => view.scrollTo(0, top)", part * height)
            self.page.wait_for_timeout(50)
            view.screenshot(path=path)
        return paths
