"""Text to tokens with exact character offsets, for names in any Latin spelling."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from helpers.practice.models.cache import word_cache


class Token(NamedTuple):
    """One token: `text[start:end] == word`; `fresh` when it opens a line."""

    word: str
    start: int
    end: int
    fresh: bool = False


# Abbreviations that keep their full stop, so that "Acme Inc." and "St. Louis" stay whole.
ABBREVIATIONS = (
    "Inc Ltd Co Corp Bros Mr Mrs Ms Dr Prof St Mt Ft Jr Sr Gen Sen "
    "Rep Gov Lt Col Sgt Capt Maj Rev Hon Fr Sta Ste Pvt Dept Univ"
).split()
_LETTER = r"[^\W\d_]\u0300-\u036f"
_WORD = r"(?:[^\W_][\u0300-\u036f]*)+"
_TOKEN = re.compile(
    r"https?://\S+|www\.\S+|(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"  # addresses stay whole
    r"|(?:[^\W\d_]\.){2,12}(?=\W|$)"  # U.S., D.C.
    r"|[^\W\d_]\.[^\W\d_]{1,2}\.(?:[^\W\d_]\.)?"  # S.p.A., d.o.o.
    rf"|(?:{'|'.join(ABBREVIATIONS)})\.(?!\w)"
    r"|[A-Z]\.(?=\s*[A-Z]|-[A-Z])"  # initials before a name
    r"|A/S|['’]s\b|\d+(?:[.,:]\d+)+"
    rf"|{_WORD}(?:(?:['’ʻ]|[-‐‑]|[&.](?=[^\W\d_])){_WORD})*"
    r"|\S"
)
_POSSESSIVE = re.compile(r"(['’]s|['’])$", re.IGNORECASE)
_TAILS = frozenset(
    "based born led backed owned run wide style area bound trained educated listed headquartered controlled "
    "held made built "
    "speaking funded linked sized like class era related registered san sama".split()
)
# Letters that Unicode does not take apart into a plain letter and a mark.
_PLAIN = str.maketrans("łŁøØđĐıŁðÐħĦŋŊæÆœŒß’ʻ‘‐‑ə", "lLoOdDiLdDhHnNaAoOs'''--a")


_MARKS = re.compile("[\u0300-\u036f]+")


def plain(text: str) -> str:
    """`text` in lower case without accents: "Łódź" -> "lodz"."""
    if text.isascii():
        return text.lower()
    return _MARKS.sub("", unicodedata.normalize("NFKD", text.translate(_PLAIN))).lower()


fold = word_cache(plain)  # for words, which come back often


def _split_tail(word: str) -> int:
    """Where a tail such as "'s" or "-based" begins; the word's length when it has none."""
    if "@" in word or "://" in word:
        return len(word)
    found = _POSSESSIVE.search(word)
    if found and found.start() > 0:
        return found.start()
    head, dash, tail = word.rpartition("-")
    return len(head) if dash and head and tail in _TAILS else len(word)


def tokenise(text: str) -> list[Token]:
    """The tokens of `text` in order; white space is skipped, every other character is in one token."""
    tokens = []
    for found in _TOKEN.finditer(text):
        word, start = found.group(), found.start()
        cut = _split_tail(word)
        fresh = "\n" in text[tokens[-1].end if tokens else 0 : start]
        tokens.append(Token(word[:cut], start, start + cut, fresh))
        if cut < len(word):
            tokens.append(Token(word[cut:], start + cut, found.end()))
    return tokens
