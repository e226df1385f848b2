"""The ways to finish N calls under a rate limit that benchmarks/retry.py compares: ours, the page's, libraries', openai's.

Each is `strategy(url, calls, workers) -> Run`. Imports of what is compared happen inside, before the clock starts.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

ATTEMPTS, LIMIT_S, TIMEOUT_S = 8, 60.0, 10.0
MESSAGES = [{"role": "user", "content": "Say hello."}]
GIVE_UP_S = 150.0  # a strategy that has not finished by then takes no further calls
OURS_IN_FULL = "ours, limiter and ledger"


@dataclass
class Run:
    """What the caller saw: seconds for all calls, seconds of each call, failures by class, calls finished per worker."""

    wall_s: float = 0.0
    ok: int = 0
    latencies_s: list[float] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)
    per_worker: Counter[int] = field(default_factory=Counter)
    summary: str = ""


def hub_call(url: str) -> Callable[[], Any]:
    """One chat call with InferenceClient."""
    from huggingface_hub import InferenceClient
    client = InferenceClient(base_url=url, api_key="none", timeout=TIMEOUT_S)
    return lambda: client.chat_completion(MESSAGES, max_tokens=5)


def openai_call(url: str, retries: int, **settings: Any) -> Callable[[], Any]:
    """One chat call with openai's client."""
    from openai import OpenAI
    client = OpenAI(base_url=f"{url}/v1", api_key="none", timeout=TIMEOUT_S, max_retries=retries, **settings)
    return lambda: client.chat.completions.create(model="m", messages=MESSAGES, max_tokens=5)


def in_threads(call: Callable[[], Any], calls: int, workers: int) -> Run:
    """`workers` threads take calls from one queue; none is begun after GIVE_UP_S."""
    run, todo, lock = Run(), queue.SimpleQueue(), threading.Lock()
    for number in range(calls):
        todo.put(number)
    began = time.monotonic()

    def work(worker: int) -> None:
        while time.monotonic() - began < GIVE_UP_S:
            try:
                todo.get_nowait()
            except queue.Empty:
                return
            started, failure = time.monotonic(), None
            try:
                call()
            except Exception as exc:
                response = getattr(exc, "response", None)
                failure = f"HTTP {response.status_code}" if response is not None else type(exc).__name__
            with lock:
                run.latencies_s.append(time.monotonic() - started)
                run.per_worker[worker] += failure is None
                run.ok += failure is None
                if failure:
                    run.failures[failure] += 1

    threads = [threading.Thread(target=work, args=(number,), daemon=True) for number in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    run.wall_s = time.monotonic() - began
    return run


# -- ours ----------------------------------------------------------------------------------------------------------------
def ours_hub(url: str, calls: int, workers: int) -> Run:
    from helpers import transport
    from helpers.batch import map_calls
    from helpers.hook import Hook
    from helpers.ledger import Ledger
    transport.install_hub(Hook(Ledger()))
    call = hub_call(url)
    return _as_run(lambda: map_calls(lambda _: call(), range(calls), concurrency=workers, progress=False))


def ours_openai(url: str, calls: int, workers: int) -> Run:
    from helpers import transport
    from helpers.batch import map_calls
    from helpers.hook import Hook
    from helpers.ledger import Ledger
    call = openai_call(url, 0, http_client=transport.http_client(Hook(Ledger())))
    return _as_run(lambda: map_calls(lambda _: call(), range(calls), concurrency=workers, progress=False))


def ours_bare(url: str, calls: int, workers: int) -> Run:
    """Without the transport: the limiter learns from exceptions only."""
    from helpers.batch import map_calls
    call = hub_call(url)
    return _as_run(lambda: map_calls(lambda _: call(), range(calls), concurrency=workers, progress=False))


def ours_async(url: str, calls: int, workers: int) -> Run:
    from huggingface_hub import AsyncInferenceClient

    from helpers import transport
    from helpers.batch import amap_calls
    from helpers.hook import Hook
    from helpers.ledger import Ledger
    transport.install_hub(Hook(Ledger()))

    async def main() -> Any:
        async with AsyncInferenceClient(base_url=url, api_key="none", timeout=TIMEOUT_S) as client:
            async def call(_: int) -> Any:
                return await client.chat_completion(MESSAGES, max_tokens=5)
            return await amap_calls(call, range(calls), concurrency=workers, progress=False)

    return _as_run(lambda: asyncio.run(main()))


def _as_run(work: Callable[[], Any]) -> Run:
    began = time.monotonic()
    result = work()
    run = Run(wall_s=time.monotonic() - began, summary=result.summary())
    first: dict[int, float] = {}
    last: dict[int, Any] = {}
    for attempt in result.ledger:
        first.setdefault(attempt.call, attempt.started_s - attempt.paced_s)
        last[attempt.call] = attempt
    run.latencies_s = [attempt.ended_s - first[call] for call, attempt in last.items()]
    run.per_worker = Counter(attempt.worker for attempt in last.values() if attempt.kind == "ok")
    run.ok = len(result.values) - len(result.errors)
    run.failures = Counter(type(error).__name__ for error in result.errors.values())
    return run


# -- the page the course grew from ------------------------------------------------------------------------------------------
def page(url: str, calls: int, workers: int) -> Run:
    call = hub_call(url)
    return in_threads(lambda: page_retry(call), calls, workers)


def page_retry(call: Callable[[], Any], tries: int = 3) -> Any:
    """The rule of the page's `call_with_retry`, rebuilt: the text of the error decides, and each refusal has its fixed sleep."""
    from huggingface_hub.utils import HfHubHTTPError
    for turn in range(tries):
        try:
            return call()
        except HfHubHTTPError as exc:
            pause = page_pause(str(exc).lower(), turn)
            if pause is None:
                raise
        time.sleep(pause)  # after the last try as well
    raise RuntimeError(f"No success in {tries} tries.")


def page_pause(text: str, turn: int) -> float | None:
    """Seconds that the page sleeps after an error with this text; None: it does not repeat."""
    if "429" in text or "rate limit" in text:
        return 2.0**turn
    return 20.0 if "503" in text or "loading" in text else None


# -- libraries ---------------------------------------------------------------------------------------------------------------
def tenacity_jitter(url: str, calls: int, workers: int) -> Run:
    return _tenacity(url, calls, workers, hint=False, jitter=True)


def tenacity_hint(url: str, calls: int, workers: int) -> Run:
    return _tenacity(url, calls, workers, hint=True, jitter=False)


def tenacity_both(url: str, calls: int, workers: int) -> Run:
    return _tenacity(url, calls, workers, hint=True, jitter=True)


def _tenacity(url: str, calls: int, workers: int, *, hint: bool, jitter: bool) -> Run:
    import tenacity
    call = hub_call(url)
    random_wait = tenacity.wait_random_exponential(multiplier=0.5, max=20)

    def wait(state: Any) -> float:
        asked = server_hint(state.outcome.exception()) if hint else None
        return random_wait(state) if asked is None else asked + (random_wait(state) if jitter else 0.0)

    loop = tenacity.Retrying(stop=tenacity.stop_after_attempt(ATTEMPTS) | tenacity.stop_before_delay(LIMIT_S), wait=wait,
                             retry=tenacity.retry_if_exception(worth_repeating), reraise=True)
    return in_threads(lambda: loop.copy()(call), calls, workers)


def stamina_default(url: str, calls: int, workers: int) -> Run:
    import stamina
    call = hub_call(url)
    stamina.instrumentation.set_on_retry_hooks([])
    caller = stamina.RetryingCaller(attempts=ATTEMPTS, timeout=LIMIT_S).on(worth_repeating)
    return in_threads(lambda: caller(call), calls, workers)


def openai_2(url: str, calls: int, workers: int) -> Run:
    return in_threads(openai_call(url, 2), calls, workers)


def openai_8(url: str, calls: int, workers: int) -> Run:
    return in_threads(openai_call(url, 8), calls, workers)


def worth_repeating(exc: BaseException) -> bool:
    """The statuses and transport errors that a careful user of a retry library lists."""
    response = getattr(exc, "response", None)
    if response is not None:
        return response.status_code in (408, 409, 425, 429, 500, 502, 503, 504)
    names = {cls.__name__ for cls in type(exc).__mro__}
    return bool(names & {"TransportError", "TimeoutError"})


def server_hint(exc: BaseException) -> float | None:
    """Retry-After in seconds, or `estimated_time` of a cold start."""
    response = getattr(exc, "response", None)
    if response is None:
        return None
    if "retry-after" in response.headers:
        return float(response.headers["retry-after"])
    try:
        return float(response.json()["estimated_time"])
    except (ValueError, KeyError, TypeError):
        return None


STRATEGIES: dict[str, tuple[str, Callable[[str, int, int], Run]]] = {
    "ours-hub": ("ours, InferenceClient", ours_hub),
    "ours-openai": ("ours, openai client", ours_openai),
    "ours-async": ("ours, AsyncInferenceClient", ours_async),
    "ours-bare": ("ours, without the transport", ours_bare),
    "page": ("the page's call_with_retry", page),
    "tenacity-jitter": ("tenacity, full jitter", tenacity_jitter),
    "tenacity-hint": ("tenacity, Retry-After", tenacity_hint),
    "tenacity-both": ("tenacity, Retry-After + full jitter", tenacity_both),
    "stamina": ("stamina, its defaults", stamina_default),
    "openai-2": ("openai client, max_retries=2", openai_2),
    "openai-8": ("openai client, max_retries=8", openai_8),
}


# -- overhead ----------------------------------------------------------------------------------------------------------------
def overheads(repeats: int = 1000, rounds: int = 40) -> dict[str, float]:
    """Microseconds that each way adds to a call that succeeds at once; best of `rounds` in turn (the machine may be busy)."""
    import stamina
    import tenacity

    from helpers import Ledger, RateLimiter, RetryPolicy, call_with_retry
    policy, limiter, log = RetryPolicy(), RateLimiter(), Ledger()
    loop = tenacity.Retrying(reraise=True)
    caller = stamina.RetryingCaller().on(OSError)

    def answer() -> int:
        return 1

    ways: dict[str, Callable[[], Any]] = {
        "plain call": answer,
        "tenacity, Retrying": lambda: loop(answer),
        "stamina, RetryingCaller": lambda: caller(answer),
        "ours, neither limiter nor ledger": lambda: call_with_retry(answer, policy=policy),
        "ours, not even a policy": lambda: call_with_retry(answer),
        "ours, limiter": lambda: call_with_retry(answer, policy=policy, limiter=limiter),
        "ours, ledger": lambda: call_with_retry(answer, policy=policy, log=log),
        OURS_IN_FULL: lambda: call_with_retry(answer, policy=policy, limiter=limiter, log=log),
    }
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(rounds):
        for name, way in ways.items():
            best[name] = min(best[name], _per_call(way, repeats) * 1e6)
    return best


def _per_call(way: Callable[[], Any], repeats: int) -> float:
    began = time.perf_counter()
    for _ in range(repeats):
        way()
    return (time.perf_counter() - began) / repeats
