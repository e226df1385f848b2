from __future__ import annotations

import asyncio
import importlib
import importlib.util
import inspect
import json
import ssl
import urllib.error

import pytest

from helpers.errors import (
    BatchStopped,
    BudgetExceeded,
    CourseError,
    StreamInterrupted,
    classify,
    explain,
)

from .conftest import hub_error, openai_error, response

STATUSES = [
    (400, "invalid", False),
    (401, "auth", False),
    (402, "quota", False),
    (403, "permission", False),
    (404, "not_found", False),
    (405, "invalid", False),
    (408, "transient", True),
    (409, "conflict", False),
    (410, "gone", False),
    (413, "too_large", False),
    (422, "invalid", False),
    (424, "transient", True),
    (425, "transient", True),
    (429, "throttled", True),
    (500, "transient", True),
    (501, "permanent", False),
    (502, "transient", True),
    (503, "transient", True),
    (504, "transient", True),
    (505, "permanent", False),
    (511, "permanent", False),
    (418, "permanent", False),
]


@pytest.mark.parametrize(("status", "kind", "retryable"), STATUSES)
@pytest.mark.parametrize("make", [hub_error, openai_error])
def test_status_decides(make, status, kind, retryable):
    """Each status has one verdict, whichever SDK raised."""
    verdict = classify(make(status))
    assert (verdict.kind, verdict.retryable, verdict.status) == (kind, retryable, status)


def sdk_classes():
    modules = ["huggingface_hub.errors", "openai", "openai._exceptions", "httpx", "httpx2"]
    found = {
        cls
        for name in modules
        if importlib.util.find_spec(name.split(".")[0])
        for cls in list(vars(importlib.import_module(name)).values())
        if inspect.isclass(cls) and issubclass(cls, Exception) and cls.__module__.split(".")[0] in name
    }
    return sorted(found, key=lambda cls: (cls.__module__, cls.__name__))


@pytest.mark.parametrize("cls", sdk_classes(), ids=lambda cls: f"{cls.__module__.split('.')[0]}.{cls.__name__}")
def test_every_sdk_class_is_known(cls):
    """No exception class of the installed SDKs is unknown, and each is explained in at most 25 words."""
    exc = cls.__new__(cls)
    assert classify(exc).kind != "unknown"
    assert 0 < len(str(explain(exc)).split()) <= 25


@pytest.mark.parametrize(
    ("name", "kind", "retryable"),
    [
        ("OverloadedError", "throttled", True),
        ("ValidationError", "invalid", False),
        ("GenerationError", "transient", True),
        ("IncompleteGenerationError", "transient", True),
        ("UnknownError", "stream", True),
        ("OfflineModeIsEnabled", "offline", False),
        ("LocalTokenNotFoundError", "auth", False),
        ("InferenceTimeoutError", "timeout", True),
        ("GatedRepoError", "permission", False),
        ("RepositoryNotFoundError", "not_found", False),
        ("InferenceEndpointTimeoutError", "timeout", False),
    ],
)
def test_hub_classes(name, kind, retryable):
    """Classes that inherit from OSError or ConnectionError are not taken for network errors."""
    cls = getattr(importlib.import_module("huggingface_hub.errors"), name)
    verdict = classify(cls.__new__(cls))
    assert (verdict.kind, verdict.retryable) == (kind, retryable)


def test_text_generation_error_takes_its_status_from_the_cause():
    """An error of text generation has no response; the one of its cause counts."""
    from huggingface_hub.errors import UnknownError

    exc = UnknownError("x")
    exc.__cause__ = hub_error(500)
    assert (classify(exc).kind, classify(exc).status) == ("transient", 500)


def test_text_is_never_searched():
    """A 404 whose message and URL contain 429, 503 and "rate limit" stays a 404."""
    exc = hub_error(404, {"error": "rate limit 429 503 loading"})
    exc.args = ("Client error '404' (Request ID: Root=1-429-503)",)
    assert classify(exc).kind == "not_found"


@pytest.mark.parametrize("make", [hub_error, openai_error])
def test_loading_is_read_from_the_body(make):
    """A 503 with estimated_time means loading, and the estimate is the hint."""
    verdict = classify(make(503, {"error": "Model m is currently loading", "estimated_time": 20.5}))
    assert (verdict.kind, verdict.retry_after) == ("loading", 20.5)


@pytest.mark.parametrize("make", [hub_error, openai_error])
@pytest.mark.parametrize(
    "body",
    [
        {"error": {"code": "insufficient_quota", "message": "m"}},
        {"error": {"type": "insufficient_quota"}},
        {"code": "billing_not_active"},
    ],
)
def test_quota_is_not_a_rate_limit(make, body):
    """A 429 with a billing code is never repeated."""
    assert classify(make(429, body)).kind == "quota"
    assert not classify(make(429, body)).retryable


@pytest.mark.parametrize(
    ("estimate", "kind"), [("soon", "transient"), (-1, "transient"), (None, "transient"), (True, "transient"), (0, "loading")]
)
def test_odd_estimates(estimate, kind):
    """An estimate that is no time does not count."""
    assert classify(hub_error(503, {"error": "x", "estimated_time": estimate})).kind == kind


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "0.5"}, 0.5),
        ({"Retry-After-Ms": "250", "Retry-After": "9"}, 0.25),
        ({"Retry-After": "Sun, 22 Nov 2026 10:00:09 GMT", "Date": "Sun, 22 Nov 2026 10:00:00 GMT"}, 9.0),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "tomorrow"}, None),
        ({"Retry-After": "1000000000"}, 1e9),
        ({"RateLimit": '"api";r=0;t=55', "RateLimit-Policy": '"fixed window";"api";q=500;w=300'}, 55.0),
        ({"RateLimit": '"api";r=3;t=55'}, None),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "12"}, 12.0),
        ({}, None),
    ],
)
def test_hints(headers, seconds):
    """The hint comes from the headers; what is no time is not sent."""
    assert classify(hub_error(429, None, headers)).retry_after == seconds


def test_body_that_is_not_json():
    """HTML in place of JSON is judged by its status."""
    exc = hub_error(503)
    exc.response = response(503)
    exc.response._content = b"<html>busy</html>"
    assert classify(exc).kind == "transient"


@pytest.mark.parametrize(
    ("exc", "kind", "retryable"),
    [
        (TimeoutError(), "timeout", True),
        (TimeoutError(), "timeout", True),
        (ConnectionResetError(), "network", True),
        (ssl.SSLCertVerificationError(), "permanent", False),
        (urllib.error.URLError(ConnectionRefusedError()), "network", True),
        (urllib.error.URLError("x"), "network", True),
        (json.JSONDecodeError("x", "", 0), "bad_reply", False),
        (KeyError("x"), "unknown", False),
        (ValueError("429"), "unknown", False),
        (StopIteration(), "not_found", False),
        (KeyboardInterrupt(), "cancelled", False),
        (asyncio.CancelledError(), "cancelled", False),
        (BudgetExceeded("a", "b"), "budget", False),
        (OSError(28, "disk"), "unknown", False),
        (StreamInterrupted("a"), "interrupted", False),
        (BatchStopped("a"), "stopped", False),
        (CourseError("a"), "permanent", False),
    ],
)
def test_other_exceptions(exc, kind, retryable):
    """Built-in errors are judged by class; a mistake in the called code is no API error."""
    assert (classify(exc).kind, classify(exc).retryable) == (kind, retryable)


def test_refusal_inside_an_sdk_is_invalid():
    """A ValueError that the SDK itself raises is a wrong argument, not a mistake in the called code."""
    from huggingface_hub import InferenceClient

    with pytest.raises(ValueError) as caught:
        InferenceClient(provider="nope", token="none").text_classification("x", model="a/b")
    assert classify(caught.value).kind == "invalid"
