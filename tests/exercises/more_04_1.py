"""More answers to exercise 04.1: unusual ways to be right, and mistakes people make."""

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
}
