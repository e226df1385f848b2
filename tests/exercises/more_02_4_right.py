"""More answers to exercise 02.4: unusual ways to be right."""

CASES = {
    "02.4": {
        "right": {
            "try": """
class Truncated(Exception):
    pass


def reply_text(resp):
    try:
        c = resp.choices[0]
    except IndexError:
        return ""
    if c.finish_reason == "length":
        raise Truncated()
    return c.message.content or ""
""",
            "dump": """
class Truncated(Exception):
    pass


def reply_text(resp):
    d = resp.model_dump()
    if not d["choices"]:
        return ""
    c = d["choices"][0]
    if c["finish_reason"] == "length":
        raise Truncated("cut")
    return c["message"]["content"] or ""
""",
            "base": """
class Truncated(RuntimeError):
    def __init__(self, text):
        super().__init__(text)
        self.text = text


def reply_text(resp):
    if resp.choices:
        c = resp.choices[0]
        if c.finish_reason != "length":
            return c.message.content or ""
        raise Truncated(c.message.content)
    return ""
""",
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
        "wrong": {},
    },
}
