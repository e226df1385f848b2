"""Which reader reads which body, with samples that each reader accepts: the examples of the OpenAPI document."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from . import chat_routes, control_routes, registry
from .chat_request import parse
from .endpoint_spec import checked_spec
from .fields import Fields
from .identity import Identity
from .image_task import image_fields
from .recorder import Schema, recorded
from .registry import Model
from .task_routes import classify_fields, embed_fields, names_fields, similarity_fields, zero_shot_fields
from .text_task import text_fields

CHAT = {"messages": [{"role": "user", "content": "What is a rate limit?"}], "max_tokens": 8}
ENDPOINT = {
    "name": "my-endpoint",
    "type": "authenticated",
    "provider": {"vendor": "aws", "region": "us-east-1"},
    "compute": {
        "accelerator": "cpu",
        "instanceType": "intel-spr",
        "instanceSize": "x1",
        "scaling": {"minReplica": 0, "maxReplica": 1},
    },
    "model": {"repository": "practice/chat", "framework": "custom", "task": "text-generation"},
}
# task -> (reader of a body for a model, a sample)
TASKS: dict[str, tuple[Callable[[Fields, Model], object], dict[str, Any]]] = {
    "feature-extraction": (
        lambda fields, model: embed_fields(fields, model, registry.load(model).dim),
        {"inputs": ["a lamp", "a light"]},
    ),
    "sentence-similarity": (
        lambda fields, model: similarity_fields(fields),
        {"inputs": {"source_sentence": "a lamp", "sentences": ["a light", "an invoice"]}},
    ),
    "text-classification": (lambda fields, model: classify_fields(fields), {"inputs": "I like it", "parameters": {"top_k": 1}}),
    "zero-shot-classification": (
        lambda fields, model: zero_shot_fields(fields),
        {"inputs": "The invoice is wrong", "parameters": {"candidate_labels": ["billing", "shipping"]}},
    ),
    "token-classification": (lambda fields, model: names_fields(fields), {"inputs": "Anna lives in Rome"}),
    "text-generation": (text_fields, {"inputs": "A rate limit", "parameters": {"max_new_tokens": 8}}),
    "text-to-image": (
        image_fields,
        {"inputs": "a red circle", "parameters": {"width": 64, "height": 64, "num_inference_steps": 2}},
    ),
}
SWITCHES: dict[str, tuple[dict[str, Any], ...]] = {
    "limit": ({}, {"rate": 2, "burst": 5, "model": "practice/chat"}, {"window": [100, 4]}),
    "faults": (
        {"scripted": ["503", {"kind": "cut", "after": 3}]},
        {"rate": 0.2, "seed": 1, "model": "practice/chat"},
        {"every": 3},
    ),
    "cold_start": ({"model": "practice/chat", "seconds": 20, "idle": 60},),
    "pace": ({}, {"tokens_per_s": 1000, "stall": [2, 0.01]}),
    "clock": ({"speed": 10},),
    "advance": ({"seconds": 5},),
    "credit": ({"dollars": 0.1},),
    "endpoints": ({}, {"pending": 1, "fail": "no machine"}),
    "reset": ({},),
}


@cache
def of_task(model: Model, task: str) -> Schema:
    """The schema of a body for one task of hf-inference."""
    read, sample = TASKS[task]
    return recorded(lambda fields: read(fields, model), sample)


@cache
def of_switch() -> dict[str, Schema]:
    """The schema of each switch's settings."""
    nobody = Identity("nobody", "learner", 0)
    return {
        name: recorded(lambda fields, turn=turn: turn(nobody, fields), *SWITCHES[name])
        for name, turn in control_routes.SWITCHES.items()
    }


@cache
def of_work(name: str) -> Schema | None:
    """The schema of the body that a route function reads; None when it reads none."""
    if name == "chat_routes.chat":
        read = lambda fields: (chat_routes.model_of(fields), parse(fields, "practice/chat"))  # noqa: E731
        return recorded(read, {"model": "practice/chat", **CHAT})
    if name == "chat_routes.chat_of_model":
        return recorded(lambda fields: parse(fields, "practice/chat"), CHAT)
    if name in ("endpoint_routes.collection", "endpoint_routes.item"):
        whole = recorded(checked_spec, ENDPOINT)
        return whole if name.endswith("collection") else _changes(whole)
    if name == "deployed_routes.deployed":
        return {"type": "object"}  # that of the deployed model's task
    if name in ("classroom.join", "classroom.progress"):
        from . import classroom

        if name == "classroom.join":
            return recorded(classroom.join_fields, {"code": "48217730", "name": "Ana"})
        return recorded(classroom.progress_fields, {"exercises": {"04.2": "passed"}})
    return None


def _changes(schema: Schema) -> Schema:
    """A body that changes some of the fields: none is needed."""
    if not isinstance(schema, dict):
        return schema
    kept = {
        name: _changes(value) if name != "properties" else {k: _changes(v) for k, v in value.items()}
        for name, value in schema.items()
    }
    kept.pop("required", None)
    kept.pop("examples", None)
    return kept
