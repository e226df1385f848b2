"""More answers to exercise 00.1: unusual ways to be right, and mistakes people make."""

CASES = {
    "00.1": {
        "right": {
            "redacted word": """
def mask_token(t):
    if not t or len(t) < 11:
        return "hf_REDACTED"
    return "hf_REDACTED" + t[-4:]
""",
            "ljust": """
def mask_token(token):
    s = (token or "")[3:]
    tail = s[-4:] if len(s) >= 10 else ""
    return "hf_" + tail.rjust(max(len(s), 8), "X")
""",
            "lambda": """
mask_token = lambda t: "hf_****" + (t[-4:] if t and len(t) > 12 else "")
""",
            "class": """
class M:
    def __call__(self, t):
        return "hf_****" + (t[-4:] if t and len(t) > 12 else "")


mask_token = M()
""",
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
            "part of short": ("""
def mask_token(t):
    if not t:
        return "hf_****"
    return "hf_****" + (t[-4:] if len(t) > 12 else t[-1:])
""", "short-shown"),
            "middle out": ("""
def mask_token(t):
    t = t or ""
    return "hf_***" if len(t) < 12 else t[:5] + "**" + t[-4:]
""", "shows-too-much"),
            "first 4": ("""
def mask_token(t):
    t = t or ""
    return "hf_***" if len(t) < 12 else t[:7] + "**"
""", "no-end"),
            "example": ("""
def mask_token(t):
    return "hf_****QRST" if t and len(t) > 12 else "hf_****"
""", "no-end"),
            "reversed": ("""
def mask_token(t):
    t = t or ""
    return "hf_***" if len(t) < 12 else "hf_***" + t[:-5:-1]
""", "no-end"),
            "async": ("""
async def mask_token(t):
    return "x"
""", "async"),
            "two args": ("""
def mask_token(t, n):
    return "x"
""", "signature"),
            "no args": ("""
def mask_token():
    return "x"
""", "signature"),
            "catchall": ("""
def mask_token(t):
    try:
        return "hf_***" + t[-4:]
    except:
        return "hf_***"
""", "short-shown"),
            "prints": ("""
def mask_token(t):
    print("hf_***" + (t or "")[-4:])
""", "returns-none"),
            "base exc": ("""
def mask_token(t):
    raise BaseException("hm")
""", "crashed"),
            "gen exit": ("""
def mask_token(t):
    raise GeneratorExit
""", "crashed"),
            "yield": ("""
def mask_token(t):
    yield ("hf_***" + t[-4:])
""", "wrong-type"),
            "quoted": ("""
mask_token = "hf_***"
""", "not-callable"),
            "recursion": ("""
def mask_token(t):
    return mask_token(t)
""", "crashed"),
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
}
