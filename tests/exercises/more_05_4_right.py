"""More answers to exercise 05.4: unusual ways to be right."""

CASES = {
    "05.4": {
        "right": {
            "flag": """
def route(text, client, *, cheap, strong, t):
    calls = 0
    label = None
    try:
        calls += 1
        label, score = cheap(client, text)
        if score >= t:
            return (label, calls)
    except Exception:
        pass
    try:
        calls += 1
        label = strong(client, text)[0]
    except Exception:
        if label is None:
            raise
    return (label, calls)
""",
            "list again": """
def route(text, client, *, cheap, strong, t):
    errors = []
    found = None
    for n, (f, need) in enumerate([(cheap, t), (strong, float("-inf"))], 1):
        try:
            l, s = f(client, text)
        except Exception as e:
            errors.append(e)
            continue
        found = l
        if s >= need:
            return [l, n]
    if found is None:
        raise errors[-1]
    return [found, 2]
""",
            "keywords": """
def route(text, client, *, cheap, strong, t):
    label = None
    try:
        label, score = cheap(client=client, text=text)
        if score >= t:
            return (label, 1)
    except Exception:
        pass
    try:
        return (strong(client=client, text=text)[0], 2)
    except Exception:
        if label is None:
            raise
        return (label, 2)
""",
        },
        "wrong": {},
    },
}
