"""Checks of lesson 03: collect a stream, time it, summarise the times, stop early. All on scripted streams and a clock of our own."""
from __future__ import annotations

import math
from typing import Any

import numpy as np

from .core import exercise
from .outcome import Mistake
from .tools import ROLE, FakeClock, ScriptedStream, need_type, need_value, raised_by, short

WORDS = ["Your", " parcel", " is", " late", "."]


@exercise("03.1", insight="guard twice: choices may be empty, and content may be None.", hints=(
    "Two kinds of chunk carry no text. What do they look like?",
    "Test the list of choices before you take the first, and replace None by an empty string. Join at the end, with nothing between.",
    'parts.append(chunk.choices[0].delta.content or "")'))
def collect(answer: Any) -> None:
    """Plain text, None and empty deltas, a role chunk, chunks without choices, an empty stream."""
    cases = [(WORDS, "text only"), ([ROLE, "Hel", None, "lo"], "a role chunk first and a None in the middle"),
             (["Hel", "", "lo"], "an empty delta in the middle"), (["Hel", "lo", []], "a usage chunk without choices at the end"),
             (["two", "\n", "  lines"], "white space in the deltas"), ([[]], "nothing but a usage chunk")]
    for parts, what in cases:
        wanted = "".join(part for part in parts if isinstance(part, str))
        try:
            got = answer(ScriptedStream(*parts))
        except IndexError:
            raise Mistake("unguarded-choices", did=f"a stream with {what}", expected=repr(wanted), got="IndexError",
                          then="Look whether there is a choice before you take the first.") from None
        except TypeError as problem:
            raise Mistake("none-not-handled", did=f"a stream with {what}", expected=repr(wanted), got=f"TypeError: {problem}",
                          then="A delta's content may be None.") from None
        need_type(got, str, f"a stream with {what}", "str")
        if got != wanted:
            mistake, then = _text_mistake(got, wanted)
            raise Mistake(mistake, did=f"a stream with {what}", expected=repr(wanted), got=short(got), then=then)


def _text_mistake(got: str, wanted: str) -> tuple[str, str]:
    if "None" in got:
        return "none-as-text", "The word None is no text. Skip deltas without content."
    if len(got) > len(wanted) and "".join(got.split()) == "".join(wanted.split()):
        return "adds-space", "The deltas bring their own spaces. Join them with nothing between."
    if len(got) > len(wanted):
        return "adds-text", "The result holds more than the deltas' text."
    if wanted.startswith(got):
        return "stops-early", "An empty delta is not the end. The end is when the stream ends."
    return "loses-text", "Keep each delta exactly as it came, in order."


@exercise("03.2", insight="the clock starts before the first chunk is pulled: that wait is the time to first token.", hints=(
    "When does the request begin, and when does a piece arrive? Read the clock at both moments.",
    "Read it once before the loop, and once inside the loop for each chunk with text. Do not turn the stream into a list first.",
    "events.append((clock() - started, text))"))
def timeline(answer: Any) -> None:
    """A stream with pauses on an injected clock."""
    clock = FakeClock()
    parts = [0.4, ROLE, "Hi", 0.1, None, " there", [], 0.25, "!"]
    got = answer(ScriptedStream(*parts, clock=clock), clock.now)
    did = 'a stream: 0.4 s, role, "Hi", 0.1 s, None, " there", usage, 0.25 s, "!"'
    need_type(got, list, did, "a list of pairs (seconds, text)")
    wanted = [(0.4, "Hi"), (0.5, " there"), (0.75, "!")]
    if not all(isinstance(event, (tuple, list)) and len(event) == 2 for event in got):
        raise Mistake("not-pairs", did=did, expected="pairs (seconds, text)", got=short(got), then="Append a tuple of both for each piece.")
    texts = [text for _, text in got]
    if "" in texts or None in texts:
        raise Mistake("counts-empty-chunks", did=did, expected="one pair for each of three pieces of text", got=short(texts),
                      then="A chunk without text is no piece: role, None and usage are left out.")
    if texts != [text for _, text in wanted]:
        raise Mistake("wrong-texts", did=did, expected=short([text for _, text in wanted]), got=short(texts), then="Keep the texts as they came, in order.")
    times = [round(float(t), 6) for t, _ in got]
    if times != [t for t, _ in wanted]:
        mistake, then = _time_mistake(times, clock)
        raise Mistake(mistake, did=did, expected="times [0.4, 0.5, 0.75]", got=f"times {short(times)}", then=then)


def _time_mistake(times: list[float], clock: FakeClock) -> tuple[str, str]:
    if len(set(times)) == 1:
        return "consumes-first", "All times are equal: the stream was read to its end before the clock was read."
    if times[0] == 0:
        return "starts-at-first-chunk", "The clock starts when the function is called, before the first chunk is pulled."
    if times[0] >= 100:
        return "not-relative", "Subtract the time at which the function was called." if times[0] < 1e6 else "Use the clock that you were given."
    if times == [0.4, 0.1, 0.25]:
        return "gaps-not-times", "Give the time since the start for each piece, not since the piece before."
    return "wrong-clock", "Use the clock that you were given, once before the loop and once for each piece."


@exercise("03.3", insight="time to first token and speed are two numbers; a mean hides the stalls that a percentile shows.", hints=(
    "How many gaps do n pieces have? And which numbers exist when there is one piece, or none?",
    "Gaps are differences of neighbouring times (np.diff). Speed leaves the wait for the first piece out: gaps divided by the time from first to last.",
    'float(np.percentile(gaps, 95)) if len(gaps) else math.nan'))
def stream_metrics(answer: Any) -> None:
    """A steady stream, one with a stall, one piece, none, two at the same time."""
    rng = np.random.default_rng(33)
    steady = [(0.5 + 0.2 * i, "x") for i in range(5)]
    stalled = [(t, "x") for t in np.cumsum([0.8, *rng.uniform(0.02, 0.08, 12), 1.5, *rng.uniform(0.02, 0.08, 7)]).tolist()]
    for events, what in [(steady, "5 pieces, one every 0.2 s after 0.5 s"), (stalled, "21 pieces, with a stall of 1.5 s in the middle")]:
        _compare(_metrics(answer, events, what), events, what)
    for events, what in [([(0.3, "x")], "a single piece after 0.3 s"), ([], "no piece at all"), ([(0.3, "x"), (0.3, "y")], "two pieces at the same moment")]:
        got = _metrics(answer, events, what)
        wanted = _wanted(events)
        for name, value in wanted.items():
            same = math.isnan(value) and math.isnan(got[name]) or math.isclose(got[name], value, abs_tol=1e-9)
            if not same:
                raise Mistake("undefined-values", did=f"stream_metrics of {what}: {name}", expected=short(value), got=short(got[name]),
                              then="What the pieces do not define is math.nan, and nothing else.")


def _wanted(events: list) -> dict[str, float]:
    times = [t for t, _ in events]
    gaps, took = np.diff(times), times[-1] - times[0] if times else 0
    return {"ttft": times[0] if times else math.nan, "itl_p50": float(np.percentile(gaps, 50)) if len(gaps) else math.nan,
            "itl_p95": float(np.percentile(gaps, 95)) if len(gaps) else math.nan, "tokens_per_s": len(gaps) / took if took > 0 else math.nan}


def _metrics(answer: Any, events: list, what: str) -> dict[str, float]:
    did = f"stream_metrics of {what}"
    try:
        got = answer(list(events))
    except ZeroDivisionError:
        raise Mistake("divides-by-zero", did=did, expected="math.nan where a value is undefined", got="ZeroDivisionError",
                      then="Ask how long the pieces took before you divide by it.") from None
    except (IndexError, ValueError) as problem:
        raise Mistake("too-few-pieces", did=did, expected="math.nan where a value is undefined", got=f"{type(problem).__name__}: {short(str(problem), 50)}",
                      then="One piece has no gap, and none has no first.") from None
    need_type(got, dict, did, "a dict")
    if set(got) != {"ttft", "itl_p50", "itl_p95", "tokens_per_s"}:
        raise Mistake("wrong-keys", did=did, expected="the keys ttft, itl_p50, itl_p95, tokens_per_s", got=short(sorted(got)), then="Compare with the names on the card.")
    if not all(isinstance(value, (int, float, np.floating)) for value in got.values()):
        raise Mistake("not-numbers", did=did, expected="numbers, or math.nan", got=short(got), then="An undefined value is math.nan, which is a number too.")
    return got


def _compare(got: dict[str, float], events: list, what: str) -> None:
    wanted, times = _wanted(events), [t for t, _ in events]
    gaps = np.diff(times)
    wrong = {("itl_p95", float(gaps.mean())): ("mean-for-p95", "A mean hides the stall. Take the 95th percentile of the gaps."),
             ("tokens_per_s", len(times) / times[-1]): ("ttft-included", "Leave the wait for the first piece out of the speed."),
             ("tokens_per_s", len(gaps) / times[-1]): ("ttft-included", "Leave the wait for the first piece out of the speed."),
             ("tokens_per_s", len(times) / (times[-1] - times[0])): ("n-not-n-minus-1", "n pieces have n - 1 gaps between them."),
             ("itl_p50", float(gaps.mean())): ("mean-for-p50", "The median is the middle gap, not the mean."),
             ("itl_p95", float(gaps.max())): ("max-for-p95", "The largest gap is the 100th percentile.")}
    for name, value in wanted.items():
        if math.isclose(got[name], value, rel_tol=1e-6, abs_tol=1e-9):
            continue
        known = next((known for (key, bad), known in wrong.items() if key == name and math.isclose(got[name], bad, rel_tol=1e-6)), None)
        mistake, then = known or (f"wrong-{name.replace('_', '-')}", "Compute it by hand for three pieces and compare.")
        raise Mistake(mistake, did=f"stream_metrics of {what}: {name}", expected=f"{value:.4g}", got=f"{got[name]:.4g}", then=then)


@exercise("03.4", insight="a stop string may be split over chunks, and a stream that you leave must be closed.", hints=(
    "Could half of the stop string stand in one chunk, and half in the next? And who closes the stream when you stop early?",
    "Search the text so far, not the single chunk. try and finally close the stream on every path, errors included.",
    "if stop in text: return text.split(stop, 1)[0], inside try, with stream.close() in finally."))
def stream_until(answer: Any) -> None:
    """The stop string inside a chunk, split, at the very start, absent; an error in mid-stream; laziness."""
    cases = [(["one. ", "two. ", "three"], "two", "one. ", "the stop string inside one chunk"),
             (["one. tw", "o. th", "ree"], "two", "one. ", "the stop string split over two chunks"),
             (["a", "E", "N", "D", "b"], "END", "a", "the stop string split over three chunks"),
             (["one", None, [], " two"], "zzz", "one two", "a stop string that never comes")]
    for parts, stop, wanted, what in cases:
        stream = ScriptedStream(*parts, *["more"] * (3 if wanted != "one two" else 0))
        got = _until(answer, stream, stop, what)
        if got != wanted:
            raise Mistake(_until_mistake(got, wanted, stop, what), did=f"{what}: {short(parts)}, stop={stop!r}", expected=repr(wanted), got=short(got),
                          then=_until_step(got, wanted, stop))
        if not stream.closed:
            raise Mistake("never-closes", did=what, expected="the stream is closed", got="the stream is left open",
                          then="A stream that stays open keeps its connection. Close it on every path.")
        if wanted != "one two" and stream.pulled > len(parts):
            raise Mistake("reads-to-the-end", did=f"{what}, followed by more text", expected="no chunk is read after the stop string",
                          got=f"{stream.pulled} chunks read", then="Stop pulling as soon as you have found it: each further token is paid for.")
    failing = ScriptedStream("one", ConnectionError("cut"))
    if raised_by(lambda: answer(failing, "zzz")) is None:
        raise Mistake("hides-errors", did="a stream that breaks in the middle", expected="the error reaches the caller", got="no exception",
                      then="A half text without an error looks like a whole one.")
    if not failing.closed:
        raise Mistake("open-after-error", did="a stream that breaks in the middle", expected="the stream is closed", got="the stream is left open",
                      then="Which statement runs whether there was an error or not?")


def _until(answer: Any, stream: ScriptedStream, stop: str, what: str) -> Any:
    try:
        got = answer(stream, stop)
    except (IndexError, TypeError) as problem:
        raise Mistake("odd-chunks", did=what, expected="a text", got=f"{type(problem).__name__}: {short(str(problem), 50)}",
                      then="Guard against chunks without choices and content None, as in 03.1.") from None
    need_value(got, what, "the text before the stop string")
    return got


def _until_mistake(got: Any, wanted: str, stop: str, what: str) -> str:
    if isinstance(got, str) and got == wanted + stop:
        return "includes-stop"
    if "split" in what:
        return "per-chunk-only"
    return "wrong-text"


def _until_step(got: Any, wanted: str, stop: str) -> str:
    if isinstance(got, str) and got == wanted + stop:
        return "Return what came before the stop string, without it."
    return "Look for the stop string in all the text so far, not in each chunk alone."
