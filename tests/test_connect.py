"""connect(): unmodified SDK code in practice mode, the guards of live mode, and one sentence for each wrong input."""
from __future__ import annotations

import asyncio
import io
import os
import socket
import threading
from contextlib import redirect_stdout

import pytest

from helpers import CourseError, connect
from helpers.transport import hub_http

MESSAGES = [{"role": "user", "content": "What is a 429?"}]


def canary() -> str:
    """A token-shaped string, made here so that none stands in a file."""
    return "hf_" + "Canary" * 6


@pytest.fixture
def course():
    with redirect_stdout(io.StringIO()), connect() as course:
        yield course


def quiet(*args, **kwargs):
    with redirect_stdout(io.StringIO()):
        return connect(*args, **kwargs)


def test_banner_says_mode_and_cost(capsys):
    """One line says which mode is on and what it costs, without a port."""
    with connect() as course:
        assert course.mode == "practice"
    line = capsys.readouterr().out
    assert line == "Practice mode: the course's own tiny models, on this machine. No token, no network, no cost.\n"


def test_inference_client(course):
    """`InferenceClient(token=course.token)` chats, embeds and classifies, provider auto and hf-inference alike."""
    from huggingface_hub import InferenceClient
    for provider in (None, "hf-inference"):
        client = InferenceClient(token=course.token, provider=provider, timeout=30)
        reply = client.chat_completion(MESSAGES, model=course.models.chat, max_tokens=30)
        assert reply.choices[0].message.content.strip()
        assert client.feature_extraction(["a", "b"], model=course.models.embed).shape[0] == 2
        assert client.text_classification("Lovely.", model=course.models.sentiment)[0].label == "POSITIVE"


def test_async_inference_client(course):
    """`AsyncInferenceClient` works, plain and streaming."""
    from huggingface_hub import AsyncInferenceClient

    async def talk():
        client = AsyncInferenceClient(token=course.token, timeout=30)
        reply = await client.chat_completion(MESSAGES, model=course.models.chat, max_tokens=20)
        stream = await client.chat_completion(MESSAGES, model=course.models.chat, max_tokens=20, stream=True)
        text = "".join([chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices])
        return reply.choices[0].message.content, text

    plain, streamed = asyncio.run(talk())
    assert plain and streamed


def test_openai_clients(course):
    """`OpenAI` and `AsyncOpenAI` work with the course's router URL, with and without its HTTP client."""
    from openai import AsyncOpenAI, OpenAI
    for extra in ({}, {"http_client": course.http_client()}):
        client = OpenAI(base_url=course.router_url, api_key=course.token, **extra)
        assert client.chat.completions.create(model=course.models.chat, messages=MESSAGES, max_tokens=20).choices[0].message.content
        assert course.models.chat in [model.id for model in client.models.list()]

    async def talk():
        async with AsyncOpenAI(base_url=course.router_url, api_key=course.token, http_client=course.async_http_client()) as client:
            return await client.chat.completions.create(model=course.models.chat, messages=MESSAGES, max_tokens=20)

    assert asyncio.run(talk()).usage.completion_tokens > 0


def test_hub_api(course):
    """list_models, model_info with the provider mapping, and whoami answer for the practice models."""
    from huggingface_hub import list_models, model_info, whoami
    assert course.models.ner in {model.id for model in list_models(inference_provider="hf-inference")}
    info = model_info(course.models.embed, expand="inferenceProviderMapping")
    assert info.inference_provider_mapping[0].provider == "hf-inference"
    assert whoami(token=course.token)["name"]


def test_ledger_is_filled_by_both_sdks(course):
    """Every request stands in the ledger with status, model and tokens, and without a word of what was said."""
    from huggingface_hub import InferenceClient
    from openai import OpenAI
    hub = InferenceClient(token=course.token, timeout=30)
    hub.chat_completion(MESSAGES, model=course.models.chat, max_tokens=15)
    stream = OpenAI(base_url=course.router_url, api_key=course.token, http_client=course.http_client()).chat.completions.create(
        model=course.models.chat, messages=MESSAGES, max_tokens=15, stream=True, stream_options={"include_usage": True})
    list(stream)
    plain, streamed = course.ledger.records()
    assert plain["status"] == streamed["status"] == 200
    assert plain["model"] == streamed["model"] == course.models.chat
    assert plain["tokens_out"] > 0 and streamed["tokens_out"] > 0 and streamed["ttft_s"] > 0
    assert "What is" not in str(course.ledger.records()) and course.token not in str(course.ledger.records())


def test_the_learners_token_stays_home(monkeypatch, tmp_path):
    """With a token in the environment and a saved login, no practice request carries it, whatever the cell says."""
    from huggingface_hub import InferenceClient, constants
    from huggingface_hub.errors import HfHubHTTPError
    monkeypatch.setenv("HF_TOKEN", canary())
    (tmp_path / "token").write_text(canary())
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "token"))
    sent = []
    real = socket.socket.sendall, socket.socket.send
    monkeypatch.setattr(socket.socket, "sendall", lambda self, data, *a: (sent.append(bytes(data)), real[0](self, data, *a))[1])
    monkeypatch.setattr(socket.socket, "send", lambda self, data, *a: (sent.append(bytes(data)), real[1](self, data, *a))[1])
    with quiet() as course:
        InferenceClient(token=course.token, timeout=30).text_classification("Fine.", model=course.models.sentiment)
        for client in (InferenceClient(timeout=30), InferenceClient(token=canary(), timeout=30)):
            with pytest.raises(HfHubHTTPError) as refused:
                client.chat_completion(MESSAGES, model=course.models.chat, max_tokens=5)
            assert refused.value.response.status_code == 401
    assert any(b"POST" in data for data in sent)
    assert not any(canary().encode() in data for data in sent)


def test_the_hubs_cache_is_not_touched(monkeypatch, tmp_path):
    """Practice mode writes nothing into HF_HOME."""
    from huggingface_hub import InferenceClient, constants
    monkeypatch.setattr(constants, "HF_HOME", str(tmp_path))
    for name in ("AGENT_HARNESSES_PATH",):
        if hasattr(constants, name):
            monkeypatch.setattr(constants, name, str(tmp_path / "x.json"))
    with quiet() as course:
        InferenceClient(token=course.token, timeout=30).chat_completion(MESSAGES, model=course.models.chat, max_tokens=5)
    assert list(tmp_path.iterdir()) == []


def test_close_gives_everything_back():
    """After close() the SDK has its own clients, no port is open and no thread is left; closing twice does no harm."""
    from huggingface_hub import constants
    from huggingface_hub.utils import _http as hub
    before, flag = threading.active_count(), constants.HF_HUB_DISABLE_IMPLICIT_TOKEN
    course = quiet()
    url = course.server.url
    course.close()
    course.close()
    assert type(hub.get_session()) is hub_http().Client and flag == constants.HF_HUB_DISABLE_IMPLICIT_TOKEN
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", int(url.rsplit(":", 1)[1])), timeout=2).close()
    assert threading.active_count() <= before + 1


def test_second_connect_replaces_the_first():
    """Running the first cell again closes the earlier connection and works."""
    first = quiet()
    with quiet() as second:
        assert first.closed and not second.closed
        assert second.server.url != first.server.url


def test_class_server():
    """connect(URL) uses a practice server that runs elsewhere, in practice mode."""
    from huggingface_hub import InferenceClient

    from helpers import practice
    running = practice.start()
    try:
        with quiet(running.url) as course:
            assert course.mode == "practice" and course.server.url == running.url
            reply = InferenceClient(token=course.token, timeout=30).chat_completion(MESSAGES, model=course.models.chat, max_tokens=5)
            assert reply.choices
    finally:
        running.stop()


@pytest.mark.parametrize("mode, words", [
    ("practise", "There is no mode 'practise'"), ("http://127.0.0.1:9", "No practice server lets you in at http://127.0.0.1:9"),
])
def test_wrong_modes(mode, words):
    """A mode that does not exist and a class server that does not answer get one sentence and one next step."""
    with pytest.raises(CourseError) as refused:
        quiet(mode)
    assert words in str(refused.value) and refused.value.next_step
    assert len(refused.value._render_traceback_()) == 1


@pytest.mark.parametrize("token", [None, "sk-" + "x" * 20, "hf_with space", "hf_", '"hf_quoted"'])
def test_live_needs_a_good_token(monkeypatch, tmp_path, token):
    """Without a token, or with a malformed one, live mode says where to get one and never shows what it found."""
    from huggingface_hub import constants
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "none"))
    if token is not None:
        monkeypatch.setenv("HF_TOKEN", token)
    with pytest.raises(CourseError) as refused:
        quiet("live")
    assert "settings/tokens" in str(refused.value)
    assert token is None or len(token) < 6 or token not in str(refused.value)


def test_live_budget_stops_before_sending(monkeypatch):
    """The call that would pass the budget is refused by both SDKs with BudgetExceeded, and nothing is sent."""
    from huggingface_hub import InferenceClient, constants
    from openai import OpenAI

    from helpers.errors import BudgetExceeded
    monkeypatch.setenv("HF_TOKEN", canary())
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_TELEMETRY", True)  # the hub's own side call is not what is tested
    monkeypatch.setattr(socket, "create_connection", lambda *a, **k: pytest.fail("a connection was opened"))
    with quiet("live", max_calls=5, max_usd=0.000001) as course:
        hub = InferenceClient(token=course.token, timeout=5)
        with pytest.raises(BudgetExceeded, match="was not sent"):
            hub.chat_completion(MESSAGES, model=course.models.chat, max_tokens=1000)
        openai = OpenAI(base_url=course.router_url, api_key=course.token, http_client=course.http_client())
        with pytest.raises(BudgetExceeded, match="was not sent"):
            openai.chat.completions.create(model=course.models.chat, messages=MESSAGES, max_tokens=1000)
        assert course.budget.calls == 0 and len(course.ledger) == 0
    assert canary() not in repr(course)


def test_practice_mode_calls_no_stranger(course):
    """In practice mode a client pointed at another host is stopped with a sentence, before anything is sent."""
    from huggingface_hub import InferenceClient
    with pytest.raises(CourseError, match="Practice mode does not call example.org"):
        InferenceClient(base_url="https://example.org/v1", token=course.token, timeout=5).chat_completion(MESSAGES, max_tokens=5)


def test_unknown_model(course):
    """A model id that the server does not have is a 404 that lists what there is."""
    from huggingface_hub import InferenceClient
    with pytest.raises(Exception, match="practice/chat") as refused:
        InferenceClient(token=course.token, timeout=30).chat_completion(MESSAGES, model="practice/chta", max_tokens=5)
    assert refused.value.response.status_code == 404


def test_environment_is_left_alone():
    """connect() changes no environment variable."""
    before = dict(os.environ)
    quiet().close()
    assert dict(os.environ) == before
