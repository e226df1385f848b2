"""Checks of lesson 05: the best label, names by type."""
from __future__ import annotations

import copy
from typing import Any

from .core import exercise
from .outcome import Mistake
from .sandbox import sandbox
from .tools import need_type, short

LABELS = ["shipping", "billing", "bug"]


@exercise("05.1", takes="client, text, labels, *, model, min_score=0.5",
          insight="zero-shot returns a list of elements; take the highest score yourself, and allow yourself to be unsure.",
          needs=("server",))
def top_label(answer: Any) -> None:
    """A real request, then scripted answers in another order, at the threshold, and below it."""
    with sandbox() as place:
        real = _asked(answer, place)
        did, requests = "top_label(client, 'I was charged twice.', labels, model=...)", place.requests()
        if not requests:
            raise Mistake("nothing-sent", did=did, expected="a zero-shot request", got="no request",
                          then="Call the client that you were given.")
        need_type(real, str, did, "str")
        body = requests[0]["body"]
        if requests[0]["path"].split("/models/")[-1] != place.models.zero_shot:
            raise Mistake("model-dropped", did="top_label(..., model=m)", expected="a request to that model",
                          got=requests[0]["path"], then="Pass your own argument on.")
        sent = (body.get("parameters") or {}).get("candidate_labels")
        if sent != LABELS or body.get("inputs") != "I was charged twice.":
            raise Mistake("labels-changed", did=did, expected=f"the text, and candidate_labels {LABELS}", got=short(sent),
                          then="Pass the text and the list as they are.")
    _gives(answer, [("bug", 0.2), ("billing", 0.7), ("shipping", 0.1)], 0.5, "billing", "first-not-maximum",
           "The server's order is no promise. Look for the highest score.")
    _gives(answer, [("bug", 0.47), ("billing", 0.3), ("shipping", 0.23)], 0.5, "unsure", "ignores-threshold",
           "A highest score below min_score is no answer.")
    _gives(answer, [("bug", 0.5), ("billing", 0.3), ("shipping", 0.2)], 0.5, "bug", "threshold-exclusive",
           "Only a score below min_score is unsure; an equal one is not.")
    _gives(answer, [("bug", 0.7), ("billing", 0.2), ("shipping", 0.1)], 0.8, "unsure", "threshold-fixed",
           "Compare with min_score, not with a number of your own.")
    _gives(answer, [("bug", 0.4), ("billing", 0.35), ("shipping", 0.25)], 0.3, "bug", "threshold-fixed",
           "Compare with min_score, not with a number of your own.")
    for score, wanted in ((0.5, "bug"), (0.49, "unsure")):
        _gives(answer, [("bug", score), ("billing", 0.2)], None, wanted, "other-default",
               "Without the argument, min_score is 0.5, as in the signature.")


def _asked(answer: Any, place: Any) -> Any:
    did = "top_label(client, 'I was charged twice.', labels, model=...)"
    try:
        return answer(place.client, "I was charged twice.", list(LABELS), model=place.models.zero_shot, min_score=0.0)
    except TypeError as problem:
        if "labels" in str(problem) and "argument" in str(problem):
            raise Mistake("old-argument", did=did, expected="a request",
                          got=short(str(problem).split("InferenceClient.")[-1], 80),
                          then="Lesson 05 shows what the argument is called now.") from None
        if "indices" in str(problem):
            raise Mistake("reads-a-dict", did=did, expected="a label", got=short(str(problem)),
                          then="The result is a list of elements with .label and .score.") from None
        raise
    finally:
        if not any("zero-shot" in r["path"] for r in place.requests()) and place.requests():
            raise Mistake("wrong-task", did=did, expected="a zero-shot request", got=place.requests()[0]["path"],
                          then="Use the method that takes labels of your own.") from None


def _gives(answer: Any, ranked: list, min_score: float | None, wanted: str, mistake: str, then: str) -> None:
    from huggingface_hub import ZeroShotClassificationOutputElement
    asked: list = []

    class Fixed:
        def zero_shot_classification(self, text: Any, candidate_labels: Any = None, **kwargs: Any) -> list:
            asked.append((text, candidate_labels, kwargs.get("model")))
            return [ZeroShotClassificationOutputElement(label=label, score=score) for label, score in ranked]

    given = {} if min_score is None else {"min_score": min_score}
    got = answer(Fixed(), "text", list(LABELS), model="practice/other", **given)
    did = f"scores {dict(ranked)}, " + ("without min_score" if min_score is None else f"min_score={min_score}")
    if got != wanted:
        raise Mistake(mistake, did=did, expected=repr(wanted), got=short(got), then=then)
    if asked[:1] != [("text", LABELS, "practice/other")]:
        raise Mistake("arguments-changed", did='top_label(client, "text", labels, model="practice/other")', got=short(asked[:1]),
                      expected="a call with these three", then="Pass the text, the labels and the model on.")


def _span(group: str, word: str, start: int, end: int) -> Any:
    from huggingface_hub import TokenClassificationOutputElement
    return TokenClassificationOutputElement(entity_group=group, entity=None, word=word, start=start, end=end, score=0.99)


@exercise("05.2", takes="spans",
          insight="offsets decide which pieces belong together; words alone do not.")
def entities(answer: Any) -> None:
    """Plain spans, repeated names, pieces, a piece after a gap, no spans; the input stays as it is."""
    cases = [
        ([_span("PER", "Amina", 0, 5), _span("LOC", "Lagos", 10, 15), _span("PER", "Tomás", 20, 25)],
         {"PER": ["Amina", "Tomás"], "LOC": ["Lagos"]}, "two persons and a place"),
        ([_span("LOC", "Oslo", 0, 4), _span("LOC", "Bergen", 9, 15), _span("LOC", "Oslo", 20, 24)],
         {"LOC": ["Oslo", "Bergen"]}, "Oslo, Bergen, Oslo"),
        ([_span("PER", "Ami", 0, 3), _span("PER", "##na", 3, 5), _span("LOC", "La", 9, 11), _span("LOC", "##go", 11, 13),
          _span("LOC", "##s", 13, 14)], {"PER": ["Amina"], "LOC": ["Lagos"]}, "names cut into pieces with ##"),
        ([_span("ORG", "Lan", 0, 3), _span("ORG", "##tern", 8, 12)], {"ORG": ["Lan"]}, "a ## piece after a gap"),
        ([_span("ORG", "Lan", 0, 3), _span("ORG", "##tern", 8, 12), _span("ORG", "##s", 12, 13)], {"ORG": ["Lan"]},
         "two ## pieces after a gap"),
        ([_span("PER", "Ami", 0, 3), _span("PER", "##na", 3, 5), _span("PER", "Ami", 9, 12), _span("PER", "##r", 12, 13),
          _span("PER", "Amina", 20, 25)], {"PER": ["Amina", "Amir"]}, "Ami ##na, Ami ##r, Amina"),
        ([_span("PER", "Jordan", 0, 6), _span("LOC", "Jordan", 10, 16)], {"PER": ["Jordan"], "LOC": ["Jordan"]},
         "a person and a country of one name"),
        ([_span("LOC", "Bonn", 0, 4), _span("LOC", "Kiel", 4, 8)], {"LOC": ["Bonn", "Kiel"]},
         "two names side by side, neither with ##"),
        ([_span("ORG", "##tern", 0, 4)], {}, "a ## piece with nothing before it"), ([], {}, "no spans")]
    for spans, wanted, what in cases:
        given = copy.deepcopy(spans)
        try:
            got = answer(given)
        except (TypeError, AttributeError, LookupError) as problem:
            raise Mistake("crashes", did=f"entities of {what}", expected=short(wanted),
                          got=f"{type(problem).__name__}: {short(str(problem), 60)}",
                          then="Spans have attributes, and there may be none before the first.") from None
        need_type(got, dict, f"entities of {what}", "dict")
        got = {key: list(value) if isinstance(value, (list, tuple)) else value for key, value in got.items()}
        if got != wanted:
            mistake, then = _entity_mistake(got, wanted, what)
            raise Mistake(mistake, did=f"entities of {what}", expected=short(wanted), got=short(got), then=then)
        if given != spans:
            raise Mistake("mutates-input", did=f"the spans of {what}", expected="as before", got="changed",
                          then="Collect the merged words in a list of your own.")


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
    if what.startswith("a person"):
        return "one-list-for-all", "The same name in another group is another name: look for repeats within a group."
    if what.startswith("Ami"):
        return "repeats-before-merging", "Ami is no name until its pieces are there: merge first, then look for repeats."
    if "side by side" in what:
        return "merges-without-sign", "Only a word that begins with ## continues the one before."
    return "wrong-names", "Merge the pieces first, then group the names."
