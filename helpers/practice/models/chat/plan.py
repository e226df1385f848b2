"""From a conversation to a weighted mixture of texts, which is what the generator speaks from."""
from __future__ import annotations

import math
from typing import NamedTuple

from . import guard, labels, shape
from .corpus import Passage
from .generate import Mixture, State
from .grammar import START, STOP, Grammar, longest, opening, parse
from .retrieve import Bag, Hit, Index, weigh
from .tokens import END, split
from .turns import Ask, Limit, bare, content, read
from .words import surface, terms

RIVALS = 5  # passages beside the best one that may share the probability
SHARPNESS, RIVAL_SHARE = 5.0, 0.25  # weight of a rival: share * exp(sharpness * (its score - the best score))
LEAST_SHARE = 2e-4  # of any rival, so that a high temperature has somewhere to go
EARLIER, EARLIER_ALONE = 0.06, 0.45  # weight of words from earlier turns; the second for a question with few words
FEW = 1.6  # summed term weight under which a question leans on the earlier turns
SURE_REPLY = 7.0  # summed idf a ticket must share with a reply draft, else the general draft is used
LIKE_TALK = 0.5  # least share of common words between a bare remark ("who are you") and a question in meta.txt
ANSWER_KINDS = frozenset({"course", "reply"})
LONGEST_MATCH = 8  # tokens of a prompt looked for in the passages when a text is continued


class Plan(NamedTuple):
    """What will be said and why: the mixture, the request, the passages found and the guard's verdict."""

    mixture: Mixture
    ask: Ask
    hits: list[Hit]
    verdict: guard.Verdict | None = None


class Planner:
    """Makes plans from the passages of one index."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self._named = {passage.key: passage for passage in index.passages}
        self._exact = {" ".join(surface(q)): p for p in index.passages for q in p.questions}
        self._talk = [(set(surface(q)), p) for p in index.passages if p.kind == "meta" for q in p.questions]

    def plan(self, messages: list[dict]) -> Plan:
        """The plan for a conversation; never fails, whatever the messages hold."""
        ask = read(messages)
        make = {"question": self._question, "edit": self._edit, "summary": self._summary, "label": self._label,
                "reply": self._reply, "echo": self._echo}[ask.kind]
        return make(ask)

    def _question(self, ask: Ask) -> Plan:
        bag = self._bag(ask)
        hits = self.index.search(bag, ANSWER_KINDS | {"meta"})
        verdict = guard.judge(bag, hits, self.index)
        said = self._exact.get(" ".join(surface(ask.text))) or (None if hits and verdict.on_topic else self._remark(ask))
        if said and said.kind != "meta":
            hits = [h for h in hits if h.passage is said] + [h for h in hits if h.passage is not said]
            hits = hits if hits and hits[0].passage is said else [Hit(said, SHARPNESS, 1.0), *hits]
            return Plan(self._speak(rivals(hits), ask.limit), ask, hits, guard.Verdict(1.0, verdict.unknown))
        if said:
            return Plan(self._speak([(said, 1.0)], ask.limit), ask, [Hit(said, 1.0, 1.0), *hits], verdict)
        if not hits or not verdict.on_topic:
            return Plan(self._speak([(self._named["off-topic"], 1.0)], Limit()), ask, hits, verdict)
        pair = self._both_sides(bag, hits)
        if pair:
            return Plan(Mixture([(pair, 1.0)]), ask, hits, verdict)
        return Plan(self._speak(rivals(hits), ask.limit), ask, hits, verdict)

    def _bag(self, ask: Ask) -> Bag:
        """Terms of the question, with a little of the earlier turns."""
        bag = weigh(terms(bare(ask.text)))
        share = EARLIER_ALONE if sum(bag.values()) < FEW else EARLIER
        for term, weight in terms(ask.before.split("\n")[-1]) if bag else ():
            bag.setdefault(term, share * weight)
        return bag

    def _remark(self, ask: Ask) -> Passage | None:
        """A passage of talk about the model, when the remark is worded like one of its questions."""
        said = set(surface(ask.text))
        if not said or len(said) > 8:
            return None
        best = max(self._talk, key=lambda pair: len(said & pair[0]) / len(said | pair[0]))
        return best[1] if len(said & best[0]) / len(said | best[0]) >= LIKE_TALK else None

    def _both_sides(self, bag: Bag, hits: list[Hit]) -> Grammar | None:
        """For "the difference between X and Y": both openings, if no passage holds both but two do."""
        sides = {term: w for term, w in bag.items() if w >= 1 and term != "differenc"}
        if "differenc" not in bag or len(sides) < 2 or len(hits) < 2:
            return None
        first = hits[0].passage
        missing = {t: w for t, w in sides.items() if t not in weigh(terms(first.plain + " " + first.keywords))}
        if not missing or len(missing) == len(sides):
            return None
        second = next((h.passage for h in self.index.search(missing, frozenset({"course"})) if h.covered > 0.6), None)
        if second is None or second is first:
            return None
        return Grammar(opening(first.text, 2) + " " + opening(second.text, 2))

    def _speak(self, passages: list[tuple[Passage, float]], limit: Limit) -> Mixture:
        return Mixture([(grammar, weight * share) for passage, weight in passages
                        for grammar, share in within(passage, limit)])

    def _reply(self, ask: Ask) -> Plan:
        bag = weigh(terms(ask.text))
        hits = self.index.search(bag, frozenset({"reply"}))
        if not hits or hits[0].matched < SURE_REPLY:
            return Plan(self._speak([(self._named["reply-general"], 1.0)], ask.limit), ask, hits)
        return Plan(self._speak(rivals(hits), ask.limit), ask, hits)

    def _summary(self, ask: Ask) -> Plan:
        limit = ask.limit if ask.limit != Limit() else Limit(30, 1)
        ranked = shape.central(ask.text, self._weight)[:3]
        if not ranked:
            return self._question(ask._replace(kind="question"))
        parts = [(shape.fit(text, limit), math.exp(4 * (score / (ranked[0][1] or 1.0) - 1))) for text, score in ranked]
        if limit.sentences and limit.sentences > 1:
            parts = [(self._several(ask.text, limit), 1.0), *[(t, 0.1 * w) for t, w in parts]]
        return Plan(literal(parts), ask, [])

    def _weight(self, term: str) -> float:
        """Rarity of a term; a word the passages do not have is more often a detail than the matter."""
        return self.index.rarity(term) * (1.0 if self.index.knows(term) else 0.5)

    def _several(self, text: str, limit: Limit) -> str:
        """The most central sentences, in the order of the text."""
        best = {s for s, _ in shape.central(text, self._weight)[: limit.sentences]}
        return shape.fit(" ".join(s for s in shape.sentences(text) if s in best), limit)

    def _label(self, ask: Ask) -> Plan:
        return Plan(literal(labels.weigh(ask.text, ask.labels, self.index)), ask, [])

    def _echo(self, ask: Ask) -> Plan:
        return Plan(literal([(ask.text, 1.0)]), ask, [])

    def _edit(self, ask: Ask) -> Plan:
        if "more" in ask.edits and len(ask.edits) == 1:
            return self._more(ask)
        if set(ask.edits) == {"again"}:
            return self._again(ask)
        parts = [(ask.last, 1.0)]
        if "shorter" in ask.edits:
            parts = self._shorter(ask)
        for name, change in (("formal", shape.formal), ("friendly", shape.friendly),
                             ("simpler", self._simpler), ("bullets", shape.bullets)):
            if name in ask.edits and not (name == "formal" and "friendly" in ask.edits):
                parts = [(change(text), weight) for text, weight in parts]
        return Plan(literal(parts), ask, [])

    def _shorter(self, ask: Ask) -> list[tuple[str, float]]:
        parts = shape.shorter(ask.last, self.index.rarity)
        if ask.limit == Limit():
            return parts
        ranked = shape.essential(ask.last, self.index.rarity)[:3]
        if ask.limit.sentences and ask.limit.sentences > 1:
            return [(self._several(ask.last, ask.limit), 1.0)]
        return [(shape.fit(text, ask.limit), math.exp(4 * (w / (ranked[0][1] or 1.0) - 1))) for text, w in ranked]

    def _simpler(self, text: str) -> str:
        found = shape.sentences(shape.swap(text, shape.SIMPLE))
        return " ".join(found[: max(1, len(found) - 1)])

    def _source(self, text: str) -> Passage | None:
        """The passage an earlier answer came from."""
        bag = weigh(terms(text))
        hits = self.index.search(bag)
        return hits[0].passage if hits and hits[0].covered > 0.7 else None

    def _again(self, ask: Ask) -> Plan:
        source = self._source(ask.last)
        if source is None:
            return Plan(literal([(shape.formal(ask.last), 1.0)]), ask, [])
        turns = [Grammar(source.text, turn=turn) for turn in (1, 2)]
        fresh = [g for g in turns if spoken(g) != ask.last] or turns
        return Plan(Mixture([(grammar, 1.0 / (i + 1)) for i, grammar in enumerate(fresh)]), ask, [])

    def _more(self, ask: Ask) -> Plan:
        """The next best passage on what was asked before, or on what was answered."""
        bag = weigh(terms(ask.before.split("\n")[-1]) + [(t, 0.3 * w) for t, w in terms(ask.last)])
        said = {sentence for sentence in shape.sentences(ask.last)}
        hits = [hit for hit in self.index.search(bag, frozenset({"course"}))
                if hit.passage is not self._source(ask.last) and not said & set(shape.sentences(hit.passage.plain))]
        return Plan(self._speak(rivals(hits), ask.limit), ask, hits) if hits else self._question(ask)

    def continuation(self, prompt: str) -> Plan:
        """Plan for going on with a text, without roles: in the passage it comes from, else with a fitting one."""
        ask = Ask("question", content({"content": prompt}))
        hits = self.index.search(weigh(terms(ask.text)), frozenset({"course"}))[:12]
        if not ask.text.rstrip().endswith("?"):
            found = following(ask.text, hits)
            if found:
                return Plan(found, ask, hits)
        lead = "" if not ask.text or ask.text[-1:].isspace() else "\n" if ask.text.rstrip()[-1:] in ".?!:" else " "
        chosen = rivals(hits) if hits else [(self._named["off-topic"], 1.0)]
        return Plan(Mixture([(Grammar(p.text, lead=lead), w) for p, w in chosen]), ask, hits)


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
    return [(Grammar(shape.cut(text, limit.words or 1), literal=True), 1.0 / (1 + i)) for i, text in enumerate(texts)]


def spoken(grammar: Grammar) -> str:
    """The likeliest wording of a passage."""
    node, text = START, ""
    while node != STOP:
        text += grammar.tokens[node]
        node = max(grammar.edges[node], key=lambda edge: edge[1])[0]
    return text


def literal(parts: list[tuple[str, float]]) -> Mixture:
    """A mixture of fixed texts."""
    return Mixture([(Grammar(text, literal=True), weight) for text, weight in parts if text] or
                   [(Grammar("...", literal=True), 1.0)])


def following(prompt: str, hits: list[Hit]) -> Mixture | None:
    """A mixture that starts where the end of `prompt` stands in the passages; None if it stands in none."""
    tail = [token.strip().lower() for token in split(prompt.rstrip())[-LONGEST_MATCH:]]
    if not tail:
        return None
    for size in range(len(tail), 0, -1):
        found = [(hit, nodes) for hit in hits if (nodes := _ends(hit.passage.grammar, tail[-size:]))]
        if found:
            return _started([(h.passage.grammar, math.exp(h.score), n) for h, n in found], prompt)
    return None


def _ends(grammar: Grammar, tail: list[str]) -> list[int]:
    """Nodes where a path with the tokens of `tail` ends and goes on."""
    here = {node for node, token in enumerate(grammar.tokens) if token.strip().lower() == tail[0] and node != START}
    for wanted in tail[1:]:
        here = {after for node in here for after, _ in grammar.edges[node]
                if after != STOP and grammar.tokens[after].strip().lower() == wanted}
    return sorted(node for node in here if any(after != STOP for after, _ in grammar.edges[node]))


def _started(found: list[tuple[Grammar, float, list[int]]], prompt: str) -> Mixture:
    total = sum(weight for _, weight, _ in found)
    places = tuple((i, node, weight / total / len(nodes)) for i, (_, weight, nodes) in enumerate(found)
                   for node in nodes)
    last = (split(prompt)[-2:] + [END, END])[:2]
    return Mixture([(grammar, weight) for grammar, weight, _ in found], State(places, (last[0], last[1])))
