"""Checks of lesson 05: a confusion matrix, cheap first and strong when needed."""
from __future__ import annotations

from typing import Any

import numpy as np

from .core import exercise
from .outcome import Mistake
from .tools import need_type, need_value, pair, raised_by, short

EXAMPLE = [[1, 0], [1, 0]]  # of the card


@exercise("05.3", takes="y, p, labels",
          insight="rows are what is true, columns what was guessed; the order is yours and never changes.")
def confusion(answer: Any) -> None:
    """Three classes with one that is never predicted and one that never occurs; no pairs at all."""
    labels = ["shipping", "billing", "bug", "account"]
    rng = np.random.default_rng(53)
    y = [labels[i] for i in rng.integers(0, 3, 40)]
    p = [labels[i] for i in np.where(rng.random(40) < 0.7, [labels.index(true) for true in y], rng.integers(0, 2, 40))]
    for yy, pp, what in [(["b", "b", "a"], ["a", "b", "a"], "3 pairs"), (y, p, "40 pairs over 4 labels"), ([], [], "no pairs")]:
        names = labels if what != "3 pairs" else ["a", "b"]
        given = list(yy), list(pp), list(names)
        _matrix(answer(*given), yy, pp, names, what)
        if given != (yy, pp, names):
            raise Mistake("mutates-input", did=f"confusion of {what}", expected="the three lists as before", got="a changed list",
                          then="Do not sort or shorten the arguments.")


def _is_without_last(got: np.ndarray, wanted: np.ndarray, row: int, column: int) -> bool:
    rest = wanted.copy()
    rest[row, column] -= 1
    return np.array_equal(got, rest)


def _matrix(got: Any, y: list, p: list, labels: list, what: str) -> None:
    did = f"confusion of {what}"
    need_type(got, np.ndarray, did, "a NumPy array")
    wanted = np.zeros((len(labels), len(labels)), dtype=int)
    for a, b in zip(y, p, strict=True):
        wanted[labels.index(a), labels.index(b)] += 1
    if got.shape != wanted.shape:
        raise Mistake("drops-classes", did=did, expected=f"shape {wanted.shape}", got=f"shape {got.shape}",
                      then="Each label has a row and a column, also when it never occurs.")
    if np.array_equal(got, wanted):
        if not np.issubdtype(got.dtype, np.integer):
            raise Mistake("not-integers", did=did, expected="integers", got=str(got.dtype),
                          then="Counts are whole numbers; give the array an integer type.")
        return
    order = [labels.index(label) for label in sorted(labels)]
    if np.array_equal(got, wanted.T):
        mistake, then = "transposed", "Rows are the true labels, columns the predicted ones."
    elif np.array_equal(got, wanted[np.ix_(order, order)]):
        mistake, then = "sorted-labels", "Use the order of labels, not the alphabet."
    elif got.tolist() == EXAMPLE:
        mistake, then = "constant", "That is the result of the card's example. Count the pairs that are passed."
    elif wanted.sum() and np.array_equal(got, wanted + 1):
        mistake, then = "begins-at-one", "Every cell is one too large: begin with zeros."
    elif y and _is_without_last(got, wanted, labels.index(y[-1]), labels.index(p[-1])):
        mistake, then = "loses-last-pair", "The last pair is not counted. Where does your loop end?"
    elif wanted.sum() and not np.issubdtype(got.dtype, np.integer) and got.max() <= 1:
        mistake, then = "normalised", "Counts were asked for, not shares."
    else:
        mistake, then = (
            "wrong-counts",
            "Count every pair, also one that comes again, in the cell of its true and its predicted label.",
        )
    raise Mistake(mistake, did=did, expected=short(wanted.tolist()), got=short(got.tolist()), then=then)


@exercise("05.4", takes="text, client, *, cheap, strong, t",
          insight="a cheap model with a threshold answers most texts, and the strong one is paid for only when needed.")
def route(answer: Any) -> None:
    """All combinations of sure, unsure and failing, with two thresholds and errors of several kinds."""
    sure, unsure, edge = ("bug", 0.9), ("bug", 0.3), ("bug", 0.8)
    _routed(answer, sure, ("billing", 0.6), ("bug", 1), "cheap is sure (0.9, t=0.8)")
    _routed(answer, edge, ("billing", 0.6), ("bug", 1), "cheap is just sure enough (0.8, t=0.8)")
    _routed(answer, unsure, ("billing", 0.6), ("billing", 2), "cheap is unsure (0.3, t=0.8)")
    _routed(answer, unsure, ("billing", 0.1), ("billing", 2), "cheap is unsure (0.3, t=0.8), strong even more so (0.1)")
    _routed(answer, ("bug", 0.5), ("billing", 0.6), ("bug", 1), "cheap is sure (0.5, t=0.4)", t=0.4)
    _routed(answer, ("bug", 0.9), ("billing", 0.6), ("billing", 2), "cheap is unsure (0.9, t=0.95)", t=0.95)
    for problem in (TimeoutError("cheap"), ValueError("cheap"), _Odd("cheap")):
        _routed(answer, problem, ("billing", 0.6), ("billing", 2), f"cheap fails ({type(problem).__name__})")
    for problem in (TimeoutError("strong"), ConnectionError("strong"), _Odd("strong")):
        _routed(answer, unsure, problem, ("bug", 2), f"cheap is unsure and strong fails ({type(problem).__name__})")
    models = [_model(TimeoutError(name))[0] for name in ("cheap", "strong")]
    exc = raised_by(lambda: answer("text", None, cheap=models[0], strong=models[1], t=0.8))
    if not isinstance(exc, TimeoutError) or str(exc) != "strong":
        raise Mistake("hides-both-failing", did="cheap fails and strong fails", expected="the exception of strong is raised",
                      got="no exception" if exc is None else f"{type(exc).__name__}({exc})",
                      then="With no label at all the caller has to know. Let the last exception pass.")


class _Odd(Exception):
    """An exception that no answer can know by name."""


def _model(outcome: Any) -> tuple[Any, list]:
    calls: list = []

    def model(client: Any, text: str) -> tuple[str, float]:
        calls.append((client, text))
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return model, calls


def _routed(answer: Any, cheap: Any, strong: Any, wanted: tuple[str, int], what: str, t: float = 0.8) -> None:
    (first, cheap_calls), (second, strong_calls), client = _model(cheap), _model(strong), object()
    try:
        got = answer("text", client, cheap=first, strong=second, t=t)
    except (TimeoutError, ConnectionError, ValueError, _Odd) as problem:
        if str(problem) not in ("cheap", "strong"):
            raise
        raise Mistake("no-fallback", did=what, expected=repr(wanted), got=f"{type(problem).__name__}({problem})",
                      then="One failing model is no reason to give up while the other has an answer.") from None
    need_value(got, what, "the label and the number of calls")
    both = pair(got)
    if both is None:
        raise Mistake("not-a-pair", did=what, expected=repr(wanted), got=short(got),
                      then="Return the label and the number of calls.")
    if any(call != (client, "text") for call in [*cheap_calls, *strong_calls]):
        raise Mistake("wrong-arguments", did=what, expected="both functions are called with (client, text)",
                      got="other arguments", then="cheap and strong take the client first, then the text.")
    if len(cheap_calls) != 1 or len(strong_calls) > 1:
        raise Mistake("calls-again", did=what, expected="each model is asked once at most, cheap always",
                      got=f"{len(cheap_calls)} call(s) of cheap, {len(strong_calls)} of strong",
                      then="Keep what a call returned instead of calling again.")
    if strong_calls and wanted[1] == 1:
        mistake = "calls-both" if what.startswith("cheap is sure") else "strong-at-threshold"
        raise Mistake(mistake, did=what, expected="strong is not called", got=f"{len(strong_calls)} call(s) of strong",
                      then="The strong model is the expensive one. Ask it only when the cheap score is below t.")
    if both[0] != wanted[0]:
        raise Mistake("wrong-label", did=what, expected=repr(wanted), got=short(got),
                      then="Go through the four cases of the card once more.")
    if both[1] != wanted[1]:
        raise Mistake("wrong-count", did=what, expected=repr(wanted), got=short(got),
                      then="Count every call, also one that failed.")
