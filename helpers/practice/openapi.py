"""The OpenAPI 3.1 document, served at /openapi.json: made from the route table and from the readers that check bodies.

Nothing in it is written by hand that the server decides elsewhere: paths and methods come from the routes, who may call from
their gates, bodies from `recorder.py`, models and tasks from the registry. Answers are described in `reply_schemas.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from typing import Any

from starlette.routing import Route

from . import reply_schemas
from .bodies import of_switch, of_task, of_work
from .call import Call
from .endpoint_routes import NAMESPACE
from .errors import reply
from .gates import Guarded
from .registry import MODELS

REASONS = {
    200: "The answer.", 400: "Not a JSON object, or nothing this model or endpoint can do.", 401: "No token, or not a good one.",
    402: "No credit is left.", 403: "Not allowed, or sent by a web page of another origin.", 404: "There is no such thing here.",
    405: "Another method.", 408: "The body did not come.", 409: "The name is taken.", 410: "The host is retired.",
    413: "Too large.", 421: "The Host header names no address of this server.", 422: "A field has a wrong value; it is named.",
    429: "Over the rate limit, or too many guesses.", 431: "The head is too large.",
    503: "The model is loading, or the endpoint is not up.",
}  # fmt: skip
GATES = {"inference": (400, 401, 402, 403, 404, 408, 413, 422, 429, 503), "own": (401,), "public": (401,), "open": ()}
# What a route function adds to its gate's refusals when it succeeds only sometimes.
OWN = {
    "chat_routes.model": (400, 404), "hub_routes.models": (400, 422), "hub_routes.model": (400, 404), "hub_routes.quiet": (404,),
    "endpoint_routes.hardware": (404,), "endpoint_routes.collection": (400, 404, 409), "endpoint_routes.item": (400, 404, 409),
    "endpoint_routes.action": (400, 404),
    "control_routes.log": (422, 400), "control_routes.turn": (404,), "pages.card": (404,),
    "deployed_routes.health": (400, 401, 404, 503), "deployed_routes.deployed": GATES["inference"],
    "classroom.join": (403, 429), "classroom.page": (403, 429, 400), "classroom.numbers": (403, 429),
}  # fmt: skip
PAGES = ("pages.home", "pages.card", "classroom.page", "classroom.home")
NEVER_200 = ("hub_routes.quiet", "app.gone")
ALWAYS = (421, 431)
WITH_BODY = ("POST", "PUT")


async def document(call: Call) -> Any:
    """The document of the server that the call came to, made once."""
    app = call.scope["app"]
    if app.described is None:  # models load while it is made
        app.described = await asyncio.to_thread(describe, app.router.routes)
    return reply(app.described)


def describe(routes: Iterable[Route]) -> dict[str, Any]:
    """The document for a route table; where two routes have the same path the first one counts, as in the router."""
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        for path, operations in _of(route):
            for method, operation in operations.items():
                paths.setdefault(path, {}).setdefault(method, operation)
    about = (
        "The course's own tiny models behind the wire format of Hugging Face inference. A header X-Forwarded-Host names the host "
        "that a client meant; without it the path decides. Faults that a caller scripts under /practice/faults can put "
        "any status from 400 to 599 in place of an answer, and break the connection."
    )
    return {
        "openapi": "3.1.0",
        "info": {"title": "Practice server", "version": "1", "description": about},
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "hf_practice..."}},
            "responses": {str(status): _refusal(text) for status, text in REASONS.items() if status >= 400},
        },
        "paths": paths,
    }


def _of(route: Route) -> Iterator[tuple[str, dict[str, Any]]]:
    """Paths and operations of one route: one path for each model where the model decides about the body."""
    guarded: Guarded = route.endpoint
    name = name_of(guarded.work)
    if route.path.startswith("/retired"):  # reached by its host only
        return
    if name == "chat_routes.chat_of_model":
        for model in MODELS.values():
            if model.conversational:
                yield _path(route, id=model.id), _operations(route, name, body=of_work(name), task="conversational")
    elif name in ("task_routes.by_model", "task_routes.by_task"):
        for model in MODELS.values():
            for task in model.tasks if name.endswith("by_task") else (model.task,):
                if task in reply_schemas.TASKS or task == "text-to-image":
                    if model.conversational:
                        continue  # chats only
                    yield _path(route, id=model.id, task=task), _operations(route, name, body=of_task(model, task), task=task)
    elif name == "control_routes.turn":
        for switch, body in of_switch().items():
            yield _path(route, switch=switch), _operations(route, name, body=body)
    else:
        yield _path(route), _operations(route, name, body=of_work(name))


def _path(route: Route, **known: str) -> str:
    """The path in OpenAPI's words, with what is known filled in."""
    path = route.path.replace(":path}", "}")
    for name, value in known.items():
        path = path.replace(f"{{{name}}}", value)
    return path


def _operations(route: Route, name: str, *, body: dict[str, Any] | None, task: str | None = None) -> dict[str, Any]:
    guarded: Guarded = route.endpoint
    methods = sorted(set(route.methods or ()) - {"HEAD"})
    filled = _path(route, **({"id": "", "task": "", "switch": ""} if task or name == "control_routes.turn" else {}))
    parameters = [
        {"name": given, "in": "path", "required": True, "schema": _parameter(given, name)}
        for given in route.param_convertors
        if f"{{{given}}}" in filled
    ] + QUERIES.get(name, [])
    made = {}
    for method in methods:
        operation: dict[str, Any] = {
            "summary": (guarded.work.__doc__ or "").split("\n")[0],
            "responses": _responses(guarded.gate, name, method, task, has_body=body is not None),
        }
        if parameters:
            operation["parameters"] = [given for given in parameters if method == "GET" or given["in"] == "path"]
        if body is not None and method in WITH_BODY:
            operation["requestBody"] = {
                "required": name != "control_routes.turn",
                "content": {"application/json": {"schema": body}},
            }
        if guarded.gate in ("inference", "own"):
            operation["security"] = [{"token": []}]
        elif guarded.gate == "public" and name != "hub_routes.whoami":
            operation["security"] = [{}, {"token": []}]
        made[method.lower()] = operation
    return made


STREAM = {"itemSchema": {"type": "object", "required": ["data"], "properties": {"data": {"type": "string"}}}}
QUERIES = {
    "control_routes.log": [{"name": "since", "in": "query", "schema": {"type": "integer", "minimum": 0, "maximum": 10**12 - 1}}],
    "hub_routes.models": [{"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 0, "maximum": 10_000}},
                          *({"name": name, "in": "query", "schema": {"type": "string"}} for name in
                            ("inference_provider", "pipeline_tag", "author", "search", "filter"))],
    "hub_routes.model": [{"name": "expand", "in": "query",
                          "schema": {"enum": ["inferenceProviderMapping", "inference", "tags"]}}],
}  # fmt: skip


def _parameter(given: str, name: str) -> dict[str, Any]:
    if given == "id":
        chats = name == "chat_routes.model"
        return {"enum": [model.id for model in MODELS.values() if model.conversational or not chats]}
    if given == "action":
        return {"enum": ["pause", "resume", "scale-to-zero"]}
    if given == "namespace":
        return {"type": "string", "pattern": f"^{NAMESPACE}$", "not": {"enum": [".", ".."]}}  # clients take dots away
    return {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"}


def _responses(gate: str, name: str, method: str, task: str | None, *, has_body: bool) -> dict[str, Any]:
    statuses = {*GATES[gate], *OWN.get(name, ()), *ALWAYS}
    if has_body and method in WITH_BODY:
        statuses |= {400, 408, 413, 422}
    if method not in ("GET",):
        statuses |= {403}
    answers = {str(status): _error(status, name) for status in sorted(statuses)}
    if name not in NEVER_200:
        answers["200"] = {"description": REASONS[200], "content": _content(name, task)}
    return dict(sorted(answers.items()))


def _error(status: int, name: str) -> dict[str, Any]:
    if status == 404 and name == "pages.card":  # a page for people
        return {"description": REASONS[status], "content": {"text/html": {"schema": {"type": "string"}}}}
    return {"$ref": f"#/components/responses/{status}"}


def _refusal(text: str) -> dict[str, Any]:
    return {"description": text, "content": {"application/json": {"schema": reply_schemas.ERROR}}}


def _content(name: str, task: str | None) -> dict[str, Any]:
    if name in PAGES:
        return {"text/html": {"schema": {"type": "string"}}}
    if task == "text-to-image":
        return {"image/png": {"schema": {"contentMediaType": "image/png"}}}
    if name == "deployed_routes.health":
        return {}
    if task == "conversational" or name == "chat_routes.chat":
        return {"application/json": {"schema": reply_schemas.CHAT}, "text/event-stream": STREAM}
    schema = reply_schemas.TASKS.get(task or "") or reply_schemas.ROUTES.get(name, {})
    streams = {"text/event-stream": STREAM} if task in reply_schemas.STREAMS else {}
    return {"application/json": {"schema": schema}, **streams}


def name_of(work: Any) -> str:
    """A route function's module and name, such as `chat_routes.chat`."""
    return f"{work.__module__.rpartition('.')[2]}.{work.__name__}"
