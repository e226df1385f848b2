"""What the lexicon's finds mean in their sentence: negation, degree, wishes, contrast."""

from __future__ import annotations

import math
from typing import NamedTuple

from .clauses import ALTHOUGH, BUT, STOPS, SUBJECTS, clause_weights, hard_to_please, verdict
from .lexicon import BOOST, BURDEN, CURE, IRREAL, NOT, SPOIL, TROUBLE, WEAK, WORK, Lexicon, Match
from .text import PUNCTUATION, word_set

_SCOPE_END = BUT | ALTHOUGH | {"because", "so", "since", "when", "if", "unless", "except"}
_SCOPE = (6, 5)  # words after a negator or a wish, and after a cure or a spoiler, that it still reaches
_ENDING = word_set("disappear disappeared disappears vanish vanished vanishes subsided faded evaporated melted")
_ENDERS = _ENDING | word_set("""gone over history healed ended stopped lifted cleared cured solved sorted fixed unfounded
groundless nonsense unnecessary needless misplaced exaggerated past forgotten wrong nothing banished""")
_DENIERS = word_set("no not never nothing without nobody none")
_OVER = word_set("gone nonsense wrong unnecessary needless disappeared vanished over history healed unfounded groundless")
_LATELY = word_set("already finally now all completely")
_INTRANSITIVE = word_set("stopped ended healed lifted cleared")
_AUXILIARY = word_set("is are was were has have had be been feel feels felt seems proved turned")
_STAYS = word_set("not never no hardly barely nobody but that who i we")
_OTHERS = word_set("old previous former last original predecessor competitor other others another")
_CLOSINGS = word_set("please help regards sincerely greetings")
_THESE = word_set("this these here them theirs yours")
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
    + ("end", "before", "end_turned", "before_turned", "grump")
)


def features(words: list[str], lexicon: Lexicon) -> list[float]:
    """The dense features of one text, in the order of `NAMES`; all are 0 when nothing was found."""
    matches = lexicon.matches(words)
    weights = clause_weights(words)
    found, loose_not, loose_wish = opinions(words, matches, weights)
    cues = [min(words.count(cue), 2) * 0.5 for cue in _CUES]
    loose = [min(loose_not, 2.0), min(loose_wish, 2.0)]
    return _summary(found) + _by_kind(found) + cues + loose + _course(words, found)


def _course(words: list[str], found: list[Polar]) -> list[float]:
    """How the feeling runs: in the last clause and before it, with and without a word of turn between them."""
    start, turned = verdict(words)
    if not turned and not _CLOSINGS.isdisjoint(words[start:]):
        start = 0  # "Please help, Kofi" after a complaint is no verdict
    final = [polar.at >= start or polar.kind == "flipped" for polar in found]  # what is taken back is part of the verdict
    end = math.tanh(math.fsum(polar.value for polar, last in zip(found, final, strict=True) if last) / 2)
    before = math.tanh(math.fsum(polar.value for polar, last in zip(found, final, strict=True) if not last) / 2)
    return [end, before, end * turned, before * turned, float(bool(hard_to_please(words)))]


def opinions(
    words: list[str], matches: list[Match], weights: list[float]
) -> tuple[list[Polar], float, float]:
    """The opinions in a text, and how many negators and wishes reached none of them."""
    scopes, flips = _scopes(words), _flipped_spans(words)
    openers = {flag: [m for m in matches if m.flags & flag] for flag in (NOT, IRREAL, CURE, SPOIL)}
    used: set[int] = set()
    silenced: set[int] = set()  # "gone" in "the pain is gone" has no feeling of its own
    found = []
    for at, match in enumerate(matches):
        if match.start in silenced or match.flags & NOT or not (match.polarity or match.flags & (WORK | BURDEN)):
            continue
        reached = {flag: _reach(openers[flag], match, scopes) for flag in openers}
        used.update(m.start for m in (reached[NOT], reached[IRREAL]) if m)
        value, kind = _judged(match, reached, words)
        if kind == "neg" and found and _denies(match, found[-1], words):
            found[-1] = found[-1]._replace(value=0.0)
            value, kind = _NO_TROUBLE, "no_trouble"
        if kind in ("pos", "neg", "no_trouble", "guess") and (ender := _ended(match, words)):
            value, kind = (-0.7 * value, "spoilt") if value > 0 and kind == "pos" else (1.5, "cured")
            silenced.update(range(ender, ender + 2))
        elif kind == "pos" and words[match.start + 1 : match.start + 2] != ["not"] and _elsewhere(match, words):
            value, kind = -0.8 * value, "flipped"
        if reached[IRREAL] is None and any(
            start <= match.start < end and (value > 0 or not glad) for start, end, glad in flips
        ):
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


def _denies(match: Match, before: Polar, words: list[str]) -> bool:
    """"Not even sore", "no trace of the mould": the find before begins with a negator and ends just before this one."""
    return before.kind == "neg" and match.start - before.at <= 4 and not _DENIERS.isdisjoint(words[before.at : match.start]) \
        and PUNCTUATION.isdisjoint(words[before.at : match.start])


def _ended(match: Match, words: list[str]) -> int:
    """Where it is said that something bad or good is over ("the pain has gone"); 0 when it is not."""
    reach = 5 if match.polarity <= 0 else 3
    for at in range(match.end, min(len(words), match.end + reach)):
        if words[at : at + 2] in (["no", "longer"], ["no", "more"]):
            return at
        if words[at] in PUNCTUATION or words[at] in _STAYS:
            break
        said = not set(words[match.end : at]).isdisjoint(_AUXILIARY)
        if words[at] in _ENDING or words[at] in _ENDERS and (said or at == match.end and words[at] in _INTRANSITIVE):
            return at
    # "The leak that I reported yesterday is already gone": the verb may stand far away in the same clause.
    for at in range(match.end, min(len(words) - 1, match.end + 12)):
        if words[at] in PUNCTUATION or words[at] in ("and", "not", "never"):
            return 0
        lately = words[at + 1] in _LATELY
        if words[at] in _AUXILIARY and not _OVER.isdisjoint(words[at + 1 + lately : at + 2 + lately]):
            return at + 1 + lately
    return 0


def _elsewhere(match: Match, words: list[str]) -> bool:
    """"My old one was lighter": a comparison that praises what one no longer has."""
    start = max((at + 1 for at in range(match.start) if words[at] in STOPS), default=0)
    compared = words[match.end - 1].endswith("er") or words[match.start - 1] == "more"
    if compared and words[match.end : match.end + 1] == ["than"] or words[match.end - 1] == "than":
        after = words[match.end + (words[match.end - 1] != "than") :][:2]
        return not _THESE.isdisjoint(after[:1]) or after == ["anything", "they"]
    return compared and not _OTHERS.isdisjoint(words[start : start + 4]) and "than" not in words[start : match.start]


def _negated_after(match: Match, words: list[str]) -> bool:
    """"Broke nothing", "annoyed nobody": the negator is the object."""
    return words[match.end : match.end + 1] in (["nothing"], ["nobody"], ["none"])


def _superlative(negator: Match | None, match: Match, words: list[str]) -> bool:
    """"Never felt so welcome", "couldn't have been kinder": the negation raises the praise."""
    if negator is None or words[negator.start] not in ("never", "not", "could", "rarely", "seldom"):
        return False
    between = words[negator.end : match.start]
    nearby = words[max(0, negator.start - 2) : match.start]
    perfect = words[negator.start] == "never" or not {"have", "has", "had"}.isdisjoint(nearby)
    if not {"such", "so", "this"}.isdisjoint(between) or words[match.end : match.end + 2] in (["like", "that"], ["like", "this"]):
        return perfect and (match.polarity > 0 or words[negator.start] == "never" or "ever" in between)
    if match.polarity < 0:
        return (perfect or "could" in nearby) and "more" in between and words[negator.start] in ("could", "not")
    first = words[match.start]
    compared = "more" in between or first == "more" or first.endswith("er")
    return compared and (perfect or "could" in words[max(0, negator.start - 1) : negator.start + 1])


def _flipped_spans(words: list[str]) -> list[tuple[int, int, bool]]:
    """Spans whose opinion is taken back: "it was great until ..." (praise only: the third value), "ready to be
    cross and wasn't"."""
    spans, start, previous = [], 0, 0
    for at, word in enumerate(words):
        if word in ("until", "till"):
            spans.append((max(start, at - 5), at, True))
        if word in STOPS or at + 1 == len(words):
            end = at if word in STOPS else at + 1
            if words[end - 1] == "not" and end - start > 1:
                spans.append((previous if end - start <= 4 else start, end, False))
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
        if word in PUNCTUATION or word in _SCOPE_END or word in ("and", "then") and after in SUBJECTS:
            scope += 1
        scopes.append(scope)
    return scopes


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
