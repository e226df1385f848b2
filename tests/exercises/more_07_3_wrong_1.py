"""More answers to exercise 07.3: mistakes people make, part 1 of 2."""

CASES = {
    "07.3": {
        "right": {},
        "wrong": {
            "first error": ("""
def ok(exc):
    r = getattr(exc, "response", None)
    if r is not None:
        return r.status_code in (408, 429, 500, 502, 503, 504)
    return bool(
        {b.__name__ for b in type(exc).__mro__}
        & {"TimeoutException", "TransportError", "TimeoutError", "ConnectionError", "APIConnectionError"}
    )


def call_with_retry(fn, *, max_attempts, deadline, sleep, clock, rng):
    t0 = clock()
    first = None
    for n in range(max_attempts):
        try:
            return fn()
        except Exception as e:
            first = first or e
            d = rng.uniform(0, min(30, 2**n))
            if n == max_attempts - 1 or not ok(e) or clock() - t0 + d > deadline:
                raise first
            sleep(d)
""", "hides-cause"),
            "falsy": ("""
def ok(exc):
    r = getattr(exc, "response", None)
    if r is not None:
        return r.status_code in (408, 429, 500, 502, 503, 504)
    return bool(
        {b.__name__ for b in type(exc).__mro__}
        & {"TimeoutException", "TransportError", "TimeoutError", "ConnectionError", "APIConnectionError"}
    )


def call_with_retry(fn, *, max_attempts, deadline, sleep, clock, rng):
    t0 = clock()
    for n in range(max_attempts):
        try:
            r = fn()
            if r:
                return r
        except Exception as e:
            d = rng.uniform(0, min(30, 2**n))
            if n == max_attempts - 1 or not ok(e) or clock() - t0 + d > deadline:
                raise
            sleep(d)
""", "wrong-number-of-calls"),
            "real sleep": ("""
from time import sleep as zzz


def ok(exc):
    r = getattr(exc, "response", None)
    if r is not None:
        return r.status_code in (408, 429, 500, 502, 503, 504)
    return bool(
        {b.__name__ for b in type(exc).__mro__}
        & {"TimeoutException", "TransportError", "TimeoutError", "ConnectionError", "APIConnectionError"}
    )


def call_with_retry(fn, *, max_attempts, deadline, sleep, clock, rng):
    t0 = clock()
    for n in range(max_attempts):
        try:
            return fn()
        except Exception as e:
            d = rng.uniform(0, min(30, 2**n))
            if n == max_attempts - 1 or not ok(e) or clock() - t0 + d > deadline:
                raise
            zzz(d)
""", "really-sleeps"),
            "time.sleep again": ("""
import random, time


def ok(exc):
    r = getattr(exc, "response", None)
    if r is not None:
        return r.status_code in (408, 429, 500, 502, 503, 504)
    return bool(
        {b.__name__ for b in type(exc).__mro__}
        & {"TimeoutException", "TransportError", "TimeoutError", "ConnectionError", "APIConnectionError"}
    )


def call_with_retry(fn, *, max_attempts, deadline, sleep, clock, rng):
    t0 = clock()
    for n in range(max_attempts):
        try:
            return fn()
        except Exception as e:
            d = rng.uniform(0, min(30, 2**n))
            if n == max_attempts - 1 or not ok(e) or clock() - t0 + d > deadline:
                raise
            time.sleep(d)
""", "really-sleeps"),
            "time.time": ("""
import random, time


def ok(exc):
    r = getattr(exc, "response", None)
    if r is not None:
        return r.status_code in (408, 429, 500, 502, 503, 504)
    return bool(
        {b.__name__ for b in type(exc).__mro__}
        & {"TimeoutException", "TransportError", "TimeoutError", "ConnectionError", "APIConnectionError"}
    )


def call_with_retry(fn, *, max_attempts, deadline, sleep, clock, rng):
    t0 = time.time()
    for n in range(max_attempts):
        try:
            return fn()
        except Exception as e:
            d = rng.uniform(0, min(30, 2**n))
            if n == max_attempts - 1 or not ok(e) or time.time() - t0 + d > deadline:
                raise
            sleep(d)
""", "deadline-passed"),
            "own random": ("""
import random, time


def ok(exc):
    r = getattr(exc, "response", None)
    if r is not None:
        return r.status_code in (408, 429, 500, 502, 503, 504)
    return bool(
        {b.__name__ for b in type(exc).__mro__}
        & {"TimeoutException", "TransportError", "TimeoutError", "ConnectionError", "APIConnectionError"}
    )


def call_with_retry(fn, *, max_attempts, deadline, sleep, clock, rng):
    t0 = clock()
    for n in range(max_attempts):
        try:
            return fn()
        except Exception as e:
            d = random.uniform(0, min(30, 2**n))
            if n == max_attempts - 1 or not ok(e) or clock() - t0 + d > deadline:
                raise
            sleep(d)
""", "wrong-delays"),
            "decides once": ("""
def ok(exc):
    r = getattr(exc, "response", None)
    if r is not None:
        return r.status_code in (408, 429, 500, 502, 503, 504)
    return bool(
        {b.__name__ for b in type(exc).__mro__}
        & {"TimeoutException", "TransportError", "TimeoutError", "ConnectionError", "APIConnectionError"}
    )


def call_with_retry(fn, *, max_attempts, deadline, sleep, clock, rng):
    t0 = clock()
    for n in range(max_attempts):
        try:
            return fn()
        except Exception as e:
            if n == 0 and (not ok(e)):
                raise
            d = rng.uniform(0, min(30, 2**n))
            if n == max_attempts - 1 or clock() - t0 + d > deadline:
                raise
            sleep(d)
""", "wrong-number-of-calls"),
        },
    },
}
