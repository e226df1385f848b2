"""Tasks on a given text: sum it up, label it, change it, repeat it. All are computed from that text."""
from __future__ import annotations

import math

from . import labels, shape
from .generate import Mixture
from .grammar import Grammar
from .plan import Answers, Plan, spoken
from .turns import Ask, read
from .wishes import Limit

SUMMARY = Limit(30, 1)  # of a summary, when nothing else was wished
DECIDED = 4.0  # how sharply the best sentence is preferred to the next
CHANGES = (("formal", shape.formal), ("friendly", shape.friendly), ("simpler", shape.simpler),
           ("bullets", shape.bullets))


class Planner:
    """Reads a conversation and makes the plan for the next message."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._index = answers.index
        self._make = {"question": answers.question, "reply": answers.reply, "desk": answers.desk, "edit": self._edit,
                      "summary": self._summary, "label": self._label, "echo": self._echo}

    def plan(self, messages: list[dict]) -> Plan:
        """The plan for a conversation; never fails, whatever the messages hold."""
        ask = read(messages)
        return self._make[ask.kind](ask)

    def _echo(self, ask: Ask) -> Plan:
        return Plan(literal([(ask.text, 1.0)]), ask, [])

    def _label(self, ask: Ask) -> Plan:
        return Plan(literal(labels.weigh(ask.text, ask.labels, self._index)), ask, [])

    def _summary(self, ask: Ask) -> Plan:
        limit = ask.limit if ask.limit != Limit() else SUMMARY
        return Plan(literal(_picked(ask.text, shape.central(ask.text, self._weight), limit)), ask, [])

    def _weight(self, term: str) -> float:
        """Rarity of a term; a word the passages do not have is more often a detail than the matter."""
        return self._index.rarity(term) * (1.0 if self._index.knows(term) else 0.5)

    def _edit(self, ask: Ask) -> Plan:
        if ask.edits == ("more",):
            return self._answers.more(ask)
        if ask.edits == ("again",):
            return self._again(ask)
        parts = self._shorter(ask) if "shorter" in ask.edits else [(ask.last, 1.0)]
        for name, change in CHANGES:
            if name in ask.edits and not (name == "formal" and "friendly" in ask.edits):
                parts = [(change(text), weight) for text, weight in parts]
        return Plan(literal(parts), ask, [])

    def _shorter(self, ask: Ask) -> list[tuple[str, float]]:
        if ask.limit == Limit():
            return shape.shorter(ask.last, self._index.rarity)
        return _picked(ask.last, shape.essential(ask.last, self._index.rarity), ask.limit)

    def _again(self, ask: Ask) -> Plan:
        """Other wordings of the passage the last answer came from; of any other text, a more formal one."""
        source = self._answers.source(ask.last)
        if source is None:
            return Plan(literal([(shape.formal(ask.last), 1.0)]), ask, [])
        turns = [Grammar(source.text, turn=turn) for turn in (1, 2)]
        fresh = [grammar for grammar in turns if spoken(grammar) != ask.last] or turns
        return Plan(Mixture([(grammar, 1.0 / (1 + i)) for i, grammar in enumerate(fresh)]), ask, [])


def _picked(text: str, ranked: list[tuple[str, float]], limit: Limit) -> list[tuple[str, float]]:
    """The best sentence, or several in their order, within the limit; other choices with less weight."""
    if not ranked:
        return [(shape.cut(text, limit.words or len(text.split())), 1.0)]
    top = ranked[0][1] or 1.0
    single = [(shape.fit(sentence, limit), math.exp(DECIDED * (score / top - 1)))
              for sentence, score in ranked[:3]]
    if not limit.sentences or limit.sentences < 2:
        return single
    best = {sentence for sentence, _ in ranked[: limit.sentences]}
    several = shape.fit(" ".join(s for s in shape.sentences(text) if s in best), limit)
    return [(several, 1.0), *((one, 0.1 * weight) for one, weight in single)]


def literal(parts: list[tuple[str, float]]) -> Mixture:
    """A mixture of fixed texts; of nothing it is three dots."""
    kept = [(Grammar(text, literal=True), weight) for text, weight in parts if text]
    return Mixture(kept or [(Grammar("...", literal=True), 1.0)])
