"""Right and wrong answers to the exercises of lesson 03."""

HEAD = "import math\nimport numpy as np\n"


def metrics(ttft="times[0]", p50="float(np.percentile(gaps, 50))", p95="float(np.percentile(gaps, 95))", speed="len(gaps) / (times[-1] - times[0])",
            few="math.nan"):
    """An answer to 03.3 with one part replaced; too few pieces are guarded in a plain way."""
    return HEAD + f"""
def stream_metrics(events):
    times = [t for t, _ in events]
    gaps = np.diff(times)
    if len(times) == 0:
        return dict(ttft={few}, itl_p50={few}, itl_p95={few}, tokens_per_s={few})
    if len(times) == 1:
        return dict(ttft=times[0], itl_p50={few}, itl_p95={few}, tokens_per_s={few})
    if times[-1] == times[0]:
        return dict(ttft=times[0], itl_p50=0.0, itl_p95=0.0, tokens_per_s={few})
    return dict(ttft={ttft}, itl_p50={p50}, itl_p95={p95}, tokens_per_s={speed})
"""


def until(body, head="text = ''"):
    return f"def stream_until(stream, stop):\n    {head}\n" + "\n".join("    " + line for line in body.strip("\n").splitlines())


CASES = {
    "03.1": {
        "right": {
            "comprehension": "def collect(stream):\n    return ''.join(c.choices[0].delta.content or '' for c in stream if c.choices)",
            "loop": """
def collect(stream):
    text = ""
    for chunk in stream:
        for choice in chunk.choices:
            if choice.delta.content is not None:
                text += choice.delta.content
    return text
""",
        },
        "wrong": {
            "unguarded": ("def collect(stream):\n    return ''.join(c.choices[0].delta.content or '' for c in stream)", "unguarded-choices"),
            "None as text": ("def collect(stream):\n    return ''.join(str(c.choices[0].delta.content) for c in stream if c.choices)", "none-as-text"),
            "None added": ("def collect(stream):\n    t = ''\n    for c in stream:\n        if c.choices:\n            t += c.choices[0].delta.content\n    return t",
                           "none-not-handled"),
            "spaces": ("def collect(stream):\n    return ' '.join(c.choices[0].delta.content for c in stream if c.choices and c.choices[0].delta.content)",
                       "adds-space"),
            "newlines": ("def collect(stream):\n    return '\\n'.join(c.choices[0].delta.content for c in stream if c.choices and c.choices[0].delta.content)",
                         "adds-space"),
            "stops": ("def collect(stream):\n    t = ''\n    for c in stream:\n        if not c.choices or (not c.choices[0].delta.content and t):\n            break\n"
                      "        t += c.choices[0].delta.content or ''\n    return t", "stops-early"),
            "list": ("def collect(stream):\n    return [c.choices[0].delta.content or '' for c in stream if c.choices]", "wrong-type"),
            "prints": ("def collect(stream):\n    for c in stream:\n        if c.choices:\n            print(c.choices[0].delta.content or '', end='')", "returns-none"),
            "strips": ("def collect(stream):\n    return ''.join((c.choices[0].delta.content or '').strip() for c in stream if c.choices)", "loses-text"),
        },
    },
    "03.2": {
        "right": {
            "generator": """
def timeline(stream, clock):
    t0 = clock()
    def events():
        for chunk in stream:
            if chunk.choices and chunk.choices[0].delta.content:
                now = clock()
                yield now - t0, chunk.choices[0].delta.content
    return list(events())
""",
            "while": """
def timeline(stream, clock):
    start, out, it = clock(), [], iter(stream)
    while True:
        try:
            chunk = next(it)
        except StopIteration:
            return out
        at = clock() - start
        text = "".join(choice.delta.content or "" for choice in chunk.choices)
        if text:
            out.append((at, text))
""",
        },
        "wrong": {
            "first chunk": ("""
def timeline(stream, clock):
    start, out = None, []
    for c in stream:
        if start is None:
            start = clock()
        if c.choices and c.choices[0].delta.content:
            out.append((clock() - start, c.choices[0].delta.content))
    return out
""", "starts-at-first-chunk"),
            "time.time": ("""
import time
def timeline(stream, clock):
    start = clock()
    return [(time.time() - start, c.choices[0].delta.content) for c in stream if c.choices and c.choices[0].delta.content]
""", "not-relative"),
            "list first": ("""
def timeline(stream, clock):
    start = clock()
    chunks = list(stream)
    return [(clock() - start, c.choices[0].delta.content) for c in chunks if c.choices and c.choices[0].delta.content]
""", "consumes-first"),
            "role counted": ("""
def timeline(stream, clock):
    start = clock()
    return [(clock() - start, c.choices[0].delta.content) for c in stream if c.choices]
""", "counts-empty-chunks"),
            "absolute": ("""
def timeline(stream, clock):
    return [(clock(), c.choices[0].delta.content) for c in stream if c.choices and c.choices[0].delta.content]
""", "not-relative"),
            "gaps": ("""
def timeline(stream, clock):
    last, out = clock(), []
    for c in stream:
        if c.choices and c.choices[0].delta.content:
            now = clock()
            out.append((now - last, c.choices[0].delta.content))
            last = now
    return out
""", "gaps-not-times"),
            "own clock": ("""
import time
def timeline(stream, clock):
    start = time.monotonic()
    return [(time.monotonic() - start + 1, c.choices[0].delta.content) for c in stream if c.choices and c.choices[0].delta.content]
""", "wrong-clock"),
            "texts only": ("def timeline(stream, clock):\n    return [c.choices[0].delta.content for c in stream if c.choices and c.choices[0].delta.content]",
                           "not-pairs"),
            "dict": ("def timeline(stream, clock):\n    return {clock(): 'x' for c in stream}", "wrong-type"),
            "no return": ("def timeline(stream, clock):\n    start = clock()\n    for c in stream:\n        pass", "returns-none"),
        },
    },
    "03.3": {
        "right": {
            "by hand": metrics(),
            "python": """
import math, statistics
def percentile(values, q):
    values = sorted(values)
    at = (len(values) - 1) * q / 100
    low = int(at)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (at - low)
def stream_metrics(events):
    out = {"ttft": math.nan, "itl_p50": math.nan, "itl_p95": math.nan, "tokens_per_s": math.nan}
    if events:
        out["ttft"] = events[0][0]
    gaps = [b[0] - a[0] for a, b in zip(events, events[1:])]
    if gaps:
        out["itl_p50"], out["itl_p95"] = statistics.median(gaps), percentile(gaps, 95)
        if sum(gaps) > 0:
            out["tokens_per_s"] = len(gaps) / sum(gaps)
    return out
""",
        },
        "wrong": {
            "mean for p95": (metrics(p95="float(gaps.mean())"), "mean-for-p95"),
            "max for p95": (metrics(p95="float(gaps.max())"), "max-for-p95"),
            "mean for p50": (metrics(p50="float(gaps.mean())"), "mean-for-p50"),
            "n": (metrics(speed="len(times) / (times[-1] - times[0])"), "n-not-n-minus-1"),
            "with ttft": (metrics(speed="len(times) / times[-1]"), "ttft-included"),
            "with ttft, gaps": (metrics(speed="len(gaps) / times[-1]"), "ttft-included"),
            "zero": (metrics(few="0.0"), "undefined-values"),
            "None": (metrics(few="None"), "not-numbers"),
            "crash": (HEAD + "def stream_metrics(events):\n    t = [t for t, _ in events]\n    g = np.diff(t)\n    return dict(ttft=t[0], itl_p50=float(np.percentile(g, 50)),"
                      " itl_p95=float(np.percentile(g, 95)), tokens_per_s=len(g) / (t[-1] - t[0]))", "too-few-pieces"),
            "division": (HEAD + "def stream_metrics(events):\n    t = [t for t, _ in events]\n    n = math.nan\n    g = np.diff(t)\n    p = lambda q: float(np.percentile(g, q)) if len(g) else n\n"
                         "    return dict(ttft=t[0] if t else n, itl_p50=p(50), itl_p95=p(95), tokens_per_s=len(g) / (t[-1] - t[0]) if t else n)", "divides-by-zero"),
            "last as ttft": (metrics(ttft="times[-1]"), "wrong-ttft"),
            "tuple": (HEAD + "def stream_metrics(events):\n    return (0.5, 0.2, 0.2, 5.0)", "wrong-type"),
            "keys": (HEAD + "def stream_metrics(events):\n    return {'ttft': 0.5}", "wrong-keys"),
            "no return": (HEAD + "def stream_metrics(events):\n    np.diff([t for t, _ in events])", "returns-none"),
        },
    },
    "03.4": {
        "right": {
            "find": until("""
try:
    for chunk in stream:
        text += "".join(choice.delta.content or "" for choice in chunk.choices)
        at = text.find(stop)
        if at >= 0:
            return text[:at]
finally:
    stream.close()
return text
"""),
            "with": """
import contextlib
def stream_until(stream, stop):
    text = ""
    with contextlib.closing(stream):
        for chunk in stream:
            if not chunk.choices:
                continue
            text += chunk.choices[0].delta.content or ""
            before, found, _ = text.partition(stop)
            if found:
                return before
    return text
""",
        },
        "wrong": {
            "per chunk": (until("""
try:
    for chunk in stream:
        piece = (chunk.choices[0].delta.content or "") if chunk.choices else ""
        if stop in piece:
            return text + piece.split(stop)[0]
        text += piece
    return text
finally:
    stream.close()
"""), "per-chunk-only"),
            "includes": (until("""
try:
    for chunk in stream:
        text += (chunk.choices[0].delta.content or "") if chunk.choices else ""
        if stop in text:
            return text[:text.index(stop) + len(stop)]
    return text
finally:
    stream.close()
"""), "includes-stop"),
            "never closes": (until("""
for chunk in stream:
    text += (chunk.choices[0].delta.content or "") if chunk.choices else ""
    if stop in text:
        break
return text.split(stop)[0]
"""), "never-closes"),
            "reads all": (until("""
for chunk in stream:
    text += (chunk.choices[0].delta.content or "") if chunk.choices else ""
stream.close()
return text.split(stop)[0]
"""), "reads-to-the-end"),
            "closes when found": (until("""
for chunk in stream:
    text += (chunk.choices[0].delta.content or "") if chunk.choices else ""
    if stop in text:
        stream.close()
        return text.split(stop)[0]
return text
"""), "never-closes"),
            "open after error": (until("""
for chunk in stream:
    text += (chunk.choices[0].delta.content or "") if chunk.choices else ""
    if stop in text:
        break
stream.close()
return text.split(stop)[0]
"""), "open-after-error"),
            "hides errors": (until("""
try:
    for chunk in stream:
        text += (chunk.choices[0].delta.content or "") if chunk.choices else ""
        if stop in text:
            break
except Exception:
    pass
stream.close()
return text.split(stop)[0]
"""), "hides-errors"),
            "unguarded": (until("""
try:
    for chunk in stream:
        text += chunk.choices[0].delta.content or ""
        if stop in text:
            return text.split(stop)[0]
    return text
finally:
    stream.close()
"""), "odd-chunks"),
            "no return": (until("""
for chunk in stream:
    text += (chunk.choices[0].delta.content or "") if chunk.choices else ""
stream.close()
"""), "returns-none"),
        },
    },
}
