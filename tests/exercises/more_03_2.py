"""More answers to exercise 03.2: unusual ways to be right, and mistakes people make."""

CASES = {
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
}
