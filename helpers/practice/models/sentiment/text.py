"""From a sentence to plain tokens: lower case, contractions opened, ratings and numbers made alike."""

from __future__ import annotations

import re

from helpers.practice.models.cache import word_cache

PUNCTUATION = frozenset(".,;:!?()")
_EMOTICON = re.compile(r"[:;=]-?[)\]dDpP](?!\w)|[:;=]'?-?[(\[|/](?!/)|[\u2600-\u27bf\U0001f300-\U0001faff]")
_SAD = frozenset("😞😠😡😢😣😤😥😩😫😭😒😔😕🙁☹🤬🤮🤢💔👎😖😓😱🙄😑🗑")
_RATING = re.compile(r"((?<!\d)\d+(?:[.,]\d+)?|zero|one|two|three|four|five)\s*(?:/\s*|out of )(5|10|five|ten)\b")
_STARS = re.compile(r"\b(\d|zero|no|one|two|three|four|five|six) stars?\b")
_DIGIT = {"zero": 0, "no": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10}
_NOT = re.compile(r"\b(ca|wo|sha|ai|[a-z]+)n't\b")
_SLOPPY_NOT = re.compile(
    r"\b(can|won|don|doesn|didn|isn|wasn|weren|couldn|wouldn|shouldn|haven|hasn|hadn|ain|aren)t\b"
)
_STEM_OF_NOT = {"ca": "can", "wo": "will", "won": "will", "sha": "shall", "ai": "is", "ain": "is"}
_SUFFIX = (("'re", " are"), ("'ve", " have"), ("'ll", " will"), ("'m", " am"), ("'d", " would"))
_IS = re.compile(r"\b(it|that|he|she|there|what|who|here|where|how|everything|nothing|something|this)'s\b")
_CASH_TILL = re.compile(r"\b(the|an?|our|my|your|their|his|her|this|that|each|every|new|old|one) till\b")  # not "until"
_TOKEN = re.compile(r"[^\W\d_]+|\d[\d.,:]*|[.,;:!?()…—–#_]")
_NUMBERS = frozenset(
    [
        "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
        "fifteen", "twenty", "thirty", "forty", "fifty", "sixty", "ninety", "hundred", "thousand",
        "several", "few", "couple", "dozen",
    ]
)
_ALIKE = {"…": ".", "—": ",", "–": ",", "an": "a"}
_ALIKE |= {"im": "i", "ur": "your", "u": "you", "tho": "though", "thx": "thanks"}
_FORMS = """be is are was were am been being; have has had; do does did; go goes went gone going
fall fell fallen; come came; take took taken; give gave given; feel felt; get got gotten; make made
say said; tell told
pay paid; send sent; break broke; lose lost; forget forgot forgotten; know knew known; run ran
sell sold; buy bought; bring brought; see saw seen; hear heard; find found; stand stood; sleep slept
wake woke woken; spend spent; hold held; meet met; keep kept; show shown; rise rose risen
begin began begun; shrink shrank shrunk; ride rode; write wrote written; win won; beat beaten
build built; lend lent; fly flew flown; wear wore; eat ate eaten; drive drove driven; speak spoke spoken
choose chose chosen; understand understood; stick stuck; grow grew grown; sink sank sunk
blow blew blown; throw threw thrown; catch caught; teach taught; swear swore; put putting; let letting
die dying; lie lying lied; quit quitting; cut cutting; hang hung; sit sat sitting; freeze froze
leave leaving leaves"""
IRREGULAR = {
    form: forms[0] for group in re.split(r"[;\n]", _FORMS) if (forms := group.split()) for form in forms
}


def tokens(text: str) -> list[str]:
    """Words and punctuation of `text`: "don't" gives "do not", 12 and "twelve" give "#", 1/10 a mark."""
    text = text.lower().replace("\u2019", "'").replace("\u2018", "'")
    text = _EMOTICON.sub(_feeling, text)
    text = _STARS.sub(_stars, _RATING.sub(_rating, text))
    if "'" in text:
        text = _IS.sub(r"\1 is", _NOT.sub(_opened, text)).replace("'s", "")
        for short, long in _SUFFIX:
            text = text.replace(short, long)
    text = _CASH_TILL.sub(r"\1 checkout", text)
    text = _SLOPPY_NOT.sub(_opened, text).replace("cannot", "can not")
    return [plain(token) for token in _TOKEN.findall(text)]


def word_set(words: str) -> frozenset[str]:
    """The words of a string, as a set."""
    return frozenset(words.split())


@word_cache
def plain(token: str) -> str:
    """`token` with numbers and spelling variants made alike; the lexicon is read through it too."""
    if token[0].isdigit() or token in _NUMBERS:
        return "#"
    return _ALIKE.get(token, token)


def _feeling(match: re.Match[str]) -> str:
    mark = match.group()
    sad = mark in _SAD or (mark[0] in ":;=" and mark[-1] in "([|/")
    return " emobad " if sad else " emogood "


def _rating(match: re.Match[str]) -> str:
    got, best = (_number(part) for part in match.groups())
    return _mark(got / best)


def _stars(match: re.Match[str]) -> str:
    return _mark(_number(match.group(1)) / 5)


def _mark(share: float) -> str:
    # Three stars of five say nothing either way.
    return " ratinggood " if share >= 0.7 else " ratingbad " if share <= 0.5 else " # "


def _number(word: str) -> float:
    return float(_DIGIT[word]) if word in _DIGIT else float(word.replace(",", "."))


def _opened(match: re.Match[str]) -> str:
    stem = match.group(1)
    # "isnt" is cut before its t, "isn't" before its n.
    stem = _STEM_OF_NOT.get(stem) or (stem if stem == "can" else stem.removesuffix("n"))
    return f"{stem} not"


def inflected(word: str) -> list[str]:
    """Base forms that `word` may be an inflection of, likeliest first."""
    found: list[str] = []
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3:
        found += [word[:-1]]
        if word.endswith("es"):
            found += [word[:-3] + "y"] if word.endswith("ies") else []
            # "boxes" comes from "box", but "notes" does not come from "not".
            found += [word[:-2]] if word[:-2].endswith(("s", "x", "z", "ch", "sh", "o")) else []
    for ending in ("ed", "ing"):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            found += _restored(word[: -len(ending)])
    return found


def derived(word: str) -> list[str]:
    """Adjectives that `word` may be the adverb, comparative or noun of, likeliest first."""
    found: list[str] = []
    for ending in ("ly", "ness", "er", "est"):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            found += _restored(word[: -len(ending)])
    if word.endswith("ably") or word.endswith("ibly"):
        found.append(word[:-1] + "e")
    if word.endswith("ally"):
        found.append(word[:-4])
    return found


def _restored(stem: str) -> list[str]:
    found = [stem, stem + "e"]
    if stem[-1] == "i":
        found.append(stem[:-1] + "y")
    if len(stem) > 2 and stem[-1] == stem[-2]:
        found.insert(0, stem[:-1])
    # "hoped" comes from "hope", "stopped" from "stop": a single consonant after a single vowel wants its e.
    if len(stem) == 3 and stem[1] in "aeiou" and stem[0] not in "aeiou":
        found = [stem + "e", stem]
    return found
