"""Checks of lesson 02: the port, a turn of a conversation, temperature, the text of a reply."""
from __future__ import annotations

import copy
from types import SimpleNamespace
from typing import Any

import numpy as np

from .core import exercise
from .outcome import Mistake
from .sandbox import sandbox
from .tools import need_type, need_value, raised_by, short

ROUTER = "https://router.huggingface.co/v1"


@exercise("02.1", insight="two values port a program: base_url and model. The base ends in /v1.", hints=(
    "Two arguments of the constructor decide where requests go and who pays for them.",
    "The client adds /chat/completions by itself, so the base stops earlier. The host is the router's, not the retired one.",
    'return OpenAI(base_url="https://router.huggingface.co/v1", api_key=token)'))
def hf_openai(answer: Any) -> None:
    """Only the object is looked at; nothing is sent."""
    from openai import OpenAI
    token = "hf_" + "mine"
    client = answer(token)
    did = 'hf_openai("hf_mine")'
    need_type(client, OpenAI, did, "an OpenAI client")
    base = str(client.base_url).rstrip("/")
    if base != ROUTER:
        mistake, then = _wrong_base(base)
        raise Mistake(mistake, did=f"{did}.base_url", expected="the router's address with the version, and no more", got=base, then=then)
    if client.api_key != token:
        raise Mistake("key-not-used", did=f"{did}.api_key", expected="the token that was passed", got="another key",
                      then="Pass the argument as the client's key.")


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


@exercise("02.2", insight="the server remembers nothing: the history is yours, and each turn sends all of it.", hints=(
    "What must the model see to understand a second question? And what happens to your list when the call fails?",
    "Build a new list from the old one, send it, and only then make the history to return. list.append changes the caller's list.",
    'messages = [*history, {"role": "user", "content": user}]'))
def chat_turn(answer: Any) -> None:
    """Two turns on the practice server, then a call that fails."""
    system = [{"role": "system", "content": "You answer for the Lantern Help Desk."}]
    with sandbox() as place:
        client, before = place.openai, copy.deepcopy(system)
        first = _turn(answer(client, before, "How do I change my e-mail address?", model=place.models.chat))
        _unchanged(before, system, "after a turn")
        _grown(system, first, "How do I change my e-mail address?")
        _turn(answer(client, first[1], "Shorter, please.", model=place.models.chat))
        sent = [request["body"] for request in place.requests()]
        _sent(sent, place.models.chat)
        failing, kept = copy.deepcopy(system), copy.deepcopy(system)
        exc = raised_by(lambda: answer(client, failing, "Hello?", model="practice/none"))
    if exc is None:
        raise Mistake("hides-errors", did="a call with a model that does not exist", expected="the client's own exception",
                      got="no exception", then="Let errors of the client pass; the caller has to know.")
    _unchanged(failing, kept, "after a failed call")


def _turn(result: Any) -> tuple[str, list]:
    did = "chat_turn(client, history, user, model=...)"
    need_value(result, did, "the text and the new history")
    if not (isinstance(result, tuple) and len(result) == 2 and isinstance(result[1], list)):
        raise Mistake("not-a-pair", did=did, expected="a tuple: text, new history (a list)", got=short(result), then="Return both, in this order.")
    if not isinstance(result[0], str):
        raise Mistake("not-text", did=did, expected="the reply's text, a str", got=type(result[0]).__name__,
                      then="Take the content of the first choice's message.")
    return result


def _unchanged(after: list, before: list, when: str) -> None:
    if after != before:
        kind = "mutates-input" if when == "after a turn" else "corrupts-history"
        raise Mistake(kind, did=f"the list that was passed, {when}", expected=f"its {len(before)} message(s), as before",
                      got=f"{len(after)} message(s)", then="Make a new list instead of appending to the caller's.")


def _grown(before: list, turn: tuple[str, list], user: str) -> None:
    text, history = turn
    roles = [message.get("role") for message in history]
    did = "the new history after one turn"
    if history[:len(before)] != before:
        raise Mistake("loses-history", did=did, expected="the old messages first", got=short(roles), then="Begin the new list with the old one.")
    if roles[len(before):] != ["user", "assistant"]:
        missing = "assistant-forgotten" if "assistant" not in roles else "wrong-roles"
        raise Mistake(missing, did=did, expected="... then user, then assistant", got=short(roles),
                      then="The next request needs both: what was asked, and what was answered.")
    if history[-2].get("content") != user or history[-1].get("content") != text:
        raise Mistake("wrong-content", did=did, expected="the user's words and the reply's text", got=short(history[-2:]),
                      then="Keep the texts exactly as they were.")


def _sent(bodies: list[dict], model: str) -> None:
    did = "the second request of a conversation"
    if len(bodies) != 2:
        raise Mistake("wrong-number-of-requests", did="two turns", expected="2 requests", got=f"{len(bodies)} requests", then="One turn is one request.")
    if any(body.get("model") != model for body in bodies):
        raise Mistake("model-dropped", did=did, expected=f"model {model!r}", got=repr(bodies[-1].get("model")), then="Pass your own argument on.")
    roles = [message.get("role") for message in bodies[1].get("messages", [])]
    if roles != ["system", "user", "assistant", "user"]:
        raise Mistake("sends-last-turn-only", did=did, expected="system, user, assistant, user", got=short(roles),
                      then="Send all turns; the server has forgotten them.")


@exercise("02.3", insight="temperature divides the logits before softmax: low sharpens, high levels, zero picks the largest.", hints=(
    "What does exp(10000) give? And what should happen at T = 0, where you cannot divide?",
    "Subtract the largest logit before exp: the result is the same, and nothing overflows. Treat T = 0 on its own.",
    "weights = np.exp((logits - logits.max()) / T), then divide by their sum."))
def softmax_t(answer: Any) -> None:
    """Known values, a seeded case, large logits, T near 0 and T = 0."""
    rng = np.random.default_rng(402)
    for logits, T in [(np.array([2.0, 0.0]), 1.0), (np.array([1.0, 2.0, 3.0]), 0.5), (rng.normal(size=6), 1.7)]:
        given = logits.copy()
        _compare(answer(given, T), logits, T)
        if not np.array_equal(given, logits):
            raise Mistake("mutates-input", did="the array that was passed", expected="unchanged", got="changed",
                          then="Compute a new array; do not use -= or /= on the argument.")
    with np.errstate(all="ignore"):
        for logits in (np.array([1e4, 1e4 - 1.0]), np.array([-1e4, -1e4 - 1.0])):
            got = np.asarray(answer(logits.copy(), 1.0), dtype=float)
            if not np.allclose(got, _softmax(logits, 1.0)):
                raise Mistake("overflow", did=f"softmax_t(np.array({logits.tolist()}), 1.0)", expected="about [0.73, 0.27]", got=short(got),
                              then="exp of a large number overflows. What can you subtract first?")
        _zero(answer)


def _softmax(logits: np.ndarray, T: float) -> np.ndarray:
    weights = np.exp((logits - logits.max()) / T)
    return weights / weights.sum()


def _compare(got: Any, logits: np.ndarray, T: float) -> None:
    did = f"softmax_t(np.array({[round(float(x), 2) for x in logits]}), {T})"
    need_value(got, did, "an array of probabilities")
    wanted, got = _softmax(logits, T), np.asarray(got, dtype=float)
    show = short([round(float(p), 3) for p in np.ravel(got)])
    expected = f"about {[round(float(p), 3) for p in wanted]}"
    if got.shape != wanted.shape:
        raise Mistake("wrong-shape", did=did, expected=f"shape {wanted.shape}", got=f"shape {got.shape}", then="One probability for each logit.")
    if np.allclose(got, wanted, atol=1e-6):
        return
    if np.allclose(got, _softmax(logits, 1 / T)):
        raise Mistake("multiplies-by-t", did=did, expected=expected, got=show, then="A high temperature has to level the bars, not sharpen them.")
    if T != 1 and np.allclose(got, _softmax(logits, 1.0)):
        raise Mistake("ignores-t", did=did, expected=expected, got=show, then="T does not act yet.")
    if not np.isclose(got.sum(), 1):
        raise Mistake("sum-not-one", did=f"the sum of {did}", expected="1", got=f"{got.sum():.3f}", then="Divide by the sum as the last step.")
    raise Mistake("normalises-too-early", did=did, expected=expected, got=show, then="Scale the logits first, take exp, and normalise last.")


def _zero(answer: Any) -> None:
    logits, wanted = np.array([0.3, 2.0, 2.0, -1.0]), [0.0, 1.0, 0.0, 0.0]
    did = "softmax_t(np.array([0.3, 2.0, 2.0, -1.0]), 0)"
    try:
        got = np.asarray(answer(logits, 0), dtype=float)
    except ZeroDivisionError:
        got = np.array([np.nan])
    if got.shape != (4,) or not np.isfinite(got).all():
        raise Mistake("zero-temperature", did=did, expected="a 1 for the largest, 0 elsewhere", got=short(got), then="You cannot divide by 0. Treat this case on its own.")
    if not np.allclose(got, wanted):
        raise Mistake("not-one-hot", did=did, expected="the 1 at the first of the largest, 0 elsewhere", got=short(got.round(3).tolist()),
                      then="At T = 0 exactly one word is left, the first of equals.")


@exercise("02.4", insight="a reply is more than its text: look at choices, finish_reason and a content that may be None.", hints=(
    "Four things can be unusual here: no choice, no content, cut off, and reasoning beside the content.",
    "Test the list of choices first, then finish_reason, then the content. A None is falsy.",
    'return choice.message.content or ""'))
def reply_text(answer: Any) -> None:
    """Replies as the SDK shapes them: finished, cut off, None, with reasoning, without choices."""
    _gives(answer, _reply("Done."), "Done.", "a finished reply with the content 'Done.'", "wrong-text")
    _gives(answer, _reply(None), "", "a reply whose content is None", "none-as-text")
    _gives(answer, _reply(None, reasoning="Let me think about parcels."), "", "content None, with reasoning beside it", "returns-reasoning")
    _gives(answer, _reply("42.", reasoning="Six times seven."), "42.", "the content '42.', with reasoning beside it", "returns-reasoning")
    try:
        _gives(answer, SimpleNamespace(choices=[], usage=None), "", "a reply without choices", "no-choices")
    except (IndexError, TypeError) as problem:
        raise Mistake("no-choices", did="a reply without choices", expected="''", got=type(problem).__name__,
                      then="Look whether there is a choice before you take the first.") from None
    exc = raised_by(lambda: answer(_reply("Your parcel is", finish="length")))
    if type(exc).__name__ != "Truncated":
        got = "a text, as if it were complete" if exc is None else type(exc).__name__
        raise Mistake("ignores-length", did="a reply with finish_reason 'length'", expected="Truncated is raised", got=got,
                      then="Look at finish_reason before you trust the text.")


def _reply(content: str | None, *, reasoning: str | None = None, finish: str = "stop") -> Any:
    message = SimpleNamespace(role="assistant", content=content, reasoning=reasoning, reasoning_content=reasoning, tool_calls=None)
    return SimpleNamespace(choices=[SimpleNamespace(index=0, message=message, finish_reason=finish)], usage=None)


def _gives(answer: Any, reply: Any, wanted: str, did: str, mistake: str) -> None:
    exc = raised_by(lambda: answer(reply)) if reply.choices else None
    if type(exc).__name__ == "Truncated":
        raise Mistake("always-truncated", did=did, expected=repr(wanted), got="Truncated", then="Only finish_reason 'length' means cut off.")
    got = answer(reply)
    if got is None:
        raise Mistake("returns-none", did=did, expected=repr(wanted), got="None", then="Return an empty string instead, or look for a missing `return`.")
    if got != wanted:
        raise Mistake(mistake, did=did, expected=repr(wanted), got=short(got), then="Only the message's content counts, and None is no text.")
