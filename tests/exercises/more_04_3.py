"""More answers to exercise 04.3: unusual ways to be right, and mistakes people make."""

CASES = {
    "04.3": {
        "right": {
            "heapq": """
import heapq


def search(q, docs_emb, k):
    s = docs_emb @ q
    return [(i, float(s[i])) for i in heapq.nlargest(k, range(len(s)), key=lambda i: s[i])]
""",
            "np ints": """
import numpy as np


def search(q, docs_emb, k):
    s = docs_emb @ q
    o = np.argsort(-s, kind="mergesort")[:k]
    return list(zip(o, s[o]))
""",
            "list pairs": """
import numpy as np


def search(q, docs_emb, k):
    s = [float(d @ q) for d in docs_emb]
    o = sorted(range(len(s)), key=lambda i: (-s[i], i))
    return [[i, s[i]] for i in o[:k]]
""",
            "namedtuple": """
import numpy as np
from typing import NamedTuple


class Hit(NamedTuple):
    row: int
    score: float


def search(q, docs_emb, k):
    s = docs_emb.dot(q)
    return [Hit(int(i), float(s[i])) for i in np.argsort(-s, kind="stable")][:k]
""",
            "heapq, another way": """
import heapq


def search(q, docs_emb, k):
    scored = ((float(s), -i) for i, s in enumerate(docs_emb @ q))
    return [(-i, s) for s, i in heapq.nlargest(k, scored)]
""",
            "pure Python": """
def search(q, docs_emb, k):
    result = []
    for number, row in enumerate(docs_emb.tolist()):
        result.append((number, sum(a * b for a, b in zip(row, q.tolist()))))
    result.sort(key=lambda pair: pair[1], reverse=True)
    return result[:k]
""",
            "dataclass order": """
from dataclasses import dataclass, field
from itertools import islice


@dataclass(order=True)
class Hit:
    minus: float
    row: int


def search(q, docs_emb, k):
    hits = sorted(Hit(-float(np.dot(row, q)), n) for n, row in enumerate(docs_emb))
    return [(hit.row, -hit.minus) for hit in islice(hits, k)]
""",
        },
        "wrong": {
            "dist sorted": ("""
import numpy as np


def search(q, docs_emb, k):
    d = np.linalg.norm(docs_emb - q, axis=1)
    o = np.argsort(d, kind="stable")[:k]
    return [(int(i), float(1 - d[i])) for i in o]
""", "not-similarities"),
            "swapped": ("""
import numpy as np


def search(q, docs_emb, k):
    s = docs_emb @ q
    return [(float(s[i]), int(i)) for i in np.argsort(-s, kind="stable")[:k]]
""", "not-numbers"),
            "reverse sort": ("""
import numpy as np


def search(q, docs_emb, k):
    s = docs_emb @ q
    return [(i, float(v)) for v, i in sorted(zip(s, range(len(s))), reverse=True)[:k]]
""", "unstable-ties"),
            "max only": ("""
import numpy as np


def search(q, docs_emb, k):
    s = docs_emb @ q
    return [(int(s.argmax()), float(s.max()))]
""", "wrong-number"),
            "k plus": ("""
import numpy as np


def search(q, docs_emb, k):
    s = docs_emb @ q
    return [(int(i), float(s[i])) for i in np.argsort(-s, kind="stable")[: k + 1]]
""", "wrong-number"),
            "threshold": ("""
import numpy as np


def search(q, docs_emb, k):
    s = docs_emb @ q
    return [(int(i), float(s[i])) for i in np.argsort(-s, kind="stable")[:k] if s[i] > 0]
""", "wrong-number"),
            "one based": ("""
import numpy as np


def search(q, docs_emb, k):
    s = docs_emb @ q
    return [(int(i) + 1, float(s[i])) for i in np.argsort(-s, kind="stable")[:k]]
""", "one-based"),
            "abs": ("""
import numpy as np


def search(q, docs_emb, k):
    s = np.abs(docs_emb @ q)
    return [(int(i), float(s[i])) for i in np.argsort(-s, kind="stable")[:k]]
""", "absolute"),
            "dict": ("""
import numpy as np


def search(q, docs_emb, k):
    s = docs_emb @ q
    return {int(i): float(s[i]) for i in np.argsort(-s, kind="stable")[:k]}
""", "wrong-type"),
            "sorts docs": ("""
import numpy as np


def search(q, docs_emb, k):
    s = docs_emb @ q
    o = np.argsort(-s, kind="stable")
    docs_emb[:] = docs_emb[o]
    return [(int(i), float(s[i])) for i in o[:k]]
""", "mutates-input"),
            "generator": ("""
import numpy as np


def search(q, docs_emb, k):
    s = docs_emb @ q
    return ((int(i), float(s[i])) for i in np.argsort(-s, kind="stable")[:k])
""", "wrong-type"),
            "round": ("""
import numpy as np


def search(q, docs_emb, k):
    s = docs_emb @ q
    return [(int(i), round(float(s[i]), 2)) for i in np.argsort(-s, kind="stable")[:k]]
""", "rounds"),
            "pairs swapped": ("""
def search(q, docs_emb, k):
    s = docs_emb @ q
    return [(float(s[i]), int(i)) for i in np.argsort(-s, kind="stable")[:k]]
""", "not-numbers"),
            "numbers from one": ("""
def search(q, docs_emb, k):
    s = docs_emb @ q
    return [(int(i) + 1, float(s[i])) for i in np.argsort(-s, kind="stable")[:k]]
""", "one-based"),
            "k plus one": ("""
def search(q, docs_emb, k):
    s = docs_emb @ q
    return [(int(i), float(s[i])) for i in np.argsort(-s, kind="stable")[:k + 1]]
""", "wrong-number"),
            "always three": ("""
def search(q, docs_emb, k=3):
    s = docs_emb @ q
    return [(int(i), float(s[i])) for i in np.argsort(-s, kind="stable")[:3]]
""", "wrong-number"),
            "sorts the documents": ("""
def search(q, docs_emb, k):
    docs_emb.sort(axis=0)
    s = docs_emb @ q
    return [(int(i), float(s[i])) for i in np.argsort(-s, kind="stable")[:k]]
""", "mutates-input"),
            "a generator": ("""
def search(q, docs_emb, k):
    s = docs_emb @ q
    for i in np.argsort(-s, kind="stable")[:k]:
        yield int(i), float(s[i])
""", "wrong-type"),
            "rounded": ("""
def search(q, docs_emb, k):
    s = (docs_emb @ q).round(2)
    return [(int(i), float(s[i])) for i in np.argsort(-s, kind="stable")[:k]]
""", "rounds"),
        },
    },
}
