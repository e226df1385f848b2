"""Wrong arguments are refused at once, in words that say what to write instead; nothing is called."""

from __future__ import annotations

import asyncio
import importlib
import inspect

import pytest

from helpers import (
    RetryPolicy,
    acall_with_retry,
    amap_calls,
    astream_with_retry,
    call_with_retry,
    map_calls,
    retrying,
    stream_with_retry,
)

from .conftest import CHAT

MESSAGES = [{"role": "user", "content": "hi"}]


async def later(item: object = None) -> object:
    return item


async def items():
    yield 1


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: call_with_retry(later), "await acall_with_retry"),
        (lambda: call_with_retry(lambda: later()), "await acall_with_retry"),
        (lambda: map_calls(later, [1]), "await amap_calls"),
        (lambda: map_calls(str, items()), "await amap_calls"),
        (lambda: map_calls(str, 5), r"Write `\[item\]` for one"),
        (lambda: map_calls(str, [1], policy=3), "`policy` must be a RetryPolicy"),
        (lambda: map_calls(str, [1], log=3), "`log` must be a Ledger"),
        (lambda: call_with_retry(str, policy={"max_attempts": 3}), "`policy` must be a RetryPolicy, not dict"),
        (lambda: call_with_retry(str, limiter=5), "`limiter` must be a RateLimiter"),
        (lambda: list(stream_with_retry(lambda: later())), "astream_with_retry"),
        (lambda: list(stream_with_retry(lambda: "whole text")), "not a stream. Pass `stream=True`"),
        (lambda: asyncio.run(acall_with_retry(lambda: 3)), "int, which cannot be awaited"),
        (lambda: asyncio.run(amap_calls(str, 5)), r"Write `\[item\]` for one"),
    ],
)
@pytest.mark.filterwarnings("error")
def test_wrong_arguments_say_what_to_write(call, says):
    """A mistake is a TypeError with the right form in it, not an AttributeError of ours or a coroutine that nobody awaits."""
    with pytest.raises(TypeError, match=says):
        call()


def test_a_coroutine_is_never_a_value():
    """A lambda around an asynchronous call is found when it returns."""
    result = map_calls(lambda item: later(item), [1, 2])
    assert all("amap_calls" in str(error) for error in result.errors.values()) and len(result.errors) == 2


@pytest.mark.parametrize("sdk", ["hub", "openai"])
def test_a_forgotten_stream_true_is_named(answers, sdk):
    """Without `stream=True` both SDKs return a whole answer that can be iterated, into its fields: those are no chunks."""
    answers.script = [(200, CHAT, {})]
    openai = importlib.import_module("openai")
    hub = importlib.import_module("huggingface_hub")
    if sdk == "hub":
        stream = stream_with_retry(hub.InferenceClient(model=answers.url, token="none").chat_completion, MESSAGES)
    else:
        client = openai.OpenAI(base_url=answers.url, api_key="x", max_retries=0)
        stream = stream_with_retry(client.chat.completions.create, model="m", messages=MESSAGES)
    with pytest.raises(TypeError, match="Pass `stream=True`"):
        next(stream)


def test_a_forgotten_stream_true_is_named_in_async_code(answers):
    """The same for `async for`."""
    answers.script = [(200, CHAT, {})]
    hub = importlib.import_module("huggingface_hub")

    async def read() -> None:
        async with hub.AsyncInferenceClient(model=answers.url, token="none") as client:
            async for _ in astream_with_retry(client.chat_completion, MESSAGES):
                pass

    with pytest.raises(TypeError, match="Pass `stream=True`"):
        asyncio.run(read())


@pytest.mark.parametrize("name", ["on_attempt", "clock", "sleep", "asleep"])
def test_hooks_of_a_policy_must_be_functions(name):
    """A hook that is no function is refused when the policy is made, not at the first failure."""
    with pytest.raises(ValueError, match=f"`{name}` must be a function, not 5"):
        RetryPolicy(**{name: 5})


def test_numbers_of_other_libraries_are_numbers():
    """numpy's integers are whole numbers; an integer beyond every float is none of ours."""
    numpy = importlib.import_module("numpy")
    assert RetryPolicy(max_attempts=numpy.int64(3), deadline=numpy.float32(5)).max_attempts == 3
    with pytest.raises(ValueError, match="`deadline` must be a number above 0"):
        RetryPolicy(deadline=10**400)


def test_a_decorated_coroutine_function_is_one():
    """`inspect` and everything that asks it see an asynchronous function, which can be decorated again."""
    decorated = retrying(retrying(later))
    assert inspect.iscoroutinefunction(decorated) and asyncio.run(decorated(3)) == 3
