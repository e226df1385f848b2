"""The practice tagger: offsets, tags, names from many countries, and the same answer every time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from helpers.practice.models import ner
from helpers.practice.models.ner import crf
from helpers.practice.models.ner.tokens import tokenise

NASTY = [
    "",
    "   ",
    "...",
    "ß𝔘🙂 阿里 \u200b",
    "e\u0301 Zoe\u0301 Ångström",
    "a" * 3000,
    "O'Brien's U.S.-based Inc. (S.p.A.)",
    "Line one\r\nLINE TWO\tx",
    "mail a.b@c.org or https://x.example/a?b=1.",
    "{'json': [1, 2.5, null]}",
]
KNOWN = [
    (
        "Amina Okafor moved from Enugu to Rotterdam.",
        [("PER", "Amina Okafor"), ("LOC", "Enugu"), ("LOC", "Rotterdam")],
    ),
    (
        "The Bank of England and the University of Nairobi signed it.",
        [("ORG", "Bank of England"), ("ORG", "University of Nairobi")],
    ),
    ("Pieter van der Merwe coaches the team.", [("PER", "Pieter van der Merwe")]),
    (
        "Elon Musk founded SpaceX in Hawthorne, California.",
        [("PER", "Elon Musk"), ("ORG", "SpaceX"), ("LOC", "Hawthorne"), ("LOC", "California")],
    ),
    ("my name is maria and i live in bogotá", [("PER", "maria"), ("LOC", "bogotá")]),
    ("Yesterday the printer broke again.", []),
]


def found(text: str) -> list[tuple[str, str]]:
    return [(span.group, span.word) for span in ner.load().spans(text)]


@pytest.mark.parametrize(("text", "entities"), KNOWN)
def test_finds_names(text: str, entities: list[tuple[str, str]]) -> None:
    """People, organisations and places come out whole, with particles, and plain sentences have none."""
    assert found(text) == entities


def test_titles_and_possessives_stay_outside() -> None:
    """A "Dr." and a possessive are no part of a name."""
    assert found("Dr. Ngozi Eze's flight left Lagos.") == [("PER", "Ngozi Eze"), ("LOC", "Lagos")]


@pytest.mark.parametrize("text", NASTY)
def test_offsets_are_exact(text: str) -> None:
    """Whatever the text, pieces cover all of it but white space, in order, and slices equal words."""
    pieces = ner.load().pieces(text)
    assert all(text[piece.start : piece.end] == piece.word for piece in pieces)
    assert "".join(piece.word for piece in pieces) == "".join(text.split())
    assert all(text[span.start : span.end] == span.word for span in ner.load().spans(text))


def test_tags_are_sound_bio() -> None:
    """Every I- follows a tag of its own type, and every score is a probability."""
    pieces = ner.load().pieces(
        "Bank of Papua New Guinea I-said Ministry of Health and Sanitation, UN Women in Fiji"
    )
    for before, piece in zip([None, *pieces], pieces, strict=False):
        assert piece.tag in crf.TAGS and 0.0 <= piece.score <= 1.0
        if piece.tag[0] == "I":
            assert before is not None and before.tag[2:] == piece.tag[2:]


def test_no_name_crosses_a_line_break() -> None:
    """A signature below a name is another name."""
    assert ("PER", "Ana") in found("Angela Merkel visited Paris.\nRegards,\nAna\nLantern GmbH")


def test_context_decides_for_an_unknown_name() -> None:
    """The same unknown word is a place after "lives in" and a person after "Dear"."""
    assert found("She lives in Qorvath.") == [("LOC", "Qorvath")]
    assert found("Dear Qorvath, thank you for the flowers.") == [("PER", "Qorvath")]


def test_an_unlisted_name_is_less_certain() -> None:
    """The confidence is graded: a listed city scores higher than an invented one."""
    listed, invented = (ner.load().spans(f"The parcel went to {name}.") for name in ("Nairobi", "Zubrexin"))
    assert listed[0].score > max([span.score for span in invented], default=0.0)


def test_same_answer_in_every_thread() -> None:
    """Sixteen threads get what one thread gets."""
    texts = [text for text, _ in KNOWN] * 4
    alone = [ner.load().pieces(text) for text in texts]
    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(ner.load().pieces, texts)) == alone


@pytest.mark.parametrize("word", ["AbC", "Xx", "é", "I."])
def test_a_word_without_end_is_read(word) -> None:
    """However long a word is, its letters cannot outweigh the rule that a name begins before it goes on."""
    spans = ner.load().spans(word * 66_000)
    assert all(span.start < span.end for span in spans)


def test_tokens_keep_abbreviations_and_split_tails() -> None:
    """Company forms keep their full stop; "-based" and "'s" are cut off."""
    words = [token.word for token in tokenise("Nairobi-based Acme Inc. won; Kenya's U.N. envoy left.")]
    assert words[:4] == ["Nairobi", "-based", "Acme", "Inc."]
    assert words[6:9] == ["Kenya", "'s", "U.N."]


def test_weights_and_lists_stay_small() -> None:
    """Weights and lists together keep within 0.7 MB."""
    files = [path for path in ner.WEIGHTS.parent.iterdir() if path.suffix in (".npz", ".txt")]
    assert sum(path.stat().st_size for path in files) < 700_000
