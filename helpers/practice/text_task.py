"""Text generation in the form of text-generation-inference: plain, with details, as a stream."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, NamedTuple

from .call import Call
from .chat_request import MAX_TOKENS, stops
from .errors import Failure, reply
from .fields import Fields
from .generation import Generation, Pacer, Piece
from .registry import Model
from .sse import EventStream, event

UNSUPPORTED = {
    "adapter_id": (),
    "grammar": (),
    "best_of": (1,),
    "repetition_penalty": (1,),
    "frequency_penalty": (0,),
    "typical_p": (1,),
    "watermark": (False,),
    "truncate": (),
    "decoder_input_details": (False,),
}


async def text_generation(call: Call, model: Model, engine: Any, fields: Fields) -> Any:
    """Continue `inputs`. Greedy unless a sampling parameter is set, as in text-generation-inference."""
    try:
        text = Continuation(call, model, engine, fields)
    except Failure as failure:
        if failure.status == 422:  # this word makes huggingface_hub raise its ValidationError
            failure.extra["error_type"] = "validation"
        raise
    if text.stream:
        return EventStream(call, text.events())
    return reply([await text.whole()])


class Asked(NamedTuple):
    """What a body asks for."""

    prompt: str
    stream: bool
    details: bool
    full: bool
    limit: int
    stops: list[str]
    temperature: float | None
    top_p: float | None
    top_k: int | None
    do_sample: bool
    seed: int | None
    alternatives: int


def text_fields(fields: Fields, model: Model) -> Asked:
    """The checked fields of a text-generation body."""
    prompt, parameters = fields.text("inputs"), fields.inner("parameters")
    parameters.refuse(model.id, UNSUPPORTED)
    return Asked(
        prompt=prompt,
        stream=fields.flag("stream"),
        details=parameters.flag("details"),
        full=parameters.flag("return_full_text"),
        limit=parameters.integer("max_new_tokens", 100, 1, MAX_TOKENS),
        stops=stops(parameters, "stop"),
        temperature=parameters.number("temperature", None, 0.01, 2),
        top_p=parameters.number("top_p", None, 0.01, 1),
        top_k=parameters.integer("top_k", None, 1, 100_000),
        do_sample=parameters.flag("do_sample"),
        seed=parameters.integer("seed", None, 0, 2**64 - 1),
        alternatives=parameters.integer("top_n_tokens", 0, 0, 20),
    )


class Continuation:
    """One continued text in the making."""

    def __init__(self, call: Call, model: Model, engine: Any, fields: Fields) -> None:
        self.call, self.model = call, model
        asked = text_fields(fields, model)
        self.prompt, self.stream, self.seed = asked.prompt, asked.stream, asked.seed
        self.details, self.full = asked.details, asked.full
        sampling = self._sampling(asked)
        self.prompt_tokens = engine.count_tokens(self.prompt)
        if self.prompt_tokens > model.context:
            raise fields.wrong("inputs", f"have at most {model.context} tokens")
        self.pacer = Pacer(call, self.prompt_tokens)
        self.generation = Generation(
            engine.complete(self.prompt, **sampling),
            limit=asked.limit,
            stops=asked.stops,
            pacer=self.pacer,
        )

    def _sampling(self, asked: Asked) -> dict[str, Any]:
        how = {"temperature": asked.temperature, "top_p": asked.top_p, "top_k": asked.top_k}
        sampled = asked.do_sample or any(value is not None for value in how.values())
        seed = asked.seed
        if seed is None:
            seed = self.call.seed(self.model.id, self.prompt, asked.limit, how) if sampled else 0
        return {
            "max_tokens": asked.limit,
            "temperature": (asked.temperature or 1.0) if sampled else 0.0,
            "top_p": asked.top_p or 1.0,
            "top_k": asked.top_k,
            "seed": seed,
            "top_logprobs": asked.alternatives,
        }

    def _text(self, spoken: str) -> str:
        return self.prompt + spoken if self.full else spoken

    def _bill(self) -> None:
        self.call.bill(self.model, self.prompt_tokens, self.generation.tokens)

    @property
    def _reason(self) -> str:
        if self.generation.finish_reason == "length":
            return "length"
        return "stop_sequence" if self.generation.stopped_by_string else "eos_token"

    def _summary(self) -> dict[str, Any]:
        return {"finish_reason": self._reason, "generated_tokens": self.generation.tokens, "seed": self.seed}

    async def whole(self) -> dict[str, Any]:
        """The object of a plain reply, with `details` if they were asked for."""
        await self.pacer.start()
        pieces = [piece async for piece in self.generation.pieces()]
        self._bill()
        result: dict[str, Any] = {"generated_text": self._text("".join(piece.text for piece in pieces))}
        if self.details:
            tokens = [token(piece) for piece in pieces]
            result["details"] = {**self._summary(), "prefill": [], "tokens": tokens}
            if any(piece.step.top for piece in pieces):
                result["details"]["top_tokens"] = [alternatives(piece) for piece in pieces]
        return result

    async def events(self) -> AsyncIterator[bytes]:
        """One event a token; the last one also carries the whole text and how it ended."""
        spoken, last, index = "", None, 0
        try:
            await self.pacer.start()
            async for piece in self.generation.pieces():
                if last is not None:
                    yield self._event(index, last)
                spoken, last, index = spoken + piece.text, piece, index + 1
                self.call.tokens_sent = index
        finally:
            self._bill()
        if last is not None:
            ending = {**self._summary(), "input_length": self.prompt_tokens}
            yield self._event(index, last, generated_text=self._text(spoken), details=ending)

    def _event(self, index: int, piece: Piece, **ending: Any) -> bytes:
        top = {"top_tokens": alternatives(piece)} if piece.step.top else {}
        return event(
            {"index": index, "token": token(piece), "generated_text": None, "details": None, **top, **ending}
        )


def token(piece: Piece) -> dict[str, Any]:
    """A token in the form of text-generation-inference."""
    step = piece.step
    return {"id": step.token_id, "text": piece.text, "logprob": round(step.logprob, 6), "special": False}


def alternatives(piece: Piece) -> list[dict[str, Any]]:
    """The likeliest tokens at this place."""
    return [
        {"id": number, "text": text, "logprob": round(value, 6), "special": False}
        for text, number, value in piece.step.top
    ]
