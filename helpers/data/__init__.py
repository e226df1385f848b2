"""The tickets of the Lantern Help Desk, written for this course; people, shops and Lantern are invented.

Lantern makes till software for small shops and sends them card readers, printers and scanners.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

CATEGORIES = ("billing", "account", "shipping", "bug", "feature request", "how-to")
URGENCIES = ("low", "normal", "high")
SENTIMENTS = ("POSITIVE", "NEGATIVE")
_FOLDER = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """One message of a customer, labelled by a person.

    `entities` holds (start, end, group): text[start:end] is the name, group is PER, ORG or LOC. `reply` is
    what the desk answered, `similar` names the past tickets about the same matter; new tickets have neither.
    """

    id: str
    subject: str
    text: str
    category: str
    urgency: str
    sentiment: str
    entities: tuple[tuple[int, int, str], ...]
    date: str
    reply: str = ""
    similar: tuple[str, ...] = ()


def tickets() -> list[Ticket]:
    """The 60 past tickets, T-001 to T-060, ten of each category, with the replies that were sent."""
    return list(_read("tickets.jsonl"))


def incoming() -> list[Ticket]:
    """The 8 new tickets, T-061 to T-068, that nobody has answered yet."""
    return list(_read("incoming.jsonl"))


def heldout_tickets() -> list[Ticket]:
    """The 40 tickets, T-101 to T-140, that are kept back to measure the triage app of the last lesson."""
    return list(_read("heldout_tickets.jsonl"))


@cache
def _read(name: str) -> tuple[Ticket, ...]:
    lines = (_FOLDER / name).read_text(encoding="utf-8").splitlines()
    return tuple(_ticket(json.loads(line)) for line in lines)


def _ticket(row: dict) -> Ticket:
    entities = tuple((start, end, group) for start, end, group in row.pop("entities"))
    return Ticket(entities=entities, similar=tuple(row.pop("similar", ())), **row)
