"""More answers to the exercises of lesson 08: mistakes people make, and unusual ways to be right."""

CASES = {
    "08.1": {
        "right": {
            "sum": """
def serverless_cost(req, tok_in, tok_out, p_in, p_out, *, credit=0.0):
    per = sum((t * p for t, p in ((tok_in, p_in), (tok_out, p_out)))) / 1000000.0
    return max(per * req - credit, 0)
""",
        },
        "wrong": {
            "fraction out": ("""
from decimal import Decimal as D


def serverless_cost(req, tok_in, tok_out, p_in, p_out, *, credit=0.0):
    return D(req) * (D(tok_in) * D(p_in) + D(tok_out) * D(p_out)) / 10**6
""", "wrong-type"),
            "per request credit": ("""
def serverless_cost(req, tok_in, tok_out, p_in, p_out, *, credit=0.0):
    return max(0.0, req * ((tok_in * p_in + tok_out * p_out) / 1000000.0 - credit))
""", "credit-per-request"),
            "no million": ("""
def serverless_cost(req, tok_in, tok_out, p_in, p_out, *, credit=0.0):
    return max(0.0, req * (tok_in * p_in + tok_out * p_out) - credit)
""", "per-token"),
            "abs": ("""
def serverless_cost(req, tok_in, tok_out, p_in, p_out, *, credit=0.0):
    return abs(req * (tok_in * p_in + tok_out * p_out) / 1000000.0 - credit)
""", "negative-bill"),
            "string": ("""
def serverless_cost(req, tok_in, tok_out, p_in, p_out, *, credit=0.0):
    return f"US${req * (tok_in * p_in + tok_out * p_out) / 1000000.0:.2f}"
""", "wrong-type"),
            "example": ("""
def serverless_cost(req, tok_in, tok_out, p_in, p_out, *, credit=0.0):
    return 0.5
""", "wrong-bill"),
            "cents": ("""
def serverless_cost(req, tok_in, tok_out, p_in, p_out, *, credit=0.0):
    return max(0.0, round(req * (tok_in * p_in + tok_out * p_out) / 1000000.0 - credit, 2))
""", "rounds"),
            "nan": ("""
def serverless_cost(req, tok_in, tok_out, p_in, p_out, *, credit=0.0):
    return float("nan")
""", "wrong-bill"),
            "mean price": ("""
def serverless_cost(req, tok_in, tok_out, p_in, p_out, *, credit=0.0):
    return max(0, req * (tok_in + tok_out) * (p_in + p_out) / 2 / 1000000.0 - credit)
""", "one-price"),
            "one request again": ("""
def serverless_cost(req, tok_in, tok_out, p_in, p_out, *, credit=0.0):
    return max(0, (tok_in * p_in + tok_out * p_out) / 1000000.0 - credit)
""", "wrong-bill"),
        },
    },
    "08.2": {
        "right": {
            "plain ceil": """
import math


def endpoint_cost(hours, rate, min_r, max_r, scaleup_h, *, init_h=0.0):
    h = (hours - scaleup_h) * min_r + scaleup_h * max_r + init_h
    return math.ceil(h * 60 - 1e-06) / 60 * rate
""",
            "numpy": """
import numpy as np


def endpoint_cost(hours, rate, min_r, max_r, scaleup_h, *, init_h=0.0):
    return np.ceil(np.round((hours * min_r + scaleup_h * (max_r - min_r) + init_h) * 60, 6)) * rate / 60
""",
        },
        "wrong": {
            "per replica init": ("""
import math


def endpoint_cost(hours, rate, min_r, max_r, scaleup_h, *, init_h=0.0):
    h = hours * min_r + scaleup_h * (max_r - min_r) + init_h * max_r
    return math.ceil(h * 60 - 1e-06) / 60 * rate
""", "init-per-replica"),
            "max all": ("""
import math


def endpoint_cost(hours, rate, min_r, max_r, scaleup_h, *, init_h=0.0):
    return math.ceil((hours * max_r + init_h) * 60 - 1e-06) / 60 * rate
""", "always-max"),
            "rate per minute": ("""
import math


def endpoint_cost(hours, rate, min_r, max_r, scaleup_h, *, init_h=0.0):
    h = hours * min_r + scaleup_h * (max_r - min_r) + init_h
    return math.ceil(h * 60 - 1e-06) * rate
""", "rate-per-minute"),
            "seconds": ("""
import math


def endpoint_cost(hours, rate, min_r, max_r, scaleup_h, *, init_h=0.0):
    h = hours * min_r + scaleup_h * (max_r - min_r) + init_h
    return math.ceil(h * 3600 - 1e-06) / 3600 * rate
""", "no-rounding"),
            "plus one minute": ("""
def endpoint_cost(hours, rate, min_r, max_r, scaleup_h, *, init_h=0.0):
    h = hours * min_r + scaleup_h * (max_r - min_r) + init_h
    return (int(h * 60) + 1) / 60 * rate
""", "one-minute-more"),
            "round": ("""
def endpoint_cost(hours, rate, min_r, max_r, scaleup_h, *, init_h=0.0):
    h = hours * min_r + scaleup_h * (max_r - min_r) + init_h
    return round(h * 60) / 60 * rate
""", "rounds-to-nearest"),
            "cents": ("""
import math


def endpoint_cost(hours, rate, min_r, max_r, scaleup_h, *, init_h=0.0):
    h = hours * min_r + scaleup_h * (max_r - min_r) + init_h
    return round(math.ceil(h * 60 - 1e-06) / 60 * rate, 2)
""", "rounds-money"),
            "example": ("""
def endpoint_cost(hours, rate, min_r, max_r, scaleup_h, *, init_h=0.0):
    return hours * rate
""", "scale-up-ignored"),
        },
    },
    "08.3": {
        "right": {
            "try again": """
def breakeven_rph(rate, cost_per_request, capacity_rph):
    try:
        x = rate / cost_per_request
    except ZeroDivisionError:
        return None
    return None if x > capacity_rph else x
""",
            "numpy": """
import numpy as np


def breakeven_rph(rate, cost_per_request, capacity_rph):
    if not cost_per_request:
        return
    x = np.float64(rate) / cost_per_request
    if x <= capacity_rph:
        return x
""",
        },
        "wrong": {
            "ceil": ("""
import math


def breakeven_rph(rate, cost_per_request, capacity_rph):
    if not cost_per_request:
        return None
    x = math.ceil(rate / cost_per_request - 1e-09)
    return x if x <= capacity_rph else None
""", "rounds"),
            "min": ("""
def breakeven_rph(rate, cost_per_request, capacity_rph):
    if not cost_per_request:
        return None
    return min(rate / cost_per_request, capacity_rph)
""", "ignores-capacity"),
            "inf": ("""
def breakeven_rph(rate, cost_per_request, capacity_rph):
    return rate / cost_per_request if cost_per_request and rate / cost_per_request <= capacity_rph else float("inf")
""", "ignores-capacity"),
            "minus one": ("""
def breakeven_rph(rate, cost_per_request, capacity_rph):
    return rate / cost_per_request if cost_per_request and rate / cost_per_request <= capacity_rph else -1
""", "ignores-capacity"),
            "month": ("""
def breakeven_rph(rate, cost_per_request, capacity_rph):
    x = rate * 730 / cost_per_request if cost_per_request else None
    return x
""", "wrong-crossing"),
            "strict": ("""
def breakeven_rph(rate, cost_per_request, capacity_rph):
    return rate / cost_per_request if cost_per_request and rate / cost_per_request < capacity_rph else None
""", "boundary"),
            "bool": ("""
def breakeven_rph(rate, cost_per_request, capacity_rph):
    return cost_per_request and rate / cost_per_request < capacity_rph
""", "wrong-type"),
            "example": ("""
def breakeven_rph(rate, cost_per_request, capacity_rph):
    return 1778
""", "rounds"),
        },
    },
    "08.4": {
        "right": {
            "class again": """
class wait_ready:
    def __init__(self, ep, *, timeout, sleep, clock):
        self.ep, self.timeout, self.sleep, self.clock = (ep, timeout, sleep, clock)

    def __enter__(self):
        try:
            t0 = self.clock()
            if self.ep.status == "paused":
                self.ep.resume()
            while self.ep.status not in ("running", "scaledToZero"):
                if "ailed" in self.ep.status:
                    raise RuntimeError(self.ep.status)
                if self.clock() - t0 > self.timeout:
                    raise TimeoutError
                self.sleep(5)
                self.ep.fetch()
            return self.ep
        except BaseException:
            self.ep.pause()
            raise

    def __exit__(self, *a):
        self.ep.pause()
""",
            "ask first": """
from contextlib import contextmanager


@contextmanager
def wait_ready(ep, *, timeout, sleep, clock):
    t0 = clock()
    try:
        if ep.status == "paused":
            ep.resume()
        while True:
            ep.fetch()
            if ep.status in {"running", "scaledToZero"}:
                break
            if ep.status in {"failed", "updateFailed"}:
                raise RuntimeError
            if clock() - t0 >= timeout:
                raise TimeoutError
            sleep(5)
        yield ep
    finally:
        ep.pause()
""",
            "exitstack": """
from contextlib import contextmanager, ExitStack


@contextmanager
def wait_ready(ep, *, timeout, sleep, clock):
    with ExitStack() as st:
        st.callback(ep.pause)
        end = clock() + timeout
        if ep.status == "paused":
            ep.resume()
        while ep.status not in ("running", "scaledToZero"):
            if ep.status in ("failed", "updateFailed"):
                raise RuntimeError(ep.status)
            if clock() > end:
                raise TimeoutError
            sleep(5)
            ep = ep.fetch()
        yield ep
""",
        },
        "wrong": {
            "except Exception": ("""
from contextlib import contextmanager


@contextmanager
def wait_ready(ep, *, timeout, sleep, clock):
    t0 = clock()
    try:
        if ep.status == "paused":
            ep.resume()
        while ep.status not in ("running", "scaledToZero"):
            if ep.status in ("failed", "updateFailed"):
                raise RuntimeError
            if clock() - t0 > timeout:
                raise TimeoutError
            sleep(5)
            ep.fetch()
        yield ep
    except Exception:
        ep.pause()
        raise
    else:
        ep.pause()
""", "pauses-only-on-success"),
            "busy": ("""
from contextlib import contextmanager


@contextmanager
def wait_ready(ep, *, timeout, sleep, clock):
    t0 = clock()
    try:
        if ep.status == "paused":
            ep.resume()
        while ep.status not in ("running", "scaledToZero"):
            if ep.status in ("failed", "updateFailed"):
                raise RuntimeError
            if clock() - t0 > timeout:
                raise TimeoutError
            ep.fetch()
        yield ep
    finally:
        ep.pause()
""", "asks-without-pause"),
            "sleep 1": ("""
from contextlib import contextmanager


@contextmanager
def wait_ready(ep, *, timeout, sleep, clock):
    t0 = clock()
    try:
        if ep.status == "paused":
            ep.resume()
        while ep.status not in ("running", "scaledToZero"):
            if ep.status in ("failed", "updateFailed"):
                raise RuntimeError
            if clock() - t0 > timeout:
                raise TimeoutError
            sleep(1)
            ep.fetch()
        yield ep
    finally:
        ep.pause()
""", "wrong-pause"),
            "time.sleep": ("""
import time
from contextlib import contextmanager


@contextmanager
def wait_ready(ep, *, timeout, sleep, clock):
    t0 = clock()
    try:
        if ep.status == "paused":
            ep.resume()
        while ep.status not in ("running", "scaledToZero"):
            if ep.status in ("failed", "updateFailed"):
                raise RuntimeError
            if clock() - t0 > timeout:
                raise TimeoutError
            time.sleep(5)
            ep.fetch()
        yield ep
    finally:
        ep.pause()
""", "really-sleeps"),
            "yields none": ("""
from contextlib import contextmanager


@contextmanager
def wait_ready(ep, *, timeout, sleep, clock):
    try:
        yield
    finally:
        ep.pause()
""", "yields-nothing"),
            "plain": ("""
def wait_ready(ep, *, timeout, sleep, clock):
    while ep.status != "running":
        sleep(5)
        ep.fetch()
    return ep
""", "no-context-manager"),
            "no decorator": ("""
def wait_ready(ep, *, timeout, sleep, clock):
    try:
        yield ep
    finally:
        ep.pause()
""", "no-context-manager"),
            "swallow": ("""
class wait_ready:
    def __init__(self, ep, *, timeout, sleep, clock):
        self.ep, self.timeout, self.sleep, self.clock = (ep, timeout, sleep, clock)

    def __enter__(self):
        try:
            t0 = self.clock()
            if self.ep.status == "paused":
                self.ep.resume()
            while self.ep.status not in ("running", "scaledToZero"):
                if "ailed" in self.ep.status:
                    raise RuntimeError(self.ep.status)
                if self.clock() - t0 > self.timeout:
                    raise TimeoutError
                self.sleep(5)
                self.ep.fetch()
            return self.ep
        except BaseException:
            self.ep.pause()
            raise

    def __exit__(self, *a):
        self.ep.pause()
        return True
""", "hides-errors"),
            "failed at first": ("""
from contextlib import contextmanager


@contextmanager
def wait_ready(ep, *, timeout, sleep, clock):
    t0 = clock()
    try:
        if ep.status in ("paused", "failed"):
            ep.resume()
        while ep.status not in ("running", "scaledToZero"):
            if ep.status in ("failed", "updateFailed"):
                raise RuntimeError
            if clock() - t0 > timeout:
                raise TimeoutError
            sleep(5)
            ep.fetch()
        yield ep
    finally:
        ep.pause()
""", "waits-on-failure"),
            "timeout as runtime": ("""
from contextlib import contextmanager


@contextmanager
def wait_ready(ep, *, timeout, sleep, clock):
    t0 = clock()
    try:
        if ep.status == "paused":
            ep.resume()
        while ep.status not in ("running", "scaledToZero"):
            if ep.status in ("failed", "updateFailed") or clock() - t0 > timeout:
                raise RuntimeError
            sleep(5)
            ep.fetch()
        yield ep
    finally:
        ep.pause()
""", "no-timeout"),
            "count turns": ("""
from contextlib import contextmanager


@contextmanager
def wait_ready(ep, *, timeout, sleep, clock):
    try:
        if ep.status == "paused":
            ep.resume()
        for _ in range(timeout):
            if ep.status in ("running", "scaledToZero"):
                break
            if ep.status in ("failed", "updateFailed"):
                raise RuntimeError
            sleep(5)
            ep.fetch()
        else:
            raise TimeoutError
        yield ep
    finally:
        ep.pause()
""", "timeout-not-kept"),
        },
    },
}
