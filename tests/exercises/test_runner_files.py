"""Which notebooks `course.py check` takes, and what it leaves alone."""

from __future__ import annotations

import nbformat
import pytest

from helpers.checks import __main__ as command
from helpers.checks import _select, state
from tests.exercises.learner import FIRST, GOOD, SEVERAL, STUBBED, notebook, put

pytestmark = pytest.mark.usefixtures("own_progress")


def test_renamed_file_is_found(tmp_path):
    """A notebook under another name is found by its answer cells, and that is said; the right name wins."""
    copy = put(tmp_path, "my answers (1).ipynb", notebook(GOOD))
    put(tmp_path, "something else.ipynb", nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")]))
    put(tmp_path, "broken.ipynb", "{")
    [job] = _select.jobs(["00"], tmp_path)
    assert (job.path, job.remark) == (
        copy,
        "there is no 00_start_here.ipynb; my answers (1).ipynb was checked instead.",
    )
    right = put(tmp_path, FIRST.name, notebook(STUBBED))
    [job] = _select.jobs(["0"], tmp_path)
    assert (job.path, job.remark) == (right, "my answers (1).ipynb holds answers to lesson 00 too; it was not checked.")


def test_missing_and_unreadable_files_do_not_stop_the_others(tmp_path, capsys):
    """A missing file and a folder in a file's place get their line; the other lessons are checked."""
    put(tmp_path, FIRST.name, notebook(STUBBED))
    (tmp_path / SEVERAL.name).mkdir()
    assert command.main(["00", "01", "02", "--folder", str(tmp_path)]) == 1
    out = capsys.readouterr().out
    assert "00.1  · not yet attempted: mask_token\n" in out
    assert (
        "01    ? not checked: 01_inference_client.ipynb is missing. Write a fresh copy: course.py check --fresh 01\n"
        in out
    )
    assert "02    ? not checked: 02_openai_compatible_chat.ipynb cannot be read (Is a directory)" in out
    assert "9 exercises: 0 passed, 1 not yet attempted, 8 not checked" in out


def test_single_exercises_can_be_asked_for(tmp_path, capsys):
    """`check 02.3` reports that exercise only; a notebook can be named by its path."""
    put(tmp_path, SEVERAL.name, notebook({}, SEVERAL))
    put(tmp_path, "other.ipynb", notebook(STUBBED))
    command.main(["2.3", "02.1", str(tmp_path / "other.ipynb"), "--folder", str(tmp_path)])
    assert [line[:4] for line in capsys.readouterr().out.splitlines()] == ["02.1", "02.3", "00.1", "", "3 ex"]


@pytest.mark.parametrize(
    "words, problem",
    [
        (["99"], "There is no exercise notebook '99'. There are 00, "),
        (["four"], "There is no exercise notebook 'four'."),
        (["02.9"], "There is no exercise 02.9. Lesson 02 has 02.1, "),
        (["nowhere.ipynb"], "nowhere.ipynb holds no answers"),
        (["--folder", "no/such"], "There is no folder no/such."),
    ],
)
def test_unknown_words_are_one_sentence(words, problem, capsys):
    """What cannot be understood ends in one sentence and exit code 2."""
    assert command.main(words) == 2
    shown = capsys.readouterr()
    assert shown.err.startswith(f"course.py check: {problem}") and not shown.out


def test_fresh_copy_never_overwrites(tmp_path, capsys):
    """--fresh writes the shipped notebook under a free name."""
    mine = put(tmp_path, FIRST.name, notebook(GOOD))
    before = mine.read_bytes()
    for _ in range(3):
        assert command.main(["--fresh", "00", "--folder", str(tmp_path)]) == 0
    assert mine.read_bytes() == before
    assert sorted(path.name for path in tmp_path.glob("*.ipynb")) == [
        FIRST.name,
        "00_start_here_fresh.ipynb",
        "00_start_here_fresh_2.ipynb",
        "00_start_here_fresh_3.ipynb",
    ]
    assert (tmp_path / "00_start_here_fresh_3.ipynb").read_bytes() == FIRST.read_bytes()


def test_progress_shows_what_the_command_found(tmp_path, monkeypatch, capsys):
    """In the default folder the verdicts go to the learner's own progress; with --folder they do not."""
    state.note("00.1", "passed", "in the notebook, before it was emptied")
    put(tmp_path, FIRST.name, notebook(STUBBED))
    monkeypatch.chdir(tmp_path)
    command.main(["00", "--folder", "."])
    assert state.load()["00.1"]["state"] == "passed"
    command.main(["00"])
    assert state.load()["00.1"]["state"] == "not yet attempted"
    command.main(["01"])
    assert set(state.load()) == {"00.1"}
