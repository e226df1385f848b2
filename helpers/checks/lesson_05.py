"""Checks of lesson 05: the best label, names by type, a confusion matrix, cheap first and strong when needed."""
from __future__ import annotations

import copy
from types import SimpleNamespace
from typing import Any

import numpy as np

from .core import exercise
from .outcome import Mistake
from .sandbox import sandbox
from .tools import need_type, need_value, raised_by, short

LABELS = ["shipping", "billing", "bug"]


@exercise("05.1", insight="zero-shot returns a list of elements; take the highest score yourself, and allow yourself to be unsure.", hints=(
    "What is the result: a dictionary or a list? And what does a low highest score tell you?",
    "The argument is called candidate_labels. max with a key finds the element with the highest score; compare it with min_score.",
    'best = max(ranked, key=lambda item: item.score); return best.label if best.score >= min_score else "unsure"'))
def top_label(answer: Any) -> None:
    """A real request, then scripted answers in another order, at the threshold, and below it."""
    with sandbox() as place:
        real = _asked(answer, place)
        need_type(real, str, "top_label(client, 'I was charged twice.', labels, model=...)", "str")
        body = place.requests()[0]["body"]
        if place.requests()[0]["path"].split("/models/")[-1] != place.models.zero_shot:
            raise Mistake("model-dropped", did="top_label(..., model=m)", expected="a request to that model", got=place.requests()[0]["path"], then="Pass your own argument on.")
        if body["parameters"].get("candidate_labels") != LABELS:
            raise Mistake("labels-changed", did="top_label(client, text, labels, ...)", expected=f"candidate_labels {LABELS}", got=short(body["parameters"].get("candidate_labels")), then="Pass the list as it is.")
    _gives(answer, [("bug", 0.2), ("billing", 0.7), ("shipping", 0.1)], 0.5, "billing", "first-not-maximum", "The server's order is no promise. Look for the highest score.")
    _gives(answer, [("bug", 0.4), ("billing", 0.35), ("shipping", 0.25)], 0.5, "unsure", "ignores-threshold", "A highest score below min_score is no answer.")
    _gives(answer, [("bug", 0.5), ("billing", 0.3), ("shipping", 0.2)], 0.5, "bug", "threshold-exclusive", "Only a score below min_score is unsure; an equal one is not.")
    _gives(answer, [("bug", 0.7), ("billing", 0.2), ("shipping", 0.1)], 0.8, "unsure", "threshold-fixed", "Compare with min_score, not with a number of your own.")


def _asked(answer: Any, place: Any) -> Any:
    did = "top_label(client, 'I was charged twice.', labels, model=...)"
    try:
        return answer(place.client, "I was charged twice.", list(LABELS), model=place.models.zero_shot, min_score=0.0)
    except TypeError as problem:
        if "labels" in str(problem) and "argument" in str(problem):
            raise Mistake("old-argument", did=did, expected="a request", got=short(str(problem).split("InferenceClient.")[-1], 80), then="Lesson 05 shows what the argument is called now.") from None
        if "indices" in str(problem):
            raise Mistake("reads-a-dict", did=did, expected="a label", got=short(str(problem)), then="The result is a list of elements with .label and .score.") from None
        raise
    finally:
        if not any("zero-shot" in r["path"] for r in place.requests()) and place.requests():
            raise Mistake("wrong-task", did=did, expected="a zero-shot request", got=place.requests()[0]["path"], then="Use the method that takes labels of your own.") from None


def _gives(answer: Any, ranked: list, min_score: float, wanted: str, mistake: str, then: str) -> None:
    class Fixed:
        def zero_shot_classification(self, *args: Any, **kwargs: Any) -> list:
            return [SimpleNamespace(label=label, score=score) for label, score in ranked]

    got = answer(Fixed(), "text", list(LABELS), model="practice/zero-shot", min_score=min_score)
    if got != wanted:
        raise Mistake(mistake, did=f"scores {dict(ranked)}, min_score={min_score}", expected=repr(wanted), got=short(got), then=then)


def _span(group: str, word: str, start: int, end: int) -> SimpleNamespace:
    return SimpleNamespace(entity_group=group, entity=None, word=word, start=start, end=end, score=0.99)


@exercise("05.2", insight="offsets decide which pieces belong together; words alone do not.", hints=(
    "When does a piece continue the span before it? Two things must be true.",
    "A continuing piece begins with ## and starts where the one before ended. Merge first, then group, and keep each name once, in order.",
    'if span.word.startswith("##") and merged and merged[-1][2] == span.start: merged[-1][1] += span.word[2:]'))
def entities(answer: Any) -> None:
    """Plain spans, repeated names, pieces, a piece after a gap, no spans; the input stays as it is."""
    cases = [([_span("PER", "Amina", 0, 5), _span("LOC", "Lagos", 10, 15), _span("PER", "Tomás", 20, 25)], {"PER": ["Amina", "Tomás"], "LOC": ["Lagos"]}, "two persons and a place"),
             ([_span("LOC", "Oslo", 0, 4), _span("LOC", "Bergen", 9, 15), _span("LOC", "Oslo", 20, 24)], {"LOC": ["Oslo", "Bergen"]}, "Oslo, Bergen, Oslo"),
             ([_span("PER", "Ami", 0, 3), _span("PER", "##na", 3, 5), _span("LOC", "La", 9, 11), _span("LOC", "##go", 11, 13), _span("LOC", "##s", 13, 14)],
              {"PER": ["Amina"], "LOC": ["Lagos"]}, "names cut into pieces with ##"),
             ([_span("ORG", "Lan", 0, 3), _span("ORG", "##tern", 8, 12)], {"ORG": ["Lan"]}, "a ## piece after a gap"),
             ([_span("ORG", "##tern", 0, 4)], {}, "a ## piece with nothing before it"), ([], {}, "no spans")]
    for spans, wanted, what in cases:
        given = copy.deepcopy(spans)
        try:
            got = answer(given)
        except (TypeError, AttributeError, IndexError) as problem:
            raise Mistake("crashes", did=f"entities of {what}", expected=short(wanted), got=f"{type(problem).__name__}: {short(str(problem), 60)}", then="Spans have attributes, and there may be none before the first.") from None
        need_type(got, dict, f"entities of {what}", "dict")
        got = {key: list(value) if isinstance(value, (list, tuple)) else value for key, value in got.items()}
        if got != wanted:
            mistake, then = _entity_mistake(got, wanted, what)
            raise Mistake(mistake, did=f"entities of {what}", expected=short(wanted), got=short(got), then=then)
        if given != spans:
            raise Mistake("mutates-input", did=f"the spans of {what}", expected="as before", got="changed", then="Collect the merged words in a list of your own.")


def _entity_mistake(got: dict, wanted: dict, what: str) -> tuple[str, str]:
    names = [name for value in got.values() if isinstance(value, list) for name in value]
    if None in got:
        return "uses-entity", "The group stands in entity_group; entity belongs to models that do not merge."
    if any(isinstance(value, set) for value in got.values()):
        return "set-loses-order", "A set forgets the order. Keep a list and look before you append."
    if what.startswith("Oslo") and sorted(names) != sorted(wanted["LOC"]):
        return "repeats-names", "Each name once."
    if what.startswith("Oslo"):
        return "set-loses-order", "Keep the order in which the names appear."
    if any("##" in str(name) for name in names):
        return "keeps-pieces", "A piece with ## continues the span before it, without the two signs."
    if "gap" in what or "nothing before" in what:
        return "merges-across-gap", "Compare the offsets: a piece belongs only to a span that ends where it starts."
    return "wrong-names", "Merge the pieces first, then group the names."


@exercise("05.3", insight="rows are what is true, columns what was guessed; the order is yours and never changes.", hints=(
    "Which of the two belongs to the rows? And how large is the matrix when a class never occurs?",
    "Start with zeros of the full size, and count into the cell of (true, predicted). The list of labels gives the places.",
    "matrix[labels.index(true), labels.index(predicted)] += 1"))
def confusion(answer: Any) -> None:
    """Three classes with one that is never predicted and one that never occurs; no pairs at all."""
    labels = ["shipping", "billing", "bug", "account"]
    rng = np.random.default_rng(53)
    y = [labels[i] for i in rng.integers(0, 3, 40)]
    p = [labels[i] for i in np.where(rng.random(40) < 0.7, [labels.index(true) for true in y], rng.integers(0, 2, 40))]
    for yy, pp, what in [(["a", "b", "b"], ["a", "a", "b"], "3 pairs"), (y, p, "40 pairs over 4 labels"), ([], [], "no pairs")]:
        names = labels if what != "3 pairs" else ["a", "b"]
        _matrix(answer(list(yy), list(pp), list(names)), yy, pp, names, what)


def _matrix(got: Any, y: list, p: list, labels: list, what: str) -> None:
    did = f"confusion of {what}"
    need_value(got, did, "an array")
    wanted = np.zeros((len(labels), len(labels)), dtype=int)
    for a, b in zip(y, p, strict=True):
        wanted[labels.index(a), labels.index(b)] += 1
    got = np.asarray(got)
    if got.shape != wanted.shape:
        raise Mistake("drops-classes", did=did, expected=f"shape {wanted.shape}", got=f"shape {got.shape}", then="Each label has a row and a column, also when it never occurs.")
    if np.array_equal(got, wanted):
        if not np.issubdtype(got.dtype, np.integer):
            raise Mistake("not-integers", did=did, expected="integers", got=str(got.dtype), then="Counts are whole numbers; give the array an integer type.")
        return
    order = [labels.index(label) for label in sorted(labels)]
    if np.array_equal(got, wanted.T):
        mistake, then = "transposed", "Rows are the true labels, columns the predicted ones."
    elif np.array_equal(got, wanted[np.ix_(order, order)]):
        mistake, then = "sorted-labels", "Use the order of labels, not the alphabet."
    elif wanted.sum() and not np.issubdtype(got.dtype, np.integer) and got.max() <= 1:
        mistake, then = "normalised", "Counts were asked for, not shares."
    else:
        mistake, then = "wrong-counts", "Count each pair once, in the cell of its true and its predicted label."
    raise Mistake(mistake, did=did, expected=short(wanted.tolist()), got=short(got.tolist()), then=then)


@exercise("05.4", insight="a cheap model with a threshold answers most texts, and the strong one is paid for only when needed.", hints=(
    "Write down the four cases: cheap sure, cheap unsure, cheap fails, strong fails. What is returned in each, and after how many calls?",
    "One try around the cheap call, one around the strong call. Remember the cheap label, in case the strong call fails.",
    "except Exception: if label is None: raise, else return label, 2 (in the try around strong)."))
def route(answer: Any) -> None:
    """All combinations of sure, unsure and failing."""
    sure, unsure, edge = ("bug", 0.9), ("bug", 0.3), ("bug", 0.8)
    _routed(answer, sure, ("billing", 0.6), ("bug", 1), "cheap is sure (0.9, t=0.8)")
    _routed(answer, edge, ("billing", 0.6), ("bug", 1), "cheap is just sure enough (0.8, t=0.8)")
    _routed(answer, unsure, ("billing", 0.6), ("billing", 2), "cheap is unsure (0.3, t=0.8)")
    _routed(answer, TimeoutError("cheap"), ("billing", 0.6), ("billing", 2), "cheap fails")
    _routed(answer, unsure, TimeoutError("strong"), ("bug", 2), "cheap is unsure and strong fails")
    exc = raised_by(lambda: answer("text", None, cheap=_model(TimeoutError("cheap"))[0], strong=_model(TimeoutError("strong"))[0], t=0.8))
    if not isinstance(exc, TimeoutError) or str(exc) != "strong":
        raise Mistake("hides-both-failing", did="cheap fails and strong fails", expected="the exception of strong is raised",
                      got="no exception" if exc is None else f"{type(exc).__name__}({exc})", then="With no label at all the caller has to know. Let the last exception pass.")


def _model(outcome: Any) -> tuple[Any, list]:
    calls: list = []

    def model(client: Any, text: str) -> tuple[str, float]:
        calls.append(text)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return model, calls


def _routed(answer: Any, cheap: Any, strong: Any, wanted: tuple[str, int], what: str) -> None:
    (first, cheap_calls), (second, strong_calls) = _model(cheap), _model(strong)
    try:
        got = answer("text", None, cheap=first, strong=second, t=0.8)
    except TimeoutError as problem:
        raise Mistake("no-fallback", did=what, expected=repr(wanted), got=f"TimeoutError({problem})", then="One failing model is no reason to give up while the other has an answer.") from None
    need_value(got, what, "the label and the number of calls")
    if not (isinstance(got, tuple) and len(got) == 2):
        raise Mistake("not-a-pair", did=what, expected=repr(wanted), got=short(got), then="Return the label and the number of calls.")
    if strong_calls and wanted[1] == 1:
        mistake = "calls-both" if what.startswith("cheap is sure") else "strong-at-threshold"
        raise Mistake(mistake, did=what, expected="strong is not called", got=f"{len(strong_calls)} call(s) of strong", then="The strong model is the expensive one. Ask it only when the cheap score is below t.")
    if got[0] != wanted[0]:
        raise Mistake("wrong-label", did=what, expected=repr(wanted), got=short(got), then="Go through the four cases of the card once more.")
    if got[1] != wanted[1]:
        raise Mistake("wrong-count", did=what, expected=repr(wanted), got=short(got), then="Count every call, also one that failed.")
