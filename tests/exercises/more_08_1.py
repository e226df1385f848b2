"""More answers to exercise 08.1: unusual ways to be right, and mistakes people make."""

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
    return int(100 * max(0.0, req * (tok_in * p_in + tok_out * p_out) / 1000000.0 - credit)) / 100
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
}
