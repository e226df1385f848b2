"""More answers to exercise 04.4: unusual ways to be right, and mistakes people make."""

CASES = {
    "04.4": {
        "right": {
            "pr": """
def best_threshold(scores, same):
    best = (-1, None)
    for t in sorted(set(scores)):
        tp = sum((1 for s, y in zip(scores, same) if s >= t and y))
        p = tp / sum((s >= t for s in scores))
        r = tp / sum(same)
        f = 2 * p * r / (p + r) if p + r else 0
        if f > best[0] + 1e-12:
            best = (f, t)
    return best[1]
""",
            "np unique": """
import numpy as np


def best_threshold(scores, same):
    s = np.array(scores)
    y = np.array(same)
    u = np.unique(s)
    f = [2 * ((s >= t) & y).sum() / ((s >= t).sum() + y.sum()) for t in u]
    return u[int(np.argmax(f))]
""",
        },
        "wrong": {
            "starts at 0": ("""
def best_threshold(scores, same):
    best, bt = (0, 0.0)
    for t in sorted(set(scores)):
        tp = sum((1 for s, y in zip(scores, same) if s >= t and y))
        f = 2 * tp / (sum((s >= t for s in scores)) + sum(same))
        if f >= best:
            best, bt = (f, t)
    return bt
""", "not-the-smallest"),
            "grid": ("""
import numpy as np


def best_threshold(scores, same):
    s = np.array(scores)
    y = np.array(same)
    g = np.linspace(0, 1, 101)
    return float(max(g, key=lambda t: 2 * ((s >= t) & y).sum() / ((s >= t).sum() + y.sum())))
""", "not-the-smallest"),
            "sorts": ("""
def best_threshold(scores, same):
    scores.sort()
    return max(
        scores,
        key=lambda t: (
            2 * sum((s >= t and y for s, y in zip(scores, same))) / (sum((s >= t for s in scores)) + sum(same))
        ),
    )
""", "wrong-threshold"),
            "min of same": ("""
def best_threshold(scores, same):
    return min((s for s, y in zip(scores, same) if y))
""", "wrong-threshold"),
            "recall": ("""
def best_threshold(scores, same):
    return max(sorted(set(scores)), key=lambda t: sum((s >= t and y for s, y in zip(scores, same))) / sum(same))
""", "wrong-threshold"),
            "precision": ("""
def best_threshold(scores, same):
    return max(
        sorted(set(scores)),
        key=lambda t: sum((s >= t and y for s, y in zip(scores, same))) / sum((s >= t for s in scores)),
    )
""", "accuracy"),
            "tuple": ("""
def best_threshold(scores, same):
    r = [
        (2 * sum((s >= t and y for s, y in zip(scores, same))) / (sum((s >= t for s in scores)) + sum(same)), t)
        for t in scores
    ]
    return max(r)
""", "wrong-type"),
            "max of tuples": ("""
def best_threshold(scores, same):
    r = [
        (2 * sum((s >= t and y for s, y in zip(scores, same))) / (sum((s >= t for s in scores)) + sum(same)), t)
        for t in scores
    ]
    return max(r)[1]
""", "not-the-smallest"),
            "f1 value": ("""
def best_threshold(scores, same):
    return max(
        (
            2 * sum((s >= t and y for s, y in zip(scores, same))) / (sum((s >= t for s in scores)) + sum(same))
            for t in scores
        )
    )
""", "wrong-threshold"),
            "example": ("""
def best_threshold(scores, same):
    return 0.6
""", "not-the-smallest"),
            "index": ("""
import numpy as np


def best_threshold(scores, same):
    s = np.array(scores)
    y = np.array(same)
    u = np.unique(s)
    return int(np.argmax([2 * ((s >= t) & y).sum() / ((s >= t).sum() + y.sum()) for t in u]))
""", "wrong-threshold"),
            "midpoint": ("""
def best_threshold(scores, same):
    u = sorted(set(scores))
    t = max(
        u,
        key=lambda t: (
            2 * sum((s >= t and y for s, y in zip(scores, same))) / (sum((s >= t for s in scores)) + sum(same))
        ),
    )
    i = u.index(t)
    return (u[i - 1] + t) / 2 if i else t
""", "constant"),
        },
    },
}
