"""The switches of the practice server, for `helpers.remote`: each caller turns only its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import registry
from .call import Call
from .errors import Failure, one_of, reply
from .faults import MOST_SCRIPTED, SCRIPTED, Script, parse_fault
from .fields import Fields
from .identity import ColdStart, Identity, Pace
from .limits import HEADER_STYLES, Bucket, Limit, Window

YEAR = 366 * 86400.0  # seconds
MOST_SWITCH = 256 * 1024  # bytes of one body, since what it scripts is kept
MOST_RATE = 1e6  # calls per second


async def state(call: Call) -> Any:
    """GET /practice/state: what is switched on."""
    return reply(describe(call.identity))


async def log(call: Call) -> Any:
    """GET /practice/log?since=n: the records after number n. DELETE forgets them."""
    if call.method == "DELETE":
        call.identity.log.clear()
        return reply({})
    since = call.query.get("since", ["0"])[-1]
    if not since.isdecimal() or len(since) > 12:
        raise Failure(422, "`since` must be the number of a record.", param="since")
    return reply({"records": call.identity.log.since(int(since))})


READ = ("state", "log")


async def turn(call: Call) -> Any:
    """POST /practice/{switch}: set one switch; answers with the state after it."""
    name = call.params["switch"]
    if name in READ:
        raise Failure(405, f"/practice/{name} is read, not set. Use GET.", headers={"allow": "GET"})
    if name not in SWITCHES:
        raise Failure(404, f"There is no switch `{name[:40]}`. Use {one_of(SWITCHES)}.")
    body = await call.read()
    if len(body) > MOST_SWITCH:
        raise Failure(413, f"The settings of a switch are larger than {MOST_SWITCH // 1024} KiB. Script fewer or shorter faults.")
    SWITCHES[name](call.identity, Fields(await call.json() if body.strip() else {}))
    return reply(describe(call.identity))


def describe(identity: Identity) -> dict[str, Any]:
    """Everything that is set, in words and numbers."""
    pace = identity.pace
    return {
        "identity": identity.key,
        "now": identity.clock.now(),
        "speed": identity.clock.speed,
        "limits": {scope or "every model": limit.describe() for scope, limit in identity.limits.items()},
        "faults": identity.faults.describe(),
        "cold_starts": {model: cold.seconds for model, cold in identity.cold.items()},
        "pace": {
            "tokens_per_s": pace.tokens_per_s,
            "prompt_s_per_token": pace.prompt_s_per_token,
            "stall": pace.stall,
        },
        "credit": identity.credit,
        "spent": round(identity.spent, 9),
        "requests": len(identity.log),
        "endpoints": identity.endpoints.names(),
    }


def _model(fields: Fields) -> str | None:
    name = fields.free("model", {"enum": list(registry.MODELS)})
    return None if name is None else registry.find(fields.text("model")).id


def _limit(identity: Identity, fields: Fields) -> None:
    model = _model(fields)
    rate = fields.number("rate", None, 1e-4, MOST_RATE)
    burst = fields.number("burst", None, 1, MOST_RATE)
    counts, style = fields.flag("failed_calls_count"), fields.choice("headers", HEADER_STYLES, "both")
    if rate is None and fields.free("window", WINDOW) is None:
        if burst is not None:
            raise fields.wrong("burst", "come together with `rate`")
        identity.limits.pop(model, None)
        if model is None:
            identity.limits.clear()
        return
    rule = (
        _window(fields, counts)
        if rate is None
        else Bucket(rate, burst or max(1.0, rate), failed_calls_count=counts)
    )
    if rate is not None and fields.get("window") is not None:
        raise fields.wrong("window", "be left out when `rate` is set")
    identity.limits[model] = Limit(rule, style)


def _pair(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """The schema of a list of exactly two."""
    return {"type": "array", "prefixItems": [first, second], "minItems": 2, "maxItems": 2}


WINDOW = _pair({"type": "integer", "minimum": 1, "maximum": 10**9}, {"type": "number", "minimum": 0.01, "maximum": YEAR})
STALL = _pair({"type": "integer", "minimum": 0, "maximum": 10**6}, {"type": "number", "minimum": 0, "maximum": 3600})


def _window(fields: Fields, counts: bool) -> Window:
    value = fields.get("window")
    if not isinstance(value, list) or len(value) != 2:
        raise fields.wrong("window", "be a pair: calls and seconds, such as (100, 4)")
    pair = Fields({"calls": value[0], "seconds": value[1]}, "window.")
    if value[0] is None or value[1] is None:
        raise fields.wrong("window", "be a pair of numbers")
    return Window(
        pair.integer("calls", None, 1, 10**9),
        pair.number("seconds", None, 0.01, YEAR),
        failed_calls_count=counts,
    )


def _faults(identity: Identity, fields: Fields) -> None:
    scripted = fields.free("scripted", SCRIPTED)
    scripted = [] if scripted is None else scripted
    if not isinstance(scripted, list) or len(scripted) > MOST_SCRIPTED:
        raise fields.wrong("scripted", f"be a list of at most {MOST_SCRIPTED} faults")
    model, rate = _model(fields), fields.number("rate", None, 0, 1)
    every, seed = fields.integer("every", None, 1, 10**9), fields.integer("seed", 0, -(2**63), 2**63)
    if rate is not None and every is not None:
        raise fields.wrong("every", "be left out when `rate` is set")
    faults = [parse_fault(value) for value in scripted] or ([parse_fault("503")] if rate or every else [])
    if faults:
        identity.faults.scripts[model] = Script(faults, rate=rate, every=every, seed=seed)
    elif model is None:
        identity.faults.scripts.clear()
    else:
        identity.faults.scripts.pop(model, None)


def _cold_start(identity: Identity, fields: Fields) -> None:
    model = registry.find(fields.text("model")).id
    seconds = fields.number("seconds", None, 0, YEAR)
    if not seconds:
        identity.cold.pop(model, None)
        return
    identity.cold[model] = ColdStart(
        seconds, fields.flag("estimated_time", True), fields.number("idle", None, 0, YEAR)
    )


def _pace(identity: Identity, fields: Fields) -> None:
    stall = fields.free("stall", STALL)
    if stall is not None:
        if not isinstance(stall, list) or len(stall) != 2 or None in stall:
            raise fields.wrong("stall", "be a pair: after how many tokens, and for how many seconds")
        pair = Fields({"tokens": stall[0], "seconds": stall[1]}, "stall.")
        stall = (pair.integer("tokens", 0, 0, 10**6), pair.number("seconds", 0.0, 0, 3600))
    identity.pace = Pace(
        fields.number("tokens_per_s", None, 0.01, 1e6), fields.number("prompt_s_per_token", 0.0, 0, 60), stall
    )


def _clock(identity: Identity, fields: Fields) -> None:
    identity.clock.set_speed(fields.number("speed", 1.0, 0, 1e6))


def _advance(identity: Identity, fields: Fields) -> None:
    identity.clock.advance(fields.number("seconds", 0.0, 0, YEAR))


def _credit(identity: Identity, fields: Fields) -> None:
    identity.credit = fields.number("dollars", None, 0, 1e9)
    identity.spent = 0.0


def _endpoints(identity: Identity, fields: Fields) -> None:
    settings = identity.endpoints.settings
    settings.pending_s = fields.number("pending", settings.pending_s, 0, YEAR)
    settings.initializing_s = fields.number("initializing", settings.initializing_s, 0, YEAR)
    settings.quota = fields.integer("quota", settings.quota, 0, 1000)
    reason = fields.text("fail", default="", limit=300)
    if "fail" in fields.data:
        settings.fail = reason or None


def _reset(identity: Identity, fields: Fields) -> None:
    identity.reset()


SWITCHES: dict[str, Callable[[Identity, Fields], None]] = {
    "limit": _limit,
    "faults": _faults,
    "cold_start": _cold_start,
    "pace": _pace,
    "clock": _clock,
    "advance": _advance,
    "credit": _credit,
    "endpoints": _endpoints,
    "reset": _reset,
}
