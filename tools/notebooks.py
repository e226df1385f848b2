"""Run and normalise notebooks, and turn them into a text form for editing and back.

    python -m tools.notebooks run [PATH ...]       execute in practice mode and save, normalised (default: all lessons)
    python -m tools.notebooks normalise [PATH ...] normalise only
    python -m tools.notebooks to-text NB FILE.py   write the percent form (`# %%` cells) for editing
    python -m tools.notebooks from-text FILE.py NB write a notebook from the percent form (without outputs)
"""
from __future__ import annotations

import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat

from helpers._secrets import SHAPE, mask

ROOT = Path(__file__).resolve().parent.parent
CELL = re.compile(r"^# %%(?P<kind> \[markdown\])?(?: tags=(?P<tags>\S+))?\s*$")
METADATA = {"kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
            "language_info": {"name": "python"}}
# What differs from machine to machine and must not be stored.
VARYING = ((re.compile(r"http://127\.0\.0\.1:\d+"), "http://127.0.0.1:PORT"),
           (re.compile(r"\b0x[0-9a-f]{6,}\b"), "0x..."))


def main(argv: list[str]) -> int:
    """Command line; returns the exit code."""
    if argv[:1] == ["to-text"] and len(argv) == 3:
        Path(argv[2]).write_text(to_text(nbformat.read(argv[1], as_version=4)), "utf-8")
    elif argv[:1] == ["from-text"] and len(argv) == 3:
        write(normalise(from_text(Path(argv[1]).read_text("utf-8"))), Path(argv[2]))
    elif argv[:1] in (["run"], ["normalise"]):
        for path in [Path(name) for name in argv[1:]] or sorted((ROOT / "notebooks").glob("*.ipynb")):
            notebook = nbformat.read(path, as_version=4)
            write(normalise(execute(notebook) if argv[0] == "run" else notebook), path)
            print(path.name)
    else:
        print(__doc__)
        return 2
    return 0


def execute(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Run all cells in a fresh kernel, with no token and an empty HF_HOME; raises CellExecutionError at the first error."""
    from nbclient import NotebookClient
    with tempfile.TemporaryDirectory() as folder:
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "OPENAI_"))}
        env = {**kept, "HF_HOME": folder, "PYTHONPATH": str(ROOT), "COURSE_QUIET": "1"}
        NotebookClient(notebook, timeout=120, kernel_name="python3",
                       resources={"metadata": {"path": str(ROOT / "notebooks")}}).execute(env=env)
    return notebook


def normalise(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Fixed cell ids and execution counts, joined streams; no widget state, no timings, no addresses."""
    notebook.metadata = nbformat.from_dict(METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    count = 0
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number:02d}"
        cell.metadata = nbformat.from_dict({"tags": cell.metadata["tags"]} if cell.metadata.get("tags") else {})
        if cell.cell_type == "code":
            ran = cell.execution_count is not None or bool(cell.outputs)
            count += ran
            cell.execution_count = count if ran else None
            cell.outputs = [_normal_output(output, count) for output in _joined(cell.outputs)]
    return notebook


def _joined(outputs: list) -> list:
    """Consecutive pieces of one stream as one output: where the kernel cuts them is chance."""
    result: list = []
    for output in outputs:
        if result and output.output_type == "stream" and result[-1].output_type == "stream" and result[-1].name == output.name:
            result[-1].text += output.text
        else:
            result.append(output)
    return result


def _normal_output(output: nbformat.NotebookNode, count: int) -> nbformat.NotebookNode:
    if output.output_type == "execute_result":
        output.execution_count = count
    if "text" in output:
        output.text = _steady(output.text)
    data = output.get("data", {})
    data.pop("application/vnd.jupyter.widget-view+json", None)
    for kind in ("text/plain", "text/html", "text/markdown"):
        if kind in data:
            data[kind] = _steady(data[kind])
    return output


def _steady(text: str) -> str:
    for pattern, instead in VARYING:
        text = pattern.sub(instead, text)
    return text


def write(notebook: nbformat.NotebookNode, path: Path) -> None:
    """Validate and write; the same notebook always gives the same bytes. A notebook with a token in it is not written."""
    if found := tokens(notebook):
        raise SystemExit(f"{path.name} was not written: something like an access token stands in {', '.join(found)}. "
                         "Take it out, and make a new one at huggingface.co/settings/tokens if it was real.")
    nbformat.validate(notebook)
    path.write_text(nbformat.writes(notebook) + "\n", "utf-8")


def tokens(thing: Any, where: str = "") -> list[str]:
    """Where in a notebook (or any JSON) something of an access token's shape stands, names of fields included."""
    if isinstance(thing, dict):
        return [place for key, value in thing.items() for place in [*tokens(key, where), *tokens(value, f"{where}.{mask(key)}")]]
    if isinstance(thing, list) and not all(isinstance(part, str) for part in thing):
        return [place for number, value in enumerate(thing) for place in tokens(value, f"{where}.{number}")]
    text = "".join(thing) if isinstance(thing, list) else str(thing)
    return [where.lstrip(".")] if SHAPE.search(text) else []


def from_text(text: str) -> nbformat.NotebookNode:
    """A notebook (no outputs) from the percent form: `# %% [markdown]` cells hold `# `-prefixed lines, `# %% tags=a,b` sets tags."""
    cells: list = []
    for line in text.splitlines():
        if found := CELL.match(line):
            make = nbformat.v4.new_markdown_cell if found["kind"] else nbformat.v4.new_code_cell
            cells.append((make(), []))
            if found["tags"]:
                cells[-1][0].metadata["tags"] = found["tags"].split(",")
        elif cells:
            cells[-1][1].append(line)
    for cell, lines in cells:
        if cell.cell_type == "markdown":
            lines = [re.sub(r"^# ?", "", line) for line in lines]
        cell.source = "\n".join(lines).strip("\n")
    return nbformat.v4.new_notebook(cells=[cell for cell, _ in cells])


def to_text(notebook: nbformat.NotebookNode) -> str:
    """The percent form of a notebook; outputs are left out."""
    parts = []
    for cell in notebook.cells:
        tags = f" tags={','.join(cell.metadata['tags'])}" if cell.metadata.get("tags") else ""
        markdown = cell.cell_type == "markdown"
        lines = [f"# {line}".rstrip() if markdown else line for line in cell.source.splitlines()]
        parts.append("\n".join([f"# %%{' [markdown]' if markdown else ''}{tags}", *lines]))
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
