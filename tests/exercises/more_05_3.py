"""More answers to exercise 05.3: unusual ways to be right, and mistakes people make."""

CASES = {
    "05.3": {
        "right": {
            "dict index": """
import numpy as np


def confusion(y, p, labels):
    at = {l: i for i, l in enumerate(labels)}
    m = np.zeros((len(labels),) * 2, dtype=np.int32)
    for a, b in zip(y, p):
        m[at[a], at[b]] += 1
    return m
""",
            "comprehension": """
import numpy as np


def confusion(y, p, labels):
    return np.array([[sum((a == r and b == c for a, b in zip(y, p))) for c in labels] for r in labels])
""",
            "bincount": """
import numpy as np


def confusion(y, p, labels):
    n = len(labels)
    i = [labels.index(a) * n + labels.index(b) for a, b in zip(y, p)]
    return np.bincount(np.array(i, dtype=int), minlength=n * n).reshape(n, n)
""",
            "Counter": """
from collections import Counter


def confusion(y, p, labels):
    seen = Counter(zip(y, p, strict=True))
    return np.array([[seen[a, b] for b in labels] for a in labels], dtype=int)
""",
            "one-hot product": """
def confusion(y, p, labels):
    one_hot = lambda words: (np.asarray(words, dtype=object)[:, None] == np.asarray(labels, dtype=object)[None]).astype(np.int64)
    return one_hot(y).T @ one_hot(p)
""",
            "bincount, another way": """
def confusion(y, p, labels):
    n, place = len(labels), {label: i for i, label in enumerate(labels)}
    flat = np.array([place[a] * n + place[b] for a, b in zip(y, p)], dtype=int)
    return np.bincount(flat, minlength=n * n).reshape(n, n)
""",
        },
        "wrong": {
            "list": ("""
import numpy as np


def confusion(y, p, labels):
    return [[sum((a == r and b == c for a, b in zip(y, p))) for c in labels] for r in labels]
""", "wrong-type"),
            "labels seen": ("""
import numpy as np


def confusion(y, p, labels):
    labels = [l for l in labels if l in y or l in p]
    return np.array([[sum((a == r and b == c for a, b in zip(y, p))) for c in labels] for r in labels])
""", "drops-classes"),
            "set once again": ("""
import numpy as np


def confusion(y, p, labels):
    m = np.zeros((len(labels),) * 2, int)
    m[[labels.index(a) for a in y], [labels.index(b) for b in p]] += 1
    return m
""", "wrong-counts"),
            "sorts in place": ("""
import numpy as np


def confusion(y, p, labels):
    labels.sort()
    return np.array([[sum((a == r and b == c for a, b in zip(y, p))) for c in labels] for r in labels])
""", "sorted-labels"),
            "skips last": ("""
import numpy as np


def confusion(y, p, labels):
    m = np.zeros((len(labels),) * 2, int)
    for i in range(len(y) - 1):
        m[labels.index(y[i]), labels.index(p[i])] += 1
    return m
""", "loses-last-pair"),
            "percent": ("""
import numpy as np


def confusion(y, p, labels):
    m = np.zeros((len(labels),) * 2)
    for a, b in zip(y, p):
        m[labels.index(a), labels.index(b)] += 1
    return m / max(1, m.sum()) * 100
""", "wrong-counts"),
            "bool": ("""
import numpy as np


def confusion(y, p, labels):
    m = np.zeros((len(labels),) * 2, bool)
    for a, b in zip(y, p):
        m[labels.index(a), labels.index(b)] = True
    return m
""", "not-integers"),
            "global matrix": ("""
import numpy as np

M = {}


def confusion(y, p, labels):
    for a, b in zip(y, p):
        M[a, b] = M.get((a, b), 0) + 1
    return np.array([[M.get((r, c), 0) for c in labels] for r in labels])
""", "carries-over"),
            "example": ("""
import numpy as np


def confusion(y, p, labels):
    return np.array([[1, 0], [1, 0]])
""", "constant"),
            "dict": ("""
from collections import Counter


def confusion(y, p, labels):
    return Counter(zip(y, p))
""", "wrong-type"),
            "prints": ("""
import numpy as np


def confusion(y, p, labels):
    print(np.zeros((2, 2)))
""", "returns-none"),
            "columns first": ("""
def confusion(y, p, labels):
    m = np.zeros((len(labels), len(labels)), dtype=int)
    for a, b in zip(y, p):
        m[labels.index(b), labels.index(a)] += 1
    return m
""", "transposed"),
            "ones": ("""
def confusion(y, p, labels):
    m = np.ones((len(labels), len(labels)), dtype=int)
    for a, b in zip(y, p):
        m[labels.index(a), labels.index(b)] += 1
    return m
""", "begins-at-one"),
            "sets instead of counts": ("""
def confusion(y, p, labels):
    m = np.zeros((len(labels), len(labels)), dtype=int)
    for a, b in zip(y, p):
        m[labels.index(a), labels.index(b)] = 1
    return m
""", "wrong-counts"),
            "labels seen, another way": ("""
def confusion(y, p, labels):
    labels = sorted(set(y) | set(p))
    m = np.zeros((len(labels), len(labels)), dtype=int)
    for a, b in zip(y, p):
        m[labels.index(a), labels.index(b)] += 1
    return m
""", "drops-classes"),
            "last pair lost": ("""
def confusion(y, p, labels):
    m = np.zeros((len(labels), len(labels)), dtype=int)
    for i in range(len(y) - 1):
        m[labels.index(y[i]), labels.index(p[i])] += 1
    return m
""", "loses-last-pair"),
            "sorts the labels": ("""
def confusion(y, p, labels):
    labels.sort()
    m = np.zeros((len(labels), len(labels)), dtype=int)
    for a, b in zip(y, p):
        m[labels.index(a), labels.index(b)] += 1
    return m
""", "sorted-labels"),
            "lists": ("""
def confusion(y, p, labels):
    return [[sum(a == r and b == c for a, b in zip(y, p)) for c in labels] for r in labels]
""", "wrong-type"),
        },
    },
}
