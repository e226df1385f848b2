"""Checks of lesson 04: search, a threshold from data."""
from __future__ import annotations

import numbers
from typing import Any

import numpy as np

from .core import exercise
from .lesson_04 import unit
from .outcome import Mistake
from .tools import is_number, need_type, need_value, pair, short


@exercise("04.3", takes="q, docs_emb, k",
          insight="a search is a product and a stable sort; it always finds something, also when nothing fits.")
def search(answer: Any) -> None:
    """A seeded case, ties, k larger than the number of documents, inputs untouched."""
    rng = np.random.default_rng(43)
    docs = unit(rng.normal(size=(9, 4)))
    q = unit(rng.normal(size=(1, 4)))[0]
    docs[5] = docs[2]
    for query, k, what in [
        (q, 3, "9 documents, k=3"),
        (q, 9, "9 documents, two of them equal, k=9"),
        (q, 20, "9 documents, k=20"),
        (docs[5], 1, "9 documents, the best two equal, k=1"),
        (-q, 2, "9 documents, k=2"),
    ]:
        given, asked = docs.copy(), query.copy()
        got = answer(asked, given, k)
        if not (np.array_equal(given, docs) and np.array_equal(asked, query)):
            raise Mistake("mutates-input", did=f"search with {what}", expected="docs_emb as before", got="a changed array",
                          then="Sort indices, not the documents.")
        _hits(got, query, docs, k, f"search(q, docs_emb, k) with {what}")


def _hits(got: Any, q: np.ndarray, docs: np.ndarray, k: int, did: str) -> None:
    need_type(got, list, did, "a list of pairs (row, similarity)")
    if not all(map(pair, got)):
        raise Mistake("not-pairs", did=did, expected="pairs (row, similarity)", got=short(got, 60),
                      then="Put each row number and its similarity into a tuple.")
    if not all(isinstance(row, numbers.Integral) and is_number(value) for row, value in got):
        raise Mistake("not-numbers", did=did, expected="pairs of a row number and a similarity", got=short(got, 60),
                      then="The row comes first and is a whole number; the similarity is a number of its own.")
    scores = docs @ q
    wanted = np.argsort(-scores, kind="stable")[:k].tolist()
    rows = [int(row) for row, _ in got]
    if any(row >= len(docs) for row in rows) and rows != [row + 1 for row in wanted]:
        raise Mistake("returns-the-query", did=did, expected=f"rows from 0 to {len(docs) - 1}", got=f"rows {rows}",
                      then="The query is no document; do not put it among them.")
    if len(rows) != len(wanted):
        raise Mistake("wrong-number", did=did, expected=f"{len(wanted)} hits", got=f"{len(rows)} hits",
                      then="As many as there are, and at most k.")
    if rows != wanted:
        mistake, then = _order_mistake(rows, wanted, [float(scores[row]) for row in rows])
        raise Mistake(mistake, did=did, expected=f"rows {wanted}", got=f"rows {rows}", then=then)
    if not np.allclose([float(value) for _, value in got], scores[wanted], atol=1e-6):
        if np.allclose([value for _, value in got], scores[wanted], atol=0.006):
            raise Mistake("rounds", did=did, expected="similarities as they are", got=short(got, 60), then="Do not round them.")
        raise Mistake("not-similarities", did=did, expected=f"similarities from {scores[wanted[0]]:.2f} downwards",
                      got=short([round(float(v), 2) for _, v in got], 60),
                      then="The second of each pair is the similarity, not a distance or a rank.")


def _order_mistake(rows: list[int], wanted: list[int], values: list[float]) -> tuple[str, str]:
    if sorted(values) == values:
        return "ascending", "The best one comes first."
    if values == sorted(values, reverse=True):
        return "unstable-ties", "Of equal similarities the smaller row number comes first. Which kind of sort keeps the order?"
    if rows == [row + 1 for row in wanted]:
        return "one-based", "Rows are counted from 0."
    if [abs(value) for value in values] == sorted(map(abs, values), reverse=True):
        return "absolute", "A similarity below 0 is a low one: do not take its absolute value."
    return "unsorted", "The hits have to be sorted, best first. A partition alone does not sort."


@exercise("04.4", takes="scores, same",
          insight="a threshold belongs to a model and to your texts: look for it in labelled pairs.")
def best_threshold(answer: Any) -> None:
    """Small cases by hand, an imbalanced seeded case, a tie, all the same."""
    rng = np.random.default_rng(44)
    truth = rng.random(200) < 0.06
    noisy = np.round(np.where(truth, rng.normal(0.38, 0.15, 200), rng.normal(0.15, 0.13, 200)), 3)
    cases = [([0.9, 0.8, 0.1, 0.2], [True, True, False, False], "scores [0.9, 0.8, 0.1, 0.2], same [yes, yes, no, no]"),
             ([0.2, 0.6, 0.76], [False, True, True], "scores [0.2, 0.6, 0.76], same [no, yes, yes]"),
             (noisy.tolist(), truth.tolist(), f"200 pairs, {int(truth.sum())} of them the same"),
             ([0.3, 0.3, 0.2], [True, True, True], "three pairs, all the same"),
             ([-0.4, -0.1, -0.2, -0.3], [False, True, True, False], "scores below 0"),
             ([0.9, 0.7, 0.6, 0.8, 0.1], [True, False, True, False, False], "two thresholds that are equally good")]
    for scores, same, what in cases:
        given = list(scores), list(same)
        _threshold(answer(*given), np.array(scores), np.array(same), what)
        if given != (scores, same):
            raise Mistake("mutates-input", did=f"best_threshold of {what}", expected="both lists as before", got="a changed list",
                          then="Sort a copy: the scores and the labels belong together.")


def _f1(scores: np.ndarray, same: np.ndarray, threshold: float) -> float:
    chosen = scores >= threshold
    return 2 * (chosen & same).sum() / (chosen.sum() + same.sum())


def _threshold(got: Any, scores: np.ndarray, same: np.ndarray, what: str) -> None:
    did = f"best_threshold of {what}"
    need_value(got, did, "a number")
    if not is_number(got):
        raise Mistake("wrong-type", did=did, expected="a number", got=short(got), then="Return the threshold alone.")
    steps = sorted(set(scores.tolist()))
    wanted = max(steps, key=lambda t: _f1(scores, same, t))
    if abs(float(got) - wanted) < 1e-9:
        return
    above = max(steps, key=lambda t: 2 * ((scores > t) & same).sum() / max(1, (scores > t).sum() + same.sum()))
    accuracy = {t: ((scores >= t) == same).mean() for t in steps}
    if float(got) == 0.5:
        mistake, then = "constant", "0.5 means nothing here. Look at the scores you were given."
    elif abs(float(got) - above) < 1e-9:
        mistake, then = "greater-than", "A pair at the threshold counts as the same, too."
    elif _f1(scores, same, float(got)) == _f1(scores, same, wanted):
        mistake, then = "not-the-smallest", "Several thresholds are equally good; return the smallest that is one of the scores."
    elif accuracy.get(float(got)) == max(accuracy.values()):
        mistake, then = "accuracy", "Most pairs are different, so 'always no' is accurate and useless. Use F1."
    else:
        mistake, then = "wrong-threshold", "Compute F1 for each score as threshold and take the best."
    raise Mistake(mistake, did=did, expected=f"{wanted:g}, with F1 {_f1(scores, same, wanted):.2f}",
                  got=f"{float(got):g}, with F1 {_f1(scores, same, float(got)):.2f}", then=then)
