"""More answers to exercise 07.4: unusual ways to be right."""

CASES = {
    "07.4": {
        "right": {
            "lazy": """
class TokenBucket:
    def __init__(self, rate, capacity, clock):
        self.rate, self.capacity, self.clock = (rate, capacity, clock)
        self.level, self.at = (capacity, clock())

    def _refill(self):
        now = self.clock()
        gained = (now - self.at) * self.rate
        self.level = min(self.level + gained, self.capacity)
        self.at = now

    def take(self, n: float = 1) -> float:
        if n > self.capacity:
            raise ValueError(n)
        self._refill()
        wait = max(0, (n - self.level) / self.rate)
        self.level -= n
        return wait
""",
            "dataclass": """
from dataclasses import dataclass, field


@dataclass
class TokenBucket:
    rate: float
    capacity: float
    clock: object

    def __post_init__(self):
        self.level = self.capacity
        self.at = self.clock()

    def take(self, n=1):
        if n > self.capacity:
            raise ValueError("too many")
        now = self.clock()
        self.level = min(self.capacity, self.level + (now - self.at) * self.rate)
        self.at = now
        self.level -= n
        return max(0.0, -self.level / self.rate)
""",
            "ready at": """
class TokenBucket:
    def __init__(self, rate, capacity, clock):
        self.r, self.c, self.clock = (rate, capacity, clock)
        self.full_at = clock()

    def take(self, n=1):
        if n > self.c:
            raise ValueError("never")
        now = self.clock()
        self.full_at = max(self.full_at, now) + n / self.r
        return max(0.0, self.full_at - now - self.c / self.r)
""",
            "next free time": """
class TokenBucket:
    def __init__(self, rate, capacity, clock):
        self.rate, self.capacity, self.clock = rate, capacity, clock
        self.empty_at = clock() - capacity / rate

    def take(self, n=1):
        if n > self.capacity:
            raise ValueError(f"{n} tokens never fit into {self.capacity}")
        now = self.clock()
        self.empty_at = max(self.empty_at, now - self.capacity / self.rate) + n / self.rate
        return max(0.0, self.empty_at - now)
""",
            "property and slots": """
class TokenBucket:
    __slots__ = ("_rate", "_capacity", "_clock", "_level", "_at")

    def __init__(self, rate: float, capacity: float, clock) -> None:
        self._rate, self._capacity, self._clock = rate, capacity, clock
        self._level, self._at = float(capacity), clock()

    @property
    def level(self) -> float:
        now = self._clock()
        self._level, self._at = min(self._capacity, self._level + (now - self._at) * self._rate), now
        return self._level

    def take(self, n: float = 1) -> float:
        if n > self._capacity:
            raise ValueError("more than the bucket holds")
        self._level = self.level - n
        return -self._level / self._rate if self._level < 0 else 0.0
""",
            "generator inside": """
def _bucket(rate, capacity, clock):
    level, before, wait = capacity, clock(), 0.0
    while True:
        n = yield wait
        now = clock()
        level, before = min(capacity, level + (now - before) * rate) - n, now
        wait = max(0.0, -level / rate)


class TokenBucket:
    def __init__(self, rate, capacity, clock):
        self.capacity, self.run = capacity, _bucket(rate, capacity, clock)
        next(self.run)

    def take(self, n=1):
        if n > self.capacity:
            raise ValueError(n)
        return self.run.send(n)
""",
        },
        "wrong": {},
    },
}
