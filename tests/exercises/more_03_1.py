"""More answers to exercise 03.1: unusual ways to be right, and mistakes people make."""

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
    text = "".join(c.choices[0].delta.content or "" for c in stream if c.choices)
    print(text)
""", "returns-none"),
            "async": ("""
async def collect(stream):
    return "".join([c.choices[0].delta.content async for c in stream])
""", "async"),
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
}
