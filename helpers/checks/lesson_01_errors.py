"""Checks of lesson 01: the method for a task, an error explained."""
from __future__ import annotations

from typing import Any

from .core import exercise
from .lesson_01 import client_type
from .outcome import Mistake
from .tools import need_value, pair, raised_by, short

METHODS = {"chat": "chat_completion", "embeddings": "feature_extraction", "similarity": "sentence_similarity",
           "classification": "text_classification", "zero-shot": "zero_shot_classification", "ner": "token_classification",
           "image": "text_to_image"}


@exercise("01.3", takes="task",
          insight="seven tasks, seven methods; the task decides the method, never the model's name.")
def pick_method(answer: Any) -> None:
    """All seven names, in three spellings, and two that do not exist."""
    for task, method in METHODS.items():
        got = answer(task)
        need_value(got, f"pick_method({task!r})", "the name of a method")
        if callable(got):
            raise Mistake("returns-method", did=f"pick_method({task!r})", expected="the method's name, a string", got=short(got),
                          then="Return the name in quotes, not the method itself.")
        if got != method:
            what = "a method" if hasattr(client_type(), str(got)) else "no method"
            raise Mistake(
                f"wrong-{task}",
                did=f"pick_method({task!r})",
                expected=f"the method for {task}",
                got=f"{got!r}, which is {what} of InferenceClient" + (" for another task" if what == "a method" else ""),
                then="Compare with the methods of lesson 01, or with dir(client).",
            )
    for spelling in ("CHAT", "Zero-Shot", "NER"):
        if raised_by(lambda s=spelling: answer(s)) or answer(spelling) != METHODS[spelling.lower()]:
            raise Mistake("case-sensitive", did=f"pick_method({spelling!r})", expected="the same as in lower case",
                          got="an error" if raised_by(lambda s=spelling: answer(s)) else short(answer(spelling)),
                          then="Bring the name into one case before you compare.")
    _refuses_unknown(answer)


def _refuses_unknown(answer: Any) -> None:
    for unknown in ("poetry", "", "chatter", "image captions", "chat_completion"):
        _refuses_this(answer, unknown)


def _refuses_this(answer: Any, unknown: str) -> None:
    exc = raised_by(lambda: answer(unknown))
    did = f"pick_method({unknown!r})"
    if exc is None:
        raise Mistake("unknown-accepted", did=did, expected="a ValueError that lists the seven names",
                      got=short(answer(unknown)),
                      then="An unknown name must fail at once, not later.")
    if not isinstance(exc, ValueError):
        raise Mistake("wrong-error", did=did, expected="a ValueError", got=f"{type(exc).__name__}: {short(str(exc), 50)}",
                      then="Raise ValueError with a sentence of your own.")
    if not all(task in str(exc).lower() for task in METHODS):
        raise Mistake("names-not-listed", did=did, expected="a message that lists the seven names", got=short(str(exc)),
                      then="Say in the message what may be chosen.")


@exercise("01.4", takes="exc",
          insight="the status is a number on the response; the text of an error is for people only.")
def explain_error(answer: Any) -> None:
    """One real exception per status, with a misleading number in its text, then timeouts and strangers."""
    causes = {}
    for status in (401, 402, 403, 404, 410, 422):
        causes[status] = _cause(answer, _http_error(status), f"a {status} response")
        if not causes[status].startswith(str(status)) and str(status) in causes[status]:
            raise Mistake("status-not-first", did=f"explain_error of a {status}", expected=f"a cause that begins with {status}",
                          got=short(causes[status], 60), then="The right status, at another place: put it at the beginning.")
        if not causes[status].startswith(str(status)):
            raise Mistake(_confusion(causes[status], status),
                          did=f"explain_error of a {status} whose text also mentions 404 and 429",
                          expected=f"a cause that begins with {status}", got=short(causes[status], 60),
                          then="Use the number on the response; the text also holds request ids and addresses.")
    texts = {cause[3:] for cause in causes.values()}
    if len(texts) < len(causes):
        raise Mistake("same-text", did="explain_error of 401, 402, 403, 404, 410 and 422", expected="a text of its own for each",
                      got=f"{len(texts)} different texts for 6 statuses", then="A learner needs to know which of the six it was.")
    for exc in _timeouts():
        cause = _cause(answer, exc, f"a {type(exc).__name__} without a response")
        if not cause.lower().startswith("timeout"):
            raise Mistake("timeout-missed", did=f"explain_error({type(exc).__name__}(...))",
                          expected="a cause that begins with 'timeout'",
                          got=short(cause, 60), then="A timeout has no response. Look at its type.")
    cause = _cause(answer, RuntimeError("401 bottles"), "a RuntimeError")
    if not cause.lower().startswith("unknown"):
        raise Mistake("unknown-guessed", did="explain_error(RuntimeError('401 bottles'))",
                      expected="a cause that begins with 'unknown'",
                      got=short(cause, 60), then="An exception without a response has no status.")
    cause = _cause(answer, _http_error(503), "a 503 response")
    if not cause.lower().startswith(("503", "unknown")):
        raise Mistake("other-status", did="explain_error of a 503, which is not in the list", got=short(cause, 60),
                      expected="a cause that begins with 503", then="Begin with the status that came, whichever it is.")


def _confusion(cause: str, status: int) -> str:
    if status == 403 and cause.startswith("401"):
        return "403-as-401"
    if status == 402 and cause.startswith("429"):
        return "402-as-429"
    return "status-from-text"


def _cause(answer: Any, exc: Exception, what: str) -> str:
    try:
        given = answer(exc)
    except (AttributeError, KeyError, TypeError) as problem:
        raise Mistake("crashes", did=f"explain_error of {what}", expected="two strings",
                      got=f"{type(problem).__name__}: {short(str(problem), 60)}",
                      then="Not every exception has a response, and not every status is in your table.") from None
    need_value(given, f"explain_error of {what}", "two strings")
    both = pair(given)
    if both is None or not all(isinstance(part, str) and part.strip() for part in both):
        raise Mistake("not-a-pair", did=f"explain_error of {what}", expected="two strings: cause, next step", got=short(given),
                      then="Return both, in this order, and neither of them empty.")
    return both[0]


def _http_error(status: int) -> Exception:
    from huggingface_hub.errors import HfHubHTTPError

    from ..transport import hub_http
    http = hub_http()
    request = http.Request("POST", "https://router.huggingface.co/models/room-404")
    response = http.Response(status, request=request, json={"error": "refused"})
    return HfHubHTTPError(f"Client error for url .../room-404 (Request ID: 429-401-{status + 1})", response=response)


def _timeouts() -> list[Exception]:
    from huggingface_hub.errors import InferenceTimeoutError

    from ..transport import hub_http
    http = hub_http()
    return [http.ReadTimeout("the read operation timed out"), http.ConnectTimeout("timed out"), TimeoutError("timed out"),
            InferenceTimeoutError("Inference call timed out: 404")]
