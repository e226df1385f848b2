"""Every kind of figure in the course keeps the accessibility contract."""
from __future__ import annotations

import re
from functools import cache

import pytest

from helpers.plotting import LINE_CHARS, MIN_FONT, Card
from tests.plots.gallery import CARDS
from tests.plots.looks import Page, contrast, cut_off, overlaps, words

card = cache(lambda name: CARDS[name]())
every = pytest.mark.parametrize("name", CARDS)


@every
def test_title_is_a_claim(name: str) -> None:
    """The picture's title is a sentence in at most two lines of 60 characters, without a full stop."""
    lines = card(name).figure._suptitle.get_text().split("\n")
    assert len(lines) <= 2 and max(map(len, lines)) <= LINE_CHARS
    assert len(card(name).title.split()) >= 3 and not card(name).title.endswith(".")


@every
def test_alt_text_has_numbers(name: str) -> None:
    """The alt text ends as a sentence, holds numbers, and stands on the `<img>`."""
    made: Card = card(name)
    assert made.alt.endswith((".", "%")) and re.search(r"\d", made.alt) and len(made.alt) > 40
    (img,) = Page(made.html).all("img")
    assert made.alt in img["alt"] and made.title in img["alt"]


@every
def test_words_are_legible(name: str) -> None:
    """No text is smaller than 11 points, and every text but those on coloured cells has contrast 4.5 on white."""
    for text in words(card(name).figure):
        assert text.get_fontsize() >= MIN_FONT, text.get_text()
        assert contrast(text.get_color()) >= 4.5 or text.get_color() == "white", text.get_text()


@every
def test_labels_stand_apart(name: str) -> None:
    """No two texts cover each other, and none leaves the picture."""
    assert overlaps(card(name).figure) == []
    assert cut_off(card(name).figure) == []


@every
def test_table_is_there(name: str) -> None:
    """The numbers come as a folded table with a caption and header scopes."""
    page = Page(card(name).html)
    assert len(page.all("details")) == len(page.all("summary")) == len(page.all("caption")) == 1
    assert page.all("th") and all(th.get("scope") in ("col", "row") for th in page.all("th"))


@every
def test_shows_as_html_png_and_text(name: str) -> None:
    """One card gives HTML, a PNG with its size in CSS pixels, and stable text."""
    data, metadata = card(name)._repr_mimebundle_()
    assert set(data) == {"text/html", "image/png", "text/plain"}
    assert metadata["image/png"]["width"] == 720
    assert data["text/plain"] == str(card(name)) == f"{card(name).title}\n{card(name).alt}\nSource: {card(name).source}"


@pytest.mark.parametrize("name", ["timeline", "strip"])
def test_same_bytes_twice(name: str) -> None:
    """The same data give the same picture, byte for byte."""
    assert CARDS[name]().png == card(name).png


@every
def test_small_enough_for_a_notebook(name: str) -> None:
    """A picture without photos takes less than 70 KB."""
    assert len(card(name).png) < (250_000 if name in ("grid", "strip") else 70_000)
