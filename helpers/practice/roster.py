"""Who is in the room: the learners of a class server, known by the fingerprint of the token they were given."""

from __future__ import annotations

import hmac
import ipaddress
import math
import re
import secrets
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .errors import Failure
from .identity import MOST_IDENTITIES, PREFIX

MOST_NAME = 40  # characters
MOST_EXERCISES = 200
STATES = ("passed", "wrong", "crashed", "not yet attempted")
EXERCISE = re.compile(r"[0-9]{2}\.[0-9]{1,2}")
EXERCISES = {"type": "object", "maxProperties": MOST_EXERCISES, "propertyNames": {"pattern": f"^{EXERCISE.pattern}$"},
             "additionalProperties": {"enum": list(STATES)}}  # fmt: skip
RATE_OVER_S = 10  # requests per second are averaged over this long


@dataclass
class Learner:
    """One learner: `number` counts those who joined, times are seconds on the roster's clock."""

    name: str
    number: int
    seen: float
    requests: int = 0
    exercises: dict[str, str] | None = None  # id -> state, once the learner shares them


class Roster:
    """The learners by the key of their identity. The least recently seen is forgotten when the room is full.

    Args:
        key_of: the fingerprint of a token; no token is kept.
        clock: seconds, monotonic.
    """

    def __init__(self, key_of: Callable[[str], str], clock: Callable[[], float] = time.monotonic) -> None:
        self._key_of, self.clock = key_of, clock
        self._learners: OrderedDict[str, Learner] = OrderedDict()
        self._joined = 0
        self._seconds: deque[list[int]] = deque(maxlen=RATE_OVER_S + 1)  # [second, requests in it]
        self.requests = 0

    def join(self, name: Any) -> tuple[str, Learner]:
        """Let a learner in: a new token, told once, and the learner."""
        self._joined += 1
        token = f"{PREFIX}_{secrets.token_hex(16)}"
        learner = Learner(self._own_name(name), self._joined, self.clock())
        self._learners[self._key_of(token)] = learner
        if len(self._learners) > MOST_IDENTITIES:
            # Those who joined and never called go first: joining over and over pushes nobody out who works.
            unused = (key for key, other in self._learners.items() if not other.requests and other is not learner)
            self._learners.pop(next(unused, None) or next(iter(self._learners)))
        return token, learner

    def _own_name(self, name: Any) -> str:
        """The name as it is shown: one line of printable characters, told apart from the names in the room."""
        text = " ".join("".join(c if c.isprintable() else " " for c in name).split()) if isinstance(name, str) else ""
        text = text[:MOST_NAME].rstrip() or f"learner {self._joined}"
        taken = {learner.name for learner in self._learners.values()}
        again = (f"{text} ({count})" for count in range(2, len(taken) + 3))
        return text if text not in taken else next(other for other in again if other not in taken)

    def knows(self, token: str) -> bool:
        """Whether this token was given to somebody who is still in the room."""
        return self._key_of(token) in self._learners

    def find(self, key: str) -> Learner | None:
        """The learner of an identity."""
        return self._learners.get(key)

    def note(self, key: str) -> Learner | None:
        """Count one request of an identity; the learner, or None for somebody who did not join."""
        learner = self._learners.get(key)
        if learner is None:
            return None
        self._learners.move_to_end(key)
        learner.seen, learner.requests = self.clock(), learner.requests + 1
        self.requests += 1
        second = math.floor(learner.seen)
        if self._seconds and self._seconds[-1][0] == second:
            self._seconds[-1][1] += 1
        else:
            self._seconds.append([second, 1])
        return learner

    def per_second(self) -> float:
        """Requests per second over the last ten whole seconds."""
        now = math.floor(self.clock())
        return sum(count for second, count in self._seconds if now - RATE_OVER_S <= second < now) / RATE_OVER_S

    def share(self, key: str, exercises: dict[str, Any]) -> Learner | None:
        """Keep the exercise states that a learner chose to share; 422 for anything but ids and states."""
        good = len(exercises) <= MOST_EXERCISES and all(
            EXERCISE.fullmatch(id) and state in STATES for id, state in exercises.items()
        )
        if not good:
            raise Failure(422, f"`exercises` must map ids such as 04.2 to one of: {', '.join(STATES)}.", param="exercises")
        learner = self._learners.get(key)
        if learner is not None:
            learner.exercises = dict(exercises)
        return learner

    def all(self) -> list[Learner]:
        """Everybody in the room, in the order of joining."""
        return sorted(self._learners.values(), key=lambda learner: learner.number)


@dataclass
class _Bucket:
    left: float
    at: float


@dataclass
class Guesses:
    """Compares a secret in constant time and limits wrong guesses: per address `burst` at once, then one every `rest_s` seconds;
    from all addresses together ten times as many at once, then one every second.

    While an address is over its limit, a right guess is refused too: otherwise the limit would slow nobody down. With `long` the
    secret is too long to be found by guessing; then whoever has it comes in, also when others guess from the same address.
    """

    secret: str
    burst: int = 10
    rest_s: float = 6.0
    long: bool = False
    clock: Callable[[], float] = time.monotonic
    most: int = 4096  # addresses that are remembered
    _seen: OrderedDict[str, _Bucket] = field(default_factory=OrderedDict)
    _all: _Bucket | None = None

    def check(self, guess: str, address: str) -> bool:
        """Whether the guess is right; raises 429 with Retry-After when this address, or all together, guessed too often."""
        now, place = self.clock(), _network(address)
        right = hmac.compare_digest(guess.encode("utf-8", "replace"), self.secret.encode())
        if right and self.long:
            return True
        mine = self._left(self._seen.get(place), self.burst, self.rest_s, now)
        everybody = self._left(self._all, 10 * self.burst, 1.0, now)
        wait = max(math.ceil((1 - mine) * self.rest_s), math.ceil(1 - everybody))
        if wait > 0:
            whose = "your address" if mine < 1 else "the room"
            raise Failure(429, f"Too many wrong guesses from {whose}. Wait {wait} s, then try again.",
                          code="too_many_guesses", headers={"retry-after": str(wait)})
        if not right:
            self._seen[place], self._all = _Bucket(mine - 1, now), _Bucket(everybody - 1, now)
            self._seen.move_to_end(place)
            if len(self._seen) > self.most:
                self._seen.popitem(last=False)
        return right

    @staticmethod
    def _left(bucket: _Bucket | None, burst: int, rest_s: float, now: float) -> float:
        """Guesses that are left at once."""
        return float(burst) if bucket is None else min(burst, bucket.left + (now - bucket.at) / rest_s)


def _network(address: str) -> str:
    """One machine's address; of IPv6 the /64, since a machine may take any address in it."""
    try:
        parsed = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else str(parsed)
