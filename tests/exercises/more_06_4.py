"""More answers to exercise 06.4: unusual ways to be right, and mistakes people make."""

CASES = {
    "06.4": {
        "right": {
            "fraction": """
from fractions import Fraction as F


def plan_batch(n, price, budget):
    p, b = (F(str(price)), F(str(budget)))
    return n if p == 0 else sorted((0, b // p, n))[1]
""",
            "quantize": """
from decimal import Decimal as D, ROUND_FLOOR


def plan_batch(n, price, budget):
    p, b = map(D, (str(price), str(budget)))
    if not p:
        return n
    return max(0, min(int((b / p).to_integral_value(ROUND_FLOOR)), n))
""",
            "numpy int": """
import numpy as np
from decimal import Decimal as D


def plan_batch(n, price, budget):
    p, b = (D(str(price)), D(str(budget)))
    return np.int64(n if p == 0 else max(0, min(n, b // p)))
""",
            "Fraction": """
from fractions import Fraction


def plan_batch(n, price, budget):
    price, budget = Fraction(str(price)), Fraction(str(budget))
    return n if price == 0 else max(0, min(n, budget // price))
""",
            "counting": """
from decimal import Decimal
from itertools import accumulate, repeat, takewhile


def plan_batch(n, price, budget):
    exact = lambda value: Decimal(str(value))
    spent = accumulate(repeat(exact(price), n))
    return sum(1 for _ in takewhile(lambda total: total <= exact(budget), spent)) if exact(price) else n
""",
            "early returns": """
import decimal


def plan_batch(n: int, price, budget) -> int:
    price, budget = map(decimal.Decimal, map(str, (price, budget)))
    if not price:
        return n
    if budget <= 0:
        return 0
    most = int((budget / price).to_integral_value(decimal.ROUND_FLOOR))
    if most * price > budget:
        most -= 1
    return min(most, n)
""",
        },
        "wrong": {
            "eps": ("""
def plan_batch(n, price, budget):
    p, b = (float(price), float(budget))
    return n if p == 0 else max(0, min(n, int(b / p + 1e-09)))
""", "over-budget"),
            "round": ("""
def plan_batch(n, price, budget):
    p, b = (float(price), float(budget))
    return n if p == 0 else max(0, min(n, round(b / p)))
""", "over-budget"),
            "cents": ("""
def plan_batch(n, price, budget):
    p, b = (round(float(price) * 100), round(float(budget) * 100))
    return n if p == 0 else max(0, min(n, b // p))
""", "over-budget"),
            "micro": ("""
def plan_batch(n, price, budget):
    p, b = (round(float(price) * 10**6), round(float(budget) * 10**6))
    return n if p == 0 else max(0, min(n, b // p))
""", "over-budget"),
            "ceil again": ("""
import math


def plan_batch(n, price, budget):
    p, b = (float(price), float(budget))
    return n if p == 0 else max(0, min(n, math.ceil(b / p)))
""", "over-budget"),
            "float result": ("""
from decimal import Decimal as D


def plan_batch(n, price, budget):
    p, b = (D(str(price)), D(str(budget)))
    return float(n) if p == 0 else float(max(0, min(n, b // p)))
""", "not-whole"),
            "catch all": ("""
def plan_batch(n, price, budget):
    try:
        return max(0, min(n, int(budget // price)))
    except Exception:
        return n
""", "float-floor"),
            "str out": ("""
from decimal import Decimal as D


def plan_batch(n, price, budget):
    p, b = (D(str(price)), D(str(budget)))
    return str(n if p == 0 else max(0, min(n, b // p)))
""", "not-whole"),
            "sub loop": ("""
def plan_batch(n, price, budget):
    k = 0
    b = float(budget)
    p = float(price)
    while k < n and b >= p:
        b -= p
        k += 1
    return k
""", "float-floor"),
            "one too few": ("""
from decimal import Decimal as D


def plan_batch(n, price, budget):
    p, b = (D(str(price)), D(str(budget)))
    k = 0
    while k < n and (k + 1) * p < b:
        k += 1
    return k
""", "strictly-less"),
            "true": ("""
def plan_batch(n, price, budget):
    return True
""", "not-whole"),
            "floats": ("""
def plan_batch(n, price, budget):
    if float(price) == 0:
        return n
    return max(0, min(n, int(float(budget) / float(price))))
""", "float-floor"),
            "rounds to the nearest": ("""
from decimal import Decimal


def plan_batch(n, price, budget):
    price, budget = Decimal(str(price)), Decimal(str(budget))
    if price == 0:
        return n
    return max(0, min(n, round(budget / price)))
""", "over-budget"),
            "one too few, another way": ("""
from decimal import Decimal


def plan_batch(n, price, budget):
    price, budget = Decimal(str(price)), Decimal(str(budget))
    if price == 0:
        return n
    made = 0
    while made < n and (made + 1) * price < budget:
        made += 1
    return made
""", "strictly-less"),
            "Decimal of the float": ("""
from decimal import Decimal


def plan_batch(n, price, budget):
    price, budget = Decimal(price), Decimal(budget)
    if price == 0:
        return n
    return max(0, min(n, int(budget // price)))
""", "float-floor"),
            "catches the zero": ("""
from decimal import Decimal


def plan_batch(n, price, budget):
    try:
        return max(0, min(n, int(Decimal(str(budget)) // Decimal(str(price)))))
    except Exception:
        return 0
""", "price-zero"),
            "the money left": ("""
from decimal import Decimal


def plan_batch(n, price, budget):
    price, budget = Decimal(str(price)), Decimal(str(budget))
    if price == 0:
        return n
    return budget - min(n, budget // price) * price
""", "not-whole"),
        },
    },
}
