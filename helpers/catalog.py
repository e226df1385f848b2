"""The one place where model ids live: what each role is called in practice and in live mode, and what it costs."""
from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

ROLES = ("chat", "text", "embed", "sentiment", "zero_shot", "ner", "image")


@dataclass(frozen=True, kw_only=True)
class Role:
    """One job that a model does in the course.

    `live` is the model id for the real service, `fallbacks` are others for the same job, `provider` serves it, `practice` is the
    course's own model. Prices are US$: per million tokens in and out (chat), or per call (everything else).
    """

    name: str
    practice: str
    live: str
    provider: str
    fallbacks: tuple[str, ...] = ()
    usd_per_mtok_in: float = 0.0
    usd_per_mtok_out: float = 0.0
    usd_per_call: float = 0.0


@dataclass(frozen=True)
class Models:
    """Role -> model id for one mode: `models.chat`, `models.embed`, ..."""

    chat: str
    text: str
    embed: str
    sentiment: str
    zero_shot: str
    ner: str
    image: str


@lru_cache(maxsize=1)
def _document() -> dict:
    return tomllib.loads((Path(__file__).parent / "models.toml").read_text("utf-8"))


def verified() -> str:
    """The date (ISO) on which the live ids were last verified."""
    return str(_document()["verified"])


@lru_cache(maxsize=1)
def roles() -> dict[str, Role]:
    """All roles by name, as models.toml has them."""
    return {name: Role(name=name, **{**row, "fallbacks": tuple(row.get("fallbacks", ()))})
            for name, row in _document()["roles"].items()}


def models(mode: str) -> Models:
    """The model ids of a mode: "practice" or "live"."""
    return Models(**{name: getattr(role, mode) for name, role in roles().items()})


def price_of(model: str) -> Role | None:
    """The role whose live model or fallback is `model` (a suffix such as `:fastest` is ignored); None when unknown."""
    wanted = model.split(":")[0]
    return next((role for role in roles().values() if wanted in (role.live, *role.fallbacks)), None)
