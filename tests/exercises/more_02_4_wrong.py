"""More answers to exercise 02.4: mistakes people make."""

CASES = {
    "02.4": {
        "right": {},
        "wrong": {
            "not stop": ("""
class Truncated(Exception):
    pass


def reply_text(resp):
    if not resp.choices:
        return ""
    c = resp.choices[0]
    if c.finish_reason != "stop":
        raise Truncated
    return c.message.content or ""
""", "always-truncated"),
            "last choice": ("""
class Truncated(Exception):
    pass


def reply_text(resp):
    if not resp.choices:
        return ""
    c = resp.choices[-1]
    if c.finish_reason == "length":
        raise Truncated
    return c.message.content or ""
""", "wrong-choice"),
            "joins": ("""
class Truncated(Exception):
    pass


def reply_text(resp):
    if any((c.finish_reason == "length" for c in resp.choices)):
        raise Truncated
    return " ".join((c.message.content or "" for c in resp.choices))
""", "wrong-choice"),
            "returns truncated": ("""
class Truncated(Exception):
    pass


def reply_text(resp):
    if not resp.choices:
        return ""
    c = resp.choices[0]
    if c.finish_reason == "length":
        return Truncated("cut")
    return c.message.content or ""
""", "ignores-length"),
            "marks cut": ("""
class Truncated(Exception):
    pass


def reply_text(resp):
    if not resp.choices:
        return ""
    c = resp.choices[0]
    return (c.message.content or "") + ("..." if c.finish_reason == "length" else "")
""", "ignores-length"),
            "message": ("""
class Truncated(Exception):
    pass


def reply_text(resp):
    if not resp.choices:
        return ""
    c = resp.choices[0]
    if c.finish_reason == "length":
        raise Truncated
    return c.message
""", "wrong-text"),
            "swallow": ("""
class Truncated(Exception):
    pass


def reply_text(resp):
    try:
        c = resp.choices[0]
        if c.finish_reason == "length":
            raise Truncated
        return c.message.content or ""
    except Exception:
        return ""
""", "ignores-length"),
            "dict": ("""
class Truncated(Exception):
    pass


def reply_text(resp):
    return resp["choices"][0]["message"]["content"]
""", "crashed"),
            "none for empty": ("""
class Truncated(Exception):
    pass


def reply_text(resp):
    if not resp.choices:
        return None
    c = resp.choices[0]
    if c.finish_reason == "length":
        raise Truncated
    return c.message.content or ""
""", "returns-none"),
            "reasoning fallback": ("""
class Truncated(Exception):
    pass


def reply_text(resp):
    if not resp.choices:
        return ""
    c = resp.choices[0]
    if c.finish_reason == "length":
        raise Truncated
    return c.message.content if c.message.content is not None else getattr(c.message, "reasoning", None) or ""
""", "returns-reasoning"),
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
}
