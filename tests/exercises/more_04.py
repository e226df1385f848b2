"""More answers to the exercises of lesson 04: mistakes people make, and unusual ways to be right."""

CASES = {
    "04.1": {
        "right": {
            "array_split": """
import numpy as np


def embed(client, texts, *, model, batch=16):
    if not texts:
        return np.empty((0, 0))
    n = -(-len(texts) // batch)
    return np.concatenate([client.feature_extraction(list(map(str, c)), model=model) for c in np.array_split(texts, n)])
""",
            "batched": """
import numpy as np
from itertools import islice


def embed(client, texts, *, model, batch=16):
    it = iter(texts)
    out = []
    while chunk := list(islice(it, batch)):
        out.extend(client.feature_extraction(chunk, model=model))
    return np.array(out) if out else np.zeros((0, 0))
""",
            "threads": """
import numpy as np
from concurrent.futures import ThreadPoolExecutor


def embed(client, texts, *, model, batch=16):
    if len(texts) == 0:
        return np.zeros((0, 0))
    cs = [texts[i : i + batch] for i in range(0, len(texts), batch)]
    with ThreadPoolExecutor(2) as p:
        return np.vstack(list(p.map(lambda c: client.feature_extraction(c, model=model), cs)))
""",
            "float64": """
import numpy as np


def embed(client, texts, *, model, batch=16):
    if not texts:
        return np.zeros((0, 0))
    return np.vstack(
        [
            np.asarray(client.feature_extraction(texts[i : i + batch], model=model), dtype=np.float64)
            for i in range(0, len(texts), batch)
        ]
    )
""",
        },
        "wrong": {
            "pops": ("""
import numpy as np


def embed(client, texts, *, model, batch=16):
    if not texts:
        return np.zeros((0, 0))
    out = []
    while texts:
        c = [texts.pop(0) for _ in range(min(batch, len(texts)))]
        out.append(client.feature_extraction(c, model=model))
    return np.vstack(out)
""", "mutates-input"),
            "batch 32": ("""
import numpy as np


def embed(client, texts, *, model, batch=32):
    if not texts:
        return np.zeros((0, 0))
    return np.vstack(
        [client.feature_extraction(texts[i : i + batch], model=model) for i in range(0, len(texts), batch)]
    )
""", "other-default"),
            "hard model": ("""
import numpy as np


def embed(client, texts, *, model, batch=16):
    if not texts:
        return np.zeros((0, 0))
    return np.vstack(
        [client.feature_extraction(texts[i : i + batch], model="practice/embed") for i in range(0, len(texts), batch)]
    )
""", "model-dropped"),
            "default list": ("""
import numpy as np


def embed(client, texts, *, model, batch=16, out=[]):
    if not texts:
        return np.zeros((0, 0))
    for i in range(0, len(texts), batch):
        out.append(client.feature_extraction(texts[i : i + batch], model=model))
    return np.vstack(out)
""", "carries-over"),
            "hstack": ("""
import numpy as np


def embed(client, texts, *, model, batch=16):
    if not texts:
        return np.zeros((0, 0))
    return np.hstack(
        [client.feature_extraction(texts[i : i + batch], model=model) for i in range(0, len(texts), batch)]
    )
""", "crashed"),
            "list of arrays": ("""
import numpy as np


def embed(client, texts, *, model, batch=16):
    return np.array(
        [client.feature_extraction(texts[i : i + batch], model=model) for i in range(0, len(texts), batch)],
        dtype=object,
    )
""", "wrong-dimensions"),
            "strip lower": ("""
import numpy as np


def embed(client, texts, *, model, batch=16):
    if not texts:
        return np.zeros((0, 0))
    return np.vstack(
        [
            client.feature_extraction([t.lower() for t in texts[i : i + batch]], model=model)
            for i in range(0, len(texts), batch)
        ]
    )
""", "texts-changed"),
            "set": ("""
import numpy as np


def embed(client, texts, *, model, batch=16):
    texts = sorted(set(texts))
    if not texts:
        return np.zeros((0, 0))
    return np.vstack(
        [client.feature_extraction(texts[i : i + batch], model=model) for i in range(0, len(texts), batch)]
    )
""", "wrong-order"),
            "empty sent": ("""
import numpy as np


def embed(client, texts, *, model, batch=16):
    r = client.feature_extraction(texts or [""], model=model)
    return (
        np.vstack([client.feature_extraction(texts[i : i + batch], model=model) for i in range(0, len(texts), batch)])
        if texts
        else np.zeros((0, 0))
    )
""", "ignores-batch"),
            "joined": ("""
import numpy as np


def embed(client, texts, *, model, batch=16):
    if not texts:
        return np.zeros((0, 0))
    return np.vstack(
        [client.feature_extraction(" ".join(texts[i : i + batch]), model=model) for i in range(0, len(texts), batch)]
    )
""", "wrong-batches"),
            "padded": ("""
import numpy as np


def embed(client, texts, *, model, batch=16):
    if not texts:
        return np.zeros((0, 0))
    out = []
    for i in range(0, len(texts), batch):
        c = texts[i : i + batch]
        c = c + [""] * (batch - len(c))
        out.append(client.feature_extraction(c, model=model))
    return np.vstack(out)[: len(texts)]
""", "wrong-batches"),
        },
    },
    "04.2": {
        "right": {
            "einsum": """
import numpy as np


def cosine(A, B):
    A = np.asarray(A, float)
    B = np.asarray(B, float)
    d = np.linalg.norm(A, axis=1)[:, None] * np.linalg.norm(B, axis=1)[None]
    return np.divide(np.einsum("id,jd->ij", A, B), d, out=np.zeros_like(d), where=d > 0)
""",
            "loops": """
import numpy as np


def cos(u, v):
    n = np.sqrt(u @ u) * np.sqrt(v @ v)
    return float(u @ v / n) if n else 0.0


def cosine(A: np.ndarray, B: np.ndarray) -> np.ndarray:
    return np.array([[cos(a, b) for b in B] for a in A])
""",
            "eps": """
import numpy as np


def cosine(A, B):
    n = lambda x: x / (np.linalg.norm(x, axis=1, keepdims=True) + 1e-12)
    return n(A) @ n(B).T
""",
        },
        "wrong": {
            "only A": ("""
import numpy as np


def cosine(A, B):
    L = np.linalg.norm(A, axis=1, keepdims=True)
    L[L == 0] = 1
    return A / L @ B.T
""", "one-side-only"),
            "zero A only": ("""
import numpy as np


def cosine(A, B):
    L = np.linalg.norm(A, axis=1, keepdims=True)
    L[L == 0] = 1
    return A / L @ (B / np.linalg.norm(B, axis=1, keepdims=True)).T
""", "nan-for-zero-row"),
            "abs": ("""
import numpy as np


def cosine(A, B):
    n = lambda x: x / (np.linalg.norm(x, axis=1, keepdims=True) + 1e-12)
    return np.abs(n(A) @ n(B).T)
""", "absolute"),
            "clip 0": ("""
import numpy as np


def cosine(A, B):
    n = lambda x: x / (np.linalg.norm(x, axis=1, keepdims=True) + 1e-12)
    return np.clip(n(A) @ n(B).T, 0, 1)
""", "wrong-values"),
            "round": ("""
import numpy as np


def cosine(A, B):
    n = lambda x: x / (np.linalg.norm(x, axis=1, keepdims=True) + 1e-12)
    return (n(A) @ n(B).T).round(2)
""", "rounds"),
            "list": ("""
import numpy as np


def cosine(A, B):
    n = lambda x: x / (np.linalg.norm(x, axis=1, keepdims=True) + 1e-12)
    return (n(A) @ n(B).T).tolist()
""", "wrong-type"),
            "paired": ("""
import numpy as np


def cosine(A, B):
    n = lambda x: x / (np.linalg.norm(x, axis=1, keepdims=True) + 1e-12)
    return (n(A)[: len(B)] * n(B)[: len(A)]).sum(axis=1)
""", "wrong-shape"),
            "example": ("""
import numpy as np


def cosine(A, B):
    return np.array([[1.0, 0.0]])
""", "wrong-shape"),
            "big eps": ("""
import numpy as np


def cosine(A, B):
    n = lambda x: x / (np.linalg.norm(x, axis=1, keepdims=True) + 0.001)
    return n(A) @ n(B).T
""", "wrong-values"),
            "squared norm": ("""
import numpy as np


def cosine(A, B):
    n = lambda x: x / np.maximum((x**2).sum(axis=1, keepdims=True), 1e-12)
    return n(A) @ n(B).T
""", "wrong-values"),
            "zero is nan hidden": ("""
import numpy as np


def cosine(A, B):
    n = lambda x: x / np.linalg.norm(x, axis=1, keepdims=True)
    r = n(A) @ n(B).T
    r[np.isnan(r)] = 1.0
    return r
""", "zero-row-wrong"),
        },
    },
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
        },
    },
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
