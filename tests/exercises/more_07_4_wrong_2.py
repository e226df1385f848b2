"""More answers to exercise 07.4: mistakes people make, part 2 of 2."""

CASES = {
    "07.4": {
        "right": {},
        "wrong": {
            "negative": ("""
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
        return -self.level / self.rate
""", "negative"),
            "half take": ("""
class TokenBucket:
    def __init__(self, rate, capacity, clock):
        self.rate, self.capacity, self.clock = (rate, capacity, clock)
        self.level, self.at = (capacity, clock())
""", "no-take"),
            "starts empty": ("""
class TokenBucket:
    def __init__(self, rate, capacity, clock):
        self.rate, self.capacity, self.clock = (rate, capacity, clock)
        self.level, self.at = (0, clock())

    def take(self, n=1):
        if n > self.capacity:
            raise ValueError("too many")
        now = self.clock()
        self.level = min(self.capacity, self.level + (now - self.at) * self.rate)
        self.at = now
        self.level -= n
        return max(0.0, -self.level / self.rate)
""", "not-full-at-start"),
            "bool again": ("""
class TokenBucket:
    def __init__(self, rate, capacity, clock):
        self.rate, self.capacity, self.clock = (rate, capacity, clock)
        self.level, self.at = (capacity, clock())

    def take(self, n=1):
        if n > self.capacity:
            raise ValueError
        return True
""", "yes-or-no"),
            "starts empty, another way": ("""
class TokenBucket:
    def __init__(self, rate, capacity, clock):
        self.rate, self.capacity, self.clock, self.level, self.at = rate, capacity, clock, 0, clock()

    def take(self, n=1):
        if n > self.capacity:
            raise ValueError
        now = self.clock()
        self.level = min(self.capacity, self.level + (now - self.at) * self.rate) - n
        self.at = now
        return max(0.0, -self.level / self.rate)
""", "not-full-at-start"),
            "no cap": ("""
class TokenBucket:
    def __init__(self, rate, capacity, clock):
        self.rate, self.capacity, self.clock, self.level, self.at = rate, capacity, clock, capacity, clock()

    def take(self, n=1):
        if n > self.capacity:
            raise ValueError
        now = self.clock()
        self.level += (now - self.at) * self.rate - n
        self.at = now
        return max(0.0, -self.level / self.rate)
""", "past-capacity"),
            "not reserved": ("""
class TokenBucket:
    def __init__(self, rate, capacity, clock):
        self.rate, self.capacity, self.clock, self.level, self.at = rate, capacity, clock, capacity, clock()

    def take(self, n=1):
        if n > self.capacity:
            raise ValueError
        now = self.clock()
        self.level = min(self.capacity, self.level + (now - self.at) * self.rate)
        self.at = now
        if self.level >= n:
            self.level -= n
            return 0.0
        return (n - self.level) / self.rate
""", "no-reservation"),
            "time.time": ("""
import time


class TokenBucket:
    def __init__(self, rate, capacity, clock):
        self.rate, self.capacity, self.level, self.at = rate, capacity, capacity, time.time()

    def take(self, n=1):
        if n > self.capacity:
            raise ValueError
        now = time.time()
        self.level = min(self.capacity, self.level + (now - self.at) * self.rate) - n
        self.at = now
        return max(0.0, -self.level / self.rate)
""", "wrong-clock"),
            "shared by all buckets": ("""
class TokenBucket:
    level = None

    def __init__(self, rate, capacity, clock):
        self.rate, self.capacity, self.clock, self.at = rate, capacity, clock, clock()
        if TokenBucket.level is None:
            TokenBucket.level = capacity

    def take(self, n=1):
        if n > self.capacity:
            raise ValueError
        now = self.clock()
        TokenBucket.level = min(self.capacity, TokenBucket.level + (now - self.at) * self.rate) - n
        self.at = now
        return max(0.0, -TokenBucket.level / self.rate)
""", "shared-state"),
            "returns False": ("""
class TokenBucket:
    def __init__(self, rate, capacity, clock):
        self.rate, self.capacity, self.clock, self.level, self.at = rate, capacity, clock, capacity, clock()

    def take(self, n=1):
        if n > self.capacity:
            raise ValueError
        now = self.clock()
        self.level = min(self.capacity, self.level + (now - self.at) * self.rate)
        self.at = now
        if self.level < n:
            return False
        self.level -= n
        return True
""", "yes-or-no"),
        },
    },
}
