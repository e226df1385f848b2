"""Every lesson in a real JupyterLab: opened, run from the menu, moved by keyboard, in the light and the dark theme."""
from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.browser.look import axe, controls, figures, not_rendered, picture_changes, press, too_wide, unfold, window
from tests.browser.notebook import WIDGET, WIDTH, NotebookPage
from tools.browser import ROOT, SCREENS

LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SMALLEST = 0.75  # of the width it was drawn for: labels of 15 pixels stay above 11


@dataclass
class Lesson:
    """A lesson that has been run. `stored`: its figures as they stood in the file, before anything ran."""

    notebook: NotebookPage
    name: str
    stored: list[dict]


@pytest.fixture(scope="module", params=LESSONS, ids=[path.stem for path in LESSONS])
def lesson(request, lab, browser):
    """One lesson, opened with its stored outputs, emptied and run; pictures of all of it are taken when its tests are over."""
    name = request.param.stem
    with NotebookPage.open(browser, lab, f"notebooks/{name}.ipynb") as notebook:
        stored = figures(notebook.page)
        notebook.clear()
        notebook.run_all()
        yield Lesson(notebook, name, stored)
        for theme in ("dark", "light"):
            notebook.theme(theme)
            notebook.screens(SCREENS, f"{name}-{theme}")


def test_runs_without_an_error(lesson):
    """After Run All, every code cell has a number, and none shows an error or writes to stderr."""
    page = lesson.notebook.page
    prompts = page.locator(".jp-CodeCell .jp-InputPrompt").all_inner_texts()
    assert prompts == [f"[{number}]:" for number in range(1, len(prompts) + 1)]
    assert [output for output in lesson.notebook.outputs() if output["type"] == "error"] == []
    assert page.locator("[data-mime-type='application/vnd.jupyter.stderr']").all_inner_texts() == []


def test_text_is_rendered(lesson):
    """No text cell shows raw Markdown, and no two dollar signs make a formula of the words between them."""
    assert not_rendered(lesson.notebook.page) == []


def test_no_horizontal_scroll(lesson):
    """In a window of 1280 pixels, neither the page nor the notebook nor any output is wider than its place, tables unfolded."""
    assert lesson.notebook.page.evaluate("window.innerWidth") == WIDTH
    unfold(lesson.notebook.page)
    assert too_wide(lesson.notebook.page) == []


@pytest.mark.parametrize("when", ["stored", "run"])
def test_figures_are_legible(lesson, when):
    """Every figure, stored in the file or just drawn, is loaded, has an alt text, and is shown near the size it was drawn for."""
    seen = lesson.stored if when == "stored" else figures(lesson.notebook.page)
    assert [figure for figure in seen if not figure["alt"]] == []
    assert [figure for figure in seen if not figure["natural"] >= figure["shown"] >= SMALLEST * figure["drawn_for"] > 0] == []


def test_widgets_follow_the_keyboard(lesson):
    """Every control of every widget can be focused and moved with keys alone, and its figure changes each time."""
    page, found = lesson.notebook.page, controls(lesson.notebook.page)
    panels = sum(WIDGET in output["mimes"] for output in lesson.notebook.outputs())
    assert len(found) >= panels
    if found:  # for the README, before anything moves
        window(page, found[0], SCREENS / f"window-{lesson.name[:2]}.png")
    still = [control.evaluate("control => control.labels?.[0]?.innerText ?? control.outerHTML") for control in found
             if not picture_changes(page, control, lambda control=control: press(page, control))]
    assert still == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_outputs_are_accessible(lesson, theme):
    """Axe-core finds no serious or critical fault in the outputs, tables unfolded: names, contrast, alt texts, tables."""
    lesson.notebook.theme(theme)
    unfold(lesson.notebook.page)
    found = axe(lesson.notebook.page)
    assert found["faults"] == []
    assert "color-contrast" in found["passes"]


def test_asks_this_machine_only(lesson, lab):
    """Nothing but this JupyterLab was asked for, by the page or by a kernel."""
    refused = lab.folder.parent / "state" / "refused.txt"
    assert lesson.notebook.refused == []
    assert not refused.exists() or refused.read_text() == ""
