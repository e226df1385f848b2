"""From a route function to an ASGI endpoint: who may call, and what an inference call must pass.

Inference calls pass, in this order: identity, permission, credit, rate limit, cold start, fault, work.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from .broken import act_first
from .call import Call
from .errors import Failure
from .identity import may_call
from .wirelog import MOST_VALUE

Work = Callable[[Call], Awaitable[Any]]


def plain(work: Work, *, public: bool = False, log: bool = True) -> Any:
    """An ASGI endpoint for a route that is not an inference call: identify, then work."""

    async def endpoint(scope: dict, receive: Any, send: Any) -> None:
        call: Call = scope["call"]
        call.identify(public=public)
        if log:
            call.log()
        await (await work(call))(scope, receive, send)

    return Guarded(endpoint, work, "public" if public else "own")


def open_page(work: Work) -> Any:
    """An ASGI endpoint for a page that everybody may see; a token is not looked at."""

    async def endpoint(scope: dict, receive: Any, send: Any) -> None:
        await (await work(scope["call"]))(scope, receive, send)

    return Guarded(endpoint, work, "open")


def inference(work: Work, task: str | None = None) -> Any:
    """An ASGI endpoint for a call to a model: all the gates, then work."""

    async def endpoint(scope: dict, receive: Any, send: Any) -> None:
        call: Call = scope["call"]
        call.identify()
        await through_gates(call, work, task or call.params.get("task"))

    return Guarded(endpoint, work, "inference")


async def through_gates(call: Call, work: Work, task: str | None, model: str | None = None) -> None:
    """Permission, credit, rate limit, cold start and fault; then the work."""
    record = call.log(task=task)
    may_call(call.identity)
    call.identity.check_credit()
    await call.read()
    model = model or await asked_model(call)
    record.model = model[:MOST_VALUE] if model else model
    call.limit_headers, refusal = call.identity.admit(model)
    if refusal is not None:
        raise refusal
    call.identity.check_cold(model)
    fault = call.identity.faults.strike(model)
    if fault is not None:
        call.break_with(fault)
        await act_first(call, fault)
    response = await work(call)
    await response(call.scope, call.wire.receive, call.send)


async def asked_model(call: Call) -> str | None:
    """The model a call names, in its path or its body; None when the body does not tell."""
    if "id" in call.params:
        return call.params["id"]
    try:
        named = (await call.json()).get("model")
    except Failure:
        return None  # the work will say what is wrong with the body
    return named.split(":")[0] if isinstance(named, str) else None


class Guarded:
    """A route function behind its gates. Starlette passes ASGI arguments to a class instance, and a request object to a function.

    Attributes: `work` (the route function) and `gate`: "inference", "own" (a token is needed), "public" (a token may be there,
    and then it must be good) or "open" (a token is not looked at). The OpenAPI document is made from them.
    """

    def __init__(self, run: Callable[..., Awaitable[None]], work: Work, gate: str) -> None:
        self._run, self.work, self.gate = run, work, gate

    async def __call__(self, scope: dict, receive: Any, send: Any) -> None:
        await self._run(scope, receive, send)
