"""The check of exercise 08.4: an endpoint that is waited for, and never left running."""
from __future__ import annotations

from typing import Any

from .core import exercise
from .outcome import Mistake
from .tools import FakeClock, need_value, no_real_sleep, raised_by, short


class _Endpoint:
    """An endpoint that goes through scripted states, one per fetch; counts what is done to it."""

    def __init__(self, *states: str) -> None:
        self.states, self.status = list(states[1:]), states[0]
        self.paused, self.resumed, self.fetched = 0, 0, 0

    def fetch(self) -> _Endpoint:
        self.fetched += 1
        if self.fetched > 1000:
            raise Mistake("endless", did="an endpoint that never gets ready", expected="TimeoutError", got="1000 questions",
                          then="Compare clock() with the start, and give up after timeout.")
        if self.states:
            self.status = self.states.pop(0)
        return self

    def resume(self, *args: Any, **kwargs: Any) -> _Endpoint:
        self.resumed += 1
        self.status = "initializing"
        return self

    def pause(self) -> _Endpoint:
        self.paused += 1
        self.status = "paused"
        return self


@exercise("08.4", takes="ep, *, timeout, sleep, clock", insight="what costs money while nobody looks belongs into finally.")
def wait_ready(answer: Any) -> None:
    """Ready at once, after a while, paused, asleep, failed, never ready, and errors inside the block."""
    with no_real_sleep("with wait_ready(ep, timeout=60, ...) as ep:"):
        _enters(answer, _Endpoint("running"), "an endpoint that is running", fetches=0)
        _enters(answer, _Endpoint("pending", "initializing", "initializing", "running"),
                "pending, initializing twice, then running", fetches=3)
        _enters(answer, _Endpoint("scaledToZero"), "an endpoint that is scaled to zero", fetches=0)
        _enters(answer, _Endpoint("initializing", "scaledToZero"), "initializing, then scaled to zero", fetches=1)
        paused = _Endpoint("paused", "initializing", "running")
        _enters(answer, paused, "a paused endpoint", fetches=2)
        if paused.resumed != 1:
            raise Mistake("not-resumed", did="a paused endpoint", expected="resume() once", got=f"{paused.resumed} times",
                          then="A paused endpoint waits for you; nothing else wakes it.")
        for state in ("failed", "updateFailed"):
            _fails(answer, _Endpoint(state), f"an endpoint that is {state}", RuntimeError, "waits-on-failure")
            _fails(answer, _Endpoint("initializing", state), f"initializing, then {state}", RuntimeError, "waits-on-failure")
        _fails(answer, _Endpoint("initializing"), "initializing for ever, timeout=60", TimeoutError, "no-timeout")
        for problem in (KeyError("inside the block"), KeyboardInterrupt()):
            _block_error(answer, problem)


def _manager(answer: Any, ep: _Endpoint, clock: FakeClock) -> Any:
    manager = answer(ep, timeout=60, sleep=clock.sleep, clock=clock.now)
    need_value(manager, "wait_ready(ep, ...)", "a context manager")
    if not (hasattr(manager, "__enter__") and hasattr(manager, "__exit__")):
        raise Mistake("no-context-manager", did="with wait_ready(ep, ...) as ep:", expected="a context manager",
                      got=type(manager).__name__, then="The decorator contextmanager makes one of a function with one yield.")
    return manager


def _enters(answer: Any, ep: _Endpoint, what: str, *, fetches: int) -> None:
    clock, inside, given = FakeClock(), None, None
    try:
        with _manager(answer, ep, clock) as given:
            inside = ep.status
    except (RuntimeError, TimeoutError) as exc:
        if isinstance(exc, NotImplementedError):
            raise
        mistake = "zero-is-failure" if "zero" in what else "gives-up"
        raise Mistake(mistake, did=what, expected="the block runs", got=f"{type(exc).__name__}: {short(str(exc), 50)}",
                      then="This state is no failure: it is ready, or needs time.") from None
    if given is not ep:
        raise Mistake("yields-nothing", did=f"with wait_ready(...) as ep: {what}", expected="the endpoint", got=short(given),
                      then="Yield the endpoint.")
    if inside not in ("running", "scaledToZero"):
        raise Mistake("enters-too-early", did=what, expected="the block runs when it is ready",
                      got=f"the block ran while it was {inside}", then="Ask again until the status says so.")
    _waited(ep, clock, what, fetches)
    if ep.paused != 1:
        raise Mistake(
            "never-pauses" if not ep.paused else "pauses-twice",
            did=f"the end of the block, {what}",
            expected="pause() once",
            got=f"{ep.paused} times",
            then="On the way out the endpoint is paused, exactly once.",
        )


def _waited(ep: _Endpoint, clock: FakeClock, what: str, fetches: int) -> None:
    """Sleeping first or asking first are both fine: one question more, or one sleep less, than states to wait for."""
    did, got = f"{what}: how it waited", f"{ep.fetched} question(s), sleeps {short(clock.slept, 40)}"
    if any(seconds != 5 for seconds in clock.slept):
        raise Mistake("wrong-pause", did=did, expected="sleeps of 5 seconds", got=got, then="The card says sleep(5).")
    most = fetches if fetches else 0
    if not fetches <= ep.fetched <= fetches + 1 or len(clock.slept) > most:
        raise Mistake("wrong-waiting", did=did, expected=f"{fetches} question(s) and as many sleeps", got=got,
                      then="Sleep, ask, look; and neither when it is ready already.")
    if len(clock.slept) < fetches - 1:
        raise Mistake("asks-without-pause", did=did, expected=f"{fetches} question(s) and as many sleeps", got=got,
                      then="Sleep between two questions, or the server gets thousands of them.")


def _fails(answer: Any, ep: _Endpoint, what: str, kind: type, mistake: str) -> None:
    clock, ran = FakeClock(), []

    def enter() -> None:
        with _manager(answer, ep, clock):
            ran.append(1)

    exc = raised_by(enter)
    if isinstance(exc, Mistake):
        raise exc
    if ran:
        raise Mistake("enters-too-early", did=what, expected="the block never runs", got="it ran",
                      then="Only a ready endpoint may be used.")
    if not isinstance(exc, kind) or (kind is RuntimeError and isinstance(exc, (TimeoutError, NotImplementedError))):
        raise Mistake(mistake, did=what, expected=f"{kind.__name__}", got="no exception" if exc is None else type(exc).__name__,
                      then="Some states never get better, and patience has an end: timeout.")
    if kind is TimeoutError and not 55 <= clock.time - 100 <= 75:
        raise Mistake("timeout-not-kept", did=what, expected="about 60 s", got=f"{clock.time - 100:g} s",
                      then="Measure with clock() from the start.")
    if kind is RuntimeError and len(clock.slept) > 1:
        raise Mistake("waits-on-failure", did=what, expected="RuntimeError at once", got=f"{len(clock.slept)} sleeps first",
                      then="A failed state never gets better: look for it in every turn of the loop.")
    if not ep.paused:
        raise Mistake("runs-on-after-failure", did=what, expected="the endpoint is paused", got="pause() was not called",
                      then="A failed start costs money, too. Which statement runs in any case?")


def _block_error(answer: Any, problem: BaseException) -> None:
    ep, clock, name = _Endpoint("running"), FakeClock(), type(problem).__name__
    exc: BaseException | None = None
    try:
        with _manager(answer, ep, clock):
            raise problem
    except BaseException as caught:
        exc = caught
    if isinstance(exc, Mistake):
        raise exc
    if not ep.paused:
        raise Mistake("pauses-only-on-success", did=f"a {name} inside the block", expected="the endpoint is paused",
                      got="pause() was not called", then="The pause has to happen whatever the block does.")
    if exc is not problem:
        raise Mistake("hides-errors", did=f"a {name} inside the block", expected=f"the {name} comes out",
                      got="no exception" if exc is None else type(exc).__name__, then="Pause, and let the error pass.")
