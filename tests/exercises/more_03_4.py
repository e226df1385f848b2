"""More answers to exercise 03.4: unusual ways to be right, and mistakes people make."""

CASES = {
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
