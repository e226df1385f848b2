"""More answers to exercise 05.1: unusual ways to be right, and mistakes people make."""

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
}
