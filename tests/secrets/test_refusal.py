"""A notebook with a token in it is refused: by the tests of the course, and by the tool that saves notebooks."""
from __future__ import annotations

import contextlib
import io
import json

import nbformat
import pytest

from helpers import CourseError, connect
from helpers._control import _encode
from tests import test_lessons
from tools import notebooks

from .places import CANARY, CORE, machine

PLACES = {
    "source": lambda cell, book: cell.update(source=f"client(token='{CANARY}')"),
    "source, after a line break": lambda cell, book: cell.update(source=f"x = '''\n{CANARY}'''"),
    "source, in a longer word": lambda cell, book: cell.update(source=f"x{CANARY}_y = 1"),
    "printed": lambda cell, book: cell.outputs.append(nbformat.v4.new_output("stream", text=f"a\tb{CANARY}\n")),
    "html": lambda cell, book: cell.outputs.append(nbformat.v4.new_output("display_data", {"text/html": f"<b>{CANARY}</b>"})),
    "error": lambda cell, book: cell.outputs.append(nbformat.v4.new_output("error", ename="E", evalue="", traceback=[CANARY])),
    "cell metadata": lambda cell, book: cell.metadata.update(mine={"deep": [1, {"token": CANARY}]}),
    "notebook metadata": lambda cell, book: book.metadata.update(mine=CANARY),
    "a name in metadata": lambda cell, book: book.metadata.update({CANARY: 1}),
    "attachment": lambda cell, book: cell.update(attachments={"a.txt": {"text/plain": CANARY}}),
}


def planted(place: str) -> nbformat.NotebookNode:
    cell = nbformat.v4.new_markdown_cell("a") if place == "attachment" else nbformat.v4.new_code_cell("a")
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1"), cell])
    PLACES[place](cell, book)
    return book


@pytest.mark.parametrize("place", PLACES)
def test_the_tests_refuse_it(tmp_path, place):
    """Wherever in a notebook the token stands, the rule that `course.py test` applies to every notebook fails."""
    (tmp_path / "a.ipynb").write_text(nbformat.writes(planted(place)), "utf-8")
    with pytest.raises(AssertionError):
        test_lessons.test_nothing_private(tmp_path / "a.ipynb")
    (tmp_path / "a.ipynb").write_text(nbformat.writes(planted(place)).replace(CANARY, "hf_****"), "utf-8")
    test_lessons.test_nothing_private(tmp_path / "a.ipynb")


@pytest.mark.parametrize("place", PLACES)
def test_the_tool_does_not_write_it(tmp_path, place):
    """`python -m tools.notebooks` says where the token stands, does not show it, and leaves the file as it was."""
    path = tmp_path / "a.ipynb"
    path.write_text("before")
    with pytest.raises(SystemExit) as refused:
        notebooks.write(planted(place), path)
    assert path.read_text() == "before" and CORE not in str(refused.value)
    assert "a.ipynb was not written" in str(refused.value) and "settings/tokens" in str(refused.value)


def test_the_tools_command_refuses(tmp_path):
    """The command itself ends with that sentence and exit code 1."""
    path = tmp_path / "a.py"
    path.write_text(f"# %%\nx = '{CANARY}'\n")
    (tmp_path / "m").mkdir()
    done = machine(tmp_path / "m").python("-m", "tools.notebooks", "from-text", path, tmp_path / "b.ipynb")
    assert done.returncode == 1 and "cells.0.source" in done.stderr and not (tmp_path / "b.ipynb").exists()


def test_nothing_typed_by_mistake_reaches_a_server():
    """Somebody who gives a token as name, join code or anything else that is told to a server gives it nobody."""
    assert CORE.encode() not in _encode({"name": CANARY, "code": CANARY})
    assert json.loads(_encode({"name": CANARY})) == {"name": "hf_****"}
    with contextlib.redirect_stdout(io.StringIO()), connect() as course:
        course.server.faults({"status": 503, "body": CANARY})
        with pytest.raises(CourseError) as refused:
            connect(course.server.url + "/nothing", join_code=CANARY, name=CANARY)
    assert CORE not in str(refused.value)
