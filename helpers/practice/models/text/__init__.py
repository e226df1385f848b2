"""The practice text model: continues a text in the style of the course's passages. It knows no chat roles."""
from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from ..chat import ChatModel, Step
from ..chat import load as load_chat

__all__ = ["Step", "TextModel", "load"]


class TextModel:
    """Text completion; shares passages and generator with the chat model."""

    def __init__(self, base: ChatModel) -> None:
        self._base = base

    def complete(self, prompt: str, *, max_tokens: int = 256, temperature: float = 1.0, top_p: float = 1.0,
                 top_k: int | None = None, seed: int | None = None, top_logprobs: int = 0) -> Iterator[Step]:
        """What follows `prompt`: the rest of a passage that begins so, the answer to a question, or a fitting
        passage. Arguments as in `ChatModel.chat`."""
        return self._base.complete(prompt, max_tokens=max_tokens, temperature=temperature, top_p=top_p,
                                   top_k=top_k, seed=seed, top_logprobs=top_logprobs)

    def count_tokens(self, text: str) -> int:
        """Tokens in a text, as the model cuts it."""
        return self._base.count_tokens(text)


@lru_cache(maxsize=1)
def load() -> TextModel:
    """The text model, made once for the process."""
    return TextModel(load_chat())
