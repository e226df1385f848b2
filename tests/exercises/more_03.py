"""More answers to the exercises of lesson 03: mistakes people make, and unusual ways to be right."""

CASES = {
    "03.1": {
        "right": {
            "generator helper": """
def texts(stream):
    for c in stream:
        for choice in c.choices[:1]:
            if choice.delta.content:
                yield choice.delta.content


def collect(stream):
    return "".join(texts(stream))
""",
            "keys": """
def collect(stream):
    t = ""
    for c in stream:
        if c["choices"]:
            t += c["choices"][0]["delta"]["content"] or ""
    return t
""",
            "reduce": """
from functools import reduce


def collect(stream):
    return reduce(lambda t, c: t + (c.choices[0].delta.content or "" if c.choices else ""), stream, "")
""",
            "stringio": """
import io


def collect(stream):
    b = io.StringIO()
    for c in stream:
        try:
            b.write(c.choices[0].delta.content)
        except (IndexError, TypeError):
            continue
    return b.getvalue()
""",
            "with": """
def collect(stream):
    with stream as s:
        return "".join((c.choices[0].delta.content or "" for c in s if c.choices))
""",
        },
        "wrong": {
            "strip all": ("""
def collect(stream):
    return "".join((c.choices[0].delta.content or "" for c in stream if c.choices)).strip()
""", "loses-text"),
            "skip blank": ("""
def collect(stream):
    return "".join(
        (
            c.choices[0].delta.content
            for c in stream
            if c.choices and c.choices[0].delta.content and c.choices[0].delta.content.strip()
        )
    )
""", "loses-text"),
            "dedup": ("""
def collect(stream):
    seen = []
    for c in stream:
        if c.choices and c.choices[0].delta.content not in seen:
            seen.append(c.choices[0].delta.content)
    return "".join((x or "" for x in seen))
""", "loses-text"),
            "default list": ("""
def collect(stream, parts=[]):
    for c in stream:
        if c.choices:
            parts.append(c.choices[0].delta.content or "")
    return "".join(parts)
""", "carries-over"),
            "finish break": ("""
def collect(stream):
    t = ""
    for c in stream:
        if not c.choices:
            continue
        if c.choices[0].finish_reason:
            break
        t += c.choices[0].delta.content or ""
    return t
""", "stops-at-finish"),
            "reasoning": ("""
def collect(stream):
    return "".join((c.choices[0].delta.content or c.choices[0].delta.reasoning or "" for c in stream if c.choices))
""", "adds-reasoning"),
            "message": ("""
def collect(stream):
    return "".join((c.choices[0].message.content for c in stream))
""", "wrong-attribute"),
            "yield": ("""
def collect(stream):
    for c in stream:
        if c.choices:
            yield (c.choices[0].delta.content or "")
""", "wrong-type"),
            "break on none": ("""
def collect(stream):
    t = ""
    for c in stream:
        if not c.choices or c.choices[0].delta.content is None:
            break
        t += c.choices[0].delta.content
    return t
""", "stops-early"),
            "skips first": ("""
def collect(stream):
    next(iter(stream))
    return "".join((c.choices[0].delta.content or "" for c in stream if c.choices))
""", "loses-text"),
            "last only": ("""
def collect(stream):
    t = ""
    for c in stream:
        if c.choices:
            t = c.choices[0].delta.content or t
    return t
""", "keeps-only-last"),
            "catch all": ("""
def collect(stream):
    t = ""
    try:
        for c in stream:
            t += c.choices[0].delta.content
    except Exception:
        pass
    return t
""", "stops-early"),
            "prints again": ("""
def collect(stream):
    for c in stream:
        if c.choices:
            print(c.choices[0].delta.content or "", end="")
""", "returns-none"),
            "async": ("""
async def collect(stream):
    return "".join([c.choices[0].delta.content async for c in stream])
""", "async"),
        },
    },
    "03.2": {
        "right": {
            "list pairs": """
def timeline(stream, clock):
    t0 = clock()
    out = []
    for c in stream:
        for ch in c.choices:
            if ch.delta.content:
                out.append([clock() - t0, ch.delta.content])
    return out
""",
            "walrus": """
def timeline(stream, clock):
    t0 = clock()
    return [(clock() - t0, t) for c in stream if c.choices and (t := c.choices[0].delta.content)]
""",
            "namedtuple": """
from collections import namedtuple

Ev = namedtuple("Ev", "t text")


def timeline(stream, clock):
    t0 = clock()
    out = []
    for c in stream:
        now = clock()
        if c.choices and c.choices[0].delta.content:
            out.append(Ev(now - t0, c.choices[0].delta.content))
    return out
""",
        },
        "wrong": {
            "rounds": ("""
def timeline(stream, clock):
    t0 = clock()
    return [(round(clock() - t0, 1), t) for c in stream if c.choices and (t := c.choices[0].delta.content)]
""", "rounds"),
            "strip": ("""
def timeline(stream, clock):
    t0 = clock()
    return [(clock() - t0, t) for c in stream if c.choices and (t := c.choices[0].delta.content) and t.strip()]
""", "wrong-texts"),
            "late": ("""
def timeline(stream, clock):
    t0 = clock()
    out = []
    prev = None
    for c in stream:
        if prev:
            out.append((clock() - t0, prev))
            prev = None
        if c.choices and c.choices[0].delta.content:
            prev = c.choices[0].delta.content
    if prev:
        out.append((clock() - t0, prev))
    return out
""", "wrong-clock"),
            "monotonic": ("""
import time


def timeline(stream, clock):
    t0 = time.monotonic()
    return [(time.monotonic() - t0, t) for c in stream if c.choices and (t := c.choices[0].delta.content)]
""", "wrong-clock"),
            "default clock": ("""
import time


def timeline(stream, clock=time.monotonic):
    clock = time.monotonic
    t0 = clock()
    return [(clock() - t0, t) for c in stream if c.choices and (t := c.choices[0].delta.content)]
""", "wrong-clock"),
            "generator again": ("""
def timeline(stream, clock):
    t0 = clock()
    for c in stream:
        if c.choices and c.choices[0].delta.content:
            yield (clock() - t0, c.choices[0].delta.content)
""", "wrong-type"),
            "swapped": ("""
def timeline(stream, clock):
    t0 = clock()
    return [(t, clock() - t0) for c in stream if c.choices and (t := c.choices[0].delta.content)]
""", "not-numbers"),
            "swapped args": ("""
def timeline(clock, stream):
    t0 = clock()
    return [(clock() - t0, t) for c in stream if c.choices and (t := c.choices[0].delta.content)]
""", "signature"),
            "clock not called": ("""
def timeline(stream, clock):
    t0 = clock
    return [(clock - t0, t) for c in stream if c.choices and (t := c.choices[0].delta.content)]
""", "crashed"),
            "milliseconds": ("""
def timeline(stream, clock):
    t0 = clock()
    return [((clock() - t0) * 1000, t) for c in stream if c.choices and (t := c.choices[0].delta.content)]
""", "milliseconds"),
            "merged text": ("""
def timeline(stream, clock):
    t0 = clock()
    s = ""
    out = []
    for c in stream:
        if c.choices and c.choices[0].delta.content:
            s += c.choices[0].delta.content
            out.append((clock() - t0, s))
    return out
""", "wrong-texts"),
            "example": ("""
def timeline(stream, clock):
    return [(0.4, "Hi"), (0.5, "!")]
""", "wrong-texts"),
            "start in loop": ("""
def timeline(stream, clock):
    t0 = None
    out = []
    for c in stream:
        t0 = t0 or clock()
        if c.choices and c.choices[0].delta.content:
            out.append((clock() - t0, c.choices[0].delta.content))
    return out
""", "starts-at-first-chunk"),
        },
    },
    "03.3": {
        "right": {
            "statistics": """
import math, numpy as np


def stream_metrics(events):
    t = np.array([e[0] for e in events], float)
    nan = float("nan")
    if t.size == 0:
        return dict(ttft=nan, itl_p50=nan, itl_p95=nan, tokens_per_s=nan)
    if t.size == 1:
        return dict(ttft=t[0], itl_p50=nan, itl_p95=nan, tokens_per_s=nan)
    g = t[1:] - t[:-1]
    p50, p95 = np.percentile(g, [50, 95])
    w = g.sum()
    return dict(ttft=t[0], itl_p50=p50, itl_p95=p95, tokens_per_s=g.size / w if w else nan)
""",
            "numpy scalars 32": """
import numpy as np
import math


def stream_metrics(events):
    t = [a for a, _ in events]
    g = np.diff(t)
    nan = np.nan
    return {
        "ttft": np.float64(t[0]) if t else nan,
        "itl_p50": np.median(g) if len(g) else nan,
        "itl_p95": np.quantile(g, 0.95) if len(g) else nan,
        "tokens_per_s": (len(t) - 1) / (t[-1] - t[0]) if len(t) > 1 and t[-1] > t[0] else nan,
    }
""",
        },
        "wrong": {
            "gap with ttft": ("""
import numpy as np
import math


def stream_metrics(events):
    t = [0] + [a for a, _ in events]
    g = np.diff(t)
    nan = math.nan
    n = len(events)
    return {
        "ttft": t[1] if n else nan,
        "itl_p50": float(np.percentile(g, 50)) if n > 1 else nan,
        "itl_p95": float(np.percentile(g, 95)) if n > 1 else nan,
        "tokens_per_s": (n - 1) / (t[-1] - t[1]) if n > 1 and t[-1] > t[1] else nan,
    }
""", "ttft-as-gap"),
            "nearest": ("""
import numpy as np
import math


def stream_metrics(events):
    t = [a for a, _ in events]
    g = np.diff(t)
    nan = math.nan
    n = len(t)
    return {
        "ttft": t[0] if n else nan,
        "itl_p50": float(np.percentile(g, 50)) if n > 1 else nan,
        "itl_p95": sorted(g)[int(0.95 * len(g))] if n > 1 else nan,
        "tokens_per_s": (n - 1) / (t[-1] - t[0]) if n > 1 and t[-1] > t[0] else nan,
    }
""", "max-for-p95"),
            "ms": ("""
import numpy as np
import math


def stream_metrics(events):
    t = [a for a, _ in events]
    g = np.diff(t) * 1000
    nan = math.nan
    n = len(t)
    return {
        "ttft": t[0] if n else nan,
        "itl_p50": float(np.percentile(g, 50)) if n > 1 else nan,
        "itl_p95": float(np.percentile(g, 95)) if n > 1 else nan,
        "tokens_per_s": (n - 1) / (t[-1] - t[0]) if n > 1 and t[-1] > t[0] else nan,
    }
""", "milliseconds"),
            "rounds": ("""
import numpy as np
import math


def stream_metrics(events):
    t = [a for a, _ in events]
    g = np.diff(t)
    nan = math.nan
    n = len(t)
    return {
        "ttft": t[0] if n else nan,
        "itl_p50": round(float(np.percentile(g, 50)), 2) if n > 1 else nan,
        "itl_p95": round(float(np.percentile(g, 95)), 2) if n > 1 else nan,
        "tokens_per_s": round((n - 1) / (t[-1] - t[0]), 1) if n > 1 and t[-1] > t[0] else nan,
    }
""", "rounds"),
            "inf": ("""
import numpy as np
import math


def stream_metrics(events):
    t = [a for a, _ in events]
    g = np.diff(t)
    nan = math.nan
    n = len(t)
    return {
        "ttft": t[0] if n else nan,
        "itl_p50": float(np.percentile(g, 50)) if n > 1 else nan,
        "itl_p95": float(np.percentile(g, 95)) if n > 1 else nan,
        "tokens_per_s": ((n - 1) / (t[-1] - t[0]) if t[-1] > t[0] else math.inf) if n > 1 else nan,
    }
""", "undefined-values"),
            "chars": ("""
import numpy as np
import math


def stream_metrics(events):
    t = [a for a, _ in events]
    g = np.diff(t)
    nan = math.nan
    n = len(t)
    return {
        "ttft": t[0] if n else nan,
        "itl_p50": float(np.percentile(g, 50)) if n > 1 else nan,
        "itl_p95": float(np.percentile(g, 95)) if n > 1 else nan,
        "tokens_per_s": sum((len(x) for _, x in events)) / (t[-1] - t[0]) if n > 1 and t[-1] > t[0] else nan,
    }
""", "wrong-tokens-per-s"),
            "pop": ("""
import numpy as np
import math


def stream_metrics(events):
    if not events:
        return dict.fromkeys(["ttft", "itl_p50", "itl_p95", "tokens_per_s"], math.nan)
    f = events.pop(0)[0]
    prev = f
    g = []
    for t, _ in events:
        g.append(t - prev)
        prev = t
    nan = math.nan
    return {
        "ttft": f,
        "itl_p50": float(np.percentile(g, 50)) if g else nan,
        "itl_p95": float(np.percentile(g, 95)) if g else nan,
        "tokens_per_s": len(g) / (prev - f) if g and prev > f else nan,
    }
""", "mutates-input"),
            "zero ttft": ("""
import numpy as np
import math


def stream_metrics(events):
    t = [a for a, _ in events]
    g = np.diff(t)
    nan = math.nan
    n = len(t)
    return {
        "ttft": t[0] if n > 1 else nan,
        "itl_p50": float(np.percentile(g, 50)) if n > 1 else nan,
        "itl_p95": float(np.percentile(g, 95)) if n > 1 else nan,
        "tokens_per_s": (n - 1) / (t[-1] - t[0]) if n > 1 and t[-1] > t[0] else nan,
    }
""", "undefined-values"),
            "example": ("""
import numpy as np
import math


def stream_metrics(events):
    return {"ttft": 0.5, "itl_p50": 0.2, "itl_p95": 0.2, "tokens_per_s": 5.0}
""", "wrong-ttft"),
        },
    },
    "03.4": {
        "right": {
            "closing": """
from contextlib import closing


def stream_until(stream, stop):
    with closing(stream):
        t = ""
        for c in stream:
            if c.choices and c.choices[0].delta.content:
                t += c.choices[0].delta.content
                i = t.find(stop)
                if i >= 0:
                    return t[:i]
        return t
""",
            "partition helper": """
def pieces(s):
    for c in s:
        yield (c.choices[0].delta.content or "" if c.choices else "")


def stream_until(stream, stop: str) -> str:
    buf = []
    try:
        for p in pieces(stream):
            buf.append(p)
            head, sep, _ = "".join(buf).partition(stop)
            if sep:
                return head
    finally:
        stream.close()
    return "".join(buf)
""",
        },
        "wrong": {
            "rfind": ("""
def stream_until(stream, stop):
    t = ""
    try:
        for c in stream:
            t += c.choices[0].delta.content or "" if c.choices else ""
            if stop in t:
                return t[: t.rfind(stop)]
        return t
    finally:
        stream.close()
""", "not-the-first"),
            "find > 0": ("""
def stream_until(stream, stop):
    t = ""
    try:
        for c in stream:
            t += c.choices[0].delta.content or "" if c.choices else ""
            if t.find(stop) > 0:
                return t.split(stop)[0]
        return t
    finally:
        stream.close()
""", "wrong-text"),
            "state machine": ("""
def stream_until(stream, stop):
    t = ""
    k = 0
    try:
        for c in stream:
            for ch in c.choices[0].delta.content or "" if c.choices else "":
                t += ch
                k = k + 1 if ch == stop[k] else 0
                if k == len(stop):
                    return t[:-k]
        return t
    finally:
        stream.close()
""", "per-chunk-only"),
            "two chunks": ("""
def stream_until(stream, stop):
    t = ""
    prev = ""
    try:
        for c in stream:
            cur = c.choices[0].delta.content or "" if c.choices else ""
            t += cur
            if stop in prev + cur:
                return t[: t.find(stop)]
            prev = cur
        return t
    finally:
        stream.close()
""", "per-chunk-only"),
            "one more": ("""
def stream_until(stream, stop):
    t = ""
    try:
        for c in stream:
            if stop in t:
                return t.split(stop, 1)[0]
            t += c.choices[0].delta.content or "" if c.choices else ""
        return t.split(stop, 1)[0]
    finally:
        stream.close()
""", "reads-to-the-end"),
            "strip": ("""
def stream_until(stream, stop):
    t = ""
    try:
        for c in stream:
            t += c.choices[0].delta.content or "" if c.choices else ""
            if stop in t:
                return t.split(stop, 1)[0].strip()
        return t
    finally:
        stream.close()
""", "strips"),
            "swallow": ("""
def stream_until(stream, stop):
    t = ""
    try:
        for c in stream:
            t += c.choices[0].delta.content or "" if c.choices else ""
            if stop in t:
                return t.split(stop, 1)[0]
    except Exception:
        pass
    finally:
        stream.close()
    return t
""", "hides-errors"),
            "return in finally": ("""
def stream_until(stream, stop):
    t = ""
    try:
        for c in stream:
            t += c.choices[0].delta.content or "" if c.choices else ""
            if stop in t:
                break
    finally:
        stream.close()
        return t.split(stop, 1)[0]
""", "hides-errors"),
            "close on error only": ("""
def stream_until(stream, stop):
    t = ""
    try:
        for c in stream:
            t += c.choices[0].delta.content or "" if c.choices else ""
            if stop in t:
                return t.split(stop, 1)[0]
        return t
    except Exception:
        stream.close()
        raise
""", "never-closes"),
            "del": ("""
def stream_until(stream, stop):
    t = ""
    for c in stream:
        t += c.choices[0].delta.content or "" if c.choices else ""
        if stop in t:
            break
    del stream
    return t.split(stop, 1)[0]
""", "never-closes"),
            "none when absent": ("""
def stream_until(stream, stop):
    t = ""
    try:
        for c in stream:
            t += c.choices[0].delta.content or "" if c.choices else ""
            if stop in t:
                return t.split(stop, 1)[0]
    finally:
        stream.close()
""", "returns-none"),
            "case": ("""
def stream_until(stream, stop):
    t = ""
    try:
        for c in stream:
            t += c.choices[0].delta.content or "" if c.choices else ""
            if t.endswith(stop):
                return t[: -len(stop)]
        return t
    finally:
        stream.close()
""", "wrong-text"),
        },
    },
}
