"""A limit that no header announces, found by asking a little more often than it allows. Arithmetic only, as `_limits.py`.

Between two refusals at times a and b, n requests were accepted: a bucket that was empty twice has refilled n +- 1 tokens in
between, so its rate lies in (n - 1) / (b - a) ... (n + 1) / (b - a), however the requests were spaced. Each refusal thus
narrows the estimate. Requests leave at the estimate times 1 + g; g grows with the requests accepted since the last refusal,
so that at the right rate the next refusal comes after about 50 of them, whatever the rate is. A lower limit shows as short
distances between refusals, a higher one as their absence.

Where a refusal asks for a rest (`Retry-After`) it costs all callers that rest, so the search is different: from the rate
that burst and rest give on average, it doubles until the first refusal and then keeps 10 % below what was refused.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import deque

from ._limits import PATIENCE_S, START_WINDOW

SLACK = 1.5  # tokens of doubt at a refusal: one by nature, the rest for requests that overtake each other
MARKS = 16  # refusals compared with a new one
USUAL_RUN = 60  # accepted requests after which a refusal is overdue, if the estimate is right
DOUBLES_IN = 10  # further ones in which the excess doubles
QUIET_S = 20.0  # overdue in seconds, for slow limits
RESTS = 4.0  # where a refusal costs a rest: the excess doubles in as many rests, so that these take a tenth of the time
BLOCK = 2  # refusals in a row that may be the rest of a window
LONGEST_GAP_S = 20.0  # between two trials, however long the server has refused
REST_FROM_S = 0.5  # a shorter rest is cheap


class Probe:
    """The limit as trial and refusal show it. rate, size: requests per second and burst; 0 while not known."""

    steady = False

    def __init__(self, slow_start: bool = True) -> None:
        self.rate = self.size = 0.0
        self._began = self._at = 0.0
        self._level = 0.0
        self._seq = self._run = self._in_a_row = 0
        self._window = START_WINDOW if slow_start else float("inf")
        self._known_at = -float("inf")
        self._trial: float | None = None  # a request on trial: nothing follows until it is answered, or can be taken for accepted
        self._refusal_s = 0.005  # how long a refusal takes to come back
        self._answer_s = 0.0  # how long an answer takes, on average
        self._refused: list[int] = []  # their places in the order of sending, sorted
        self._searching_from = 0
        self._marks: deque[tuple[float, int]] = deque(maxlen=MARKS)  # (time, place) of refusals
        self._costly, self._ceiling, self._rest_s = False, float("inf"), REST_FROM_S
        self._episode = (0.0, 0)  # (time, place) when the last long block ended
        self._to_show, self._if_window = 0, 0.0
        self._gap = self._idle = 0.0  # time before the last request, and in all, in which a full bucket ran over

    # -- sending --------------------------------------------------------------------------------------------------
    def ready_at(self, now: float, in_flight: int) -> float:
        """When the next request may leave."""
        if not self.rate:
            return now if in_flight < self._window else self._at + PATIENCE_S
        ready = self._at + max(0.0, 1.0 - self._level) / self.send_rate()
        if self._in_a_row and self._trial is not None:
            ready = max(ready, self._trial + 4 * self._refusal_s)
        if in_flight > 2.0 + self.size / 2 + 2 * self.rate * self._answer_s:  # stuck on their way, as in `Bucket`
            ready = max(ready, self._at + PATIENCE_S)
        return max(now, ready)

    def take(self, now: float, seq: int) -> None:
        """A request leaves."""
        if not self._seq:
            self._began, self._episode = now, (now, 0)
        self._seq = seq
        if self.rate:
            if self._run > 10 and now - self._at > max(3.0, self.size / 2) / self.rate:
                self._marks.clear()  # a long silence: the bucket may have run over
            self._gap = max(0.0, now - self._at - max(self.size, 1.0) / self.rate)
            gained = self._level + self.send_rate() * max(0.0, now - self._at)
            self._level = min(max(1.0 + min(1.0, (self.size - 1.0) / 4), self._level), gained) - 1.0
        self._at = max(now, self._at)
        self._trial = now

    def send_rate(self) -> float:
        """Requests per second that leave now: the estimate and a little more."""
        return max(self.rate * (1.0 + self._growth(self._run)), 1.0 / LONGEST_GAP_S)

    def _growth(self, run: int) -> float:
        if not self._costly:
            quiet = (self._at - self._known_at) / QUIET_S
            late = min(max((run - USUAL_RUN) / DOUBLES_IN, 2.0 * (quiet - 1.0) if run else 0.0), 30.0)
            overdue = 0.02 * 2.0 ** late if late > 0 else 0.0
            return max(SLACK / max(self._seen(), 3), 0.01 + 0.0005 * run + overdue)
        if self._ceiling == float("inf"):
            return 2.0 ** min(run / max(self.size, 4.0), 30.0) - 1.0
        back = max(0.0, 0.95 * self._ceiling / self.rate - 1.0) * run / (50.0 + run)
        return back + 0.01 * (2.0 ** min(run / (RESTS * self._rest_s * self.rate), 30.0) - 1.0)

    def _seen(self) -> int:
        """Requests sent since the search began: the more, the closer the estimate."""
        return self._seq - self._searching_from

    # -- learning -------------------------------------------------------------------------------------------------
    def accepted(self, taken_at: float, sent_at: float, now: float) -> None:
        """A request was accepted whose turn had come at `taken_at`."""
        self._answer_s += (0.1 if self._answer_s else 1.0) * (now - sent_at - self._answer_s)
        self._window += 1.0
        self._run += 1
        self._idle, self._gap = self._idle + self._gap, 0.0
        if taken_at >= self._known_at:
            if self._in_a_row >= BLOCK:
                self._reopened(now)
            self._in_a_row = 0
            self._unblock(now)

    def _reopened(self, now: float) -> None:
        """The server refused for long and accepts again: perhaps a new window has begun. Two requests more will show."""
        done = self._accepted_between(self._episode[1], self._seq + 1)
        average = done / max(now - self._episode[0], 1e-3)
        if average > (3 if self._in_a_row > BLOCK else 10) * self.rate:
            self._episode = (now, self._seq)
            self._if_window, self._to_show, self._level = average, 3, 2.0

    def _unblock(self, now: float) -> None:
        if self._to_show:
            self._to_show -= 1
            if not self._to_show:
                self.rate = self._if_window  # what a window gives on average; no bucket of the old rate would give this
                self._marks.clear()
                self._marks.append((now, self._seq))
                self._searching_from = self._seq

    def refused(self, seq: int, taken_at: float, sent_at: float, now: float, asked: float) -> None:
        """Request `seq` was refused; the server asks for a rest of `asked` seconds (0: it does not say)."""
        insort(self._refused, seq)
        self._gap = 0.0  # it did not run over, then
        del self._refused[:-400]
        self._refusal_s += 0.2 * (now - sent_at - self._refusal_s)
        self._to_show = 0
        fresh = taken_at >= self._known_at  # decided in the knowledge of the last refusal: new evidence
        self._in_a_row += fresh
        if not self.rate:
            self._first(seq, sent_at, asked)
        elif asked >= REST_FROM_S or self._costly:
            self._step_back(seq, sent_at, fresh, asked)
        else:
            self._narrow(seq, sent_at)
        self._known_at = now
        self._level, self._at, self._run = 0.0, max(self._at, sent_at), 0

    def _first(self, seq: int, sent_at: float, asked: float) -> None:
        self.size = max(1.0, float(seq - len(self._refused)))
        self._costly = asked >= REST_FROM_S
        tried = sent_at - self._began + asked
        if not self._costly:  # too high an estimate falls with the next refusals; too low a one would stay
            tried = min(tried, 10 * self._refusal_s)
        self.rate = self.size / max(tried, 1e-3)
        self._searching_from = seq
        self._marks.append((sent_at, seq))

    def _narrow(self, seq: int, sent_at: float) -> None:
        """Bring the estimate within what the distance to each earlier refusal allows, the nearest last."""
        if self._run > 2 * USUAL_RUN:
            self.rate = self._drained()
            self._searching_from = seq
            self._marks.clear()  # the bucket ran over since then, so they would count too few
        for then, place in self._marks:
            span, accepted = sent_at - self._idle - then, self._accepted_between(place, seq)
            if span > 0 and seq > place:
                if accepted >= 10:
                    self.rate += 0.25 * (accepted / span - self.rate)
                self.rate = min(max(self.rate, (accepted - SLACK) / span), (accepted + SLACK) / span)
        self._marks.append((sent_at - self._idle, seq))

    def _drained(self) -> float:
        """The rate at which sending faster and faster emptied a bucket that had been full: sum of (1 - rate / sent) = size."""
        sent = [self.rate * (1.0 + self._growth(run)) for run in range(self._run)]
        low, high = self.rate, max(sent)
        for _ in range(20):
            middle = (low + high) / 2
            drained = sum(1.0 - middle / rate for rate in sent if rate > middle)
            low, high = (middle, high) if drained > self.size else (low, middle)
        return low

    def _step_back(self, seq: int, sent_at: float, fresh: bool, asked: float) -> None:
        """After a costly refusal: what the run since the last rest tells, from a full bucket."""
        self._costly = True
        if not fresh:
            return
        sending = self.send_rate()
        began, place = self._marks[-1] if self._marks else (self._began, 0)
        span, accepted = max(sent_at - began, 1e-3), self._accepted_between(place, seq)
        refilled = max(accepted - self.size, 0.0) / span
        self._rest_s = max(asked, REST_FROM_S)
        cycle = accepted / (span + self._rest_s)  # what run and rest give on average: so much a window or a bucket sustains
        if self._ceiling == float("inf") and refilled:  # the rate grew a lot: the bucket ran over at first
            self.rate = max((refilled * sending) ** 0.5, cycle)
        else:
            self.rate = min(0.9 * sending, max(0.97 * refilled, cycle, 0.5 * self.rate))
        self._ceiling = sending

    def rested(self, now: float) -> None:
        """Everybody paused until now: the bucket may be full again, and the marks say nothing."""
        self._at, self._level = max(self._at, now), 1.0
        self._marks.clear()
        self._marks.append((now, self._seq))
        self._in_a_row = 0

    def _accepted_between(self, first: int, last: int) -> int:
        """How many requests after `first` and before `last` were not refused; those under way count as accepted."""
        return last - first - 1 - (bisect_left(self._refused, last) - bisect_right(self._refused, first))

    def least_seconds(self, calls: int) -> None:
        """Not known: an estimate is no limit."""
        return None
