"""Pictures made by the image model, side by side."""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from ..plotting import FAINT, Card, figure
from ..tables import Table, cut, table

PAINTED = "practice: painted by the practice image model while this cell ran"


def image_grid(images: Sequence[Any], row_labels: Sequence[str], col_labels: Sequence[str], *, title: str,
               prompt: str = "", alt: str | None = None, source: str = PAINTED) -> Card:
    """A grid of pictures with named rows and columns.

    images: PIL images or arrays, as rows of columns or as one flat list read row by row. prompt: what was asked for,
    used in the alt text. alt: what is seen; by default the grid's rows, columns and prompt.
    Raises ValueError when the number of pictures does not fit the labels.
    """
    grid = _rows(images, len(row_labels), len(col_labels))
    wide = 6.4 / len(col_labels)
    tall = wide * _shape(grid[0][0])
    asked = f" Prompt: “{prompt}”." if prompt else ""
    return figure(
        lambda axes: _draw(axes, grid, row_labels, col_labels), title=title, photo=True, nrows=len(row_labels),
        ncols=len(col_labels), squeeze=False, size=(7.2, 0.9 + min(tall * len(row_labels), 5.2)),
        alt=alt or f"{len(row_labels) * len(col_labels)} pictures in {len(row_labels)} rows ({', '.join(row_labels)}) and "
                   f"{len(col_labels)} columns ({', '.join(col_labels)}).{asked}",
        source=source, table=_table(grid, row_labels, col_labels))


def denoising_strip(frames: Sequence[Any], *, steps: Sequence[int] | None = None, show: int = 6, prompt: str = "",
                    title: str | None = None, source: str = PAINTED) -> Card:
    """From noise to picture: `show` of the frames, evenly spaced, first and last included.

    frames: the model's estimate after each step; steps: their numbers (1, 2, ... by default). The table gives the
    mean absolute change of the pixels (0 to 255) against the last frame.
    """
    numbers = list(steps or range(1, len(frames) + 1))
    chosen = np.unique(np.linspace(0, len(frames) - 1, min(show, len(frames))).round().astype(int)).tolist()
    arrays = [_array(frames[i]) for i in chosen]
    gaps = [float(np.abs(a - arrays[-1]).mean()) for a in arrays]
    asked = f" for “{cut(prompt, 80)}”" if prompt else ""
    rows = [{"step": numbers[i], "change": g} for i, g in zip(chosen, gaps, strict=True)]
    return figure(
        lambda axes: _draw(axes, [[frames[i] for i in chosen]], [""], [f"step {numbers[i]}" for i in chosen]),
        title=title or f"The picture comes out of noise in {numbers[-1]} steps", photo=True, ncols=len(chosen),
        squeeze=False, size=(7.2, 0.8 + 6.6 / len(chosen) * _shape(frames[0])), source=source,
        alt=f"{len(chosen)} pictures{asked}, after steps {', '.join(str(numbers[i]) for i in chosen)}. Mean distance to the "
            f"last one falls from {gaps[0]:.0f} to 0 of 255.",
        table=table(rows, "step", ("change", "mean distance to the last (of 255)"), digits=0, caption="From noise to picture"))


def _rows(images: Sequence[Any], rows: int, columns: int) -> list[list[Any]]:
    flat = [picture for row in images for picture in row] if isinstance(images[0], (list, tuple)) else list(images)
    if len(flat) != rows * columns:
        raise ValueError(f"{len(flat)} pictures do not fill {rows} rows of {columns}. Pass one for each pair of labels.")
    return [flat[i * columns:(i + 1) * columns] for i in range(rows)]


def _array(picture: Any) -> np.ndarray:
    array = np.asarray(picture, dtype=float)
    return array * 255 if array.max() <= 1 and array.dtype.kind == "f" and not hasattr(picture, "mode") else array


def _shape(picture: Any) -> float:
    height, width = np.asarray(picture).shape[:2]
    return height / width


def _draw(axes: np.ndarray, grid: list[list[Any]], row_labels: Sequence[str], col_labels: Sequence[str]) -> None:
    for i, row in enumerate(grid):
        for j, picture in enumerate(row):
            _picture(axes[i][j], picture)
    for j, label in enumerate(col_labels):
        axes[0][j].set_title(label, loc="center", fontweight="normal", fontsize=11)
    for i, label in enumerate(row_labels):
        axes[i][0].set_ylabel(label)


def _picture(ax: Axes, picture: Any) -> None:
    ax.imshow(np.asarray(picture))
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set(visible=True, color=FAINT)


def _table(grid: list[list[Any]], row_labels: Sequence[str], col_labels: Sequence[str]) -> Table:
    rows = [{"row": r, "column": c, "width": np.asarray(p).shape[1], "height": np.asarray(p).shape[0]}
            for r, line in zip(row_labels, grid, strict=True) for c, p in zip(col_labels, line, strict=True)]
    return table(rows, caption="The pictures and their sizes in pixels")
