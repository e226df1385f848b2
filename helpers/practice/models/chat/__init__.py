"""The practice chat model: finds the course's passages that fit a conversation and speaks from their mixture.

`load().chat(messages)` yields tokens with real log probabilities; see card.md for what it is and is not."""
from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from functools import lru_cache

from . import corpus, retrieve
from .follow import continuation
from .generate import Sampling, Step, generate
from .plan import Answers, Plan
from .tasks import Planner
from .tokens import Vocabulary, split
from .turns import content

__all__ = ["ChatModel", "Step", "load"]
PLANS_KEPT = 48
PER_MESSAGE = 4  # tokens counted for the role marks of a message


class ChatModel:
    """Chat over the course's passages. Use `load()`; the object may be shared by threads."""

    def __init__(self) -> None:
        self._answers = Answers(retrieve.load())
        self._planner = Planner(self._answers)
        self._vocabulary: Vocabulary | None = None
        self._unseeded = itertools.count(1)
        self._plans = lru_cache(maxsize=PLANS_KEPT)(self._make_plan)

    @classmethod
    def load(cls) -> ChatModel:
        """The one model of this process."""
        return load()

    @property
    def vocabulary(self) -> Vocabulary:
        """Token numbers; made at first use."""
        if self._vocabulary is None:
            self._vocabulary = Vocabulary(p.text.replace("{", " ").replace("}", " ").replace("|", " ")
                                          for p in corpus.load())
        return self._vocabulary

    def chat(self, messages: list[dict], *, max_tokens: int = 256, temperature: float = 1.0,
             top_p: float = 1.0, top_k: int | None = None, seed: int | None = None,
             top_logprobs: int = 0) -> Iterator[Step]:
        """The next assistant message, token by token; ends by itself, or after `max_tokens`.

        `temperature` 0 takes the likeliest token; `seed` None takes the next number of a counter, so that
        calls differ and a new process repeats the row."""
        how = self._sampling(max_tokens, temperature, top_p, top_k, seed, top_logprobs)
        return generate(self.plan(messages).mixture, how, self.vocabulary)

    def complete(self, prompt: str, *, max_tokens: int = 256, temperature: float = 1.0, top_p: float = 1.0,
                 top_k: int | None = None, seed: int | None = None, top_logprobs: int = 0) -> Iterator[Step]:
        """What follows `prompt`, without roles. Arguments as in `chat`."""
        how = self._sampling(max_tokens, temperature, top_p, top_k, seed, top_logprobs)
        return generate(self._plans("text", prompt).mixture, how, self.vocabulary)

    def plan(self, messages: list[dict]) -> Plan:
        """What the model will speak from, and why; remembered for the last prompts."""
        turns = [[str(message.get("role")), content(message)] for message in messages]
        return self._plans("chat", json.dumps(turns))

    def _make_plan(self, kind: str, what: str) -> Plan:
        if kind == "text":
            return continuation(what, self._answers)
        return self._planner.plan([{"role": role, "content": text} for role, text in json.loads(what)])

    def _sampling(self, max_tokens: int, temperature: float, top_p: float, top_k: int | None,
                  seed: int | None, top_logprobs: int) -> Sampling:
        number = next(self._unseeded) if seed is None else int(seed)
        return Sampling(max_tokens, temperature, top_p, top_k, number, top_logprobs)

    def count_tokens(self, text: str) -> int:
        """Tokens in a text, as the model cuts it."""
        return len(split(text))

    def count_messages(self, messages: list[dict]) -> int:
        """Tokens of a whole prompt, role marks included."""
        return sum(self.count_tokens(content(message)) + PER_MESSAGE for message in messages)


@lru_cache(maxsize=1)
def load() -> ChatModel:
    """The chat model, made once for the process."""
    return ChatModel()
