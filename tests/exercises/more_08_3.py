"""More answers to exercise 08.3: unusual ways to be right, and mistakes people make."""

CASES = {
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
            "conditional": """
def breakeven_rph(rate, cost_per_request, capacity_rph):
    crossing = rate / cost_per_request if cost_per_request else float("inf")
    return crossing if crossing <= capacity_rph else None
""",
            "early returns": """
def breakeven_rph(rate: float, cost_per_request: float, capacity_rph: float) -> float | None:
    if cost_per_request <= 0:
        return None
    if capacity_rph * cost_per_request < rate and rate / cost_per_request > capacity_rph:
        return None
    return rate / cost_per_request
""",
            "exception": """
def breakeven_rph(rate, cost_per_request, capacity_rph):
    try:
        needed = rate / cost_per_request
    except ZeroDivisionError:
        needed = None
    return None if needed is None or needed > capacity_rph else needed
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
            "rounded": ("""
def breakeven_rph(rate, cost_per_request, capacity_rph):
    if not cost_per_request:
        return None
    r = round(rate / cost_per_request)
    return r if r <= capacity_rph else None
""", "rounds"),
            "the other way round": ("""
def breakeven_rph(rate, cost_per_request, capacity_rph):
    if not cost_per_request:
        return None
    r = cost_per_request / rate
    return r if r <= capacity_rph else None
""", "inverted"),
            "capped, another way": ("""
def breakeven_rph(rate, cost_per_request, capacity_rph):
    if not cost_per_request:
        return None
    r = rate / cost_per_request
    return capacity_rph if r > capacity_rph else r
""", "ignores-capacity"),
            "a second": ("""
def breakeven_rph(rate, cost_per_request, capacity_rph):
    if not cost_per_request:
        return None
    r = rate / 3600 / cost_per_request
    return r if r <= capacity_rph else None
""", "per-second"),
            "the example": ("""
def breakeven_rph(rate, cost_per_request, capacity_rph):
    return 0.80 / 0.00045
""", "constant"),
            "infinite": ("""
def breakeven_rph(rate, cost_per_request, capacity_rph):
    if cost_per_request == 0:
        return float("inf")
    r = rate / cost_per_request
    return r if r <= capacity_rph else None
""", "free-calls"),
            "prints": ("""
def breakeven_rph(rate, cost_per_request, capacity_rph):
    if cost_per_request and rate / cost_per_request <= capacity_rph:
        print(rate / cost_per_request)
""", "returns-none"),
        },
    },
}
