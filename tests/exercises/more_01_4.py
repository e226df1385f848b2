"""More answers to exercise 01.4: unusual ways to be right, and mistakes people make."""

CASES = {
    "01.4": {
        "right": {
            "match": """
def explain_error(exc):
    r = getattr(exc, "response", None)
    match getattr(r, "status_code", None):
        case 401:
            return ("401 no", "a")
        case 402:
            return ("402 pay", "b")
        case 403:
            return ("403 may not", "c")
        case 404:
            return ("404 where", "d")
        case 410:
            return ("410 gone", "e")
        case 422:
            return ("422 what", "f")
        case int() as s:
            return (f"{s}: other", "g")
    if isinstance(exc, TimeoutError) or "Timeout" in type(exc).__name__:
        return ("timeout", "h")
    return ("unknown", "i")
""",
            "list": """
T = {401: "a", 402: "b", 403: "c", 404: "d", 410: "e", 422: "f"}


def explain_error(exc):
    s = getattr(getattr(exc, "response", None), "status_code", None)
    if s in T:
        return [f"{s}: {T[s]}", "next"]
    if "timeout" in type(exc).__name__.lower():
        return ["timeout", "x"]
    return ["unknown", "x"]
""",
            "namedtuple": """
from typing import NamedTuple


class E(NamedTuple):
    cause: str
    step: str


T = {401: "a", 402: "b", 403: "c", 404: "d", 410: "e", 422: "f"}


def explain_error(exc):
    s = getattr(getattr(exc, "response", None), "status_code", None)
    if s in T:
        return E(f"{s}: {T[s]}", "next")
    if isinstance(exc, TimeoutError) or "timeout" in type(exc).__name__.lower():
        return E("timeout", "x")
    return E("unknown", "x")
""",
            "table of pairs": """
TEXTS = {401: ("token unknown", "Make a new token."), 402: ("credits used up", "Buy credits or wait."),
         403: ("token may not do this", "Give it the permission."), 404: ("no such model", "Check the model's id."),
         410: ("host retired", "Use the router."), 422: ("bad parameters", "Read the message and mend them.")}


def explain_error(exc):
    names = {cls.__name__ for cls in type(exc).__mro__}
    if names & {"TimeoutError", "TimeoutException"}:
        return "timeout: no answer in time", "Try again, or allow more time."
    status = getattr(getattr(exc, "response", None), "status_code", None)
    if status is None:
        return f"unknown: {type(exc).__name__}", "Look at the traceback."
    cause, step = TEXTS.get(status, ("the server refused", "Look the status up."))
    return f"{status}: {cause}", step
""",
            "match on status": """
def explain_error(exc: Exception) -> tuple[str, str]:
    if isinstance(exc, TimeoutError) or any(c.__name__ == "TimeoutException" for c in type(exc).mro()):
        return ("timeout while waiting", "Pass a longer timeout.")
    match getattr(exc, "response", None):
        case None:
            return ("unknown problem", "Read the traceback from below.")
        case r:
            match r.status_code:
                case 401: t = ("unauthorised", "log in")
                case 402: t = ("no credits", "add credits")
                case 403: t = ("forbidden", "change the token's rights")
                case 404: t = ("not found", "spell the id right")
                case 410: t = ("gone", "use the new address")
                case 422: t = ("not understood", "fix the arguments")
                case _: t = ("other status", "ask the provider")
            return (f"{r.status_code}: {t[0]}", t[1])
""",
            "singledispatch": """
from functools import singledispatch

STEPS = {401: "New token.", 402: "More credits.", 403: "More rights.", 404: "Another id.", 410: "Another host.",
         422: "Other values."}


@singledispatch
def explain_error(exc):
    if "TimeoutException" in [base.__name__ for base in type(exc).__mro__]:
        return late(exc)
    if (reply := getattr(exc, "response", None)) is None:
        return "unknown", "Read the traceback."
    step = STEPS.get(reply.status_code, "Search for it.")
    return f"{reply.status_code}: {step}", step


@explain_error.register
def late(exc: TimeoutError):
    return "timeout", "Wait longer."
""",
        },
        "wrong": {
            "only builtin timeout": ("""
T = {401: "a", 402: "b", 403: "c", 404: "d", 410: "e", 422: "f"}


def explain_error(exc):
    s = getattr(getattr(exc, "response", None), "status_code", None)
    if s in T:
        return (f"{s}: {T[s]}", "next")
    if isinstance(exc, TimeoutError):
        return ("timeout", "x")
    return ("unknown", "x")
""", "timeout-missed"),
            "500 timeout": ("""
T = {401: "a", 402: "b", 403: "c", 404: "d", 410: "e", 422: "f"}


def explain_error(exc):
    s = getattr(getattr(exc, "response", None), "status_code", None)
    if s in T:
        return (f"{s}: {T[s]}", "next")
    if s or "imeout" in type(exc).__name__:
        return ("timeout", "x")
    return ("unknown", "x")
""", "other-status"),
            "hasattr": ("""
T = {401: "a", 402: "b", 403: "c", 404: "d", 410: "e", 422: "f"}


def explain_error(exc):
    if hasattr(exc, "response"):
        s = exc.response.status_code
        return (f"{s}: {T[s]}", "x")
    if "imeout" in type(exc).__name__:
        return ("timeout", "x")
    return ("unknown", "x")
""", "crashes"),
            "empty step": ("""
T = {401: "a", 402: "b", 403: "c", 404: "d", 410: "e", 422: "f"}


def explain_error(exc):
    s = getattr(getattr(exc, "response", None), "status_code", None)
    if s in T:
        return (f"{s}: {T[s]}", "")
    if "imeout" in type(exc).__name__:
        return ("timeout", "")
    return ("unknown", "")
""", "not-a-pair"),
            "swapped": ("""
T = {401: "a", 402: "b", 403: "c", 404: "d", 410: "e", 422: "f"}


def explain_error(exc):
    s = getattr(getattr(exc, "response", None), "status_code", None)
    if s in T:
        return ("do", f"{s}: {T[s]}")
    return ("unknown", "x")
""", "status-from-text"),
            "raises": ("""
def explain_error(exc):
    raise exc
""", "crashed"),
            "only a string": ("""
def explain_error(exc):
    return f"{exc.response.status_code}: look it up"
""", "not-a-pair"),
            "one text for all": ("""
def explain_error(exc):
    if isinstance(exc, TimeoutError) or any(c.__name__ == "TimeoutException" for c in type(exc).mro()):
        return "timeout", "again"
    r = getattr(exc, "response", None)
    if r is None:
        return "unknown", "again"
    return f"{r.status_code}: an error", "try again"
""", "same-text"),
            "str of the exception": ("""
def explain_error(exc):
    text = str(exc)
    for code, step in {"401": "token", "402": "credits", "403": "rights", "404": "id", "410": "host", "422": "values"}.items():
        if code in text:
            return f"{code}: {step}", step
    if "timed out" in text.lower() or "timeout" in text.lower():
        return "timeout", "wait"
    return "unknown", "?"
""", "status-from-text"),
            "status last": ("""
def explain_error(exc):
    steps = {401: "token", 402: "credits", 403: "rights", 404: "id", 410: "host", 422: "values"}
    if isinstance(exc, TimeoutError) or any(c.__name__ == "TimeoutException" for c in type(exc).mro()):
        return "timeout", "wait"
    r = getattr(exc, "response", None)
    if r is None:
        return "unknown", "traceback"
    return f"{steps.get(r.status_code, 'other')} ({r.status_code})", steps.get(r.status_code, "other")
""", "status-not-first"),
            "timeout left out": ("""
def explain_error(exc):
    steps = {401: "token", 402: "credits", 403: "rights", 404: "id", 410: "host", 422: "values"}
    r = getattr(exc, "response", None)
    if r is None:
        return "unknown", "traceback"
    return f"{r.status_code}: " + steps.get(r.status_code, "other"), steps.get(r.status_code, "other")
""", "timeout-missed"),
            "forgot to return": ("""
def explain_error(exc):
    status = getattr(getattr(exc, "response", None), "status_code", None)
    answer = (f"{status}: no", "next")
""", "returns-none"),
        },
    },
}
