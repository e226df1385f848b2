"""Answers in other styles, written from the cards alone: ten exercises, three right and five or more beginners' mistakes each."""

CASES = {
    "00.1": {
        "right": {
            "class with __call__": """
class Masker:
    prefix, stars, shown = "hf_", "*" * 8, 4

    def __call__(self, token):
        secret = (token or "").removeprefix(self.prefix)
        tail = secret[-self.shown:] if len(secret) > 2 * self.shown else ""
        return f"{self.prefix}{self.stars}{tail}"


mask_token = Masker()
""",
            "match": """
def mask_token(token: str | None) -> str:
    match list(token or ""):
        case ["h", "f", "_", *secret, a, b, c, d] if len(secret) >= 6:
            return "hf_" + "•" * 6 + a + b + c + d
        case _:
            return "hf_" + "•" * 6
""",
            "regular expression": """
import re
from functools import partial

_cut = partial(re.sub, r"^(?:hf_)?(?:.{6,}(.{4})|.*)$", lambda found: "hf_…" + (found[1] or ""), flags=re.DOTALL)


def mask_token(token):
    return _cut(token) if token else "hf_…"
""",
        },
        "wrong": {
            "the example only": ("""
def mask_token(token):
    if token == "hf_ABCDEFGHIJKLMNOPQRST":
        return "hf_****QRST"
    return "hf_****"
""", "no-end"),
            "five at the end": ("""
def mask_token(token):
    if not token or len(token) < 12:
        return "hf_****"
    return "hf_****" + token[-5:]
""", "shows-too-much"),
            "four short ones, too": ("""
def mask_token(token):
    if token is None:
        return "hf_****"
    return "hf_****" + token[3:][-4:]
""", "short-shown"),
            "catches everything": ("""
def mask_token(token):
    try:
        return "hf_****" + token[-4:]
    except Exception:
        return None
""", "short-shown"),
            "stars for all": ("""
def mask_token(token):
    return "*" * len(token or "")
""", "no-prefix"),
            "prints the mask": ("""
def mask_token(token):
    secret = (token or "")[3:]
    if len(secret) > 8:
        print("hf_****" + secret[-4:])
    else:
        print("hf_****")
""", "returns-none"),
        },
    },
    "01.4": {
        "right": {
            "table of pairs": """
TEXTS = {401: ("token unknown", "Make a new token."), 402: ("credits used up", "Buy credits or wait."),
         403: ("token may not do this", "Give it the permission."), 404: ("no such model", "Check the model's id."),
         410: ("host retired", "Use the router."), 422: ("bad parameters", "Read the message and mend them.")}


def explain_error(exc):
    names = {cls.__name__ for cls in type(exc).__mro__}
    if names & {"TimeoutError", "TimeoutException"}:
        return "timeout: no answer in time", "Try again, or allow more time."
    status = getattr(getattr(exc, "response", None), "status_code", None)
    if status is None:
        return f"unknown: {type(exc).__name__}", "Look at the traceback."
    cause, step = TEXTS.get(status, ("the server refused", "Look the status up."))
    return f"{status}: {cause}", step
""",
            "match on status": """
def explain_error(exc: Exception) -> tuple[str, str]:
    if isinstance(exc, TimeoutError) or any(c.__name__ == "TimeoutException" for c in type(exc).mro()):
        return ("timeout while waiting", "Pass a longer timeout.")
    match getattr(exc, "response", None):
        case None:
            return ("unknown problem", "Read the traceback from below.")
        case r:
            match r.status_code:
                case 401: t = ("unauthorised", "log in")
                case 402: t = ("no credits", "add credits")
                case 403: t = ("forbidden", "change the token's rights")
                case 404: t = ("not found", "spell the id right")
                case 410: t = ("gone", "use the new address")
                case 422: t = ("not understood", "fix the arguments")
                case _: t = ("other status", "ask the provider")
            return (f"{r.status_code}: {t[0]}", t[1])
""",
            "singledispatch": """
from functools import singledispatch

STEPS = {401: "New token.", 402: "More credits.", 403: "More rights.", 404: "Another id.", 410: "Another host.",
         422: "Other values."}


@singledispatch
def explain_error(exc):
    if "TimeoutException" in [base.__name__ for base in type(exc).__mro__]:
        return late(exc)
    if (reply := getattr(exc, "response", None)) is None:
        return "unknown", "Read the traceback."
    step = STEPS.get(reply.status_code, "Search for it.")
    return f"{reply.status_code}: {step}", step


@explain_error.register
def late(exc: TimeoutError):
    return "timeout", "Wait longer."
""",
        },
        "wrong": {
            "only a string": ("""
def explain_error(exc):
    return f"{exc.response.status_code}: look it up"
""", "not-a-pair"),
            "one text for all": ("""
def explain_error(exc):
    if isinstance(exc, TimeoutError) or any(c.__name__ == "TimeoutException" for c in type(exc).mro()):
        return "timeout", "again"
    r = getattr(exc, "response", None)
    if r is None:
        return "unknown", "again"
    return f"{r.status_code}: an error", "try again"
""", "same-text"),
            "str of the exception": ("""
def explain_error(exc):
    text = str(exc)
    for code, step in {"401": "token", "402": "credits", "403": "rights", "404": "id", "410": "host", "422": "values"}.items():
        if code in text:
            return f"{code}: {step}", step
    if "timed out" in text.lower() or "timeout" in text.lower():
        return "timeout", "wait"
    return "unknown", "?"
""", "status-from-text"),
            "status last": ("""
def explain_error(exc):
    steps = {401: "token", 402: "credits", 403: "rights", 404: "id", 410: "host", 422: "values"}
    if isinstance(exc, TimeoutError) or any(c.__name__ == "TimeoutException" for c in type(exc).mro()):
        return "timeout", "wait"
    r = getattr(exc, "response", None)
    if r is None:
        return "unknown", "traceback"
    return f"{steps.get(r.status_code, 'other')} ({r.status_code})", steps.get(r.status_code, "other")
""", "status-not-first"),
            "timeout left out": ("""
def explain_error(exc):
    steps = {401: "token", 402: "credits", 403: "rights", 404: "id", 410: "host", 422: "values"}
    r = getattr(exc, "response", None)
    if r is None:
        return "unknown", "traceback"
    return f"{r.status_code}: " + steps.get(r.status_code, "other"), steps.get(r.status_code, "other")
""", "timeout-missed"),
            "forgot to return": ("""
def explain_error(exc):
    status = getattr(getattr(exc, "response", None), "status_code", None)
    answer = (f"{status}: no", "next")
""", "returns-none"),
        },
    },
    "02.4": {
        "right": {
            "walrus": """
class Truncated(Exception):
    pass


def reply_text(resp):
    if not (choices := resp.choices):
        return ""
    if (first := choices[0]).finish_reason == "length":
        raise Truncated("max_tokens was too small")
    return first.message.content or ""
""",
            "next of iter": """
class Truncated(RuntimeError):
    def __init__(self, text=None):
        super().__init__(f"cut off after {len(text or '')} characters")
        self.text = text


def reply_text(resp):
    choice = next(iter(resp.choices or ()), None)
    if choice is None:
        return ""
    if choice.finish_reason in {"length"}:
        raise Truncated(choice.message.content)
    return "" if choice.message.content is None else choice.message.content
""",
            "match": """
class Truncated(Exception):
    ...


def reply_text(resp, /):
    match resp.choices:
        case [first, *_] if first.finish_reason == "length":
            raise Truncated
        case [first, *_] if (text := first.message.content) is not None:
            return text
        case _:
            return ""
""",
        },
        "wrong": {
            "returns the error": ("""
class Truncated(Exception):
    pass


def reply_text(resp):
    if not resp.choices:
        return ""
    if resp.choices[0].finish_reason == "length":
        return Truncated("cut")
    return resp.choices[0].message.content or ""
""", "ignores-length"),
            "checks for stop": ("""
class Truncated(Exception):
    pass


def reply_text(resp):
    if not resp.choices:
        return ""
    if resp.choices[0].finish_reason != "stop":
        raise Truncated
    return resp.choices[0].message.content or ""
""", "always-truncated"),
            "last choice, another way": ("""
class Truncated(Exception):
    pass


def reply_text(resp):
    if not resp.choices:
        return ""
    choice = resp.choices[-1]
    if choice.finish_reason == "length":
        raise Truncated
    return choice.message.content or ""
""", "wrong-choice"),
            "the message": ("""
class Truncated(Exception):
    pass


def reply_text(resp):
    if not resp.choices:
        return ""
    if resp.choices[0].finish_reason == "length":
        raise Truncated
    return resp.choices[0].message
""", "wrong-text"),
            "str of None, another way": ("""
class Truncated(Exception):
    pass


def reply_text(resp):
    if not resp.choices:
        return ""
    if resp.choices[0].finish_reason == "length":
        raise Truncated
    return str(resp.choices[0].message.content)
""", "none-as-text"),
            "catches everything": ("""
class Truncated(Exception):
    pass


def reply_text(resp):
    try:
        if resp.choices[0].finish_reason == "length":
            raise Truncated
        return resp.choices[0].message.content or ""
    except Exception:
        return ""
""", "ignores-length"),
        },
    },
    "03.1": {
        "right": {
            "chain": """
from itertools import chain


def collect(stream):
    deltas = (choice.delta.content for choice in chain.from_iterable(chunk.choices[:1] for chunk in stream))
    return "".join(filter(None, deltas))
""",
            "reduce, another way": """
from functools import reduce
from operator import add


def collect(stream):
    return reduce(add, (c.choices[0].delta.content or "" for c in stream if c.choices), "")
""",
            "StringIO": """
import io


def collect(stream, *, out=None):
    with io.StringIO() as page:
        for chunk in stream:
            if len(chunk.choices) == 0:
                continue
            if (piece := chunk.choices[0].delta.content) is not None:
                page.write(piece)
        return page.getvalue()
""",
        },
        "wrong": {
            "returns in the loop": ("""
def collect(stream):
    text = ""
    for chunk in stream:
        if chunk.choices:
            text += chunk.choices[0].delta.content or ""
        return text
""", "returns-in-loop"),
            "breaks at None": ("""
def collect(stream):
    text = ""
    for chunk in stream:
        if not chunk.choices or chunk.choices[0].delta.content is None:
            break
        text += chunk.choices[0].delta.content
    return text
""", "stops-early"),
            "overwrites": ("""
def collect(stream):
    text = ""
    for chunk in stream:
        if chunk.choices and chunk.choices[0].delta.content:
            text = chunk.choices[0].delta.content
    return text
""", "keeps-only-last"),
            "yields": ("""
def collect(stream):
    for chunk in stream:
        if chunk.choices and chunk.choices[0].delta.content:
            yield chunk.choices[0].delta.content
""", "wrong-type"),
            "prints, another way": ("""
def collect(stream):
    for chunk in stream:
        if chunk.choices and chunk.choices[0].delta.content:
            print(chunk.choices[0].delta.content, end="")
""", "returns-none"),
            "message not delta": ("""
def collect(stream):
    return "".join(chunk.choices[0].message.content or "" for chunk in stream if chunk.choices)
""", "wrong-attribute"),
            "catches everything": ("""
def collect(stream):
    text = ""
    try:
        for chunk in stream:
            text += chunk.choices[0].delta.content
    except Exception:
        pass
    return text
""", "stops-early"),
        },
    },
    "04.3": {
        "right": {
            "heapq, another way": """
import heapq


def search(q, docs_emb, k):
    scored = ((float(s), -i) for i, s in enumerate(docs_emb @ q))
    return [(-i, s) for s, i in heapq.nlargest(k, scored)]
""",
            "pure Python": """
def search(q, docs_emb, k):
    result = []
    for number, row in enumerate(docs_emb.tolist()):
        result.append((number, sum(a * b for a, b in zip(row, q.tolist()))))
    result.sort(key=lambda pair: pair[1], reverse=True)
    return result[:k]
""",
            "dataclass order": """
from dataclasses import dataclass, field
from itertools import islice


@dataclass(order=True)
class Hit:
    minus: float
    row: int


def search(q, docs_emb, k):
    hits = sorted(Hit(-float(np.dot(row, q)), n) for n, row in enumerate(docs_emb))
    return [(hit.row, -hit.minus) for hit in islice(hits, k)]
""",
        },
        "wrong": {
            "pairs swapped": ("""
def search(q, docs_emb, k):
    s = docs_emb @ q
    return [(float(s[i]), int(i)) for i in np.argsort(-s, kind="stable")[:k]]
""", "not-numbers"),
            "numbers from one": ("""
def search(q, docs_emb, k):
    s = docs_emb @ q
    return [(int(i) + 1, float(s[i])) for i in np.argsort(-s, kind="stable")[:k]]
""", "one-based"),
            "k plus one": ("""
def search(q, docs_emb, k):
    s = docs_emb @ q
    return [(int(i), float(s[i])) for i in np.argsort(-s, kind="stable")[:k + 1]]
""", "wrong-number"),
            "always three": ("""
def search(q, docs_emb, k=3):
    s = docs_emb @ q
    return [(int(i), float(s[i])) for i in np.argsort(-s, kind="stable")[:3]]
""", "wrong-number"),
            "sorts the documents": ("""
def search(q, docs_emb, k):
    docs_emb.sort(axis=0)
    s = docs_emb @ q
    return [(int(i), float(s[i])) for i in np.argsort(-s, kind="stable")[:k]]
""", "mutates-input"),
            "a generator": ("""
def search(q, docs_emb, k):
    s = docs_emb @ q
    for i in np.argsort(-s, kind="stable")[:k]:
        yield int(i), float(s[i])
""", "wrong-type"),
            "rounded": ("""
def search(q, docs_emb, k):
    s = (docs_emb @ q).round(2)
    return [(int(i), float(s[i])) for i in np.argsort(-s, kind="stable")[:k]]
""", "rounds"),
        },
    },
    "05.2": {
        "right": {
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
        "wrong": {
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
    "05.3": {
        "right": {
            "Counter": """
from collections import Counter


def confusion(y, p, labels):
    seen = Counter(zip(y, p, strict=True))
    return np.array([[seen[a, b] for b in labels] for a in labels], dtype=int)
""",
            "one-hot product": """
def confusion(y, p, labels):
    one_hot = lambda words: (np.asarray(words, dtype=object)[:, None] == np.asarray(labels, dtype=object)[None]).astype(np.int64)
    return one_hot(y).T @ one_hot(p)
""",
            "bincount, another way": """
def confusion(y, p, labels):
    n, place = len(labels), {label: i for i, label in enumerate(labels)}
    flat = np.array([place[a] * n + place[b] for a, b in zip(y, p)], dtype=int)
    return np.bincount(flat, minlength=n * n).reshape(n, n)
""",
        },
        "wrong": {
            "columns first": ("""
def confusion(y, p, labels):
    m = np.zeros((len(labels), len(labels)), dtype=int)
    for a, b in zip(y, p):
        m[labels.index(b), labels.index(a)] += 1
    return m
""", "transposed"),
            "ones": ("""
def confusion(y, p, labels):
    m = np.ones((len(labels), len(labels)), dtype=int)
    for a, b in zip(y, p):
        m[labels.index(a), labels.index(b)] += 1
    return m
""", "begins-at-one"),
            "sets instead of counts": ("""
def confusion(y, p, labels):
    m = np.zeros((len(labels), len(labels)), dtype=int)
    for a, b in zip(y, p):
        m[labels.index(a), labels.index(b)] = 1
    return m
""", "wrong-counts"),
            "labels seen, another way": ("""
def confusion(y, p, labels):
    labels = sorted(set(y) | set(p))
    m = np.zeros((len(labels), len(labels)), dtype=int)
    for a, b in zip(y, p):
        m[labels.index(a), labels.index(b)] += 1
    return m
""", "drops-classes"),
            "last pair lost": ("""
def confusion(y, p, labels):
    m = np.zeros((len(labels), len(labels)), dtype=int)
    for i in range(len(y) - 1):
        m[labels.index(y[i]), labels.index(p[i])] += 1
    return m
""", "loses-last-pair"),
            "sorts the labels": ("""
def confusion(y, p, labels):
    labels.sort()
    m = np.zeros((len(labels), len(labels)), dtype=int)
    for a, b in zip(y, p):
        m[labels.index(a), labels.index(b)] += 1
    return m
""", "sorted-labels"),
            "lists": ("""
def confusion(y, p, labels):
    return [[sum(a == r and b == c for a, b in zip(y, p)) for c in labels] for r in labels]
""", "wrong-type"),
        },
    },
    "06.4": {
        "right": {
            "Fraction": """
from fractions import Fraction


def plan_batch(n, price, budget):
    price, budget = Fraction(str(price)), Fraction(str(budget))
    return n if price == 0 else max(0, min(n, budget // price))
""",
            "counting": """
from decimal import Decimal
from itertools import accumulate, repeat, takewhile


def plan_batch(n, price, budget):
    exact = lambda value: Decimal(str(value))
    spent = accumulate(repeat(exact(price), n))
    return sum(1 for _ in takewhile(lambda total: total <= exact(budget), spent)) if exact(price) else n
""",
            "early returns": """
import decimal


def plan_batch(n: int, price, budget) -> int:
    price, budget = map(decimal.Decimal, map(str, (price, budget)))
    if not price:
        return n
    if budget <= 0:
        return 0
    most = int((budget / price).to_integral_value(decimal.ROUND_FLOOR))
    if most * price > budget:
        most -= 1
    return min(most, n)
""",
        },
        "wrong": {
            "floats": ("""
def plan_batch(n, price, budget):
    if float(price) == 0:
        return n
    return max(0, min(n, int(float(budget) / float(price))))
""", "float-floor"),
            "rounds to the nearest": ("""
from decimal import Decimal


def plan_batch(n, price, budget):
    price, budget = Decimal(str(price)), Decimal(str(budget))
    if price == 0:
        return n
    return max(0, min(n, round(budget / price)))
""", "over-budget"),
            "one too few, another way": ("""
from decimal import Decimal


def plan_batch(n, price, budget):
    price, budget = Decimal(str(price)), Decimal(str(budget))
    if price == 0:
        return n
    made = 0
    while made < n and (made + 1) * price < budget:
        made += 1
    return made
""", "strictly-less"),
            "Decimal of the float": ("""
from decimal import Decimal


def plan_batch(n, price, budget):
    price, budget = Decimal(price), Decimal(budget)
    if price == 0:
        return n
    return max(0, min(n, int(budget // price)))
""", "float-floor"),
            "catches the zero": ("""
from decimal import Decimal


def plan_batch(n, price, budget):
    try:
        return max(0, min(n, int(Decimal(str(budget)) // Decimal(str(price)))))
    except Exception:
        return 0
""", "price-zero"),
            "the money left": ("""
from decimal import Decimal


def plan_batch(n, price, budget):
    price, budget = Decimal(str(price)), Decimal(str(budget))
    if price == 0:
        return n
    return budget - min(n, budget // price) * price
""", "not-whole"),
        },
    },
    "07.4": {
        "right": {
            "next free time": """
class TokenBucket:
    def __init__(self, rate, capacity, clock):
        self.rate, self.capacity, self.clock = rate, capacity, clock
        self.empty_at = clock() - capacity / rate

    def take(self, n=1):
        if n > self.capacity:
            raise ValueError(f"{n} tokens never fit into {self.capacity}")
        now = self.clock()
        self.empty_at = max(self.empty_at, now - self.capacity / self.rate) + n / self.rate
        return max(0.0, self.empty_at - now)
""",
            "property and slots": """
class TokenBucket:
    __slots__ = ("_rate", "_capacity", "_clock", "_level", "_at")

    def __init__(self, rate: float, capacity: float, clock) -> None:
        self._rate, self._capacity, self._clock = rate, capacity, clock
        self._level, self._at = float(capacity), clock()

    @property
    def level(self) -> float:
        now = self._clock()
        self._level, self._at = min(self._capacity, self._level + (now - self._at) * self._rate), now
        return self._level

    def take(self, n: float = 1) -> float:
        if n > self._capacity:
            raise ValueError("more than the bucket holds")
        self._level = self.level - n
        return -self._level / self._rate if self._level < 0 else 0.0
""",
            "generator inside": """
def _bucket(rate, capacity, clock):
    level, before, wait = capacity, clock(), 0.0
    while True:
        n = yield wait
        now = clock()
        level, before = min(capacity, level + (now - before) * rate) - n, now
        wait = max(0.0, -level / rate)


class TokenBucket:
    def __init__(self, rate, capacity, clock):
        self.capacity, self.run = capacity, _bucket(rate, capacity, clock)
        next(self.run)

    def take(self, n=1):
        if n > self.capacity:
            raise ValueError(n)
        return self.run.send(n)
""",
        },
        "wrong": {
            "starts empty, another way": ("""
class TokenBucket:
    def __init__(self, rate, capacity, clock):
        self.rate, self.capacity, self.clock, self.level, self.at = rate, capacity, clock, 0, clock()

    def take(self, n=1):
        if n > self.capacity:
            raise ValueError
        now = self.clock()
        self.level = min(self.capacity, self.level + (now - self.at) * self.rate) - n
        self.at = now
        return max(0.0, -self.level / self.rate)
""", "not-full-at-start"),
            "no cap": ("""
class TokenBucket:
    def __init__(self, rate, capacity, clock):
        self.rate, self.capacity, self.clock, self.level, self.at = rate, capacity, clock, capacity, clock()

    def take(self, n=1):
        if n > self.capacity:
            raise ValueError
        now = self.clock()
        self.level += (now - self.at) * self.rate - n
        self.at = now
        return max(0.0, -self.level / self.rate)
""", "past-capacity"),
            "not reserved": ("""
class TokenBucket:
    def __init__(self, rate, capacity, clock):
        self.rate, self.capacity, self.clock, self.level, self.at = rate, capacity, clock, capacity, clock()

    def take(self, n=1):
        if n > self.capacity:
            raise ValueError
        now = self.clock()
        self.level = min(self.capacity, self.level + (now - self.at) * self.rate)
        self.at = now
        if self.level >= n:
            self.level -= n
            return 0.0
        return (n - self.level) / self.rate
""", "no-reservation"),
            "time.time": ("""
import time


class TokenBucket:
    def __init__(self, rate, capacity, clock):
        self.rate, self.capacity, self.level, self.at = rate, capacity, capacity, time.time()

    def take(self, n=1):
        if n > self.capacity:
            raise ValueError
        now = time.time()
        self.level = min(self.capacity, self.level + (now - self.at) * self.rate) - n
        self.at = now
        return max(0.0, -self.level / self.rate)
""", "wrong-clock"),
            "shared by all buckets": ("""
class TokenBucket:
    level = None

    def __init__(self, rate, capacity, clock):
        self.rate, self.capacity, self.clock, self.at = rate, capacity, clock, clock()
        if TokenBucket.level is None:
            TokenBucket.level = capacity

    def take(self, n=1):
        if n > self.capacity:
            raise ValueError
        now = self.clock()
        TokenBucket.level = min(self.capacity, TokenBucket.level + (now - self.at) * self.rate) - n
        self.at = now
        return max(0.0, -TokenBucket.level / self.rate)
""", "shared-state"),
            "returns False": ("""
class TokenBucket:
    def __init__(self, rate, capacity, clock):
        self.rate, self.capacity, self.clock, self.level, self.at = rate, capacity, clock, capacity, clock()

    def take(self, n=1):
        if n > self.capacity:
            raise ValueError
        now = self.clock()
        self.level = min(self.capacity, self.level + (now - self.at) * self.rate)
        self.at = now
        if self.level < n:
            return False
        self.level -= n
        return True
""", "yes-or-no"),
        },
    },
    "08.3": {
        "right": {
            "conditional": """
def breakeven_rph(rate, cost_per_request, capacity_rph):
    crossing = rate / cost_per_request if cost_per_request else float("inf")
    return crossing if crossing <= capacity_rph else None
""",
            "early returns": """
def breakeven_rph(rate: float, cost_per_request: float, capacity_rph: float) -> float | None:
    if cost_per_request <= 0:
        return None
    if capacity_rph * cost_per_request < rate and rate / cost_per_request > capacity_rph:
        return None
    return rate / cost_per_request
""",
            "exception": """
def breakeven_rph(rate, cost_per_request, capacity_rph):
    try:
        needed = rate / cost_per_request
    except ZeroDivisionError:
        needed = None
    return None if needed is None or needed > capacity_rph else needed
""",
        },
        "wrong": {
            "rounded": ("""
def breakeven_rph(rate, cost_per_request, capacity_rph):
    if not cost_per_request:
        return None
    r = round(rate / cost_per_request)
    return r if r <= capacity_rph else None
""", "rounds"),
            "the other way round": ("""
def breakeven_rph(rate, cost_per_request, capacity_rph):
    if not cost_per_request:
        return None
    r = cost_per_request / rate
    return r if r <= capacity_rph else None
""", "inverted"),
            "capped, another way": ("""
def breakeven_rph(rate, cost_per_request, capacity_rph):
    if not cost_per_request:
        return None
    return min(rate / cost_per_request, capacity_rph)
""", "ignores-capacity"),
            "a second": ("""
def breakeven_rph(rate, cost_per_request, capacity_rph):
    if not cost_per_request:
        return None
    r = rate / 3600 / cost_per_request
    return r if r <= capacity_rph else None
""", "per-second"),
            "the example": ("""
def breakeven_rph(rate, cost_per_request, capacity_rph):
    return 0.80 / 0.00045
""", "constant"),
            "infinite": ("""
def breakeven_rph(rate, cost_per_request, capacity_rph):
    if cost_per_request == 0:
        return float("inf")
    r = rate / cost_per_request
    return r if r <= capacity_rph else None
""", "free-calls"),
            "prints": ("""
def breakeven_rph(rate, cost_per_request, capacity_rph):
    if cost_per_request and rate / cost_per_request <= capacity_rph:
        print(rate / cost_per_request)
""", "returns-none"),
        },
    },
}
