"""The body of a chat completion, checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .errors import Failure, one_of, shown
from .fields import MAX_TEXT, Fields, kind

MAX_TOKENS = 4096
MAX_MESSAGES = 1000
ROLES = ("system", "developer", "user", "assistant")
# Fields that would change the answer in ways these models cannot; the values that ask for nothing are let through.
UNSUPPORTED = {
    "tools": ([],),
    "functions": ([],),
    "tool_choice": ("none", "auto"),
    "function_call": ("none", "auto"),
    "response_format": ({"type": "text"},),
    "frequency_penalty": (0,),
    "presence_penalty": (0,),
    "logit_bias": ({},),
    "audio": (),
    "modalities": (["text"],),
    "web_search_options": (),
}


@dataclass(frozen=True, kw_only=True)
class ChatRequest:
    """What a client asks for; defaults as on the real service, except `max_tokens` (256)."""

    messages: list[dict[str, str]]
    max_tokens: int
    temperature: float
    top_p: float
    top_k: int | None
    seed: int | None
    stop: list[str]
    n: int
    stream: bool
    include_usage: bool
    logprobs: bool
    top_logprobs: int

    def sampling(self, seed: int) -> dict[str, Any]:
        """The keyword arguments of a practice model's `chat`."""
        return {
            "max_tokens": self.max_tokens,
            "temperature": self.temperature,
            "top_p": self.top_p,
            "top_k": self.top_k,
            "seed": seed,
            "top_logprobs": self.top_logprobs,
        }

    def identity(self) -> list[Any]:
        """What makes two requests ask the same thing."""
        return [self.messages, self.max_tokens, self.temperature, self.top_p, self.top_k, self.stop, self.n]


def parse(fields: Fields, model: str) -> ChatRequest:
    """The request in a body; 400 for tools, 422 for a field with a wrong value."""
    messages = _messages(fields)
    if fields.get("tools") or fields.get("functions"):
        raise Failure(
            400,
            f"{model} does not support tools. Leave `tools` out.",
            param="tools",
            code="unsupported_parameter",
        )
    fields.refuse(model, UNSUPPORTED)
    logprobs = fields.flag("logprobs")
    top_logprobs = fields.integer("top_logprobs", 0, 0, 20)
    if top_logprobs and not logprobs:
        raise fields.wrong("top_logprobs", "come together with `logprobs` true")
    stream = fields.flag("stream")
    options = fields.inner("stream_options")
    include_usage = options.flag("include_usage")
    if options.data and not stream:
        raise Failure(
            422,
            "`stream_options` must come together with `stream` true.",
            param="stream_options",
            code="invalid_value",
        )
    return ChatRequest(
        messages=messages,
        max_tokens=_limit(fields),
        temperature=fields.number("temperature", 1.0, 0, 2),
        top_p=fields.number("top_p", 1.0, 0, 1),
        top_k=_top_k(fields),
        seed=fields.integer("seed", None, -(2**63), 2**63 - 1),
        stop=stops(fields, "stop"),
        n=fields.integer("n", 1, 1, 8),
        stream=stream,
        include_usage=include_usage,
        logprobs=logprobs,
        top_logprobs=top_logprobs,
    )


def stops(fields: Fields, name: str) -> list[str]:
    """Up to four stop strings, each of 1 to 200 characters."""
    return fields.texts(name, most=4, required=False, limit=200, least=1)


def _limit(fields: Fields) -> int:
    newer = fields.integer("max_completion_tokens", None, 1, MAX_TOKENS)
    older = fields.integer("max_tokens", None, 1, MAX_TOKENS)
    return next((value for value in (newer, older) if value is not None), 256)


def _top_k(fields: Fields) -> int | None:
    value = fields.integer("top_k", None, -1, 100_000)
    return value if value and value > 0 else None


PART = {"type": "object", "required": ["type", "text"], "properties": {"type": {"const": "text"}, "text": {"type": "string"}}}
MESSAGE = {
    "type": "object",
    "required": ["role", "content"],
    "properties": {
        "role": {"enum": list(ROLES)},
        "content": {"anyOf": [{"type": "string", "maxLength": MAX_TEXT}, {"type": "array", "items": PART}]},
    },
}
MESSAGES = {"type": "array", "items": MESSAGE, "minItems": 1, "maxItems": MAX_MESSAGES}


def _messages(fields: Fields) -> list[dict[str, str]]:
    value = fields.free("messages", MESSAGES, needed=True)
    if not isinstance(value, list) or not value:
        raise fields.wrong("messages", "be a list with at least one message")
    if len(value) > MAX_MESSAGES:
        raise Failure(
            422, f"`messages` must have at most {MAX_MESSAGES} messages, not {len(value)}.", param="messages"
        )
    return [_message(message, f"messages[{i}]") for i, message in enumerate(value)]


def _message(message: Any, where: str) -> dict[str, str]:
    if not isinstance(message, dict):
        raise Failure(
            422, f"`{where}` must be an object with `role` and `content`, not {kind(message)}.", param=where
        )
    role = message.get("role")
    if role not in ROLES:
        raise Failure(
            422, f"`{where}.role` must be one of {one_of(ROLES)}, not {shown(role)}.", param=f"{where}.role"
        )
    content = _content(message.get("content"), role, f"{where}.content")
    return {"role": "system" if role == "developer" else role, "content": content}


def _content(content: Any, role: str, where: str) -> str:
    if content is None and role == "assistant":
        return ""
    if isinstance(content, list):
        content = "".join(_part(part, f"{where}[{i}]") for i, part in enumerate(content))
    if not isinstance(content, str):
        raise Failure(
            422, f"`{where}` must be a string or a list of text parts, not {kind(content)}.", param=where
        )
    if len(content) > MAX_TEXT:
        raise Failure(422, f"`{where}` must have at most {MAX_TEXT} characters.", param=where)
    return content


def _part(part: Any, where: str) -> str:
    if not isinstance(part, dict) or not isinstance(part.get("type"), str):
        raise Failure(422, f"`{where}` must be an object with a `type`.", param=where)
    if part["type"] != "text":
        raise Failure(
            422,
            f"`{where}` is of type {shown(part['type'])}: the practice models read text only.",
            param=where,
        )
    if not isinstance(part.get("text"), str):
        raise Failure(422, f"`{where}.text` must be a string.", param=f"{where}.text")
    return part["text"]
