"""More answers to the exercises of lesson 07: mistakes people make, and unusual ways to be right."""

CASES = {
    "07.1": {
        "right": {
            "match": """
def is_retryable(exc):
    match getattr(getattr(exc, "response", None), "status_code", None):
        case 408 | 429 | 500 | 502 | 503 | 504:
            return True
        case int():
            return False
    return any(
        (
            b.__name__
            in ("TimeoutException", "TransportError", "TimeoutError", "ConnectionError", "APIConnectionError")
            for b in type(exc).__mro__
        )
    )
""",
            "isinstance again": """
import openai
from huggingface_hub.errors import HfHubHTTPError

http = __import__(next((b.__module__ for b in HfHubHTTPError.__mro__ if b.__name__ == "HTTPError")).split(".")[0])


def is_retryable(exc):
    s = getattr(getattr(exc, "response", None), "status_code", None)
    if s is not None:
        return s in {408, 429, 500, 502, 503, 504}
    return isinstance(exc, (TimeoutError, ConnectionError, http.TransportError, openai.APIConnectionError))
""",
        },
        "wrong": {
            ">=500": ("""
def is_retryable(exc):
    s = getattr(getattr(exc, "response", None), "status_code", None)
    if s is not None:
        return s in (408, 429) or s >= 500
    return any(("Time" in b.__name__ or "Conn" in b.__name__ or "Transport" in b.__name__ for b in type(exc).__mro__))
""", "repeats-501"),
            ">=400": ("""
def is_retryable(exc):
    s = getattr(getattr(exc, "response", None), "status_code", None)
    return s is None or s >= 400
""", "repeats-400"),
            "oserror": ("""
def is_retryable(exc):
    s = getattr(getattr(exc, "response", None), "status_code", None)
    if s is not None:
        return s in (408, 429, 500, 502, 503, 504)
    return isinstance(exc, OSError) or any(
        (b.__name__ in ("TransportError", "APIConnectionError") for b in type(exc).__mro__)
    )
""", "text-or-anything"),
            "text fallback": ("""
def is_retryable(exc):
    s = getattr(getattr(exc, "response", None), "status_code", None)
    if s is not None:
        return s in (408, 429, 500, 502, 503, 504)
    return (
        "timeout" in str(exc).lower()
        or "connection" in str(exc).lower()
        or any(
            (
                b.__name__ in ("TransportError", "APIConnectionError", "TimeoutError", "ConnectionError")
                for b in type(exc).__mro__
            )
        )
    )
""", "text-or-anything"),
            "name only": ("""
def is_retryable(exc):
    s = getattr(getattr(exc, "response", None), "status_code", None)
    if s is not None:
        return s in (408, 429, 500, 502, 503, 504)
    return type(exc).__name__ in (
        "ReadTimeout",
        "ConnectError",
        "RemoteProtocolError",
        "TimeoutError",
        "ConnectionResetError",
        "APITimeoutError",
        "APIConnectionError",
    )
""", "timeout-refused"),
            "returns none": ("""
def is_retryable(exc):
    s = getattr(getattr(exc, "response", None), "status_code", None)
    if s in (408, 429, 500, 502, 503, 504):
        return True
""", "returns-none"),
            "string": ("""
def is_retryable(exc):
    return "True"
""", "wrong-type"),
            "404 model loading": ("""
def is_retryable(exc):
    s = getattr(getattr(exc, "response", None), "status_code", None)
    if s is not None:
        return s in (404, 408, 429, 500, 502, 503, 504)
    return True
""", "repeats-404"),
            "409": ("""
def is_retryable(exc):
    s = getattr(getattr(exc, "response", None), "status_code", None)
    if s is not None:
        return s in (408, 409, 429, 500, 502, 503, 504)
    return any(
        (
            b.__name__ in ("TransportError", "APIConnectionError", "TimeoutError", "ConnectionError")
            for b in type(exc).__mro__
        )
    )
""", "repeats-409"),
            "always": ("""
def is_retryable(exc):
    return True
""", "repeats-400"),
        },
    },
    "07.2": {
        "right": {
            "random()": """
def backoff_delay(attempt, *, base=1, cap=30, rng, retry_after=None):
    from email.utils import parsedate_to_datetime
    import time

    h = 0.0
    if retry_after is not None:
        try:
            h = float(retry_after)
        except ValueError:
            try:
                h = parsedate_to_datetime(retry_after).timestamp() - time.time()
            except Exception:
                h = 0.0
    if not 0 <= h < 1000000000.0:
        h = 0.0
    return h + rng.random() * min(cap, base * 2**attempt)
""",
            "datetime": """
def backoff_delay(attempt, *, base=1, cap=30, rng, retry_after=None):
    from email.utils import parsedate_to_datetime
    from datetime import datetime, timezone

    top = min(cap, base * 2**attempt)
    try:
        h = float(retry_after)
    except (TypeError, ValueError):
        try:
            h = (parsedate_to_datetime(str(retry_after)) - datetime.now(timezone.utc)).total_seconds()
        except (TypeError, ValueError):
            h = 0
    if h != h or h < 0 or h == float("inf"):
        h = 0
    return h + rng.uniform(0, top)
""",
        },
        "wrong": {
            "strptime local": ("""
def backoff_delay(attempt, *, base=1, cap=30, rng, retry_after=None):
    from datetime import datetime

    top = min(cap, base * 2**attempt)
    try:
        h = float(retry_after)
    except (TypeError, ValueError):
        try:
            h = (datetime.strptime(retry_after, "%a, %d %b %Y %H:%M:%S GMT") - datetime.now()).total_seconds()
        except (TypeError, ValueError):
            h = 0
    if h != h or h < 0 or h == float("inf"):
        h = 0
    return h + rng.uniform(0, top)
""", "local-time"),
            "no jitter on date": ("""
def backoff_delay(attempt, *, base=1, cap=30, rng, retry_after=None):
    from email.utils import parsedate_to_datetime
    import time

    top = min(cap, base * 2**attempt)
    try:
        h = float(retry_after)
    except (TypeError, ValueError):
        try:
            return max(0.0, parsedate_to_datetime(str(retry_after)).timestamp() - time.time()) or rng.uniform(0, top)
        except (TypeError, ValueError):
            h = 0
    if h != h or h < 0 or h == float("inf"):
        h = 0
    return h + rng.uniform(0, top)
""", "no-jitter-on-hint"),
            "max": ("""
def backoff_delay(attempt, *, base=1, cap=30, rng, retry_after=None):
    from email.utils import parsedate_to_datetime
    import time

    h = 0.0
    if retry_after is not None:
        try:
            h = float(retry_after)
        except ValueError:
            try:
                h = parsedate_to_datetime(retry_after).timestamp() - time.time()
            except Exception:
                h = 0.0
    if not 0 <= h < 1000000000.0:
        h = 0.0
    return max(h, rng.uniform(0, min(cap, base * 2**attempt)))
""", "no-jitter-on-hint"),
            "cap total": ("""
def backoff_delay(attempt, *, base=1, cap=30, rng, retry_after=None):
    from email.utils import parsedate_to_datetime
    import time

    h = 0.0
    if retry_after is not None:
        try:
            h = float(retry_after)
        except ValueError:
            try:
                h = parsedate_to_datetime(retry_after).timestamp() - time.time()
            except Exception:
                h = 0.0
    if not 0 <= h < 1000000000.0:
        h = 0.0
    return min(cap, h + rng.uniform(0, base * 2**attempt))
""", "cap-cuts-hint"),
            "default cap 60": ("""
def backoff_delay(attempt, *, base=1, cap=60, rng, retry_after=None):
    from email.utils import parsedate_to_datetime
    import time

    h = 0.0
    if retry_after is not None:
        try:
            h = float(retry_after)
        except ValueError:
            try:
                h = parsedate_to_datetime(retry_after).timestamp() - time.time()
            except Exception:
                h = 0.0
    if not 0 <= h < 1000000000.0:
        h = 0.0
    return h + rng.uniform(0, min(cap, base * 2**attempt))
""", "no-cap"),
            "base**attempt": ("""
def backoff_delay(attempt, *, base=1, cap=30, rng, retry_after=None):
    from email.utils import parsedate_to_datetime
    import time

    h = 0.0
    if retry_after is not None:
        try:
            h = float(retry_after)
        except ValueError:
            try:
                h = parsedate_to_datetime(retry_after).timestamp() - time.time()
            except Exception:
                h = 0.0
    if not 0 <= h < 1000000000.0:
        h = 0.0
    return h + rng.uniform(0, min(cap, (base + 1) ** attempt))
""", "wrong-growth"),
            "base^attempt2": ("""
def backoff_delay(attempt, *, base=1, cap=30, rng, retry_after=None):
    from email.utils import parsedate_to_datetime
    import time

    h = 0.0
    if retry_after is not None:
        try:
            h = float(retry_after)
        except ValueError:
            try:
                h = parsedate_to_datetime(retry_after).timestamp() - time.time()
            except Exception:
                h = 0.0
    if not 0 <= h < 1000000000.0:
        h = 0.0
    return h + rng.uniform(0, min(cap, 2 ** (base * attempt)))
""", "wrong-growth"),
            "no jitter": ("""
def backoff_delay(attempt, *, base=1, cap=30, rng, retry_after=None):
    from email.utils import parsedate_to_datetime
    import time

    h = 0.0
    if retry_after is not None:
        try:
            h = float(retry_after)
        except ValueError:
            try:
                h = parsedate_to_datetime(retry_after).timestamp() - time.time()
            except Exception:
                h = 0.0
    if not 0 <= h < 1000000000.0:
        h = 0.0
    return h + min(cap, base * 2**attempt)
""", "jitter-not-from-rng"),
            "nan hint": ("""
def backoff_delay(attempt, *, base=1, cap=30, rng, retry_after=None):
    try:
        h = float(retry_after)
    except (TypeError, ValueError):
        h = 0
    return max(0, h) + rng.uniform(0, min(cap, base * 2**attempt))
""", "bad-hint-used"),
            "sleeps": ("""
def backoff_delay(attempt, *, base=1, cap=30, rng, retry_after=None):
    from email.utils import parsedate_to_datetime
    import time

    h = 0.0
    if retry_after is not None:
        try:
            h = float(retry_after)
        except ValueError:
            try:
                h = parsedate_to_datetime(retry_after).timestamp() - time.time()
            except Exception:
                h = 0.0
    if not 0 <= h < 1000000000.0:
        h = 0.0
    d = h + rng.uniform(0, min(cap, base * 2**attempt))
    time.sleep(d)
    return d
""", "really-sleeps"),
            "string": ("""
def backoff_delay(attempt, *, base=1, cap=30, rng, retry_after=None):
    from email.utils import parsedate_to_datetime
    import time

    h = 0.0
    if retry_after is not None:
        try:
            h = float(retry_after)
        except ValueError:
            try:
                h = parsedate_to_datetime(retry_after).timestamp() - time.time()
            except Exception:
                h = 0.0
    if not 0 <= h < 1000000000.0:
        h = 0.0
    return str(h + rng.uniform(0, min(cap, base * 2**attempt)))
""", "wrong-type"),
            "int": ("""
def backoff_delay(attempt, *, base=1, cap=30, rng, retry_after=None):
    from email.utils import parsedate_to_datetime
    import time

    h = 0.0
    if retry_after is not None:
        try:
            h = float(retry_after)
        except ValueError:
            try:
                h = parsedate_to_datetime(retry_after).timestamp() - time.time()
            except Exception:
                h = 0.0
    if not 0 <= h < 1000000000.0:
        h = 0.0
    return int(h + rng.uniform(0, min(cap, base * 2**attempt)))
""", "hint-ignored"),
            "int hint": ("""
def backoff_delay(attempt, *, base=1, cap=30, rng, retry_after=None):
    h = 0
    if retry_after and str(retry_after).isdigit():
        h = int(retry_after)
    return h + rng.uniform(0, min(cap, base * 2**attempt))
""", "hint-ignored"),
            "decorrelated": ("""
def backoff_delay(attempt, *, base=1, cap=30, rng, retry_after=None):
    from email.utils import parsedate_to_datetime
    import time

    h = 0.0
    if retry_after is not None:
        try:
            h = float(retry_after)
        except ValueError:
            try:
                h = parsedate_to_datetime(retry_after).timestamp() - time.time()
            except Exception:
                h = 0.0
    if not 0 <= h < 1000000000.0:
        h = 0.0
    return h + rng.uniform(base, min(cap, base * 3**attempt))
""", "constant"),
        },
    },
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
        },
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
        self.level = min(self.capacity, self.level + int((now - self.at) * self.rate))
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
        },
    },
}
