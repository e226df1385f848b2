"""Every way to fail, through every client, said in every form; the tests look for the canary in what this prints.

    python tour.py practice | live | URL JOIN_CODE
"""
from __future__ import annotations

import asyncio
import logging
import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from helpers import RetryPolicy, call_with_retry, connect, explain, map_calls, stream_with_retry
from helpers.errors import classify
from tests.secrets.places import CANARY

FAULTS = [*map(str, (400, 401, 402, 403, 404, 408, 409, 410, 413, 422, 429, 500, 503)), "429:1", "reset", "reset_after_headers",
          "cut:2", "cut_dirty:2", "malformed_json", "truncated", "wrong_content_type", "stream_error"]
MESSAGES = [{"role": "user", "content": "What is a 429?"}]
POLICY = RetryPolicy(max_attempts=1)


def clients(course: Any, token: str) -> Iterator[tuple[str, Any]]:
    """The SDKs' clients, as lessons make them and as somebody makes them who forgets `http_client=`."""
    from huggingface_hub import AsyncInferenceClient, InferenceClient
    from openai import AsyncOpenAI, OpenAI
    settings = {"base_url": course.router_url, "api_key": token, "max_retries": 0, "timeout": 10}
    yield "hub", InferenceClient(token=token, timeout=10)
    yield "hub async", AsyncInferenceClient(token=token, timeout=10)
    yield "openai", OpenAI(**settings, http_client=course.http_client())
    yield "openai async", AsyncOpenAI(**settings, http_client=course.async_http_client())
    if course.mode == "practice":  # in live mode this one goes to the real service, past the stand-in
        yield "openai alone", OpenAI(**settings)
        yield "openai async alone", AsyncOpenAI(**settings)


def ask(name: str, client: Any, course: Any, stream: bool) -> Any:
    """One chat call, read to its end."""
    settings = {"model": course.models.chat, "messages": MESSAGES, "max_tokens": 8, "stream": stream}
    call = client.chat_completion if name.startswith("hub") else client.chat.completions.create

    async def talk() -> Any:
        answer = await call(**settings)
        return [chunk async for chunk in answer] if stream else answer

    if "async" in name:
        return asyncio.run(talk())
    return list(call(**settings)) if stream else call(**settings)


def tell(problem: BaseException) -> None:
    """An exception in every form that a reader may meet."""
    print(problem, repr(problem), explain(problem), repr(explain(problem)), classify(problem))
    print("".join(traceback.format_exception(problem)))
    logging.getLogger("mine").error("it failed", exc_info=problem)


def attempt(action: Callable[[], Any]) -> None:
    try:
        print(action())
    except Exception as problem:
        tell(problem)


def main(mode: str, code: str | None = None) -> None:
    """The whole tour."""
    logging.basicConfig(filename=os.environ["COURSE_TEST_LOG"], level=logging.DEBUG)
    if mode == "live":
        from tests.live.standin import install
        install(CANARY)
    course = connect(mode, max_calls=2000, max_usd=5) if mode == "live" else connect(mode, join_code=code, name="Ana")
    attempts = 0
    for token in (course.token, CANARY):
        for name, client in clients(course, token):
            faults = FAULTS if course.server is not None and token == course.token else [None]
            for fault in faults:
                for stream in (False, True):
                    if fault:
                        course.server.faults(fault)
                    attempt(lambda: ask(name, client, course, stream))  # noqa: B023
                    attempts += 1
            print(repr(client))
    hub = next(clients(course, CANARY))[1]
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(os.environ["COURSE_TEST_LOG"]).with_name("batch.jsonl")
        attempt(lambda: map_calls(lambda item: ask("hub", hub, course, False), ["a", "b"], policy=POLICY, log=course.ledger))
        attempt(lambda: map_calls(lambda item: str(item), ["a", "b"], resume=kept, policy=POLICY))
        print(folder)
    for place in ({"user": CANARY}, {"extra_body": {"a": CANARY}}, {"extra_headers": {"X-Mine": CANARY}}, {"extra_query": {"a": CANARY}},
                  {"messages": [{"role": "user", "content": CANARY}]}):  # in a call, beside the place for it
        talk = {"model": course.models.chat, "messages": MESSAGES, "max_tokens": 3, **place}
        attempt(lambda: dict(clients(course, course.token))["openai"].chat.completions.create(**talk).id)  # noqa: B023
    attempt(lambda: call_with_retry(ask, "hub", hub, course, False, policy=POLICY))
    attempt(lambda: list(stream_with_retry(lambda: ask("hub", hub, course, True), policy=POLICY)))
    # A token with a line break, as it comes out of a file: the HTTP library names it in its complaint.
    for _, client in clients(course, CANARY + "\n"):
        attempt(lambda: ask(_, client, course, False))  # noqa: B023
    print(course, vars(course), course.ledger.records(), course.ledger.summary())
    if course.server is not None:
        print(course.server, course.server.log, course.server.state)
    print(f"{attempts} attempts")


if __name__ == "__main__":
    main(*sys.argv[1:])
