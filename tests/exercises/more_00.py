"""More answers to the exercises of lesson 00: mistakes people make, and unusual ways to be right."""

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
        },
    },
}
