"""Checks of lesson 01: a client, a summary."""
from __future__ import annotations

import os
from typing import Any

from .core import exercise
from .outcome import Mistake
from .sandbox import sandbox
from .tools import ScriptedStream, is_number, need_type, raised_by, reply, short

TICKET = "My parcel from Lantern has been in Antwerp since Monday and nobody answers the phone."


@exercise("01.1", takes="env", insight="a token from outside and a timeout of your own: a client that neither leaks nor hangs.")
def make_client(answer: Any) -> None:
    """Two tokens, a missing one and an empty one."""
    tokens = ["hf_" + word for word in ("first", "second")]
    with _environment_token("hf_" + "elsewhere"):
        envs = [{"HF_TOKEN": token, "HOME": "elsewhere"} for token in tokens]
        clients = [answer(env) for env in envs]
        for client, env, token in zip(clients, envs, tokens, strict=True):
            need_type(client, client_type(), 'make_client({"HF_TOKEN": "hf_first"})', "an InferenceClient")
            if env != {"HF_TOKEN": token, "HOME": "elsewhere"}:
                raise Mistake("mutates-input", did="the mapping that was passed", expected="as before", got=short(env),
                              then="Look the token up without taking it out: os.environ may be what is passed.")
        _right_tokens([client.token for client in clients], tokens)
        for env in ({}, {"HF_TOKEN": ""}):
            _refuses(answer, env)
    for client in clients:
        if not is_number(client.timeout) or not 0 < client.timeout < 3600:
            raise Mistake("no-timeout", did='make_client({"HF_TOKEN": "hf_first"}).timeout', got=short(client.timeout),
                          expected="a finite number of seconds, above 0 and below an hour",
                          then="The constructor takes the number. None means: wait for ever.")


def _right_tokens(got: list[Any], wanted: list[str]) -> None:
    did = 'make_client({"HF_TOKEN": "hf_first"}), then the same with "hf_second"'
    if got == wanted:
        return
    if got[0] is False or got[0] is None:
        raise Mistake("token-not-used", did=did, expected="a client that holds the token", got=f"a client with token={got[0]!r}",
                      then="Pass the token that you looked up to the constructor.")
    if got[0] == "hf_" + "elsewhere":
        raise Mistake("reads-os-environ", did=did, expected="the token of the argument", got="the token of os.environ",
                      then="Use the argument; os.environ is only one mapping that may be passed.")
    raise Mistake("token-fixed", did=did, expected="each client holds the token it was given", got="the same or another token",
                  then="Take the token from the argument in every call; none belongs into the code.")


def _refuses(answer: Any, env: dict) -> None:
    did = f"make_client({env!r})"
    returned: list = []
    exc = raised_by(lambda: returned.append(answer(env)))
    if exc is None:
        raise Mistake(
            "missing-token-accepted",
            did=did,
            expected="a ValueError that names HF_TOKEN",
            got=f"no exception, and {type(returned[0]).__name__}",
            then="Check that the token is there, and not empty, before the client is made.",
        )
    if isinstance(exc, KeyError):
        raise Mistake("bare-key-error", did=did, expected="a ValueError that names HF_TOKEN", got=f"KeyError: {exc}",
                      then="A KeyError does not tell a colleague what to do. Raise a ValueError with a sentence.")
    if not isinstance(exc, ValueError) or "HF_TOKEN" not in str(exc):
        raise Mistake("unclear-error", did=did, expected="a ValueError that names HF_TOKEN",
                      got=f"{type(exc).__name__}: {short(str(exc))}",
                      then="Say in the message which variable is missing.")


class _environment_token:
    """Puts another token into os.environ, so that reading it from there shows."""

    def __init__(self, token: str) -> None:
        self.token = token

    def __enter__(self) -> None:
        self.before = os.environ.get("HF_TOKEN")
        os.environ["HF_TOKEN"] = self.token

    def __exit__(self, *exc: object) -> None:
        os.environ.pop("HF_TOKEN", None)
        if self.before is not None:
            os.environ["HF_TOKEN"] = self.before


def client_type() -> type:
    """The class InferenceClient, imported when it is needed."""
    from huggingface_hub import InferenceClient
    return InferenceClient


@exercise("01.2", takes="client, text, *, model, max_words=20",
          insight="a chat call is a list of messages in and an object out; the text is one attribute of it.",
          needs=("server",))
def summarize(answer: Any) -> None:
    """A real request to the practice server, then a scripted reply with white space around it."""
    with sandbox() as place:
        result = answer(place.client, TICKET, model=place.models.chat, max_words=13)
        requests = place.requests()
    _one_chat_request(requests)
    _messages(requests[0]["body"], TICKET, 13)
    if requests[0]["body"].get("model") != place.models.chat:
        raise Mistake("model-dropped", did='summarize(client, ticket, model="practice/chat")',
                      expected="a request for practice/chat",
                      got=f"a request for {requests[0]['body'].get('model')!r}", then="Pass your own argument on to the call.")
    need_type(result, str, "summarize(client, ticket, model=...)", "str")
    _strips(answer)


def _one_chat_request(requests: list[dict]) -> None:
    paths = [request["path"] for request in requests]
    did = "summarize(client, ticket, model=...)"
    if not paths:
        raise Mistake("nothing-sent", did=did, expected="one chat request", got="no request at all",
                      then="Call a method of the client that you were given.")
    if not all(path.endswith("/chat/completions") for path in paths):
        raise Mistake("not-chat", did=did, expected="a chat request", got=f"POST {paths[0]}",
                      then="Use the client's chat method.")
    if len(paths) > 1:
        raise Mistake("too-many-requests", did=did, expected="one request", got=f"{len(paths)} requests",
                      then="Each request costs money; one is enough.")


def _messages(body: dict, ticket: str, limit: int) -> None:
    messages = body.get("messages") or []
    said = {role: " ".join(_words(m.get("content")) for m in messages if m.get("role") == role) for role in ("system", "user")}
    did = f"summarize(client, ticket, model=..., max_words={limit})"
    if ticket not in said["user"]:
        raise Mistake("ticket-not-in-user", did=did, expected="the ticket's text in the user message",
                      got=f"user message {short(said['user'], 40)}", then="Put the text into the message with the role user.")
    if str(limit) not in said["user"].replace(ticket, "") + said["system"]:
        raise Mistake("limit-not-sent", did=did, expected=f"an instruction that names the limit of {limit} words",
                      got="messages without the number", then="The model can only keep a limit that it is told.")


def _words(content: Any) -> str:
    """A message's text, given as one string or as a list of parts."""
    parts = content if isinstance(content, list) else [content]
    return " ".join(str(part.get("text", "") if isinstance(part, dict) else part) for part in parts)


def _strips(answer: Any) -> None:
    """A scripted reply, complete or as a stream, to another ticket, another model and another limit."""
    asked: list[dict] = []

    class Padded(client_type()):
        def chat_completion(self, messages: Any = None, *, model: Any = None, stream: bool = False, **kwargs: Any) -> Any:
            asked.append({"messages": messages, "model": model or self.model})
            return ScriptedStream("  Parcel", " is late. \n") if stream else reply("  Parcel is late. \n")

    result = answer(Padded(token="hf_" + "x", timeout=5), "Parcel, please.", model="practice/other", max_words=7)
    if not asked:
        raise Mistake("nothing-sent", did="summarize(client, 'Parcel, please.', model=...)", expected="one chat request",
                      got="no request at all", then="Call the client that you were given, in every call.")
    if asked[0]["model"] != "practice/other":
        raise Mistake("model-dropped", did='summarize(client, ticket, model="practice/other")', got=short(asked[0]["model"]),
                      expected="a request for practice/other", then="Pass your own argument on to the call.")
    _messages(asked[0], "Parcel, please.", 7)
    if result != "Parcel is late.":
        raise Mistake("not-stripped", did="a reply of '  Parcel is late. \\n'", expected="'Parcel is late.'", got=short(result),
                      then="Return the whole text, without the white space around it.")
