"""Who is calling, and everything the server keeps for them: limits, faults, clock, credit, log.

An identity is a bearer token. The token itself is never kept: only a short fingerprint, salted anew in each
process.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import zlib
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .clock import Clock
from .endpoints import Endpoints
from .errors import Failure, expired, forbidden, no_credit, unauthorized
from .faults import FaultPlan
from .limits import Limit, Standing
from .wirelog import WireLog

PREFIX = "hf_practice"
MOST_IDENTITIES = 256
MOST_SEEDS = 1024  # questions without a seed that are remembered


@dataclass
class Pace:
    """How slowly to answer, in seconds on the identity's clock. The default is as fast as possible."""

    tokens_per_s: float | None = None
    prompt_s_per_token: float = 0.0
    stall: tuple[int, float] | None = None  # (after this many tokens, seconds)

    @property
    def idle(self) -> bool:
        """Whether there is nothing to wait for."""
        return not (self.tokens_per_s or self.prompt_s_per_token or self.stall)


@dataclass
class ColdStart:
    """A model that must load first: the clock starts with the first request, and again after `idle` seconds."""

    seconds: float
    estimated_time: bool = True
    idle: float | None = None
    ready_at: float | None = None
    last_call: float = 0.0

    def left(self, now: float) -> float:
        """Seconds until the model answers; counts this call."""
        gone_idle = self.idle is not None and self.ready_at is not None and self.ready_at <= now
        if self.ready_at is None or (gone_idle and now - max(self.last_call, self.ready_at) > self.idle):
            self.ready_at = now + self.seconds
        self.last_call = now
        return max(0.0, self.ready_at - now)


class Identity:
    """One caller's own little world. `kind` is "learner", "no_permission", "no_credit" or "anonymous".

    `number` counts the identities of this server in the order of their first call: unlike `key` it is the same in
    every run, so that host names made from it are too. On a class server it is `key`.
    """

    def __init__(self, key: str, kind: str, seed: int, number: int | str = 0) -> None:
        self.key, self.kind, self.seed, self.number = key, kind, seed, number
        self.log = WireLog()
        self.reset()

    def reset(self) -> None:
        """Everything back to its default: clock, limits, faults, pace, credit, endpoints, log, seeds."""
        self.clock = Clock()
        self.limits: dict[str | None, Limit] = {}
        self.faults = FaultPlan()
        self.cold: dict[str, ColdStart] = {}
        self.pace = Pace()
        self.credit: float | None = None
        self.spent = 0.0
        self.endpoints = Endpoints(self.clock, owner=self.number)
        self.requests = 0
        self._seen: OrderedDict[int, int] = OrderedDict()
        self.log.clear()

    def next_seed(self, asked: bytes) -> int:
        """A seed for a request that names none.

        The n-th time the same thing is asked gives the same seed in every run, whatever was asked in between
        and however many threads ask: so a notebook run from the top repeats itself, and asking twice does not.
        """
        digest = zlib.crc32(asked)
        count = self._seen.pop(digest, 0)
        self._seen[digest] = count + 1
        if len(self._seen) > MOST_SEEDS:
            self._seen.popitem(last=False)
        return zlib.crc32(b"%d.%d.%d" % (self.seed, digest, count)) & 0x7FFFFFFF

    def charge(self, dollars: float) -> None:
        """Book the practice price of one call."""
        self.spent += dollars
        if self.credit is not None:
            self.credit -= dollars

    def check_credit(self) -> None:
        """402 when the credit is gone."""
        if self.kind == "no_credit" or (self.credit is not None and self.credit <= 1e-12):
            raise no_credit()

    def admit(self, model: str | None) -> tuple[dict[str, str], Failure | None]:
        """Count a call against the limits: the headers to send, and the 429 if it is over one of them."""
        headers: dict[str, str] = {}
        for scope in (None, model) if model is not None else (None,):
            limit = self.limits.get(scope)
            if limit is None:
                continue
            standing = limit.take(self.clock.now())
            headers = limit.lines(standing)
            if not standing.allowed:
                return headers, _too_many(limit, standing, headers)
        return headers, None

    def check_cold(self, model: str | None) -> None:
        """503 while the model loads."""
        cold = self.cold.get(model) if model is not None else None
        left = cold.left(self.clock.now()) if cold else 0.0
        if left > 0:
            extra = {"estimated_time": round(left, 2)} if cold.estimated_time else {}
            raise Failure(503, f"Model {model} is currently loading", code="model_loading", extra=extra)


def _too_many(limit: Limit, standing: Standing, headers: dict[str, str]) -> Failure:
    return Failure(
        429,
        f"Too Many Requests: the limit is {limit.describe()}.",
        code="rate_limit_exceeded",
        headers=headers,
    )


class Identities:
    """All callers, found by their token; the least recently seen one is forgotten when there are too many.

    Args:
        seed: goes into the seeds of requests that name none.
        accepts: which tokens are good; by default those that begin with `hf_practice`.
    """

    def __init__(self, *, seed: int = 0, accepts: Callable[[str], bool] | None = None) -> None:
        self.seed = seed
        self._accepts = accepts or (lambda token: token.startswith(PREFIX))
        self._salt = secrets.token_bytes(16)
        self._known: OrderedDict[str, Identity] = OrderedDict()
        self._met = 0
        self.own_hosts = False  # whether hosts of endpoints are made from the fingerprint, so that nobody else can work them out
        self.anonymous = Identity("anonymous", "anonymous", seed)

    def find(self, authorization: str | None, *, public: bool = False) -> Identity:
        """The identity behind an Authorization header; 401 when there is none.

        With `public` a missing header gives the anonymous identity. A wrong token is always a 401.
        """
        if authorization is None and public:
            return self.anonymous
        scheme, _, token = (authorization or "").partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not self._accepts(token):
            raise unauthorized()
        if token == f"{PREFIX}_expired":
            raise expired()
        return self._of(token)

    def key_of(self, token: str) -> str:
        """The fingerprint under which a token's identity is kept."""
        return hmac.new(self._salt, token.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:12]

    def _of(self, token: str) -> Identity:
        key = self.key_of(token)
        known = self._known.get(key)
        if known is None:
            self._met += 1
            known = self._known[key] = Identity(key, _kind(token), self.seed, key if self.own_hosts else self._met)
            if len(self._known) > MOST_IDENTITIES:
                self._known.popitem(last=False)
        else:
            self._known.move_to_end(key)
        return known

    def __iter__(self) -> Iterator[Identity]:
        return iter(list(self._known.values()))

    def __len__(self) -> int:
        return len(self._known)


def _kind(token: str) -> str:
    kind = token.removeprefix(f"{PREFIX}_")
    return kind if kind in ("no_permission", "no_credit") else "learner"


def may_call(identity: Identity) -> None:
    """403 for a token without the permission to call models."""
    if identity.kind == "no_permission":
        raise forbidden()
