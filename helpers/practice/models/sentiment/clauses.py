"""Which part of a text carries its verdict: weights of clauses, and where the last one begins."""

from __future__ import annotations

import re

from .text import PUNCTUATION, word_set

STOPS = frozenset(".;!?")
BUT = frozenset({"but", "however", "yet", "nevertheless", "nonetheless", "until", "till"})
ALTHOUGH = frozenset([
    "although", "though", "despite", "granted", "while", "whereas", "notwithstanding", "admittedly",
])
_EXCEPT = (("apart", "from"), ("aside", "from"), ("other", "than"), ("except", "for"), ("except", "that"))
_WHEN = frozenset({"when", "whenever", "if", "because", "before", "after", "during"})
SUBJECTS = frozenset([
    "i", "we", "they", "he", "she", "it", "you", "the", "my", "our", "their", "this", "that", "these",
    "those",
])

_TURN_WORDS = BUT | {"then", "finally", "eventually", "suddenly", "still", "now", "today", "tonight", "later"}
_AFTER_AND = SUBJECTS | _TURN_WORDS | {
    "when", "after", "by", "in", "at", "last", "yesterday", "what", "nobody", "everyone", "half", "all", "even",
    "a", "#", "no", "so", "there", "one", "every", "none", "not", "her", "his",
}
_ASIDE = ALTHOUGH | {"because", "who", "which", "whose", "where", "as", "with", "including", "even", "if", "since"}
_LEAST = 3  # words of a verdict
_LONG = 16  # words from which on the beginning is only the story that leads to the verdict
_GRUMBLES = word_set("""never rarely seldom hardly hate despise detest dislike distrust usually normally always refuse
complain criticise criticize moan grumble find can not no loathe dread send""")
_GRUMPY = re.compile(r"""(?:not|never) a (?:man|woman|person|fan) of|(?:not|never|hardly|rarely|seldom) (?:\w+ )?(?:easily|
easy to) (?:impress|please|satisf|move)\w*|(?:hard|difficult|tough|impossible|tricky) to (?:please|impress)|(?:fussy|picky|
choosy|grumpy|sceptical|skeptical|cynical|demanding|fussiest|pickiest|strictest|harshest|toughest)|
not (?:known for|given to|one for|one to|somebody who|someone who|the type)|man of few|woman of few""".replace("\n", ""))


def hard_to_please(words: list[str]) -> list[tuple[int, int]]:
    """Spans that say how hard to please somebody is: "my aunt, who finds fault with everything, ..."."""
    spans = []
    for at, word in enumerate(words):
        if word == "who" and at and any(w.rstrip("s") in _GRUMBLES for w in words[at + 1 : at + 3]):
            end = next((i for i in range(at + 1, len(words)) if words[i] in PUNCTUATION), len(words))
            spans.append((at, end if words[at - 1] in PUNCTUATION else min(end, at + 4)))
    for found in _GRUMPY.finditer(" ".join(words)):
        start = found.string[: found.start()].count(" ")
        spans.append((start, start + found.group().count(" ") + 1))
    return spans


def verdict(words: list[str]) -> tuple[int, bool]:
    """Where the last main clause begins, and whether a word of turn ("but", "and then", "in the end") opens it."""
    best, turned = 0, False
    for at in range(1, len(words) - _LEAST):
        word, after = words[at], words[at + 1]
        opens = words[at - 1] in STOPS or word in BUT or words[at - 1] in ",:" and (
            word in _TURN_WORDS or word == "and" and after in _AFTER_AND or word in SUBJECTS
        )
        if not opens and word == "and" and after in _AFTER_AND and at > _LONG // 2:
            opens = True
        if opens and word not in _ASIDE:
            best, turned = at, word in _TURN_WORDS or word == "and" and (
                after in _TURN_WORDS or words[at + 1 : at + 4] == ["in", "the", "end"])
    return best, turned


def clause_weights(words: list[str]) -> list[float]:
    """How much each word counts: more after "but", less in an "although" clause, a little more at the end."""
    weights = [1.0] * len(words)
    starts = [0] + [at + 1 for at, word in enumerate(words) if word in STOPS]
    for number, start in enumerate(starts):
        end = starts[number + 1] if number + 1 < len(starts) else len(words)
        previous = starts[number - 1] if number else 0
        _weigh_sentence(words, weights, previous, start, end)
    last = max((start for start in starts if start < len(words)), default=0)
    _scale(weights, last, len(words), 1.2)
    if len(words) > _LONG:
        _scale(weights, 0, verdict(words)[0], 0.7)
    for start, end in hard_to_please(words):
        _scale(weights, start, end, 0.1)
    return weights


def _weigh_sentence(words: list[str], weights: list[float], previous: int, start: int, end: int) -> None:
    for at in range(start, end):
        word = words[at]
        yet_to, and_then = words[at + 1 : at + 2] == ["to"], word == "then" and words[at - 1 : at] == [","]
        if word in BUT and not yet_to or and_then:
            _scale(weights, start if at > start else previous, at, 0.5)
            _scale(weights, at, end, 1.4)
        elif word in ALTHOUGH and at + 1 < end and words[at + 1] not in PUNCTUATION:
            comma = next((i for i in range(at, end) if words[i] == ","), end)
            _scale(weights, at, comma, 0.4)
        elif word in _WHEN and at + 1 < end:
            # "But when we arrived nobody knew us": without a comma the clause may already hold the verdict.
            stop = next((i for i in range(at, end) if words[i] == ","), min(end, at + 5))
            _scale(weights, at, stop, 0.6)
        elif tuple(words[at : at + 2]) in _EXCEPT:
            comma = next((i for i in range(at, end) if words[i] == ","), end)
            _scale(weights, at, comma, 0.4)


def _scale(weights: list[float], start: int, end: int, factor: float) -> None:
    for at in range(start, end):
        weights[at] *= factor


