"""Checks of lesson 04: embed in batches, cosine, search, a threshold from data."""
from __future__ import annotations

from typing import Any

import numpy as np

from .core import exercise
from .outcome import Mistake
from .sandbox import sandbox
from .tools import need_type, need_value, raised_by, short

TEXTS = ["Where is my parcel?", "I was charged twice.", "The app crashes.", "How do I export my data?", "Please add a dark theme.",
         "I cannot log in.", "The parcel came broken."]


@exercise("04.1", insight="a list of texts is one request; batches keep it small, and the order comes back as you sent it.", hints=(
    "How many calls should 7 texts with batch=3 make, and what happens to the last one?",
    "Walk through the list in steps of the batch size and slice it. Put the parts on top of each other, and think of the empty list first.",
    "[client.feature_extraction(texts[i:i + batch], model=model) for i in range(0, len(texts), batch)]"))
def embed(answer: Any) -> None:
    """Seven texts in batches of three, one text, no text, on the practice server."""
    with sandbox() as place:
        client, model = place.client, place.models.embed
        wanted = np.vstack([client.feature_extraction([text], model=model) for text in TEXTS])
        place.server.clear_log()
        got = answer(client, list(TEXTS), model=model, batch=3)
        requests = place.requests()
        _requests(requests)
        _rows(got, wanted, "embed(client, 7 texts, model=..., batch=3)")
        _rows(answer(client, TEXTS[:1], model=model), wanted[:1], "embed(client, 1 text, model=...)")
        place.server.clear_log()
        _empty(raised_by(lambda: answer(client, [], model=model)), lambda: answer(client, [], model=model), place)


def _requests(requests: list[dict]) -> None:
    sizes = [len(r["body"]["inputs"]) if isinstance(r["body"].get("inputs"), list) else 1 for r in requests]
    did = "embed(client, 7 texts, model=..., batch=3)"
    if not requests:
        raise Mistake("nothing-sent", did=did, expected="3 requests", got="none", then="Call feature_extraction of the client that you were given.")
    if not all(r["path"].endswith("feature-extraction") for r in requests):
        raise Mistake("wrong-task", did=did, expected="feature-extraction requests", got=requests[0]["path"], then="Use feature_extraction.")
    if sizes == [1] * 7:
        raise Mistake("one-call-per-text", did=did, expected="requests with 3, 3 and 1 texts", got="7 requests with one text each", then="Send a list of texts with each call.")
    if sizes == [7]:
        raise Mistake("ignores-batch", did=did, expected="requests with 3, 3 and 1 texts", got="one request with 7 texts", then="A server limits how much one request may hold. Cut the list.")
    if sizes == [3, 3]:
        raise Mistake("loses-last-batch", did=did, expected="requests with 3, 3 and 1 texts", got="two requests with 3 texts", then="The last batch may be smaller than the others.")
    if sorted(sizes) != [1, 3, 3] or max(sizes) > 3:
        raise Mistake("wrong-batches", did=did, expected="requests with 3, 3 and 1 texts", got=f"requests with {sizes} texts", then="Each text is sent once, at most `batch` at a time.")


def _rows(got: Any, wanted: np.ndarray, did: str) -> None:
    need_type(got, np.ndarray, did, "a NumPy array")
    if got.ndim != 2:
        raise Mistake("wrong-dimensions", did=did, expected=f"shape ({len(wanted)}, {wanted.shape[1]})", got=f"shape {got.shape}", then="One row for each text, also when there is only one.")
    if len(got) != len(wanted):
        raise Mistake("wrong-rows", did=did, expected=f"{len(wanted)} rows", got=f"{len(got)} rows", then="One row for each text.")
    if not np.issubdtype(got.dtype, np.floating):
        raise Mistake("wrong-dtype", did=did, expected="an array of floats", got=str(got.dtype), then="Stack the arrays themselves; a list of arrays may become dtype object.")
    if not np.allclose(got, wanted, atol=1e-4):
        raise Mistake("wrong-order", did=did, expected="row i belongs to text i", got="other rows", then="Put the batches together in the order in which you sent them.")


def _empty(exc: BaseException | None, call: Any, place: Any) -> None:
    did = "embed(client, [], model=...)"
    if exc is not None:
        raise Mistake("empty-list-fails", did=did, expected="an array of shape (0, 0)", got=f"{type(exc).__name__}", then="Treat the empty list before the first call.")
    got = call()
    need_type(got, np.ndarray, did, "a NumPy array")
    if got.shape != (0, 0):
        raise Mistake("empty-shape", did=did, expected="shape (0, 0)", got=f"shape {got.shape}", then="Without texts there is no row, and no width either.")
    if place.requests():
        raise Mistake("empty-list-sent", did=did, expected="no request", got=f"{len(place.requests())} request(s)", then="There is nothing to ask the server.")


@exercise("04.2", insight="divide each row by its own length, then one matrix product holds all the cosines.", hints=(
    "What do you get for two vectors of length 2 and 5 in the same direction? It should be 1.",
    "The length belongs to each row: np.linalg.norm with axis=1 and keepdims=True. Then think of a row of zeros, whose length you cannot divide by.",
    "rows / np.where(lengths == 0, 1.0, lengths) makes unit rows and leaves zero rows alone."))
def cosine(answer: Any) -> None:
    """Known values, a seeded case with rows of very different length, zero rows, inputs untouched."""
    rng = np.random.default_rng(42)
    cases = [(np.array([[2.0, 0.0]]), np.array([[5.0, 0.0], [0.0, 1.0]])), (rng.normal(size=(4, 5)) * [[1], [10], [0.1], [3]], rng.normal(size=(3, 5)) * 7)]
    for A, B in cases:
        a, b = A.copy(), B.copy()
        got = answer(a, b)
        if not (np.array_equal(a, A) and np.array_equal(b, B)):
            raise Mistake("mutates-input", did="cosine(A, B)", expected="A and B as before", got="changed arrays", then="Compute new arrays; /= changes the caller's.")
        _compare(got, A, B)
    zero = np.array([[0.0, 0.0], [3.0, 4.0]])
    with np.errstate(all="ignore"):
        got = np.asarray(answer(zero.copy(), np.array([[1.0, 0.0]])), dtype=float)
    if not np.isfinite(got).all():
        raise Mistake("nan-for-zero-row", did="cosine([[0, 0], [3, 4]], [[1, 0]])", expected="[[0.0], [0.6]]", got=short(got.tolist()), then="A row of zeros has length 0. What do you divide by?")
    if not np.allclose(got.ravel(), [0.0, 0.6], atol=1e-6):
        raise Mistake("zero-row-wrong", did="cosine([[0, 0], [3, 4]], [[1, 0]])", expected="[[0.0], [0.6]]", got=short(got.tolist()), then="Only the row of zeros is special.")


def _unit(rows: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(lengths == 0, 1.0, lengths)


def _compare(got: Any, A: np.ndarray, B: np.ndarray) -> None:
    did = f"cosine(A, B) with shapes {A.shape} and {B.shape}"
    need_type(got, np.ndarray, did, "a NumPy array")
    wanted = _unit(A) @ _unit(B).T
    if got.shape != wanted.shape:
        raise Mistake("wrong-shape", did=did, expected=f"shape {wanted.shape}", got=f"shape {got.shape}", then="Each row of A meets each row of B.")
    if np.allclose(got, wanted, atol=1e-6):
        return
    known = [(A @ B.T, "plain-dot", "The rows have different lengths. Divide by them first."),
             (A @ B.T / (np.linalg.norm(A) * np.linalg.norm(B)), "whole-matrix-norm", "Each row has its own length; look at the argument axis."),
             (np.linalg.norm(A[:, None] - B[None], axis=2), "euclidean", "That is a distance: 0 for equal vectors. The cosine of equal vectors is 1."),
             (1 - wanted, "cosine-distance", "That is 1 minus the cosine.")]
    for other, mistake, then in known:
        if np.allclose(got, other, atol=1e-6):
            raise Mistake(mistake, did=did, expected=short(wanted.round(2).tolist(), 60), got=short(got.round(2).tolist(), 60), then=then)
    raise Mistake("wrong-values", did=did, expected=short(wanted.round(2).tolist(), 60), got=short(np.asarray(got, float).round(2).tolist(), 60), then="Make unit rows of both, then multiply the one with the other transposed.")


@exercise("04.3", insight="a search is a product and a stable sort; it always finds something, also when nothing fits.", hints=(
    "In which direction does argsort sort? And what should happen to equal scores?",
    "Negate the scores to sort them downwards, and ask for a stable sort. Slicing with [:k] is safe when there are fewer.",
    'order = np.argsort(-scores, kind="stable")[:k]'))
def search(answer: Any) -> None:
    """A seeded case, ties, k larger than the number of documents, inputs untouched."""
    rng = np.random.default_rng(43)
    docs = _unit(rng.normal(size=(9, 4)))
    q = _unit(rng.normal(size=(1, 4)))[0]
    docs[5] = docs[2]
    for k, what in [(3, "9 documents, k=3"), (9, "9 documents, two of them equal, k=9"), (20, "9 documents, k=20")]:
        given = docs.copy()
        _hits(answer(q.copy(), given, k), q, docs, k, f"search(q, docs_emb, k) with {what}")
        if not np.array_equal(given, docs):
            raise Mistake("mutates-input", did=f"search with {what}", expected="docs_emb as before", got="a changed array", then="Sort indices, not the documents.")


def _hits(got: Any, q: np.ndarray, docs: np.ndarray, k: int, did: str) -> None:
    need_type(got, list, did, "a list of pairs (row, similarity)")
    if not all(isinstance(hit, tuple) and len(hit) == 2 for hit in got):
        raise Mistake("not-pairs", did=did, expected="pairs (row, similarity)", got=short(got, 60), then="Put each row number and its similarity into a tuple.")
    scores = docs @ q
    wanted = np.argsort(-scores, kind="stable")[:k].tolist()
    rows = [int(row) for row, _ in got]
    if any(row >= len(docs) for row in rows):
        raise Mistake("returns-the-query", did=did, expected=f"rows from 0 to {len(docs) - 1}", got=f"rows {rows}", then="The query is no document; do not put it among them.")
    if len(rows) != len(wanted):
        raise Mistake("wrong-number", did=did, expected=f"{len(wanted)} hits", got=f"{len(rows)} hits", then="As many as there are, and at most k.")
    if rows != wanted:
        values = [float(scores[row]) for row in rows]
        mistake, then = _order_mistake(rows, wanted, values)
        raise Mistake(mistake, did=did, expected=f"rows {wanted}", got=f"rows {rows}", then=then)
    if not np.allclose([float(value) for _, value in got], scores[wanted], atol=1e-6):
        raise Mistake("not-similarities", did=did, expected=f"similarities from {scores[wanted[0]]:.2f} downwards", got=short([round(float(v), 2) for _, v in got], 60), then="The second of each pair is the similarity, not a distance or a rank.")


def _order_mistake(rows: list[int], wanted: list[int], values: list[float]) -> tuple[str, str]:
    if sorted(values) == values:
        return "ascending", "The best one comes first."
    if values == sorted(values, reverse=True):
        return "unstable-ties", "Of equal similarities the smaller row number comes first. Which kind of sort keeps the order?"
    return "unsorted", "The hits have to be sorted, best first. A partition alone does not sort."


@exercise("04.4", insight="a threshold belongs to a model and to your texts: look for it in labelled pairs.", hints=(
    "Which thresholds are worth trying? Only those at which something changes.",
    "Try each score as threshold, compute F1 with 'at or above', keep the best. Few pairs are the same, so accuracy would mislead you.",
    "return max(sorted(set(scores)), key=f1), where f1(threshold) counts hits."))
def best_threshold(answer: Any) -> None:
    """Small cases by hand, an imbalanced seeded case, a tie, all the same."""
    rng = np.random.default_rng(44)
    truth = rng.random(200) < 0.06
    noisy = np.round(np.where(truth, rng.normal(0.38, 0.15, 200), rng.normal(0.15, 0.13, 200)), 3)
    cases = [([0.2, 0.6, 0.76], [False, True, True], "scores [0.2, 0.6, 0.76], same [no, yes, yes]"),
             ([0.9, 0.8, 0.1, 0.2], [True, True, False, False], "scores [0.9, 0.8, 0.1, 0.2], same [yes, yes, no, no]"),
             (noisy.tolist(), truth.tolist(), f"200 pairs, {int(truth.sum())} of them the same"),
             ([0.3, 0.3, 0.2], [True, True, True], "three pairs, all the same")]
    for scores, same, what in cases:
        _threshold(answer(list(scores), list(same)), np.array(scores), np.array(same), what)


def _f1(scores: np.ndarray, same: np.ndarray, threshold: float) -> float:
    chosen = scores >= threshold
    return 2 * (chosen & same).sum() / (chosen.sum() + same.sum())


def _threshold(got: Any, scores: np.ndarray, same: np.ndarray, what: str) -> None:
    did = f"best_threshold of {what}"
    need_value(got, did, "a number")
    if not isinstance(got, (int, float, np.floating)):
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
    elif accuracy.get(float(got)) == max(accuracy.values()):
        mistake, then = "accuracy", "Most pairs are different, so 'always no' is accurate and useless. Use F1."
    elif _f1(scores, same, float(got)) == _f1(scores, same, wanted):
        mistake, then = "not-the-smallest", "Several thresholds are equally good; return the smallest that is one of the scores."
    else:
        mistake, then = "wrong-threshold", "Compute F1 for each score as threshold and take the best."
    raise Mistake(mistake, did=did, expected=f"{wanted:g}, with F1 {_f1(scores, same, wanted):.2f}", got=f"{float(got):g}, with F1 {_f1(scores, same, float(got)):.2f}", then=then)
