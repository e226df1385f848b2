"""An exercise as a learner meets it: an empty stub, a kind refusal, a hint, an answer typed in, and the progress card."""
from __future__ import annotations

import re
from dataclasses import dataclass

import nbformat
import pytest

from helpers.checks.core import LINE, find
from tests.browser.look import axe, too_wide, window
from tests.browser.notebook import NotebookPage
from tools.browser import ROOT, SCREENS

NAME = "01_inference_client.ipynb"
PROGRESS = "from helpers import progress\nprogress()"


def answer_cell() -> tuple[int, str, str]:
    """The first exercise of the notebook: index of its answer cell, its id, its solution without the markers."""
    cells = nbformat.read(ROOT / "exercises" / "solutions" / NAME, as_version=4).cells
    index = next(i for i, cell in enumerate(cells) if "answer" in cell.metadata.get("tags", []))
    source = re.sub(r"^ *### (BEGIN|END) SOLUTION\n?", "", cells[index].source, flags=re.M).rstrip()
    return index, re.search(r"exercise (\d\d\.\d)", source)[1], source


@dataclass
class Played:
    """What the learner saw, step by step."""

    id: str
    refusal: str
    hint: str
    card_before: str
    typed: str
    solution: str
    verdict: str
    errors_after: int
    card_after: str
    faults: list[str]
    wide: list[str]
    refused: list[str]


@pytest.fixture(scope="module")
def played(lab, browser):
    """The exercise played through with mouse and keyboard."""
    index, id, solution = answer_cell()
    check, hint, card = index + 1, index + 2, index + 3
    with NotebookPage.open(browser, lab, f"exercises/{NAME}") as notebook:
        def seen(number: int) -> str:
            return "\n".join(notebook.cell(number).locator(".jp-OutputArea-output").all_inner_texts()).strip()

        notebook.run_all()
        refusal = seen(check)
        notebook.add_below(check, f'hint("{id}")')
        notebook.run_here()
        notebook.add_below(hint, PROGRESS)
        notebook.run_here()
        hinted, card_before = seen(hint), seen(card)
        faults, wide = axe(notebook.page)["faults"], too_wide(notebook.page)
        window(notebook.page, notebook.cell(index - 1), SCREENS / "window-stub.png")
        notebook.write(notebook.cell(index), solution)
        typed = "\n".join(notebook.cell(index).locator(".cm-line").all_inner_texts())
        notebook.run_here()  # the answer; the check cell is the next one
        notebook.run_here()
        verdict, errors = seen(check), notebook.cell(check).locator("[data-mime-type='application/vnd.jupyter.stderr']").count()
        notebook.cell(card).locator(".cm-content").click()
        notebook.run_here()
        window(notebook.page, notebook.cell(index), SCREENS / "window-exercise.png")
        notebook.screens(SCREENS, "exercise-light")
        faults += axe(notebook.page)["faults"]
        yield Played(id, refusal, hinted, card_before, typed, solution, verdict, errors, seen(card), faults,
                     wide + too_wide(notebook.page), notebook.refused)


def row(card: str, id: str) -> str:
    """The line of one exercise in the progress card: one line, however narrow the card is."""
    return next(line.replace("\N{NO-BREAK SPACE}", " ") for line in card.splitlines() if line.startswith(id))


def test_the_stub_fails_kindly(played):
    """An exercise not begun ends in at most four short lines that name it, without a traceback."""
    lines = played.refusal.splitlines()
    assert 1 <= len(lines) <= 4 and all(len(line) <= LINE for line in lines)
    assert played.id in lines[0] and "Traceback" not in played.refusal and "File " not in played.refusal


def test_the_first_hint_is_shown(played):
    """`hint()` shows the first hint, and neither of the others."""
    first, *others = find(played.id).hints
    shown = " ".join(played.hint.split())
    assert first in shown and not any(text in shown for text in others)


def test_what_is_typed_stands_in_the_cell(played):
    """The solution, typed key by key, stands in the editor as it was meant."""
    assert [line.rstrip() for line in played.typed.splitlines()] == played.solution.splitlines()


def test_the_solution_passes(played):
    """After the answer was typed and run, its check says so, and shows no error any more."""
    assert played.errors_after == 0 and "passed" in played.verdict and find(played.id).insight in played.verdict


def test_the_progress_card_follows(played):
    """The card shows the exercise as not attempted, then as passed, with the hint counted."""
    before, after = row(played.card_before, played.id), row(played.card_after, played.id)
    assert "not yet attempted" in before and "passed" not in before
    assert "passed" in after and re.search(r"\b1\b", after)


def test_the_outputs_are_accessible_and_fit(played):
    """Axe-core finds no serious fault in message, hint and card, nothing is too wide, and only this machine was asked."""
    assert played.faults == [] and played.wide == [] and played.refused == []
