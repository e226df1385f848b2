"""Every way to be wrong: status, body shape, headers, and a message that says what to do. Never a 500."""

from __future__ import annotations

import json
import socket
from urllib.parse import urlsplit

import pytest

HFI = "/hf-inference/models/practice"
MESSAGES = [{"role": "user", "content": "hi"}]
CHAT = {"model": "practice/chat", "messages": MESSAGES, "max_tokens": 5}


@pytest.mark.parametrize("token", [None, "hf_nobody", "hf_practice_expired", "sk-x", ""])
@pytest.mark.parametrize(("path", "openai"), [("/v1/chat/completions", True), (f"{HFI}/sentiment", False)])
def test_401(send, token, path, openai):
    """No token, a strange one, an expired one: 401 in the shape of the route."""
    reply = send("POST", path, {**CHAT, "inputs": "a"}, token=token)
    assert reply.status == 401
    assert isinstance(reply.json["error"], dict if openai else str)


def test_401_with_another_scheme(send):
    """A token in the wrong scheme is no token."""
    assert (
        send("GET", "/api/whoami-v2", headers={"Authorization": "Basic hf_practice_x"}, token=None).status
        == 401
    )


def test_402_and_403(send):
    """The two tokens that stand for no credit and no permission, in the service's own words."""
    poor = send("POST", f"{HFI}/sentiment", {"inputs": "a"}, token="hf_practice_no_credit")
    barred = send("POST", f"{HFI}/sentiment", {"inputs": "a"}, token="hf_practice_no_permission")
    assert (poor.status, barred.status) == (402, 403)
    assert poor.json["error"].startswith("You have depleted your monthly included credits.")
    assert barred.json["error"].startswith("This authentication method does not have sufficient permissions")
    assert send("GET", "/api/whoami-v2", token="hf_practice_no_permission").status == 200


@pytest.mark.parametrize("token", [None, "hf_practice_x"])
@pytest.mark.parametrize(
    "path",
    [
        "/v1/models",
        "/v1/models/practice/chat",
        "/api/models",
        "/api/models/practice/embed",
        "/api/tasks",
        "/",
        "/models/practice/chat",
    ],
)
def test_public_pages_need_no_token(send, path, token):
    """Model lists and pages answer without a token."""
    assert send("GET", path, token=token).status == 200


def test_404_for_a_model_that_is_not_here(send):
    """A real model's name is not answered for: the message lists what is served, the Hub's error code is set."""
    chat = send("POST", "/v1/chat/completions", {**CHAT, "model": "mistralai/Mistral-7B-Instruct-v0.3"})
    page = send("GET", "/api/models/mistralai/Mistral-7B-Instruct-v0.3")
    task = send("POST", "/hf-inference/models/mistralai/Mistral-7B-Instruct-v0.3", {"inputs": "a"})
    assert {chat.status, page.status, task.status} == {404}
    assert "practice/chat" in chat.json["error"]["message"]
    assert page.headers["x-error-code"] == "RepoNotFound"
    assert task.headers["x-error-message"] == task.json["error"]


def test_404_offers_near_misses(send):
    """A slip of the pen gets the right name back."""
    assert (
        "Did you mean practice/chat"
        in send("POST", "/v1/chat/completions", {**CHAT, "model": "practice/chta"}).json["error"]["message"]
    )


@pytest.mark.parametrize(
    ("method", "path", "openai"),
    [
        ("POST", "/v1/responses", True),
        ("POST", "/v1/embeddings", True),
        ("GET", "/nothing/here", False),
        ("POST", "/groq/openai/v1/chat/completions", False),
        ("POST", "/practice/explode", False),
        ("GET", "/v1/models/x", True),
    ],
)
def test_404_for_unknown_paths(send, method, path, openai):
    """Paths without a route get the error shape of their kind."""
    reply = send(method, path, {})
    assert reply.status == 404
    assert isinstance(reply.json["error"], dict if openai else str)


def test_404_for_other_providers_says_so(send):
    """The server plays hf-inference only and says so."""
    reply = send("POST", "/together/v1/chat/completions", CHAT, host="router.huggingface.co")
    assert reply.status == 404 and "hf-inference only" in reply.json["error"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/chat/completions"),
        ("DELETE", "/v1/models"),
        ("PUT", f"{HFI}/embed"),
        ("POST", "/api/whoami-v2"),
        ("PATCH", "/"),
    ],
)
def test_405(send, method, path):
    """A wrong method is told the right one."""
    reply = send(method, path)
    assert reply.status == 405 and reply.headers["allow"]


@pytest.mark.parametrize("path", ["/", "/v1/chat/completions", "/models/gpt2"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_410(send, method, path):
    """The retired host answers everything with the documented body."""
    reply = send(
        method, path, {} if method == "POST" else None, host="api-inference.huggingface.co", token=None
    )
    assert reply.status == 410
    assert reply.json == {
        "error": "https://api-inference.huggingface.co is no longer supported. Please use "
        "https://router.huggingface.co instead."
    }


@pytest.mark.parametrize("chunked", [False, True])
def test_413(send, url, token, chunked):
    """A body over 1 MiB is refused, also when its length is not announced, and the client hears it."""
    big = json.dumps({**CHAT, "messages": [{"role": "user", "content": "x" * (2 << 20)}]}).encode()
    raw = iter([big[:70_000], big[70_000:]]) if chunked else big
    reply = send("POST", "/v1/chat/completions", raw=raw)
    assert reply.status == 413 and "1 MiB" in reply.json["error"]["message"]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b'"a"',
        b"\xff\xfe",
        b'{"a": NaN}',
        b"[" * 100_000,
        b'{"messages": "\\ud800"}',
        b'{"a":' + b"9" * 10_000 + b"}",
    ],
)
@pytest.mark.parametrize(
    "path", ["/v1/chat/completions", f"{HFI}/sentiment", f"{HFI}/embed/pipeline/feature-extraction"]
)
def test_400_for_bodies_that_are_no_json_object(send, path, raw):
    """What is not a JSON object gets a 400 that says why."""
    reply = send("POST", path, raw=raw)
    assert reply.status == 400
    assert "JSON" in reply.body.decode() or "body" in reply.body.decode()


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"messages": None}, "messages"),
        ({"messages": []}, "messages"),
        ({"messages": "hi"}, "messages"),
        ({"messages": [{"role": "king", "content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": "user", "content": 5}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": None}]}, "messages[0].content"),
        (
            {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}]},
            "messages[0].content[0]",
        ),
        ({"model": None}, "model"),
        ({"model": 7}, "model"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_tokens": 10**6}, "max_tokens"),
        ({"max_tokens": "5"}, "max_tokens"),
        ({"max_tokens": True}, "max_tokens"),
        ({"max_tokens": 2.5}, "max_tokens"),
        ({"max_completion_tokens": -1}, "max_completion_tokens"),
        ({"temperature": 2.1}, "temperature"),
        ({"temperature": -0.1}, "temperature"),
        ({"temperature": "hot"}, "temperature"),
        ({"temperature": 10**400}, "temperature"),
        ({"top_p": 1.5}, "top_p"),
        ({"n": 0}, "n"),
        ({"n": 100}, "n"),
        ({"seed": "a"}, "seed"),
        ({"stop": 5}, "stop"),
        ({"stop": ["a"] * 5}, "stop"),
        ({"stop": [""]}, "stop"),
        ({"stop": [1]}, "stop"),
        ({"stream": "yes"}, "stream"),
        ({"stream_options": {"include_usage": True}}, "stream_options"),
        ({"stream": True, "stream_options": {"include_usage": 5}}, "stream_options.include_usage"),
        ({"logprobs": 1}, "logprobs"),
        ({"top_logprobs": 3}, "top_logprobs"),
        ({"logprobs": True, "top_logprobs": 21}, "top_logprobs"),
        ({"response_format": {"type": "json_object"}}, "response_format"),
        ({"frequency_penalty": 1}, "frequency_penalty"),
        ({"logit_bias": {"5": 1}}, "logit_bias"),
    ],
)
def test_422_names_the_field(send, change, names):
    """Each wrong field of a chat call gets a 422 whose message and `param` name it."""
    reply = send("POST", "/v1/chat/completions", {**CHAT, **change})
    assert reply.status == 422
    error = reply.json["error"]
    assert f"`{names}`" in error["message"] and error["param"] == names
    assert len(error["message"].split()) <= 25


@pytest.mark.parametrize(
    ("path", "body", "names"),
    [
        ("/sentiment", {}, "inputs"),
        ("/sentiment", {"inputs": 5}, "inputs"),
        ("/sentiment", {"inputs": []}, "inputs"),
        ("/sentiment", {"inputs": "a", "parameters": []}, "parameters"),
        ("/sentiment", {"inputs": "a", "parameters": {"top_k": 0}}, "parameters.top_k"),
        (
            "/sentiment",
            {"inputs": "a", "parameters": {"function_to_apply": "tanh"}},
            "parameters.function_to_apply",
        ),
        ("/zero-shot", {"inputs": "a"}, "parameters.candidate_labels"),
        (
            "/zero-shot",
            {"inputs": "a", "parameters": {"candidate_labels": []}},
            "parameters.candidate_labels",
        ),
        (
            "/zero-shot",
            {"inputs": "a", "parameters": {"candidate_labels": ["a", " "]}},
            "parameters.candidate_labels",
        ),
        (
            "/zero-shot",
            {"inputs": "a", "parameters": {"candidate_labels": ["a"], "hypothesis_template": "none"}},
            "parameters.hypothesis_template",
        ),
        (
            "/ner",
            {"inputs": "a", "parameters": {"aggregation_strategy": "median"}},
            "parameters.aggregation_strategy",
        ),
        ("/ner", {"inputs": ["a"]}, "inputs"),
        ("/embed/pipeline/feature-extraction", {"inputs": ["a", 5]}, "inputs"),
        ("/embed/pipeline/feature-extraction", {"inputs": ["a"] * 300}, "inputs"),
        ("/embed/pipeline/feature-extraction", {"inputs": "a", "normalize": "yes"}, "normalize"),
        ("/embed/pipeline/feature-extraction", {"inputs": "a", "prompt_name": "query"}, "prompt_name"),
        ("/embed/pipeline/sentence-similarity", {"inputs": "a"}, "inputs"),
        ("/embed/pipeline/sentence-similarity", {"inputs": {"source_sentence": "a"}}, "inputs.sentences"),
        ("/text", {"inputs": "a", "parameters": {"max_new_tokens": 0}}, "parameters.max_new_tokens"),
        ("/text", {"inputs": "a", "parameters": {"grammar": {}}}, "parameters.grammar"),
        ("/image", {"inputs": " "}, "inputs"),
        ("/image", {"inputs": "a", "parameters": {"width": 5000}}, "parameters.width"),
        ("/image", {"inputs": "a", "parameters": {"height": 100}}, "parameters.height"),
        (
            "/image",
            {"inputs": "a", "parameters": {"num_inference_steps": 500}},
            "parameters.num_inference_steps",
        ),
    ],
)
def test_422_in_the_tasks(send, path, body, names):
    """Each wrong field of a task gets a 422 that names it."""
    reply = send("POST", HFI + path, body)
    assert reply.status == 422
    assert f"`{names}`" in reply.json["error"]


def test_400_for_tools_and_for_models_of_another_task(send):
    """What a model cannot do at all is a 400 that says what it can."""
    tools = send("POST", "/v1/chat/completions", {**CHAT, "tools": [{"type": "function"}]})
    wrong = send("POST", "/v1/chat/completions", {**CHAT, "model": "practice/embed"})
    other = send("POST", f"{HFI}/embed/pipeline/text-classification", {"inputs": "a"})
    provider = send("POST", "/v1/chat/completions", {**CHAT, "model": "practice/chat:groq"})
    assert [r.status for r in (tools, wrong, other, provider)] == [400] * 4
    assert "practice/chat" in wrong.json["error"]["message"]
    assert "practice/sentiment" in other.json["error"]


def test_text_generation_errors_speak_the_dialect_of_tgi(send):
    """A 422 of text generation carries `error_type`, which makes the SDK raise ValidationError."""
    assert send("POST", f"{HFI}/text", {"inputs": 5}).json["error_type"] == "validation"


def test_every_answer_has_a_request_id(send):
    """The client's trace id comes back; without one a number counts the calls."""
    echoed = send("GET", "/v1/models", headers={"x-amzn-trace-id": "trace-7"})
    counted = [send("GET", "/nope").headers["x-request-id"] for _ in range(2)]
    assert echoed.headers["x-request-id"] == "trace-7"
    assert counted == ["Root=1-practice-000002", "Root=1-practice-000003"]


def test_headers_cannot_be_split(send):
    """Control characters and scripts in what is sent never reach a header or a page unescaped."""
    reply = send("POST", "/v1/chat/completions", {**CHAT, "model": "a\r\nX-Evil: 1\u202e<script>"})
    assert "x-evil" not in reply.headers
    page = send("GET", "/models/%3Cscript%3Ealert(1)%3C/script%3E")
    assert page.status == 404 and b"<script>" not in page.body


def test_431_for_an_endless_head(url):
    """Headers over 64 KiB are refused before they fill the memory."""
    place = urlsplit(url)
    with socket.create_connection((place.hostname, place.port), timeout=5) as raw:
        raw.sendall(
            b"GET / HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X-%d: %s\r\n" % (i, b"a" * 4000) for i in range(40))
        )
        assert raw.recv(100).startswith((b"HTTP/1.1 431", b"HTTP/1.1 400"))


def test_no_bug_was_met(url, caplog):
    """The handler of last resort has not been needed by any route so far, and it is not needed for odd paths."""
    import http.client

    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=5)
    for path in (
        "/%00",
        "/v1/models/%ff%fe",
        "/v1/models/a%0d%0ab",
        "/hf-inference/models/",
        "/api/models?limit=-5",
        "/api/models?limit=" + "9" * 500,
        "/deployed/x",
        "/deployed/x/health",
        "/practice/log?since=x",
        "//",
        "/*",
    ):
        connection.request("GET", path, headers={"Authorization": "Bearer hf_practice_odd"})
        response = connection.getresponse()
        response.read()
        assert response.status < 500, path
    assert not caplog.records
