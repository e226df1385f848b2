"""How a finished figure is judged: which words it shows, where they stand, and what colour-blind eyes see."""
from __future__ import annotations

from html.parser import HTMLParser
from itertools import combinations

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text

# Deuteranopia, severity 1 (Machado, Oliveira and Fernandes 2009), applied to linear RGB.
DEUTERANOPIA = np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]])
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def words(figure: Figure) -> list[Text]:
    """Every text that is drawn."""
    found = list(figure.texts) + ([figure._suptitle] if figure._suptitle else [])
    for ax in figure.axes:
        found += [ax.title, ax._left_title, ax._right_title, *ax.texts, ax.xaxis.label, ax.yaxis.label]
        found += ax.get_legend().get_texts() if ax.get_legend() else []
        for axis in (ax.xaxis, ax.yaxis):
            found += [label for tick in axis._update_ticks() for label in (tick.label1, tick.label2)]
    return [text for text in dict.fromkeys(found) if text.get_visible() and text.get_text().strip()]


def boxes(figure: Figure) -> list[tuple[str, object]]:
    return [(text.get_text(), text.get_window_extent()) for text in words(figure)]


def overlaps(figure: Figure) -> list[tuple[str, str]]:
    """Pairs of texts that cover each other by more than a hair."""
    scale = figure.dpi / 72
    return [(a, b) for (a, p), (b, q) in combinations(boxes(figure), 2)
            if min(p.x1, q.x1) - max(p.x0, q.x0) > scale and min(p.y1, q.y1) - max(p.y0, q.y0) > 2 * scale]


def cut_off(figure: Figure) -> list[str]:
    """Texts that leave the picture."""
    return [name for name, box in boxes(figure) if box.x0 < -1 or box.y0 < -1
            or box.x1 > figure.bbox.width + 1 or box.y1 > figure.bbox.height + 1]


def linear(color: str) -> np.ndarray:
    c = np.array(to_rgb(color))
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def contrast(a: str, b: str = "#FFFFFF") -> float:
    """WCAG contrast ratio."""
    bright, dark = sorted((float(linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (a, b)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def seen_apart(a: str, b: str) -> float:
    """Distance (CIE76) of two colours as a deuteranope sees them; about 2 is just noticeable."""
    labs = []
    for color in (a, b):
        xyz = TO_XYZ @ np.clip(DEUTERANOPIA @ linear(color), 0, 1) / np.array([0.9505, 1.0, 1.089])
        f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
        labs.append(np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])]))
    return float(np.linalg.norm(labs[0] - labs[1]))


class Page(HTMLParser):
    """Tags with their attributes, and proof that the HTML is balanced."""

    VOID = {"img", "br"}

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)
        assert not self.open, f"not closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def all(self, name: str) -> list[dict[str, str | None]]:
        return [attrs for tag, attrs in self.tags if tag == name]
