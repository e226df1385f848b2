"""Checks of lesson 02: the port, a turn of a conversation."""
from __future__ import annotations

import contextlib
import copy
import ssl
from collections.abc import Iterator
from typing import Any

from .core import exercise
from .outcome import Mistake
from .sandbox import sandbox
from .tools import need_type, need_value, pair, raised_by, short

ROUTER = "https://router.huggingface.co/v1"
QUESTION = "How do I change my e-mail address?"


@exercise("02.1", takes="token",
          insight="two values port a program: base_url and model. The base ends in /v1.")
def hf_openai(answer: Any) -> None:
    """Only the object is looked at, for two tokens; nothing is sent."""
    for word in ("mine", "yours"):
        with _no_certificates():
            client = answer("hf_" + word)
        _port(client, "hf_" + word)


@contextlib.contextmanager
def _no_certificates() -> Iterator[None]:
    """A client that sends nothing need not read some hundred certificates, which is most of this check's time."""
    before = ssl.SSLContext.load_verify_locations
    ssl.SSLContext.load_verify_locations = lambda *_, **__: None
    try:
        yield
    finally:
        ssl.SSLContext.load_verify_locations = before


def _port(client: Any, token: str) -> None:
    from openai import OpenAI
    did = f'hf_openai("{token}")'
    need_type(client, OpenAI, did, "an OpenAI client")
    base = str(client.base_url).rstrip("/")
    if base != ROUTER:
        mistake, then = _wrong_base(base)
        raise Mistake(mistake, did=f"{did}.base_url", expected="the router's address with the version, and no more", got=base,
                      then=then)
    if client.api_key != token:
        raise Mistake("key-not-used", did=f"{did}.api_key", expected=f"{token!r}, the token that was passed",
                      got=short(client.api_key), then="Pass the argument as the client's key, unchanged.")


def _wrong_base(base: str) -> tuple[str, str]:
    if "api-inference" in base:
        return "retired-host", "That host answers 410 since it was retired. Lesson 02 names the present one."
    if base.endswith("/chat/completions"):
        return "double-path", "The client adds the task's path itself, so it would be there twice."
    if base == ROUTER.removesuffix("/v1"):
        return "no-version", "The base has to end in the version of the API."
    if base.startswith(ROUTER + "/"):
        return "model-in-url", "The model belongs into each call, not into the address."
    return "other-host", "Compare the address with the one in the task, letter by letter."


@exercise("02.2", takes="client, history, user, *, model",
          insight="the server remembers nothing: the history is yours, and each turn sends all of it.",
          needs=("openai", "server"))
def chat_turn(answer: Any) -> None:
    """A first turn, two turns of a conversation, then a call that fails, all on the practice server."""
    system = [{"role": "system", "content": "You answer for the Lantern Help Desk."}]
    with sandbox() as place:
        client, before = place.openai, copy.deepcopy(system)
        first = _turn(answer(client, before, QUESTION, model=place.models.chat))
        _unchanged(before, system, "after a turn")
        _grown(system, first, QUESTION)
        _turn(answer(client, first[1], "Shorter, please.", model=place.models.chat))
        _sent(place.requests(), place.models.chat, first[1])
        _grown([], _turn(answer(client, [], QUESTION, model=place.models.chat)), QUESTION)
        failing, kept = copy.deepcopy(system), copy.deepcopy(system)
        exc = raised_by(lambda: answer(client, failing, "Hello?", model="practice/none"))
        asked = place.requests()[-1]["body"].get("model")
    if asked != "practice/none":
        raise Mistake("model-dropped", did='chat_turn(..., model="practice/none")', expected="a request for practice/none",
                      got=f"a request for {asked!r}", then="Pass your own argument on.")
    if exc is None:
        raise Mistake("hides-errors", did="a call with a model that does not exist", expected="the client's own exception",
                      got="no exception", then="Let errors of the client pass; the caller has to know.")
    _unchanged(failing, kept, "after a failed call")


def _turn(result: Any) -> tuple[str, list]:
    did = "chat_turn(client, history, user, model=...)"
    need_value(result, did, "the text and the new history")
    both = pair(result)
    if both is None or not isinstance(both[1], list):
        raise Mistake("not-a-pair", did=did, expected="two things: text, new history (a list)", got=short(result),
                      then="Return both, in this order.")
    if not isinstance(both[0], str):
        raise Mistake("not-text", did=did, expected="the reply's text, a str", got=type(both[0]).__name__,
                      then="Take the content of the first choice's message.")
    strange = next((message for message in both[1] if not isinstance(message, dict)), None)
    if strange is not None:
        raise Mistake("not-dicts", did=f"the history that came back from {did}", expected="a list of dictionaries",
                      got=f"a {type(strange).__name__} in it", then="Make a dictionary with role and content of the reply.")
    return both


def _unchanged(after: list, before: list, when: str) -> None:
    if after != before:
        kind = "mutates-input" if when == "after a turn" else "corrupts-history"
        raise Mistake(kind, did=f"the list that was passed, {when}", expected=f"its {len(before)} message(s), as before",
                      got=f"{len(after)} message(s)", then="Make a new list instead of appending to the caller's.")


def _grown(before: list, turn: tuple[str, list], user: str) -> None:
    text, history = turn
    roles = [message.get("role") for message in history]
    did = "the new history after one turn" + ("" if before else ", begun with []")
    if history[:len(before)] != before:
        raise Mistake("loses-history", did=did, expected="the old messages first", got=short(roles),
                      then="Begin the new list with the old one.")
    if roles[len(before):] != ["user", "assistant"]:
        missing = "assistant-forgotten" if "assistant" not in roles else "wrong-roles"
        raise Mistake(missing, did=did, expected=f"{'... then ' if before else ''}user, then assistant", got=short(roles),
                      then="The next request needs both: what was asked, and what was answered. Nothing else is added.")
    if history[-2].get("content") != user or history[-1].get("content") != text:
        raise Mistake("wrong-content", did=did, expected="the user's words and the reply's text", got=short(history[-2:]),
                      then="Keep the texts exactly as they were.")


def _sent(requests: list[dict], model: str, history: list[dict]) -> None:
    did, bodies = "the second request of a conversation", [request["body"] for request in requests]
    if not all(request["path"].endswith("/chat/completions") for request in requests):
        raise Mistake("not-chat", did=did, expected="a chat completion", got=f"POST {requests[-1]['path']}",
                      then="Use client.chat.completions.")
    if len(bodies) != 2:
        raise Mistake("wrong-number-of-requests", did="two turns", expected="2 requests", got=f"{len(bodies)} requests",
                      then="One turn is one request.")
    if any(body.get("model") != model for body in bodies):
        raise Mistake("model-dropped", did=did, expected=f"model {model!r}", got=repr(bodies[-1].get("model")),
                      then="Pass your own argument on.")
    sent, wanted = bodies[1].get("messages", []), [*history, {"role": "user", "content": "Shorter, please."}]
    roles = [message.get("role") for message in sent]
    if roles != ["system", "user", "assistant", "user"]:
        raise Mistake("sends-last-turn-only", did=did, expected="system, user, assistant, user", got=short(roles),
                      then="Send all turns, each once; the server has forgotten them.")
    if [message.get("content") for message in sent] != [message.get("content") for message in wanted]:
        raise Mistake("wrong-content", did=did, expected="all messages of the history as they were, and the new one",
                      got=short(sent[-2:]), then="Keep the texts exactly as they were.")
