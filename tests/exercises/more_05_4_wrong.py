"""More answers to exercise 05.4: mistakes people make."""

CASES = {
    "05.4": {
        "right": {},
        "wrong": {
            "timeout only": ("""
def route(text, client, *, cheap, strong, t):
    label = None
    try:
        label, score = cheap(client, text)
        if score >= t:
            return (label, 1)
    except TimeoutError:
        pass
    try:
        return (strong(client, text)[0], 2)
    except TimeoutError:
        if label is None:
            raise
        return (label, 2)
""", "no-fallback"),
            "best of both": ("""
def route(text, client, *, cheap, strong, t):
    label = None
    s1 = -1
    try:
        label, s1 = cheap(client, text)
        if s1 >= t:
            return (label, 1)
    except Exception:
        pass
    try:
        l2, s2 = strong(client, text)
        return (l2 if s2 >= s1 else label, 2)
    except Exception:
        if label is None:
            raise
        return (label, 2)
""", "wrong-label"),
            "fixed t": ("""
def route(text, client, *, cheap, strong, t):
    label = None
    try:
        label, score = cheap(client, text)
        if score >= 0.8:
            return (label, 1)
    except Exception:
        pass
    try:
        return (strong(client, text)[0], 2)
    except Exception:
        if label is None:
            raise
        return (label, 2)
""", "calls-both"),
            "swapped args": ("""
def route(text, client, *, cheap, strong, t):
    label = None
    try:
        label, score = cheap(text, client)
        if score >= t:
            return (label, 1)
    except Exception:
        pass
    try:
        return (strong(text, client)[0], 2)
    except Exception:
        if label is None:
            raise
        return (label, 2)
""", "wrong-arguments"),
            "calls twice": ("""
def route(text, client, *, cheap, strong, t):
    label = None
    try:
        if cheap(client, text)[1] >= t:
            return (cheap(client, text)[0], 1)
        label = cheap(client, text)[0]
    except Exception:
        pass
    try:
        return (strong(client, text)[0], 2)
    except Exception:
        if label is None:
            raise
        return (label, 2)
""", "calls-again"),
            "first error": ("""
def route(text, client, *, cheap, strong, t):
    err = None
    label = None
    try:
        label, score = cheap(client, text)
        if score >= t:
            return (label, 1)
    except Exception as e:
        err = e
    try:
        return (strong(client, text)[0], 2)
    except Exception:
        if err:
            raise err
        return (label, 2)
""", "hides-both-failing"),
            "none when both fail": ("""
def route(text, client, *, cheap, strong, t):
    label = None
    try:
        label, score = cheap(client, text)
        if score >= t:
            return (label, 1)
    except Exception:
        pass
    try:
        return (strong(client, text)[0], 2)
    except Exception:
        return (label, 2)
""", "hides-both-failing"),
            "wraps": ("""
def route(text, client, *, cheap, strong, t):
    label = None
    try:
        label, score = cheap(client, text)
        if score >= t:
            return (label, 1)
    except Exception:
        pass
    try:
        return (strong(client, text)[0], 2)
    except Exception as e:
        if label is None:
            raise RuntimeError("both failed") from e
        return (label, 2)
""", "hides-both-failing"),
            "retry strong": ("""
def route(text, client, *, cheap, strong, t):
    label = None
    try:
        label, score = cheap(client, text)
        if score >= t:
            return (label, 1)
    except Exception:
        pass
    for _ in range(2):
        try:
            return (strong(client, text)[0], 2)
        except Exception as e:
            err = e
    if label is None:
        raise err
    return (label, 2)
""", "calls-again"),
            "score too": ("""
def route(text, client, *, cheap, strong, t):
    label = None
    try:
        label, score = cheap(client, text)
        if score >= t:
            return (label, score)
    except Exception:
        pass
    try:
        return strong(client, text)
    except Exception:
        if label is None:
            raise
        return (label, 2)
""", "wrong-count"),
            "global count": ("""
n = []


def route(text, client, *, cheap, strong, t):
    label = None
    n.append(1)
    try:
        label, score = cheap(client, text)
        if score >= t:
            return (label, len(n))
    except Exception:
        pass
    n.append(1)
    try:
        return (strong(client, text)[0], len(n))
    except Exception:
        if label is None:
            raise
        return (label, len(n))
""", "carries-over"),
            "one try": ("""
def route(text, client, *, cheap, strong, t):
    try:
        label, score = cheap(client, text)
        if score >= t:
            return (label, 1)
        return (strong(client, text)[0], 2)
    except Exception:
        return (strong(client, text)[0], 2)
""", "no-fallback"),
        },
    },
}
