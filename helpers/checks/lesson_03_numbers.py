"""Checks of lesson 03: the numbers of a stream, stop early. On scripted streams."""
from __future__ import annotations

import math
import numbers
from typing import Any

import numpy as np

from .core import exercise
from .outcome import Mistake
from .tools import ScriptedStream, need_type, need_value, raised_by, short

TTFT_STEP = "The wait for the first piece is no gap: gaps lie between pieces."


@exercise("03.3", takes="events",
          insight="time to first token and speed are two numbers; a mean hides the stalls that a percentile shows.")
def stream_metrics(answer: Any) -> None:
    """A steady stream, one with a stall, one piece, none, two at the same time; the input stays as it is."""
    rng = np.random.default_rng(33)
    steady = [(0.5 + 0.2 * i, "word") for i in range(5)]
    stalled = [(t, "word") for t in np.cumsum([0.8, *rng.uniform(0.02, 0.08, 12), 1.5, *rng.uniform(0.02, 0.08, 7)]).tolist()]
    for events, what in [
        (steady, "5 pieces, one every 0.2 s after 0.5 s"),
        (stalled, "21 pieces, with a stall of 1.5 s in the middle"),
    ]:
        _compare(_metrics(answer, events, what), events, what)
    for events, what in [
        ([(0.3, "x")], "a single piece after 0.3 s"),
        ([], "no piece at all"),
        ([(0.3, "x"), (0.3, "y")], "two pieces at the same moment"),
    ]:
        got = _metrics(answer, events, what)
        wanted = _wanted(events)
        for name, value in wanted.items():
            same = math.isnan(value) and math.isnan(got[name]) or math.isclose(got[name], value, abs_tol=1e-9)
            if not same:
                raise Mistake("undefined-values", did=f"stream_metrics of {what}: {name}", expected=short(value),
                              got=short(got[name]),
                              then="What the pieces do not define is math.nan, and nothing else.")


def _wanted(events: list) -> dict[str, float]:
    times = [t for t, _ in events]
    gaps, took = np.diff(times), times[-1] - times[0] if times else 0
    return {
        "ttft": times[0] if times else math.nan,
        "itl_p50": float(np.percentile(gaps, 50)) if len(gaps) else math.nan,
        "itl_p95": float(np.percentile(gaps, 95)) if len(gaps) else math.nan,
        "tokens_per_s": len(gaps) / took if took > 0 else math.nan,
    }


def _metrics(answer: Any, events: list, what: str) -> dict[str, float]:
    did = f"stream_metrics of {what}"
    given = list(events)
    try:
        got = answer(given)
    except ZeroDivisionError:
        raise Mistake("divides-by-zero", did=did, expected="math.nan where a value is undefined", got="ZeroDivisionError",
                      then="Ask how long the pieces took before you divide by it.") from None
    except (IndexError, ValueError) as problem:
        raise Mistake("too-few-pieces", did=did, expected="math.nan where a value is undefined",
                      got=f"{type(problem).__name__}: {short(str(problem), 50)}",
                      then="One piece has no gap, and none has no first.") from None
    need_type(got, dict, did, "a dict")
    if set(got) != {"ttft", "itl_p50", "itl_p95", "tokens_per_s"}:
        raise Mistake("wrong-keys", did=did, expected="the keys ttft, itl_p50, itl_p95, tokens_per_s", got=short(sorted(got)),
                      then="Compare with the names on the card.")
    if given != events:
        raise Mistake("mutates-input", did=did, expected="the list that was passed, as before", got="a changed list",
                      then="Do not pop from the argument, or sort it.")
    if not all(isinstance(value, numbers.Real) for value in got.values()):
        raise Mistake("not-numbers", did=did, expected="numbers, or math.nan", got=short(got),
                      then="An undefined value is math.nan, which is a number too.")
    return got


def _compare(got: dict[str, float], events: list, what: str) -> None:
    wanted, times = _wanted(events), [t for t, _ in events]
    gaps = np.diff(times)
    wrong = {("itl_p95", float(gaps.mean())): ("mean-for-p95", "A mean hides the stall. Take the 95th percentile of the gaps."),
             ("tokens_per_s", len(times) / times[-1]): ("ttft-included", "Leave the wait for the first piece out of the speed."),
             ("tokens_per_s", len(gaps) / times[-1]): ("ttft-included", "Leave the wait for the first piece out of the speed."),
             ("tokens_per_s", len(times) / (times[-1] - times[0])): ("n-not-n-minus-1", "n pieces have n - 1 gaps between them."),
             ("itl_p50", float(gaps.mean())): ("mean-for-p50", "The median is the middle gap, not the mean."),
             ("itl_p95", float(gaps.max())): ("max-for-p95", "The largest gap is the 100th percentile."),
             **{(f"itl_p{q}", float(np.percentile([times[0], *gaps], q))): ("ttft-as-gap", TTFT_STEP) for q in (50, 95)},
             **{(key, value * 1000): ("milliseconds", "Times are in seconds.") for key, value in wanted.items()}}
    for name, value in wanted.items():
        if math.isclose(got[name], value, rel_tol=1e-6, abs_tol=1e-9):
            continue
        known = next(
            (known for (key, bad), known in wrong.items() if key == name and math.isclose(got[name], bad, rel_tol=1e-6)), None
        )
        if known is None and math.isclose(got[name], value, abs_tol=0.051):
            known = "rounds", "Close. Do not round, and take the percentiles as numpy.percentile computes them."
        mistake, then = known or (f"wrong-{name.replace('_', '-')}", "Compute it by hand for three pieces and compare.")
        raise Mistake(mistake, did=f"stream_metrics of {what}: {name}", expected=f"{value:.4g}", got=f"{got[name]:.4g}",
                      then=then)


@exercise("03.4", takes="stream, stop",
          insight="a stop string may be split over chunks, and a stream that you leave must be closed.")
def stream_until(answer: Any) -> None:
    """The stop string inside a chunk, split, at the start, twice, nearly, absent; an error in mid-stream; laziness."""
    cases = [(["one. ", "two. ", "three"], "two", "one. ", 2, "the stop string inside one chunk"),
             (["one. tw", "o. th", "ree"], "two", "one. ", 2, "the stop string split over two chunks"),
             (["a", "E", None, "N", "D", "b"], "END", "a", 5, "the stop string split over three chunks"),
             (["END of", " it"], "END", "", 1, "the stop string at the very start"),
             (["a--b--c", "d"], "--", "a", 1, "the stop string twice in one chunk"),
             (["aEN", "END", "b"], "END", "aEN", 2, "a false start before the stop string"),
             (["\n one ", "STOP", "b"], "STOP", "\n one ", 2, "white space before the stop string"),
             (["one", None, [], " tw", "o "], "zzz", "one two ", None, "a stop string that never comes")]
    for parts, stop, wanted, most, what in cases:
        stream = ScriptedStream(*parts, *["more"] * 3 * (most is not None))
        got = _until(answer, stream, stop, what)
        if got != wanted:
            mistake, then = _until_mistake(got, wanted, stop, what)
            raise Mistake(mistake, did=f"{what}: {short(parts)}, stop={stop!r}", expected=repr(wanted), got=short(got), then=then)
        if not stream.closed:
            raise Mistake("never-closes", did=what, expected="the stream is closed", got="the stream is left open",
                          then="A stream that stays open keeps its connection. Close it on every path.")
        if most is not None and stream.pulled > most:
            raise Mistake("reads-to-the-end", did=f"{what}, followed by more text",
                          expected="no chunk is read after the stop string",
                          got=f"{stream.pulled} chunks read instead of {most}",
                          then="Stop pulling as soon as you have found it: each further token is paid for.")
    failing = ScriptedStream("one", ConnectionError("cut"))
    if raised_by(lambda: answer(failing, "zzz")) is None:
        raise Mistake("hides-errors", did="a stream that breaks in the middle", expected="the error reaches the caller",
                      got="no exception", then="A half text without an error looks like a whole one.")
    if not failing.closed:
        raise Mistake("open-after-error", did="a stream that breaks in the middle", expected="the stream is closed",
                      got="the stream is left open", then="Which statement runs whether there was an error or not?")


def _until(answer: Any, stream: ScriptedStream, stop: str, what: str) -> Any:
    try:
        got = answer(stream, stop)
    except (IndexError, TypeError) as problem:
        raise Mistake("odd-chunks", did=what, expected="a text", got=f"{type(problem).__name__}: {short(str(problem), 50)}",
                      then="Guard against chunks without choices and content None, as in 03.1.") from None
    need_value(got, what, "the text before the stop string")
    return got


def _until_mistake(got: Any, wanted: str, stop: str, what: str) -> tuple[str, str]:
    if isinstance(got, str) and got == wanted + stop:
        return "includes-stop", "Return what came before the stop string, without it."
    if "split" in what or "false start" in what:
        return "per-chunk-only", "Look for the stop string in all the text so far, not in each chunk alone."
    if isinstance(got, str) and got.strip() == wanted.strip():
        return "strips", "White space belongs to the text. Return it as it came."
    if "twice" in what:
        return "not-the-first", "What counts is the first place at which the stop string stands."
    return "wrong-text", "Return the text up to the stop string, and all of it when that never comes."
