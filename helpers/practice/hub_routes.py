"""The Hub's side: model pages, provider mapping, model lists, whoami."""

from __future__ import annotations

from typing import Any

from . import registry
from .call import Call
from .errors import Failure, reply, unauthorized
from .fields import Fields
from .registry import MODELS, PROVIDER, Model

USER = "practice-learner"
RELEASED = "2026-11-22T00:00:00.000Z"
QUIET = ("agent-harnesses",)


async def model(call: Call) -> Any:
    """GET /api/models/{id}, whole or with `expand=`."""
    found = registry.find(call.params["id"], hub=True)
    call.use(found)
    wanted = call.query.get("expand")
    info = describe(found)
    if not wanted:
        return reply(
            {
                key: value
                for key, value in info.items()
                if key not in ("inference", "inferenceProviderMapping")
            }
        )
    unknown = sorted(set(wanted) - set(info))
    if unknown and not set(unknown) <= EMPTY:
        raise Failure(
            400, f'Invalid expand value "{unknown[0][:40]}". Use inferenceProviderMapping, inference or tags.'
        )
    always = ("_id", "id", "pipeline_tag", "tags")
    return reply({key: value for key, value in info.items() if key in wanted or key in always})


# Fields the Hub knows and these models have nothing to say about.
EMPTY = {
    "config",
    "gguf",
    "safetensors",
    "siblings",
    "spaces",
    "transformersInfo",
    "trendingScore",
    "widgetData",
    "usedStorage",
    "resourceGroup",
    "childrenModelCount",
    "baseModels",
    "evalResults",
    "downloadsAllTime",
    "mask_token",
    "model-index",
    "disabled",
    "xetEnabled",
}


def describe(found: Model) -> dict[str, Any]:
    """Everything the Hub would tell about a practice model."""
    mapping = {"status": "live", "providerId": found.id, "task": found.mapping_task, "isModelAuthor": True}
    number = list(MODELS).index(found.id) + 1
    tags = list(
        dict.fromkeys([found.task, *found.tags, "practice", "license:apache-2.0", "endpoints_compatible"])
    )
    return {
        "_id": f"{number:024x}",
        "id": found.id,
        "modelId": found.id,
        "author": "practice",
        "sha": f"{number:040x}",
        "private": False,
        "gated": False,
        "downloads": 0,
        "likes": 0,
        "library_name": "numpy",
        "createdAt": RELEASED,
        "lastModified": RELEASED,
        "pipeline_tag": found.task,
        "tags": tags,
        "cardData": {"license": "apache-2.0", "pipeline_tag": found.task},
        "inference": "warm",
        "inferenceProviderMapping": {PROVIDER: mapping},
    }


async def models(call: Call) -> Any:
    """GET /api/models: the list, by provider, task, author and words in the id."""
    query = {name: values[-1] for name, values in call.query.items()}
    limit = Fields({"limit": _number(query.get("limit"))}).integer("limit", 1000, 0, 10_000)
    found = [describe(m) for m in MODELS.values() if _fits(m, query, call.query)]
    wanted = call.query.get("expand")
    hidden = set() if wanted else {"inference", "inferenceProviderMapping"}
    return reply([{key: value for key, value in info.items() if key not in hidden} for info in found[:limit]])


def _number(text: str | None) -> Any:
    return int(text) if text is not None and text.isdecimal() and len(text) < 9 else text


def _fits(found: Model, query: dict[str, str], lists: dict[str, list[str]]) -> bool:
    providers = [name for value in lists.get("inference_provider", []) for name in value.split(",")]
    tags = set(describe(found)["tags"])
    return (
        (not providers or bool({PROVIDER, "all"} & set(providers)))
        and query.get("pipeline_tag", found.task) in (found.task, *found.tasks, *found.tags)
        and query.get("author", "practice") == "practice"
        and query.get("inference", "warm") == "warm"
        and query.get("search", "").lower() in found.id
        and all(tag in tags for value in lists.get("filter", []) for tag in value.split(",") if tag)
    )


async def tasks(call: Call) -> Any:
    """GET /api/tasks: the model each task uses when a caller names none."""
    default: dict[str, Any] = {}
    for found in MODELS.values():
        for task in found.tasks:
            default.setdefault(task, {"id": task, "widgetModels": [found.id]})
    return reply(default)


async def whoami(call: Call) -> Any:
    """GET /api/whoami-v2: a practice user; 401 without a token."""
    if call.identity.kind == "anonymous":
        raise unauthorized()
    scope = (
        []
        if call.identity.kind == "no_permission"
        else ["inference.serverless.write", "inference.endpoints.write"]
    )
    fine = {
        "canReadGatedRepos": False,
        "global": [],
        "scoped": [{"entity": {"_id": "0" * 24, "type": "user", "name": USER}, "permissions": scope}],
    }
    return reply(
        {
            "type": "user",
            "id": "0" * 24,
            "name": USER,
            "fullname": "Practice Learner",
            "email": None,
            "isPro": False,
            "canPay": call.identity.kind != "no_credit",
            "periodEnd": None,
            "orgs": [],
            "auth": {
                "type": "access_token",
                "accessToken": {
                    "displayName": "practice",
                    "role": "fineGrained",
                    "createdAt": RELEASED,
                    "fineGrained": fine,
                },
            },
        }
    )


async def quiet(call: Call) -> Any:
    """GET /api/agent-harnesses: the SDK asks once a day; there is nothing to say."""
    raise Failure(404, "Not Found")
