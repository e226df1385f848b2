"""`figure()` enforces what every figure owes its readers, and leaves nothing behind."""
from __future__ import annotations

import io
import re
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from PIL import Image

from helpers.plotting import HOUSE, INK, SANITIZE, STYLES, Card, direct_label, figure
from helpers.tables import table
from tests.plots.looks import Page, contrast, overlaps, seen_apart

CLAIM = {"title": "Waiting longer helps nobody", "alt": "A line rises from 0 to 1.", "source": "computed from y = x"}


def line(ax) -> None:
    ax.plot([0, 1], [0, 1])


def make(**changes) -> Card:
    return figure(line, **{**CLAIM, **changes})


@pytest.mark.parametrize("change, words", [
    ({"title": "Results"}, "must be a claim in words"),
    ({"title": "Waiting longer helps nobody."}, "must be a claim in words"),
    ({"title": "word " * 40}, "does not fit"),
    ({"title": "a b c\nd\ne"}, "does not fit"),
    ({"alt": "  "}, "must say what is seen"),
    ({"alt": "Image of a plot"}, "must say what is seen"),
    ({"source": ""}, "`source` is empty"),
])
def test_refuses_what_cannot_be_read(change: dict, words: str) -> None:
    """A topic for a title, an overlong one, no alt text or no source: one clear error."""
    with pytest.raises(ValueError, match=words):
        make(**change)


def test_long_title_breaks_evenly() -> None:
    """A title that needs two lines is broken where the lines come out even; the text form has no break."""
    card = make(title="Listening to the server ends the refusals and waiting longer does not help anybody")
    first, second = card.figure._suptitle.get_text().split("\n")
    assert abs(len(first) - len(second)) < 12
    assert "\n" not in card.title


def test_leaves_matplotlib_alone() -> None:
    """The reader's own settings survive, do not reach our figures, and pyplot is not even loaded."""
    plain = make().png
    with matplotlib.rc_context({"lines.linewidth": 9, "font.size": 20, "axes.facecolor": "red"}):
        assert make().png == plain
        assert matplotlib.rcParams["font.size"] == 20
    code = "import sys, helpers.plotting, helpers.widgets, helpers.charts.limits\n" \
           "print({'matplotlib.pyplot', 'ipywidgets'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                          cwd=Path(__file__).parents[2])
    assert done.stdout.strip() == "set()"


def test_markup_in_words_is_escaped() -> None:
    """Text that looks like HTML is shown, never interpreted."""
    nasty = "<script>alert('1')</script> & \"quotes\""
    card = make(title=f"A claim about {nasty[:20]}", alt=nasty, source=nasty, table=table([{nasty: nasty}], caption=nasty))
    page = Page(card.html)
    assert not page.all("script")
    assert nasty in page.all("img")[0]["alt"]


def test_paper_is_white() -> None:
    """The picture brings its own white ground, for dark pages."""
    for photo in (False, True):
        picture = Image.open(io.BytesIO(make(photo=photo).png)).convert("RGB")
        assert picture.getpixel((2, 2)) == (255, 255, 255)
        assert picture.size == (1440, 760)


def test_timed_figures_compare_equal() -> None:
    """Of a volatile figure nothing that was timed is left after `SANITIZE`, and the text form has no number."""
    def cleaned(seconds: float) -> tuple[str, str]:
        card = make(title=f"It took {seconds} s in all", alt=f"A bar of {seconds} s.", volatile=True,
                    table=table([{"time_s": seconds}]))
        html = card.html
        for pattern, replacement in SANITIZE:
            html = re.sub(pattern, replacement, html)
        return html, card.text
    assert cleaned(1.5) == cleaned(2.25)
    assert not re.search(r"\d", cleaned(1.5)[1])


def test_sanitised_picture_keeps_the_words() -> None:
    """Of a stable figure only the picture's bytes are replaced."""
    html = re.sub(*SANITIZE[1], make().html)
    assert "PICTURE" in html and CLAIM["alt"] in html and "base64" not in html


def test_save(tmp_path: Path) -> None:
    """`save` writes the picture or the whole card and returns the path."""
    card = make()
    assert card.save(tmp_path / "a.png").read_bytes() == card.png
    assert card.html in card.save(tmp_path / "a.html").read_text(encoding="utf-8")


def test_palette_is_readable() -> None:
    """Lines reach contrast 3 on white, their words 4.5."""
    assert all(contrast(s.line) >= 3 and contrast(s.label) >= 4.5 for s in STYLES)
    assert contrast(INK) >= 4.5
    assert min(v for k, v in HOUSE.items() if k.endswith("size") and k != "lines.markersize") >= 11


def test_series_differ_without_colour() -> None:
    """Any two series differ in marker, dash and hatch; the first five also in colour to a deuteranope."""
    for a, b in combinations(STYLES, 2):
        assert a.marker != b.marker and a.dash != b.dash and a.hatch != b.hatch
    for a, b in combinations(STYLES[:4], 2):
        assert seen_apart(a.line, b.line) > 20
    assert seen_apart("#FF0000", "#FF0000") == 0 < seen_apart("#00FF00", "#0000FF")


def test_overlap_is_noticed() -> None:
    """The judge of these tests sees two labels that cover each other."""
    card = figure(lambda ax: [direct_label(ax, x, 0.5, "the same place") for x in (0.5, 0.52)], **CLAIM)
    assert overlaps(card.figure) == [("the same place", "the same place")]


def test_several_axes() -> None:
    """`ncols` and friends hand the drawing function an array of axes."""
    card = figure(lambda axes: [line(ax) for ax in np.ravel(axes)], ncols=2, sharey=True, **CLAIM)
    assert len(card.figure.axes) == 2
