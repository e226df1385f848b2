"""What the lexicon's finds mean in their sentence: negation, degree, wishes, contrast."""

from __future__ import annotations

import math
from typing import NamedTuple

from .lexicon import BOOST, BURDEN, CURE, IRREAL, NOT, SPOIL, TROUBLE, WEAK, WORK, Lexicon, Match
from .text import PUNCTUATION

_STOPS = frozenset(".;!?")
_BUT = frozenset({"but", "however", "yet", "nevertheless", "nonetheless", "until", "till"})
_ALTHOUGH = frozenset([
    "although", "though", "despite", "granted", "while", "whereas", "notwithstanding", "admittedly",
])
_EXCEPT = (("apart", "from"), ("aside", "from"), ("other", "than"), ("except", "for"), ("except", "that"))
_SCOPE_END = _BUT | _ALTHOUGH | {"because", "so", "since", "when", "if", "unless", "except"}
_WHEN = frozenset({"when", "whenever", "if", "because", "before", "after", "during"})
_SUBJECTS = frozenset([
    "i", "we", "they", "he", "she", "it", "you", "the", "my", "our", "their", "this", "that", "these",
    "those",
])
_SCOPE = (6, 4)  # words after a negator or a wish, and after a cure or a spoiler, that it still reaches
_PLAIN_WORK, _IDLE_WORK, _NO_TROUBLE = 0.3, -2.0, 1.8


class Polar(NamedTuple):
    """One opinion: its `value` after the rules, the rule's `kind`, its place and the weight of its clause."""

    value: float
    kind: str
    at: int
    weight: float


KINDS = tuple(
    [
        "pos", "neg", "not_pos", "not_neg", "wish_pos", "wish_neg", "work", "not_work",
        "no_trouble", "guess", "cured", "spoilt", "flipped",
    ]
)
_CUES = [
    "too", "still", "again", "finally", "only", "even", "why", "?", "!", "please", "instead", "never",
    "nothing",
]
NAMES = (
    ("total", "squashed", "per_root", "last", "highest", "lowest", "after_but")
    + KINDS
    + tuple(f"cue_{cue}" for cue in _CUES)
    + ("loose_not", "loose_wish")
)


def features(words: list[str], lexicon: Lexicon) -> list[float]:
    """The dense features of one text, in the order of `NAMES`; all are 0 when nothing was found."""
    matches = lexicon.matches(words)
    weights = clause_weights(words)
    found, loose_not, loose_wish = opinions(words, matches, weights)
    cues = [min(words.count(cue), 2) * 0.5 for cue in _CUES]
    return _summary(found) + _by_kind(found) + cues + [min(loose_not, 2.0), min(loose_wish, 2.0)]


def opinions(
    words: list[str], matches: list[Match], weights: list[float]
) -> tuple[list[Polar], float, float]:
    """The opinions in a text, and how many negators and wishes reached none of them."""
    scopes, flips = _scopes(words), _flipped_spans(words)
    openers = {flag: [m for m in matches if m.flags & flag] for flag in (NOT, IRREAL, CURE, SPOIL)}
    used: set[int] = set()
    found = []
    for at, match in enumerate(matches):
        if match.flags & NOT or not (match.polarity or match.flags & (WORK | BURDEN)):
            continue
        reached = {flag: _reach(openers[flag], match, scopes) for flag in openers}
        used.update(m.start for m in (reached[NOT], reached[IRREAL]) if m)
        value, kind = _judged(match, reached, words)
        if reached[IRREAL] is None and any(start <= match.start < end for start, end in flips):
            value, kind = -0.8 * value, "flipped"
        found.append(Polar(value * _degree(matches, at), kind, match.start, weights[match.start]))
    return [polar for polar in found if polar.value], *_loose(openers, used)


def _loose(openers: dict[int, list[Match]], used: set[int]) -> tuple[float, float]:
    """How many negators and wishes reached no opinion."""
    negators = sum(m.start not in used for m in openers[NOT])
    return float(negators), float(sum(m.start not in used and not m.polarity for m in openers[IRREAL]))


def _judged(match: Match, reached: dict[int, Match | None], words: list[str]) -> tuple[float, str]:
    """Value and kind of one find, given the negator, wish, cure or spoiler that reaches it."""
    value, flags = match.polarity, match.flags
    negated = reached[NOT] is not None or _negated_after(match, words)
    if not value:
        return _unopinionated(flags, negated, reached[IRREAL] is not None)
    side = "pos" if value > 0 else "neg"
    if negated and _superlative(reached[NOT], match, words):
        return 1.2 * value, side
    if negated and (reached[CURE] is None or value > 0):
        return (_NO_TROUBLE, "no_trouble") if flags & TROUBLE else (-0.75 * value, f"not_{side}")
    if value < 0 and reached[CURE] and not negated:
        return -0.7 * value, "cured"
    if value > 0 and reached[SPOIL]:
        return -0.7 * value, "spoilt"
    if reached[IRREAL] and match.start and not flags & IRREAL:
        return (-0.6 if value > 0 else 0.6) * value, f"wish_{side}"
    return value, "guess" if match.guessed else side


def _unopinionated(flags: int, negated: bool, wished: bool) -> tuple[float, str]:
    if flags & WORK:
        return (_IDLE_WORK, "not_work") if negated or wished else (_PLAIN_WORK, "work")
    return (_NO_TROUBLE, "no_trouble") if negated else (0.0, "no_trouble")


def _negated_after(match: Match, words: list[str]) -> bool:
    """"Broke nothing", "annoyed nobody": the negator is the object."""
    return words[match.end : match.end + 1] in (["nothing"], ["nobody"], ["none"])


def _superlative(negator: Match | None, match: Match, words: list[str]) -> bool:
    """"Never felt so welcome", "couldn't have been kinder": the negation raises the praise."""
    if negator is None or words[negator.start] not in ("never", "not", "could", "rarely", "seldom"):
        return False
    between = words[negator.end : match.start]
    perfect = words[negator.start] == "never" or "have" in words[max(0, negator.start - 2) : match.start]
    if "such" in between or "so" in between or "this" in between:
        return perfect and (match.polarity > 0 or words[negator.start] == "never" or "ever" in between)
    if match.polarity < 0:
        return False
    compared = "more" in between or words[match.start].endswith("er") or words[match.start] == "happier"
    return compared and (perfect or words[negator.start] == "could")


def _flipped_spans(words: list[str]) -> list[tuple[int, int]]:
    """Spans whose opinion is taken back: "it was great until ...", "ready to be cross and wasn't"."""
    spans, start, previous = [], 0, 0
    for at, word in enumerate(words):
        if word in ("until", "till"):
            spans.append((max(start, at - 2), at))
        if word in _STOPS or at + 1 == len(words):
            end = at if word in _STOPS else at + 1
            if words[end - 1] == "not" and end - start > 1:
                spans.append((previous if end - start <= 4 else start, end))
            start, previous = at + 1, start
    return spans


def _reach(openers: list[Match], match: Match, scopes: list[int]) -> Match | None:
    """The nearest opener before `match` in its own scope and within reach."""
    for opener in reversed(openers):
        reach = _SCOPE[opener.flags & (CURE | SPOIL) > 0]
        if 0 <= match.start - opener.end <= reach and scopes[opener.start] == scopes[match.start]:
            return opener
    return None


def _degree(matches: list[Match], at: int) -> float:
    degree = 1.0
    for before in matches[max(0, at - 2) : at]:
        if matches[at].start - before.end <= 1:
            degree *= 1.3 if before.flags & BOOST else 0.6 if before.flags & WEAK else 1.0
    return degree


def _scopes(words: list[str]) -> list[int]:
    """A number for each word that changes where a negation ends."""
    scope, scopes = 0, []
    for at, word in enumerate(words):
        after = words[at + 1] if at + 1 < len(words) else ""
        if word in PUNCTUATION or word in _SCOPE_END or word in ("and", "then") and after in _SUBJECTS:
            scope += 1
        scopes.append(scope)
    return scopes


def clause_weights(words: list[str]) -> list[float]:
    """How much each word counts: more after "but", less in an "although" clause, a little more at the end."""
    weights = [1.0] * len(words)
    starts = [0] + [at + 1 for at, word in enumerate(words) if word in _STOPS]
    for number, start in enumerate(starts):
        end = starts[number + 1] if number + 1 < len(starts) else len(words)
        previous = starts[number - 1] if number else 0
        _weigh_sentence(words, weights, previous, start, end)
    last = max((start for start in starts if start < len(words)), default=0)
    _scale(weights, last, len(words), 1.2)
    return weights


def _weigh_sentence(words: list[str], weights: list[float], previous: int, start: int, end: int) -> None:
    for at in range(start, end):
        word = words[at]
        yet_to, and_then = words[at + 1 : at + 2] == ["to"], word == "then" and words[at - 1 : at] == [","]
        if word in _BUT and not yet_to or and_then:
            _scale(weights, start if at > start else previous, at, 0.5)
            _scale(weights, at, end, 1.4)
        elif word in _ALTHOUGH and at + 1 < end and words[at + 1] not in PUNCTUATION:
            comma = next((i for i in range(at, end) if words[i] == ","), end)
            _scale(weights, at, comma, 0.4)
        elif word in _WHEN and at + 1 < end:
            stop = next((i for i in range(at, end) if words[i] == ","), end)
            _scale(weights, at, stop, 0.6)
        elif tuple(words[at : at + 2]) in _EXCEPT:
            comma = next((i for i in range(at, end) if words[i] == ","), end)
            _scale(weights, at, comma, 0.4)


def _scale(weights: list[float], start: int, end: int, factor: float) -> None:
    for at in range(start, end):
        weights[at] *= factor


def _summary(found: list[Polar]) -> list[float]:
    values = [polar.value * polar.weight for polar in found]
    total = math.fsum(values)
    after_but = math.fsum(v for v, polar in zip(values, found, strict=True) if polar.weight >= 1.4)
    return [
        total / 3,
        math.tanh(total / 2),
        total / math.sqrt(len(values) or 1) / 2,
        math.tanh(values[-1]) if values else 0.0,
        max([0.0, *values]) / 3,
        min([0.0, *values]) / 3,
        math.tanh(after_but / 2),
    ]


def _by_kind(found: list[Polar]) -> list[float]:
    sums = dict.fromkeys(KINDS, 0.0)
    for polar in found:
        sums[polar.kind] += polar.value * polar.weight
    return [math.copysign(math.sqrt(abs(value)), value) for value in sums.values()]
