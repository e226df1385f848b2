"""Fill the badge line and the setup cell of every notebook from pyproject.toml.

    python -m tools.badges                      rewrite all notebooks
    python -m tools.badges --check              exit code 1 when a notebook differs
    python -m tools.badges --repository URL     a fork: change the address in pyproject.toml and rewrite all notebooks

The address of the repository and the tag that Colab installs (`v` + version) come from pyproject.toml and nowhere else.
"""
from __future__ import annotations

import argparse
import re
import sys
import tomllib
from pathlib import Path

import nbformat

from tools.notebooks import write

ROOT = Path(__file__).resolve().parent.parent
PROJECT = ROOT / "pyproject.toml"
ADDRESS = re.compile(r'^Repository = "(https://github\.com/[\w.-]+/[\w.-]+)"$', re.MULTILINE)
SHIPPED = "helpers/checks/shipped"  # copies of exercises/*.ipynb, byte for byte
BADGES = re.compile(r"<!-- badges -->.*?<!-- /badges -->", re.DOTALL)


def main(argv: list[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.badges")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--repository", help="https://github.com/OWNER/NAME")
    args = parser.parse_args(argv)
    if args.repository:
        move(args.repository.rstrip("/"))
    different = [path for path in notebooks() if rewritten(path, save=not args.check)]
    for path in different:
        print(f"{path.relative_to(ROOT)}: {'differs; run python -m tools.badges' if args.check else 'rewritten'}")
    return int(bool(different) and args.check)


def notebooks() -> list[Path]:
    """All notebooks of the course, with the copies of the exercises that the package carries."""
    folders = ("notebooks", "exercises", "exercises/solutions", SHIPPED)
    return sorted(path for folder in folders for path in (ROOT / folder).glob("*.ipynb"))


def repository() -> tuple[str, str]:
    """The repository's address and the tag that is installed in Colab."""
    text = PROJECT.read_text("utf-8")
    return ADDRESS.search(text)[1], "v" + tomllib.loads(text)["project"]["version"]


def move(address: str) -> None:
    """Write another repository address into pyproject.toml."""
    line = f'Repository = "{address}"'
    if not ADDRESS.fullmatch(line):
        sys.exit(f"{address!r} is not the address of a GitHub repository. Use https://github.com/OWNER/NAME.")
    PROJECT.write_text(ADDRESS.sub(line, PROJECT.read_text("utf-8")), "utf-8")


def badge_line(path: Path) -> str:
    """Text links, not pictures: a picture would ask the network, and say nothing to a screen reader without it.

    The markers stand on lines of their own: Markdown reads the rest of a comment's line as HTML.
    """
    address, tag = repository()
    owner_name, place = address.removeprefix("https://github.com/"), path.relative_to(ROOT).as_posix()
    links = [f"[Open in Colab](https://colab.research.google.com/github/{owner_name}/blob/{tag}/{place})",
             f"[Open in Binder](https://mybinder.org/v2/gh/{owner_name}/{tag}?urlpath=lab/tree/{place})"]
    if path.parent.name == "notebooks":
        links.append(f"[Exercise](../exercises/{path.name})")
    else:
        links.append(f"[Lesson]({'../' * (len(path.relative_to(ROOT).parts) - 1)}notebooks/{path.name})")
    return f"<!-- badges -->\n{' · '.join(links)}\n<!-- /badges -->"


def setup_source() -> str:
    """The setup cell: in Colab it installs the course's helpers, once; elsewhere it does nothing."""
    address, tag = repository()
    return "\n".join([
        "# setup: in Colab this installs the course's helpers; elsewhere it does nothing",
        "import importlib.util, sys",
        'if "google.colab" in sys.modules and importlib.util.find_spec("helpers") is None:',
        f'    %pip install -q "git+{address}@{tag}"'])


def fill(notebook: nbformat.NotebookNode, path: Path) -> nbformat.NotebookNode:
    """Write badges and setup cell of a notebook that stands, or will stand, at `path`."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = BADGES.sub(lambda _: badge_line(path), cell.source)
        elif "setup" in cell.metadata.get("tags", []):
            cell.source = setup_source()
    return notebook


def rewritten(path: Path, *, save: bool) -> bool:
    """Bring one notebook up to date; True when it was not."""
    notebook = nbformat.read(path, as_version=4)
    before = nbformat.writes(notebook)
    shipped = path.parent == ROOT / SHIPPED
    changed = nbformat.writes(fill(notebook, ROOT / "exercises" / path.name if shipped else path)) != before
    if changed and save:
        write(notebook, path)
    return changed


if __name__ == "__main__":
    sys.exit(main())
