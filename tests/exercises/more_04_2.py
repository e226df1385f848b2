"""More answers to exercise 04.2: unusual ways to be right, and mistakes people make."""

CASES = {
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
}
