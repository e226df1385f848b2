"""More answers to exercise 07.4: mistakes people make, part 1 of 2."""

CASES = {
    "07.4": {
        "right": {},
        "wrong": {
            "nan": ("""
class TokenBucket:
    def __init__(self, rate, capacity, clock):
        self.rate, self.capacity, self.clock = (rate, capacity, clock)
        self.level, self.at = (capacity, clock())

    def take(self, n=1):
        if n > self.capacity:
            raise ValueError
        return float("nan")
""", "not-full-at-start"),
            "class state": ("""
class TokenBucket:
    level = None

    def __init__(self, rate, capacity, clock):
        self.rate, self.capacity, self.clock = (rate, capacity, clock)
        TokenBucket.level = capacity
        TokenBucket.at = clock()

    def take(self, n=1):
        if n > self.capacity:
            raise ValueError("too many")
        now = self.clock()
        TokenBucket.level = min(self.capacity, TokenBucket.level + (now - TokenBucket.at) * self.rate)
        TokenBucket.at = now
        TokenBucket.level -= n
        return max(0.0, -TokenBucket.level / self.rate)
""", "shared-state"),
            "takes before refusing": ("""
class TokenBucket:
    def __init__(self, rate, capacity, clock):
        self.rate, self.capacity, self.clock = (rate, capacity, clock)
        self.level, self.at = (capacity, clock())

    def take(self, n=1):
        now = self.clock()
        self.level = min(self.capacity, self.level + (now - self.at) * self.rate)
        self.at = now
        self.level -= n
        if n > self.capacity:
            raise ValueError("too many")
        return max(0.0, -self.level / self.rate)
""", "takes-when-refusing"),
            "sleeps again": ("""
import random, time


class TokenBucket:
    def __init__(self, rate, capacity, clock):
        self.rate, self.capacity, self.clock = (rate, capacity, clock)
        self.level, self.at = (capacity, clock())

    def take(self, n=1):
        if n > self.capacity:
            raise ValueError("too many")
        now = self.clock()
        self.level = min(self.capacity, self.level + (now - self.at) * self.rate)
        self.at = now
        self.level -= n
        w = max(0.0, -self.level / self.rate)
        time.sleep(w)
        return w
""", "really-sleeps"),
            "no reserve": ("""
class TokenBucket:
    def __init__(self, rate, capacity, clock):
        self.rate, self.capacity, self.clock = (rate, capacity, clock)
        self.level, self.at = (capacity, clock())

    def take(self, n=1):
        if n > self.capacity:
            raise ValueError("too many")
        now = self.clock()
        self.level = min(self.capacity, self.level + (now - self.at) * self.rate)
        self.at = now
        w = max(0.0, (n - self.level) / self.rate)
        if not w:
            self.level -= n
        return w
""", "no-reservation"),
            "clock once": ("""
class TokenBucket:
    def __init__(self, rate, capacity, clock):
        self.rate, self.capacity, self.clock = (rate, capacity, clock)
        self.level, self.at = (capacity, clock())

    def take(self, n=1):
        if n > self.capacity:
            raise ValueError("too many")
        now = self.clock()
        self.level = min(self.capacity, self.level + (now - self.at) * self.rate)
        pass
        self.level -= n
        return max(0.0, -self.level / self.rate)
""", "past-capacity"),
            "int": ("""
class TokenBucket:
    def __init__(self, rate, capacity, clock):
        self.rate, self.capacity, self.clock = (rate, capacity, clock)
        self.level, self.at = (capacity, clock())

    def take(self, n=1):
        if n > self.capacity:
            raise ValueError("too many")
        now = self.clock()
        self.level = min(self.capacity, self.level + int(now - self.at) * self.rate)
        self.at = now
        self.level -= n
        return max(0.0, -self.level / self.rate)
""", "integer-refill"),
            "own clock": ("""
import random, time


class TokenBucket:
    def __init__(self, rate, capacity, clock):
        self.rate, self.capacity, self.clock = (rate, capacity, time.monotonic)
        self.level, self.at = (capacity, time.monotonic())

    def take(self, n=1):
        if n > self.capacity:
            raise ValueError("too many")
        now = self.clock()
        self.level = min(self.capacity, self.level + (now - self.at) * self.rate)
        self.at = now
        self.level -= n
        return max(0.0, -self.level / self.rate)
""", "wrong-clock"),
            "no default": ("""
class TokenBucket:
    def __init__(self, rate, capacity, clock):
        self.rate, self.capacity, self.clock = (rate, capacity, clock)
        self.level, self.at = (capacity, clock())

    def take(self, n):
        if n > self.capacity:
            raise ValueError("too many")
        now = self.clock()
        self.level = min(self.capacity, self.level + (now - self.at) * self.rate)
        self.at = now
        self.level -= n
        return max(0.0, -self.level / self.rate)
""", "no-default"),
        },
    },
}
