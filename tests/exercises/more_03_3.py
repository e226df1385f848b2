"""More answers to exercise 03.3: unusual ways to be right, and mistakes people make."""

CASES = {
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
}
