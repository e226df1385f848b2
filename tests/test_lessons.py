"""The rules for lessons: what a reader can rely on in each of them."""
from __future__ import annotations

import json
import re
import statistics
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parent.parent
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
ALL = [*LESSONS, *sorted((ROOT / "exercises").glob("**/*.ipynb"))]
RETIRED = "api-inference." + "huggingface.co"
REAL_MODEL = re.compile(r"""["'](?!practice/)[\w.-]+/[\w.:-]*[A-Za-z][\w.:-]*["']""")
SPOKEN = ("delve", "leverage", "robust", "seamless", "powerful", "unlock", "journey", "dive into", "let's explore", "important to note")
RESERVED = {"google.colab", "text/html"}


def _read(path):
    return nbformat.read(path, as_version=4)


def _ids(paths):
    return [path.stem for path in paths]


def _tags(cell):
    return cell.metadata.get("tags", [])


def _words(markdown):
    text = re.sub(r"```.*?```", " ", markdown, flags=re.S)
    text = re.sub(r"<!-- badges -->.*?<!-- /badges -->|<[^>]+>|\]\([^)]*\)|https?://\S+", " ", text, flags=re.S)
    return len(re.findall(r"[\w'’-]*\w", text))


lesson = pytest.mark.parametrize("path", LESSONS, ids=_ids(LESSONS))
notebook = pytest.mark.parametrize("path", ALL, ids=[f"{p.parent.name}-{p.stem}" for p in ALL])


@lesson
def test_size(path):
    """15 to 25 cells, at most 900 words of prose, code cells of at most 15 lines and a median of at most 5."""
    cells = _read(path).cells
    code = [len(cell.source.splitlines()) for cell in cells if cell.cell_type == "code" and "setup" not in _tags(cell)]
    words = sum(_words(cell.source) for cell in cells if cell.cell_type == "markdown")
    assert 15 <= len(cells) <= 25
    assert words <= 900, words
    assert max(code) <= 15 and statistics.median(code) <= 5, sorted(code)


@notebook
def test_code_fits_the_page(path):
    """No line of code needs a horizontal scroll bar in JupyterLab at 1280 pixels, nor in Colab: at most 100 characters."""
    lines = [line for cell in _read(path).cells if cell.cell_type == "code" and "setup" not in _tags(cell)
             for line in cell.source.splitlines()]
    assert not [line for line in lines if len(line) > 100]


@lesson
def test_headings(path):
    """One H1, in the first cell; no level is skipped."""
    cells = [cell.source for cell in _read(path).cells if cell.cell_type == "markdown"]
    prose = [re.sub(r"```.*?```", "", source, flags=re.S) for source in cells]
    levels = [len(found) for source in prose for found in re.findall(r"^(#+) ", source, re.M)]
    assert levels[0] == 1 and levels.count(1) == 1 and prose[0].startswith("# ")
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))


@lesson
def test_parts(path):
    """Objectives, prerequisites, minutes, live cost, recall with folded answers, a deliberate failure, key points, colleague, next."""
    text = "\n\n".join(cell.source for cell in _read(path).cells)
    for part in ("**You will**", "**Before this**", "**Time**", "**Live cost**", "Recall", "<details><summary>Answer</summary>",
                 "Break it on purpose", "Before you run", "**Change it.**", "## Key points", "## What would you tell a colleague?",
                 "explain(", f"../exercises/{path.name}"):
        assert part in text, part
    assert text.count("<details><summary>Answer</summary>") >= 3
    following = [other.name for other in LESSONS if other.name > path.name][:1]
    assert all(f"({name})" in text for name in following)


@lesson
def test_words_that_say_nothing(path):
    """None of the filler words stands in a lesson, and no exclamation mark in its prose."""
    prose = "\n".join(cell.source for cell in _read(path).cells if cell.cell_type == "markdown").lower()
    assert not [word for word in SPOKEN if word in prose]
    assert not re.search(r"\w!(\s|$)", prose)


@lesson
def test_models_come_from_the_catalogue(path):
    """Code names no real model except in cells tagged `history`, and prose names the retired host only there."""
    for cell in _read(path).cells:
        if "history" in _tags(cell):
            continue
        assert RETIRED not in cell.source
        if cell.cell_type == "code" and "setup" not in _tags(cell):
            found = [name for name in REAL_MODEL.findall(cell.source) if name.strip("\"'") not in RESERVED]
            assert not found, found


@lesson
def test_saved_outputs(path):
    """Every cell was run, in order, without error or stderr output; at most one code cell in five is not compared."""
    code = [cell for cell in _read(path).cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    outputs = [output for cell in code for output in cell.outputs]
    assert not [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"]
    uncompared = [cell for cell in code if "nbval-ignore-output" in _tags(cell) or "NBVAL_IGNORE_OUTPUT" in cell.source]
    assert len(uncompared) <= len(code) / 5
    for cell in code:
        last = cell.source.strip().splitlines()[-1]
        assert cell.outputs or not last.startswith("print("), cell.source


@lesson
def test_figures_speak(path):
    """Each lesson shows a figure or a table; every picture in the outputs has alt text that says something."""
    pictures = []
    for cell in _read(path).cells:
        for output in cell.get("outputs", []):
            html = output.get("data", {}).get("text/html", "")
            pictures += re.findall(r"<img[^>]*>", html if isinstance(html, str) else "".join(html))
            if "image/png" in output.get("data", {}):
                assert "<img" in html, "a picture without an HTML twin has no alt text"
    for picture in pictures:
        alt = re.search(r'alt="([^"]*)"', picture)
        assert alt and len(alt[1]) > 40, picture[:200]


@notebook
def test_links_resolve(path):
    """Every relative link in a notebook leads to a file of the repository."""
    for cell in _read(path).cells:
        if cell.cell_type == "markdown":
            for target in re.findall(r"\]\((?!https?://|#|mailto:|attachment:)([^)\s]+)\)", cell.source):
                assert (path.parent / target.split("#")[0]).exists(), target


@notebook
def test_nothing_private(path):
    """No token-like string in any source, output, attachment or metadata; no widget state, no path of anybody's machine."""
    from tools.notebooks import tokens
    text = path.read_text("utf-8")
    assert tokens(json.loads(text)) == []
    assert "widgets" not in json.loads(text)["metadata"]
    assert not re.search(r"(?<![\w.])/(?:home|root|Users|work|farm)/", text)


def test_badges_are_up_to_date():
    """Badges and setup cells are those that `python -m tools.badges` writes."""
    from tools.badges import notebooks, rewritten
    assert not [path.name for path in notebooks() if rewritten(path, save=False)]


def test_exercises_are_generated():
    """The learners' notebooks are what `python -m tools.exercises` makes from the solutions."""
    from tools.exercises import EXERCISES, SOLUTIONS, made
    for path in SOLUTIONS.glob("*.ipynb"):
        assert (EXERCISES / path.name).read_text("utf-8") == made(path), path.name
    assert {path.name for path in EXERCISES.glob("*.ipynb")} == {path.name for path in SOLUTIONS.glob("*.ipynb")}


@lesson
def test_minutes_are_counted(path):
    """Header and README give the minutes that `python -m tools.minutes` counts."""
    from tools.minutes import counted
    minutes = counted(path)
    assert re.search(rf"\*\*Time\*\* (.*\b)?{minutes} (minutes )?with the exercise", _read(path).cells[0].source), minutes
    assert re.search(rf"\(notebooks/{path.name}\) \| {minutes} \|", (ROOT / "README.md").read_text("utf-8")), minutes


@pytest.mark.parametrize("path", ALL, ids=[path.relative_to(ROOT).as_posix() for path in ALL])
def test_money_is_no_formula(path):
    """A text cell has at most one dollar sign outside code: JupyterLab sets what stands between two of them as a formula."""
    texts = [re.sub(r"(?s)```.*?```|`[^`]*`|<code>.*?</code>", "", cell.source) for cell in _read(path).cells
             if cell.cell_type == "markdown"]
    assert [text for text in texts if text.count("$") > 1] == []
