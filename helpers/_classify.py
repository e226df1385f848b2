"""From an exception to its kind: tables of classes, statuses and codes, and the few rules between them.

An exception is judged by its class, its HTTP status and machine-readable fields of the response; its text is never searched.
"""

from __future__ import annotations

import json
import ssl
import sys
import urllib.error
from collections.abc import Mapping
from types import FrameType, TracebackType
from typing import Any

from ._headers import lower_keys, parse_limit, parse_retry_after

KIND_OF_STATUS = {
    400: "invalid", 401: "auth", 402: "quota", 403: "permission", 404: "not_found", 405: "invalid", 409: "conflict", 410: "gone",
    413: "too_large", 415: "invalid", 422: "invalid", 429: "throttled",
    **dict.fromkeys((408, 424, 425, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529), "transient"),
}
RETRYABLE = frozenset({"throttled", "loading", "transient", "timeout", "network", "stream"})
STOPS_BATCH = frozenset({"auth", "permission", "quota", "not_found", "gone", "offline", "budget"})
BILLING_CODES = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "credit_limit_exceeded",
                           "insufficient_credits", "quota_exceeded", "payment_required"})
OVERLOAD_CODES = frozenset({"overloaded", "overloaded_error", "rate_limit_exceeded", "rate_limit_error", "too_many_requests"})
REFUSAL_CODES = {"validation": "invalid", "invalid_request_error": "invalid", "model_not_found": "not_found",
                 "model_not_supported": "not_found", "invalid_api_key": "auth", "authentication_error": "auth"}


def causes_of(exc: BaseException) -> list[BaseException]:
    """An exception and what it was raised from, at most five deep."""
    chain = [exc]
    while len(chain) < 5:
        last = chain[-1]
        behind = last.__cause__ or (last.__context__ if _root(type(last)).startswith("httpcore") else None)  # says it only there
        if behind is None:
            break
        chain.append(behind)
    return chain


def decisive(exc: BaseException) -> BaseException:
    """Of a group, as asyncio's TaskGroup raises it, the member that decides: one that a repeat does not help, else the one
    with the longest wish of the server. Any other exception itself."""
    if not isinstance(exc, ExceptionGroup):
        return exc

    def weight(member: Exception) -> tuple[bool, float]:
        response = response_of(member)
        kind = _kind_alone(member, response, status_of(member, response))
        return kind not in RETRYABLE, hint_of(kind, response) or 0.0

    return max(map(decisive, exc.exceptions), key=weight)


def response_of(exc: BaseException) -> Any:
    """The HTTP response behind an exception, or None; text-generation errors keep it on their cause."""
    responses = (getattr(one, "response", None) for one in causes_of(exc))
    return next((found for found in responses if found is not None and hasattr(found, "status_code")), None)


def headers_of(exc: BaseException) -> Mapping[str, str]:
    """The response headers behind an exception, lower-case names; {} when there was no response."""
    exc = decisive(exc)
    carried = getattr(exc, "headers", None)
    if response_of(exc) is None and isinstance(carried, Mapping):  # RemoteCallError brings them from another process
        return lower_keys(carried)
    if isinstance(exc, urllib.error.HTTPError):
        return lower_keys(exc.headers)
    return lower_keys(getattr(response_of(exc), "headers", None))


def status_of(exc: BaseException, response: Any = None) -> int | None:
    """The HTTP status behind an exception, or None. A 2xx status is the head of a reply that broke later: None too."""
    status = getattr(response or response_of(exc), "status_code", None)
    if status is None and isinstance(exc, urllib.error.HTTPError):
        status = exc.code
    return status if isinstance(status, int) and status >= 400 else None


def kind_of_status(status: int) -> str:
    """The kind of a bare HTTP status: "ok" below 400."""
    return "ok" if status < 400 else KIND_OF_STATUS.get(status, "permanent")


def kind_of(exc: Exception, response: Any, status: int | None) -> str:
    """The kind of an exception; one of the called code that was raised from one of a call has the latter's."""
    kind = _kind_alone(exc, response, status)
    for cause in causes_of(exc)[1:] if kind == "unknown" else ():
        behind = decisive(cause)
        if not isinstance(behind, Exception):
            break
        kind = _kind_alone(behind, response_of(behind), status_of(behind))
        if kind != "unknown":
            break
    return kind


def _kind_alone(exc: Exception, response: Any, status: int | None) -> str:
    named = _kind_of_class(exc, status)
    answer = _error_answer(exc)
    if named is not None and answer is None:
        return (_without_remedy(exc) or named) if named == "network" else named
    body = _error_fields(answer or exc, response)
    codes = {str(body[key]).lower() for key in ("code", "type", "error_type") if body.get(key)}
    if answer is not None:
        return _kind_of_codes(codes) or _kind_of_number(body) or "network"
    if status is None:
        return _kind_of_codes(codes) or _kind_of_number(body) or _kind_without_status(exc, response)
    if status == 429 and codes & BILLING_CODES:
        return "quota"
    if status == 503 and _seconds(body.get("estimated_time")) is not None:
        return "loading"
    return kind_of_status(status)


# Classes whose meaning does not depend on a status. Checked along the class's bases, nearest first.
_BY_CLASS = {
    "OverloadedError": "throttled", "ValidationError": "invalid", "GenerationError": "transient",
    "IncompleteGenerationError": "transient", "RepositoryNotFoundError": "not_found", "GatedRepoError": "permission",
    "DisabledRepoError": "permission", "OfflineModeIsEnabled": "offline", "LocalTokenNotFoundError": "auth",
    "OIDCError": "auth", "DeviceCodeError": "auth", "SubjectTokenProviderError": "auth", "HFValidationError": "invalid",
    "HfUriError": "invalid", "StrictDataclassError": "invalid", "LocalEntryNotFoundError": "not_found",
    "InferenceEndpointTimeoutError": "timeout", "InferenceTimeoutError": "timeout", "APITimeoutError": "timeout",
    "TimeoutException": "timeout", "APIConnectionError": "network", "WebSocketConnectionClosedError": "network",
    "NetworkError": "network", "RemoteProtocolError": "network", "ProxyError": "network", "DecodingError": "network",
    "InvalidURL": "invalid", "UnsupportedProtocol": "invalid", "LengthFinishReasonError": "bad_reply",
    "ContentFilterFinishReasonError": "bad_reply", "APIResponseValidationError": "bad_reply",
    "InvalidWebhookSignatureError": "invalid",
}
_SDK_ROOTS = ("huggingface_hub", "openai", "httpx", "httpx2", "httpcore", "httpcore2")
_LIBRARIES = ("PIL", "numpy", "pydantic", "pydantic_core", "jiter")  # what the SDKs call: they fail on its behalf
_ANSWER_NAMES = ("response", "data", "lines", "output_lines", "bytes_output")  # local names of an answer in the SDKs' methods


def _kind_of_class(exc: Exception, status: int | None) -> str | None:
    for cls in type(exc).__mro__:
        if _root(cls) in _SDK_ROOTS and _BY_CLASS.get(cls.__name__):
            return _BY_CLASS[cls.__name__]
    return "not_found" if is_stop_iteration(exc) else None


def _error_answer(exc: Exception) -> Exception | None:
    """The transport's sign that an error came with a good status; openai puts its own exception around it."""
    return next((one for one in (exc, exc.__cause__) if isinstance(one, Exception) and type(one).__name__ == "ErrorAnswer"), None)


def _kind_of_codes(codes: set[str]) -> str | None:
    """The kind that an error's own codes name, where no status does."""
    if codes & BILLING_CODES:
        return "quota"
    if codes & OVERLOAD_CODES:
        return "throttled"
    return next((REFUSAL_CODES[code] for code in sorted(codes) if code in REFUSAL_CODES), None)


def _kind_of_number(body: Mapping[str, Any]) -> str | None:
    """The kind of an HTTP status that an error inside a stream, or with a good status, names as a number."""
    for key in ("http_status_code", "status_code", "status", "code"):
        text = str(body.get(key))
        if len(text) == 3 and text.isdecimal() and 400 <= int(text) < 600:
            return kind_of_status(int(text))
    return None


def _without_remedy(exc: Exception) -> str | None:
    """The kind of what lies behind a connection error, if a repeat cannot help: openai wraps a wrong address, too."""
    for cause in causes_of(exc)[1:]:
        from_sdk = any(_root(cls) in _SDK_ROOTS for cls in type(cause).__mro__)
        if isinstance(cause, Exception) and (from_sdk or isinstance(cause, (ssl.SSLError, ValueError))):
            kind = _kind_of_class(cause, None) or _kind_without_status(cause, None)
            if kind in ("invalid", "permanent"):
                return kind
    return None


def _kind_without_status(exc: Exception, response: Any) -> str:
    names = {cls.__name__ for cls in type(exc).__mro__ if _root(cls) in _SDK_ROOTS}
    if "APIStatusError" in names and response is not None:  # a redirection that leads nowhere
        return "permanent"
    if names & {"TextGenerationError", "APIError"}:
        return "stream"
    if type(exc).__name__ == "TransportError" and names:
        return "network"
    if names:
        return "permanent"
    return _kind_of_builtin(exc)


def _kind_of_builtin(exc: Exception) -> str:
    if isinstance(exc, TimeoutError):
        return "timeout"
    if isinstance(exc, ssl.SSLCertVerificationError):
        return "permanent"
    if isinstance(exc, urllib.error.URLError):
        return _kind_of_builtin(exc.reason) if isinstance(exc.reason, Exception) else "network"
    if isinstance(exc, (ConnectionError, ssl.SSLError)) or type(exc).__name__ in ("gaierror", "IncompleteRead"):
        return "network"
    blamed = _frames_in_sdk(exc.__traceback__)
    if isinstance(exc, (json.JSONDecodeError, UnicodeDecodeError)) and _read_answer(blamed):
        return "transient"
    if isinstance(exc, json.JSONDecodeError) or _root(type(exc)) == "pydantic_core" or _read_answer(blamed):
        return "bad_reply"
    if not blamed or (isinstance(exc, OSError) and not isinstance(exc, FileNotFoundError)):
        return "unknown"
    return "permanent" if isinstance(exc, (RuntimeError, ImportError)) else "invalid"


def _frames_in_sdk(trace: TracebackType | None) -> list[FrameType]:
    """An SDK's frames on the way to an exception, if the SDK (or a library that it called) raised it; else none."""
    frames: list[FrameType] = []
    innermost = False
    while trace is not None:
        root = str(trace.tb_frame.f_globals.get("__name__")).split(".")[0]
        if root in _SDK_ROOTS:
            frames.append(trace.tb_frame)
        if root not in sys.stdlib_module_names and root not in _LIBRARIES:
            innermost = root in _SDK_ROOTS
        trace = trace.tb_next
    return frames if innermost else []


def _read_answer(frames: list[FrameType]) -> bool:
    """True when one of the SDK's frames holds an answer already: then it is the answer that cannot be read, not an argument."""
    held = [frame.f_locals.get(name) for frame in frames for name in _ANSWER_NAMES]
    return any(isinstance(thing, bytes) or hasattr(thing, "status_code") or _is_iterator(thing) for thing in held)


def _is_iterator(thing: Any) -> bool:
    return hasattr(thing, "__next__") or hasattr(thing, "__anext__")


def _root(cls: type) -> str:
    return cls.__module__.split(".")[0]


def is_stop_iteration(exc: BaseException) -> bool:
    """The hub's sign that no provider serves a model; a coroutine or generator wraps it into a RuntimeError."""
    return isinstance(exc, StopIteration) or (isinstance(exc, RuntimeError) and isinstance(exc.__cause__, StopIteration))


def _error_fields(exc: Exception | None, response: Any) -> dict[str, Any]:
    """The JSON error as one flat dict: the fields of `error` over those beside it."""
    try:
        body = response.json()
    except Exception:  # no response, not JSON, or a stream that was never read
        body = None
    # Of an error in a stream, openai keeps the inner part as `.body`, the hub as the argument of its exception.
    outer = [part for part in (body, getattr(exc, "body", None), next(iter(getattr(exc, "args", ())), None)) if isinstance(part, dict)]
    parts = [part for one in outer for part in (one, one.get("error")) if isinstance(part, dict)]
    return {key: value for part in parts for key, value in part.items()}


def hint_of(kind: str, response: Any) -> float | None:
    """Seconds the server asks to wait, for kinds that are retried."""
    if response is None or kind not in RETRYABLE:
        return None
    asked = parse_retry_after(response.headers)
    if asked is None and kind == "loading":
        asked = _seconds(_error_fields(None, response).get("estimated_time"))
    if asked is None and kind == "throttled":
        limit = parse_limit(response.headers)
        asked = limit.reset_s if limit and not limit.remaining else None
    return asked


def _seconds(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < float("inf"):
        return None
    return float(value)
