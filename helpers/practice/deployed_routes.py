"""The hosts of deployed endpoints: health and inference, waking those that are scaled to zero."""

from __future__ import annotations

import re
from typing import Any

from starlette.responses import Response

from . import chat_routes, registry, task_routes
from .call import Call
from .endpoints import Endpoint
from .errors import Failure, shown, unauthorized
from .gates import through_gates
from .wire import Gone


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
        raise Failure(
            404, f"This endpoint has no route /{path[:60]}. It answers at `/` and `/v1/chat/completions`."
        )

    async def work(call: Call) -> Any:
        await _until_running(call, endpoint)
        endpoint.used(endpoint.clock.now())
        if path:
            return await chat_routes.complete(call, registry.for_task(repository, "conversational"))
        model = registry.find(repository)
        return await task_routes.perform(
            call, model, "conversational" if model.conversational else model.task
        )

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
    clock = endpoint.clock  # its owner's: a caller's own clock may run at another speed
    endpoint.advance(clock.now())
    if endpoint.state == "scaledToZero":
        endpoint.wake(clock.now())
    if endpoint.state in ("updating", "updateFailed"):  # the old replicas go on answering
        return
    patience = min(_patience(call), endpoint.wait_s(clock.now()) + 0.001)
    if endpoint.state != "running" and patience > 0 and endpoint.state not in ("paused", "failed"):
        await clock.sleep(patience, unless=lambda: call.wire.closing)
        if call.wire.closing:
            raise Gone
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
    return Failure(
        503, f"Service Unavailable: the endpoint is {endpoint.state}. Wait, or send X-Scale-Up-Timeout."
    )
