"""The route table and the application around it.

A request comes with the host it was meant for in `X-Forwarded-Host`; hosts with paths of their own are moved
below a prefix, so that one flat table serves all. Without that header the path alone decides.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Any

from starlette.exceptions import HTTPException
from starlette.routing import Route, Router

from . import chat_routes, control_routes, deployed_routes, endpoint_routes, hub_routes, pages, task_routes
from .call import Call
from .errors import Failure, bug, retired
from .gates import inference, open_page, plain
from .identity import Identities
from .registry import MODELS
from .web_pages import check_sender
from .wire import Gone

log = logging.getLogger(__name__)

ROUTER, HUB = "router.huggingface.co", "huggingface.co"
RETIRED, ENDPOINTS_API = "api-inference.huggingface.co", "api.endpoints.huggingface.cloud"
DEPLOYED = ".endpoints.huggingface.cloud"
OTHER_PROVIDERS = frozenset(
    (
        "baseten",
        "cerebras",
        "cohere",
        "deepinfra",
        "fal-ai",
        "featherless-ai",
        "fireworks-ai",
        "groq",
        "novita",
        "nscale",
        "openai",
        "ovhcloud",
        "publicai",
        "replicate",
        "scaleway",
        "together",
        "wavespeed",
        "zai-org",
    )
)
HFI = "/hf-inference/models/{id:path}"
EP = "/v2/endpoint/{namespace}"


async def gone(call: Call) -> Any:
    """Every path of the retired host."""
    call.note()
    raise retired()


ROUTES = [
    # The router
    Route("/v1/chat/completions", inference(chat_routes.chat, "conversational"), methods=["POST"]),
    Route("/v1/models", plain(chat_routes.models, public=True), methods=["GET"]),
    Route("/v1/models/{id:path}", plain(chat_routes.model, public=True), methods=["GET"]),
    Route(
        f"{HFI}/v1/chat/completions", inference(chat_routes.chat_of_model, "conversational"), methods=["POST"]
    ),
    Route(f"{HFI}/pipeline/{{task}}", inference(task_routes.by_task), methods=["POST"]),
    Route(HFI, inference(task_routes.by_model), methods=["POST"]),
    # The Hub
    Route("/api/models", plain(hub_routes.models, public=True), methods=["GET"]),
    Route("/api/models/{id:path}", plain(hub_routes.model, public=True), methods=["GET"]),
    Route("/api/whoami-v2", plain(hub_routes.whoami, public=True), methods=["GET"]),
    Route("/api/tasks", plain(hub_routes.tasks, public=True), methods=["GET"]),
    Route("/api/agent-harnesses", open_page(hub_routes.quiet), methods=["GET"]),
    # Inference Endpoints: the API, then the deployed endpoints
    Route("/v2/provider/{namespace}", plain(endpoint_routes.hardware), methods=["GET"]),
    Route(EP, plain(endpoint_routes.collection), methods=["GET", "POST"]),
    Route(f"{EP}/{{name}}", plain(endpoint_routes.item), methods=["GET", "PUT", "DELETE"]),
    Route(f"{EP}/{{name}}/{{action}}", plain(endpoint_routes.action), methods=["POST"]),
    Route("/deployed/{host}/health", open_page(deployed_routes.health), methods=["GET"]),
    Route("/deployed/{host}/{rest:path}", open_page(deployed_routes.deployed), methods=["GET", "POST"]),
    # The retired host
    Route("/retired/{rest:path}", open_page(gone)),
    # Control, for `helpers.remote`
    Route("/practice/state", plain(control_routes.state, log=False), methods=["GET"]),
    Route("/practice/log", plain(control_routes.log, log=False), methods=["GET", "DELETE"]),
    Route("/practice/{switch}", plain(control_routes.turn, log=False), methods=["POST"]),
    # Pages for people, and for programs
    Route("/openapi.json", open_page(pages.description), methods=["GET"]),
    Route("/", open_page(pages.home), methods=["GET"]),
    Route("/models/{id:path}", open_page(pages.card), methods=["GET"]),
]


class Practice:
    """The ASGI application.

    Args:
        seed: goes into the seeds of requests that name none.
        accepts: which bearer tokens are good; by default those that begin with `hf_practice`.
        routes: the route table, if it is not `ROUTES`.
        any_host: whether it answers to any host name; not on loopback (see `web_pages.py`).
    """

    def __init__(
        self, *, seed: int = 0, accepts: Callable[[str], bool] | None = None, routes: list[Route] | None = None,
        any_host: bool = False,
    ) -> None:  # fmt: skip
        self.identities = Identities(seed=seed, accepts=accepts)
        self.any_host = any_host
        self.described: dict[str, Any] | None = None  # the OpenAPI document, once it was asked for
        self.router = Router(ROUTES if routes is None else routes, redirect_slashes=False, default=_not_found)

    async def __call__(self, scope: dict, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})
            return
        if scope["type"] != "http":
            return
        host, path = _place(scope)
        scope.update({"app": self, "practice.path": scope["path"], "path": path, "raw_path": path.encode()})
        call = scope["call"] = Call(scope, receive, send, self.identities, host=host)
        try:
            await self._answer(call)
        except Gone:
            call.finish()
            await call.wire.until_gone(5)
        except asyncio.CancelledError:  # the server stops: hang up, or uvicorn would answer 500
            call.wire.close()
            raise
        finally:
            self.seen(call)

    def seen(self, call: Call) -> None:
        """Called when a call is over, for applications that count them."""

    async def _answer(self, call: Call) -> None:
        try:
            check_sender(call.method, call.scope["headers"], any_host=self.any_host)
            await self.router(call.scope, call.wire.receive, call.send)
        except Failure as failure:
            await self._refuse(call, failure)
        except HTTPException as error:  # starlette's own: 405
            call.note()
            await self._refuse(call, _wrong_method(call, error))
        except Gone:
            raise
        except Exception:
            log.exception("%s %s failed", call.method, ascii(call.path[:200]))  # ascii(): it may hold control characters
            if call.status is not None:
                raise Gone from None
            await self._refuse(call, bug())

    async def _refuse(self, call: Call, failure: Failure) -> None:
        if call.status is not None:  # too late for another status
            raise Gone
        if call.method == "POST" and not call.path.startswith("/practice"):
            await _drain(call)
        await failure.reply(openai=call.openai)(call.scope, call.wire.receive, call.send)


async def _drain(call: Call) -> None:
    """Read what the client is still sending: many do not look at an answer before they are done."""
    with contextlib.suppress(Failure):
        await call.read()


def _place(scope: dict) -> tuple[str, str]:
    """The host a request was meant for, and the path of the table that serves it."""
    host = _host(scope)
    path = scope["path"]
    if host == RETIRED:
        return host, f"/retired{path}"
    if host.endswith(DEPLOYED) and host != ENDPOINTS_API:
        return host, f"/deployed/{host}{path}"
    if host in (ROUTER, HUB, ENDPOINTS_API) and not path.startswith(_OWN[host]):
        return host, f"/elsewhere{path}"
    return host, path


_OWN = {
    ROUTER: tuple(["/v1", "/hf-inference", *(f"/{name}" for name in sorted(OTHER_PROVIDERS))]),
    HUB: ("/api",),
    ENDPOINTS_API: ("/v2",),
}


def _host(scope: dict) -> str:
    found = ""
    for name, value in scope["headers"]:
        if name == b"x-forwarded-host":
            return value.decode("latin-1").partition(":")[0].lower()[:200]
        if name == b"host":
            found = value.decode("latin-1")[:200]
    return found.lower()


async def _not_found(scope: dict, receive: Any, send: Any) -> None:
    call: Call = scope["call"]
    call.note()
    first = call.path.strip("/").partition("/")[0]
    if first in OTHER_PROVIDERS:
        raise Failure(
            404,
            f'The practice server plays the provider hf-inference only, not "{first}". '
            f"It serves {', '.join(MODELS)}.",
            code="provider_not_played",
        )
    raise Failure(
        404,
        f"Not Found: {call.method} {call.path[:100]} is no route of the practice server. "
        "Its start page / names what it serves.",
        code="unknown_url",
    )


def _wrong_method(call: Call, error: HTTPException) -> Failure:
    allowed = (error.headers or {}).get("Allow", "")
    allowed = ", ".join(sorted(name for name in allowed.split(", ") if name != "HEAD"))
    return Failure(
        405,
        f"{call.method} is not allowed here. Use {allowed}.",
        code="method_not_allowed",
        headers={"allow": allowed},
    )
