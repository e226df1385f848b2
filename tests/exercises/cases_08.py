"""Right and wrong answers to the exercises of lesson 08."""

S = "def serverless_cost(req, tok_in, tok_out, p_in, p_out, *, credit=0.0):\n    return "
E = "import math\ndef endpoint_cost(hours, rate, min_r, max_r, scaleup_h, *, init_h=0.0):\n    "
B = "def breakeven_rph(rate, cost_per_request, capacity_rph):\n"


def minutes(replica_hours):
    return E + f"return rate * math.ceil(round(({replica_hours}) * 60, 6)) / 60"


def ready(body):
    return "from contextlib import contextmanager\n@contextmanager\ndef wait_ready(ep, *, timeout, sleep, clock):\n" + "\n".join("    " + line for line in body.strip("\n").splitlines())


WAIT = """
while ep.status not in ("running", "scaledToZero"):
    if ep.status in ("failed", "updateFailed"):
        raise RuntimeError(ep.status)
    if clock() - start > timeout:
        raise TimeoutError(ep.status)
    sleep(5)
    ep.fetch()
"""


def tried(body):
    return "start = clock()\ntry:\n" + "\n".join("    " + line for line in body.strip("\n").splitlines()) + "\nfinally:\n    ep.pause()"


RESUME = "if ep.status == 'paused':\n    ep.resume()\n"

CASES = {
    "08.1": {
        "right": {
            "parts": "def serverless_cost(req, tok_in, tok_out, p_in, p_out, *, credit=0.0):\n    each = tok_in / 1e6 * p_in + tok_out / 1e6 * p_out\n    bill = req * each - credit\n    return bill if bill > 0 else 0.0",
            "decimal": "from decimal import Decimal as D\n" + S + "float(max(D(0), D(req) * (D(str(tok_in)) * D(str(p_in)) + D(str(tok_out)) * D(str(p_out))) / 10**6 - D(str(credit))))",
        },
        "wrong": {
            "per thousand": (S + "max(0.0, req * (tok_in * p_in + tok_out * p_out) / 1000 - credit)", "per-thousand"),
            "one price": (S + "max(0.0, req * (tok_in + tok_out) * p_in / 1e6 - credit)", "one-price"),
            "negative": (S + "req * (tok_in * p_in + tok_out * p_out) / 1e6 - credit", "negative-bill"),
            "rounded": (S + "max(0.0, round(req * (tok_in * p_in + tok_out * p_out) / 1e6 - credit, 2))", "rounds"),
            "no credit": (S + "req * (tok_in * p_in + tok_out * p_out) / 1e6", "credit-ignored"),
            "swapped": (S + "max(0.0, req * (tok_in * p_out + tok_out * p_in) / 1e6 - credit)", "prices-swapped"),
            "one request": (S + "max(0.0, (tok_in * p_in + tok_out * p_out) / 1e6 - credit)", "wrong-bill"),
            "text": (S + "f'US${req * (tok_in * p_in + tok_out * p_out) / 1e6}'", "wrong-type"),
            "no return": ("def serverless_cost(req, tok_in, tok_out, p_in, p_out, *, credit=0.0):\n    req * (tok_in * p_in + tok_out * p_out) / 1e6", "returns-none"),
        },
    },
    "08.2": {
        "right": {
            "minutes": E + "minutes = 60 * (hours - scaleup_h) * min_r + 60 * scaleup_h * max_r + 60 * init_h\n    return math.ceil(minutes - 1e-7) * rate / 60",
            "divmod": E + "whole, rest = divmod(round((min_r * hours + (max_r - min_r) * scaleup_h + init_h) * 60, 7), 1)\n    return (whole + (rest > 0)) * (rate / 60)",
        },
        "wrong": {
            "extra is max": (minutes("hours * min_r + scaleup_h * max_r + init_h"), "extra-is-max"),
            "hours": (E + "return rate * math.ceil(hours * min_r + scaleup_h * (max_r - min_r) + init_h)", "rounds-to-hours"),
            "no init": (minutes("hours * min_r + scaleup_h * (max_r - min_r)"), "init-not-billed"),
            "720": (minutes("720 * min_r + scaleup_h * (max_r - min_r) + init_h"), "month-of-720"),
            "exact": (E + "return rate * (hours * min_r + scaleup_h * (max_r - min_r) + init_h)", "no-rounding"),
            "never zero": (minutes("hours * max(1, min_r) + scaleup_h * (max_r - min_r) + init_h"), "never-zero"),
            "no scale-up": (minutes("hours * min_r + init_h"), "scale-up-ignored"),
            "down": (E + "return rate * math.floor(round((hours * min_r + scaleup_h * (max_r - min_r) + init_h) * 60, 6)) / 60", "rounds-down"),
            "always max": (minutes("hours * max_r + init_h"), "always-max"),
            "no return": (E + "rate * hours", "returns-none"),
        },
    },
    "08.3": {
        "right": {
            "while": B + "    if not cost_per_request:\n        return None\n    n = rate / cost_per_request\n    if n > capacity_rph:\n        return None\n    return n",
            "try": B + "    try:\n        n = rate / cost_per_request\n    except ZeroDivisionError:\n        n = float('inf')\n    return n if n <= capacity_rph else None",
        },
        "wrong": {
            "no capacity": (B + "    return rate / cost_per_request if cost_per_request else None", "ignores-capacity"),
            "inverted": (B + "    return cost_per_request / rate", "inverted"),
            "zero": (B + "    n = rate / cost_per_request\n    return n if n <= capacity_rph else None", "division-by-zero"),
            "boundary": (B + "    n = rate / cost_per_request if cost_per_request else capacity_rph\n    return n if n < capacity_rph else None", "boundary"),
            "infinity": (B + "    n = rate / cost_per_request if cost_per_request else float('inf')\n    return n if n <= capacity_rph or n == float('inf') else None", "free-calls"),
            "capped": (B + "    return min(capacity_rph, rate / cost_per_request) if cost_per_request else None", "ignores-capacity"),
            "per million": (B + "    n = rate / cost_per_request * 1e-6 if cost_per_request else 0\n    return n", "wrong-crossing"),
            "text": (B + "    return f'{rate / cost_per_request:.0f} per hour'", "wrong-type"),
            "no return": (B + "    rate / cost_per_request if cost_per_request else None", "returns-none"),
        },
    },
    "08.4": {
        "right": {
            "helper": ready(tried(RESUME + WAIT + "yield ep")),
            "class": """
class wait_ready:
    def __init__(self, ep, *, timeout, sleep, clock):
        self.ep, self.timeout, self.sleep, self.clock = ep, timeout, sleep, clock
    def __enter__(self):
        start = self.clock()
        try:
            if self.ep.status == "paused":
                self.ep.resume()
            while self.ep.status not in {"running", "scaledToZero"}:
                if "ailed" in self.ep.status:
                    raise RuntimeError("it failed")
                if self.clock() > start + self.timeout:
                    raise TimeoutError("too slow")
                self.sleep(5)
                self.ep.fetch()
        except BaseException:
            self.ep.pause()
            raise
        return self.ep
    def __exit__(self, *exc):
        self.ep.pause()
""",
        },
        "wrong": {
            "endless": (ready(tried(RESUME + "while ep.status not in ('running', 'scaledToZero'):\n    if 'ailed' in ep.status:\n        raise RuntimeError\n    sleep(5)\n    ep.fetch()\nyield ep")), "endless"),
            "zero fails": (ready(tried(RESUME + "while ep.status != 'running':\n    if ep.status in ('failed', 'updateFailed', 'scaledToZero'):\n        raise RuntimeError(ep.status)\n"
                                       "    if clock() - start > timeout:\n        raise TimeoutError\n    sleep(5)\n    ep.fetch()\nyield ep")), "zero-is-failure"),
            "only success": (ready("start = clock()\n" + RESUME + "try:\n" + "\n".join("    " + line for line in WAIT.strip().splitlines()) + "\nexcept BaseException:\n    ep.pause()\n    raise\nyield ep\nep.pause()"),
                             "pauses-only-on-success"),
            "after failure": (ready("start = clock()\n" + RESUME + WAIT + "try:\n    yield ep\nfinally:\n    ep.pause()"), "runs-on-after-failure"),
            "waits on failure": (ready(tried(RESUME + "while ep.status not in ('running', 'scaledToZero'):\n    if clock() - start > timeout:\n        raise TimeoutError\n    sleep(5)\n    ep.fetch()\nyield ep")),
                                 "waits-on-failure"),
            "not resumed": (ready(tried("if ep.status == 'paused':\n    ep.status = 'initializing'\n" + WAIT + "yield ep")), "not-resumed"),
            "never pauses": (ready("start = clock()\n" + RESUME + WAIT + "yield ep"), "never-pauses"),
            "too early": (ready(tried(RESUME + "if ep.status != 'running':\n    sleep(5)\n    ep.fetch()\nyield ep")), "enters-too-early"),
            "hides": (ready("start = clock()\n" + RESUME + "try:\n" + "\n".join("    " + line for line in WAIT.strip().splitlines()) + "\n    yield ep\nexcept KeyError:\n    pass\nfinally:\n    ep.pause()"),
                      "hides-errors"),
            "yields nothing": (ready(tried(RESUME + WAIT + "yield")), "yields-nothing"),
            "function": ("def wait_ready(ep, *, timeout, sleep, clock):\n    return ep", "no-context-manager"),
        },
    },
}
