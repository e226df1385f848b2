"""The models this server offers: id, task, tags, practice price, and how each is loaded at its first use."""

from __future__ import annotations

import asyncio
import difflib
import importlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from .errors import Failure, shown

MODELS_DIR = Path(__file__).parent / "models"
PROVIDER = "hf-inference"
RELEASED = (
    1_795_305_600  # 2026-11-22; replies carry this date, so that the same notebook prints the same everywhere
)
POLICIES = ("fastest", "cheapest", "preferred", PROVIDER)


@dataclass(frozen=True, kw_only=True)
class Model:
    """One practice model.

    Args:
        id: what clients ask for.
        task: the Hub's pipeline tag.
        tasks: what hf-inference serves with it.
        module: module below `models/`; `card` its model card, relative to `models/`.
        price_in, price_out: practice prices in US$ per million tokens (simulated, see the model's page).
        price_step: for images, US$ per million pixels and step.
        context: tokens it reads at once.
    """

    id: str
    task: str
    tasks: tuple[str, ...]
    module: str
    card: str
    summary: str
    price_in: float = 0.0
    price_out: float = 0.0
    price_step: float = 0.0
    context: int = 4096
    tags: tuple[str, ...] = field(default=())

    @property
    def conversational(self) -> bool:
        """Whether it chats."""
        return "conversational" in self.tasks

    @property
    def mapping_task(self) -> str:
        """The task in the Hub's provider mapping."""
        return "conversational" if self.conversational else self.task

    def cost(self, tokens_in: int, tokens_out: int = 0) -> float:
        """The practice price of one call in US$."""
        return (tokens_in * self.price_in + tokens_out * self.price_out) / 1e6


MODELS = {
    model.id: model
    for model in (
        Model(
            id="practice/chat",
            task="text-generation",
            tasks=("conversational",),
            module="chat",
            card="chat/card.md",
            summary="Chat about this course's subjects and help-desk replies.",
            tags=("conversational",),
            price_in=0.10,
            price_out=0.40,
        ),
        Model(
            id="practice/reasoner",
            task="text-generation",
            tasks=("conversational",),
            module="chat.reasoner",
            card="chat/reasoner_card.md",
            summary="As practice/chat, and shows its reasoning first.",
            tags=("conversational",),
            price_in=0.10,
            price_out=0.40,
        ),
        Model(
            id="practice/text",
            task="text-generation",
            tasks=("text-generation",),
            module="text",
            card="text/card.md",
            summary="Continues a text.",
            price_in=0.10,
            price_out=0.40,
        ),
        Model(
            id="practice/embed",
            task="feature-extraction",
            tasks=("feature-extraction", "sentence-similarity"),
            module="embed",
            card="embed/card.md",
            summary="Sentence embeddings.",
            tags=("feature-extraction", "sentence-similarity"),
            price_in=0.02,
            context=512,
        ),
        Model(
            id="practice/sentiment",
            task="text-classification",
            tasks=("text-classification",),
            module="sentiment",
            card="sentiment/card.md",
            summary="POSITIVE or NEGATIVE.",
            price_in=0.02,
        ),
        Model(
            id="practice/zero-shot",
            task="zero-shot-classification",
            tasks=("zero-shot-classification",),
            module="zero_shot",
            card="zero_shot/card.md",
            summary="Scores labels of your own.",
            price_in=0.05,
        ),
        Model(
            id="practice/ner",
            task="token-classification",
            tasks=("token-classification",),
            module="ner",
            card="ner/card.md",
            summary="Finds persons, organisations, places and other names.",
            price_in=0.02,
        ),
        # The published example (10 s x $0.00012 = $0.0012 an image) spread over 512 x 512 pixels and 20 steps.
        Model(
            id="practice/image",
            task="text-to-image",
            tasks=("text-to-image",),
            module="image",
            card="image/card.md",
            summary="Paints simple scenes from a small vocabulary.",
            price_step=0.0012 / (0.262144 * 20),
        ),
    )
}

_lock = threading.Lock()


def split_model(name: str) -> str:
    """The id without a routing suffix such as `:fastest`; 400 for a provider that is not played here."""
    base, colon, policy = name.partition(":")
    if colon and base in MODELS and policy not in POLICIES:
        raise Failure(
            400,
            f"The requested model {shown(name, 80)} is not supported by any provider you have enabled. "
            f"The practice server plays {PROVIDER} only.",
            param="model",
            code="model_not_supported",
        )
    return base if colon and base in MODELS else name


def find(name: str, *, hub: bool = False) -> Model:
    """The model with this id; a 404 that offers near misses otherwise. `hub` adds the Hub's error code."""
    model = MODELS.get(name)
    if model is None:
        raise unknown(name, hub=hub)
    return model


def unknown(name: str, *, hub: bool = False) -> Failure:
    """The 404 for an id that is not served."""
    near = difflib.get_close_matches(name.lower()[:100], MODELS, n=2, cutoff=0.6)
    hint = f"Did you mean {' or '.join(near)}?" if near else f"It serves {', '.join(MODELS)}."
    if name == "dummy":
        hint = 'InferenceClient(base_url=...) sends that name when none is given: pass model="practice/chat".'
    return Failure(
        404,
        f"No practice model {shown(name, 60)}. {hint}",
        param="model",
        code="model_not_found",
        headers={"x-error-code": "RepoNotFound"} if hub else None,
    )


def for_task(name: str, task: str) -> Model:
    """The model with this id if it serves `task`, else a 404 or a 400 that names its own tasks."""
    model = find(name)
    if task not in model.tasks:
        able = [other.id for other in MODELS.values() if task in other.tasks]
        hint = f" Use {able[0]}." if able else ""
        raise Failure(
            400,
            f"Model {model.id} does not support task {shown(task)}. Supported: "
            f"{', '.join(model.tasks)}.{hint}",
            param="model",
            code="model_not_supported",
        )
    return model


@cache
def _load(module: str) -> Any:
    loaded = importlib.import_module(f".models.{module}", __package__)
    maker: Callable[[], Any] = loaded.load if hasattr(loaded, "load") else loaded.ReasonerModel.load
    return maker()


def load(model: Model) -> Any:
    """The model itself, loaded once per process."""
    with _lock:
        return _load(model.module)


async def ready(model: Model) -> Any:
    """As `load`, without holding up the other callers while it loads."""
    if model.module in _loaded:
        return _loaded[model.module]
    _loaded[model.module] = await asyncio.to_thread(load, model)
    return _loaded[model.module]


_loaded: dict[str, Any] = {}


def card(model: Model) -> str:
    """The text of the model's card."""
    path = MODELS_DIR / model.card
    return path.read_text(encoding="utf-8") if path.is_file() else f"# {model.id}\n\n{model.summary}\n"
