"""The practice reasoner: the chat model, with what it found and how it decided said first.

Nothing in the reasoning is made up for show: it lists the words the search used, the passages with their
scores, and the decision that the answer then follows."""
from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from . import ChatModel
from . import load as load_chat
from .generate import Mixture, Sampling, Step, generate
from .grammar import Grammar
from .plan import Plan

__all__ = ["ReasonStep", "ReasonerModel", "load"]
KINDS = {"edit": "change a text", "summary": "sum up a text", "label": "choose a label",
         "reply": "draft a reply", "desk": "answer for a help desk", "echo": "repeat a text"}


class ReasonStep(NamedTuple):
    """As `Step`; `reasoning` tells the thoughts from the answer."""

    text: str
    token_id: int
    logprob: float
    top: list[tuple[str, int, float]]
    reasoning: bool


class ReasonerModel:
    """Chat that reasons first. Use `load()`; the object may be shared by threads."""

    def __init__(self, base: ChatModel) -> None:
        self._base = base
        self._unseeded = itertools.count(1)
        self._thoughts = lru_cache(maxsize=64)(_mixture)

    @classmethod
    def load(cls) -> ReasonerModel:
        """The one reasoner of this process."""
        return load()

    def chat(self, messages: list[dict], *, max_tokens: int = 256, temperature: float = 1.0,
             top_p: float = 1.0, top_k: int | None = None, seed: int | None = None,
             top_logprobs: int = 0) -> Iterator[ReasonStep]:
        """Reasoning, then the answer. `max_tokens` counts both, so a small value leaves no answer at all."""
        number = next(self._unseeded) if seed is None else int(seed)
        how = Sampling(max_tokens, temperature, top_p, top_k, number, top_logprobs)
        plan = self._base.plan(messages)
        used = 0
        for mixture, thinking in ((self._thoughts(thoughts(plan)), True), (plan.mixture, False)):
            for step in generate(mixture, how._replace(max_tokens=max_tokens - used), self._base.vocabulary):
                used += 1
                yield _marked(step, thinking)

    def count_tokens(self, text: str) -> int:
        """Tokens in a text, as the model cuts it."""
        return self._base.count_tokens(text)


def _marked(step: Step, thinking: bool) -> ReasonStep:
    return ReasonStep(step.text, step.token_id, step.logprob, step.top, thinking)


def _mixture(text: str) -> Mixture:
    return Mixture([(Grammar(text), 1.0)])


def thoughts(plan: Plan) -> str:
    """The reasoning behind a plan, with slots for other wordings."""
    if plan.ask.kind in KINDS:
        return _task_thoughts(plan)
    return " ".join((*_words(plan), _found(plan), _decision(plan)))


def _task_thoughts(plan: Plan) -> str:
    said = f"The request {{is to|asks me to}} {KINDS[plan.ask.kind]} of {len(plan.ask.text.split())} words."
    if plan.ask.kind == "label":
        said += f" {{The labels are|I choose from}} {_listed(plan.ask.labels)}."
    if plan.ask.kind == "edit":
        said += f" {{The change is|I should make it}}: {_listed(plan.ask.edits)}."
    return said + (" " + _found(plan) if plan.hits else "")


def _words(plan: Plan) -> Iterator[str]:
    if plan.known:
        yield f"{{The words I can search for are|I look for}} {_listed(plan.known[:8])}."
    if plan.verdict and plan.verdict.unknown:
        yield f"{{No passage of mine has|I do not know}} {_listed(plan.verdict.unknown[:5])}."


def _found(plan: Plan) -> str:
    if not plan.hits:
        return "{No passage fits|I find no passage} at all."
    scored = _listed(f"{hit.passage.key} with {hit.score:.2f}" for hit in plan.hits[:3])
    return f"{{The best passages are|Closest are}} {scored}."


def _decision(plan: Plan) -> str:
    if plan.verdict is None or not plan.said:
        return "{So I answer|I answer} from the first."
    chance = f"{plan.verdict.chance:.0%}".replace("%", " percent")
    if plan.said == ("off-topic",):
        return (f"{{The chance that this belongs to the course is|It is my subject with a chance of}} {chance}, "
                "so I say what I am.")
    if plan.hits[0].passage.kind == "meta":
        return f"{{It is a remark to me|It is about myself}}, so I answer from {_listed(plan.said)}."
    return (f"{{The chance that it belongs to the course|The chance that it is my subject}} is {chance}, "
            f"so I answer from {_listed(plan.said)}.")


def _listed(words) -> str:
    """Joined as in a sentence; braces and bars would be read as slots."""
    plain = [str(word).translate(str.maketrans("{|}", "   ")) for word in words]
    return ", ".join(plain[:-1]) + (" and " if len(plain) > 1 else "") + plain[-1] if plain else "nothing"


@lru_cache(maxsize=1)
def load() -> ReasonerModel:
    """The reasoner, made once for the process."""
    return ReasonerModel(load_chat())
