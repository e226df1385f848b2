"""What a learner meets in Colab once the setup cell has run: secrets, and exercises with nothing but the package."""
from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from helpers.checks import _cells
from tests.colab.conftest import errors, text

ROOT = Path(__file__).resolve().parents[2]
EXERCISES = sorted((ROOT / "exercises").glob("*.ipynb"))
LIVE = 'from helpers import connect\ncourse = connect("live")\nprint(course.mode)'
PRACTICE = ('from helpers import connect\nfrom huggingface_hub import InferenceClient\nimport os\ncourse = connect()\n'
            'InferenceClient(token=course.token, timeout=30).chat_completion([{"role": "user", "content": "Hello"}], '
            'model=course.models.chat, max_tokens=8)\nprint(course.token.startswith("hf_practice"))')
FAILING = ('from helpers import RetryPolicy, call_with_retry, connect\nfrom huggingface_hub import InferenceClient\ncourse = connect()\n'
           'course.server.faults("500*2")\nask = InferenceClient(token=course.token, timeout=30).chat_completion\n'
           'call_with_retry(ask, [{"role": "user", "content": "Hello"}], model=course.models.chat,\n'
           '                policy=RetryPolicy(max_attempts=2, backoff_base=0.01))')
SECRET = "hf_" + "q" * 34  # of a token's shape, and nobody's


def answered(path: Path) -> nbformat.NotebookNode:
    """The learner's notebook with the answers of its solution typed in."""
    solutions = {cell.answers: cell.source for cell in _cells.read(ROOT / "exercises" / "solutions" / path.name) if cell.answers}
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        id = _cells.Cell(source=cell.source).answers if cell.cell_type == "code" else None
        cell.source = solutions.get(id, cell.source)
    return notebook


def test_an_error_shows_its_attempts(colab):
    """Colab's IPython leaves the notes of an error out of its traceback; the course puts them there."""
    [cell] = colab.cells(FAILING)
    assert "HfHubHTTPError" in text(cell) and text(cell).count("2 attempts in ") == 1


@pytest.mark.parametrize("secret", ["missing", "refused", "silent"])
def test_without_the_secret(colab, secret):
    """Live mode without the secret, or when the learner refuses it, ends in the course's own sentence with a next step."""
    [cell] = colab.cells(LIVE, COURSE_COLAB_SECRET=secret)
    [problem] = [output for output in cell.outputs if output.output_type == "error"]
    assert problem.ename == "CourseError"
    assert problem.evalue.startswith("Live mode found no token in HF_TOKEN, in a saved login or in Colab's secrets. Make one at ")


def test_with_the_secret(colab):
    """With the secret there, live mode is on, and the secret is shown nowhere."""
    cells = colab.cells(LIVE, "course", COURSE_COLAB_SECRET=SECRET)
    assert text(cells[0]).startswith("Live mode") and text(cells[0]).endswith("live\n")
    assert SECRET not in (colab.folder / "work.ipynb").read_text("utf-8")


def test_practice_mode_asks_the_vault_nothing(colab):
    """Practice mode works with the secret there and does not read it: no question to the vault, no window for the learner."""
    asked = colab.folder / "asked.txt"
    [cell] = colab.cells(PRACTICE, COURSE_COLAB_SECRET=SECRET, COURSE_COLAB_READS=str(asked))
    assert text(cell).endswith("True\n"), text(cell)
    assert not asked.exists()


@pytest.mark.parametrize("path", [EXERCISES[0], EXERCISES[4]], ids=lambda path: path.stem)
def test_an_exercise_alone_in_a_folder(colab, path):
    """An untouched exercise fails at its checks only, kindly; with the answers typed in, every check passes."""
    stub = colab.run(nbformat.read(path, as_version=4), path.name)
    checks = [cell for cell in _cells.read(path) if cell.checks]
    problems = errors(stub)
    assert len(problems) == len(checks) and all(text.startswith("NotAttempted: ") for text in problems), problems
    done = colab.run(answered(path), path.name)
    assert not errors(done)
    said = "".join(text(cell) for cell in done.cells if cell.cell_type == "code")
    assert all(f"{cell.checks} passed: " in said for cell in checks)


def test_hint_and_progress(colab):
    """A hint is text and the progress card is shown, from the package alone."""
    cells = colab.cells('from helpers import hint, progress\nhint("00.1")', "progress()")
    assert len(text(cells[0])) > 20
    assert any("text/html" in output.get("data", {}) for output in cells[1].outputs)


def test_command_checks_all_answers(colab):
    """`python -m helpers.checks` on a folder of answered notebooks passes every exercise, from the package alone."""
    for path in EXERCISES:
        nbformat.write(answered(path), colab.folder / path.name)
    done = colab.python("-m", "helpers.checks", "--folder", ".")
    assert done.returncode == 0, done.stdout + done.stderr


def test_command_on_untouched_notebooks(colab):
    """Untouched notebooks are 'not yet attempted', and the command says so with exit code 1."""
    for path in EXERCISES:
        (colab.folder / path.name).write_bytes(path.read_bytes())
    done = colab.python("-m", "helpers.checks", "--folder", ".")
    assert done.returncode == 1
    assert "not yet attempted" in done.stdout and "passed:" not in done.stdout and "wrong" not in done.stdout
