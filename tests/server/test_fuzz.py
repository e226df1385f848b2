"""Whatever is sent, the answer is no 5xx that nobody scripted, has a Content-Length and comes at once."""

from __future__ import annotations

import http.client
import json
from urllib.parse import quote, urlsplit

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .conftest import thorough

FIELDS = (  # noqa: SIM905
    "model messages role content inputs parameters stream stream_options include_usage max_tokens temperature top_p "
    "stop n seed logprobs top_logprobs tools candidate_labels multi_label hypothesis_template top_k truncate "
    "source_sentence sentences aggregation_strategy ignore_labels max_new_tokens details width height guidance_scale "
    "num_inference_steps rate burst window headers scripted every kind status after seconds speed dollars stall fail "
    "name type compute provider vendor region scaling minReplica repository instanceType"
).split()
WORDS = ("practice/chat", "practice/embed", "user", "text", "cut:2", "503", "aws", "none", "simple", "x" * 70, "{}", "é漢")
PATHS = (
    "/v1/chat/completions", "/v1/models/{}", "/hf-inference/models/practice/{}", "/hf-inference/models/{}",
    "/hf-inference/models/practice/embed/pipeline/{}", "/hf-inference/models/practice/chat/v1/chat/completions",
    "/api/models/{}", "/api/models", "/v2/endpoint/me", "/v2/endpoint/me/{}", "/v2/endpoint/me/{}/pause", "/models/{}",
    "/practice/state", "/practice/log", "/deployed/{}/", "/{}",
)  # fmt: skip
SWITCHES = ("limit", "pace", "cold_start", "credit", "endpoints", "advance", "reset")
NAMES = st.sampled_from(
    ("sentiment", "zero-shot", "ner", "text", "chat", "practice/chat", "feature-extraction", "a/b", "..", "%", "\x00é")
)

leaves = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 5), st.integers(), st.floats(), st.sampled_from(WORDS), st.text(max_size=8),
    st.sampled_from((2**63, -(2**64), 10**300, 5e-324, 1.7e308, "\u202e\u0000", "\U0010ffff" * 3)),
)
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=5),
    max_leaves=12,
)
bodies = st.dictionaries(st.sampled_from(FIELDS), values, max_size=8)


def answer(url: str, method: str, path: str, body: dict, token: str) -> http.client.HTTPResponse:
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=20)
    data = json.dumps(body).encode() if method in ("POST", "PUT") else None
    connection.request(method, quote(path), data, {"Authorization": f"Bearer {token}"})
    response = connection.getresponse()
    response.read()
    connection.close()
    return response


@settings(max_examples=600 if thorough() else 100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(("GET", "POST", "POST", "POST", "PUT", "DELETE")), st.sampled_from(PATHS), NAMES, bodies)
def test_no_request_makes_the_server_fail(url, method, path, name, body):
    """Random fields in random places of every route."""
    response = answer(url, method, path.format(name), body, "hf_practice_fuzz")
    assert response.status < 500
    stream = response.headers["content-type"].startswith("text/event-stream")
    assert stream or method == "HEAD" or response.headers["content-length"] is not None


@settings(max_examples=400 if thorough() else 60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from((
        ("/v1/chat/completions", {"model": "practice/chat", "messages": [{"role": "user", "content": "hi"}], "max_tokens": 5}),
        ("/hf-inference/models/practice/sentiment", {"inputs": "good", "parameters": {}}),
        ("/hf-inference/models/practice/ner", {"inputs": "Anna in Rome", "parameters": {}}),
        ("/hf-inference/models/practice/zero-shot", {"inputs": "a", "parameters": {"candidate_labels": ["b", "c"]}}),
        ("/hf-inference/models/practice/text", {"inputs": "A rate", "parameters": {"max_new_tokens": 5}}),
        ("/hf-inference/models/practice/embed/pipeline/feature-extraction", {"inputs": ["a"]}),
    )),
    bodies,
    st.dictionaries(st.sampled_from(FIELDS), leaves, max_size=2),
)  # fmt: skip
def test_good_requests_with_odd_fields(url, good, odd, inner):
    """A working body with odd fields beside or inside it is answered or refused, never a mistake of the server."""
    path, body = good
    mixed = {**body, **odd} if len(odd) % 2 else dict(body)
    if isinstance(mixed.get("parameters"), dict):
        mixed["parameters"] = {**body.get("parameters", {}), **inner}
    assert answer(url, "POST", path, mixed, "hf_practice_fuzz2").status < 500


@settings(max_examples=300 if thorough() else 40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(SWITCHES), bodies)
def test_no_switch_breaks_the_server(url, switch, body):
    """Every switch is set or refused, and the state can be read after it."""
    assert answer(url, "POST", f"/practice/{switch}", body, "hf_practice_fuzz3").status in (200, 400, 404, 422)
    assert answer(url, "GET", "/practice/state", {}, "hf_practice_fuzz3").status == 200
