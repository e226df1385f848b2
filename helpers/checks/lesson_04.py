"""Checks of lesson 04: embed in batches, cosine."""
from __future__ import annotations

from typing import Any

import numpy as np

from .core import exercise
from .outcome import Mistake
from .sandbox import sandbox
from .tools import need_type, raised_by, short

TEXTS = [
    "Where is my parcel?",
    "I was charged twice.",
    "The app crashes.",
    "How do I export my data?",
    "Please add a dark theme.",
    "I cannot log in.",
    "The parcel came broken.",
]


@exercise("04.1", takes="client, texts, *, model, batch=16",
          insight="a list of texts is one request; batches keep it small, and the order comes back as you sent it.",
          needs=("server",))
def embed(answer: Any) -> None:
    """Seven texts in batches of three, more than the default batch, one text, no text, a model that does not exist."""
    with sandbox() as place:
        client, model = place.client, place.models.embed
        wanted = client.feature_extraction(TEXTS, model=model)
        place.server.clear_log()
        given = list(TEXTS)
        got = answer(client, given, model=model, batch=3)
        _requests(place.requests())
        _rows(got, wanted, "embed(client, 7 texts, model=..., batch=3)")
        if given != TEXTS:
            raise Mistake("mutates-input", did="embed(client, texts, model=..., batch=3)", expected="texts as before",
                          got=f"{len(given)} texts left", then="Cut slices; do not take texts out of the caller's list.")
        _rows(answer(client, TEXTS[:1], model=model), wanted[:1], "embed(client, 1 text, model=...)")
        place.server.clear_log()
        _rows(answer(client, TEXTS[:1] * 17, model=model), wanted[[0] * 17], "embed(client, 17 texts, model=...)")
        if len(place.requests()) != 2:
            raise Mistake("other-default", did="embed(client, 17 texts, model=...), without batch", expected="2 requests",
                          got=f"{len(place.requests())}", then="The default of batch is 16, as in the signature.")
        place.server.clear_log()
        _empty(raised_by(lambda: answer(client, [], model=model)), lambda: answer(client, [], model=model), place)
        if raised_by(lambda: answer(client, TEXTS[:1], model="practice/none")) is None:
            raise Mistake("model-dropped", did='embed(client, 1 text, model="practice/none")', expected="the client's error",
                          got="an array", then="Pass your own argument on to the call, and let errors pass.")


def _requests(requests: list[dict]) -> None:
    inputs = [request["body"].get("inputs") for request in requests]
    sizes = [len(texts) if isinstance(texts, list) else 1 for texts in inputs]
    did, wanted = "embed(client, 7 texts, model=..., batch=3)", "3 requests, with at most 3 texts each"
    if not requests:
        raise Mistake("nothing-sent", did=did, expected=wanted, got="none",
                      then="Call feature_extraction of the client that you were given.")
    if not all(r["path"].endswith("feature-extraction") for r in requests):
        raise Mistake("wrong-task", did=did, expected="feature-extraction requests", got=requests[0]["path"],
                      then="Use feature_extraction.")
    if sizes == [1] * 7:
        raise Mistake("one-call-per-text", did=did, expected=wanted, got="7 requests with one text each",
                      then="Send a list of texts with each call.")
    if max(sizes) > 3:
        raise Mistake("ignores-batch", did=did, expected=wanted, got=f"requests with {sizes} texts",
                      then="A server limits how much one request may hold. Cut the list.")
    if sizes == [3, 3]:
        raise Mistake("loses-last-batch", did=did, expected=wanted, got="two requests with 3 texts",
                      then="The last batch may be smaller than the others.")
    sent = [text for texts in inputs for text in (texts if isinstance(texts, list) else [texts])]
    if len(sent) == 7 and sorted(map(str, sent)) != sorted(TEXTS):
        raise Mistake("texts-changed", did=did, expected="the texts as they are", got=short(sent),
                      then="Send the texts unchanged.")
    if len(sent) != 7 or len(requests) != 3:
        raise Mistake("wrong-batches", did=did, expected=wanted, got=f"requests with {sizes} texts",
                      then="Each text is sent once and unchanged, `batch` at a time, in as few calls as that allows.")


def _rows(got: Any, wanted: np.ndarray, did: str) -> None:
    need_type(got, np.ndarray, did, "a NumPy array")
    if got.ndim != 2:
        raise Mistake("wrong-dimensions", did=did, expected=f"shape ({len(wanted)}, {wanted.shape[1]})", got=f"shape {got.shape}",
                      then="One row for each text, also when there is only one.")
    if len(got) != len(wanted):
        raise Mistake("wrong-rows", did=did, expected=f"{len(wanted)} rows", got=f"{len(got)} rows",
                      then="One row for each text.")
    if not np.issubdtype(got.dtype, np.floating):
        raise Mistake("wrong-dtype", did=did, expected="an array of floats", got=str(got.dtype),
                      then="Stack the arrays themselves; a list of arrays may become dtype object.")
    if not np.allclose(got, wanted, atol=1e-4):
        raise Mistake("wrong-order", did=did, expected="row i belongs to text i", got="other rows",
                      then="Put the batches together in the order in which you sent them.")


def _empty(exc: BaseException | None, call: Any, place: Any) -> None:
    did = "embed(client, [], model=...)"
    if exc is not None:
        raise Mistake("empty-list-fails", did=did, expected="an array of shape (0, 0)", got=f"{type(exc).__name__}",
                      then="Treat the empty list before the first call.")
    got = call()
    need_type(got, np.ndarray, did, "a NumPy array")
    if got.shape != (0, 0):
        raise Mistake("empty-shape", did=did, expected="shape (0, 0)", got=f"shape {got.shape}",
                      then="Without texts there is no row, and no width either.")
    if place.requests():
        raise Mistake("empty-list-sent", did=did, expected="no request", got=f"{len(place.requests())} request(s)",
                      then="There is nothing to ask the server.")


@exercise("04.2", takes="A, B",
          insight="divide each row by its own length, then one matrix product holds all the cosines.")
def cosine(answer: Any) -> None:
    """Known values, a seeded case with rows of very different length, zero rows, inputs untouched."""
    rng = np.random.default_rng(42)
    cases = [(rng.normal(size=(4, 5)) * [[1], [10], [0.1], [3]], rng.normal(size=(3, 5)) * 7),
             (np.array([[2.0, 0.0]]), np.array([[5.0, 0.0], [0.0, 1.0]]))]
    for A, B in cases:
        a, b = A.copy(), B.copy()
        got = answer(a, b)
        if not (np.array_equal(a, A) and np.array_equal(b, B)):
            raise Mistake("mutates-input", did="cosine(A, B)", expected="A and B as before", got="changed arrays",
                          then="Compute new arrays; /= changes the caller's.")
        _compare(got, A, B)
    zero, one = np.array([[0.0, 0.0], [3.0, 4.0]]), np.array([[1.0, 0.0]])
    with np.errstate(all="ignore"):
        _zero_rows(answer(zero.copy(), one.copy()), [[0.0], [0.6]], "cosine([[0, 0], [3, 4]], [[1, 0]])")
        _zero_rows(answer(one.copy(), zero.copy()), [[0.0, 0.6]], "cosine([[1, 0]], [[0, 0], [3, 4]])")


def _zero_rows(got: Any, wanted: list, did: str) -> None:
    got = np.asarray(got, dtype=float)
    if not np.isfinite(got).all():
        raise Mistake("nan-for-zero-row", did=did, expected=str(wanted), got=short(got.tolist()),
                      then="A row of zeros has length 0. What do you divide by?")
    if got.shape != np.shape(wanted) or not np.allclose(got, wanted, atol=1e-6):
        raise Mistake("zero-row-wrong", did=did, expected=str(wanted), got=short(got.tolist()),
                      then="Only the row of zeros is special.")


def unit(rows: np.ndarray) -> np.ndarray:
    """Rows of length 1; rows of zeros stay zeros."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(lengths == 0, 1.0, lengths)


def _compare(got: Any, A: np.ndarray, B: np.ndarray) -> None:
    did = f"cosine(A, B) with shapes {A.shape} and {B.shape}"
    need_type(got, np.ndarray, did, "a NumPy array")
    wanted = unit(A) @ unit(B).T
    if got.shape != wanted.shape:
        raise Mistake("wrong-shape", did=did, expected=f"shape {wanted.shape}", got=f"shape {got.shape}",
                      then="Each row of A meets each row of B.")
    if np.allclose(got, wanted, atol=1e-6):
        return
    known = [
        (A @ B.T, "plain-dot", "The rows have different lengths. Divide by them first."),
        (
            A @ B.T / (np.linalg.norm(A) * np.linalg.norm(B)),
            "whole-matrix-norm",
            "Each row has its own length; look at the argument axis.",
        ),
        (
            np.linalg.norm(A[:, None] - B[None], axis=2),
            "euclidean",
            "That is a distance: 0 for equal vectors. The cosine of equal vectors is 1.",
        ),
        (1 - wanted, "cosine-distance", "That is 1 minus the cosine."),
        (np.abs(wanted), "absolute", "A cosine may be negative: the vectors then point away from each other."),
        (unit(A) @ B.T, "one-side-only", "The rows of both arrays have to be divided by their lengths."),
        (A @ unit(B).T, "one-side-only", "The rows of both arrays have to be divided by their lengths."),
        (wanted.round(2), "rounds", "Close, but rounded. Return the numbers as they are."),
    ]
    for other, mistake, then in known:
        if np.allclose(got, other, atol=1e-6):
            raise Mistake(mistake, did=did, expected=short(wanted.round(2).tolist(), 60), got=short(got.round(2).tolist(), 60),
                          then=then)
    raise Mistake("wrong-values", did=did, expected=short(wanted.round(2).tolist(), 60),
                  got=short(np.asarray(got, float).round(2).tolist(), 60),
                  then="Make unit rows of both, then multiply the one with the other transposed.")
