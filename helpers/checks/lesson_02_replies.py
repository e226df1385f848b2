"""Checks of lesson 02: temperature, the text of a reply."""
from __future__ import annotations

from typing import Any

import numpy as np

from .core import exercise
from .outcome import Mistake
from .tools import need_value, raised_by, short


@exercise("02.3", takes="logits, T",
          insight="temperature divides the logits before softmax: low sharpens, high levels, zero picks the largest.")
def softmax_t(answer: Any) -> None:
    """Known values, a seeded case, large logits, T near 0 and T = 0."""
    rng = np.random.default_rng(402)
    small = np.array([0.3, 0.1, 0.299])
    for logits, T in [(np.array([1.0, 2.0, 3.0]), 0.5), (np.array([2.0, 0.0]), 1.0), (rng.normal(size=6), 1.7),
                      (small, 0.001)]:
        given = logits.copy()
        _compare(answer(given, T), logits, T)
        if not np.array_equal(given, logits):
            raise Mistake("mutates-input", did="the array that was passed", expected="unchanged", got="changed",
                          then="Compute a new array; do not use -= or /= on the argument.")
    with np.errstate(all="ignore"):
        for logits in (np.array([1e4, 1e4 - 1.0]), np.array([-1e4, -1e4 - 1.0]), np.array([0.0, 1e4])):
            got, wanted = np.asarray(answer(logits.copy(), 1.0), dtype=float), _softmax(logits, 1.0)
            if got.shape != wanted.shape or not np.allclose(got, wanted):
                raise Mistake(
                    "overflow",
                    did=f"softmax_t(np.array({logits.tolist()}), 1.0)",
                    got=short(got),
                    expected=f"about {wanted.round(2).tolist()}",
                    then="exp of a large number overflows, and of a very negative one it is 0. What can you subtract first?",
                )
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
        raise Mistake("wrong-shape", did=did, expected=f"shape {wanted.shape}", got=f"shape {got.shape}",
                      then="One probability for each logit.")
    if np.allclose(got, wanted, atol=1e-6):
        return
    if np.allclose(got, wanted, atol=0.006):
        raise Mistake("rounds", did=did, expected=expected, got=show, then="Close, but rounded. Return the numbers as they are.")
    if T != 1 and np.allclose(got, _softmax(logits, 1 / T)):
        raise Mistake("multiplies-by-t", did=did, expected=expected, got=show,
                      then="A high temperature has to level the bars, not sharpen them.")
    if T != 1 and np.allclose(got, _softmax(logits, 1.0)):
        raise Mistake("ignores-t", did=did, expected=expected, got=show, then="T does not act yet.")
    if not np.isclose(got.sum(), 1):
        raise Mistake("sum-not-one", did=f"the sum of {did}", expected="1", got=f"{got.sum():.3f}",
                      then="Divide by the sum as the last step.")
    raise Mistake("normalises-too-early", did=did, expected=expected, got=show,
                  then="Scale the logits first, take exp, and normalise last.")


def _zero(answer: Any) -> None:
    logits, wanted = np.array([0.3, 2.0, 2.0, -1.0]), [0.0, 1.0, 0.0, 0.0]
    did = "softmax_t(np.array([0.3, 2.0, 2.0, -1.0]), 0)"
    given = logits.copy()
    try:
        got = np.asarray(answer(given, 0), dtype=float)
    except ZeroDivisionError:
        got = np.array([np.nan])
    if not np.array_equal(given, logits):
        raise Mistake("mutates-input", did=did, expected="the array as before", got="a changed array",
                      then="Compute a new array; do not write into the argument.")
    if got.shape != (4,) or not np.isfinite(got).all():
        raise Mistake("zero-temperature", did=did, expected="a 1 for the largest, 0 elsewhere", got=short(got),
                      then="You cannot divide by 0. Treat this case on its own.")
    if not np.allclose(got, wanted):
        raise Mistake("not-one-hot", did=did, expected="the 1 at the first of the largest, 0 elsewhere",
                      got=short(got.round(3).tolist()),
                      then="At T = 0 exactly one word is left, the first of equals.")


@exercise("02.4", takes="resp",
          insight="a reply is more than its text: look at choices, finish_reason and a content that may be None.")
def reply_text(answer: Any) -> None:
    """Replies as the SDK shapes them: finished, cut off, None, with reasoning, with several choices, without any."""
    cases = [
        (_reply("Done."), "Done.", "a finished reply with the content 'Done.'", "wrong-text"),
        (_reply(None), "", "a reply whose content is None", "none-as-text"),
        (
            _reply(None, reasoning="Let me think about parcels."),
            "",
            "content None, with reasoning beside it",
            "returns-reasoning",
        ),
        (_reply("", reasoning="Let me think."), "", "an empty content, with reasoning beside it", "returns-reasoning"),
        (
            _reply("42.", reasoning="Six times seven."),
            "42.",
            "the content '42.', with reasoning beside it",
            "returns-reasoning",
        ),
        (_reply("I cannot.", finish="content_filter"), "I cannot.", "finish_reason 'content_filter'", "wrong-text"),
        (_reply(None, finish="tool_calls"), "", "finish_reason 'tool_calls' and content None", "none-as-text"),
        (_reply("First.", "Second."), "First.", "a reply with two choices, 'First.' and 'Second.'", "wrong-choice"),
    ]
    for given, wanted, did, mistake in cases:
        _gives(answer, given, wanted, did, mistake)
    try:
        _gives(answer, _reply(), "", "a reply without choices", "no-choices")
    except (IndexError, TypeError) as problem:
        raise Mistake("no-choices", did="a reply without choices", expected="''", got=type(problem).__name__,
                      then="Look whether there is a choice before you take the first.") from None
    exc = raised_by(lambda: answer(_reply("Your parcel is", finish="length")))
    if not _is_truncated(exc):
        got = "a text, as if it were complete" if exc is None else type(exc).__name__
        raise Mistake("ignores-length", did="a reply with finish_reason 'length'", expected="Truncated is raised", got=got,
                      then="Look at finish_reason before you trust the text.")


def _is_truncated(exc: BaseException | None) -> bool:
    return any(base.__name__ == "Truncated" for base in type(exc).__mro__)


def _reply(*contents: str | None, reasoning: str | None = None, finish: str = "stop") -> Any:
    """A real ChatCompletion of the openai package, with a choice for each content."""
    from openai.types.chat import ChatCompletion
    extra = {"reasoning": reasoning, "reasoning_content": reasoning}
    choices = [{"index": number, "finish_reason": finish, "message": {"role": "assistant", "content": content, **extra}}
               for number, content in enumerate(contents)]
    return ChatCompletion.model_validate(
        {"id": "x", "object": "chat.completion", "created": 0, "model": "practice/chat", "choices": choices})


def _gives(answer: Any, reply: Any, wanted: str, did: str, mistake: str) -> None:
    exc = raised_by(lambda: answer(reply)) if reply.choices else None
    if _is_truncated(exc):
        raise Mistake("always-truncated", did=did, expected=repr(wanted), got="Truncated",
                      then="Only finish_reason 'length' means cut off.")
    got = answer(reply)
    if got is None:
        raise Mistake("returns-none", did=did, expected=repr(wanted), got="None",
                      then="Return an empty string instead, or look for a missing `return`.")
    if got != wanted:
        raise Mistake(mistake, did=did, expected=repr(wanted), got=short(got),
                      then=_reply_step(mistake))


def _reply_step(mistake: str) -> str:
    if mistake == "wrong-choice":
        return "The first choice counts, and no other."
    return "Only the message's content counts, and None is no text."
