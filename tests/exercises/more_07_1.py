"""More answers to exercise 07.1: unusual ways to be right, and mistakes people make."""

CASES = {
    "07.1": {
        "right": {
            "match": """
def is_retryable(exc):
    match getattr(getattr(exc, "response", None), "status_code", None):
        case 408 | 429 | 500 | 502 | 503 | 504:
            return True
        case int():
            return False
    return any(
        (
            b.__name__
            in ("TimeoutException", "TransportError", "TimeoutError", "ConnectionError", "APIConnectionError")
            for b in type(exc).__mro__
        )
    )
""",
            "isinstance again": """
import openai
from huggingface_hub.errors import HfHubHTTPError

http = __import__(next((b.__module__ for b in HfHubHTTPError.__mro__ if b.__name__ == "HTTPError")).split(".")[0])


def is_retryable(exc):
    s = getattr(getattr(exc, "response", None), "status_code", None)
    if s is not None:
        return s in {408, 429, 500, 502, 503, 504}
    return isinstance(exc, (TimeoutError, ConnectionError, http.TransportError, openai.APIConnectionError))
""",
        },
        "wrong": {
            ">=500": ("""
def is_retryable(exc):
    s = getattr(getattr(exc, "response", None), "status_code", None)
    if s is not None:
        return s in (408, 429) or s >= 500
    return any(("Time" in b.__name__ or "Conn" in b.__name__ or "Transport" in b.__name__ for b in type(exc).__mro__))
""", "repeats-501"),
            ">=400": ("""
def is_retryable(exc):
    s = getattr(getattr(exc, "response", None), "status_code", None)
    return s is None or s >= 400
""", "repeats-400"),
            "oserror": ("""
def is_retryable(exc):
    s = getattr(getattr(exc, "response", None), "status_code", None)
    if s is not None:
        return s in (408, 429, 500, 502, 503, 504)
    return isinstance(exc, OSError) or any(
        (b.__name__ in ("TransportError", "APIConnectionError") for b in type(exc).__mro__)
    )
""", "text-or-anything"),
            "text fallback": ("""
def is_retryable(exc):
    s = getattr(getattr(exc, "response", None), "status_code", None)
    if s is not None:
        return s in (408, 429, 500, 502, 503, 504)
    return (
        "timeout" in str(exc).lower()
        or "connection" in str(exc).lower()
        or any(
            (
                b.__name__ in ("TransportError", "APIConnectionError", "TimeoutError", "ConnectionError")
                for b in type(exc).__mro__
            )
        )
    )
""", "text-or-anything"),
            "name only": ("""
def is_retryable(exc):
    s = getattr(getattr(exc, "response", None), "status_code", None)
    if s is not None:
        return s in (408, 429, 500, 502, 503, 504)
    return type(exc).__name__ in (
        "ReadTimeout",
        "ConnectError",
        "RemoteProtocolError",
        "TimeoutError",
        "ConnectionResetError",
        "APITimeoutError",
        "APIConnectionError",
    )
""", "timeout-refused"),
            "returns none": ("""
def is_retryable(exc):
    s = getattr(getattr(exc, "response", None), "status_code", None)
    if s in (408, 429, 500, 502, 503, 504):
        return True
""", "returns-none"),
            "string": ("""
def is_retryable(exc):
    return "True"
""", "wrong-type"),
            "404 model loading": ("""
def is_retryable(exc):
    s = getattr(getattr(exc, "response", None), "status_code", None)
    if s is not None:
        return s in (404, 408, 429, 500, 502, 503, 504)
    return True
""", "repeats-404"),
            "409": ("""
def is_retryable(exc):
    s = getattr(getattr(exc, "response", None), "status_code", None)
    if s is not None:
        return s in (408, 409, 429, 500, 502, 503, 504)
    return any(
        (
            b.__name__ in ("TransportError", "APIConnectionError", "TimeoutError", "ConnectionError")
            for b in type(exc).__mro__
        )
    )
""", "repeats-409"),
            "always": ("""
def is_retryable(exc):
    return True
""", "repeats-400"),
        },
    },
}
