"""JSON schemas of what the server answers, by the route function that answers. Tests compare real answers with them."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

TEXT, NUMBER, WHOLE, FLAG = {"type": "string"}, {"type": "number"}, {"type": "integer"}, {"type": "boolean"}
MAYBE_TEXT, ANY = {"type": ["string", "null"]}, {"type": "object"}


def record(*, more: bool = False, optional: Schema | None = None, **fields: Schema) -> Schema:
    """An object with exactly these fields; `optional` ones may be missing, `more` lets others in."""
    properties = {**fields, **(optional or {})}
    return {"type": "object", "required": sorted(fields), "properties": properties, "additionalProperties": more}


def rows(item: Schema) -> Schema:
    """A list of such items."""
    return {"type": "array", "items": item}


def either(*schemas: Schema) -> Schema:
    return {"anyOf": list(schemas)}


NAMED = record(message=TEXT, type=TEXT, param=MAYBE_TEXT, code=MAYBE_TEXT, more=True)
ERROR = record(error=either(TEXT, NAMED), more=True)

_TOKEN = record(token=TEXT, logprob=NUMBER, bytes=rows(WHOLE))
_LOGPROBS = either(
    {"type": "null"}, record(content=rows(record(token=TEXT, logprob=NUMBER, bytes=rows(WHOLE), top_logprobs=rows(_TOKEN))))
)
_CHOICE = record(
    index=WHOLE,
    message=record(role={"const": "assistant"}, content=MAYBE_TEXT, optional={"reasoning": TEXT}),
    logprobs=_LOGPROBS,
    finish_reason={"enum": ["stop", "length"]},
)
_USAGE = record(
    prompt_tokens=WHOLE,
    completion_tokens=WHOLE,
    total_tokens=WHOLE,
    optional={"completion_tokens_details": record(reasoning_tokens=WHOLE)},
)
CHAT = record(
    id=TEXT,
    object={"const": "chat.completion"},
    created=WHOLE,
    model=TEXT,
    system_fingerprint=TEXT,
    choices=rows(_CHOICE),
    usage=_USAGE,
)
_MODEL = record(id=TEXT, object={"const": "model"}, created=WHOLE, owned_by=TEXT, providers=rows(ANY), architecture=ANY)
_PIECE = record(id=WHOLE, text=TEXT, logprob=NUMBER, special=FLAG)
_DETAILS = record(
    finish_reason={"enum": ["length", "eos_token", "stop_sequence"]},
    generated_tokens=WHOLE,
    seed={"type": ["integer", "null"]},
    prefill=rows(ANY),
    tokens=rows(_PIECE),
    optional={"top_tokens": rows(rows(_PIECE))},
)
_LABELS = rows(record(label=TEXT, score=NUMBER))
_NAME = {"score": NUMBER, "word": TEXT, "start": WHOLE, "end": WHOLE}
_PAGE = record(_id=TEXT, id=TEXT, pipeline_tag=TEXT, tags=rows(TEXT), more=True)
_ENDPOINT = record(
    name=TEXT,
    type=TEXT,
    compute=ANY,
    model=ANY,
    provider=ANY,
    status=record(state=TEXT, message=TEXT, more=True),
    healthRoute=TEXT,
    practice=ANY,
)
_STATE = record(
    identity=TEXT, now=NUMBER, speed=NUMBER, limits=ANY, faults=ANY, cold_starts=ANY, pace=ANY,
    credit={"type": ["number", "null"]}, spent=NUMBER, requests=WHOLE, endpoints=ANY,
)  # fmt: skip
_LOG = either(
    record(records=rows(record(n=WHOLE, method=TEXT, path=TEXT, status={"type": ["integer", "null"]}, more=True))), record()
)
_SEEN = record(name=TEXT, requests=WHOLE, seen_s=NUMBER, exercises={"type": ["object", "null"]}, cells=rows(TEXT))

# What each task of hf-inference answers.
TASKS: dict[str, Schema] = {
    "feature-extraction": either(rows(NUMBER), rows(rows(NUMBER))),
    "sentence-similarity": rows(NUMBER),
    "text-classification": rows(_LABELS),
    "zero-shot-classification": _LABELS,
    "token-classification": rows(either(record(entity_group=TEXT, **_NAME), record(entity=TEXT, index=WHOLE, **_NAME))),
    "text-generation": {**rows(record(generated_text=TEXT, optional={"details": _DETAILS})), "minItems": 1, "maxItems": 1},
}
STREAMS = ("conversational", "text-generation")

# What each other route answers, by the name of its function.
ROUTES: dict[str, Schema] = {
    "chat_routes.models": record(object={"const": "list"}, data=rows(_MODEL)),
    "chat_routes.model": _MODEL,
    "hub_routes.models": rows(_PAGE),
    "hub_routes.model": _PAGE,
    "hub_routes.whoami": record(type={"const": "user"}, name=TEXT, more=True),
    "hub_routes.tasks": {"type": "object", "additionalProperties": record(id=TEXT, widgetModels=rows(TEXT))},
    "endpoint_routes.hardware": record(vendors=rows(record(name=TEXT, status=TEXT, regions=rows(ANY))), practice=ANY),
    "endpoint_routes.collection": either(record(items=rows(_ENDPOINT)), _ENDPOINT),
    "endpoint_routes.item": either(_ENDPOINT, record()),
    "endpoint_routes.action": _ENDPOINT,
    "control_routes.state": _STATE,
    "control_routes.log": _LOG,
    "control_routes.turn": _STATE,
    "pages.description": record(openapi=TEXT, info=ANY, paths=ANY, components=ANY, more=True),
    "classroom.join": record(token=TEXT, name=TEXT),
    "classroom.progress": record(shared=WHOLE),
    "classroom.numbers": record(here=WHOLE, per_second=NUMBER, requests=WHOLE, learners=rows(_SEEN)),
}
