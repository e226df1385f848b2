"""Inference Endpoints: the API that creates and steers them."""

from __future__ import annotations

import datetime
import re
from typing import Any

from .call import Call
from .endpoint_spec import checked_spec, merged
from .endpoints import DOES_NOT_FIT, MOST_ENDPOINTS, Endpoint
from .errors import Failure, one_of, reply, shown
from .fields import Fields
from .hardware import PRICES_OF, all_hardware, find_hardware
from .registry import RELEASED

UNLIMITED_CPU = 64
NAMESPACE = "[A-Za-z0-9._-]{1,96}"


async def hardware(call: Call) -> Any:
    """GET /v2/provider/{namespace}: vendors, regions and machines with price and quota."""
    _namespace(call)
    mine = call.identity.endpoints
    vendors: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for machine in all_hardware():
        regions = vendors.setdefault(machine.vendor, {})
        used = mine.accelerators(machine.instance_type)
        regions.setdefault(machine.region, []).append(
            machine.as_dict(_quota(call, machine.accelerator), used)
        )
    return reply(
        {
            "vendors": [
                {
                    "name": vendor,
                    "status": "available",
                    "regions": [
                        {"name": region, "status": "available", "computes": computes}
                        for region, computes in regions.items()
                    ],
                }
                for vendor, regions in vendors.items()
            ],
            "practice": {"prices_of": PRICES_OF},
        }
    )


def _namespace(call: Call) -> str:
    """The namespace in the path; 404 when no account could have that name."""
    name = call.params["namespace"]
    if not re.fullmatch(NAMESPACE, name):
        raise Failure(404, f"There is no namespace {shown(name)}. Use your user name, or leave `namespace` out.")
    return name


def _quota(call: Call, accelerator: str) -> int:
    return UNLIMITED_CPU if accelerator == "cpu" else call.identity.endpoints.settings.quota


async def collection(call: Call) -> Any:
    """GET lists the endpoints of a namespace, POST creates one."""
    mine, namespace = call.identity.endpoints, _namespace(call)
    if call.method in ("GET", "HEAD"):
        return reply({"items": [show(endpoint, mine.clock.now()) for endpoint in mine.of(namespace)]})
    spec = checked_spec(Fields(await call.json()))
    if mine.get(namespace, spec["name"]) is not None:
        raise Failure(
            409,
            f"An endpoint named {shown(spec['name'])} exists already in {namespace[:40]}. "
            "Choose another name or delete it.",
        )
    _check_quota(call, spec)
    if len(mine) >= MOST_ENDPOINTS:
        raise Failure(400, f"There are {MOST_ENDPOINTS} endpoints already. Delete one first.")
    now = mine.clock.now()
    endpoint = Endpoint(
        spec, namespace, mine.settings, mine.clock, now, mine.owner, since_s=now, updated_s=now, last_used_s=now
    )
    endpoint.fails_with = _why_it_fails(call, spec)
    mine.add(endpoint)
    endpoint.advance(now)
    return reply(show(endpoint, now))


def _why_it_fails(call: Call, spec: dict[str, Any]) -> str | None:
    if DOES_NOT_FIT in spec["model"]["repository"]:
        return (
            f"Scheduling failure: {spec['model']['repository']} does not fit into the memory of "
            f"{spec['compute']['instanceType']} {spec['compute']['instanceSize']}"
        )
    reason = call.identity.endpoints.settings.fail
    call.identity.endpoints.settings.fail = None
    return reason


def _check_quota(call: Call, spec: dict[str, Any], besides: Endpoint | None = None) -> None:
    machine = find_hardware(spec)
    wanted = machine.units * spec["compute"]["scaling"]["maxReplica"]
    used = call.identity.endpoints.accelerators(machine.instance_type, besides=besides)
    quota = _quota(call, machine.accelerator)
    if used + wanted > quota:
        raise Failure(
            400,
            f"Quota exceeded: {machine.instance_type} has {quota} units, {used} in use, {wanted} asked for. "
            "Pause or delete an endpoint, or ask for fewer replicas.",
        )


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
        raise Failure(
            404,
            f"No endpoint {shown(call.params['name'])} in {call.params['namespace'][:40]}. "
            "List them with list_inference_endpoints().",
        )
    return found


def _update(call: Call, endpoint: Endpoint, changes: dict[str, Any]) -> None:
    """Merge the changes; a running endpoint updates, another takes them when it starts."""
    before, now = endpoint.spec, call.identity.clock.now()
    taken = {key: changes[key] for key in ("compute", "model", "type") if key in changes}
    spec = checked_spec(Fields(merged(before, taken)))
    _check_quota(call, spec, besides=endpoint)
    if endpoint.state in ("running", "updateFailed", "updating"):
        endpoint.enter(now, "updating", "Endpoint is updating")
    elif endpoint.state in ("pending", "initializing", "failed"):  # nothing runs yet: from the start
        endpoint.enter(now, "pending", "Endpoint waiting to be scheduled")
    endpoint.spec, endpoint.updated_s = spec, now
    endpoint.fails_with = _why_it_fails(call, spec)


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
        raise Failure(
            400,
            f"Endpoint {endpoint.name} has minReplica {endpoint.scaling['minReplica']}. "
            "Set min_replica=0 to scale to zero.",
        )
    if endpoint.state not in ("running", "scaledToZero"):
        raise Failure(
            400,
            f"Endpoint {endpoint.name} is {endpoint.state}: only a running endpoint can be scaled to zero.",
        )
    if endpoint.state == "running":
        endpoint.enter(now, "scaledToZero", "Endpoint scaled to zero")


def show(endpoint: Endpoint, now: float) -> dict[str, Any]:
    """An endpoint as the API shows it, and what it has cost under `practice`."""
    minutes, dollars = endpoint.bill(now)
    ready, wanted = endpoint.replicas
    status = {
        "createdAt": stamp(endpoint.created_s),
        "updatedAt": stamp(endpoint.updated_s),
        "state": endpoint.state,
        "message": endpoint.message,
        "readyReplica": ready,
        "targetReplica": wanted,
        "createdBy": {"id": "0" * 24, "name": endpoint.namespace},
    }
    if endpoint.deployed:
        status["url"] = f"https://{endpoint.host}"
    return {
        **endpoint.spec,
        "status": status,
        "healthRoute": "/health",
        "practice": {
            "billed_minutes": minutes,
            "cost_usd": dollars,
            "price_per_hour": endpoint.hardware.price_per_hour,
            "prices_of": PRICES_OF,
            "state_for_s": round(now - endpoint.since_s, 3),
            "history": endpoint.history(now),
        },
    }


def stamp(seconds: float) -> str:
    """A time of the identity's clock as ISO 8601; the clock begins on 2026-11-22."""
    when = datetime.datetime.fromtimestamp(RELEASED + seconds, datetime.UTC)
    return when.strftime("%Y-%m-%dT%H:%M:%S.") + f"{when.microsecond // 1000:03d}Z"
