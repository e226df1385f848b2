"""The course's figures: one house style, and `figure()`, which makes an accessible `Card` of a drawing function.

A `Card` shows as HTML (picture with its alt text, provenance, folded data table), as PNG and as text. Nothing global
is touched: no pyplot, and the rc settings are restored. The picture's bytes depend on the machine; everything else is
the same everywhere for the same data. Notebook tests replace what may differ with the pairs in `SANITIZE`.
"""
from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from ._table import Shown, Table

DPI = 200
LINE_CHARS = 60  # longest line of a title; a title has at most two
MIN_FONT = 11
INK, GREY, FAINT = "#1A1A1A", "#767676", "#D9D9D9"
ONE_HUE = LinearSegmentedColormap.from_list("course", ["#FFFFFF", "#9CC8E6", "#0072B2", "#003B5C"])

# (pattern, replacement) pairs for nbval: the bytes of every picture, and the whole of a figure that was timed.
SANITIZE = (
    (r'(?s)<figure class="course-varies".*?</figure>', "FIGURE-MEASURED-NOW"),
    (r"data:image/png;base64,[A-Za-z0-9+/=]+", "PICTURE"),
)


class Style(NamedTuple):
    """How one series looks: colour of its line, colour of its words (4.5:1), marker, dash, hatch."""

    line: str
    label: str
    marker: str
    dash: str | tuple[int, tuple[int, ...]]
    hatch: str


STYLES = (  # Okabe-Ito colours that reach 3:1 on white; no two share marker, dash or hatch
    Style("#0072B2", "#0072B2", "o", "-", ""),
    Style("#D55E00", "#C35500", "s", (0, (5, 2)), "///"),
    Style("#009E73", "#008762", "^", (0, (2, 1)), "..."),
    Style("#000000", "#000000", "D", (0, (7, 2, 1, 2)), "xxx"),
    Style("#CC79A7", "#A56187", "v", (0, (1, 2)), "\\\\\\"),
    Style("#767676", "#595959", "P", (0, (3, 3)), "++"),
)

HOUSE: dict[str, Any] = {
    "font.family": ["DejaVu Sans"], "font.size": MIN_FONT, "figure.facecolor": "white", "savefig.facecolor": "white",
    "axes.titlesize": 11.5, "axes.titleweight": "bold", "axes.titlelocation": "left", "axes.labelsize": MIN_FONT,
    "xtick.labelsize": MIN_FONT, "ytick.labelsize": MIN_FONT, "axes.spines.top": False, "axes.spines.right": False,
    "axes.edgecolor": GREY, "axes.labelcolor": INK, "text.color": INK, "xtick.color": GREY, "ytick.color": GREY,
    "xtick.labelcolor": INK, "ytick.labelcolor": INK, "lines.linewidth": 2.2, "lines.markersize": 6,
    "hatch.linewidth": 0.8, "axes.axisbelow": True, "grid.color": FAINT, "grid.linewidth": 0.8,
    "axes.prop_cycle": matplotlib.cycler(color=[s.line for s in STYLES]) + matplotlib.cycler(
        marker=[s.marker for s in STYLES]) + matplotlib.cycler(linestyle=[s.dash for s in STYLES]),
}


@contextmanager
def house() -> Iterator[None]:
    """The house style for as long as the block lasts, whatever the reader's own settings are."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(HOUSE)
        yield


class Sheet(Figure):
    """A figure that can finish its labels once the layout is known: append functions to `after_layout`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.after_layout: list[Callable[[], None]] = []


@dataclass(frozen=True, kw_only=True, repr=False)
class Card(Shown):
    """A finished figure. `figure` is the matplotlib object, `table` the data behind the picture."""

    title: str
    alt: str
    source: str
    table: Table | None
    figure: Figure = field(compare=False)
    volatile: bool = False
    photo: bool = False

    @cached_property
    def png(self) -> bytes:
        """The picture, drawn when it is first asked for: 256 colours, 200 dots per inch, white ground."""
        with house():
            return _png(self.figure, self.photo)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in CSS pixels (100 per inch)."""
        width, height = self.figure.get_size_inches()
        return round(width * 100), round(height * 100)

    @property
    def text(self) -> str:
        """Title and alt text; of a volatile figure only what stays the same."""
        if not self.volatile:
            return f"{self.title}\n{self.alt}\nSource: {self.source}"
        title = "" if re.search(r"\d", self.title) else f"{self.title}\n"
        return f"{title}A figure of times measured while this cell ran.\nSource: {self.source}"

    @cached_property
    def html(self) -> str:
        """One `<figure>`: picture with alt text, provenance, folded table. Text takes the page's own colours."""
        width, height = self.size
        name = "course-varies" if self.volatile else "course-figure"
        alt = escape(f"{self.title}. {self.alt}", quote=True)
        data = base64.b64encode(self.png).decode("ascii")
        return (
            f'<figure class="{name}" style="margin:0 0 .8em;max-width:{width}px">'
            f'<img alt="{alt}" width="{width}" height="{height}" style="max-width:100%;height:auto;background:#FFFFFF"'
            f' src="data:image/png;base64,{data}">'
            f'<figcaption style="font-size:.9em;margin:.3em 0 0">Source: {escape(self.source)}{self._details()}'
            "</figcaption></figure>")

    def _details(self) -> str:
        if self.table is None:
            return ""
        return f"<details><summary>The numbers in this figure as a table</summary>{self.table.html}</details>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        width, height = self.size
        png = base64.b64encode(self.png).decode("ascii")
        return ({"text/html": self.html, "image/png": png, "text/plain": self.text},
                {"image/png": {"width": width, "height": height}})

    def save(self, path: str | Path) -> Path:
        """Write the picture (`.png`) or the whole card (`.html`); returns the path."""
        path = Path(path)
        if path.suffix == ".html":
            path.write_text(f'<!doctype html><html lang="en"><title>{escape(self.title)}</title>{self.html}</html>\n',
                            encoding="utf-8")
        else:
            path.write_bytes(self.png)
        return path


def figure(draw: Callable[[Any], Any], *, title: str, alt: str, source: str, table: Table | None = None,
           size: tuple[float, float] = (7.2, 3.8), volatile: bool = False, photo: bool = False, **grid: Any) -> Card:
    """Draw with the house style and return the finished `Card`.

    draw: called with the axes (one, or the array that `nrows=`, `ncols=`, `width_ratios=` ... in `grid` ask for).
    title: the claim, a sentence without its full stop, at most two lines of 60 characters; a "\\n" sets the break.
    alt: what is seen, with its numbers, for those who do not see it. source: where the numbers come from
    ("computed from ...", "practice: measured while this cell ran", "published prices, date, link").
    size: inches; 7.2 shows as 720 pixels. photo: set when the figure holds pictures; it chooses the 256 colours by use.
    volatile: the numbers are wall-clock times. Then `text/plain` holds no numbers and the HTML is wrapped in
    `<figure class="course-varies">`, which `SANITIZE` replaces before notebooks are compared.
    Raises ValueError for a title that is not a claim or too long, an empty alt text or source.
    """
    _require(title, alt, source)
    with house():
        sheet = Sheet(figsize=size, dpi=DPI, layout="constrained")
        sheet.get_layout_engine().set(w_pad=0.08, h_pad=0.06)
        _write_title(sheet, title)
        draw(sheet.subplots(**grid))
        sheet.draw_without_rendering()
        sheet.set_layout_engine("none")
        for finish in sheet.after_layout:
            finish()
    return Card(title=" ".join(title.split()), alt=alt, source=source, table=table, figure=sheet, volatile=volatile, photo=photo)


def direct_label(ax: Axes, x: float, y: float, text: str, *, color: str = INK, dx: float = 8, dy: float = 0,
                 **kwargs: Any) -> Text:
    """A label beside a data point, `dx`, `dy` points away, with a white outline so that it reads over lines."""
    from matplotlib.patheffects import withStroke
    place = {"ha": "left" if dx > 0 else "right" if dx < 0 else "center",
             "va": "center" if dy == 0 else "bottom" if dy > 0 else "top"}
    return ax.annotate(text, (x, y), xytext=(dx, dy), textcoords="offset points", color=color,
                       path_effects=[withStroke(linewidth=3, foreground="white")], **{**place, **kwargs})


def _require(title: str, alt: str, source: str) -> None:
    if len(title.split()) < 3 or title.rstrip().endswith((":", ".", "…")):
        raise ValueError(f"`title` must be a claim in words, not {title!r}. Say what the figure shows, without a full stop.")
    if not alt.strip() or alt.strip().lower().startswith(("image", "a plot", "plot")):
        raise ValueError(f"`alt` must say what is seen, not {alt!r}. Write one or two sentences with the numbers.")
    if not source.strip():
        raise ValueError("`source` is empty. Say whether the numbers are computed, measured in practice mode or published.")


def _write_title(sheet: Sheet, title: str) -> None:
    """Put the title above the axes, broken into at most two lines that fit the width."""
    words = sheet.suptitle(title, x=0.012, ha="left", fontsize=13, fontweight="bold", linespacing=1.25)
    room = sheet.bbox.width * 0.976
    for lines in ([title] if "\n" in title else _breaks(title)):
        words.set_text(lines)
        parts = lines.split("\n")
        if len(parts) <= 2 and max(map(len, parts)) <= LINE_CHARS and words.get_window_extent().width <= room:
            return
    raise ValueError(f"`title` has {len(title)} characters and does not fit. Use at most two lines of {LINE_CHARS}.")


def _breaks(title: str) -> list[str]:
    """The title on one line, then on two, most even lines first."""
    words = title.split()
    pairs = [(" ".join(words[:i]), " ".join(words[i:])) for i in range(1, len(words))]
    return [" ".join(words), *(f"{a}\n{b}" for a, b in sorted(pairs, key=lambda p: max(map(len, p))))]


def _png(sheet: Figure, photo: bool) -> bytes:
    """PNG bytes with 256 colours, a third of the size; photos get the colours that they use most."""
    canvas = FigureCanvasAgg(sheet)
    canvas.draw()
    method = Image.Quantize.MEDIANCUT if photo else Image.Quantize.FASTOCTREE
    pixels = Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3])
    small = pixels.quantize(256, method=method, dither=Image.Dither.NONE)
    palette = np.array(small.getpalette(), dtype=np.uint8).reshape(-1, 3)
    palette[palette.min(axis=1) >= 252] = 255  # the paper stays white
    small.putpalette(palette.tobytes())
    out = io.BytesIO()
    small.save(out, format="PNG", optimize=True)
    return out.getvalue()
