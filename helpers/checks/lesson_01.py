"""Checks of lesson 01: a client, a summary, the method for a task, an error explained."""
from __future__ import annotations

import os
from types import SimpleNamespace
from typing import Any

from .core import exercise
from .outcome import Mistake
from .sandbox import sandbox
from .tools import need_type, need_value, raised_by, short

TICKET = "My parcel from Lantern has been in Antwerp since Monday and nobody answers the phone."
METHODS = {"chat": "chat_completion", "embeddings": "feature_extraction", "similarity": "sentence_similarity",
           "classification": "text_classification", "zero-shot": "zero_shot_classification", "ner": "token_classification",
           "image": "text_to_image"}


@exercise("01.1", insight="a token from outside and a timeout of your own: a client that neither leaks nor hangs.", hints=(
    "Where does the token come from, and what does the client do when a server never answers?",
    "Look the token up in the argument, not in os.environ, and stop with a ValueError when it is missing. "
    "The constructor takes a token and a number of seconds.",
    'return InferenceClient(token=env["HF_TOKEN"], timeout=30), after a check that the token is there.'))
def make_client(answer: Any) -> None:
    """Two tokens, a missing one and an empty one."""
    tokens = ["hf_" + word for word in ("first", "second")]
    with _environment_token("hf_" + "elsewhere"):
        clients = [answer({"HF_TOKEN": token}) for token in tokens]
        for client in clients:
            need_type(client, _client_type(), 'make_client({"HF_TOKEN": "hf_first"})', "an InferenceClient")
        _right_tokens([client.token for client in clients], tokens)
        for env in ({}, {"HF_TOKEN": ""}):
            _refuses(answer, env)
    if not isinstance(clients[0].timeout, (int, float)) or not 0 < clients[0].timeout < 3600:
        raise Mistake("no-timeout", did='make_client({"HF_TOKEN": "hf_first"}).timeout', expected="a finite number of seconds",
                      got=short(clients[0].timeout), then="With None the client waits for ever. Pass a timeout to the constructor.")


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
    exc = raised_by(lambda: answer(env))
    if exc is None:
        raise Mistake("missing-token-accepted", did=did, expected="a ValueError that names HF_TOKEN", got="a client",
                      then="Check that the token is there, and not empty, before the client is made.")
    if isinstance(exc, KeyError):
        raise Mistake("bare-key-error", did=did, expected="a ValueError that names HF_TOKEN", got=f"KeyError: {exc}",
                      then="A KeyError does not tell a colleague what to do. Raise a ValueError with a sentence.")
    if not isinstance(exc, ValueError) or "HF_TOKEN" not in str(exc):
        raise Mistake("unclear-error", did=did, expected="a ValueError that names HF_TOKEN", got=f"{type(exc).__name__}: {short(str(exc))}",
                      then="Say in the message which variable is missing.")


class _environment_token:
    """Puts another token into os.environ, so that reading it from there shows."""

    def __init__(self, token: str) -> None:
        self.token = token

    def __enter__(self) -> None:
        self.before = os.environ.get("HF_TOKEN")
        os.environ["HF_TOKEN"] = self.token

    def __exit__(self, *exc: object) -> None:
        os.environ.pop("HF_TOKEN")
        if self.before is not None:
            os.environ["HF_TOKEN"] = self.before


def _client_type() -> type:
    from huggingface_hub import InferenceClient
    return InferenceClient


@exercise("01.2", insight="a chat call is a list of messages in and an object out; the text is one attribute of it.", hints=(
    "Which message carries the ticket, and where in the answer does the text stand?",
    "Call chat_completion with a list of messages and the model you were given; mention the word limit in an instruction. "
    "The text is an attribute of the first choice's message.",
    "answer.choices[0].message.content.strip() is the string to return."))
def summarize(answer: Any) -> None:
    """A real request to the practice server, then a scripted reply with white space around it."""
    with sandbox() as place:
        result = answer(place.client, TICKET, model=place.models.chat, max_words=13)
        requests = place.requests()
    _one_chat_request(requests)
    _messages(requests[0]["body"])
    if requests[0]["body"].get("model") != place.models.chat:
        raise Mistake("model-dropped", did='summarize(client, ticket, model="practice/chat")', expected="a request for practice/chat",
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
        raise Mistake("not-chat", did=did, expected="a chat request", got=f"POST {paths[0]}", then="Use the client's chat method.")
    if len(paths) > 1:
        raise Mistake("too-many-requests", did=did, expected="one request", got=f"{len(paths)} requests",
                      then="Each request costs money; one is enough.")


def _messages(body: dict) -> None:
    messages = body.get("messages") or []
    said = {role: " ".join(str(m.get("content")) for m in messages if m.get("role") == role) for role in ("system", "user")}
    did = "summarize(client, ticket, model=..., max_words=13)"
    if TICKET not in said["user"]:
        raise Mistake("ticket-not-in-user", did=did, expected="the ticket's text in the user message",
                      got=f"user message {short(said['user'], 40)}", then="Put the text into the message with the role user.")
    if "13" not in said["user"].replace(TICKET, "") + said["system"]:
        raise Mistake("limit-not-sent", did=did, expected="an instruction that names the limit of 13 words",
                      got="messages without the number", then="The model can only keep a limit that it is told.")


def _strips(answer: Any) -> None:
    class Padded(_client_type()):
        def chat_completion(self, *args: Any, **kwargs: Any) -> Any:
            message = SimpleNamespace(content="  Parcel is late. \n", role="assistant")
            return SimpleNamespace(choices=[SimpleNamespace(message=message, finish_reason="stop", index=0)], usage=None)

    result = answer(Padded(token="hf_" + "x", timeout=5), TICKET, model="practice/chat")
    if result != "Parcel is late.":
        raise Mistake("not-stripped", did="a reply of '  Parcel is late. \\n'", expected="'Parcel is late.'", got=short(result),
                      then="Remove the white space around the text.")


@exercise("01.3", insight="seven tasks, seven methods; the task decides the method, never the model's name.", hints=(
    "A dictionary from task names to method names does most of it. What about upper case, and unknown names?",
    "Lower the name before you look it up. dir(client) or the editor's completion shows the methods' names.",
    '{"chat": "chat_completion", "embeddings": "feature_extraction", ...}[task.lower()], with a ValueError for other names.'))
def pick_method(answer: Any) -> None:
    """All seven names, in three spellings, and two that do not exist."""
    for task, method in METHODS.items():
        got = answer(task)
        need_value(got, f"pick_method({task!r})", "the name of a method")
        if callable(got):
            raise Mistake("returns-method", did=f"pick_method({task!r})", expected="the method's name, a string", got=short(got),
                          then="Return the name in quotes, not the method itself.")
        if got != method:
            what = "a method" if hasattr(_client_type(), str(got)) else "no method"
            raise Mistake(f"wrong-{task}", did=f"pick_method({task!r})", expected=f"the method for {task}",
                          got=f"{got!r}, which is {what} of InferenceClient" + (" for another task" if what == "a method" else ""),
                          then="Compare with the methods of lesson 01, or with dir(client).")
    for spelling in ("CHAT", "Zero-Shot", "NER"):
        if raised_by(lambda s=spelling: answer(s)) or answer(spelling) != METHODS[spelling.lower()]:
            raise Mistake("case-sensitive", did=f"pick_method({spelling!r})", expected="the same as in lower case",
                          got="an error" if raised_by(lambda s=spelling: answer(s)) else short(answer(spelling)),
                          then="Bring the name into one case before you compare.")
    _refuses_unknown(answer)


def _refuses_unknown(answer: Any) -> None:
    exc = raised_by(lambda: answer("poetry"))
    did = 'pick_method("poetry")'
    if exc is None:
        raise Mistake("unknown-accepted", did=did, expected="a ValueError that lists the seven names", got=short(answer("poetry")),
                      then="An unknown name must fail at once, not later.")
    if not isinstance(exc, ValueError):
        raise Mistake("wrong-error", did=did, expected="a ValueError", got=f"{type(exc).__name__}: {short(str(exc), 50)}",
                      then="Raise ValueError with a sentence of your own.")
    if not all(task in str(exc) for task in METHODS):
        raise Mistake("names-not-listed", did=did, expected="a message that lists the seven names", got=short(str(exc)),
                      then="Say in the message what may be chosen.")


@exercise("01.4", insight="the status is a number on the response; the text of an error is for people only.", hints=(
    "Where does an SDK exception keep the number? And what if it has none?",
    "Read status_code of the exception's response, with getattr and a default. Timeouts are known by their type.",
    'status = getattr(getattr(exc, "response", None), "status_code", None)'))
def explain_error(answer: Any) -> None:
    """One real exception per status, with a misleading number in its text, then timeouts and strangers."""
    causes = {}
    for status in (401, 402, 403, 404, 410, 422):
        causes[status] = _cause(answer, _http_error(status), f"a {status} response")
        if not causes[status].startswith(str(status)):
            raise Mistake(_confusion(causes[status], status), did=f"explain_error of a {status} whose text also mentions 404 and 429",
                          expected=f"a cause that begins with {status}", got=short(causes[status], 60),
                          then="Use the number on the response; the text also holds request ids and addresses.")
    texts = {cause[3:] for cause in causes.values()}
    if len(texts) < len(causes):
        raise Mistake("same-text", did="explain_error of 401, 402, 403, 404, 410 and 422", expected="a text of its own for each",
                      got=f"{len(texts)} different texts for 6 statuses", then="A learner needs to know which of the six it was.")
    for exc in _timeouts():
        cause = _cause(answer, exc, f"a {type(exc).__name__} without a response")
        if not cause.lower().startswith("timeout"):
            raise Mistake("timeout-missed", did=f"explain_error({type(exc).__name__}(...))", expected="a cause that begins with 'timeout'",
                          got=short(cause, 60), then="A timeout has no response. Look at its type.")
    cause = _cause(answer, RuntimeError("401 bottles"), "a RuntimeError")
    if not cause.lower().startswith("unknown"):
        raise Mistake("unknown-guessed", did="explain_error(RuntimeError('401 bottles'))", expected="a cause that begins with 'unknown'",
                      got=short(cause, 60), then="An exception without a response has no status.")


def _confusion(cause: str, status: int) -> str:
    if status == 403 and cause.startswith("401"):
        return "403-as-401"
    if status == 402 and cause.startswith("429"):
        return "402-as-429"
    return "status-from-text"


def _cause(answer: Any, exc: Exception, what: str) -> str:
    try:
        pair = answer(exc)
    except (AttributeError, KeyError, TypeError) as problem:
        raise Mistake("crashes", did=f"explain_error of {what}", expected="two strings", got=f"{type(problem).__name__}: {short(str(problem), 60)}",
                      then="Not every exception has a response, and not every status is in your table.") from None
    need_value(pair, f"explain_error of {what}", "two strings")
    if not (isinstance(pair, tuple) and len(pair) == 2 and all(isinstance(part, str) and part.strip() for part in pair)):
        raise Mistake("not-a-pair", did=f"explain_error of {what}", expected="a tuple of two strings: cause, next step", got=short(pair),
                      then="Return both, in this order.")
    return pair[0]


def _http_error(status: int) -> Exception:
    from huggingface_hub.errors import HfHubHTTPError

    from ..transport import hub_http
    http = hub_http()
    request = http.Request("POST", "https://router.huggingface.co/models/room-404")
    response = http.Response(status, request=request, json={"error": "refused"})
    return HfHubHTTPError(f"Client error for url .../room-404 (Request ID: 429-401-{status + 1})", response=response)


def _timeouts() -> list[Exception]:
    from ..transport import hub_http
    return [hub_http().ReadTimeout("the read operation timed out"), TimeoutError("timed out")]
