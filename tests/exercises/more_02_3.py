"""More answers to exercise 02.3: unusual ways to be right, and mistakes people make."""

CASES = {
    "02.3": {
        "right": {
            "where": """
import numpy as np


def softmax_t(logits, T):
    if T < 1e-09:
        return np.eye(len(logits))[np.argmax(logits)]
    e = np.exp(logits / T - np.max(logits / T))
    return e / np.sum(e)
""",
            "helper": """
import numpy as np


def soft(x):
    e = np.exp(x - x.max())
    return e / e.sum()


def softmax_t(logits: np.ndarray, T: float) -> np.ndarray:
    if not T:
        p = np.zeros_like(logits, dtype=float)
        p[logits.argmax()] = 1
        return p
    return soft(np.asarray(logits) / T)
""",
        },
        "wrong": {
            "tiny T": ("""
import numpy as np


def softmax_t(logits, T):
    T = max(T, 1e-12)
    z = (logits - logits.max()) / T
    e = np.exp(z)
    return e / e.sum()
""", "not-one-hot"),
            "rounds": ("""
import numpy as np


def softmax_t(logits, T):
    if T == 0:
        return np.eye(len(logits))[np.argmax(logits)]
    z = (logits - logits.max()) / T
    e = np.exp(z)
    return np.round(e / e.sum(), 2)
""", "rounds"),
            "last of equals": ("""
import numpy as np


def softmax_t(logits, T):
    if T == 0:
        p = np.zeros(len(logits))
        p[len(logits) - 1 - np.argmax(logits[::-1])] = 1
        return p
    e = np.exp((logits - logits.max()) / T)
    return e / e.sum()
""", "not-one-hot"),
            "clip": ("""
import numpy as np


def softmax_t(logits, T):
    if T == 0:
        return np.eye(len(logits))[np.argmax(logits)]
    e = np.exp(np.clip(logits / T, -500, 500))
    return e / e.sum()
""", "overflow"),
            "example": ("""
import numpy as np


def softmax_t(logits, T):
    return np.array([0.88, 0.12])
""", "wrong-shape"),
            "zero writes": ("""
import numpy as np


def softmax_t(logits, T):
    if T == 0:
        i = logits.argmax()
        logits[:] = 0
        logits[i] = 1
        return logits
    e = np.exp((logits - logits.max()) / T)
    return e / e.sum()
""", "mutates-input"),
            "returns argmax at 0": ("""
import numpy as np


def softmax_t(logits, T):
    if T == 0:
        return np.argmax(logits)
    e = np.exp((logits - logits.max()) / T)
    return e / e.sum()
""", "zero-temperature"),
            "subtract mean": ("""
import numpy as np


def softmax_t(logits, T):
    if T == 0:
        return np.eye(len(logits))[np.argmax(logits)]
    e = np.exp((logits - logits.min()) / T)
    return e / e.sum()
""", "overflow"),
            "log probs": ("""
import numpy as np


def softmax_t(logits, T):
    z = (logits - logits.max()) / T
    return z - np.log(np.exp(z).sum())
""", "sum-not-one"),
            "scaled by max after": ("""
import numpy as np


def softmax_t(logits, T):
    if T == 0:
        return np.eye(len(logits))[np.argmax(logits)]
    e = np.exp(logits - logits.max()) ** T
    return e / e.sum()
""", "multiplies-by-t"),
        },
    },
}
