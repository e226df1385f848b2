"""What lies behind an exception decides: a cause, a group, an answer that cannot be read, an error inside a stream."""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import json
import ssl
from pathlib import Path

import pytest

from helpers.errors import (
    RETRYABLE,
    BudgetExceeded,
    classify,
    explain,
    headers_of,
)
from helpers.transport import hub_http

from .conftest import CHAT, hub_error, openai_error


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
