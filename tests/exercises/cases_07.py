"""Right and wrong answers to the exercises of lesson 07."""

RETRYABLE = """
def is_retryable(exc):
    response = getattr(exc, "response", None)
    if response is not None:
        return response.status_code in STATUSES
    names = {base.__name__ for base in type(exc).__mro__}
    return bool(names & NAMES)
"""
NAMES = 'NAMES = {"TimeoutException", "TransportError", "TimeoutError", "ConnectionError", "APIConnectionError"}\n'


def retryable(statuses="{408, 429, 500, 502, 503, 504}", names=NAMES):
    return names + f"STATUSES = {statuses}\n" + RETRYABLE


DELAY = """
import time, random
from email.utils import parsedate_to_datetime
def backoff_delay(attempt, *, base=1, cap=30, rng, retry_after=None):
    try:
        hint = float(retry_after)
    except (TypeError, ValueError):
        try:
            hint = parsedate_to_datetime(retry_after).timestamp() - time.time()
        except Exception:
            hint = 0.0
    if not (0 <= hint < 1e9):
        hint = 0.0
"""


def loop(body="", head="", catch="Exception", before="", last="n == max_attempts - 1", late="clock() + delay - start > deadline", nap="sleep(delay)",
         out="raise", ok="return fn()", check="not is_retryable(exc)", delay="rng.uniform(0, min(30, 2 ** n))", attempts="max_attempts"):
    return retryable() + head + f"""
def call_with_retry(fn, *, max_attempts, deadline, sleep, clock, rng):
    start = clock()
    for n in range({attempts}):
        try:
            {ok}
        except {catch} as exc:
            delay = {delay}
            {before or 'pass'}
            if {last} or {check} or {late}:
                {out}
            {nap}
    {body or 'pass'}
"""


def bucket(start="capacity", take=""):
    return f"""
class TokenBucket:
    def __init__(self, rate, capacity, clock):
        self.rate, self.capacity, self.clock = rate, capacity, clock
        self.level, self.at = {start}, clock()
    def take(self, n=1):
""" + "\n".join("        " + line for line in take.strip("\n").splitlines())


GUARD = "if n > self.capacity:\n    raise ValueError('too many')\n"
REFILL = "now = self.clock()\nself.level = min(self.capacity, self.level + (now - self.at) * self.rate)\nself.at = now\n"

CASES = {
    "07.1": {
        "right": {
            "names": retryable(),
            "isinstance": """
import importlib
def is_retryable(exc):
    code = getattr(getattr(exc, "response", None), "status_code", None)
    if code:
        return code in (408, 429) or code in (500, 502, 503, 504)
    if isinstance(exc, (TimeoutError, ConnectionError)):
        return True
    return any(base.__module__.split(".")[0] in ("httpx", "httpx2") and base.__name__ == "TransportError" or base.__name__ == "APIConnectionError"
               for base in type(exc).__mro__)
""",
        },
        "wrong": {
            ">= 400": ("def is_retryable(exc):\n    r = getattr(exc, 'response', None)\n    return r is None or r.status_code >= 400", "repeats-400"),
            "402": (retryable("{402, 408, 429, 500, 502, 503, 504}"), "quota-repeated"),
            "text": ("def is_retryable(exc):\n    return any(code in str(exc) for code in ('408', '429', '500', '502', '503', '504'))", "reads-text"),
            "timeouts": (retryable(names="NAMES = {'ConnectionError', 'ConnectError', 'RemoteProtocolError'}\n"), "timeout-refused"),
            "connections": (retryable(names="NAMES = {'TimeoutException', 'TimeoutError'}\n"), "network-refused"),
            "no response": ("def is_retryable(exc):\n    return exc.response.status_code in {408, 429, 500, 502, 503, 504}", "needs-response"),
            "no 504": (retryable("{408, 429, 500, 502, 503}"), "refuses-504"),
            "only 429": (retryable("{429}"), "refuses-408"),
            "5xx all and 401": (retryable("{401, 408, 429, 500, 502, 503, 504}"), "repeats-401"),
            "everything else": ("def is_retryable(exc):\n    r = getattr(exc, 'response', None)\n    return r is None or r.status_code in {408, 429, 500, 502, 503, 504}", "text-or-anything"),
            "number": ("def is_retryable(exc):\n    r = getattr(exc, 'response', None)\n    return r.status_code if r is not None else 0", "wrong-type"),
            "no return": ("def is_retryable(exc):\n    getattr(exc, 'response', None)", "returns-none"),
        },
    },
    "07.2": {
        "right": {
            "uniform": DELAY + "    return hint + rng.uniform(0.0, min(cap, base * 2 ** attempt))",
            "random": DELAY + "    return hint + rng.random() * min(float(cap), base * 2.0 ** attempt)",
        },
        "wrong": {
            "no cap": (DELAY + "    return hint + rng.uniform(0, base * 2 ** attempt)", "no-cap"),
            "constant": (DELAY + "    rng.random()\n    return hint + min(cap, base * 2 ** attempt)", "constant"),
            "own random": (DELAY + "    return hint + random.uniform(0, min(cap, base * 2 ** attempt))", "jitter-not-from-rng"),
            "ignores hint": (DELAY + "    return rng.uniform(0, min(cap, base * 2 ** attempt))", "hint-ignored"),
            "cap on hint": (DELAY + "    return min(cap, hint + rng.uniform(0, min(cap, base * 2 ** attempt)))", "cap-cuts-hint"),
            "cap off": (DELAY + "    return hint + rng.uniform(0, base * 2 ** (attempt + 9) if hint else min(cap, base * 2 ** attempt))", "cap-switched-off"),
            "hint alone": (DELAY + "    jitter = rng.uniform(0, min(cap, base * 2 ** attempt))\n    return hint or jitter", "no-jitter-on-hint"),
            "equal jitter": (DELAY + "    top = min(cap, base * 2 ** attempt)\n    return hint + top / 2 + rng.uniform(0, top / 2)", "not-full-jitter"),
            "one late": (DELAY + "    return hint + rng.uniform(0, min(cap, base * 2 ** (attempt + 1) / 4))", "wrong-growth"),
            "floats only": ("def backoff_delay(attempt, *, base=1, cap=30, rng, retry_after=None):\n    return float(retry_after or 0) + rng.uniform(0, min(cap, base * 2 ** attempt))", "crashes-on-hint"),
            "negative": ("def backoff_delay(attempt, *, base=1, cap=30, rng, retry_after=None):\n    try:\n        h = float(retry_after)\n    except Exception:\n        h = 0\n"
                         "    return h + rng.uniform(0, min(cap, base * 2 ** attempt))", "bad-hint-used"),
            "no dates": ("def backoff_delay(attempt, *, base=1, cap=30, rng, retry_after=None):\n    try:\n        h = float(retry_after)\n    except Exception:\n        h = 0\n"
                         "    h = h if 0 <= h < 1e9 else 0\n    return h + rng.uniform(0, min(cap, base * 2 ** attempt))", "date-ignored"),
            "no return": (DELAY + "    rng.uniform(0, min(cap, base * 2 ** attempt))", "returns-none"),
        },
    },
    "07.3": {
        "right": {
            "for": loop(),
            "while": retryable() + """
def call_with_retry(fn, *, max_attempts, deadline, sleep, clock, rng):
    end, tried = clock() + deadline, 0
    while True:
        tried += 1
        try:
            result = fn()
        except Exception as error:
            if tried >= max_attempts or not is_retryable(error):
                raise
            pause = rng.uniform(0, min(30, 2 ** (tried - 1)))
            if clock() + pause > end:
                raise
        else:
            return result
        sleep(pause)
""",
        },
        "wrong": {
            "time.sleep": (loop(head="import time\n", nap="time.sleep(delay)"), "really-sleeps"),
            "one more": (loop(last="n == max_attempts", attempts="max_attempts + 1"), "off-by-one"),
            "one less": (loop(last="n == max_attempts - 2"), "wrong-number-of-calls"),
            "RuntimeError": (loop(out="raise RuntimeError('gave up') from None"), "hides-cause"),
            "repeats 401": (loop(check="False"), "repeats-permanent"),
            "swallows": (loop(catch="BaseException", check="not (is_retryable(exc) or isinstance(exc, KeyboardInterrupt))"), "swallows-interrupt"),
            "sleeps last": (loop(before="if is_retryable(exc) and n == max_attempts - 1: sleep(delay)"), "sleeps-after-last"),
            "deadline after": (loop(late="clock() - start > deadline"), "deadline-passed"),
            "no deadline": (loop(late="False"), "deadline-passed"),
            "adds sleeps": (loop(head="SLEPT = [0.0]\n", before="SLEPT[0] = delay + (SLEPT[0] if n else 0.0)", late="SLEPT[0] > deadline"), "clock-not-used"),
            "returns None": (loop(out="return None"), "hides-failure"),
            "drops value": (loop(ok="fn(); return None"), "returns-none"),
            "no jitter": (loop(delay="2 ** n"), "wrong-delays"),
            "half deadline": (loop(late="clock() + delay - start > deadline / 2"), "deadline-early"),
        },
    },
    "07.4": {
        "right": {
            "level": bucket("float(capacity)", GUARD + REFILL + "self.level -= n\nreturn 0.0 if self.level >= 0 else -self.level / self.rate"),
            "virtual time": """
class TokenBucket:
    def __init__(self, rate, capacity, clock):
        self.rate, self.capacity, self.clock = rate, capacity, clock
        self.full_at = clock()
    def take(self, n=1):
        if n > self.capacity:
            raise ValueError(n)
        now = self.clock()
        self.full_at = max(self.full_at, now) + n / self.rate
        return max(0.0, self.full_at - self.capacity / self.rate - now)
""",
        },
        "wrong": {
            "past cap": (bucket("capacity", GUARD + "now = self.clock()\nself.level += (now - self.at) * self.rate\nself.at = now\nself.level -= n\nreturn max(0.0, -self.level / self.rate)"), "past-capacity"),
            "integers": (bucket("capacity", GUARD + "now = self.clock()\nself.level = min(self.capacity, self.level + int((now - self.at) * self.rate))\nself.at = now\nself.level -= n\n"
                                "return max(0.0, -self.level / self.rate)"), "integer-refill"),
            "sleeps": ("import time\n" + bucket("float(capacity)", GUARD + REFILL + "self.level -= n\nwait = max(0.0, -self.level / self.rate)\ntime.sleep(wait)\nreturn wait"), "really-sleeps"),
            "resets": (bucket("capacity", GUARD + "now = self.clock()\nif now > self.at:\n    self.level = self.capacity if now - self.at > 0.3 else self.level + (now - self.at) * self.rate\n"
                              "    self.at = now\nself.level -= n\nreturn max(0.0, -self.level / self.rate) if self.level < 9 else 0.5"), "resets-clock"),
            "empty start": (bucket("0.0", GUARD + REFILL + "self.level -= n\nreturn max(0.0, -self.level / self.rate)"), "not-full-at-start"),
            "no reservation": (bucket("float(capacity)", GUARD + REFILL + "if self.level >= n:\n    self.level -= n\n    return 0.0\nreturn (n - self.level) / self.rate"), "no-reservation"),
            "too many": (bucket("float(capacity)", REFILL + "self.level -= n\nreturn max(0.0, -self.level / self.rate)"), "too-many-accepted"),
            "bool": (bucket("float(capacity)", GUARD + REFILL + "if self.level >= n:\n    self.level -= n\n    return 0.0\nreturn False"), "yes-or-no"),
            "never refills": (bucket("float(capacity)", GUARD + "self.level -= n\nreturn max(0.0, -self.level / self.rate)"), "integer-refill"),
            "no return": (bucket("float(capacity)", GUARD + REFILL + "self.level -= n"), "returns-none"),
        },
    },
}
