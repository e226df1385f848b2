"""Direct labels that do not cover each other."""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import hypot

import numpy as np
from matplotlib.axes import Axes
from matplotlib.text import Annotation
from matplotlib.transforms import Bbox

from ..plotting import GREY, INK, direct_label

GAP = 16.0  # points between the middles of two labels at line ends
NEAR = 15.0  # points; a label farther away needs a line to its point
# Where a point's label may stand, best first, in points from the point.
PLACES = [(9, 0), (-9, 0), (0, 9), (0, -9), (8, 8), (8, -8), (-8, 8), (-8, -8), (0, 20), (0, -20), (14, 18), (14, -18),
          (-14, 18), (-14, -18), (24, 0), (-24, 0), (28, 28), (28, -28), (-28, 28), (-28, -28),
          (0, 36), (0, -36), (44, 8), (-44, 8), (44, -8), (-44, -8)]


def end_labels(ax: Axes, items: Sequence[tuple[float, float, str, str]], *, lift: float = 0.0) -> None:
    """Name lines at their right ends: (x, y, text, colour) each, 8 points away, at least 16 points apart.

    lift: points above the line's end, for lines that go on to the right."""
    notes = [direct_label(ax, x, y, text, color=color) for x, y, text, color in items]
    ax.figure.after_layout.append(lambda: _spread(ax, notes, lift))


def point_labels(ax: Axes, x: Sequence[float], y: Sequence[float], texts: Sequence[str], *,
                 colors: Sequence[str] | None = None, avoid: Iterable[tuple[float, float]] = (), leaders: bool = False,
                 **kwargs: object) -> None:
    """Name points: each label takes the first free place around its point, inside the axes, off the points in `avoid`.

    leaders: draw a thin line from the point to a label that found no place beside it."""
    notes = [direct_label(ax, px, py, text, color=color, **kwargs)
             for px, py, text, color in zip(x, y, texts, colors or [INK] * len(texts), strict=True)]
    ax.figure.after_layout.append(lambda: _place(ax, notes, [*zip(x, y, strict=True), *avoid], leaders))


def spread(wanted: Sequence[float], gap: float) -> np.ndarray:
    """Positions nearest to `wanted`, in the same order, at least `gap` apart."""
    order = np.argsort(wanted, kind="stable")
    groups: list[tuple[float, int]] = []  # (middle, members), neighbours merged while they touch
    for value in np.asarray(wanted, dtype=float)[order]:
        groups.append((value, 1))
        while len(groups) > 1 and groups[-1][0] - groups[-2][0] < gap * (groups[-1][1] + groups[-2][1]) / 2:
            (b, m), (a, n) = groups.pop(), groups.pop()
            groups.append(((a * n + b * m) / (n + m), n + m))
    places = np.concatenate([c + gap * (np.arange(n) - (n - 1) / 2) for c, n in groups]) if groups else np.array([])
    result = np.empty(len(places))
    result[order] = places
    return result


def _spread(ax: Axes, notes: list[Annotation], lift: float) -> None:
    points = 72 / ax.figure.dpi
    ys = np.array([ax.transData.transform(note.xy)[1] for note in notes]) * points
    for note, y, new in zip(notes, ys, spread(ys + lift, GAP), strict=True):
        note.xyann = (note.xyann[0], new - y)


def _place(ax: Axes, notes: list[Annotation], points: list[tuple[float, float]], leaders: bool) -> None:
    room = ax.get_window_extent()
    scale = ax.figure.dpi / 72
    taken = [Bbox.from_bounds(px - 5 * scale, py - 5 * scale, 10 * scale, 10 * scale)
             for px, py in ax.transData.transform(points)]
    taken += [text.get_window_extent() for text in ax.texts if text not in notes and text.get_text()]
    for note, at in zip(notes, ax.transData.transform([note.xy for note in notes]), strict=True):
        size = note.get_window_extent()
        boxes = [_box(at, place, size.width, size.height, scale) for place in PLACES]
        best = min(range(len(PLACES)), key=lambda i: (_cost(boxes[i], room, taken), i))
        _move(note, PLACES[best])
        if leaders and hypot(*PLACES[best]) > NEAR:
            ax.annotate("", note.xy, xytext=PLACES[best], textcoords="offset points",
                        arrowprops={"arrowstyle": "-", "color": GREY, "lw": 1, "shrinkA": 0, "shrinkB": 4})
        taken.append(boxes[best])


def _box(at: np.ndarray, place: tuple[float, float], width: float, height: float, scale: float) -> Bbox:
    """Where a label of this size stands when it is moved to `place`; in pixels, `scale` pixels per point."""
    (x, y), (dx, dy) = at, place
    left = x + dx * scale - (0 if dx > 0 else width if dx < 0 else width / 2)
    bottom = y + dy * scale - (0 if dy > 0 else height if dy < 0 else height / 2)
    return Bbox.from_bounds(left, bottom, width, height)


def _move(note: Annotation, place: tuple[float, float]) -> None:
    dx, dy = place
    note.xyann = place
    note.set_ha("left" if dx > 0 else "right" if dx < 0 else "center")
    note.set_va("bottom" if dy > 0 else "top" if dy < 0 else "center")


def _cost(box: Bbox, room: Bbox, taken: list[Bbox]) -> float:
    """Covered area, and area outside the axes, in square pixels; 0 is a free place."""
    inside = Bbox.intersection(box, room)
    outside = box.width * box.height - (inside.width * inside.height if inside else 0.0)
    covered = (Bbox.intersection(box, other) for other in taken)
    return round(outside + sum(b.width * b.height for b in covered if b is not None), 3)
