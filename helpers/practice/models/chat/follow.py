"""Going on with a text that has no roles: in the passage it stands in, else with a passage that fits."""
from __future__ import annotations

import math

from .generate import Mixture, State
from .grammar import START, STOP, Grammar
from .plan import COURSE, Answers, Plan, rivals
from .retrieve import Hit, weigh
from .tokens import END, split
from .turns import Ask, content
from .words import terms

LONGEST_MATCH = 8  # tokens at the end of the prompt that are looked for
SEARCHED = 12  # passages they are looked for in
SURE = 3.0  # how sharply the better fitting passage is preferred


def continuation(prompt: str, answers: Answers) -> Plan:
    """The plan for what follows `prompt`."""
    text = content({"content": prompt})
    ask = Ask("question", text)
    hits = answers.index.search(weigh(terms(text)), COURSE)[:SEARCHED]
    inside = None if text.rstrip().endswith("?") else following(text, hits)
    if inside:
        return Plan(inside, ask, hits)
    chosen = rivals(hits) if hits else [(answers.named["off-topic"], 1.0)]
    lead = _lead(text) if hits else "\n" * bool(text)
    return Plan(Mixture([(Grammar(p.text, lead=lead), weight) for p, weight in chosen]), ask, hits)


def _lead(text: str) -> str:
    """What parts a new passage from the prompt."""
    if not text or text[-1].isspace():
        return ""
    return "\n" if text[-1] in ".?!:" else " "


def following(prompt: str, hits: list[Hit]) -> Mixture | None:
    """A mixture that starts where the end of `prompt` stands in the passages; None if it stands in none."""
    tail = [token.strip().lower() for token in split(prompt.rstrip())[-LONGEST_MATCH:]]
    for size in range(len(tail), 0, -1):
        found = [(hit, nodes) for hit in hits if (nodes := _ends(hit.passage.grammar, tail[-size:]))]
        if found:
            return _started(found, prompt)
    return None


def _ends(grammar: Grammar, tail: list[str]) -> list[int]:
    """Nodes where a path with the tokens of `tail` ends and goes on."""
    here = {node for node, token in enumerate(grammar.tokens)
            if token.strip().lower() == tail[0] and node != START}
    for wanted in tail[1:]:
        here = {after for node in here for after, _ in grammar.edges[node]
                if after != STOP and grammar.tokens[after].strip().lower() == wanted}
    return sorted(node for node in here if any(after != STOP for after, _ in grammar.edges[node]))


def _started(found: list[tuple[Hit, list[int]]], prompt: str) -> Mixture:
    parts = [(hit.passage.grammar, math.exp(SURE * (hit.score - found[0][0].score))) for hit, _ in found]
    total = sum(weight for _, weight in parts)
    places = tuple((i, node, weight / total / len(nodes))
                   for i, ((_, weight), (_, nodes)) in enumerate(zip(parts, found, strict=False)) for node in nodes)
    before = [END, END, *split(prompt.rstrip())][-2:]
    return Mixture(parts, State(places, (before[0], before[1])))
