"""From a prompt to a wish: a closed vocabulary, and the words that lie outside it."""

from __future__ import annotations

import re
from typing import NamedTuple

from .scenes import Wish


def _table(text: str) -> dict[str, str]:
    """ "red: crimson scarlet" lines to {"crimson": "red", ...}; the first word names itself too."""
    pairs = [line.split(":") for line in text.strip().splitlines()]
    return {word: name.strip() for name, words in pairs for word in [name.strip(), *words.split()]}


COLOUR_WORDS = _table("""
red: crimson scarlet ruby maroon vermilion cherry reddish
green: emerald lime olive greenish jade
blue: navy azure cobalt sapphire indigo bluish
yellow: gold golden lemon yellowish
orange: amber tangerine
purple: violet lilac lavender mauve plum
white: ivory snowy
black: ebony jet
pink: magenta fuchsia salmon
brown: chocolate tan chestnut
grey: gray silver slate greyish grayish
cyan: turquoise teal aqua aquamarine
""")
SHAPE_WORDS = _table("""
circle: circles disc discs disk disks dot dots ball balls circular round spot sphere
square: squares box boxes block tile cube
triangle: triangles triangular pyramid
star: stars starlet pentagram
heart: hearts
cross: crosses plus
ring: rings hoop donut doughnut annulus
diamond: diamonds rhombus rhombuses lozenge rhomb
""")
SIZE_WORDS = _table("""
small: tiny little mini miniature smallish teeny wee smaller
medium: normal average mid middling midsize medium-sized
large: big huge giant enormous massive gigantic great largish bigger
""")
ROW_WORDS = _table(
    "top: upper above up\nbottom: lower below down\ncentre: center middle central centred centered"
)
COLUMN_WORDS = _table("left: lefthand\nright: righthand")
BACKGROUND = frozenset(
    "background backgrounds backdrop bg wall walls sky paper canvas page sheet ground field floor "
    "surface board screen behind surroundings surrounding".split()
)
_BEFORE_GROUND = frozenset("on against over upon onto atop across".split())
_LINKS = frozenset(
    "is in of be should being as with are was must colour color coloured colored shaded painted filled "
    "fill that which the a an it its to this please all completely entirely fully make made set done "
    "tinted kept keep : = - ( very quite rather one you can could".split()
)
# Words that ask for nothing this painter could do or miss: they are neither drawn nor reported.
_QUIET = frozenset(
    "a an the this that these those it its it's is are was be being been am i i'd i'm me my we us our "
    "you your he she they them one single lone just only simply some any and or but so then than too "
    "also as at by for from in into inside of off on onto upon over out to with within without near "
    "against across atop around about behind front where which who while here there please pls kindly "
    "thanks thank hi hello hey can could would will should shall may might must do does let let's lets "
    "want wants need needs like love have has had get got give gives draw draws drawing drawn paint "
    "paints painting painted show shows showing create creates creating make makes making made generate "
    "generating generated render renders rendered sketch sketches design produce produces illustrate "
    "illustrates illustration depict depicting depicts imagine put puts place placed placing positioned "
    "position located location sitting set sits add adds use using see seen look looks looking "
    "featuring contains containing having filled fill fills coloured colored colour color colours "
    "colors shape shapes shaped form figure figures symbol symbols icon icons sign object thing item "
    "image images picture pictures pic pics photo graphic graphics art artwork scene scenery version "
    "kind sort type bit size sized sizes shade shades tone tones hue side sides edge corner corners "
    "area part spot hand half space portion nice pretty beautiful lovely cute cool neat good great "
    "perfect perfectly simple plain clean basic minimal minimalist minimalistic flat solid bold crisp "
    "sharp clear fresh modern geometric elegant classic bright dark light pale deep vivid soft pastel "
    "rich warm muted strong lively cheerful calm very really quite rather fairly super exactly right "
    "quick quickly now today fully completely entirely whole entire all not no nothing else style "
    "styled aligned background backdrop ok okay well maybe perhaps how what's what if new its' their "
    "his her there's here's standing lying floating hanging resting appears appear toward towards close "
    "next pointed everything itself themselves carrying bearing favourite favorite whose high quality "
    "resolution".split()
)
_NUMBERED = frozenset("a an the one single lone".split())


class Reading(NamedTuple):
    """A wish and the prompt's words outside the vocabulary, in order and without repeats."""

    wish: Wish
    unknown: list[str]


def _words(prompt: str) -> list[str]:
    text = prompt.lower().replace("’", "'").replace("sky-blue", "blue").replace("sky blue", "blue")
    text = re.sub(r"\bon top of\b", "on", text)
    text = re.sub(r"\bin front of\b", "on", text)
    text = re.sub(r"\b(?:five|5)[- ](?=pointed\b)", "", text)
    text = re.sub(r"\bright (?=(?:in|at|on|into) )", "", text)  # "right in the middle" names no side
    return [word.removesuffix("'s") for word in re.findall(r"[^\W_]+(?:'[^\W_]+)?|[:=(,.;/]", text)]


def _first(words: list[str], table: dict[str, str]) -> str | None:
    return next((table[word] for word in words if word in table), None)


def _shape(words: list[str]) -> tuple[str | None, list[int]]:
    """The shape and where it is named; a noun wins over "round" or "ball"."""
    places = [i for i, word in enumerate(words) if word in SHAPE_WORDS]
    strong = [i for i in places if words[i] not in ("round", "spot", "block", "plus")] or places
    return (SHAPE_WORDS[words[strong[0]]] if strong else None), places


def _ahead(words: list[str], i: int, goal: set[int], stop: frozenset[str]) -> bool:
    """Is a goal reached to the right of word i over describing words only?"""
    for j in range(i + 1, min(i + 6, len(words))):
        if j in goal:
            return True
        if (
            words[j] in stop
            or words[j] in COLOUR_WORDS
            or words[j] in _LINKS - {"-"}
            or words[j] in _BEFORE_GROUND
        ):
            return False
    return False


def _named_after(words: list[str], i: int, goal: set[int]) -> bool:
    """Does "is the", "for the" or "as" lead from word i to a goal, as in "green is the background"?"""
    return words[i + 1 : i + 2] in (["is"], ["for"], ["as"]) and bool({i + 2, i + 3} & goal)


def _back(words: list[str], i: int, goal: set[int]) -> bool:
    """Is a goal reached to the left of word i over linking words only, as in "the star should be red"?"""
    for j in range(i - 1, max(i - 9, -1), -1):
        if j in goal:
            return True
        if words[j] in SHAPE_WORDS and "behind" in words[max(j - 3, 0) : j]:
            continue  # "behind the star is black"
        if (
            words[j] not in _LINKS
            and words[j] not in _QUIET - _BEFORE_GROUND - {"and"}
            and words[j] not in SIZE_WORDS
        ):
            return False
    return False


_STOPS = frozenset(",.;/")


def _roles(words: list[str], shapes: list[int]) -> dict[int, tuple[float, float]]:
    """For each colour's place: how much speaks for the shape's colour and how much for the background's."""
    shape_at, ground_at = set(shapes), {i for i, word in enumerate(words) if word in BACKGROUND}
    roles = {}
    for i, word in enumerate(words):
        if word not in COLOUR_WORDS:
            continue
        shape, ground = 0.0, 0.0
        if _ahead(words, i, shape_at, _STOPS | BACKGROUND):
            shape += 3
        if _ahead(words, i, ground_at, _STOPS | frozenset(SHAPE_WORDS)):
            ground += 3
        shape += 2 * _named_after(words, i, shape_at)
        ground += 2 * _named_after(words, i, ground_at)
        if _back(words, i, shape_at):
            shape += 1.5
        if _back(words, i, ground_at):
            ground += 2
        if (
            shape < 3
            and any(w in _BEFORE_GROUND for w in words[max(i - 3, 0) : i])
            and not shape_at & {i - 1, i - 2}
        ):
            ground += 2.5
        roles[i] = (shape, ground)
    return roles


def _colours(words: list[str], shapes: list[int]) -> tuple[str | None, str | None]:
    """(shape's colour, background's colour): the pair of places that fits best, earlier places first."""
    roles = _roles(words, shapes)
    none: list[int | None] = [None]
    best, chosen = -1.0, (None, None)
    for s in [*roles, *none]:
        for g in [*roles, *none]:
            if s is not None and s == g:
                continue
            fit = (roles[s][0] + 0.6 if s is not None else 0.0) + (
                roles[g][1] + 0.3 if g is not None else 0.0
            )
            fit -= 0.01 * ((s or 0) + (g or 0)) / max(len(words), 1)
            if fit > best:
                best, chosen = fit, (s, g)
    named = [COLOUR_WORDS[words[i]] if i is not None else None for i in chosen]
    return named[0], named[1]


def _position(words: list[str], shapes: list[int]) -> str | None:
    row, column = _first(words, ROW_WORDS), _first(words, COLUMN_WORDS)
    if row == "centre" or (row is None and column is None):
        return column or row
    return f"{row or ''} {column or ''}".strip()


def _known(word: str) -> bool:
    tables = (
        COLOUR_WORDS,
        SHAPE_WORDS,
        SIZE_WORDS,
        ROW_WORDS,
        COLUMN_WORDS,
        BACKGROUND,
        _QUIET,
        _LINKS,
        _BEFORE_GROUND,
    )
    return not word[0].isalnum() or any(word in table for table in tables)


def read(prompt: str) -> Reading:
    """What `prompt` asks for, and which of its words the painter does not know."""
    words = _words(prompt)
    shape, shapes = _shape(words)
    colour, background = _colours(words, shapes)
    wish = Wish(shape, colour, background, _first(words, SIZE_WORDS), _position(words, shapes))
    return Reading(wish, list(dict.fromkeys(word for word in words if not _known(word))))
