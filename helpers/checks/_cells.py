"""Notebooks as lists of cells: read leniently from any notebook format, never written back."""
from __future__ import annotations

import ast
import builtins
import json
import re
import symtable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import CourseError

MARK = re.compile(r"#+\s*exercise\s+(\d{1,2})\.(\d+)\b", re.IGNORECASE)
SKIP = re.compile(r"^\s*#+\s*NBVAL_SKIP\s*$", re.MULTILINE)
CHECK = re.compile(r"^check\(\s*[\"'](\d\d\.\d+)[\"']\s*,")


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One code cell, without its outputs."""

    source: str
    tags: tuple[str, ...] = ()

    @property
    def answers(self) -> str | None:
        """The exercise that this cell answers: its first line is `# exercise 04.2` (magics and comments may stand above)."""
        for line in map(str.strip, self.source.splitlines()):
            if found := MARK.match(line):
                return f"{int(found[1]):02d}.{found[2]}"
            if line and not line.startswith(("#", "%%")):
                return None
        return None

    @property
    def checks(self) -> str | None:
        """The exercise that this cell checks."""
        found = CHECK.match(self.source.strip())
        return found[1] if found else None

    @property
    def skipped(self) -> bool:
        """Whether nbval is told to leave this cell out."""
        return bool(SKIP.search(self.source)) or "nbval-skip" in self.tags


def read(path: Path) -> list[Cell]:
    """The code cells of a notebook of any format (nbformat 1 to 4, with or without cell ids, also as Colab saves it).

    Raises CourseError, with the reason and a next step, when it cannot be read or is no notebook.
    """
    try:
        document = json.loads(path.read_bytes())
    except OSError as exc:
        raise CourseError(f"{path.name} cannot be read ({exc.strerror or exc}).", "Look at its permissions.") from None
    except (ValueError, RecursionError) as exc:
        at = f" (line {exc.lineno})" if isinstance(exc, json.JSONDecodeError) else ""
        raise CourseError(f"{path.name} is not a notebook: it is not JSON{at}.", FRESH) from None
    cells = _cells(document)
    if cells is None:
        raise CourseError(f"{path.name} is not a notebook: it has no list of cells.", FRESH)
    return [Cell(source=_source(cell), tags=_tags(cell)) for cell in cells
            if isinstance(cell, dict) and cell.get("cell_type") == "code"]


FRESH = "Restore it, or write a fresh copy beside it with --fresh."


def _cells(document: Any) -> list | None:
    if not isinstance(document, dict):
        return None
    if isinstance(sheets := document.get("worksheets"), list):  # nbformat 2 and 3
        lists = [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)]
        return [cell for cells in lists if isinstance(cells, list) for cell in cells]
    return document["cells"] if isinstance(document.get("cells"), list) else None


def _source(cell: dict) -> str:
    found = next((cell[key] for key in ("source", "input", "code") if key in cell), "")  # formats 4; 2 and 3; 1
    if isinstance(found, list):
        found = "".join(line for line in found if isinstance(line, str))
    return found.replace("\r\n", "\n") if isinstance(found, str) else ""


def _tags(cell: dict) -> tuple[str, ...]:
    metadata = cell.get("metadata")
    tags = metadata.get("tags") if isinstance(metadata, dict) else None
    return tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else ()


def is_empty(source: str) -> bool:
    """Whether a cell has no code: comments, strings, `pass` and `...` are none."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError):
        return False
    return all(isinstance(step, ast.Pass) or isinstance(step, ast.Expr) and isinstance(step.value, ast.Constant) for step in body)


def bound(source: str) -> set[str]:
    """The names that a cell defines: assigned, imported, or a def or class. Empty when it is not Python."""
    table = _table(source)
    return {symbol.get_name() for symbol in table.get_symbols()
            if symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()} if table else set()


def wanted(source: str) -> set[str]:
    """The global names that a cell uses, neither its own nor Python's builtins. Empty when it is not Python."""
    table = _table(source)
    return _globals(table) - bound(source) - set(dir(builtins)) if table else set()


def _globals(table: symtable.SymbolTable) -> set[str]:
    top = table.get_type() == "module"
    used = {symbol.get_name() for symbol in table.get_symbols()
            if symbol.is_referenced() and (top or symbol.is_global())}
    return used.union(*(_globals(child) for child in table.get_children()))


def _table(source: str) -> symtable.SymbolTable | None:
    plain = re.sub(r"^(\s*)[%!].*$", r"\1pass", source, flags=re.MULTILINE)  # IPython's own lines
    try:
        return symtable.symtable(plain, "cell", "exec")
    except (SyntaxError, ValueError):
        return None
