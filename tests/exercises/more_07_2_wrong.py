"""More answers to exercise 07.2: mistakes people make."""

CASES = {
    "07.2": {
        "right": {},
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
}
