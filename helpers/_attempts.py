"""One call and its attempts: the state between tenacity's loop and the limiter, the ledger and the transport.

tenacity runs the loop (`_loop.py`) and asks this object three things: is the error worth a repeat, how long to wait, when to
stop.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

import tenacity

from . import pacing
from ._guards import require_awaitable, require_finished, require_parts
from ._limiter import RateLimiter
from ._policy import BUDGETED, RetryBudget, RetryPolicy, is_silent
from ._turns import PacingTimeout, Permit
from .errors import Verdict, classify, headers_of
from .ledger import Attempt, CallContext, Ledger, _current, new_call

NOTED_ATTEMPTS = 10
ASLEEP_S = 60.0  # an attempt or a wait that takes this much longer than its limit: the machine slept


class Call:
    """A call under `policy`; the others may be None. `stopped` tells whether its batch has ended. Use once."""

    def __init__(self, policy: RetryPolicy, limiter: RateLimiter | None = None, log: Ledger | None = None,
                 budget: RetryBudget | None = None, worker: int | None = None,
                 stopped: Callable[[], bool] | None = None, also: Ledger | None = None) -> None:
        require_parts(policy, limiter, log)
        self.policy, self.limiter, self.log, self.budget, self.stopped = policy, limiter, log, budget, stopped
        self.also = also  # a second ledger for the same records
        if limiter is not None:
            limiter.follow_clock(policy)
        self.began = policy.clock()
        self.context: CallContext = new_call(worker)
        self.scope = pacing.AttemptScope(limiter)
        self.attempts = self.loadings = self.timeouts = self.refusals = self.pardoned = 0
        self.verdict: Verdict | None = None
        self.error: BaseException | None = None
        self.trace: TracebackType | None = None
        self.history: list[str] = []
        self.ended_because = ""
        self.upcoming = 0.0
        self.left_at = self.back_at = self.began  # the last attempt's start and end

    # -- what tenacity asks ---------------------------------------------------------------------------------------
    def retry(self, state: tenacity.RetryCallState) -> bool:
        failed = state.outcome is not None and state.outcome.failed
        return failed and self.verdict is not None and self.verdict.retryable and not self.ended_because

    def wait(self, state: tenacity.RetryCallState) -> float:
        verdict = self.verdict
        assert verdict is not None
        delay = self.policy.delay(verdict, self.attempts)
        if self.limiter is not None:
            if verdict.kind == "throttled" and verdict.status is not None:  # an error with status 200 taught the limiter no pause
                self.refusals += 1
                if self.stopped is not None:
                    self.pardoned += 1  # the limiter presses nobody: a refused call of a batch has until its deadline
                # The limiter's queue and pause stand for the first wait. A call that is refused again gives way to others.
                delay = self.policy.own_delay(verdict.kind, self.refusals - 1) if self.refusals > 1 else 0.0
            elif self._shared(verdict):
                delay -= verdict.retry_after or 0.0
            elif self._waits_with_others(verdict):
                self.pardoned += 1
                delay = 0.0  # the limiter's pause stands for it
        self.upcoming = delay
        return delay

    def stop(self, state: tenacity.RetryCallState) -> bool:
        self.ended_because = self._why_stop(self.verdict) or ""
        return bool(self.ended_because)

    def _why_stop(self, verdict: Verdict | None) -> str | None:
        assert verdict is not None
        policy, asked = self.policy, verdict.retry_after or 0.0
        if asked > policy.max_retry_after:
            return f"The server asked for {asked:g} s, more than max_retry_after={policy.max_retry_after:g}."
        if (verdict.kind == "throttled" or is_silent(verdict)) and self.limiter is not None and self.limiter.refusing_s >= policy.deadline:
            return f"The server has refused every call for {self.limiter.refusing_s:.0f} s."
        if self.attempts - self.loadings - self.pardoned >= policy.max_attempts:
            return f"max_attempts={policy.max_attempts} is reached."
        if self.timeouts >= policy.timeout_attempts and verdict.kind == "timeout":
            return f"timeout_attempts={policy.timeout_attempts} is reached; the call may have been billed each time."
        if self.remaining() <= 0:
            return f"The deadline of {policy.deadline:g} s is reached."
        if self._elapsed() + max(self.upcoming, asked) >= policy.deadline:
            return f"The next wait of {max(self.upcoming, asked):.1f} s would pass the deadline of {policy.deadline:g} s."
        budgeted = verdict.kind in BUDGETED and not self._waits_with_others(verdict)
        if budgeted and self.budget is not None and not self.budget.spend():
            return "The retry budget of the batch is used up."
        return None

    # -- one attempt ----------------------------------------------------------------------------------------------
    def run(self, fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """One attempt of a blocking function."""
        self._forget_sleep(self.back_at, self.upcoming)
        self.scope = pacing.AttemptScope(self.limiter)
        if self.limiter is not None:
            self.scope.permit = self._placed(self._paced(self.limiter.acquire))
        tokens, started = self._enter()
        try:
            result = require_finished(fn(*args, **kwargs))
        except BaseException as exc:
            self._failed(exc, started)
            raise
        finally:
            self._exit(tokens)
        self._succeeded(started)
        return result

    async def arun(self, fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """One attempt of a coroutine function, cut at the attempt's timeout."""
        self._forget_sleep(self.back_at, self.upcoming)
        self.scope = pacing.AttemptScope(self.limiter)
        if self.limiter is not None:
            try:
                self.scope.permit = self._placed(await self.limiter.aacquire(self.remaining(), self.stopped))
            except PacingTimeout:
                self._no_place()
                raise
        tokens, started = self._enter()
        try:
            async with asyncio.timeout(self.scope.timeout_s):
                result = await require_awaitable(fn(*args, **kwargs))
        except BaseException as exc:
            self._failed(exc, started)
            raise
        finally:
            self._exit(tokens)
        self._succeeded(started)
        return result

    def _paced(self, acquire: Callable[..., Any]) -> Any:
        try:
            return acquire(self.remaining(), self.stopped)
        except PacingTimeout:
            self._no_place()
            raise

    def _placed(self, permit: Permit) -> Permit:
        own = self.verdict is not None and self._shared(self.verdict)  # a pause that this call has brought about
        if self.stopped is not None and not own:
            self.began += permit.waited_s  # calls of a batch queue behind each other: that is not their own time
        return permit

    def _no_place(self) -> None:
        self.ended_because = f"The limiter's pause would pass the deadline of {self.policy.deadline:g} s."
        if self.error is not None:
            raise self.error

    def remaining(self) -> float:
        """Seconds until the deadline."""
        return self.policy.deadline - self._elapsed()

    def _elapsed(self) -> float:
        return self.policy.clock() - self.began

    def _forget_sleep(self, since: float, allowed_s: float) -> None:
        """Some clocks go on while a laptop sleeps; that is not the call's time, so its deadline moves along."""
        over = self.policy.clock() - since - allowed_s
        if over > ASLEEP_S:
            self.began += over

    def _enter(self) -> tuple[Any, float]:
        self.attempts += 1
        context, scope, policy = self.context, self.scope, self.policy
        context.attempt, context.waited_s = self.attempts, self.upcoming
        context.paced_s = scope.permit.waited_s if scope.permit else 0.0
        if context.noted_in:
            context.noted_in.clear()
        remaining = self.remaining()
        scope.timeout_s = remaining if policy.attempt_timeout is None else min(policy.attempt_timeout, remaining)
        scope.until = time.monotonic() + scope.timeout_s
        self.left_at = policy.clock()
        return (_current.set(context), pacing._scope.set(scope)), self.log.now() if self.log is not None else 0.0

    def _exit(self, tokens: Any) -> None:
        self.scope.until = None  # what the function returned may be read for longer
        _current.reset(tokens[0])
        pacing._scope.reset(tokens[1])

    def _succeeded(self, started: float) -> None:
        if self.limiter is not None and self.scope.permit is not None:
            self.limiter.observe(self.scope.permit, 200)
        if self.budget is not None:
            self.budget.succeeded()
        if self.log is not None or self.policy.on_attempt is not None:
            self._record(started, None)

    def _failed(self, exc: BaseException, started: float) -> None:
        verdict = self.verdict = classify(exc)
        self.error, self.back_at = exc, self.policy.clock()
        self.trace = exc.__traceback__.tb_next if exc.__traceback__ else None  # from the called function on
        self._forget_sleep(self.left_at, self.scope.timeout_s)
        self.loadings += verdict.kind == "loading"
        self.timeouts += verdict.kind == "timeout"
        if self.limiter is not None and self.scope.permit is not None:
            self._teach(self.limiter, verdict, exc)
        waited = f" after {self.upcoming:.1f} s" if self.upcoming else ""
        if len(self.history) < NOTED_ATTEMPTS:
            self.history.append(f"{verdict.status or verdict.kind}{waited}")
        self._record(started, verdict)

    def _teach(self, limiter: RateLimiter, verdict: Verdict, exc: BaseException) -> None:
        """The limiter learns from the error, unless the transport has shown it the answer already."""
        permit = self.scope.permit
        assert permit is not None
        if verdict.status is None and verdict.kind != "throttled":
            limiter.release(permit)
        else:
            limiter.observe(permit, verdict.status or 429, headers_of(exc))
        if is_silent(verdict):
            limiter.unavailable(permit, self.policy.backoff_max)
        if self._shared(verdict):
            limiter.pause(min(verdict.retry_after or 0.0, self.policy.max_retry_after))

    def _shared(self, verdict: Verdict) -> bool:
        """True when everybody should wait: a cold start, or a 503 that says for how long."""
        return verdict.kind == "loading" or (verdict.status == 503 and verdict.retry_after is not None)

    def _waits_with_others(self, verdict: Verdict) -> bool:
        """True when a call of a batch meets a service that is down: one at a time tries, so neither attempts nor budget count."""
        return self.stopped is not None and self.limiter is not None and self.limiter.is_down and is_silent(verdict)

    def _record(self, started: float, verdict: Verdict | None) -> None:
        log, hook, context = self.log, self.policy.on_attempt, self.context
        if log is None and hook is None:
            return
        ended = log.now() if log is not None else 0.0
        permit = self.scope.permit
        attempt = Attempt(
            call=context.call, attempt=self.attempts, worker=context.worker, started_s=started, ended_s=ended,
            waited_s=self.upcoming, paced_s=permit.waited_s if permit else 0.0, status=verdict.status if verdict else None,
            kind=verdict.kind if verdict else "ok", retry_after=verdict.retry_after if verdict else None)
        for ledger in (log, self.also):
            if ledger is not None and id(ledger) not in context.noted_in:
                ledger.add(attempt)
        if hook is not None:
            hook(attempt)

    # -- the end --------------------------------------------------------------------------------------------------
    def annotate(self, exc: BaseException) -> BaseException:
        """Attach the attempts to the exception the caller will see, and take the frames of the loop out of its traceback."""
        more = f", and {self.attempts - len(self.history)} more" if self.attempts > len(self.history) else ""
        noun = "attempts" if self.attempts != 1 else "attempt"
        text = f"{self.attempts} {noun} in {self._elapsed():.1f} s: {', '.join(self.history)}{more}. {self.ended_because}"
        exc.add_note(text.strip())
        if exc is self.error:
            exc.__traceback__ = self.trace
        self.error = self.trace = None  # no reference cycle
        return exc
