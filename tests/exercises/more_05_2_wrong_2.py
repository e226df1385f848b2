"""More answers to exercise 05.2: mistakes people make, part 2 of 2."""

CASES = {
    "05.2": {
        "right": {},
        "wrong": {
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
            "no gaps looked at": ("""
def entities(spans):
    found = {}
    for s in spans:
        names = found.setdefault(s.entity_group, [])
        if s.word.startswith("##") and names:
            names[-1] += s.word[2:]
        elif s.word not in names:
            names.append(s.word)
    return found
""", "merges-across-gap"),
            "keeps the signs": ("""
def entities(spans):
    words = []
    for s in spans:
        if s.word.startswith("##") and words and words[-1][2] == s.start:
            words[-1] = (words[-1][0], words[-1][1] + s.word, s.end)
        elif not s.word.startswith("##"):
            words.append((s.entity_group, s.word, s.end))
    found = {}
    for g, w, _ in words:
        if w not in found.setdefault(g, []):
            found[g].append(w)
    return found
""", "keeps-pieces"),
            "each name twice": ("""
def entities(spans):
    found, last = {}, None
    for s in spans:
        if not s.word.startswith("##"):
            found.setdefault(s.entity_group, []).append(s.word)
            last = s
        elif last is not None and last.end == s.start:
            found[last.entity_group][-1] += s.word[2:]
            last = s
    return found
""", "repeats-names"),
            "sets": ("""
def entities(spans):
    words = []
    for s in spans:
        if s.word.startswith("##"):
            if words and words[-1][2] == s.start:
                words[-1] = (words[-1][0], words[-1][1] + s.word[2:], s.end)
        else:
            words.append((s.entity_group, s.word, s.end))
    found = {}
    for g, w, _ in words:
        found.setdefault(g, set()).add(w)
    return found
""", "set-loses-order"),
            "subscripts": ("""
def entities(spans):
    found = {}
    for s in spans:
        found.setdefault(s["group"], []).append(s["word"])
    return found
""", "crashes"),
            "changes the spans": ("""
def entities(spans):
    kept = []
    for s in spans:
        if s.word.startswith("##"):
            if kept and kept[-1].end == s.start:
                kept[-1].word += s.word[2:]
                kept[-1].end = s.end
        else:
            kept.append(s)
    found = {}
    for s in kept:
        if s.word not in found.setdefault(s.entity_group, []):
            found[s.entity_group].append(s.word)
    return found
""", "mutates-input"),
        },
    },
}
