"""A heatmap in one hue with its numbers in the cells."""
from __future__ import annotations

from collections.abc import Sequence
from string import ascii_uppercase
from textwrap import wrap

import numpy as np
from matplotlib.axes import Axes

from ..plotting import FAINT, INK, ONE_HUE

MOST = 12  # rows or columns whose numbers still fit


def heat(ax: Axes, matrix: np.ndarray, rows: Sequence[str], columns: Sequence[str], *, top: float, form: str,
         boxed: Sequence[tuple[int, int]] = (), diagonal: bool = True) -> None:
    """Draw `matrix` from white (0) to dark blue (`top`), each number written with `form`; `boxed` cells get a frame.

    Without `diagonal` the cells of a text with itself stay grey and empty."""
    matrix = np.where(np.eye(*matrix.shape, dtype=bool) & (not diagonal), np.nan, matrix)
    ax.set_facecolor(FAINT)
    ax.imshow(np.clip(matrix, 0, top), cmap=ONE_HUE, vmin=0, vmax=top, aspect="auto", interpolation="nearest")
    for (i, j), value in np.ndenumerate(matrix):
        if np.isnan(value):
            continue
        red, green, blue, _ = ONE_HUE(min(max(value / top, 0), 1))
        dark = 0.2126 * red ** 2.2 + 0.7152 * green ** 2.2 + 0.0722 * blue ** 2.2 < 0.18
        said = form.format(value)
        ax.text(j, i, said if float(said) else said.lstrip("-"), ha="center", va="center", color="white" if dark else INK)
    for i, j in boxed:
        ax.add_patch(_frame(i, j))
    ax.set_xticks(range(len(columns)), columns)
    ax.set_yticks(range(len(rows)), rows)
    ax.tick_params(length=0, top=False, labeltop=True, bottom=False, labelbottom=False)
    ax.spines[:].set_visible(False)
    ax.set_xticks(np.arange(len(columns) + 1) - 0.5, minor=True)
    ax.set_yticks(np.arange(len(rows) + 1) - 0.5, minor=True)
    ax.grid(which="minor", color="white", linewidth=1.5)
    ax.tick_params(which="minor", length=0)


def lettered(labels: Sequence[str]) -> tuple[list[str], list[str]]:
    """Names for rows ("A  cancel my plan") and short ones for columns ("A")."""
    letters = list(ascii_uppercase[: len(labels)])
    return [f"{label}  {letter}" for letter, label in zip(letters, labels, strict=True)], letters


def wrapped(labels: Sequence[str], width: int) -> list[str] | None:
    """Labels broken to `width` characters a line, or None when a word does not fit."""
    lines = [wrap(label.replace("_", " "), width, break_long_words=False) for label in labels]
    fits = all(len(line) <= width for label in lines for line in label)
    return ["\n".join(label) for label in lines] if fits else None


def square(matrix: object, labels: Sequence[str], name: str) -> np.ndarray:
    """`matrix` as an (n, n) array for n labels; raises ValueError when it does not fit or is too large to read."""
    array = np.asarray(matrix, dtype=float)
    if array.shape != (len(labels), len(labels)):
        raise ValueError(f"`{name}` has shape {array.shape}, but there are {len(labels)} labels. Pass one row per label.")
    if len(labels) > MOST:
        raise ValueError(f"{len(labels)} labels leave no room for the numbers. Pass at most {MOST}.")
    return array


def _frame(i: int, j: int) -> object:
    from matplotlib.patches import Rectangle
    return Rectangle((j - 0.47, i - 0.47), 0.94, 0.94, fill=False, edgecolor="#D55E00", linewidth=2.5, zorder=5)
