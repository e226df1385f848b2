"""The tickets of the Lantern Help Desk: complete, consistent, invented."""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections import Counter

import pytest

from helpers.data import CATEGORIES, SENTIMENTS, URGENCIES, Ticket, heldout_tickets, incoming, tickets

EVERY = tickets() + incoming() + heldout_tickets()
# Well-known names that a writer reaches for without thinking; none may stand in a ticket.
REAL = {
    "google", "amazon", "apple", "microsoft", "paypal", "stripe", "visa", "mastercard", "fedex",
    "ups", "dhl", "shopify", "samsung", "sony", "ebay", "etsy", "facebook", "instagram", "whatsapp",
    "tiktok", "zebra", "epson", "square", "adyen", "klarna", "ikea", "lidl", "aldi", "tesco",
    "walmart", "nestle", "nokia", "oracle", "gmail", "outlook", "yahoo", "excel", "android",
    "iphone", "ipad", "wikipedia", "hermes", "maersk", "starbucks", "einstein", "musk", "bezos",
    "gates", "messi",
}


def test_counts_and_ids() -> None:
    """60 past tickets, 8 new ones and 40 held out, each with an id of its own, in order."""
    assert [ticket.id for ticket in tickets()] == [f"T-{n:03}" for n in range(1, 61)]
    assert [ticket.id for ticket in incoming()] == [f"T-{n:03}" for n in range(61, 69)]
    assert [ticket.id for ticket in heldout_tickets()] == [f"T-{n:03}" for n in range(101, 141)]


def test_labels_are_the_documented_ones() -> None:
    """Ten past tickets of each category, shuffled; every label and date is a valid one."""
    assert Counter(ticket.category for ticket in tickets()) == dict.fromkeys(CATEGORIES, 10)
    assert {ticket.category for ticket in heldout_tickets()} == set(CATEGORIES)
    assert len({ticket.category for ticket in tickets()[:10]}) > 3
    for ticket in EVERY:
        assert ticket.category in CATEGORIES and ticket.urgency in URGENCIES
        assert ticket.sentiment in SENTIMENTS
        assert datetime.date.fromisoformat(ticket.date).year == 2026


@pytest.mark.parametrize("ticket", EVERY, ids=lambda ticket: ticket.id)
def test_entities_are_whole_names_in_their_place(ticket: Ticket) -> None:
    """Offsets lie in the text, in order and apart, and cut whole words that begin with a capital."""
    end_before = 0
    for start, end, group in ticket.entities:
        name = ticket.text[start:end]
        assert group in ("PER", "ORG", "LOC") and end_before <= start < end <= len(ticket.text)
        assert name == name.strip() and name[0].isupper()
        around = ticket.text[start - 1 : start] + ticket.text[end : end + 1]
        assert not any(letter.isalnum() for letter in around)
        end_before = end


def test_similar_is_symmetric() -> None:
    """Whoever names a similar ticket is named by it, nobody names himself, and most tickets have one."""
    similar = {ticket.id: set(ticket.similar) for ticket in tickets()}
    assert all(one in similar[other] and one != other for one, others in similar.items() for other in others)
    assert sum(bool(others) for others in similar.values()) >= 40
    assert not any(ticket.similar or ticket.reply for ticket in incoming() + heldout_tickets())


def test_some_similar_tickets_share_few_words() -> None:
    """Search by meaning has something to find: many pairs share at most a quarter of their longer words."""
    by_id = {ticket.id: set(re.findall(r"[a-z]{5,}", ticket.text.lower())) for ticket in tickets()}
    pairs = [(by_id[t.id], by_id[other]) for t in tickets() for other in t.similar if t.id < other]
    overlaps = [len(one & other) / min(len(one), len(other)) for one, other in pairs]
    assert sum(overlap <= 0.25 for overlap in overlaps) >= 15


def test_texts_are_distinct_and_short() -> None:
    """No text or subject comes twice; a message has one to five sentences, a reply one or two."""
    assert len({ticket.text.lower() for ticket in EVERY}) == len(EVERY)
    assert len({ticket.subject for ticket in EVERY}) == len(EVERY)
    assert all(1 <= sentences(ticket.text) <= 5 for ticket in EVERY)
    assert all(1 <= sentences(ticket.reply) <= 2 for ticket in tickets())


def sentences(text: str) -> int:
    return len(re.findall(r"[.?!]\"?(?=\s|$)", text))


def test_nobody_real_is_named() -> None:
    """No well-known company or person, no address outside example.org, no link and no phone number."""
    text = "\n".join(f"{ticket.subject}\n{ticket.text}\n{ticket.reply}" for ticket in EVERY)
    assert set(re.findall(r"\w+", text.lower())) & REAL == set()
    assert set(re.findall(r"@[\w.-]+\w", text)) == {"@example.org"}
    assert "http" not in text and "www." not in text and not re.search(r"\d{6,}", text)


def test_tickets_cannot_be_changed() -> None:
    """No lesson can spoil the data of another: tickets are frozen, each call gives a list of its own."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        tickets()[0].text = "changed"  # type: ignore[misc]
    tickets().clear()
    assert len(tickets()) == 60
