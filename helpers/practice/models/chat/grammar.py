"""A passage with {this|that} slots, compiled to a graph of tokens that every wording is a path through."""
from __future__ import annotations

import re
import sys
from functools import cached_property

from .tokens import END, split

START, STOP = 0, -1
SHARES = (1.0, 0.5, 0.42, 0.36, 0.32)  # of the first, second, ... wording of a slot, before scaling
Item = str | list
Edge = tuple[int, float]


class SlotError(ValueError):
    """A passage whose braces do not match or that uses `|` outside of a slot."""


def parse(text: str) -> list[Item]:
    """Tree of a passage: a sequence of plain texts and slots; a slot is a list of sequences.

    Raises SlotError when braces do not match."""
    stack: list[list[list[Item]]] = [[[]]]
    for piece in re.split(r"([{}|])", text):
        if piece == "{":
            stack.append([[]])
        elif piece == "}":
            _close(stack, text)
        elif piece == "|":
            _next_wording(stack, text)
        elif piece:
            stack[-1][-1].append(piece)
    if len(stack) != 1:
        raise SlotError(f"A slot is never closed in: {text[:50]}")
    return stack[0][0]


def _close(stack: list[list[list[Item]]], text: str) -> None:
    if len(stack) == 1:
        raise SlotError(f"A brace closes nothing in: {text[:50]}")
    slot = stack.pop()
    stack[-1][-1].append(slot)


def _next_wording(stack: list[list[list[Item]]], text: str) -> None:
    if len(stack) == 1:
        raise SlotError(f"A bar stands outside of a slot in: {text[:50]}")
    stack[-1].append([])


def first_wording(tree: list[Item]) -> str:
    """The passage with the first wording of every slot: what temperature 0 usually says."""
    return "".join(item if isinstance(item, str) else first_wording(item[0]) for item in tree)


def longest(tree: list[Item]) -> int:
    """Words in the longest wording of the passage."""
    return sum(len(item.split()) if isinstance(item, str) else max(map(longest, item)) for item in tree)


def opening(text: str, sentences: int) -> str:
    """The first sentences of a passage, with their slots; a sentence ends outside of slots."""
    depth = ended = 0
    for at, (mark, after) in enumerate(zip(text, text[1:] + " ", strict=False)):
        depth += (mark == "{") - (mark == "}")
        if depth == 0 and mark in ".?!" and after == " ":
            ended += 1
            if ended == sentences:
                return text[:at + 1]
    return text


def slots(tree: list[Item]) -> int:
    """Number of slots, nested ones counted too."""
    found = [item for item in tree if not isinstance(item, str)]
    return len(found) + sum(slots(wording) for slot in found for wording in slot)


class Grammar:
    """Token graph of one passage. Node 0 is the start; an edge to STOP ends the text.

    `tokens[i]` is the token of node i, `edges[i]` the (node, probability) pairs after it. `turn` moves the
    favourite wording of each slot on by that many places, for a rephrased answer; `lead` is put before the
    first token; a `literal` text has no slots."""

    def __init__(self, text: str, *, literal: bool = False, turn: int = 0, lead: str = "") -> None:
        self.tokens: list[str] = [END]
        self._out: list[dict[int, float]] = [{}]
        self._turn = turn
        first = [(START, lead, 1.0)]
        ends = self._add_tokens(split(text), first) if literal else self._add(parse(text), first)
        for node, _, weight in ends:
            self._out[node][STOP] = self._out[node].get(STOP, 0.0) + weight
        self.edges: list[tuple[Edge, ...]] = [_scaled(out) for out in self._out]
        del self._out

    def _add(self, items: list[Item], ends: list) -> list:
        for item in items:
            ends = self._add_text(item, ends) if isinstance(item, str) else self._add_slot(item, ends)
        return ends

    def _add_slot(self, slot: list, ends: list) -> list:
        out = []
        for place, wording in enumerate(slot):
            share = SHARES[min((place + self._turn) % len(slot), len(SHARES) - 1)]
            out += self._add(wording, [(node, gap, weight * share) for node, gap, weight in ends])
        return out

    def _add_text(self, text: str, ends: list) -> list:
        """A space at the edge of a slot belongs to whichever token comes next."""
        words = text.strip()
        tail = " " if words != text.lstrip() or not words else ""
        if text[:1].isspace():
            ends = [(node, " ", weight) for node, _, weight in ends]
        if words:
            ends = self._add_tokens(split(" ".join(words.split())), ends)
        return [(node, tail or gap, weight) for node, gap, weight in ends]

    def _add_tokens(self, tokens: list[str], ends: list) -> list:
        out = []
        for gap in sorted({gap for _, gap, _ in ends}):
            here = [(node, weight) for node, its_gap, weight in ends if its_gap == gap]
            for i, token in enumerate(tokens):
                here = [(self._new_node(sys.intern(gap + token) if i == 0 else token, here), 1.0)]
            out += [(node, "", weight) for node, weight in here]
        return out

    def _new_node(self, token: str, before: list[tuple[int, float]]) -> int:
        self.tokens.append(token)
        self._out.append({})
        node = len(self.tokens) - 1
        for previous, weight in before:
            self._out[previous][node] = self._out[previous].get(node, 0.0) + weight
        return node

    @cached_property
    def after_one(self) -> dict[str, list[int]]:
        """Nodes by their token: the unigram contexts."""
        found: dict[str, list[int]] = {}
        for node, token in enumerate(self.tokens):
            found.setdefault(token, []).append(node)
        return found

    @cached_property
    def after_two(self) -> dict[tuple[str, str], list[int]]:
        """Nodes by the token before and their own: the bigram contexts."""
        found: dict[tuple[str, str], list[int]] = {}
        for node, edges in enumerate(self.edges):
            for after, _ in edges:
                if after != STOP:
                    found.setdefault((self.tokens[node], self.tokens[after]), []).append(after)
        return found


def _scaled(out: dict[int, float]) -> tuple[Edge, ...]:
    total = sum(out.values())
    return tuple((node, weight / total) for node, weight in out.items())
