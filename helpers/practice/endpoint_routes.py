"""Inference Endpoints: the API that creates and steers them, and the hosts of those that were created."""

from __future__ import annotations

import copy
import datetime
import re
from typing import Any

from starlette.responses import Response

from . import chat_routes, registry, task_routes
from .call import Call, through_gates
from .endpoints import DOES_NOT_FIT, MOST_ENDPOINTS, Endpoint
from .errors import Failure, one_of, reply, shown, unauthorized
from .fields import Fields
from .hardware import PRICES_OF, all_hardware, find_hardware
from .registry import MODELS, RELEASED

TYPES = ("public", "authenticated", "private")
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?")
UNLIMITED_CPU = 64


async def hardware(call: Call) -> Any:
    """GET /v2/provider/{namespace}: vendors, regions and machines with price and quota."""
    mine = call.identity.endpoints
    vendors: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for machine in all_hardware():
        regions = vendors.setdefault(machine.vendor, {})
        used = mine.accelerators(machine.instance_type)
        regions.setdefault(machine.region, []).append(machine.as_dict(_quota(call, machine.accelerator), used))
    return reply({"vendors": [
        {"name": vendor, "status": "available", "regions": [
            {"name": region, "status": "available", "computes": computes} for region, computes in regions.items()]}
        for vendor, regions in vendors.items()], "practice": {"prices_of": PRICES_OF}})


def _quota(call: Call, accelerator: str) -> int:
    return UNLIMITED_CPU if accelerator == "cpu" else call.identity.endpoints.settings.quota


async def collection(call: Call) -> Any:
    """GET lists the endpoints of a namespace, POST creates one."""
    mine, namespace = call.identity.endpoints, call.params["namespace"]
    if call.method in ("GET", "HEAD"):
        return reply({"items": [show(endpoint, mine.clock.now()) for endpoint in mine.of(namespace)]})
    spec = _spec(await call.json())
    if mine.get(namespace, spec["name"]) is not None:
        raise Failure(409, f"An endpoint named {shown(spec['name'])} exists already in {namespace[:40]}. "
                           "Choose another name or delete it.")
    _check_quota(call, spec)
    if len(mine) >= MOST_ENDPOINTS:
        raise Failure(400, f"There are {MOST_ENDPOINTS} endpoints already. Delete one first.")
    now = mine.clock.now()
    endpoint = Endpoint(spec, namespace, mine.settings, now, mine.owner, since_s=now, updated_s=now, last_used_s=now)
    endpoint.fails_with = _why_it_fails(call, spec)
    mine.add(endpoint)
    endpoint.advance(now)
    return reply(show(endpoint, now))


def _why_it_fails(call: Call, spec: dict[str, Any]) -> str | None:
    if DOES_NOT_FIT in spec["model"]["repository"]:
        return (f"Scheduling failure: {spec['model']['repository']} does not fit into the memory of "
                f"{spec['compute']['instanceType']} {spec['compute']['instanceSize']}")
    reason = call.identity.endpoints.settings.fail
    call.identity.endpoints.settings.fail = None
    return reason


def _check_quota(call: Call, spec: dict[str, Any]) -> None:
    machine = find_hardware(spec)
    wanted = machine.units * spec["compute"]["scaling"]["maxReplica"]
    used, quota = call.identity.endpoints.accelerators(machine.instance_type), _quota(call, machine.accelerator)
    if used + wanted > quota:
        raise Failure(400, f"Quota exceeded: {machine.instance_type} has {quota} units, {used} in use, {wanted} asked for. "
                           "Pause or delete an endpoint, or ask for fewer replicas.")


def _spec(body: dict[str, Any]) -> dict[str, Any]:
    """The body of a creation, checked and completed; 400 for what the API would not take."""
    fields = Fields(body)
    parts = {name: fields.inner(name) for name in ("compute", "model", "provider")}
    name = body.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise Failure(400, f"`name` must be 1 to 32 lower-case letters, digits and hyphens, not {shown(name)}.", param="name")
    spec = {"name": name, "type": body.get("type", "authenticated"),
            **{key: copy.deepcopy(part.data) for key, part in parts.items()}}
    spec["compute"]["scaling"] = _scaling(parts["compute"].inner("scaling"))
    _check(spec)
    return spec


def _check(spec: dict[str, Any]) -> None:
    if spec["type"] not in TYPES:
        hint = " `protected` is the old name of `authenticated`." if spec["type"] == "protected" else ""
        raise Failure(400, f"`type` must be one of {one_of(TYPES)}, not {shown(spec['type'])}.{hint}", param="type")
    find_hardware(spec)
    repository = spec["model"].get("repository")
    if repository not in MODELS and not (isinstance(repository, str) and repository.startswith("practice/")
                                         and DOES_NOT_FIT in repository and len(repository) < 100):
        raise Failure(400, f"`model.repository` {shown(repository)} cannot be deployed here. "
                           f"Use one of {', '.join(MODELS)}.", param="model.repository")
    spec["model"]["task"] = spec["model"].get("task") or (MODELS[repository].task if repository in MODELS else None)
    spec["model"].setdefault("framework", "pytorch")
    spec["model"].setdefault("revision", None)
    spec["model"].setdefault("image", {"huggingface": {}})
    spec["model"].pop("secrets", None)  # never kept


def _scaling(fields: Fields) -> dict[str, Any]:
    try:
        most = fields.integer("maxReplica", 1, 1, 100)
        least = fields.integer("minReplica", 1, 0, 100)
        timeout = fields.integer("scaleToZeroTimeout", None, 1, 100_000)
    except Failure as failure:
        raise Failure(400, failure.message, param=failure.param) from None
    if least > most:
        raise Failure(400, f"`minReplica` {least} is larger than `maxReplica` {most}. Raise `maxReplica`.")
    return {"minReplica": least, "maxReplica": most, "scaleToZeroTimeout": timeout, "measure": fields.get("measure")}


async def item(call: Call) -> Any:
    """GET, PUT and DELETE of one endpoint."""
    endpoint = _find(call)
    if call.method == "DELETE":
        call.identity.endpoints.remove(endpoint)
        return reply({})
    if call.method == "PUT":
        _update(call, endpoint, await call.json())
    return reply(show(endpoint, call.identity.clock.now()))


def _find(call: Call) -> Endpoint:
    found = call.identity.endpoints.get(call.params["namespace"], call.params["name"])
    if found is None:
        raise Failure(404, f"No endpoint {shown(call.params['name'])} in {call.params['namespace'][:40]}. "
                           "List them with list_inference_endpoints().")
    return found


def _update(call: Call, endpoint: Endpoint, changes: dict[str, Any]) -> None:
    """Merge the changes; a running endpoint updates, another takes them when it starts."""
    before, now = endpoint.spec, call.identity.clock.now()
    spec = _spec(_merged(before, {key: changes[key] for key in ("compute", "model", "type") if key in changes}))
    if endpoint.state in ("running", "updateFailed", "initializing", "pending"):
        endpoint.enter(now, "updating" if endpoint.deployed else endpoint.state, "Endpoint is updating")
    endpoint.spec, endpoint.updated_s = spec, now
    endpoint.fails_with = _why_it_fails(call, spec)


def _merged(old: Any, new: Any) -> Any:
    if isinstance(old, dict) and isinstance(new, dict):
        return {**old, **{key: _merged(old.get(key), value) for key, value in new.items()}}
    return new


async def action(call: Call) -> Any:
    """POST .../pause, .../resume, .../scale-to-zero."""
    endpoint, now = _find(call), call.identity.clock.now()
    actions = {"pause": _pause, "resume": _resume, "scale-to-zero": _scale_to_zero}
    if call.params["action"] not in actions:
        raise Failure(404, f"There is no action {shown(call.params['action'])}. Use {one_of(actions)}.")
    actions[call.params["action"]](endpoint, now)
    endpoint.advance(now)
    return reply(show(endpoint, now))


def _pause(endpoint: Endpoint, now: float) -> None:
    if endpoint.state != "paused":
        endpoint.enter(now, "paused", "Endpoint is paused")


def _resume(endpoint: Endpoint, now: float) -> None:
    if endpoint.state in ("running", "updating"):
        raise Failure(400, f"Endpoint {endpoint.name} is already running.")
    if endpoint.state in ("paused", "scaledToZero", "failed", "updateFailed"):
        endpoint.enter(now, "pending", "Endpoint waiting to be scheduled")
        endpoint.last_used_s = now


def _scale_to_zero(endpoint: Endpoint, now: float) -> None:
    if endpoint.scaling["minReplica"] > 0:
        raise Failure(400, f"Endpoint {endpoint.name} has minReplica {endpoint.scaling['minReplica']}. "
                           "Set min_replica=0 to scale to zero.")
    if endpoint.state not in ("running", "scaledToZero"):
        raise Failure(400, f"Endpoint {endpoint.name} is {endpoint.state}: only a running endpoint can be scaled to zero.")
    if endpoint.state == "running":
        endpoint.enter(now, "scaledToZero", "Endpoint scaled to zero")


def show(endpoint: Endpoint, now: float) -> dict[str, Any]:
    """An endpoint as the API shows it, and what it has cost under `practice`."""
    minutes, dollars = endpoint.bill(now)
    ready, wanted = endpoint.replicas
    status = {"createdAt": stamp(endpoint.created_s), "updatedAt": stamp(endpoint.updated_s), "state": endpoint.state,
              "message": endpoint.message, "readyReplica": ready, "targetReplica": wanted,
              "createdBy": {"id": "0" * 24, "name": endpoint.namespace}}
    if endpoint.deployed:
        status["url"] = f"https://{endpoint.host}"
    return {**endpoint.spec, "status": status, "healthRoute": "/health", "practice": {
        "billed_minutes": minutes, "cost_usd": dollars, "price_per_hour": endpoint.hardware.price_per_hour,
        "prices_of": PRICES_OF, "state_for_s": round(now - endpoint.since_s, 3), "history": endpoint.history(now)}}


def stamp(seconds: float) -> str:
    """A time of the identity's clock as ISO 8601; the clock begins on 2026-11-22."""
    when = datetime.datetime.fromtimestamp(RELEASED + seconds, datetime.timezone.utc)
    return when.strftime("%Y-%m-%dT%H:%M:%S.") + f"{when.microsecond // 1000:03d}Z"


async def health(call: Call) -> Any:
    """GET /health at a deployed endpoint: 200 only while it runs. It does not wake the endpoint."""
    endpoint = _deployed(call)
    call.log(model=endpoint.spec["model"]["repository"], task="health")
    if endpoint.state not in ("running", "updating", "updateFailed"):
        raise _not_running(endpoint)
    return Response(b"", 200)


async def deployed(call: Call) -> Any:
    """Everything else at a deployed endpoint: inference at `/` and `/v1/chat/completions`."""
    endpoint = _deployed(call)
    if call.method != "POST":
        raise Failure(405, "Send a POST to `/` or `/v1/chat/completions`.", headers={"allow": "POST"})
    path, repository = call.params["rest"], endpoint.spec["model"]["repository"]
    if path not in ("", "v1/chat/completions"):
        raise Failure(404, f"This endpoint has no route /{path[:60]}. It answers at `/` and `/v1/chat/completions`.")

    async def work(call: Call) -> Any:
        await _until_running(call, endpoint)
        endpoint.used(call.identity.clock.now())
        if path:
            return await chat_routes.complete(call, registry.for_task(repository, "conversational"))
        model = registry.find(repository)
        return await task_routes.perform(call, model, "conversational" if model.conversational else model.task)

    return _Gated(work, "conversational" if path else None, repository)


class _Gated:
    """A response that passes the gates of an inference call first."""

    def __init__(self, work: Any, task: str | None, model: str) -> None:
        self._arguments = (work, task, model)

    async def __call__(self, scope: dict, receive: Any, send: Any) -> None:
        await through_gates(scope["call"], *self._arguments)


def _deployed(call: Call) -> Endpoint:
    """The endpoint at the call's host, if the caller may see it."""
    host, mine = call.params["host"], None
    if call.header(b"authorization") is not None:
        mine = call.identify().endpoints.by_host(host)
    if mine is not None:
        return mine
    theirs = next((e for i in call.identities if (e := i.endpoints.by_host(host)) is not None), None)
    if theirs is not None and theirs.spec["type"] != "public" and call.identity.kind == "anonymous":
        raise unauthorized()
    if theirs is None or theirs.spec["type"] == "private":
        raise Failure(404, "There is no endpoint at this address. It may have been deleted.")
    return theirs


async def _until_running(call: Call, endpoint: Endpoint) -> None:
    """Wake the endpoint; hold the request as long as `X-Scale-Up-Timeout` allows, else 503 at once."""
    clock = call.identity.clock
    endpoint.advance(clock.now())
    if endpoint.state == "scaledToZero":
        endpoint.wake(clock.now())
    if endpoint.state in ("updating", "updateFailed"):  # the old replicas go on answering
        return
    patience = min(_patience(call), endpoint.wait_s(clock.now()) + 0.001)
    if endpoint.state != "running" and patience > 0 and endpoint.state not in ("paused", "failed"):
        await clock.sleep(patience)
        endpoint.advance(clock.now())
    if endpoint.state != "running":
        raise _not_running(endpoint)


def _patience(call: Call) -> float:
    text = call.header(b"x-scale-up-timeout")
    if text is None:
        return 0.0
    if not re.fullmatch(r"\d{1,5}", text.strip()):
        raise Failure(400, f"`X-Scale-Up-Timeout` must be whole seconds, not {shown(text)}.")
    return float(text)


def _not_running(endpoint: Endpoint) -> Failure:
    if endpoint.state == "paused":
        return Failure(400, "Bad Request: The endpoint is paused, ask a maintainer to restart it")
    if endpoint.state == "failed":
        return Failure(503, f"Service Unavailable: the endpoint has failed. {endpoint.message}")
    return Failure(503, f"Service Unavailable: the endpoint is {endpoint.state}. Wait, or send X-Scale-Up-Timeout.")
