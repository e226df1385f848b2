"""More answers to exercise 08.2: unusual ways to be right, and mistakes people make."""

CASES = {
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
}
