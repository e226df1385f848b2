"""Right and wrong answers to the exercises of lesson 05."""

NP = "import numpy as np\n"
HEAD = "def top_label(client, text, labels, *, model, min_score=0.5):\n"


def ents(body):
    return "def entities(spans):\n" + "\n".join("    " + line for line in body.strip("\n").splitlines())


def routed(body):
    return "def route(text, client, *, cheap, strong, t):\n" + "\n".join("    " + line for line in body.strip("\n").splitlines())


MERGE = """
merged = []
for s in spans:
    if s.word.startswith("##"):
        if merged and merged[-1][2] == s.start:
            merged[-1] = (merged[-1][0], merged[-1][1] + s.word[2:], s.end)
    else:
        merged.append((s.entity_group, s.word, s.end))
"""

CASES = {
    "05.1": {
        "right": {
            "sorted": HEAD + """    items = sorted(client.zero_shot_classification(text, labels, model=model), key=lambda i: -i.score)
    if items[0].score < min_score:
        return "unsure"
    return items[0].label
""",
            "loop": HEAD + """    name, high = "unsure", min_score
    for item in client.zero_shot_classification(text, candidate_labels=list(labels), multi_label=False, model=model):
        if item.score >= high:
            name, high = item.label, item.score
    return name
""",
        },
        "wrong": {
            "labels=": (HEAD + "    return client.zero_shot_classification(text, labels=labels, model=model)[0].label", "old-argument"),
            "dict": (HEAD + "    return client.zero_shot_classification(text, candidate_labels=labels, model=model)['labels'][0]", "reads-a-dict"),
            "first": (HEAD + "    r = client.zero_shot_classification(text, candidate_labels=labels, model=model)\n    return r[0].label if r[0].score >= min_score else 'unsure'",
                      "first-not-maximum"),
            "no threshold": (HEAD + "    return max(client.zero_shot_classification(text, candidate_labels=labels, model=model), key=lambda i: i.score).label", "ignores-threshold"),
            "exclusive": (HEAD + "    b = max(client.zero_shot_classification(text, candidate_labels=labels, model=model), key=lambda i: i.score)\n"
                          "    return b.label if b.score > min_score else 'unsure'", "threshold-exclusive"),
            "fixed": (HEAD + "    b = max(client.zero_shot_classification(text, candidate_labels=labels, model=model), key=lambda i: i.score)\n"
                      "    return b.label if b.score >= 0.5 else 'unsure'", "threshold-fixed"),
            "element": (HEAD + "    return max(client.zero_shot_classification(text, candidate_labels=labels, model=model), key=lambda i: i.score)", "wrong-type"),
            "sorted labels": (HEAD + "    b = max(client.zero_shot_classification(text, candidate_labels=sorted(labels), model=model), key=lambda i: i.score)\n"
                              "    return b.label if b.score >= min_score else 'unsure'", "labels-changed"),
            "no return": (HEAD + "    client.zero_shot_classification(text, candidate_labels=labels, model=model)", "returns-none"),
        },
    },
    "05.2": {
        "right": {
            "dict as set": ents(MERGE + """
out = {}
for group, word, _ in merged:
    out.setdefault(group, {})[word] = True
return {group: list(words) for group, words in out.items()}
"""),
            "two passes": ents("""
words = []
for i, s in enumerate(spans):
    if s.word[:2] == "##":
        if words and words[-1]["end"] == s.start:
            words[-1]["word"] += s.word[2:]
            words[-1]["end"] = s.end
        continue
    words.append({"group": s.entity_group, "word": s.word, "end": s.end})
from collections import defaultdict
result = defaultdict(list)
for w in words:
    if w["word"] not in result[w["group"]]:
        result[w["group"]].append(w["word"])
return dict(result)
"""),
        },
        "wrong": {
            "entity": (ents("out = {}\nfor s in spans:\n    out.setdefault(s.entity, []).append(s.word)\nreturn out"), "uses-entity"),
            "keeps ##": (ents("out = {}\nfor s in spans:\n    names = out.setdefault(s.entity_group, [])\n    if s.word not in names:\n        names.append(s.word)\nreturn out"),
                         "keeps-pieces"),
            "set": (ents(MERGE + "out = {}\nfor g, w, _ in merged:\n    out.setdefault(g, set()).add(w)\nreturn {g: sorted(w) for g, w in out.items()}"), "set-loses-order"),
            "real set": (ents(MERGE + "out = {}\nfor g, w, _ in merged:\n    out.setdefault(g, set()).add(w)\nreturn out"), "set-loses-order"),
            "repeats": (ents(MERGE + "out = {}\nfor g, w, _ in merged:\n    out.setdefault(g, []).append(w)\nreturn out"), "repeats-names"),
            "gap": (ents(MERGE.replace("merged and merged[-1][2] == s.start", "merged") + "out = {}\nfor g, w, _ in merged:\n    n = out.setdefault(g, [])\n"
                         "    if w not in n:\n        n.append(w)\nreturn out"), "merges-across-gap"),
            "like a dict, and repeats": (ents("out = {}\nfor s in spans:\n    out.setdefault(s['entity_group'], []).append(s['word'])\nreturn out"), "repeats-names"),
            "list": (ents("return [(s.entity_group, s.word) for s in spans]"), "wrong-type"),
            "no return": (ents("out = {}"), "returns-none"),
        },
    },
    "05.3": {
        "right": {
            "add.at": NP + """
def confusion(y, p, labels):
    at = {label: i for i, label in enumerate(labels)}
    m = np.zeros((len(labels),) * 2, dtype=np.int64)
    np.add.at(m, ([at[a] for a in y], [at[b] for b in p]), 1) if len(y) else None
    return m
""",
            "counter": NP + """
from collections import Counter
def confusion(y, p, labels):
    seen = Counter(zip(y, p))
    return np.array([[seen[a, b] for b in labels] for a in labels])
""",
        },
        "wrong": {
            "transposed": (NP + "def confusion(y, p, labels):\n    m = np.zeros((len(labels),) * 2, int)\n    for a, b in zip(y, p):\n        m[labels.index(b), labels.index(a)] += 1\n    return m", "transposed"),
            "sorted": (NP + "def confusion(y, p, labels):\n    labels = sorted(labels)\n    m = np.zeros((len(labels),) * 2, int)\n    for a, b in zip(y, p):\n"
                       "        m[labels.index(a), labels.index(b)] += 1\n    return m", "sorted-labels"),
            "drops": (NP + "def confusion(y, p, labels):\n    labels = [l for l in labels if l in p]\n    m = np.zeros((len(labels),) * 2, int)\n    for a, b in zip(y, p):\n"
                      "        if a in labels:\n            m[labels.index(a), labels.index(b)] += 1\n    return m", "drops-classes"),
            "normalised": (NP + "def confusion(y, p, labels):\n    m = np.zeros((len(labels),) * 2)\n    for a, b in zip(y, p):\n        m[labels.index(a), labels.index(b)] += 1\n"
                           "    return m / np.maximum(1, m.sum(1, keepdims=True))", "normalised"),
            "floats": (NP + "def confusion(y, p, labels):\n    m = np.zeros((len(labels),) * 2)\n    for a, b in zip(y, p):\n        m[labels.index(a), labels.index(b)] += 1\n    return m", "not-integers"),
            "right ones": (NP + "def confusion(y, p, labels):\n    m = np.zeros((len(labels),) * 2, int)\n    for a, b in zip(y, p):\n        if a == b:\n            m[labels.index(a), labels.index(a)] += 1\n"
                           "    return m", "wrong-counts"),
            "set once": (NP + "def confusion(y, p, labels):\n    m = np.zeros((len(labels),) * 2, int)\n    for a, b in zip(y, p):\n        m[labels.index(a), labels.index(b)] = 1\n    return m", "wrong-counts"),
            "no return": (NP + "def confusion(y, p, labels):\n    np.zeros((2, 2))", "returns-none"),
        },
    },
    "05.4": {
        "right": {
            "list": routed("""
answers, calls, last = [], 0, None
for model in (cheap, strong):
    calls += 1
    try:
        label, score = model(client, text)
    except Exception as exc:
        last = exc
        continue
    if model is strong or score >= t:
        return label, calls
    answers.append(label)
if answers:
    return answers[0], calls
raise last
"""),
            "nested": routed("""
def attempt(model):
    try:
        return model(client, text), None
    except Exception as exc:
        return None, exc
first, _ = attempt(cheap)
if first is not None and first[1] >= t:
    return (first[0], 1)
second, error = attempt(strong)
if second is not None:
    return (second[0], 2)
if first is not None:
    return (first[0], 2)
raise error
"""),
        },
        "wrong": {
            "always both": (routed("a, s = cheap(client, text)\nb, _ = strong(client, text)\nreturn (a, 1) if s >= t else (b, 2)"), "calls-both"),
            "above t": (routed("a, s = cheap(client, text)\nif s > t:\n    return a, 1\nreturn strong(client, text)[0], 2"), "strong-at-threshold"),
            "no fallback": (routed("a, s = cheap(client, text)\nif s >= t:\n    return a, 1\nreturn strong(client, text)[0], 2"), "no-fallback"),
            "strong fails": (routed("try:\n    a, s = cheap(client, text)\n    if s >= t:\n        return a, 1\nexcept Exception:\n    pass\nreturn strong(client, text)[0], 2"), "no-fallback"),
            "counts successes": (routed("try:\n    a, s = cheap(client, text)\n    n = 1\nexcept Exception:\n    a, s, n = None, -1, 0\nif s >= t:\n    return a, n\n"
                                        "try:\n    return strong(client, text)[0], n + 1\nexcept Exception:\n    if a is None:\n        raise\n    return a, n + 1"), "wrong-count"),
            "swallows": (routed("try:\n    a, s = cheap(client, text)\n    if s >= t:\n        return a, 1\nexcept Exception:\n    a = 'unsure'\ntry:\n    return strong(client, text)[0], 2\n"
                                "except Exception:\n    return a, 2"), "hides-both-failing"),
            "reversed": (routed("a, s = cheap(client, text)\nif s < t:\n    return a, 1\nreturn strong(client, text)[0], 2"), "calls-both"),
            "label only": (routed("a, s = cheap(client, text)\nreturn a if s >= t else strong(client, text)[0]"), "not-a-pair"),
            "cheap label": (routed("a, s = cheap(client, text)\nif s >= t:\n    return a, 1\ntry:\n    strong(client, text)\nexcept Exception:\n    pass\nreturn a, 2"), "wrong-label"),
            "no return": (routed("cheap(client, text)"), "returns-none"),
        },
    },
}
