"""From a text to words, and from a word to the form the lexicon knows it by."""

# ruff: noqa: SIM905 (word lists read better as running text)

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterator

LONGEST = 30  # letters; no known word has more than 25
_WORD = re.compile(r"[^\W_]{1,100}")  # a longer row of letters is no word, and is read in pieces
_CONTRACTIONS = (
    (re.compile(r"\bcan'?t\b|\bcannot\b"), "can not"),
    (re.compile(r"\bwon'?t\b"), "will not"),
    (
        re.compile(r"\b(is|are|was|were|do|does|did|has|have|had|would|could|should|must|need|ai)n'?t\b"),
        r"\1 not",
    ),
    (re.compile(r"'(s|re|ve|ll|d|m)\b"), " "),
)

# Words that carry no meaning of their own for search; they neither count nor part a phrase.
FILLERS = frozenset(
    (
        "a an the my your our his her their its this that these those some i it we they he she be is am are "
        "was were been being do does did done doing have has had having will would shall could "
        "should can may "
        "might just really also even very so please still yet already actually simply quite too such ever "
        "kindly both own"
    ).split()
)
STOPWORDS = FILLERS | frozenset(
    (
        "you me him us them who whom whose which what when where why how to of in on at by for from with "
        "without about as into onto over under than then there here and or but nor if else because while "
        "until since though although let not no yes up down out off back away again more most much many few "
        "all any each every other another same one only once s t ll re ve d m etc via per through between "
        "among during before after above below against toward towards myself yourself himself herself itself "
        "ourselves themselves mine yours ours theirs get got go come make want need like know see say tell "
        "think thing anything something everything nothing someone anyone somebody anybody everyone nobody "
        "way lot bit hi hello dear regards often however therefore else instead must seem now well ok okay oh"
    ).split()
)
PARTICLES = frozenset("in out off on up down back away over".split())

_IRREGULAR = {
    form: base
    for line in (
        "be is am are was were been being|have has had having|do does did done doing|"
        "go goes went gone|get got gotten|give gave given|take took taken|make made|come came|"
        "see saw seen|know knew known|think thought|say said|tell told|find found|leave left|"
        "lose lost|buy bought|bring brought|send sent|pay paid|sell sold|break broke broken|"
        "write wrote written|eat ate eaten|drink drank drunk|drive drove driven|fly flew flown flies|"
        "speak spoke spoken|steal stole stolen|forget forgot forgotten|choose chose chosen|"
        "freeze froze frozen|hide hid hidden|begin began begun|run ran|swim swam swum|sing sang sung|"
        "ring rang rung|win won|hold held|keep kept|sleep slept|feel felt|meet met|build built|"
        "spend spent|lend lent|bend bent|catch caught|teach taught|fight fought|seek sought|"
        "stand stood|understand understood|sit sat|fall fell fallen|grow grew grown|"
        "throw threw thrown|draw drew drawn|show shown|wear wore worn|tear tore torn|bear bore born|"
        "swear swore sworn|shake shook shaken|wake woke woken|rise rose risen|ride rode ridden|"
        "bite bit bitten|hang hung|stick stuck|strike struck|shoot shot|shine shone|lead led|feed fed|"
        "bleed bled|breed bred|speed sped|hear heard|become became|withdraw withdrew withdrawn|"
        "sink sank sunk|shrink shrank shrunk|dig dug|spin spun|sweep swept|weep wept|deal dealt|"
        "mean meant|learn learnt|burn burnt|spell spelt|spill spilt|dream dreamt|lie lay lain lying|"
        "lay laid|die dying died dies|tie tying tied|bind bound|wind wound|cling clung|"
        "forgive forgave forgiven|man men|woman women|child children|person people|foot feet|"
        "tooth teeth|mouse mice|goose geese|knife knives|wife wives|life lives|leaf leaves|"
        "half halves|shelf shelves|thief thieves|wolf wolves|scarf scarves|loaf loaves|calf calves|"
        "analysis analyses|crisis crises|criterion criteria|datum data|medium media|cactus cacti|"
        "fungus fungi|good better best|bad worse worst|far further furthest|use used using|"
        "cancel cancelled canceled cancelling canceling cancels|"
        "travel travelled traveled travelling traveling|refer referred referring|bill billed billing|"
        "log logged logging|quit quitting|swap swapped|ship shipped shipping|model modelled modeled"
    ).split("|")
    for base, *forms in [line.split()]
    for form in forms
}
_KEEP = frozenset(
    (
        "news customs goods glasses means evening species series always perhaps thing things nothing "
        "something anything everything morning during media data saw left found felt bit wound lay shot rose "
        "bound people billing shipping bus gas lens need needs"
    ).split()
)
_SUFFIXES = (
    ("iest", "y"),
    ("ier", "y"),
    ("ily", "y"),
    ("ness", ""),
    ("less", ""),
    ("ful", ""),
    ("able", "e"),
    ("able", ""),
    ("ible", ""),
    ("ment", ""),
    ("ation", "e"),
    ("ation", ""),
    ("tion", "te"),
    ("tion", "t"),
    ("ion", "e"),
    ("ion", ""),
    ("est", "e"),
    ("est", ""),
    ("er", "e"),
    ("er", ""),
    ("ers", "e"),
    ("ers", ""),
    ("or", "e"),
    ("or", ""),
    ("ors", ""),
    ("ally", ""),
    ("ly", ""),
    ("ity", "e"),
    ("ity", ""),
    ("ism", ""),
    ("ist", ""),
    ("ists", ""),
    ("ical", ""),
    ("al", ""),
    ("al", "e"),
    ("ish", ""),
    ("ise", ""),
    ("ize", ""),
    ("ised", ""),
    ("ized", ""),
    ("ive", "e"),
    ("ive", ""),
    ("ous", ""),
    ("y", ""),
    ("y", "e"),
    ("ic", ""),
    ("ship", ""),
    ("hood", ""),
    ("dom", ""),
    ("let", ""),
    ("ette", ""),
    ("wise", ""),
)
_PREFIXES = (
    "un",
    "re",
    "non",
    "dis",
    "mis",
    "pre",
    "over",
    "in",
    "im",
    "anti",
    "super",
    "multi",
    "micro",
    "mini",
    "semi",
    "out",
    "co",
    "ex",
    "inter",
)


def tokenize(text: str) -> list[str]:
    """Lower-case words of `text`, without accents; contractions are written out ("can't" -> can, not)."""
    text = unicodedata.normalize("NFKD", text.replace("\u2019", "'").replace("\u2018", "'").lower())
    text = "".join(c for c in text if not unicodedata.combining(c)) if not text.isascii() else text
    if "'" in text or "nt" in text or "cannot" in text:
        for pattern, plain in _CONTRACTIONS:
            text = pattern.sub(plain, text)
    return _WORD.findall(text)


def _inflections(word: str) -> Iterator[str]:
    """Possible base forms of an inflected word, likeliest first (-s, -ed, -ing)."""
    if word.endswith("ies"):
        yield word[:-3] + "y"
    if word.endswith("es"):
        yield word[:-1]
        yield word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        yield word[:-1]
    if word.endswith("ied"):
        yield word[:-3] + "y"
    for ending in ("ed", "ing"):
        if word.endswith(ending):
            yield from _unending(word[: -len(ending)])


def _unending(stem: str) -> Iterator[str]:
    if len(stem) > 3 and stem[-1] == stem[-2] and stem[-1] not in "aeiou":
        yield stem[:-1] if stem[-1] not in "ls" else stem
    yield stem + "e"
    yield stem
    if len(stem) > 3 and stem[-1] == stem[-2]:
        yield stem[:-1]


def lemma(word: str, known: Container[str]) -> str:
    """Base form of `word`: irregular forms by table, regular ones when the base is in `known`."""
    if word in _KEEP:
        return word
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    for base in _inflections(word):
        if len(base) > 2 and base in known:
            return base
    return word


def stem(word: str) -> str:
    """Rough stem for words outside the lexicon, so that their inflections still meet."""
    for ending in ("ies", "ied", "ing", "ed", "es", "s", "e", "y"):
        if word.endswith(ending) and len(word) - len(ending) > 3 and not word.endswith("ss"):
            return word[: -len(ending)]
    return word


def derivations(word: str, known: Container[str]) -> Iterator[str]:
    """Known words that `word` seems to be built from: without its suffix, prefix, or as two joined words."""
    for suffix, ending in _SUFFIXES:
        base = word[: -len(suffix)] + ending
        if word.endswith(suffix) and len(base) > 3 and base in known:
            yield base
    for prefix in _PREFIXES:
        if word.startswith(prefix) and len(word) - len(prefix) > 3 and word[len(prefix) :] in known:
            yield word[len(prefix) :]


def halves(word: str, known: Container[str]) -> tuple[str, str] | None:
    """The two known words a compound is made of ("homepage" -> home, page), or None."""
    if len(word) > 2 * LONGEST:
        return None
    for cut in range(len(word) - 3, 2, -1):
        if word[:cut] in known and word[cut:] in known:
            return word[:cut], word[cut:]
    return None


def near_misses(word: str, known: Container[str]) -> str | None:
    """A known word one typing error away (swap, drop, double, wrong letter), or None; words of 5 letters
    and more."""
    if not 5 <= len(word) <= LONGEST or not word.isalpha():
        return None
    parts = [(word[:i], word[i:]) for i in range(1, len(word) + 1)]
    letters = "abcdefghijklmnopqrstuvwxyz"
    guesses = [a + b[1] + b[0] + b[2:] for a, b in parts if len(b) > 1]
    guesses += [a + b[1:] for a, b in parts if b] + [a + c + b for a, b in parts for c in letters]
    guesses += [a + c + b[1:] for a, b in parts if b for c in letters]
    return next((g for g in guesses if len(g) > 3 and g in known), None)
