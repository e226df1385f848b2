"""The tasks of hf-inference: one function for each, and the dispatch by model and path."""

from __future__ import annotations

import asyncio
import math
from bisect import bisect_left
from typing import Any

from . import registry
from .call import Call
from .errors import Failure, reply
from .fields import Fields
from .image_task import text_to_image
from .registry import Model
from .text_task import text_generation

MOST_INPUTS = 256
MOST_LABELS = 50
HEAVY = 20_000  # characters; more than this is computed in a worker thread
STRATEGIES = ("none", "simple", "first", "average", "max")


async def by_model(call: Call) -> Any:
    """POST /hf-inference/models/{id}: the model's own task."""
    model = registry.find(call.params["id"])
    return await perform(call, model, "conversational" if model.conversational else model.task)


async def by_task(call: Call) -> Any:
    """POST /hf-inference/models/{id}/pipeline/{task}."""
    return await perform(call, registry.find(call.params["id"]), call.params["task"])


async def perform(call: Call, model: Model, task: str) -> Any:
    """Run `task` on `model`; 400 when the model does not serve it."""
    registry.for_task(model.id, task)
    if task == "conversational":
        raise Failure(
            400,
            f"Model {model.id} chats: it has no text-generation route. Use chat_completion.",
            code="model_not_supported",
        )
    call.use(model)
    if call.record is not None:
        call.record.task = task
    fields = Fields(await call.json())
    return await TASKS[task](call, model, await registry.ready(model), fields)


async def _compute(size: int, work: Any, *args: Any, **kwargs: Any) -> Any:
    """Run a model call here if it is short, in a worker thread if it would hold others up."""
    if size > HEAVY:
        return await asyncio.to_thread(work, *args, **kwargs)
    return work(*args, **kwargs)


def rounded(values: Any, places: int = 6) -> Any:
    """Numpy numbers as JSON numbers of six places, so that every machine sends the same."""
    return [rounded(v, places) if hasattr(v, "__len__") else round(float(v), places) for v in values]


def _scored(labels: Any, scores: Any) -> list[dict[str, Any]]:
    pairs = [{"label": label, "score": score} for label, score in zip(labels, rounded(scores), strict=True)]
    return sorted(pairs, key=lambda pair: -pair["score"])


async def feature_extraction(call: Call, model: Model, engine: Any, fields: Fields) -> Any:
    """A vector for a string, a list of vectors for a list. Parameters stand at the root of the body."""
    single = isinstance(fields.get("inputs"), str)
    texts, cut, side = embed_fields(fields, model, engine.dim)
    texts = [_cut(engine, text, cut, side, model) for text in texts]
    vectors = await _compute(sum(map(len, texts)), engine.embed, texts)
    call.bill(model, sum(map(engine.count_tokens, texts)))
    nested = rounded(vectors)
    return reply(nested[0] if single else nested)


def embed_fields(fields: Fields, model: Model, dim: int) -> tuple[list[str], bool, str]:
    """(texts, whether too long ones may be cut, at which side) of a body."""
    texts = fields.texts("inputs", most=MOST_INPUTS)
    fields.flag("normalize")  # the vectors have length 1 either way
    fields.refuse(model.id, {"prompt_name": (), "dimensions": (dim,), "encoding_format": ("float",)})
    cut = fields.flag("truncate", True)
    return texts, cut, str(fields.choice("truncation_direction", ("left", "right", "Left", "Right"), "right")).lower()


def _cut(engine: Any, text: str, cut: bool, side: str, model: Model) -> str:
    """The text within the model's context; when it may not be cut a 413, as text-embeddings-inference."""
    most = model.context
    if len(text) <= most or (given := engine.count_tokens(text)) <= most:
        return text
    if not cut:
        raise Failure(
            413,
            f"`inputs` must have at most {most} tokens, not {given}. Set `truncate` to true or shorten it.",
            param="inputs",
            extra={"error_type": "Validation"},
        )
    words = text.split()
    low, high = 0, len(words)
    while low < high:  # the largest number of words that fits
        middle = (low + high + 1) // 2
        kept = words[-middle:] if side == "left" else words[:middle]
        low, high = (middle, high) if engine.count_tokens(" ".join(kept)) <= most else (low, middle - 1)
    return " ".join(words[len(words) - low :] if side == "left" else words[:low])


async def sentence_similarity(call: Call, model: Model, engine: Any, fields: Fields) -> Any:
    """Cosines between one sentence and some others."""
    texts = similarity_fields(fields)
    vectors = await _compute(sum(map(len, texts)), engine.embed, texts)
    call.bill(model, sum(map(engine.count_tokens, texts)))
    return reply(rounded([float(vectors[0] @ row) for row in vectors[1:]]))


def similarity_fields(fields: Fields) -> list[str]:
    """The sentence, then those it is compared with."""
    inputs = fields.inner("inputs")
    return [inputs.text("source_sentence"), *inputs.texts("sentences", most=MOST_INPUTS)]


async def text_classification(call: Call, model: Model, engine: Any, fields: Fields) -> Any:
    """Labels with scores, best first, in a double list; `top_k` keeps the first ones."""
    texts, top_k, function = classify_fields(fields)
    rows = await _compute(sum(map(len, texts)), engine.scores, texts)
    call.bill(model, sum(len(text.split()) for text in texts))
    labels = ("NEGATIVE", "POSITIVE")
    return reply([_scored(labels, [_apply(function, row, i) for i in range(2)])[:top_k] for row in rows])


def classify_fields(fields: Fields) -> tuple[list[str], int | None, str]:
    """(texts, how many labels, the function that makes scores) of a body."""
    texts, parameters = fields.texts("inputs", most=MOST_INPUTS), fields.inner("parameters")
    function = parameters.choice("function_to_apply", ("softmax", "sigmoid", "none"), "softmax")
    return texts, parameters.integer("top_k", None, 1, 1000), str(function)


def _apply(function: str, row: Any, index: int) -> float:
    """The score of one of two labels from its softmax probability (logits are centred on 0)."""
    p = min(max(float(row[index]), 1e-9), 1 - 1e-9)
    logit = 0.5 * math.log(p / (1 - p))
    return {"softmax": p, "none": logit, "sigmoid": 1 / (1 + math.exp(-logit))}[function]


async def zero_shot(call: Call, model: Model, engine: Any, fields: Fields) -> Any:
    """Scores for the caller's own labels, best first."""
    text, labels, template, multi = zero_shot_fields(fields)
    scores = await _compute(len(text), engine.scores, text, labels, template=template, multi_label=multi)
    call.bill(model, len(text.split()) * len(labels))
    return reply(_scored(labels, scores))


def zero_shot_fields(fields: Fields) -> tuple[str, list[str], str, bool]:
    """(text, labels, hypothesis template, whether several labels may hold) of a body."""
    text, parameters = fields.text("inputs"), fields.inner("parameters")
    labels = _labels(parameters)
    template = parameters.text("hypothesis_template", default="This example is {}.", limit=500, pattern=r"\{\}")
    if "{}" not in template:
        raise parameters.wrong("hypothesis_template", "contain {} where the label goes")
    return text, labels, template, parameters.flag("multi_label")


LABEL = {"type": "string", "pattern": r"\S", "maxLength": 500}
LABELS = {"anyOf": [{"type": "array", "items": LABEL, "minItems": 1, "maxItems": MOST_LABELS},
                    {"type": "string", "pattern": r"^[^,]*[^,\s][^,]*$", "maxLength": 500}]}  # fmt: skip


def _labels(parameters: Fields) -> list[str]:
    value = parameters.free("candidate_labels", LABELS, needed=True)
    if isinstance(value, str):  # "billing, shipping" is one string on the wire of older clients
        labels = [label.strip() for label in parameters.text("candidate_labels", limit=500).split(",")]
    else:
        labels = parameters.texts("candidate_labels", most=MOST_LABELS, limit=500)
    if not labels or len(labels) > MOST_LABELS or not all(label.strip() for label in labels):
        raise parameters.wrong("candidate_labels", f"be 1 to {MOST_LABELS} labels, none of them empty")
    return labels


async def token_classification(call: Call, model: Model, engine: Any, fields: Fields) -> Any:
    """Names in a text: single tokens with aggregation `none`, else whole names (default `simple`)."""
    text, strategy, ignored = names_fields(fields)
    found = await _compute(len(text), _tokens if strategy == "none" else _spans, engine, text, strategy)
    call.bill(model, len(text.split()))
    return reply([item for item in found if item.get("entity", item.get("entity_group")) not in ignored])


def names_fields(fields: Fields) -> tuple[str, str, list[str]]:
    """(text, aggregation strategy, labels to leave out) of a body."""
    text, parameters = fields.text("inputs"), fields.inner("parameters")
    strategy = parameters.choice("aggregation_strategy", STRATEGIES, "simple")
    parameters.integer("stride", None, 0, 10_000)  # texts are read in one piece
    return text, str(strategy), parameters.texts("ignore_labels", most=20, required=False) or ["O"]


def _tokens(engine: Any, text: str, strategy: str) -> list[dict[str, Any]]:
    return [
        {
            "entity": piece.tag,
            "score": round(float(piece.score), 6),
            "index": index,
            "word": piece.word,
            "start": piece.start,
            "end": piece.end,
        }
        for index, piece in enumerate(engine.pieces(text), 1)
    ]


def _spans(engine: Any, text: str, strategy: str) -> list[dict[str, Any]]:
    """Whole names. The tokens are words, so the strategies find the same names and differ in the score only."""
    pieces = engine.pieces(text)
    starts = [piece.start for piece in pieces]
    return [
        {
            "entity_group": span.group,
            "score": _joined(strategy, span, pieces[bisect_left(starts, span.start) : bisect_left(starts, span.end)]),
            "word": span.word,
            "start": span.start,
            "end": span.end,
        }
        for span in engine.spans(text, pieces)
    ]


def _joined(strategy: str, span: Any, pieces: list[Any]) -> float:
    scores = [float(piece.score) for piece in pieces]
    ways = {
        "first": lambda: scores[0],
        "max": lambda: max(scores),
        "average": lambda: sum(scores) / len(scores),
    }
    return round(ways.get(strategy, lambda: float(span.score))() if scores else float(span.score), 6)


TASKS = {
    "feature-extraction": feature_extraction,
    "sentence-similarity": sentence_similarity,
    "text-classification": text_classification,
    "zero-shot-classification": zero_shot,
    "token-classification": token_classification,
    "text-generation": text_generation,
    "text-to-image": text_to_image,
}
