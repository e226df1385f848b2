"""More answers to the exercises of lesson 05: mistakes people make, and unusual ways to be right."""

CASES = {
    "05.1": {
        "right": {
            "keys": """
def top_label(client, text, labels, *, model, min_score=0.5):
    b = max(client.zero_shot_classification(text, candidate_labels=labels, model=model), key=lambda i: i["score"])
    return b["label"] if b["score"] >= min_score else "unsure"
""",
            "itemgetter": """
from operator import attrgetter


def top_label(client, text, labels, *, model, min_score=0.5):
    b = max(client.zero_shot_classification(text, candidate_labels=labels, model=model), key=attrgetter("score"))
    if b.score < min_score:
        return "unsure"
    return b.label
""",
            "dict comp": """
def top_label(client, text, labels, *, model, min_score=0.5):
    d = {i.label: i.score for i in client.zero_shot_classification(text, candidate_labels=labels, model=model)}
    k = max(d, key=d.get)
    return k if d[k] >= min_score else "unsure"
""",
        },
        "wrong": {
            "hard": ("""
def top_label(client, text, labels, *, model, min_score=0.5):
    return "billing"
""", "nothing-sent"),
            "default .8": ("""
def top_label(client, text, labels, *, model, min_score=0.8):
    b = max(client.zero_shot_classification(text, candidate_labels=labels, model=model), key=lambda i: i.score)
    return b.label if b.score >= min_score else "unsure"
""", "other-default"),
            "default none": ("""
def top_label(client, text, labels, *, model, min_score=0):
    b = max(client.zero_shot_classification(text, candidate_labels=labels, model=model), key=lambda i: i.score)
    return b.label if b.score >= min_score else "unsure"
""", "other-default"),
            "label max": ("""
def top_label(client, text, labels, *, model, min_score=0.5):
    b = max(client.zero_shot_classification(text, candidate_labels=labels, model=model), key=lambda i: i.label)
    return b.label if b.score >= min_score else "unsure"
""", "first-not-maximum"),
            "none unsure": ("""
def top_label(client, text, labels, *, model, min_score=0.5):
    b = max(client.zero_shot_classification(text, candidate_labels=labels, model=model), key=lambda i: i.score)
    return b.label if b.score >= min_score else None
""", "ignores-threshold"),
            "model hard": ("""
def top_label(client, text, labels, *, model, min_score=0.5):
    b = max(
        client.zero_shot_classification(text, candidate_labels=labels, model="practice/zero-shot"),
        key=lambda i: i.score,
    )
    return b.label if b.score >= min_score else "unsure"
""", "arguments-changed"),
            "text class": ("""
def top_label(client, text, labels, *, model, min_score=0.5):
    b = max(client.text_classification(text, model=model), key=lambda i: i.score)
    return b.label if b.score >= min_score else "unsure"
""", "crashed"),
            "per label": ("""
def top_label(client, text, labels, *, model, min_score=0.5):
    best = None
    for l in labels:
        r = client.zero_shot_classification(text, candidate_labels=[l], model=model)[0]
        if best is None or r.score > best.score:
            best = r
    return best.label if best.score >= min_score else "unsure"
""", "labels-changed"),
            "round": ("""
def top_label(client, text, labels, *, model, min_score=0.5):
    b = max(client.zero_shot_classification(text, candidate_labels=labels, model=model), key=lambda i: i.score)
    return b.label if round(b.score, 1) >= min_score else "unsure"
""", "ignores-threshold"),
            "percent": ("""
def top_label(client, text, labels, *, model, min_score=0.5):
    b = max(client.zero_shot_classification(text, candidate_labels=labels, model=model), key=lambda i: i.score)
    return b.label if b.score * 100 >= min_score else "unsure"
""", "ignores-threshold"),
            "catch": ("""
def top_label(client, text, labels, *, model, min_score=0.5):
    try:
        b = client.zero_shot_classification(text, candidate_labels=labels, model=model)["labels"][0]
        return b
    except Exception:
        return "unsure"
""", "first-not-maximum"),
            "pair": ("""
def top_label(client, text, labels, *, model, min_score=0.5):
    b = max(client.zero_shot_classification(text, candidate_labels=labels, model=model), key=lambda i: i.score)
    return (b.label, b.score) if b.score >= min_score else "unsure"
""", "wrong-type"),
            "prints": ("""
def top_label(client, text, labels, *, model, min_score=0.5):
    b = max(client.zero_shot_classification(text, candidate_labels=labels, model=model), key=lambda i: i.score)
    print(b.label if b.score >= min_score else "unsure")
""", "returns-none"),
        },
    },
    "05.2": {
        "right": {
            "like a dict": """
def entities(spans):
    out = {}
    prev = None
    for s in spans:
        if s["word"].startswith("##"):
            if prev and prev[2] == s["start"]:
                prev[1] += s["word"][2:]
                prev[2] = s["end"]
            continue
        prev = [s["entity_group"], s["word"], s["end"]]
        out.setdefault(id(prev), prev)
    r = {}
    for g, w, _ in out.values():
        r.setdefault(g, [])
        if w not in r[g]:
            r[g].append(w)
    return r
""",
            "defaultdict": """
from collections import defaultdict


def entities(spans):
    merged = []
    for s in spans:
        if not s.word.startswith("##"):
            merged.append([s.entity_group, s.word, s.end])
        elif merged and merged[-1][2] == s.start:
            merged[-1][1] += s.word[2:]
            merged[-1][2] = s.end
    d = defaultdict(dict)
    for g, w, _ in merged:
        d[g][w] = 1
    return {g: list(ws) for g, ws in d.items()}
""",
            "dataclass": """
from dataclasses import dataclass


@dataclass
class Name:
    group: str
    word: str
    end: int


def entities(spans: list) -> dict[str, list[str]]:
    ns = []
    for s in spans:
        if s.word.startswith("##"):
            if ns and ns[-1].end == s.start:
                ns[-1].word += s.word.removeprefix("##")
                ns[-1].end = s.end
        else:
            ns.append(Name(s.entity_group, s.word, s.end))
    out = {}
    for n in ns:
        if n.word not in out.setdefault(n.group, []):
            out[n.group].append(n.word)
    return out
""",
        },
        "wrong": {
            "global seen": ("""
def entities(spans):
    merged = []
    for s in spans:
        if not s.word.startswith("##"):
            merged.append([s.entity_group, s.word, s.end])
        elif merged and merged[-1][2] == s.start:
            merged[-1][1] += s.word[2:]
            merged[-1][2] = s.end
    r = {}
    seen = set()
    for g, w, _ in merged:
        r.setdefault(g, [])
        if w not in seen:
            r[g].append(w)
            seen.add(w)
    return r
""", "one-list-for-all"),
            "dedup first": ("""
def entities(spans):
    seen = set()
    sp = []
    for s in spans:
        if s.word.startswith("##") or s.word not in seen:
            sp.append(s)
            seen.add(s.word)
    spans = sp
    merged = []
    for s in spans:
        if not s.word.startswith("##"):
            merged.append([s.entity_group, s.word, s.end])
        elif merged and merged[-1][2] == s.start:
            merged[-1][1] += s.word[2:]
            merged[-1][2] = s.end
    r = {}
    for g, w, _ in merged:
        if w not in r.setdefault(g, []):
            r[g].append(w)
    return r
""", "repeats-before-merging"),
            "prev end": ("""
def entities(spans):
    merged = []
    end = None
    for s in spans:
        if s.word.startswith("##"):
            if merged and end == s.start:
                merged[-1][1] += s.word[2:]
        else:
            merged.append([s.entity_group, s.word])
        end = s.end
    r = {}
    for g, w in merged:
        if w not in r.setdefault(g, []):
            r[g].append(w)
    return r
""", "merges-across-gap"),
            "offset only": ("""
def entities(spans):
    merged = []
    for s in spans:
        if merged and merged[-1][2] == s.start:
            merged[-1][1] += s.word.replace("##", "")
            merged[-1][2] = s.end
        elif not s.word.startswith("##"):
            merged.append([s.entity_group, s.word, s.end])
    r = {}
    for g, w, _ in merged:
        if w not in r.setdefault(g, []):
            r[g].append(w)
    return r
""", "merges-without-sign"),
            "mutates": ("""
def entities(spans):
    m = []
    for s in spans:
        if s.word.startswith("##"):
            if m and m[-1].end == s.start:
                m[-1].word += s.word[2:]
                m[-1].end = s.end
        else:
            m.append(s)
    r = {}
    for s in m:
        if s.word not in r.setdefault(s.entity_group, []):
            r[s.entity_group].append(s.word)
    return r
""", "mutates-input"),
            "default dict": ("""
def entities(spans, r={}):
    merged = []
    for s in spans:
        if not s.word.startswith("##"):
            merged.append([s.entity_group, s.word, s.end])
        elif merged and merged[-1][2] == s.start:
            merged[-1][1] += s.word[2:]
            merged[-1][2] = s.end
    for g, w, _ in merged:
        if w not in r.setdefault(g, []):
            r[g].append(w)
    return r
""", "carries-over"),
            "adds space": ("""
def entities(spans):
    merged = []
    for s in spans:
        if not s.word.startswith("##"):
            merged.append([s.entity_group, s.word, s.end])
        elif merged and merged[-1][2] == s.start:
            merged[-1][1] += " " + s.word[2:]
            merged[-1][2] = s.end
    r = {}
    for g, w, _ in merged:
        if w not in r.setdefault(g, []):
            r[g].append(w)
    return r
""", "wrong-names"),
            "keeps gap": ("""
def entities(spans):
    merged = []
    for s in spans:
        if s.word.startswith("##") and merged and (merged[-1][2] == s.start):
            merged[-1][1] += s.word[2:]
            merged[-1][2] = s.end
        else:
            merged.append([s.entity_group, s.word, s.end])
    r = {}
    for g, w, _ in merged:
        if w not in r.setdefault(g, []):
            r[g].append(w)
    return r
""", "keeps-pieces"),
            "flat": ("""
def entities(spans):
    return {s.entity_group: s.word for s in spans}
""", "wrong-names"),
            "sorted": ("""
def entities(spans):
    merged = []
    for s in spans:
        if not s.word.startswith("##"):
            merged.append([s.entity_group, s.word, s.end])
        elif merged and merged[-1][2] == s.start:
            merged[-1][1] += s.word[2:]
            merged[-1][2] = s.end
    r = {}
    for g, w, _ in merged:
        if w not in r.setdefault(g, []):
            r[g].append(w)
    return {k: sorted(v) for k, v in r.items()}
""", "set-loses-order"),
            "lower": ("""
def entities(spans):
    merged = []
    for s in spans:
        if not s.word.startswith("##"):
            merged.append([s.entity_group, s.word, s.end])
        elif merged and merged[-1][2] == s.start:
            merged[-1][1] += s.word[2:]
            merged[-1][2] = s.end
    r = {}
    for g, w, _ in merged:
        if w not in r.setdefault(g, []):
            r[g].append(w.lower())
    return r
""", "wrong-names"),
            "end not moved": ("""
def entities(spans):
    merged = []
    for s in spans:
        if not s.word.startswith("##"):
            merged.append([s.entity_group, s.word, s.end])
        elif merged and merged[-1][2] == s.start:
            merged[-1][1] += s.word[2:]
    r = {}
    for g, w, _ in merged:
        if w not in r.setdefault(g, []):
            r[g].append(w)
    return r
""", "wrong-names"),
        },
    },
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
        },
    },
    "05.4": {
        "right": {
            "flag": """
def route(text, client, *, cheap, strong, t):
    calls = 0
    label = None
    try:
        calls += 1
        label, score = cheap(client, text)
        if score >= t:
            return (label, calls)
    except Exception:
        pass
    try:
        calls += 1
        label = strong(client, text)[0]
    except Exception:
        if label is None:
            raise
    return (label, calls)
""",
            "list again": """
def route(text, client, *, cheap, strong, t):
    errors = []
    found = None
    for n, (f, need) in enumerate([(cheap, t), (strong, float("-inf"))], 1):
        try:
            l, s = f(client, text)
        except Exception as e:
            errors.append(e)
            continue
        found = l
        if s >= need:
            return [l, n]
    if found is None:
        raise errors[-1]
    return [found, 2]
""",
            "keywords": """
def route(text, client, *, cheap, strong, t):
    label = None
    try:
        label, score = cheap(client=client, text=text)
        if score >= t:
            return (label, 1)
    except Exception:
        pass
    try:
        return (strong(client=client, text=text)[0], 2)
    except Exception:
        if label is None:
            raise
        return (label, 2)
""",
        },
        "wrong": {
            "timeout only": ("""
def route(text, client, *, cheap, strong, t):
    label = None
    try:
        label, score = cheap(client, text)
        if score >= t:
            return (label, 1)
    except TimeoutError:
        pass
    try:
        return (strong(client, text)[0], 2)
    except TimeoutError:
        if label is None:
            raise
        return (label, 2)
""", "no-fallback"),
            "best of both": ("""
def route(text, client, *, cheap, strong, t):
    label = None
    s1 = -1
    try:
        label, s1 = cheap(client, text)
        if s1 >= t:
            return (label, 1)
    except Exception:
        pass
    try:
        l2, s2 = strong(client, text)
        return (l2 if s2 >= s1 else label, 2)
    except Exception:
        if label is None:
            raise
        return (label, 2)
""", "wrong-label"),
            "fixed t": ("""
def route(text, client, *, cheap, strong, t):
    label = None
    try:
        label, score = cheap(client, text)
        if score >= 0.8:
            return (label, 1)
    except Exception:
        pass
    try:
        return (strong(client, text)[0], 2)
    except Exception:
        if label is None:
            raise
        return (label, 2)
""", "calls-both"),
            "swapped args": ("""
def route(text, client, *, cheap, strong, t):
    label = None
    try:
        label, score = cheap(text, client)
        if score >= t:
            return (label, 1)
    except Exception:
        pass
    try:
        return (strong(text, client)[0], 2)
    except Exception:
        if label is None:
            raise
        return (label, 2)
""", "wrong-arguments"),
            "calls twice": ("""
def route(text, client, *, cheap, strong, t):
    label = None
    try:
        if cheap(client, text)[1] >= t:
            return (cheap(client, text)[0], 1)
        label = cheap(client, text)[0]
    except Exception:
        pass
    try:
        return (strong(client, text)[0], 2)
    except Exception:
        if label is None:
            raise
        return (label, 2)
""", "calls-again"),
            "first error": ("""
def route(text, client, *, cheap, strong, t):
    err = None
    label = None
    try:
        label, score = cheap(client, text)
        if score >= t:
            return (label, 1)
    except Exception as e:
        err = e
    try:
        return (strong(client, text)[0], 2)
    except Exception:
        if err:
            raise err
        return (label, 2)
""", "hides-both-failing"),
            "none when both fail": ("""
def route(text, client, *, cheap, strong, t):
    label = None
    try:
        label, score = cheap(client, text)
        if score >= t:
            return (label, 1)
    except Exception:
        pass
    try:
        return (strong(client, text)[0], 2)
    except Exception:
        return (label, 2)
""", "hides-both-failing"),
            "wraps": ("""
def route(text, client, *, cheap, strong, t):
    label = None
    try:
        label, score = cheap(client, text)
        if score >= t:
            return (label, 1)
    except Exception:
        pass
    try:
        return (strong(client, text)[0], 2)
    except Exception as e:
        if label is None:
            raise RuntimeError("both failed") from e
        return (label, 2)
""", "hides-both-failing"),
            "retry strong": ("""
def route(text, client, *, cheap, strong, t):
    label = None
    try:
        label, score = cheap(client, text)
        if score >= t:
            return (label, 1)
    except Exception:
        pass
    for _ in range(2):
        try:
            return (strong(client, text)[0], 2)
        except Exception as e:
            err = e
    if label is None:
        raise err
    return (label, 2)
""", "calls-again"),
            "score too": ("""
def route(text, client, *, cheap, strong, t):
    label = None
    try:
        label, score = cheap(client, text)
        if score >= t:
            return (label, score)
    except Exception:
        pass
    try:
        return strong(client, text)
    except Exception:
        if label is None:
            raise
        return (label, 2)
""", "wrong-count"),
            "global count": ("""
n = []


def route(text, client, *, cheap, strong, t):
    label = None
    n.append(1)
    try:
        label, score = cheap(client, text)
        if score >= t:
            return (label, len(n))
    except Exception:
        pass
    n.append(1)
    try:
        return (strong(client, text)[0], len(n))
    except Exception:
        if label is None:
            raise
        return (label, len(n))
""", "carries-over"),
            "one try": ("""
def route(text, client, *, cheap, strong, t):
    try:
        label, score = cheap(client, text)
        if score >= t:
            return (label, 1)
        return (strong(client, text)[0], 2)
    except Exception:
        return (strong(client, text)[0], 2)
""", "no-fallback"),
        },
    },
}
