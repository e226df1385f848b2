"""Checks of lesson 03: collect a stream, time it. On scripted streams and our own clock."""
from __future__ import annotations

from typing import Any

from .core import exercise
from .outcome import Mistake
from .tools import ROLE, FakeClock, Part, ScriptedStream, is_number, need_type, pair, short

WORDS = ["Your", " parcel", " is", " late", "."]


@exercise("03.1", takes="stream",
          insight="guard twice: choices may be empty, and content may be None.")
def collect(answer: Any) -> None:
    """Text, None and empty deltas, a role chunk, chunks without choices, reasoning, white space, an empty stream."""
    cases = [
        (WORDS, "text only"),
        ([ROLE, "Hel", None, "lo"], "a role chunk first and a None in the middle"),
        (["Hel", "", "lo"], "an empty delta in the middle"),
        (["Hel", "lo", []], "a usage chunk without choices at the end"),
        (["two", "\n", "  lines"], "white space in the deltas"),
        ([" ", "\n", "ha", "ha", " \n"], "white space at both ends"),
        ([Part(reasoning="Let me think."), Part("Yes", reasoning="so"), "."], "reasoning beside the text"),
        (["Go", Part("od", finish="stop")], "text in the last chunk, together with finish_reason"),
        ([[]], "nothing but a usage chunk"),
    ]
    for parts, what in cases:
        _collected(answer, ScriptedStream(*parts, finish=None if "last chunk" in what else "stop"), f"a stream with {what}")
    _collected(answer, ScriptedStream(finish=None), "a stream without any chunk")


def _collected(answer: Any, stream: ScriptedStream, did: str) -> None:
    texts = [part.content if isinstance(part, Part) else part for part in stream.parts]
    wanted = "".join(text for text in texts if isinstance(text, str))
    try:
        got = answer(stream)
    except IndexError:
        raise Mistake("unguarded-choices", did=did, expected=repr(wanted), got="IndexError",
                      then="Look whether there is a choice before you take the first.") from None
    except TypeError as problem:
        raise Mistake("none-not-handled", did=did, expected=repr(wanted), got=f"TypeError: {problem}",
                      then="A delta's content may be None.") from None
    except AttributeError as problem:
        raise Mistake("wrong-attribute", did=did, expected=repr(wanted), got=f"AttributeError: {short(str(problem), 70)}",
                      then="A piece of a stream has its text elsewhere than a whole reply. Show one and look.") from None
    need_type(got, str, did, "str")
    if got != wanted:
        mistake, then = _text_mistake(got, wanted, did, texts)
        raise Mistake(mistake, did=did, expected=repr(wanted), got=short(got), then=then)


def _text_mistake(got: str, wanted: str, did: str, texts: list) -> tuple[str, str]:
    if "None" in got:
        return "none-as-text", "The word None is no text. Skip deltas without content."
    if "reasoning" in did and len(got) > len(wanted):
        return "adds-reasoning", "The text is what stands in content; reasoning is no part of the answer."
    if len(got) > len(wanted) and "".join(got.split()) == "".join(wanted.split()):
        return "adds-space", "The deltas bring their own spaces. Join them with nothing between."
    if len(got) > len(wanted):
        return "adds-text", "The result holds more than the deltas' text."
    if "".join(got.split()) == "".join(wanted.split()):
        return "loses-text", "White space belongs to the text, also at its ends: change nothing."
    if "last chunk" in did:
        return "stops-at-finish", "A chunk with a finish_reason may carry text, too."
    if wanted.startswith(got) and did.endswith("text only"):
        return "returns-in-loop", "Only the first piece came back. Does the `return` stand inside the loop?"
    if wanted.startswith(got):
        return "stops-early", "An empty delta is not the end. The end is when the stream ends."
    if got and got == next(text for text in reversed(texts) if isinstance(text, str)):
        return "keeps-only-last", "Only the last piece is left: add each one to those before it."
    return "loses-text", "Keep each delta exactly as it came, in order."


@exercise("03.2", takes="stream, clock",
          insight="the clock starts before the first chunk is pulled: that wait is the time to first token.")
def timeline(answer: Any) -> None:
    """Two streams with pauses on an injected clock, and one without text."""
    cases = [([0.4, ROLE, "Hi", 0.1, None, " there", [], 0.25, "!"], [(0.4, "Hi"), (0.5, " there"), (0.75, "!")],
              'a stream: 0.4 s, role, "Hi", 0.1 s, None, " there", usage, 0.25 s, "!"'),
             ([0.123, "\n", "go", 1.5, "", " ", 0.002, "go"], [(0.123, "\n"), (0.123, "go"), (1.623, " "), (1.625, "go")],
              'a stream: 0.123 s, "\\n", "go", 1.5 s, "", " ", 0.002 s, "go"'),
             ([ROLE, 0.3, None, []], [], "a stream without text")]
    for start, (parts, wanted, did) in zip((100.0, 7.5, 0.0), cases, strict=True):
        clock = FakeClock(start)
        got = answer(ScriptedStream(*parts, clock=clock), clock.now)
        need_type(got, list, did, "a list of pairs (seconds, text)")
        _events(got, wanted, clock, start, did)


def _events(got: list, wanted: list, clock: FakeClock, start: float, did: str) -> None:
    if not all(map(pair, got)):
        raise Mistake("not-pairs", did=did, expected="pairs (seconds, text)", got=short(got), then="Append both for each piece.")
    if not all(is_number(t) for t, _ in got):
        raise Mistake("not-numbers", did=did, expected="pairs that begin with the seconds", got=short(got),
                      then="The time comes first, the text second.")
    texts = [text for _, text in got]
    if "" in texts or None in texts:
        raise Mistake("counts-empty-chunks", did=did, expected=f"{len(wanted)} pairs, one for each piece of text",
                      got=short(texts),
                      then="A chunk without text is no piece: role, None and usage are left out.")
    if texts != [text for _, text in wanted]:
        raise Mistake("wrong-texts", did=did, expected=short([text for _, text in wanted]), got=short(texts),
                      then="Keep the texts as they came, in order; white space is text.")
    times = [round(float(t), 6) for t, _ in got]
    if times != [t for t, _ in wanted]:
        mistake, then = _time_mistake(times, [t for t, _ in wanted], clock, start)
        raise Mistake(mistake, did=did, expected=f"times {[t for t, _ in wanted]}", got=f"times {short(times)}", then=then)


def _time_mistake(times: list[float], wanted: list[float], clock: FakeClock, start: float) -> tuple[str, str]:
    if not clock.reads or times[0] > 1e6:
        mistake = "not-relative" if times[0] > 1e6 else "wrong-clock"
        return mistake, "Use the clock that you were given, for the start and for each piece."
    if len(set(times)) == 1 and len(set(wanted)) > 1:
        return "consumes-first", "All times are equal: the stream was read to its end before the clock was read."
    if times == [round(start + t, 6) for t in wanted]:
        return "not-relative", "Subtract the time at which the function was called."
    if times[0] == 0:
        return "starts-at-first-chunk", "The clock starts when the function is called, before the first chunk is pulled."
    if times == [round(b - a, 6) for a, b in zip([0, *wanted], wanted, strict=False)]:
        return "gaps-not-times", "Give the time since the start for each piece, not since the piece before."
    if times == [round(t * 1000, 6) for t in wanted]:
        return "milliseconds", "Give seconds, as the clock does."
    if all(abs(a - b) < 0.06 for a, b in zip(times, wanted, strict=True)):
        return "rounds", "Do not round the times."
    return "wrong-clock", "Read the clock once before the loop, and once for each piece when it arrives."
