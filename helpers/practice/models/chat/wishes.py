"""What a message wishes about the form of the answer: its length, and changes to the last answer."""
from __future__ import annotations

import re
from typing import NamedTuple

_COUNTED = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
            "twelve"]
NUMBERS = {word: n for n, word in enumerate(_COUNTED)}
NUMBERS |= {"fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50}
LONGEST_FOLLOW_UP = 16  # words; a longer message is a request of its own


class Limit(NamedTuple):
    """Longest answer wanted, in words and sentences; None where nothing was said."""

    words: int | None = None
    sentences: int | None = None


def _any(*phrases: str) -> str:
    """A pattern for any of these phrases, at word borders."""
    return r"\b(?:" + "|".join(phrases) + r")\b"


_NUMBER = r"(\d{1,3}|" + "|".join(NUMBERS) + ")"
_UP_TO = ("at most|maximum of|max(?:imum)?\\.?|up to|under|below|within|fewer than|less than|no more than|"
          "not more than|in|about|around|<=?|≤|only|exactly")
_WORDS = re.compile(
    rf"(?:{_UP_TO})[\s:]*{_NUMBER}[\s-]words?\b"
    rf"|\b{_NUMBER}[\s-]words? (?:or less|or fewer|at most|max|maximum|limit)"
    r"|max_words\s*[=:]\s*(\d+)", re.I)
_SENTENCES = re.compile(
    rf"\b(?:(a single)|{_NUMBER}|(an?))[\s-]+(?P<kind>(?:(?:short|brief|plain|simple|complete|full)\s+)*)"
    r"(?:sentences?|lines?|liners?)\b", re.I)
_BRIEF = re.compile(_any("concise(?:ly)?", "brief(?:ly)?", "terse(?:ly)?", "succinct(?:ly)?",
                         "keep (?:it|answers|replies) short", "short answers?", "short repl(?:y|ies)",
                         "in short", "tl;?dr", "to the point"), re.I)
_MANNER = re.compile(_any(
    r"(?:in|with|using) (?:(?:a|one|simple|plain|easy|your own|other) )*"
    r"(?:paragraphs?|words|terms|english|language)",
    r"as if to an? [\w ]{3,30}", "to an? (?:child|beginner|software engineer|developer|colleague)",
    "like i'?m (?:five|5)", "eli5", "step by step(?= *[.?!]?$)", "please", "kindly"), re.I)

EDITS = {
    "shorter": ("short(?:er|en)", "brief(?:er)?", "more concise", "less text", "fewer words", "trim",
                "too long", "cut it", "one sentence", "one line", r"\d+ words", "summari[sz]e (?:it|that|this)",
                "sum (?:it|that) up", "tl;?dr", "condense", "twenty words", "ten words"),
    "formal": ("(?:more |very |less )?(?:formal|professional|polite|serious|official)(?:ly)?",),
    "friendly": (r"friendl\w*", r"warm\w*", r"casual\w*", "nicer", "kinder", "informal", "personal",
                 "less formal"),
    "bullets": ("bullets?", "bullet points?", "as a list", "list form", "numbered"),
    "simpler": ("simpl(?:er|ify|e words)", "easier", "plain(?:er)? (?:words|english|language)",
                "like i'?m (?:five|5)", "eli5"),
    "again": ("rephrase", "reword", "rewrite", "other words", "different(?:ly)?(?: words)?",
              "another (?:version|way|try)", "again", "paraphrase", "try again"),
    "more": ("longer", r"more detail\w*", "elaborate", "expand", "tell me more", "go on", "continue",
             "say more", "go deeper", "what else", "more about (?:it|that)", "^more"),
}
_EDITS = {name: re.compile(_any(*phrases), re.I) for name, phrases in EDITS.items()}
_ABOUT_IT = re.compile(_any("it", "that", "this", "your (?:answer|reply|last|response)",
                            "the (?:answer|reply|text|draft|last|above|message|response)"), re.I)
_SMALL_WORDS = """
make it that this the a an please can could you your be is in and but with for as of to answer reply text
draft response message now just much bit little even more less very too i want need would like give me say
put write same tone version last one sentence sentences words word line at most max than no only so use
again still way way's them do point points form keep let's us try however under then also thanks thank ok
okay hmm prefer should sound sounds
"""
_FILLER = frozenset(_SMALL_WORDS.split())


def limit(text: str, system: str) -> Limit:
    """The wished length: the user's wish wins over the system's. In a long text only its ends are read."""
    head, tail = text[:300], text[-160:] if len(text) > 300 else ""
    for source in (head + "\n" + tail, system):
        found = Limit(_words(source), _sentences(source))
        if found != Limit():
            return found
    return Limit(sentences=2) if _BRIEF.search(head) or _BRIEF.search(system) else Limit()


def _words(text: str) -> int | None:
    found = _WORDS.search(text)
    return _number(next(group for group in found.groups() if group)) if found else None


def _sentences(text: str) -> int | None:
    """A number of sentences or lines; "a sentence" counts only as "a short sentence"."""
    for found in _SENTENCES.finditer(text):
        single, number, article = found[1], found[2], found[3]
        if number:
            return _number(number)
        if single or article and found["kind"]:
            return 1
    return None


def _number(word: str) -> int:
    return max(1, int(word) if word.isdigit() else NUMBERS[word.lower()])


def bare(text: str) -> str:
    """A question without what it says about length and manner."""
    for wish in (_WORDS, _SENTENCES, _BRIEF, _MANNER):
        text = wish.sub(" ", text)
    return text


def edits(text: str) -> tuple[str, ...]:
    """Kinds of change a short follow-up asks for, such as "shorter please"; empty for a request of its
    own."""
    if len(text.split()) > LONGEST_FOLLOW_UP:
        return ()
    found = tuple(name for name, pattern in _EDITS.items() if pattern.search(text))
    rest = text
    for pattern in _EDITS.values():
        rest = pattern.sub(" ", rest)
    free = [word for word in re.findall(r"[\w']+", rest.lower()) if word not in _FILLER]
    return found if len(free) <= (2 if _ABOUT_IT.search(text) else 0) else ()
