"""More answers to exercise 05.2: unusual ways to be right."""

CASES = {
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
            "class": """
class Collector(dict):
    def add(self, group, word):
        names = self.setdefault(group, [])
        if word not in names:
            names.append(word)


def entities(spans):
    found, open_ = Collector(), None
    for s in [*spans, None]:
        if s is not None and s.word.startswith("##"):
            if open_ and open_[2] == s.start:
                open_ = (open_[0], open_[1] + s.word[2:], s.end)
            else:
                if open_:
                    found.add(*open_[:2])
                open_ = None
            continue
        if open_:
            found.add(*open_[:2])
        open_ = s and (s.entity_group, s.word, s.end)
    return dict(found)
""",
            "two passes, another way": """
def entities(spans):
    words = []
    for span in spans:
        if not span.word.startswith("##"):
            words.append([span.entity_group, span.word, span.end])
        elif words and words[-1][2] == span.start:
            words[-1][1] += span.word.removeprefix("##")
            words[-1][2] = span.end
    groups = dict.fromkeys(group for group, _, _ in words)
    return {g: list(dict.fromkeys(w for group, w, _ in words if group == g)) for g in groups}
""",
            "generator": """
from collections import defaultdict


def _whole(spans):
    word = None
    for span in spans:
        if span.word[:2] == "##":
            if word and word["end"] == span.start:
                word["text"] += span.word[2:]
                word["end"] = span.end
        else:
            if word:
                yield word["group"], word["text"]
            word = {"group": span.entity_group, "text": span.word, "end": span.end}
    if word:
        yield word["group"], word["text"]


def entities(spans: list) -> dict[str, list[str]]:
    result: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for group, text in _whole(spans):
        result[group][text] = None
    return {group: [*texts] for group, texts in result.items()}
""",
        },
        "wrong": {},
    },
}
