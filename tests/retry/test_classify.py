from __future__ import annotations

import asyncio
import importlib
import importlib.util
import inspect
import json
import pickle
import ssl
import urllib.error
from pathlib import Path

import pytest

from helpers.errors import (
    RETRYABLE,
    BatchStopped,
    BudgetExceeded,
    CourseError,
    RemoteCallError,
    StreamInterrupted,
    classify,
    explain,
    headers_of,
)
from helpers.transport import hub_http

from .conftest import CHAT, hub_error, openai_error, response

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


def ask_hub(url, method="chat_completion"):
    from huggingface_hub import InferenceClient

    prompt = [{"role": "user", "content": "hi"}] if method == "chat_completion" else "hi"
    return getattr(InferenceClient(model=url, token="none", timeout=5), method)(prompt)


def ask_openai(url, method="create", **settings):
    openai = importlib.import_module("openai")
    client = openai.OpenAI(base_url=url, api_key="x", max_retries=0, timeout=5)
    return getattr(client.chat.completions, method)(model="m", messages=[{"role": "user", "content": "hi"}], **settings)


def schema():
    class Ticket(importlib.import_module("pydantic").BaseModel):
        urgent: bool

    return Ticket


@pytest.mark.parametrize(
    ("ask", "body", "kind"),
    [
        (lambda url: ask_hub(url), b"[]", "bad_reply"),
        (lambda url: ask_hub(url), b'{"a": "\xff"}', "transient"),
        (lambda url: ask_hub(url, "text_generation"), b"{}", "bad_reply"),
        (lambda url: ask_hub(url, "text_generation"), b"[]", "bad_reply"),
        (lambda url: ask_hub(url, "text_generation"), b"null", "bad_reply"),
        (lambda url: ask_hub(url, "feature_extraction"), b"[[1, 2], [3]]", "bad_reply"),
        (lambda url: ask_hub(url, "text_classification"), b"[]", "bad_reply"),
        (lambda url: ask_hub(url, "text_to_image"), b"no picture", "bad_reply"),
        (lambda url: ask_openai(url, "parse", response_format=schema()), b"null", "bad_reply"),
        (lambda url: ask_openai(url, "parse", response_format=schema()), json.dumps(CHAT).encode(), "bad_reply"),
        (lambda url: ask_openai(url), b'{"a": "\xff"}', "transient"),
        (lambda url: list(ask_openai(url, stream=True)), b"data: \xff\n\n", "transient"),
    ],
)
def test_an_answer_that_cannot_be_read_is_no_wrong_argument(answers, ask, body, kind):
    """What the SDKs raise over an odd answer (ValueError, KeyError, AttributeError ...) blames the answer, not the learner."""
    answers.script = [(200, body, {})]
    with pytest.raises(Exception) as caught:  # noqa: B017, PT011 - which class it is differs between the SDKs' versions
        ask(answers.url)
    assert classify(caught.value).kind == kind


def test_wrong_arguments_found_by_a_library_of_the_sdk():
    """A message that is no JSON, and a file that is not there, are wrong arguments whichever module notices."""
    from huggingface_hub import InferenceClient

    client = InferenceClient(model="http://127.0.0.1:9", token="none")
    with pytest.raises(TypeError) as caught:
        client.chat_completion([{"role": "user", "content": object()}])
    assert classify(caught.value).kind == "invalid"
    with pytest.raises(FileNotFoundError) as missing:
        client.automatic_speech_recognition("nowhere.flac")
    assert classify(missing.value).kind == "invalid"


def test_the_same_mistakes_in_own_code_stay_unknown():
    """A KeyError or a missing file of the called function itself is none of the SDK's."""
    for mistake in (lambda: {}["x"], lambda: Path("nowhere.txt").read_bytes(), lambda: float("x"), lambda: b"\xff".decode()):
        with pytest.raises(Exception) as caught:  # noqa: B017, PT011
            mistake()
        assert classify(caught.value).kind == "unknown"


def test_a_connection_error_is_judged_by_what_lies_behind_it():
    """openai wraps a wrong address like a lost network; a repeat mends only the latter."""
    openai = importlib.import_module("openai")
    with pytest.raises(openai.APIConnectionError) as caught:
        ask_openai("127.0.0.1:8000/v1")
    assert (classify(caught.value).kind, classify(caught.value).retryable) == ("invalid", False)
    assert "http://" in explain(caught.value).cause
    with pytest.raises(openai.APIConnectionError) as caught:
        ask_openai("http://127.0.0.1:9")
    assert (classify(caught.value).kind, classify(caught.value).retryable) == ("network", True)


@pytest.mark.parametrize("ask", [ask_hub, ask_openai])
def test_a_certificate_that_is_not_trusted_is_not_repeated(answers, monkeypatch, ask):
    """The proxy of a school or a company answers with its own certificate: the same at every attempt, so it is explained."""
    def handshake(*_, **__):
        raise ssl.SSLCertVerificationError(1, "certificate verify failed")

    monkeypatch.setattr(ssl.SSLContext, "wrap_socket", handshake)
    with pytest.raises(Exception) as caught:  # noqa: B017, PT011
        ask(answers.url.replace("http:", "https:"))
    assert not isinstance(caught.value, ssl.SSLError)
    assert (classify(caught.value).kind, classify(caught.value).retryable) == ("permanent", False)
    assert "certificate" in explain(caught.value).cause


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"message": "x", "code": 429}, "throttled"),
        ({"message": "x", "http_status_code": 503}, "transient"),
        ({"message": "x", "code": "402"}, "quota"),
        ({"message": "x", "code": 422, "type": "invalid_request_error"}, "invalid"),
        ({"message": "x", "code": "4\u00b2"}, "stream"),
        ({"message": "429"}, "stream"),
    ],
)
def test_numbers_of_errors_inside_a_stream(answers, error, kind):
    """An error inside a stream that names its HTTP status as a number is judged by it, whichever SDK reads the stream."""
    body = b"data: " + json.dumps({"error": error}).encode() + b"\n\n"
    answers.script = [(200, body, {"Content-Type": "text/event-stream"})]
    from huggingface_hub import InferenceClient

    client = InferenceClient(model=answers.url, token="none", timeout=5)
    streams = (lambda: client.chat_completion([{"role": "user", "content": "hi"}], stream=True),
               lambda: ask_openai(answers.url, stream=True))
    for stream in streams:
        with pytest.raises(Exception) as caught:  # noqa: B017, PT011
            list(stream())
        assert classify(caught.value).kind == kind


def test_a_redirection_that_leads_nowhere_is_not_repeated():
    """openai makes an error of a 300; it is not taken for an error inside a stream."""
    assert classify(openai_error(300)).kind == "permanent"


def raised_from(cause, cls=RuntimeError):
    exc = cls("the model of the lesson did not answer")
    exc.__cause__ = cause
    return exc


@pytest.mark.parametrize(
    ("cause", "kind", "retryable"),
    [
        (TimeoutError(), "timeout", True),
        (hub_http().ConnectError("x"), "network", True),
        (raised_from(ConnectionResetError(), LookupError), "network", True),
        (hub_error(503), "transient", True),
        (hub_error(401), "auth", False),
        (ExceptionGroup("g", [hub_error(500)]), "transient", True),
        (KeyError("x"), "unknown", False),
        (asyncio.CancelledError(), "unknown", False),
        (None, "unknown", False),
    ],
)
def test_an_own_exception_is_judged_by_what_it_was_raised_from(cause, kind, retryable):
    """`raise MyError(...) from error` in the called function changes the words, not what a repeat would do."""
    verdict = classify(raised_from(cause))
    assert (verdict.kind, verdict.retryable) == (kind, retryable)


def test_causes_in_a_circle_end():
    """Exceptions that name each other as their cause are unknown, and `classify` comes back."""
    one, other = ValueError(), KeyError()
    one.__cause__, other.__cause__ = other, ExceptionGroup("g", [one])
    assert classify(one).kind == classify(other.__cause__).kind == "unknown"


@pytest.mark.parametrize(
    ("members", "kind", "retry_after"),
    [
        ([hub_error(503)], "transient", None),
        ([hub_error(429, None, {"Retry-After": "2"}), hub_error(429, None, {"Retry-After": "7"}), hub_error(500)], "throttled", 7.0),
        ([hub_error(429), ExceptionGroup("inner", [TimeoutError(), hub_error(402)])], "quota", None),
        ([hub_error(503), KeyError("x")], "unknown", None),
        ([BudgetExceeded("a", "b"), TimeoutError()], "budget", None),
    ],
)
def test_a_group_is_repeated_only_if_every_member_may_be(members, kind, retry_after):
    """asyncio's TaskGroup raises groups: the member that no repeat helps decides, else the longest wish of the server."""
    exc = ExceptionGroup("unhandled errors in a TaskGroup", members)
    assert (classify(exc).kind, classify(exc).retryable, classify(exc).retry_after) == (kind, kind in RETRYABLE, retry_after)
    assert headers_of(exc).get("retry-after") == (None if retry_after is None else f"{retry_after:g}")
    assert str(explain(exc)) in [str(explain(one)) for member in members for one in getattr(member, "exceptions", [member])]
    assert classify(BaseExceptionGroup("g", [KeyboardInterrupt(), *members])).kind == "cancelled"


def test_stop_iteration_in_a_coroutine():
    """ "No provider" reaches async code as a RuntimeError with a StopIteration behind it."""
    exc = RuntimeError("coroutine raised StopIteration")
    exc.__cause__ = StopIteration()
    assert explain(exc).cause == "No inference provider serves this model for this task."


def test_error_in_an_openai_stream():
    """A bare APIError is an error inside a stream; its code tells more where it has one."""
    openai = importlib.import_module("openai")
    request = openai_error(500).request
    assert classify(openai.APIError("x", request, body=None)).kind == "stream"
    assert classify(openai.APIError("x", request, body={"code": "overloaded"})).kind == "throttled"
    assert classify(openai.APIError("x", request, body={"code": "insufficient_quota"})).kind == "quota"


@pytest.mark.parametrize(("code", "kind"), [
    (429, "throttled"), ("429", "throttled"), (401, "auth"), (402, "quota"), (404, "not_found"), (400, "invalid"), (502, "transient"),
    (418, "permanent"), (200, "stream"), (4290, "stream"), (-429, "stream"), (429.0, "stream"), (True, "stream"), (None, "stream")])
def test_number_of_a_status_as_code(code, kind):
    """Where no status tells more, a code that is the number of one counts as that status; any other number says nothing."""
    openai = importlib.import_module("openai")
    request = openai_error(500).request
    inside = classify(openai.APIError("x", request, body={"code": code, "type": "some_error"}))
    assert (inside.kind, inside.status) == (kind, None)
    assert classify(openai_error(400, {"error": {"code": code}})).kind == "invalid"


@pytest.mark.parametrize(
    ("status", "headers", "text"),
    [
        (
            401,
            {},
            "401: the token is missing, wrong or expired. Make a new one at huggingface.co/settings/tokens and set `HF_TOKEN`.",
        ),
        (402, {}, "402: the credits of this account are used up. Buy credits or wait for next month; a repeat does not help."),
        (
            403,
            {},
            "403: the token is valid and lacks a permission. "
            'Give it "Make calls to Inference Providers", and accept the terms of a gated model.',
        ),
        (404, {}, "404: no such model or page here. Compare the model id and the address letter by letter."),
        (
            410,
            {},
            "410: this address was retired for good, so no repeat helps. Give `InferenceClient` a model and no address, "
            'the OpenAI client `base_url="https://router.huggingface.co/v1"`.',
        ),
        (413, {}, "413: the request is too large. Send less: a shorter text, fewer texts, or a smaller file."),
        (422, {}, "422: the server understood the request and rejects a value. Read its message for the field."),
        (
            429,
            {"Retry-After": "7"},
            "429: too many requests; the server asks for 7 s of rest. Wait as it asks, and pass `limiter=RateLimiter()`.",
        ),
        (
            429,
            {"RateLimit": '"api";r=0;t=1', "RateLimit-Policy": '"api";q=50;w=1'},
            "429: the server allows 50 requests in 1 s. Wait as it asks, and pass `limiter=RateLimiter()`.",
        ),
        (
            503,
            {},
            "503: the server failed for the moment. Repeat the call after a short random wait; `call_with_retry` does that.",
        ),
        (
            504,
            {},
            "504: the model took longer than a server on the way waits. "
            "`call_with_retry` repeats it; if it stays, ask for less (`max_tokens`), or use `stream=True`.",
        ),
    ],
)
def test_explanations(status, headers, text):
    """Cause and next step, word for word."""
    assert str(explain(hub_error(status, None, headers))) == text


def test_own_errors_show_one_sentence_in_jupyter():
    """Jupyter shows what happened and the next step instead of a traceback, and a pickle keeps both."""
    exc = StreamInterrupted("The stream broke.", "Call again.", partial="half")
    assert exc._render_traceback_() == ["The stream broke. Call again."]
    again = pickle.loads(pickle.dumps(exc))
    assert (str(again), again.partial, again.next_step) == ("The stream broke. Call again.", "half", "Call again.")


def test_remote_errors_keep_their_verdict():
    """An error from another process is judged as the original was."""
    verdict = classify(hub_error(429, None, {"Retry-After": "3"}))
    assert classify(pickle.loads(pickle.dumps(RemoteCallError("x", verdict)))) == verdict
