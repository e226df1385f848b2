"""Both SDKs, sync and async, unmodified, over real HTTP: one test a task, and the errors as each SDK shows them."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from helpers import connect

QUESTION = [{"role": "user", "content": "What is a rate limit?"}]


@pytest.fixture(scope="module")
def course():
    with connect() as course:
        yield course


@pytest.fixture(autouse=True)
def fresh(course):
    course.server.reset()


@pytest.fixture(params=["auto", "hf-inference"])
def client(request, course):
    from huggingface_hub import InferenceClient

    provider = {} if request.param == "auto" else {"provider": request.param}
    with InferenceClient(token=course.token, timeout=30, **provider) as client:
        yield client


@pytest.fixture
def openai(course):
    from openai import OpenAI

    with OpenAI(base_url=course.router_url, api_key=course.token, max_retries=0) as client:
        yield client


def test_hub_chat(client, course):
    """chat_completion and chat.completions.create, with typed results."""
    reply = client.chat_completion(QUESTION, model="practice/chat", max_tokens=30, temperature=0)
    again = client.chat.completions.create(QUESTION, model="practice/chat", max_tokens=30, temperature=0)
    assert reply.choices[0].message.content == again.choices[0].message.content
    assert (reply.choices[0].finish_reason, reply.usage.completion_tokens) == ("length", 30)


def test_hub_chat_stream_with_usage(client):
    """Chunks, then one with usage and without choices."""
    chunks = list(
        client.chat_completion(
            QUESTION,
            model="practice/chat",
            max_tokens=8,
            stream=True,
            logprobs=True,
            top_logprobs=2,
            stream_options={"include_usage": True},
        )
    )
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text.strip() and chunks[-1].choices == [] and chunks[-1].usage.completion_tokens == 8
    assert chunks[1].choices[0].logprobs.content[0].top_logprobs[0].logprob <= 0


def test_hub_text_generation(client):
    """str, details, stream of str, stream of details."""
    ask = {"model": "practice/text", "max_new_tokens": 10}
    text = client.text_generation("A rate limit", **ask)
    details = client.text_generation("A rate limit", details=True, **ask)
    stream = "".join(client.text_generation("A rate limit", stream=True, **ask))
    events = list(client.text_generation("A rate limit", stream=True, details=True, **ask))
    assert text == details.generated_text == stream == events[-1].generated_text
    assert details.details.finish_reason == "length" and len(details.details.tokens) == 10


def test_hub_feature_extraction_and_similarity(client):
    """ndarrays of the right shape; cosines."""
    rows = client.feature_extraction(["cancel", "unsubscribe"], model="practice/embed", normalize=True)
    one = client.feature_extraction("cancel", model="practice/embed")
    assert rows.dtype == np.float32 and rows.shape == (2, one.shape[-1])
    [score] = client.sentence_similarity("cancel", ["unsubscribe"], model="practice/embed")
    assert score == pytest.approx(float(rows[0] @ rows[1]), abs=1e-4)


def test_hub_classification(client):
    """text, zero-shot and token classification give typed elements."""
    best = client.text_classification("I love it", model="practice/sentiment", top_k=2)[0]
    assert (best.label, best.score > 0.5) == ("POSITIVE", True)
    labels = client.zero_shot_classification(
        "I was charged twice",
        ["billing", "sport"],
        model="practice/zero-shot",
        multi_label=False,
        hypothesis_template="This is about {}.",
    )
    assert labels[0].label == "billing"
    text = "Maria Lopez lives in Berlin."
    spans = client.token_classification(text, model="practice/ner", aggregation_strategy="simple")
    assert all(text[span.start : span.end] == span.word and span.entity_group for span in spans)
    tokens = client.token_classification(text, model="practice/ner", aggregation_strategy="none")
    assert all(token.entity for token in tokens)


def test_hub_text_to_image(client):
    """A PIL image of the size asked for."""
    image = client.text_to_image(
        "a red circle", model="practice/image", width=64, height=128, num_inference_steps=4, seed=3
    )
    assert image.size == (64, 128) and "practice/image" in image.text["parameters"]


def test_hub_async(course):
    """The async client: plain, stream and many at once."""
    from huggingface_hub import AsyncInferenceClient

    async def run():
        async with AsyncInferenceClient(token=course.token, timeout=30) as client:
            plain = await client.chat_completion(QUESTION, model="practice/chat", max_tokens=8, temperature=0)
            parts = [
                chunk.choices[0].delta.content or ""
                async for chunk in await client.chat_completion(
                    QUESTION, model="practice/chat", max_tokens=8, temperature=0, stream=True
                )
            ]
            rows = await asyncio.gather(
                *(client.feature_extraction(f"text {i}", model="practice/embed") for i in range(8))
            )
            return plain.choices[0].message.content, "".join(parts), rows

    plain, streamed, rows = asyncio.run(run())
    assert plain == streamed and len(rows) == 8


def test_hub_pages(course):
    """list_models, model_info, mapping, status, whoami."""
    from huggingface_hub import HfApi

    api = HfApi(token=course.token)
    found = [
        model.id
        for model in api.list_models(inference_provider="hf-inference", pipeline_tag="text-classification")
    ]
    assert found == ["practice/sentiment"]
    assert len(list(api.list_models(inference_provider="hf-inference", limit=3))) == 3
    info = api.model_info("practice/chat", expand=["inferenceProviderMapping"])
    mapping = info.inference_provider_mapping[0]
    assert (mapping.provider, mapping.status, mapping.task) == ("hf-inference", "live", "conversational")
    assert api.model_info("practice/chat", expand="inference").inference == "warm"
    assert "conversational" in api.model_info("practice/chat").tags
    assert api.whoami()["name"] == "practice-learner"


def test_a_task_without_a_model_finds_one(course):
    """The Hub's recommended models are the practice models."""
    from huggingface_hub import InferenceClient

    with InferenceClient(provider="hf-inference", token=course.token, timeout=30) as client:
        assert client.text_classification("I love it")[0].label == "POSITIVE"


def test_urls_instead_of_names(course):
    """A whole URL as model, and base_url for chat, work as with any server."""
    from huggingface_hub import InferenceClient

    base = f"{course.server.url}/hf-inference/models"
    with InferenceClient(token=course.token, timeout=30) as client:
        assert (
            client.text_classification("I love it", model=f"{base}/practice/sentiment")[0].label == "POSITIVE"
        )
        assert client.feature_extraction("a", model=f"{base}/practice/embed").ndim == 1
        assert client.chat_completion(QUESTION, model=f"{base}/practice/chat", max_tokens=5).choices
    with InferenceClient(base_url=course.router_url, token=course.token, timeout=30) as client:
        assert client.chat_completion(QUESTION, model="practice/chat", max_tokens=5).choices


def test_openai_chat(openai):
    """create, with usage, logprobs, n, seed and stop."""
    reply = openai.chat.completions.create(
        model="practice/chat",
        messages=QUESTION,
        max_tokens=20,
        seed=1,
        n=2,
        logprobs=True,
        top_logprobs=3,
        temperature=1.2,
    )
    assert len(reply.choices) == 2 and reply.usage.completion_tokens == 40
    assert len(reply.choices[0].logprobs.content[0].top_logprobs) <= 3
    first = reply.choices[0].message.content
    cut = openai.chat.completions.create(
        model="practice/chat", messages=QUESTION, max_tokens=20, seed=1, temperature=1.2, stop=[first[10:18]]
    )
    assert (cut.choices[0].message.content, cut.choices[0].finish_reason) == (
        first[: first.find(first[10:18])],
        "stop",
    )


def test_openai_stream(openai):
    """Chunks parse; the last has the usage."""
    chunks = list(
        openai.chat.completions.create(
            model="practice/chat",
            messages=QUESTION,
            max_tokens=8,
            stream=True,
            stream_options={"include_usage": True},
        )
    )
    assert chunks[0].choices[0].delta.role == "assistant"
    assert chunks[-1].usage.completion_tokens == 8 and chunks[-2].choices[0].finish_reason == "length"


def test_openai_async_and_models(course):
    """AsyncOpenAI, and the list of models."""
    from openai import AsyncOpenAI

    async def run():
        async with AsyncOpenAI(base_url=course.router_url, api_key=course.token) as client:
            models = [model.id async for model in client.models.list()]
            reply = await client.chat.completions.create(model=models[0], messages=QUESTION, max_tokens=5)
            return models, reply.choices[0].message.content, (await client.models.retrieve(models[0])).id

    models, text, one = asyncio.run(run())
    assert models[0] == one == "practice/chat" and text


def test_openai_reasoning(openai):
    """A reasoning model's content is None while its reasoning fills the limit."""
    message = (
        openai.chat.completions.create(model="practice/reasoner", messages=QUESTION, max_tokens=5)
        .choices[0]
        .message
    )
    assert message.content is None and message.reasoning


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 410, 422, 429, 500, 502, 503, 504])
def test_each_status_as_the_sdks_show_it(course, openai, client, status):
    """Message and status reach the reader through both SDKs."""
    from huggingface_hub.errors import HfHubHTTPError
    from openai import APIStatusError

    course.server.faults({"status": status, "body": "the reason", "times": 2})
    with pytest.raises(APIStatusError) as caught:
        openai.chat.completions.create(model="practice/chat", messages=QUESTION)
    assert caught.value.status_code == status and "the reason" in str(caught.value)
    with pytest.raises(HfHubHTTPError) as caught:
        client.chat_completion(QUESTION, model="practice/chat")
    assert caught.value.response.status_code == status and "the reason" in str(caught.value)


def test_unknown_models_as_the_sdks_show_them(course, openai, client):
    """404 with what is served instead."""
    from huggingface_hub.errors import HfHubHTTPError, RepositoryNotFoundError
    from openai import NotFoundError

    with pytest.raises(NotFoundError, match="practice/chat"):
        openai.chat.completions.create(model="mistralai/Mistral-7B-Instruct-v0.3", messages=QUESTION)
    with pytest.raises((RepositoryNotFoundError, HfHubHTTPError)):
        client.text_classification("a", model="mistralai/Mistral-7B-Instruct-v0.3")
    with pytest.raises(ValueError, match="doesn't support task|not supported for task"):
        client.text_classification("a", model="practice/chat")


def test_the_retired_host(course):
    """410 as both SDKs show it."""
    from openai import APIStatusError, OpenAI

    with (
        OpenAI(
            base_url="https://api-inference.huggingface.co/v1",
            api_key=course.token,
            max_retries=0,
            http_client=course.http_client(),
        ) as old,
        pytest.raises(APIStatusError) as caught,
    ):
        old.chat.completions.create(model="practice/chat", messages=QUESTION)
    assert caught.value.status_code == 410
    assert "router.huggingface.co" in str(caught.value.body)


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("reset", "ReadError|RemoteProtocolError|Connection"),
        ("cut_dirty:2", "RemoteProtocolError|ReadError"),
        ("stream_error:2", "OverloadedError"),
        ("malformed_json:2", "JSONDecodeError"),
    ],
)
def test_broken_streams_as_the_hub_client_shows_them(course, client, kind, names):
    """Each fault becomes the exception that the reference page names."""
    import re

    course.server.faults(kind)
    with pytest.raises(Exception, match=".*") as caught:
        list(client.chat_completion(QUESTION, model="practice/chat", max_tokens=20, stream=True))
    assert re.search(names, type(caught.value).__name__)


def test_a_cut_stream_ends_silently(course, client):
    """Only the missing finish_reason tells."""
    course.server.faults("cut:3")
    chunks = list(client.chat_completion(QUESTION, model="practice/chat", max_tokens=20, stream=True))
    assert all(chunk.choices[0].finish_reason is None for chunk in chunks)


def test_the_first_call_of_a_task_makes_three_requests(course):
    """Two questions to the Hub, then the POST; later calls only the POST."""
    from huggingface_hub import InferenceClient

    with InferenceClient(token=course.token, timeout=30) as client:
        client.text_classification("a", model="practice/sentiment")
    posts = [record for record in course.server.log if record["method"] == "POST"]
    assert len(posts) == 1 and posts[0]["host"] == "router.huggingface.co"


def test_the_placeholder_for_a_model_is_explained(course):
    """With `base_url=` and no model the hub client sends "dummy": the 404 says so and names a model to pass."""
    from huggingface_hub import InferenceClient

    with InferenceClient(base_url=course.router_url, api_key=course.token) as client:
        with pytest.raises(Exception, match='pass model="practice/chat"'):
            client.chat_completion(QUESTION)
        assert client.chat_completion(QUESTION, model=course.models.chat, max_tokens=2).choices
