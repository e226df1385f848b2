"""The map of the texts in two dimensions, and what it hides."""
from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from ..plotting import GREY, INK, STYLES, Card, figure
from ..tables import Table, percent, table
from .labels import point_labels

MARKERS = "os^DvPX*"
GLYPHS = "●■▲◆▼✚✖★"  # the same shapes as text, so that a name says which points are its own
WORDS = {0: "none", 1: "only 1", 2: "only 2", 3: "all 3"}


def flatten(vectors: np.ndarray) -> tuple[np.ndarray, float]:
    """(n, 2) coordinates on the two main axes (PCA by SVD), and the share of the variance they keep.

    Each axis points so that its largest weight is positive, so the map is the same on every machine.
    """
    centred = np.asarray(vectors, dtype=float)
    centred = centred - centred.mean(axis=0)
    _, sizes, axes = np.linalg.svd(centred, full_matrices=False)
    axes = axes[:2] * np.sign(axes[:2][np.arange(2), np.abs(np.round(axes[:2], 9)).argmax(axis=1)])[:, None]
    return centred @ axes.T, float((sizes[:2] ** 2).sum() / (sizes ** 2).sum())


def nearest(vectors: np.ndarray, query: int, k: int = 3) -> list[int]:
    """The k rows nearest to row `query` by cosine, without itself; equal ones in row order."""
    v = np.asarray(vectors, dtype=float)
    v = v / np.maximum(np.linalg.norm(v, axis=1, keepdims=True), 1e-12)
    return [i for i in np.argsort(-np.round(v @ v[query], 9), kind="stable").tolist() if i != query][:k]


def nearest_flat(points: np.ndarray, query: int, k: int = 3) -> list[int]:
    """The k points nearest to point `query` on the map."""
    gaps = np.round(((points - points[query]) ** 2).sum(axis=1), 9)
    return [i for i in np.argsort(gaps, kind="stable").tolist() if i != query][:k]


def text_map(vectors: np.ndarray, categories: Sequence[str], ids: Sequence[object], *, query: object = None,
             title: str | None = None, source: str | None = None) -> Card:
    """All texts on the two main axes of their vectors: shape, colour and label for each category.

    vectors: (n, d); categories, ids: n names. query: one of `ids`; solid lines run to its three nearest texts by
    cosine, dashed ones to the three nearest on the map. Raises ValueError when `query` is not among `ids`.
    """
    ids = [str(i) for i in ids]
    if query is not None and str(query) not in ids:
        raise ValueError(f"No text has the id {query}. Take one of {', '.join(ids[:5])}, ...")
    points, kept = flatten(vectors)
    at = None if query is None else ids.index(str(query))
    true, flat = ([], []) if at is None else (nearest(vectors, at), nearest_flat(points, at))
    both = len(set(true) & set(flat))
    names = list(dict.fromkeys(categories))
    claim = (f"Two axes keep {percent(kept)} of the differences between texts" if at is None else
             f"The map puts {WORDS[both]} of the 3 nearest texts next to {ids[at]}")
    return figure(
        lambda ax: _draw(ax, points, categories, names, ids, at, true, flat),
        title=title or claim, size=(7.2, 4.6),
        alt=f"{len(ids)} texts as points in {len(names)} categories ({', '.join(names)}) on two axes that keep "
            f"{percent(kept)} of the variance." + _alt(ids, at, true, flat),
        source=source or f"computed: principal components of the model's vectors (practice); 2 axes keep {percent(kept)}",
        table=_table(vectors, points, categories, ids, at, true, flat))


def _alt(ids: list[str], at: int | None, true: list[int], flat: list[int]) -> str:
    if at is None:
        return ""
    return (f" Nearest to {ids[at]} by cosine: {', '.join(ids[i] for i in true)}; "
            f"on the map: {', '.join(ids[i] for i in flat)}.")


def _draw(ax: Axes, points: np.ndarray, categories: Sequence[str], names: list[str], ids: list[str],
          at: int | None, true: list[int], flat: list[int]) -> None:
    looks = {name: (STYLES[i % len(STYLES)], MARKERS[i % len(MARKERS)]) for i, name in enumerate(names)}
    for name, (style, marker) in looks.items():
        here = points[[c == name for c in categories]]
        ax.scatter(*here.T, color=style.line, marker=marker, s=44, alpha=0.8, edgecolor="white", linewidth=0.6, zorder=3)
    ax.set(xlabel="first axis", ylabel="second axis")
    ax.set_xticks([])
    ax.set_yticks([])
    ax.margins(0.09)
    busy = [*points] if at is None else _links(ax, points, ids, at, true, flat)
    middles = [np.median(points[[c == name for c in categories]], axis=0) for name in names]
    point_labels(ax, [m[0] for m in middles], [m[1] for m in middles], avoid=busy, fontweight="bold",
                 texts=[f"{GLYPHS[i % len(GLYPHS)]} {name}" for i, name in enumerate(names)],
                 colors=[looks[name][0].label for name in names])


def _links(ax: Axes, points: np.ndarray, ids: list[str], at: int, true: list[int], flat: list[int]) -> list[np.ndarray]:
    """Lines and names of the neighbours; returns the places that other labels should leave free."""
    for others, color, dash, width in ((true, INK, "-", 1.8), (flat, GREY, (0, (3, 2)), 1.8)):
        for i in others:
            ax.plot(*points[[at, i]].T, color=color, ls=dash, lw=width, marker="", zorder=2)
    ax.scatter(*points[at], s=190, facecolor="none", edgecolor=INK, linewidth=2.2, zorder=4)
    named = [at, *dict.fromkeys([*true, *flat])]
    busy = [*points, *(points[at] + (points[i] - points[at]) * f for i in named[1:] for f in (0.25, 0.5, 0.75))]
    point_labels(ax, points[named, 0], points[named, 1], [ids[i] for i in named], avoid=busy, leaders=True)
    ax.set_xlabel("first axis   (solid: nearest by cosine, dashed: nearest on the map)")
    return busy


def _table(vectors: np.ndarray, points: np.ndarray, categories: Sequence[str], ids: list[str], at: int | None,
           true: list[int], flat: list[int]) -> Table:
    if at is None:
        rows = [{"text": i, "category": c, "first axis": x, "second axis": y}
                for i, c, (x, y) in zip(ids, categories, points, strict=True)]
        return table(rows, caption="Where each text lies on the map", digits=2)
    rows = [{"rank": r, "nearest by cosine": f"{ids[t]} ({categories[t]})", "nearest on the map": f"{ids[f]} ({categories[f]})"}
            for r, (t, f) in enumerate(zip(true, flat, strict=True), 1)]
    return table(rows, caption=f"Nearest to {ids[at]} ({categories[at]})")
