"""More answers to exercise 05.2: mistakes people make, part 1 of 2."""

CASES = {
    "05.2": {
        "right": {},
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
        },
    },
}
