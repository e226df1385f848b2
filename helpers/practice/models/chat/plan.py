"""From a conversation to a weighted mixture of texts, which is what the generator speaks from."""
from __future__ import annotations

import math
from typing import NamedTuple

from . import guard
from .corpus import Passage
from .generate import Mixture
from .grammar import START, STOP, Grammar, longest, opening, parse
from .retrieve import Bag, Hit, Index, weigh
from .shape import cut
from .turns import Ask
from .wishes import Limit, bare
from .words import surface, terms

RIVALS = 3  # passages beside the best one that may share the probability
SHARPNESS, RIVAL_SHARE = 5.0, 0.25  # weight of a rival: share * exp(sharpness * (its score - the best score))
LEAST_SHARE = 2e-4  # of any rival, so that a high temperature has somewhere to go
CLOSE = 0.9  # a second passage with at least this share of the best score is told too
EARLIER, EARLIER_ALONE = 0.06, 0.45  # weight of words from earlier turns; the second for a short question
FEW = 1.6  # summed term weight under which a question leans on the earlier turns
SURE_REPLY, NEAR_REPLY = 5.5, -0.12  # summed idf and score a reply draft needs, else the general draft is used
LIKE_TALK = 0.5  # least share of words a bare remark ("who are you") must have in common with one in meta.txt
COURSE, REPLIES = frozenset({"course"}), frozenset({"reply"})


class Plan(NamedTuple):
    """What will be said and why: the mixture, the request, the passages found, the guard's verdict, the
    words of the question that could be searched for, and the keys of the passages that are told."""

    mixture: Mixture
    ask: Ask
    hits: list[Hit]
    verdict: guard.Verdict | None = None
    known: tuple[str, ...] = ()
    said: tuple[str, ...] = ()


class Answers:
    """Answers questions and tickets from the passages of one index."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.named = {passage.key: passage for passage in index.passages}
        self._exact = {" ".join(surface(q)): p for p in index.passages for q in p.questions}
        self._talk = [(set(surface(q)), p) for p in index.passages if p.kind == "meta" for q in p.questions]

    def question(self, ask: Ask) -> Plan:
        """An answer from the course, talk about the model, or the honest sentence."""
        bag = self._bag(ask)
        hits = self.index.search(bag)
        verdict = guard.judge(bag, hits, self.index)
        plan = Plan(Mixture([]), ask, hits, verdict, self._known(ask))
        asked = self._exact.get(" ".join(surface(ask.text)))
        if asked and asked.kind != "meta":
            rest = [hit for hit in hits if hit.passage is not asked]
            best = next((hit for hit in hits if hit.passage is asked), Hit(asked, SHARPNESS, 1.0))
            sure = verdict._replace(chance=1.0)
            return _telling(plan._replace(hits=[best, *rest], verdict=sure), [best, *rest])
        remark = asked or (None if verdict.on_topic else self._remark(ask))
        if remark:
            talk = Hit(remark, SHARPNESS, 1.0)
            return _telling(plan._replace(hits=[talk, *hits]), [talk])
        if not verdict.on_topic:
            honest = Hit(self.named["off-topic"], SHARPNESS, 0.0)
            return _telling(plan._replace(ask=ask._replace(limit=Limit())), [honest])
        return self._two(plan, bag) or _telling(plan, hits)

    def reply(self, ask: Ask) -> Plan:
        """A draft for a ticket."""
        hits = self.index.search(weigh(terms(ask.text)), REPLIES)
        plan = Plan(Mixture([]), ask, hits)
        if not hits or hits[0].matched < SURE_REPLY or hits[0].score < NEAR_REPLY:
            return _telling(plan, [Hit(self.named["reply-general"], 1.0, 0.0)])
        return _telling(plan, hits)

    def desk(self, ask: Ask) -> Plan:
        """What a help desk answers: a question about the course from its passages, everything else as a ticket."""
        asked = self.question(ask)
        known = asked.verdict is not None and asked.verdict.on_topic and asked.hits[0].passage.kind == "course"
        return asked if known else self.reply(ask)

    def more(self, ask: Ask) -> Plan:
        """The next best passage on what was asked before, or on what was answered."""
        bag = weigh(terms(ask.before.split("\n")[-1]) + [(t, 0.3 * w) for t, w in terms(ask.last)])
        told = weigh(terms(ask.last))
        hits = [hit for hit in self.index.search(bag, COURSE) if not self.holds(told, hit.passage)]
        return _telling(Plan(Mixture([]), ask, hits), hits) if hits else self.question(ask)

    def source(self, text: str) -> Passage | None:
        """The passage an earlier answer came from."""
        told = weigh(terms(text))
        hits = self.index.search(told)
        return hits[0].passage if hits and self.holds(told, hits[0].passage) else None

    def holds(self, told: Bag, passage: Passage) -> bool:
        """Whether a text, as a bag of terms, is mostly this passage."""
        own = weigh(terms(passage.plain))
        shared = sum(self.index.rarity(term) for term in told if term in own)
        return shared > 0.6 * sum(map(self.index.rarity, told))

    def _bag(self, ask: Ask) -> Bag:
        """Terms of the question, with a little of the turn before."""
        bag = weigh(terms(bare(ask.text)))
        share = EARLIER_ALONE if sum(bag.values()) < FEW else EARLIER
        for term, weight in terms(ask.before.split("\n")[-1]) if bag else ():
            bag.setdefault(term, share * weight)
        return bag

    def _known(self, ask: Ask) -> tuple[str, ...]:
        words = dict.fromkeys(surface(bare(ask.text)))
        return tuple(word for word in words if any(self.index.knows(term) for term, _ in terms(word)))

    def _remark(self, ask: Ask) -> Passage | None:
        """A passage of talk about the model, when the remark is worded like one of its questions."""
        said = set(surface(ask.text))
        if not said or len(said) > 8:
            return None
        best = max(self._talk, key=lambda pair: len(said & pair[0]) / len(said | pair[0]))
        return best[1] if len(said & best[0]) / len(said | best[0]) >= LIKE_TALK else None

    def _two(self, plan: Plan, bag: Bag) -> Plan | None:
        """The openings of two passages, when the best one leaves out a part that another one holds: the
        other side of "the difference between X and Y", or a passage with nearly the same score."""
        best = plan.hits[0].passage
        if best.kind != "course" or plan.ask.limit != Limit():
            return None
        own = weigh(terms(f"{best.plain} {best.keywords} {' '.join(best.hints)}"))
        missing = {term: w for term, w in bag.items() if w >= 1 and term != "differenc" and term not in own
                   and self.index.knows(term)}
        for hit in self._seconds(plan, bag, missing):
            if hit.passage is not best and hit.passage.kind == "course":
                both = Grammar(opening(best.text, 2) + " " + opening(hit.passage.text, 2))
                return plan._replace(mixture=Mixture([(both, 1.0)]), said=(best.key, hit.passage.key))
        return None

    def _seconds(self, plan: Plan, bag: Bag, missing: Bag) -> list[Hit]:
        if "differenc" in bag and missing:
            return [hit for hit in self.index.search(missing, COURSE)[:1] if hit.covered > 0.6]
        return [hit for hit in plan.hits[1:2] if hit.score >= CLOSE * plan.hits[0].score]


def _telling(plan: Plan, hits: list[Hit]) -> Plan:
    """The plan with the mixture of the best of `hits` and its rivals."""
    chosen = rivals(hits)
    parts = [(grammar, weight * share) for passage, weight in chosen
             for grammar, share in within(passage, plan.ask.limit)]
    return plan._replace(mixture=Mixture(parts), said=(chosen[0][0].key,))


def rivals(hits: list[Hit]) -> list[tuple[Passage, float]]:
    """The best passage with weight 1 and its rivals with what their scores deserve."""
    best = hits[0]
    others = [(hit.passage, max(LEAST_SHARE, RIVAL_SHARE * math.exp(SHARPNESS * (hit.score - best.score))))
              for hit in hits[1:RIVALS + 1] if hit.passage.kind == best.passage.kind]
    return [(best.passage, 1.0), *others]


def within(passage: Passage, limit: Limit) -> list[tuple[Grammar, float]]:
    """A passage cut to a limit: whole sentences if they fit in every wording, else its first sentence cut."""
    if limit == Limit():
        return [(passage.grammar, 1.0)]
    for count in range(limit.sentences or 9, 0, -1):
        text = opening(passage.text, count)
        if not limit.words or longest(parse(text)) <= limit.words:
            return [(Grammar(text), 1.0)]
    texts = [spoken(Grammar(opening(passage.text, 1), turn=turn)) for turn in (0, 1, 2)]
    return [(Grammar(cut(text, limit.words or 1), literal=True), 1.0 / n) for n, text in enumerate(texts, 1)]


def spoken(grammar: Grammar) -> str:
    """The likeliest wording of a passage."""
    node, text = START, ""
    while node != STOP:
        text += grammar.tokens[node]
        node = max(grammar.edges[node], key=lambda edge: edge[1])[0]
    return text
