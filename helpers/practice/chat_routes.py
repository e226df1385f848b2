"""Chat completions, plain and streamed, and the list of chat models: the routes of `/v1`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from . import registry
from .call import Call
from .chat_request import ChatRequest, parse
from .errors import Failure, dumps, reply
from .fields import Fields
from .generation import Generation, Pacer, Piece, logprob
from .registry import MODELS, PROVIDER, RELEASED, Model
from .sse import DONE, EventStream, event

FINGERPRINT = "practice-1"


async def chat(call: Call) -> Any:
    """POST /v1/chat/completions: the model is named in the body."""
    return await complete(call, model_of(Fields(await call.json())))


def model_of(fields: Fields) -> Model:
    """The chat model that a body names."""
    name = fields.free("model", {"enum": [model.id for model in MODELS.values() if model.conversational]}, needed=True)
    if not isinstance(name, str):
        raise Failure(
            422, "`model` must be a string, such as `practice/chat`.", param="model", code="invalid_value"
        )
    return registry.for_task(registry.split_model(name), "conversational")


async def chat_of_model(call: Call) -> Any:
    """POST /hf-inference/models/{id}/v1/chat/completions: the model is named in the path."""
    return await complete(call, registry.for_task(call.params["id"], "conversational"))


async def complete(call: Call, model: Model) -> Any:
    """One chat completion by `model`, as JSON or as a stream of events."""
    request = parse(Fields(await call.json()), model.id)
    call.use(model)
    answer = Answer(call, model, request, await registry.ready(model))
    if request.stream:
        return EventStream(call, answer.events())
    return reply(await answer.whole())


class Answer:
    """A chat completion in the making: `n` choices, one after the other."""

    def __init__(self, call: Call, model: Model, request: ChatRequest, engine: Any) -> None:
        self.call, self.model, self.request, self.engine = call, model, request, engine
        self.prompt_tokens = _count(engine, request, model)
        self.pacer = Pacer(call, self.prompt_tokens)
        self.seed = request.seed if request.seed is not None else call.seed(model.id, *request.identity())
        self.tokens = self.reasoning_tokens = 0
        self.id = f"chatcmpl-{call.number:06d}"

    def _generation(self, index: int) -> Generation:
        steps = self.engine.chat(self.request.messages, **self.request.sampling(self.seed + index))
        return Generation(steps, limit=self.request.max_tokens, stops=self.request.stop, pacer=self.pacer)

    def _head(self, kind: str) -> dict[str, Any]:
        return {
            "id": self.id,
            "object": kind,
            "created": RELEASED,
            "model": self.model.id,
            "system_fingerprint": FINGERPRINT,
        }

    def usage(self) -> dict[str, Any]:
        """Tokens so far, in the form of `/v1`."""
        used = {
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.tokens,
            "total_tokens": self.prompt_tokens + self.tokens,
        }
        if self.reasoning_tokens:
            used["completion_tokens_details"] = {"reasoning_tokens": self.reasoning_tokens}
        return used

    def _count_in(self, generation: Generation) -> None:
        self.tokens += generation.tokens
        self.reasoning_tokens += generation.reasoning_tokens

    def _bill(self) -> None:
        self.call.bill(self.model, self.prompt_tokens, self.tokens)

    async def whole(self) -> dict[str, Any]:
        """The body of a plain reply."""
        await self.pacer.start()
        choices = [await self._choice(index) for index in range(self.request.n)]
        self._bill()
        return {**self._head("chat.completion"), "choices": choices, "usage": self.usage()}

    async def _choice(self, index: int) -> dict[str, Any]:
        generation = self._generation(index)
        pieces = [piece async for piece in generation.pieces()]
        self._count_in(generation)
        spoken = [piece for piece in pieces if not piece.reasoning]
        message = {"role": "assistant", "content": "".join(piece.text for piece in spoken)}
        if generation.reasoning_tokens:
            message["content"] = message["content"] or None
            message["reasoning"] = "".join(piece.text for piece in pieces if piece.reasoning)
        shown = {"content": [logprob(piece) for piece in spoken]} if self.request.logprobs else None
        return {
            "index": index,
            "message": message,
            "logprobs": shown,
            "finish_reason": generation.finish_reason,
        }

    async def events(self) -> AsyncIterator[bytes]:
        """The events of a streamed reply. A client that leaves is billed for what it got."""
        try:
            await self.pacer.start()
            for index in range(self.request.n):
                async for data in self._choice_events(index):
                    yield data
        finally:
            self._bill()
        if self.request.include_usage:
            yield event({**self._head("chat.completion.chunk"), "choices": [], "usage": self.usage()})
        yield DONE

    async def _choice_events(self, index: int) -> AsyncIterator[bytes]:
        chunk = _Chunk(self._head("chat.completion.chunk"), index)
        generation = self._generation(index)
        counted, first = self.tokens, True
        async for piece in generation.pieces():
            if first:
                yield chunk.first()
                first = False
            self.tokens, self.call.tokens_sent = counted + generation.tokens, self.call.tokens_sent + 1
            yield chunk.token(piece, self.request.logprobs and not piece.reasoning)
        if first:
            yield chunk.first()
        self.tokens = counted
        self._count_in(generation)
        yield chunk.last(generation.finish_reason)


class _Chunk:
    """Writes the chunks of one choice; what they share is encoded once."""

    def __init__(self, head: dict[str, Any], index: int) -> None:
        self._open = b"data: " + dumps(head)[:-1] + b',"choices":[{"index":%d,"delta":' % index

    def _write(self, delta: bytes, logprobs: bytes = b"null", reason: bytes = b"null") -> bytes:
        return b'%s%s,"logprobs":%s,"finish_reason":%s}]}\n\n' % (self._open, delta, logprobs, reason)

    def first(self) -> bytes:
        return self._write(b'{"role":"assistant","content":""}')

    def token(self, piece: Piece, logprobs: bool) -> bytes:
        field = b"reasoning" if piece.reasoning else b"content"
        shown = dumps({"content": [logprob(piece)]}) if logprobs else b"null"
        return self._write(b'{"%s":%s}' % (field, dumps(piece.text)), shown)

    def last(self, reason: str) -> bytes:
        return self._write(b"{}", reason=dumps(reason))


def _count(engine: Any, request: ChatRequest, model: Model) -> int:
    """Tokens of the prompt: those of the texts and one for each role. 400 when they do not fit the context."""
    tokens = sum(engine.count_tokens(message["content"]) + 1 for message in request.messages)
    if tokens > model.context:
        raise Failure(
            400,
            f"The prompt has {tokens} tokens; {model.id} reads at most {model.context}. Shorten it.",
            param="messages",
            code="context_length_exceeded",
        )
    return tokens


async def models(call: Call) -> Any:
    """GET /v1/models: the chat models with provider and practice price."""
    return reply(
        {"object": "list", "data": [_entry(model) for model in MODELS.values() if model.conversational]}
    )


async def model(call: Call) -> Any:
    """GET /v1/models/{id}."""
    return reply(_entry(registry.for_task(call.params["id"], "conversational")))


def _entry(model: Model) -> dict[str, Any]:
    provider = {
        "provider": PROVIDER,
        "status": "live",
        "context_length": model.context,
        "is_free": False,
        "pricing": {"input": model.price_in, "output": model.price_out},
        "supports_tools": False,
        "supports_structured_output": False,
        "note": "practice price in US$ per million tokens, simulated",
    }
    return {
        "id": model.id,
        "object": "model",
        "created": RELEASED,
        "owned_by": "practice",
        "providers": [provider],
        "architecture": {"input_modalities": ["text"], "output_modalities": ["text"]},
    }
