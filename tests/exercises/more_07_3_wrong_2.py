"""More answers to exercise 07.3: mistakes people make, part 2 of 2."""

CASES = {
    "07.3": {
        "right": {},
        "wrong": {
            "no cap": ("""
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
            d = rng.uniform(0, 2 ** (n + 1))
            if n == max_attempts - 1 or not ok(e) or clock() - t0 + d > deadline:
                raise
            sleep(d)
""", "wrong-delays"),
            "wraps": ("""
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
                raise RuntimeError("gave up") from e
            sleep(d)
""", "hides-cause"),
            "returns error": ("""
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
                return e
            sleep(d)
""", "hides-failure"),
            "base exception": ("""
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
        except BaseException as e:
            if isinstance(e, KeyboardInterrupt):
                continue
            d = rng.uniform(0, min(30, 2**n))
            if n == max_attempts - 1 or not ok(e) or clock() - t0 + d > deadline:
                raise
            sleep(d)
""", "swallows-interrupt"),
            "sum sleeps": ("""
def ok(exc):
    r = getattr(exc, "response", None)
    if r is not None:
        return r.status_code in (408, 429, 500, 502, 503, 504)
    return bool(
        {b.__name__ for b in type(exc).__mro__}
        & {"TimeoutException", "TransportError", "TimeoutError", "ConnectionError", "APIConnectionError"}
    )


def call_with_retry(fn, *, max_attempts, deadline, sleep, clock, rng):
    spent = 0
    for n in range(max_attempts):
        try:
            return fn()
        except Exception as e:
            d = rng.uniform(0, min(30, 2**n))
            if n == max_attempts - 1 or not ok(e) or spent + d > deadline:
                raise
            sleep(d)
            spent += d
""", "clock-not-used"),
            "generator": ("""
def ok(exc):
    r = getattr(exc, "response", None)
    if r is not None:
        return r.status_code in (408, 429, 500, 502, 503, 504)
    return bool(
        {b.__name__ for b in type(exc).__mro__}
        & {"TimeoutException", "TransportError", "TimeoutError", "ConnectionError", "APIConnectionError"}
    )


def call_with_retry(fn, *, max_attempts, deadline, sleep, clock, rng):
    for n in range(max_attempts):
        yield fn()
""", "yields"),
        },
    },
}
