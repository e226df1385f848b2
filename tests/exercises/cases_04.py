"""Right and wrong answers to the exercises of lesson 04."""

NP = "import numpy as np\n"


def embed(body):
    return NP + "def embed(client, texts, *, model, batch=16):\n" + "\n".join("    " + line for line in body.strip("\n").splitlines())


def threshold(rule, steps="sorted(set(scores.tolist()))"):
    return NP + f"""
def best_threshold(scores, same):
    scores, same = np.array(scores), np.array(same)
    best, found = -1, None
    for t in {steps}:
        chosen = scores {'>=' if 'strict' not in rule else '>'} t
        value = {rule.replace('strict ', '')}
        if value > best:
            best, found = value, t
    return found
"""


F1 = "2 * (chosen & same).sum() / max(1, chosen.sum() + same.sum())"

CASES = {
    "04.1": {
        "right": {
            "concatenate": embed("""
rows = []
for start in range(0, len(texts), batch):
    rows.extend(client.feature_extraction(texts[start:start + batch], model=model, normalize=True))
return np.array(rows, dtype=float) if rows else np.empty((0, 0))
"""),
            "while": embed("""
left, parts = list(texts), []
while left:
    now, left = left[:batch], left[batch:]
    parts.append(np.atleast_2d(client.feature_extraction(now, model=model)))
if not parts:
    return np.zeros((0, 0), dtype=np.float32)
return np.concatenate(parts, axis=0)
"""),
        },
        "wrong": {
            "one by one": (embed("if not texts:\n    return np.zeros((0, 0))\nreturn np.vstack([client.feature_extraction(t, model=model) for t in texts])"), "one-call-per-text"),
            "all at once": (embed("if not texts:\n    return np.zeros((0, 0))\nreturn client.feature_extraction(texts, model=model)"), "ignores-batch"),
            "whole batches": (embed("return np.vstack([client.feature_extraction(texts[i * batch:(i + 1) * batch], model=model) for i in range(len(texts) // batch)])"),
                              "loses-last-batch"),
            "reversed": (embed("parts = [client.feature_extraction(texts[i:i + batch], model=model) for i in range(0, len(texts), batch)]\n"
                               "return np.vstack(parts[::-1])"), "wrong-order"),
            "one text flat": (embed("if len(texts) == 1:\n    return client.feature_extraction(texts[0], model=model)\n"
                                    "parts = [client.feature_extraction(texts[i:i + batch], model=model) for i in range(0, len(texts), batch)]\nreturn np.vstack(parts)"),
                              "wrong-dimensions"),
            "list": (embed("return [v for i in range(0, len(texts), batch) for v in client.feature_extraction(texts[i:i + batch], model=model)]"), "wrong-type"),
            "empty crashes": (embed("return np.vstack([client.feature_extraction(texts[i:i + batch], model=model) for i in range(0, len(texts), batch)])"),
                              "empty-list-fails"),
            "empty shape": (embed("parts = [client.feature_extraction(texts[i:i + batch], model=model) for i in range(0, len(texts), batch)]\n"
                                  "return np.vstack(parts) if parts else np.array([])"), "empty-shape"),
            "overlap": (embed("return np.vstack([client.feature_extraction(texts[i:i + batch], model=model) for i in range(0, len(texts), batch - 1)])"), "wrong-batches"),
            "no return": (embed("for i in range(0, len(texts), batch):\n    client.feature_extraction(texts[i:i + batch], model=model)"), "returns-none"),
        },
    },
    "04.2": {
        "right": {
            "outer": NP + """
def cosine(A, B):
    products = np.asarray(A) @ np.asarray(B).T
    lengths = np.outer(np.linalg.norm(A, axis=1), np.linalg.norm(B, axis=1))
    return np.divide(products, lengths, out=np.zeros_like(products), where=lengths > 0)
""",
            "nan_to_num": NP + """
def cosine(A, B):
    with np.errstate(invalid="ignore", divide="ignore"):
        a = np.nan_to_num(A / np.sqrt((A ** 2).sum(1))[:, None])
        b = np.nan_to_num(B / np.sqrt((B ** 2).sum(1))[:, None])
    return np.einsum("id,jd->ij", a, b)
""",
        },
        "wrong": {
            "dot": (NP + "def cosine(A, B):\n    return A @ B.T", "plain-dot"),
            "matrix norm": (NP + "def cosine(A, B):\n    return A @ B.T / (np.linalg.norm(A) * np.linalg.norm(B))", "whole-matrix-norm"),
            "nan": (NP + "def cosine(A, B):\n    u = lambda X: X / np.linalg.norm(X, axis=1, keepdims=True)\n    return u(A) @ u(B).T", "nan-for-zero-row"),
            "euclid": (NP + "def cosine(A, B):\n    return np.linalg.norm(A[:, None] - B[None], axis=2)", "euclidean"),
            "distance": (NP + "def cosine(A, B):\n    u = lambda X: X / np.maximum(np.linalg.norm(X, axis=1, keepdims=True), 1e-12)\n    return 1 - u(A) @ u(B).T", "cosine-distance"),
            "in place": (NP + "def cosine(A, B):\n    A /= np.linalg.norm(A, axis=1, keepdims=True)\n    B /= np.linalg.norm(B, axis=1, keepdims=True)\n    return A @ B.T", "mutates-input"),
            "transposed": (NP + "def cosine(A, B):\n    u = lambda X: X / np.linalg.norm(X, axis=1, keepdims=True)\n    return u(B) @ u(A).T", "wrong-shape"),
            "columns": (NP + "def cosine(A, B):\n    u = lambda X: X / (np.linalg.norm(X, axis=0, keepdims=True) + 1e-9)\n    return u(A) @ u(B).T", "wrong-values"),
            "zero is one": (NP + "def cosine(A, B):\n    with np.errstate(all='ignore'):\n        u = lambda X: X / np.linalg.norm(X, axis=1, keepdims=True)\n"
                            "        return np.nan_to_num(u(A) @ u(B).T, nan=1.0)", "zero-row-wrong"),
            "no return": (NP + "def cosine(A, B):\n    A @ B.T", "returns-none"),
        },
    },
    "04.3": {
        "right": {
            "sorted": """
def search(q, docs_emb, k):
    scores = [float(row @ q) for row in docs_emb]
    ranked = sorted(range(len(scores)), key=lambda i: (-scores[i], i))
    return [(i, scores[i]) for i in ranked[:k]]
""",
            "lexsort": NP + """
def search(q, docs_emb, k):
    s = docs_emb.dot(q)
    order = np.lexsort((np.arange(len(s)), -s))
    return list(zip(order[:k].tolist(), s[order[:k]].tolist()))
""",
        },
        "wrong": {
            "ascending": (NP + "def search(q, docs_emb, k):\n    s = docs_emb @ q\n    return [(int(i), float(s[i])) for i in np.argsort(s)[:k]]", "ascending"),
            "argpartition": (NP + "def search(q, docs_emb, k):\n    s = docs_emb @ q\n    k = min(k, len(s))\n    o = np.argpartition(-s, k - 1)[:k]\n    o = np.roll(o, 1)\n"
                             "    return [(int(i), float(s[i])) for i in o]", "unsorted"),
            "query too": (NP + "def search(q, docs_emb, k):\n    d = np.vstack([docs_emb, q])\n    s = d @ q\n    o = np.argsort(-s, kind='stable')[:k]\n    return [(int(i), float(s[i])) for i in o]",
                          "returns-the-query"),
            "distances": (NP + "def search(q, docs_emb, k):\n    d = np.linalg.norm(docs_emb - q, axis=1)\n    s = docs_emb @ q\n    o = np.argsort(-s, kind='stable')[:k]\n    return [(int(i), float(d[i])) for i in o]",
                          "not-similarities"),
            "reversed ties": (NP + "def search(q, docs_emb, k):\n    s = docs_emb @ q\n    o = np.argsort(s, kind='stable')[::-1][:k]\n    return [(int(i), float(s[i])) for i in o]", "unstable-ties"),
            "indices": (NP + "def search(q, docs_emb, k):\n    return np.argsort(-(docs_emb @ q))[:k].tolist()", "not-pairs"),
            "array": (NP + "def search(q, docs_emb, k):\n    s = docs_emb @ q\n    return np.sort(s)[::-1][:k]", "wrong-type"),
            "one too few": (NP + "def search(q, docs_emb, k):\n    s = docs_emb @ q\n    o = np.argsort(-s, kind='stable')[:k - 1]\n    return [(int(i), float(s[i])) for i in o]", "wrong-number"),
            "padded": (NP + "def search(q, docs_emb, k):\n    s = docs_emb @ q\n    o = np.argsort(-s, kind='stable')\n    return [(int(o[i % len(o)]), float(s[o[i % len(o)]])) for i in range(k)]", "wrong-number"),
            "no return": (NP + "def search(q, docs_emb, k):\n    docs_emb @ q", "returns-none"),
        },
    },
    "04.4": {
        "right": {
            "loop": threshold(F1),
            "sort once": NP + """
def best_threshold(scores, same):
    pairs = sorted(zip(scores, same), reverse=True)
    positives = sum(same)
    best, found, hits, index = -1.0, None, 0, 0
    while index < len(pairs):
        t = pairs[index][0]
        while index < len(pairs) and pairs[index][0] == t:
            hits += pairs[index][1]
            index += 1
        f1 = 2 * hits / (index + positives)
        if f1 >= best:
            best, found = f1, t
    return float(found)
""",
        },
        "wrong": {
            "constant": ("def best_threshold(scores, same):\n    return 0.5", "constant"),
            "accuracy": (threshold("(chosen == same).mean()", "sorted(set(scores.tolist()), reverse=True)"), "accuracy"),
            "strict": (threshold("strict " + F1), "greater-than"),
            "largest": (threshold(F1, "[*sorted(set((scores + 0.0).tolist())), 0.15]").replace("value > best", "value >= best"), "not-the-smallest"),
            "mean": (NP + "def best_threshold(scores, same):\n    return float(np.mean(scores))", "not-the-smallest"),
            "test pairs": ("PAIRS = ([0.1, 0.9], [False, True])\ndef best_threshold(scores, same):\n    return PAIRS[0][1]", "wrong-threshold"),
            "with f1": (threshold(F1).replace("return found", "return found, best"), "wrong-type"),
            "no return": (threshold(F1).replace("    return found", "    found"), "returns-none"),
        },
    },
}
