"""Dedicated endpoints as a state machine on the identity's clock, with what they cost.

pending -> initializing -> running; scaled to zero when idle, woken by a request; paused and resumed by hand;
failed when the model does not fit. Billed by the minute while initializing, running or updating.
"""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass, field
from typing import Any

from .clock import Clock
from .hardware import Hardware, find_hardware

BILLED = ("initializing", "running", "updating", "updateFailed")
DOES_NOT_FIT = "does-not-fit"
MOST_ENDPOINTS = 50
MOST_STATES = 200  # past states that an endpoint's history keeps


@dataclass
class Settings:
    """How an identity's endpoints behave. Times in seconds on its clock; `fail` is the reason the next ones fail."""

    pending_s: float = 20.0
    initializing_s: float = 100.0
    quota: int = 8
    fail: str | None = None


@dataclass
class Endpoint:
    """One endpoint. `advance(now)` brings it up to the present; everything else assumes that was done."""

    spec: dict[str, Any]
    namespace: str
    settings: Settings
    clock: Clock  # its owner's
    created_s: float
    owner: int | str = 0
    state: str = "pending"
    since_s: float = 0.0
    updated_s: float = 0.0
    last_used_s: float = 0.0
    message: str = "Endpoint waiting to be scheduled"
    deployed: bool = False
    fails_with: str | None = None
    _billed: list[tuple[float, float, float]] = field(default_factory=list)  # (from, to, dollars per hour)
    _paid: tuple[int, float] = (0, 0.0)  # of stretches that are long closed: (minutes, US$)
    _past: list[dict[str, Any]] = field(default_factory=list)  # states it has left

    @property
    def name(self) -> str:
        return self.spec["name"]

    @property
    def hardware(self) -> Hardware:
        """What it runs on."""
        return find_hardware(self.spec)

    @property
    def scaling(self) -> dict[str, Any]:
        return self.spec["compute"]["scaling"]

    @property
    def host(self) -> str:
        """Its host name: the same in every run, and another for every owner."""
        mark = f"{zlib.crc32(f'{self.owner}/{self.namespace}/{self.name}'.encode()):08x}"
        provider = self.spec["provider"]
        return f"{self.name}-{mark}.{provider['region']}.{provider['vendor']}.endpoints.huggingface.cloud"

    @property
    def replicas(self) -> tuple[int, int]:
        """(ready, wanted)."""
        wanted = max(1, self.scaling["minReplica"])
        starting = self.state in ("pending", "initializing")
        return (wanted, wanted) if self.state in BILLED and not starting else (0, wanted if starting else 0)

    def advance(self, now: float) -> None:
        """Go through every change of state up to `now`."""
        while (change := self._next()) is not None and change[0] <= now + 1e-9:
            self.enter(*change)

    def _next(self) -> tuple[float, str, str] | None:
        """When the next change of state comes by itself, and to what."""
        if self.state == "pending":
            return self.since_s + self.settings.pending_s, "initializing", "Endpoint is initializing"
        if self.state in ("initializing", "updating"):
            if self.fails_with:
                wrong = "failed" if self.state == "initializing" else "updateFailed"
                return self.since_s + 0.6 * self.settings.initializing_s, wrong, self.fails_with
            return self.since_s + self.settings.initializing_s, "running", "Endpoint is ready"
        minutes = self.scaling.get("scaleToZeroTimeout")
        if self.state == "running" and self.scaling["minReplica"] == 0 and minutes:
            idle_since = max(self.since_s, self.last_used_s)
            return idle_since + 60.0 * minutes, "scaledToZero", "Endpoint scaled to zero"
        return None

    def enter(self, when: float, state: str, message: str) -> None:
        """Change the state at `when`, and close the bill of the old one."""
        self._past.append(
            {"time_s": round(self.since_s, 3), "state": self.state, "cost_usd": self.bill(self.since_s)[1]}
        )
        del self._past[:-MOST_STATES]
        if self.state in BILLED:
            self._billed = _joined([*self._billed, (self.since_s, when, self._rate())])
            self._close_old_bills()
        self.state, self.since_s, self.updated_s, self.message = state, when, when, message
        self.deployed = self.deployed or state == "running"

    def _close_old_bills(self) -> None:
        """Add up the stretches that nothing can be joined to any more, so that they do not pile up."""
        while len(self._billed) > MOST_STATES:
            minutes, dollars = _cost(self._billed.pop(0))
            self._paid = (self._paid[0] + minutes, self._paid[1] + dollars)

    def _rate(self) -> float:
        return self.hardware.price_per_hour * max(1, self.scaling["minReplica"])

    def wake(self, now: float) -> None:
        """A request has come to an endpoint that is scaled to zero."""
        self.enter(now, "initializing", "Endpoint is initializing")

    def wait_s(self, now: float) -> float:
        """Seconds until it will run if nothing else happens; infinite when it never will."""
        if self.state == "running":
            return 0.0
        if self.fails_with or self.state not in ("pending", "initializing"):
            return math.inf
        left = self.since_s - now + self.settings.initializing_s
        return left + self.settings.pending_s if self.state == "pending" else left

    def bill(self, now: float) -> tuple[int, float]:
        """(whole minutes, US$): each billed stretch counts its minutes, begun ones in full."""
        stretches = list(self._billed)
        if self.state in BILLED:
            stretches.append((self.since_s, now, self._rate()))
        minutes, dollars = self._paid
        for stretch in _joined(stretches):
            more = _cost(stretch)
            minutes, dollars = minutes + more[0], dollars + more[1]
        return minutes, round(dollars, 6)

    def history(self, now: float) -> list[dict[str, Any]]:
        """Every state so far, from when on (`time_s`) and what had been billed by then (`cost_usd`); the last entry is now."""
        cost = self.bill(now)[1]
        entered = {
            "time_s": round(self.since_s, 3),
            "state": self.state,
            "cost_usd": self.bill(self.since_s)[1],
        }
        return [*self._past, entered, {"time_s": round(now, 3), "state": self.state, "cost_usd": cost}]

    def used(self, now: float) -> None:
        """It answers a request."""
        self.last_used_s = now


def _cost(stretch: tuple[float, float, float]) -> tuple[int, float]:
    """(minutes, US$) of one stretch; a begun minute counts in full."""
    begin, end, rate = stretch
    minutes = math.ceil((end - begin) / 60 - 1e-6)
    return minutes, minutes * rate / 60


def _joined(stretches: list[tuple[float, float, float]]) -> list[tuple[float, float, float]]:
    """Stretches that follow each other at the same rate become one."""
    out: list[tuple[float, float, float]] = []
    for begin, end, rate in stretches:
        if out and abs(out[-1][1] - begin) < 1e-6 and out[-1][2] == rate:
            out[-1] = (out[-1][0], end, rate)
        else:
            out.append((begin, end, rate))
    return out


class Endpoints:
    """The endpoints of one identity, by namespace and name."""

    def __init__(self, clock: Clock, *, owner: int | str = 0) -> None:
        self.clock, self.settings, self.owner = clock, Settings(), owner
        self._all: dict[tuple[str, str], Endpoint] = {}

    def add(self, endpoint: Endpoint) -> None:
        """Keep a new endpoint."""
        self._all[endpoint.namespace, endpoint.name] = endpoint

    def get(self, namespace: str, name: str) -> Endpoint | None:
        """The endpoint, brought up to the present."""
        found = self._all.get((namespace, name))
        if found is not None:
            found.advance(self.clock.now())
        return found

    def by_host(self, host: str) -> Endpoint | None:
        """The endpoint that answers at this host."""
        found = next((e for e in self._all.values() if e.host == host), None)
        return self.get(found.namespace, found.name) if found else None

    def of(self, namespace: str) -> list[Endpoint]:
        """All endpoints of a namespace, oldest first."""
        return [self.get(*key) for key in list(self._all) if key[0] == namespace]

    def remove(self, endpoint: Endpoint) -> None:
        """Forget an endpoint."""
        self._all.pop((endpoint.namespace, endpoint.name), None)

    def accelerators(self, instance_type: str, *, besides: Endpoint | None = None) -> int:
        """Units of one instance type in use: none by a paused or failed endpoint, all by one scaled to zero."""
        return sum(
            e.hardware.units * max(1, e.scaling["maxReplica"])
            for e in self._all.values()
            if e.spec["compute"]["instanceType"] == instance_type
            and e.state not in ("paused", "failed")
            and e is not besides
        )

    def names(self) -> dict[str, str]:
        """Name -> state."""
        return {e.name: self.get(e.namespace, e.name).state for e in list(self._all.values())}

    def __len__(self) -> int:
        return len(self._all)
