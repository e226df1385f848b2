"""Cause and next step in plain words."""

from __future__ import annotations

import pickle

import pytest

from helpers.errors import (
    RemoteCallError,
    StreamInterrupted,
    classify,
    explain,
)

from .conftest import hub_error


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
