"""The body that creates or changes an endpoint, checked: 400 with the way out for what the API would not take."""

from __future__ import annotations

import copy
import re
from typing import Any

from .endpoints import DOES_NOT_FIT
from .errors import Failure, dumps, one_of, shown
from .fields import Fields
from .hardware import all_hardware, find_hardware
from .registry import MODELS

MOST_SPEC = 16 * 1024  # bytes of one endpoint's description
TYPES = ("public", "authenticated", "private")
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?")


def checked_spec(fields: Fields) -> dict[str, Any]:
    """The body of a creation, checked and completed; 400 for what the API would not take."""
    if len(dumps(fields.data)) > MOST_SPEC:
        raise Failure(413, f"The description of an endpoint is larger than {MOST_SPEC // 1024} KiB. Shorten its `image`.")
    parts = {name: fields.inner(name) for name in ("compute", "model", "provider")}
    _describe(parts)
    name = fields.free("name", {"type": "string", "pattern": f"^{_NAME.pattern}$"}, needed=True)
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise Failure(
            400,
            f"`name` must be 1 to 32 lower-case letters, digits and hyphens, not {shown(name)}.",
            param="name",
        )
    spec = {
        "name": name,
        "type": fields.free("type", {"enum": list(TYPES)}) if "type" in fields.data else "authenticated",
        **{key: copy.deepcopy(part.data) for key, part in parts.items()},
    }
    spec["compute"]["scaling"] = _scaling(parts["compute"].inner("scaling"))
    _check(spec)
    return spec


# What a machine is described with; which values go together is in `hardware.py`.
PARTS = {
    "provider": ("vendor", "region"),
    "compute": ("accelerator", "instanceType", "instanceSize"),
}
ATTRIBUTES = {"instanceType": "instance_type", "instanceSize": "instance_size"}


def _describe(parts: dict[str, Fields]) -> None:
    """Name the fields that are looked up in the price list and in the registry, for the OpenAPI document."""
    for part, names in PARTS.items():
        for name in names:
            known = dict.fromkeys(getattr(machine, ATTRIBUTES.get(name, name)) for machine in all_hardware())
            parts[part].free(name, {"enum": list(known)}, needed=True)
    parts["model"].free("repository", {"enum": list(MODELS)}, needed=True)


def _check(spec: dict[str, Any]) -> None:
    if spec["type"] not in TYPES:
        hint = " `protected` is the old name of `authenticated`." if spec["type"] == "protected" else ""
        raise Failure(
            400, f"`type` must be one of {one_of(TYPES)}, not {shown(spec['type'])}.{hint}", param="type"
        )
    find_hardware(spec)
    repository = spec["model"].get("repository")
    if not isinstance(repository, str) or not _deployable(repository):
        raise Failure(
            400,
            f"`model.repository` {shown(repository)} cannot be deployed here. Use one of {', '.join(MODELS)}.",
            param="model.repository",
        )
    spec["model"]["task"] = spec["model"].get("task") or (
        MODELS[repository].task if repository in MODELS else None
    )
    spec["model"].setdefault("framework", "pytorch")
    spec["model"].setdefault("revision", None)
    spec["model"].setdefault("image", {"huggingface": {}})
    spec["model"].pop("secrets", None)  # never kept


def _deployable(repository: str) -> bool:
    """A practice model, or one of the practice names that stand for a model that is too large."""
    too_large = repository.startswith("practice/") and DOES_NOT_FIT in repository and len(repository) < 100
    return repository in MODELS or too_large


def _scaling(fields: Fields) -> dict[str, Any]:
    try:
        most = fields.integer("maxReplica", 1, 1, 100)
        least = fields.integer("minReplica", 1, 0, 100)
        timeout = fields.integer("scaleToZeroTimeout", None, 1, 100_000)
    except Failure as failure:
        raise Failure(400, failure.message, param=failure.param) from None
    if least > most:
        raise Failure(400, f"`minReplica` {least} is larger than `maxReplica` {most}. Raise `maxReplica`.")
    return {
        "minReplica": least,
        "maxReplica": most,
        "scaleToZeroTimeout": timeout,
        "measure": fields.get("measure"),
    }


def merged(old: Any, new: Any) -> Any:
    """`old` with the values of `new`, object by object."""
    if isinstance(old, dict) and isinstance(new, dict):
        return {**old, **{key: merged(old.get(key), value) for key, value in new.items()}}
    return new
