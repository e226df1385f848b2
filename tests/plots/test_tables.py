"""Tables, tickets and marked names: right values, aligned text, escaped HTML, no secret."""
from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest

from helpers.tables import Column, highlight_entities, masked, number, percent, similar_tickets, table, ticket_card, wire_table
from tests.plots.looks import Page, contrast

TOKEN = "hf_" + "aB3" * 11


@dataclass
class Reply:
    status: int
    retry_after: float | None
    usage: SimpleNamespace


REPLIES = [Reply(200, None, SimpleNamespace(total_tokens=12)), Reply(429, 1.5, SimpleNamespace(total_tokens=12345))]


def test_text_is_aligned() -> None:
    """Numbers stand right, words left, a missing value is a dash, and the heading carries the unit."""
    text = table(REPLIES, "status", "retry_after", ("usage.total_tokens", "tokens"), caption="Replies").text
    assert text.split("\n") == ["Replies", "status  retry after  tokens", "------  -----------  ------",
                                "   200            -      12", "   429         1.50  12,345"]
    assert table([{"waited_s": 1}]).headings == ("waited (s)",)


@pytest.mark.parametrize("value, text", [(0.12345, "0.123"), (2, "2"), (1234.5, "1234"), (12345, "12,345"), (-0.0001, "0.000"),
                                         (float("nan"), "undefined"), (float("inf"), "infinite"), (True, "yes")])
def test_numbers_read_well(value: float, text: str) -> None:
    """Three digits that matter, no minus zero, words for what is not a number."""
    assert number(value) == text


@pytest.mark.parametrize("rows", [[{"a": 1, "b": "x"}], [SimpleNamespace(a=1, b="x")], [(1, "x")]])
def test_takes_dicts_objects_and_tuples(rows: list) -> None:
    """Whatever the rows are, each field becomes a column."""
    assert table(rows).cells == (("1", "x"),)


def test_unknown_column_names_the_known_ones() -> None:
    """A misspelt column says what there is."""
    with pytest.raises(ValueError, match="No row has a value `stauts`. The first row has: status, retry_after, usage."):
        table(REPLIES, "stauts")


def test_no_rows() -> None:
    """Without rows there is a heading only; without columns too, an error says so."""
    assert table([], "a").text == "a\n-"
    with pytest.raises(ValueError, match="no rows and no columns"):
        table([])


def test_html_has_scopes_and_caption() -> None:
    """Column and row headers have a scope, the caption is there, markup is shown as text."""
    page = Page(table([{"<b>": "<i>x</i>"}], caption="<u>").html)
    assert [th["scope"] for th in page.all("th")] == ["col", "row"]
    assert page.all("caption") and not page.all("b") and not page.all("i") and not page.all("u")


RECORDS = [
    {"n": 3, "method": "GET", "host": "huggingface.co", "path": "/api/models/practice/embed", "headers": {},
     "status": 200, "body": None},
    {"n": 4, "method": "POST", "host": "router.huggingface.co", "path": "/v1/chat/completions", "status": 200,
     "headers": {"authorization": f"Bearer {TOKEN}"},
     "body": {"model": "practice/chat", "messages": [{"role": "user", "content": "word " * 40}], "stop": list("abcdefg")}},
    {"n": 5, "method": "POST", "host": "127.0.0.1:8000", "path": "/x", "headers": {"Authorization": "Bearer hf_****"},
     "status": 413, "body": '{"inputs": "<script>"}'},
]


def test_wire_table() -> None:
    """Method, full URL, masked token and shortened JSON of each request, in the log's order and numbering."""
    cells = wire_table(RECORDS).cells
    assert [row[0] for row in cells] == ["3", "4", "5"]
    assert cells[1][1:3] == ("POST https://router.huggingface.co/v1/chat/completions", "Bearer hf_****")
    assert cells[1][3].startswith('{"model": "practice/chat"') and "3 more" in cells[1][3] and len(cells[1][3]) < 200
    assert cells[2][1].startswith("POST http://127.0.0.1:8000") and not Page(wire_table(RECORDS).html).all("script")
    assert "JSON body" not in wire_table(RECORDS, bodies=False).headings


def test_token_never_shows() -> None:
    """No four characters of the secret are in any form of the table, whatever the log holds."""
    shown = wire_table(RECORDS)
    secret = TOKEN.removeprefix("hf_")
    assert not any(secret[i:i + 4] in form for form in (shown.html, shown.text) for i in range(len(secret) - 3))
    assert [masked(a) for a in (None, "", "secret", "Basic abc")] == ["-", "-", "****", "Basic ****"]


TICKET = {"id": "T-061", "subject": "Charged <twice>", "text": "I paid twice.\nHelp & refund."}


def test_ticket_card() -> None:
    """Category, urgency, three numbered neighbours and the reply, in HTML and in text."""
    card = ticket_card(TICKET, category=("billing", 0.914), urgency="high", reply="We refund it.",
                       similar=[({"id": "T-007", "subject": "Double charge"}, 0.83), ("T-009", 0.5),
                                SimpleNamespace(id="T-001", subject="x", score=0.4)])
    assert card.text.split("\n")[0] == "T-061 · Charged <twice>"
    assert "Category: billing (0.91)   Urgency: high" in card.text and "  3. T-001 (0.40) x" in card.text
    assert len(Page(card.html).all("li")) == 3 and not Page(card.html).all("twice")
    assert ticket_card("Only text", category="a", urgency="b", similar=[], reply="c").title == "New ticket"


def test_similar_tickets() -> None:
    """Rank, similarity, id and subject, nearest first."""
    shown = similar_tickets("refund", [(TICKET, 0.912), ({"id": "T-2", "text": "long " * 40}, 0.5)])
    assert shown.cells[0] == ("1", "0.91", "T-061", "Charged <twice>")


def test_entities_are_named_in_the_text() -> None:
    """Each span is marked with its type as a word; overlaps and spans outside the text are left out."""
    spans = [{"start": 15, "end": 22, "entity_group": "ORG"}, SimpleNamespace(start=0, end=5, group="PER"),
             {"start": 17, "end": 22, "entity": "B-LOC"}, {"start": 90, "end": 99, "label": "X"}]
    marked = highlight_entities("Amina wrote to Lantern <today>.", spans)
    assert marked.text == "[PER Amina] wrote to [ORG Lantern] <today>."
    page = Page(marked.html)
    assert len(page.all("mark")) == 2 and not page.all("today")
    nasty = Page(highlight_entities("<i>x</i>", [{"start": 0, "end": 8, "group": "<u>"}]).html)
    assert nasty.all("mark") and not nasty.all("i") and not nasty.all("u")
    assert highlight_entities("no names", []).text == "no names"


def test_entity_colours_are_readable() -> None:
    """Words on the marks and on their labels reach contrast 4.5, and no two borders are alike."""
    from helpers.tables import ENTITY_LOOKS
    assert all(contrast("#1A1A1A", ground) >= 4.5 and contrast("#FFFFFF", ink) >= 4.5 for ground, ink, _ in ENTITY_LOOKS.values())
    assert len({line for _, _, line in ENTITY_LOOKS.values()}) == len(ENTITY_LOOKS)


def test_column_from_a_function() -> None:
    """A column may be computed from the row."""
    assert table([{"a": 2}], Column(key=lambda row: row["a"] / 3, heading="third", digits=2)).cells == (("0.67",),)


@pytest.mark.parametrize("share, text", [(0, "0 %"), (0.001, "<1 %"), (0.5, "50 %"), (0.9999, ">99 %"), (1, "100 %")])
def test_percent_is_honest(share: float, text: str) -> None:
    """Almost none is not none, almost all is not all."""
    assert percent(share) == text


def test_counts_have_no_decimals() -> None:
    """`digits` is for measured numbers: whole numbers that count something stay whole, also those of numpy."""
    rows = [{"requests": 178, "seen": np.int64(3), "seconds": 2.0}, {"requests": 1778, "seen": np.int64(4), "seconds": 0.5}]
    assert table(rows, digits=2).cells == (("178", "3", "2.00"), ("1778", "4", "0.50"))


@pytest.mark.parametrize("text", ["This example is {}.", "Is it a bug?", "a b.c"])
def test_a_heading_that_is_a_text_stays(text: str) -> None:
    """A column whose name is a sentence has it as its heading, to the last sign."""
    assert table([{text: 0.5}]).headings == (text,)


def test_a_no_break_space_stays() -> None:
    """What must stand on one line does so on the page, too; other white space is one space."""
    page = table([{"state": "not\N{NO-BREAK SPACE}yet\n  attempted"}]).html
    assert ">not\N{NO-BREAK SPACE}yet attempted<" in page
