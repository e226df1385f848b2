"""Next-token probabilities of a weighted mixture of passages, and sampling from them.

A state is a set of places in the passages' graphs with their posterior weights, as in the forward algorithm
of a hidden Markov model. Two small shares of the probability go to places elsewhere in the mixture that
follow the same two tokens, or the same one: the n-gram part. At low temperature it is never chosen, at 2 it
often is."""
from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .grammar import START, STOP, Grammar
from .tokens import END, Vocabulary

AFTER_TWO, AFTER_ONE = 1e-3, 1e-6  # shares of the bigram and unigram contexts
LAST_CROSSING = 90  # tokens; after this many the text only runs to the end of its passage, so it always stops
KEPT_STATES = 200  # distributions remembered for one prompt
FORGET = 1e-6  # posterior weight under which a place is dropped


class Step(NamedTuple):
    """One generated token. `top` holds (text, id, logprob) of the likeliest tokens there, best first.

    Log probabilities are natural logarithms of the distribution before temperature, top_p and top_k."""

    text: str
    token_id: int
    logprob: float
    top: list[tuple[str, int, float]]


class Sampling(NamedTuple):
    """Settings of one generation. `temperature` 0 takes the likeliest token each time."""

    max_tokens: int = 256
    temperature: float = 1.0
    top_p: float = 1.0
    top_k: int | None = None
    seed: int = 0
    top_logprobs: int = 0


class State(NamedTuple):
    places: tuple[tuple[int, int, float], ...]  # (passage, node, posterior weight)
    context: tuple[str, str]  # the last two tokens
    may_cross: bool = True


class Distribution(NamedTuple):
    """Tokens in falling probability, with where each of them leads."""

    tokens: list[str]
    probs: list[float]
    leads: list[list[tuple[int, int, float]]]


class Mixture:
    """Passages with their weights (any positive scale). `start` may be given to begin in the middle."""

    def __init__(self, parts: Sequence[tuple[Grammar, float]], start: State | None = None) -> None:
        total = sum(weight for _, weight in parts) or 1.0
        self.grammars = [grammar for grammar, _ in parts]
        self.weights = [weight / total for _, weight in parts]
        first = tuple((i, START, weight) for i, weight in enumerate(self.weights))
        self.start = start or State(first, (END, END))
        self._known: dict[State, Distribution] = {}

    def next(self, state: State) -> Distribution:
        """Distribution of the token after `state`; remembered, since prompts repeat."""
        found = self._known.get(state)
        if found is None:
            found = self._compute(state)
            if len(self._known) < KEPT_STATES:
                self._known[state] = found
        return found

    def _compute(self, state: State) -> Distribution:
        leads: dict[str, list[tuple[int, int, float]]] = {}
        for which, node, weight in state.places:
            self._spread(leads, which, [node], weight)
        if state.may_cross:
            self._cross(leads, state.context)
        mass = {token: sum(place[2] for place in places) for token, places in leads.items()}
        total = sum(mass.values())
        order = sorted(mass, key=lambda token: (-mass[token], token))
        return Distribution(order, [mass[t] / total for t in order], [leads[t] for t in order])

    def _cross(self, leads: dict, context: tuple[str, str]) -> None:
        for which, grammar in enumerate(self.grammars):
            share = 1 / len(self.grammars)
            self._spread(leads, which, grammar.after_two.get(context, ()), AFTER_TWO * share)
            self._spread(leads, which, grammar.after_one.get(context[1], ()), AFTER_ONE * share)

    def _spread(self, leads: dict, which: int, nodes: Sequence[int], weight: float) -> None:
        """Give `weight`, split evenly over `nodes`, to what follows them."""
        grammar = self.grammars[which]
        for node in nodes:
            for after, prob in grammar.edges[node]:
                token = END if after == STOP else grammar.tokens[after]
                leads.setdefault(token, []).append((which, after, weight * prob / len(nodes)))

    def move(self, state: State, chosen: Distribution, i: int, count: int) -> State:
        """The state after taking token `i` of `chosen` as number `count`."""
        context = (state.context[1], chosen.tokens[i])
        places = chosen.leads[i]
        if len(places) == 1:
            return State(((places[0][0], places[0][1], 1.0),), context, count < LAST_CROSSING)
        return State(_posterior(places), context, count < LAST_CROSSING)


def _posterior(places: list[tuple[int, int, float]]) -> tuple[tuple[int, int, float], ...]:
    merged: dict[tuple[int, int], float] = {}
    for which, node, weight in places:
        merged[which, node] = merged.get((which, node), 0.0) + weight
    total = sum(merged.values())
    kept = {key: weight / total for key, weight in merged.items() if weight > FORGET * total}
    total = sum(kept.values())
    return tuple((which, node, round(weight / total, 6)) for (which, node), weight in sorted(kept.items()))


def generate(mixture: Mixture, how: Sampling, vocabulary: Vocabulary) -> Iterator[Step]:
    """Tokens until the passage ends or `max_tokens` are out. The same seed gives the same tokens."""
    rng = random.Random(how.seed)
    state = mixture.start
    for count in range(how.max_tokens):
        dist = mixture.next(state)
        i = _choose(dist.probs, how, rng)
        if dist.tokens[i] == END:
            return
        yield _step(dist, i, how.top_logprobs, vocabulary)
        state = mixture.move(state, dist, i, count)


def _step(dist: Distribution, i: int, top: int, vocabulary: Vocabulary) -> Step:
    best = [(t, vocabulary.id(t), _log(p)) for t, p in zip(dist.tokens, dist.probs, strict=False) if t != END][:top]
    return Step(dist.tokens[i], vocabulary.id(dist.tokens[i]), _log(dist.probs[i]), best)


def _log(prob: float) -> float:
    return round(math.log(max(prob, 1e-12)), 6) + 0.0


def _choose(probs: list[float], how: Sampling, rng: random.Random) -> int:
    """Temperature first, then top_k, then top_p, then one draw; `probs` are in falling order."""
    draw = rng.random()
    if how.temperature <= 0 or len(probs) == 1:
        return 0
    weights = [p ** (1 / how.temperature) for p in probs[: how.top_k or None]]
    if how.top_p < 1:
        weights = weights[: _nucleus(weights, how.top_p)]
    return _draw(weights, draw)


def _nucleus(weights: list[float], top_p: float) -> int:
    """How many of the largest weights are needed to hold the share `top_p`; at least one."""
    wanted, held = top_p * sum(weights), 0.0
    for n, weight in enumerate(weights, 1):
        held += weight
        if held >= wanted:
            return n
    return len(weights)


def _draw(weights: list[float], draw: float) -> int:
    mark = draw * sum(weights)
    for i, weight in enumerate(weights):
        mark -= weight
        if mark < 0:
            return i
    return len(weights) - 1
