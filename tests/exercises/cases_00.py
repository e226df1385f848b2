"""Right and wrong answers to the exercise of lesson 00."""

CASES = {
    "00.1": {
        "right": {
            "stars for every hidden character": """
def mask_token(token):
    if not token or len(token) < 12:
        return "hf_****"
    return token[:3] + "*" * (len(token) - 7) + token[-4:]
""",
            "a middle dot": """
def mask_token(token):
    secret = (token or "").removeprefix("hf_")
    return f"hf_...{secret[-4:]}" if len(secret) > 8 else "(no usable token)"
""",
            "a regular expression": """
import re
def mask_token(token):
    if token is None:
        return ""
    found = re.fullmatch(r"hf_.{5,}(.{4})", token)
    return f"hf_XXXX{found[1]}" if found else "hf_<hidden>"
""",
            "last four of a middling token": """
def mask_token(token: str | None) -> str:
    token = token or ""
    tail = token[-4:] if len(token) >= 8 else ""
    return "hf_" + "x" * 6 + tail
""",
        },
        "wrong": {
            "as it is": ("def mask_token(token):\n    return token or ''", "shows-all"),
            "the first eight": ("def mask_token(token):\n    return (token or '')[:8] + '...'", "shows-too-much"),
            "the first eight and the last four": (
                "def mask_token(token):\n    token = token or ''\n    return token[:8] + '...' + token[-4:]", "shows-too-much"),
            "the last eight": ("def mask_token(token):\n    return 'hf_****' + (token or '')[-8:]", "shows-too-much"),
            "short token in full": ("def mask_token(token):\n    return 'hf_****' + (token or '')[-4:]", "short-shown"),
            "raises on None": (
                "def mask_token(token):\n    return 'hf_****' + (token[-4:] if len(token) > 8 else '')", "missing-raises"),
            "raises on nothing": (
                "def mask_token(token):\n    if not token:\n        raise ValueError('no token')\n"
                "    return 'hf_****' + (token[-4:] if len(token) > 8 else '')", "missing-raises"),
            "the word None": (
                "def mask_token(token):\n    token = str(token)\n    short = token[3:] and len(token) < 12 and token != 'None'\n"
                "    return 'hf_****' + ('' if short else token[-4:])", "says-none"),
            "prints it": ("def mask_token(token):\n    print('hf_****' + token[-4:])", "returns-none"),
            "a tuple": ("def mask_token(token):\n    return 'hf_', (token or '')[-4:]", "wrong-type"),
            "hides everything": ("def mask_token(token):\n    return 'hf_' + '*' * 8", "no-end"),
            "no prefix": ("def mask_token(token):\n    return '****' + (token or '')[-4:]", "no-prefix"),
            "no mask": (
                "def mask_token(token):\n    token = token or ''\n    return 'hf_' + (token[-4:] if len(token) > 8 else '')",
                "no-mask"),
            "None for a missing token": (
                "def mask_token(token):\n    if not token:\n        return None\n"
                "    return 'hf_****' + (token[-4:] if len(token) > 8 else '')", "returns-none"),
        },
    },
}
