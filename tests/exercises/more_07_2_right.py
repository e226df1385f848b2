"""More answers to exercise 07.2: unusual ways to be right."""

CASES = {
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
        "wrong": {},
    },
}
