"""More answers to exercise 07.3: unusual ways to be right."""

CASES = {
    "07.3": {
        "right": {
            "while again": """
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
    n = 0
    while True:
        try:
            return fn()
        except Exception as e:
            n += 1
            if n >= max_attempts or not ok(e):
                raise
            d = rng.random() * min(30, 2 ** (n - 1))
            if clock() - t0 + d > deadline:
                raise
        sleep(d)
""",
            "recursive": """
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

    def go(n):
        try:
            return fn()
        except Exception as e:
            d = rng.uniform(0, min(30, 2**n))
            if n + 1 == max_attempts or not ok(e) or clock() - t0 + d > deadline:
                raise e
        sleep(d)
        return go(n + 1)

    return go(0)
""",
        },
        "wrong": {},
    },
}
