"""From a model's tokens to pieces of text: stop strings, the token limit, the pace, and fair turns for all callers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from .call import Call

SLICE_S = 0.002  # real seconds of computing before the other callers get a turn


class Piece(NamedTuple):
    """One token that may be shown. `text` is shorter than the token's own text where a stop string begins in it."""

    text: str
    step: Any
    reasoning: bool


class StopFilter:
    """Holds tokens back while they may turn out to be the beginning of a stop string."""

    def __init__(self, stops: Sequence[str]) -> None:
        self.stops = [stop for stop in stops if stop]
        self.hit = False
        self._held: list[tuple[Any, str]] = []
        self._text = ""

    def feed(self, step: Any) -> list[Piece]:
        """The tokens that are safe to show now that `step` has come."""
        if not self.stops:
            return [Piece(step.text, step, False)]
        self._held.append((step, step.text))
        self._text += step.text
        found = [at for at in (self._text.find(stop) for stop in self.stops) if at >= 0]
        if found:
            self.hit = True
            return self._release(min(found), cut=True)
        return self._release(len(self._text) - self._risky())

    def flush(self) -> list[Piece]:
        """Everything held back: no stop string came."""
        return self._release(len(self._text))

    def _risky(self) -> int:
        """Length of the longest end of the held text that begins a stop string."""
        longest = min(len(self._text), max(map(len, self.stops)) - 1)
        for length in range(longest, 0, -1):
            if any(stop.startswith(self._text[-length:]) for stop in self.stops):
                return length
        return 0

    def _release(self, safe: int, *, cut: bool = False) -> list[Piece]:
        """Whole tokens up to `safe` characters; with `cut` the last one shortened and the rest dropped."""
        out, used = [], 0
        while self._held and used + len(self._held[0][1]) <= safe:
            step, text = self._held.pop(0)
            out.append(Piece(text, step, False))
            used += len(text)
        if cut and self._held and used < safe:
            out.append(Piece(self._text[used:safe], self._held[0][0], False))
        if cut:
            self._held = []
        self._text = self._text[used:]
        return out


class Pacer:
    """Waits that an identity asked for (`Pace`), on its clock; otherwise a turn for the others every 2 ms."""

    def __init__(self, call: Call, prompt_tokens: int) -> None:
        self._call, self._pace, self._prompt_tokens = call, call.identity.pace, prompt_tokens
        self._due = call.identity.clock.now()
        self._turn = time.perf_counter()

    async def start(self) -> None:
        """The time to read the prompt."""
        await self._until(self._prompt_tokens * self._pace.prompt_s_per_token)

    async def token(self, n: int) -> None:
        """The time to compute the n-th token (from 1)."""
        pace = self._pace
        if not pace.idle:
            stalled = pace.stall is not None and n == pace.stall[0] + 1
            wait = (1 / pace.tokens_per_s if pace.tokens_per_s else 0.0) + (pace.stall[1] if stalled else 0.0)
            await self._until(wait)
        if time.perf_counter() - self._turn > SLICE_S:
            await asyncio.sleep(0)
            self._turn = time.perf_counter()

    async def _until(self, wait: float) -> None:
        # Deadlines add up, so that oversleeping once does not slow the rate.
        if wait > 0:
            self._due += wait
            await self._call.sleep(self._due - self._call.identity.clock.now())


class Generation:
    """One answer as it is made. After the loop `tokens`, `reasoning_tokens` and `finish_reason` are known."""

    def __init__(self, steps: Iterator[Any], *, limit: int, stops: Sequence[str], pacer: Pacer) -> None:
        self._steps, self._limit, self._pacer = steps, limit, pacer
        self._filter = StopFilter(stops)
        self.tokens = self.reasoning_tokens = 0
        self.finish_reason = "length"

    async def pieces(self) -> AsyncIterator[Piece]:
        """The tokens that may be shown, in order; waits at the identity's pace."""
        for step in self._steps:
            self.tokens += 1
            await self._pacer.token(self.tokens)
            if getattr(step, "reasoning", False):
                self.reasoning_tokens += 1
                yield Piece(step.text, step, True)
            else:
                for piece in self._filter.feed(step):
                    yield piece
            if self._filter.hit or self.tokens >= self._limit:
                break
        if self._filter.hit or self.tokens < self._limit:
            self.finish_reason = "stop"
        for piece in [] if self._filter.hit else self._filter.flush():
            yield piece

    @property
    def stopped_by_string(self) -> bool:
        """Whether a stop string ended it."""
        return self._filter.hit


def logprob(piece: Piece) -> dict[str, Any]:
    """A token in the form of `/v1`'s `logprobs.content`."""
    step = piece.step
    return {
        **_token(step.text, step.logprob),
        "top_logprobs": [_token(text, value) for text, _, value in step.top],
    }


def _token(text: str, value: float) -> dict[str, Any]:
    return {"token": text, "logprob": round(value, 6), "bytes": list(text.encode())}
