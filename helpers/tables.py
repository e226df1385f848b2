"""What the lessons show that is not a picture: tables, the log of the wire, tickets, names marked in a text."""
from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from ._table import Column, Shown, Table, cut, number, percent, table

__all__ = ["Column", "Marked", "Table", "TicketCard", "highlight_entities", "masked", "number", "percent",
           "similar_tickets", "table", "ticket_card", "wire_table"]

# Pale ground, dark ground for the label, border: the border's form tells the types apart without colour.
ENTITY_LOOKS = {
    "PER": ("#DCEBF7", "#005080", "solid"),
    "ORG": ("#FBE6D8", "#8A3B00", "dashed"),
    "LOC": ("#D8F1E8", "#00604A", "dotted"),
    "MISC": ("#F5E4EE", "#7A3B60", "double"),
}
OTHER_LOOK = ("#EEEEEE", "#333333", "solid")


# --- what went over the wire -----------------------------------------------------------------------

def wire_table(records: Iterable[Mapping[str, Any]], *, caption: str = "What went over the wire",
               bodies: bool = True) -> Table:
    """One line per HTTP request of `course.server.log`: method, URL, Authorization, JSON body, status.

    records: dicts with method, host, path, headers, body, status. The token is masked here again,
    whatever the log holds. Long strings and lists in the body are shortened; `bodies=False` leaves it out.
    """
    columns = [Column(key="n", heading="#"),
               Column(key=lambda r: f"{r['method']} {_url(r)}", heading="request", code=True),
               Column(key=lambda r: masked(_header(r, "authorization")), heading="Authorization"),
               Column(key=lambda r: _body(r.get("body")), heading="JSON body", code=True),
               Column(key="status", heading="status")]
    rows = [{"n": i, **record} for i, record in enumerate(records, 1)]
    return table(rows, *[c for c in columns if bodies or c.heading != "JSON body"], caption=caption)


def masked(authorization: str | None) -> str:
    """`Bearer hf_****`: the scheme and the kind of token, never a character of the secret."""
    scheme, _, secret = (authorization or "").partition(" ")
    if not authorization:
        return "-"
    if not secret:
        return "****"
    return f"{scheme} {'hf_' if secret.startswith('hf_') else ''}****"


def _url(record: Mapping[str, Any]) -> str:
    host = record.get("host") or ""
    local = host.startswith(("127.", "localhost", "[::1]"))
    return f"{'http' if local else 'https'}://{host}{record.get('path', '')}" if host else record.get("path", "")


def _header(record: Mapping[str, Any], name: str) -> str | None:
    return next((v for k, v in (record.get("headers") or {}).items() if k.lower() == name), None)


def _body(body: Any) -> str:
    if body in (None, "", b""):
        return "-"
    if isinstance(body, bytes):
        body = body.decode("utf-8", "replace")
    if isinstance(body, str):
        try:
            body = json.loads(body)
        except ValueError:
            return cut(body, 120)
    return json.dumps(_short(body), ensure_ascii=False)


def _short(value: Any) -> Any:
    if isinstance(value, str):
        return cut(value, 60)
    if isinstance(value, Mapping):
        return {k: _short(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_short(v) for v in value[:4]] + ([f"… {len(value) - 4} more"] if len(value) > 4 else [])
    return value


# --- tickets ---------------------------------------------------------------------------------------

@dataclass(frozen=True, repr=False)
class TicketCard(Shown):
    """A finished ticket: what it says, how it was labelled, its nearest past tickets and a draft reply."""

    title: str
    body: str
    category: str
    urgency: str
    similar: tuple[tuple[str, str, str], ...]
    reply: str

    @property
    def html(self) -> str:
        cell = "margin:0;padding:.5em .9em"
        past = "".join(f"<li><b>{escape(i)}</b> ({escape(s)}) {escape(t)}</li>" for i, s, t in self.similar)
        return (
            '<div style="max-width:720px;border:1px solid #767676;border-radius:6px;margin:.3em 0">'
            f'<p style="{cell};border-bottom:1px solid #767676;font-size:1.1em"><b>{escape(self.title)}</b></p>'
            f'<p style="{cell};white-space:pre-line">{escape(self.body)}</p>'
            f'<p style="{cell}">Category: <b>{escape(self.category)}</b> &nbsp; Urgency: <b>{escape(self.urgency)}</b></p>'
            f'<p style="{cell};padding-bottom:0">Nearest past tickets</p><ol style="margin:.2em 0 .2em 1.2em">{past}</ol>'
            f'<p style="{cell};padding-bottom:0">Draft reply</p>'
            f'<blockquote style="margin:.4em .9em .9em;padding:.1em .9em;border-left:4px solid #0072B2;'
            f'white-space:pre-line;color:inherit">{escape(self.reply)}</blockquote></div>')

    @property
    def text(self) -> str:
        past = [f"  {rank}. {i} ({score}) {title}" for rank, (i, score, title) in enumerate(self.similar, 1)]
        return "\n".join([self.title, f"  {cut(self.body, 100)}", f"Category: {self.category}   Urgency: {self.urgency}",
                          "Nearest past tickets:", *past, f"Draft reply: {self.reply}"])


def ticket_card(ticket: Any, *, category: Any, urgency: Any, similar: Iterable[Any], reply: str) -> TicketCard:
    """The card of one ticket.

    ticket: text, or a dict or object with id, subject (or title) and text (or body, message).
    category, urgency: a label, or a pair (label, score).
    similar: past tickets, nearest first: (ticket or id, score) pairs, or tickets with a `score`.
    """
    name = " · ".join(part for part in (_get(ticket, "id"), _get(ticket, "subject", "title")) if part)
    body = ticket if isinstance(ticket, str) else _get(ticket, "text", "body", "message")
    return TicketCard(name or "New ticket", body.strip(), _label(category), _label(urgency),
                      tuple(_hit(item) for item in similar), reply.strip())


def similar_tickets(query: str, hits: Iterable[Any], *, caption: str | None = None) -> Table:
    """Past tickets nearest to `query`, one line each: rank, similarity, ticket, subject. `hits` as in `ticket_card`."""
    rows = [(rank, score, i, title) for rank, (i, score, title) in enumerate(map(_hit, hits), 1)]
    heads = ["rank", "similarity", "ticket", "what it says"]
    return table(rows, *[Column(key=i, heading=h) for i, h in enumerate(heads)],
                 caption=caption or f"Nearest to: {cut(query, 70)}")


def _hit(item: Any) -> tuple[str, str, str]:
    pair = isinstance(item, Sequence) and not isinstance(item, str) and len(item) == 2
    ticket, score = item if pair else (item, _get(item, "score"))
    shown = f"{float(score):.2f}" if score not in (None, "") else "-"
    title = _get(ticket, "subject", "title") or _get(ticket, "text", "body", "message")
    return _get(ticket, "id") or str(ticket), shown, cut(title, 90)


def _label(label: Any) -> str:
    if isinstance(label, Sequence) and not isinstance(label, str):
        return f"{label[0]} ({float(label[1]):.2f})"
    return str(label)


def _get(thing: Any, *names: str) -> Any:
    for name in names:
        value = thing.get(name) if isinstance(thing, Mapping) else getattr(thing, name, None)
        if value is not None and not callable(value):
            return value if name == "score" else str(value)
    return ""


# --- names in a text -------------------------------------------------------------------------------

@dataclass(frozen=True, repr=False)
class Marked(Shown):
    """A text cut into pieces, each with a label or None."""

    pieces: tuple[tuple[str, str | None], ...]

    @property
    def html(self) -> str:
        inner = "".join(_mark(piece, label) if label else escape(piece) for piece, label in self.pieces)
        return f'<p style="max-width:720px;line-height:2.2;white-space:pre-wrap">{inner}</p>'

    @property
    def text(self) -> str:
        return "".join(f"[{label} {piece}]" if label else piece for piece, label in self.pieces)


def highlight_entities(text: str, spans: Iterable[Any]) -> Marked:
    """`text` with each span marked and named: `[PER Amina] wrote to [ORG Lantern]`.

    spans: dicts or objects with start, end and entity_group (or group, label, entity; "B-PER" reads as PER),
    such as `client.token_classification` returns. Where two spans overlap, the one that starts first is drawn.
    """
    pieces: list[tuple[str, str | None]] = []
    at = 0
    for start, end, label in sorted((int(_get(s, "start")), int(_get(s, "end")), _group(s)) for s in spans):
        if at <= start < end <= len(text):
            pieces += [(text[at:start], None), (text[start:end], label)]
            at = end
    pieces.append((text[at:], None))
    return Marked(tuple(piece for piece in pieces if piece[0]))


def _group(span: Any) -> str:
    name = _get(span, "entity_group", "group", "label", "entity") or "?"
    return name.split("-", 1)[-1]


def _mark(piece: str, label: str) -> str:
    ground, ink, line = ENTITY_LOOKS.get(label, OTHER_LOOK)
    box = f"background:{ground};color:#1A1A1A;border:2px {line} {ink};border-radius:4px;padding:.1em .3em"
    tag = f"background:{ink};color:#FFFFFF;border-radius:3px;padding:0 .3em;margin-left:.4em;font-size:.8em"
    return f'<mark style="{box}">{escape(piece)}<b style="{tag}">{escape(label)}</b></mark>'
