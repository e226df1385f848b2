"""The repository's address and tag live in pyproject.toml; one command carries a fork's address into every notebook."""
from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from tools.badges import SHIPPED, repository

ROOT = Path(__file__).resolve().parent.parent
FORK = "https://github.com/somebody.else/course-2_b"
PARTS = ("pyproject.toml", "notebooks", "exercises", "tools", SHIPPED)
BRANCH = re.compile(r"(?:blob|tree|raw|refs/heads|heads)/(?:main|master)\b|@(?:main|master)\b")


@pytest.fixture
def copy(tmp_path):
    """A copy of everything the command touches."""
    for name in PARTS:
        source, target = ROOT / name, tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "data", ".ipynb_checkpoints"))
        else:
            shutil.copy(source, target)
    return tmp_path


def badges(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "tools.badges", *arguments], cwd=folder, capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": str(folder)})


def notebooks(folder: Path) -> list[Path]:
    """The notebooks that a learner opens, and the copies of the exercises in the package."""
    return sorted([*folder.glob("notebooks/*.ipynb"), *folder.glob("exercises/**/*.ipynb"), *folder.glob(f"{SHIPPED}/*.ipynb")])


def texts(path: Path) -> tuple[str, str]:
    """A notebook's badge line and its setup cell; there is one of each."""
    cells = nbformat.read(path, as_version=4).cells
    prose = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    [badge] = re.findall("(?s)<!-- badges -->.*?<!-- /badges -->", prose)
    [setup] = [cell.source for cell in cells if cell.cell_type == "code" and "setup" in cell.metadata.get("tags", [])]
    return badge, setup


def own_name() -> str:
    return repository()[0].removeprefix("https://github.com/")


def test_fork_rewrites_every_notebook(copy):
    """After the command every badge and setup cell has the fork's address and the tag, and the old address is nowhere in them."""
    tag = repository()[1]
    done = badges(copy, "--repository", FORK + "/")
    assert done.returncode == 0, done.stderr
    assert len(notebooks(copy)) == done.stdout.count("rewritten") >= 36
    for path in notebooks(copy):
        badge, setup = texts(path)
        place = path.relative_to(copy).as_posix().replace(SHIPPED, "exercises")
        assert f"https://colab.research.google.com/github/somebody.else/course-2_b/blob/{tag}/{place})" in badge
        assert f"https://mybinder.org/v2/gh/somebody.else/course-2_b/{tag}?urlpath=lab/tree/{place})" in badge
        assert f'%pip install -q "git+{FORK}@{tag}"' in setup
        assert own_name() not in path.read_text("utf-8")
    assert own_name() not in (copy / "pyproject.toml").read_text("utf-8")


def test_fork_is_then_up_to_date(copy):
    """A second run has nothing to do, `--check` agrees, and the exercises are still those that the solutions give."""
    assert badges(copy, "--check").returncode == 0
    badges(copy, "--repository", FORK)
    assert badges(copy).stdout == ""
    assert badges(copy, "--check").returncode == 0
    generated = subprocess.run([sys.executable, "-m", "tools.exercises", "--check"], cwd=copy, capture_output=True, text=True,
                               env={**os.environ, "PYTHONPATH": str(copy)})
    assert generated.returncode == 0, generated.stdout


def test_exercises_and_their_copies_are_made_by_one_command(copy):
    """`tools.exercises` makes again what was edited or lost, here and in the package; `--check` names it, writes nothing."""
    edited, lost = copy / "exercises" / "04_embeddings_and_search.ipynb", copy / SHIPPED / "07_rate_limits_and_retries.ipynb"
    before = {path: path.read_bytes() for path in (edited, lost)}
    edited.write_bytes(before[edited].replace(b"raise NotImplementedError", b"pass"))
    lost.unlink()
    run = [sys.executable, "-m", "tools.exercises"]
    where = {"cwd": copy, "capture_output": True, "text": True, "env": {**os.environ, "PYTHONPATH": str(copy)}}
    checked = subprocess.run([*run, "--check"], **where)
    assert checked.returncode == 1 and not lost.exists()
    assert [line.split(":")[0] for line in checked.stdout.splitlines()] == [path.relative_to(copy).as_posix() for path in before]
    assert subprocess.run(run, **where).returncode == 0
    assert {path: path.read_bytes() for path in before} == before
    assert subprocess.run([*run, "--check"], **where).stdout == ""


def test_outputs_and_the_rest_stay(copy):
    """Only badge lines and setup cells change: other cells and all outputs are what they were."""
    before = {path: nbformat.read(path, as_version=4) for path in notebooks(copy)}
    badges(copy, "--repository", FORK)
    for path, old in before.items():
        new = nbformat.read(path, as_version=4)
        changed = [number for number, (a, b) in enumerate(zip(old.cells, new.cells, strict=True)) if a != b]
        assert len(changed) == 2 and old.metadata == new.metadata, (path.name, changed)


def test_check_finds_a_notebook_that_differs(copy):
    """`--check` names a notebook whose badge was edited by hand, and changes nothing."""
    path = notebooks(copy)[0]
    path.write_text(path.read_text("utf-8").replace("/blob/v", "/blob/x"), "utf-8")
    edited = path.read_text("utf-8")
    done = badges(copy, "--check")
    assert done.returncode == 1 and path.name in done.stdout and path.read_text("utf-8") == edited


@pytest.mark.parametrize("address", ["somebody/course", "https://example.org/a/b", "https://github.com/a",
                                     'https://github.com/a/b"\nx = "1'])
def test_other_addresses_are_refused(copy, address):
    """What is no GitHub repository is refused in one sentence, and no file changes."""
    before = (copy / "pyproject.toml").read_text("utf-8")
    done = badges(copy, "--repository", address)
    assert done.returncode == 1 and "Use https://github.com/OWNER/NAME." in done.stderr
    assert (copy / "pyproject.toml").read_text("utf-8") == before


def test_a_new_version_moves_the_tag(copy):
    """The tag follows the version in pyproject.toml, so a release changes one line and runs one command."""
    project = copy / "pyproject.toml"
    project.write_text(re.sub(r'^version = ".*"$', 'version = "7.8.9"', project.read_text("utf-8"), flags=re.M), "utf-8")
    badges(copy)
    assert all("@v7.8.9\"" in texts(path)[1] and "/blob/v7.8.9/" in texts(path)[0] for path in notebooks(copy))


# --- no second copy -------------------------------------------------------------------------------

def tracked() -> dict[str, str]:
    """The repository's text files by path; without git, nothing can be said."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        pytest.skip("this is no git checkout, so it cannot be told which files belong to the repository")
    found = {}
    for name in filter(None, done.stdout.split("\0")):
        data = (ROOT / name).read_bytes() if (ROOT / name).is_file() else b"\0"
        if b"\0" not in data:
            found[name] = data.decode("utf-8", "replace")
    return found


def test_the_address_stands_in_one_place():
    """pyproject.toml has the address once; besides, only the lines in notebooks that the command writes have it."""
    name = own_name()
    with_it = {path: text.count(name) for path, text in tracked().items() if name in text}
    assert with_it.pop("pyproject.toml") == 1
    assert set(with_it) == {path for path in tracked() if path.endswith(".ipynb")}
    assert set(with_it.values()) == {3}, "two badges and one setup cell"


def test_no_link_names_a_branch():
    """No file names the repository's branch; only the trigger of the tests does, in GitHub's own syntax."""
    assert not [path for path, text in tracked().items() if BRANCH.search(text)]
    triggers = [path for path, text in tracked().items() if path.startswith(".github") and "branches:" in text]
    assert triggers == [".github/workflows/tests.yml"]


def test_the_tag_follows_the_version():
    """No file but pyproject.toml and the notebooks has the tag that Colab installs."""
    tag = re.compile(rf"(?:@|blob/|tree/){re.escape(repository()[1])}\b")
    assert not [path for path, text in tracked().items() if tag.search(text) and not path.endswith(".ipynb")]
