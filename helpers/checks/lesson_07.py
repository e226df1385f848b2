"""Checks of lesson 07: what may be repeated, how long to wait. Time is ours: nothing waits."""
from __future__ import annotations

import contextlib
import json
import numbers
import os
import random
import time
from collections.abc import Iterator
from email.utils import formatdate
from typing import Any

from .core import exercise
from .outcome import Mistake
from .tools import is_number, need_type, need_value, no_real_sleep, short

YES, NO = (408, 429, 500, 502, 503, 504), (400, 401, 402, 403, 404, 409, 410, 413, 422, 501, 505)


def http_error(status: int, text: str | None = None) -> Exception:
    """A real HfHubHTTPError whose text holds other numbers, as request ids do, unless it is given."""
    from huggingface_hub.errors import HfHubHTTPError

    from ..transport import hub_http
    http = hub_http()
    response = http.Response(status, request=http.Request("POST", "https://router.huggingface.co/v1"), json={"error": "x"})
    misleading = 429 if status in NO else 404
    text = text or f"Client error (Request ID: Root=1-{misleading}-503-401)"
    return HfHubHTTPError(text, response=response)


def openai_error(status: int) -> Exception:
    """A real error of the openai package."""
    import openai

    from ..transport import openai_http
    http = openai_http()
    response = http.Response(status, request=http.Request("POST", "https://router.huggingface.co/v1"))
    return openai.APIStatusError("x", response=response, body=None)


def network_errors() -> list[Exception]:
    """Timeouts and broken connections, as both SDKs raise them."""
    import openai
    from huggingface_hub.errors import InferenceTimeoutError

    from ..transport import hub_http, openai_http
    http, request = hub_http(), openai_http().Request("POST", "https://router.huggingface.co/v1")
    return [http.ReadTimeout("slow"), http.ConnectError("refused"), http.RemoteProtocolError("cut"), TimeoutError("slow"),
            ConnectionResetError("cut"), http.ConnectTimeout("slow"), http.ReadError("cut"), InferenceTimeoutError("slow"),
            openai.APITimeoutError(request=request), openai.APIConnectionError(request=request)]


@exercise("07.1", takes="exc", insight="status and type decide, never the text: request ids are full of numbers.",
          needs=("openai", "huggingface_hub.errors"))
def is_retryable(answer: Any) -> None:
    """Real exceptions of both SDKs with misleading texts, network errors, and mistakes in the code."""
    for status in NO:
        _decides(answer, http_error(status, "refused"), False, f"a {status} of huggingface_hub", status)
    for make in (http_error, openai_error):
        for status in (*YES, *NO):
            _decides(
                answer,
                make(status),
                status in YES,
                f"a {status} of {'huggingface_hub' if make is http_error else 'openai'}",
                status,
                "whose text mentions other numbers" if make is http_error and status in NO else "",
            )
    for exc in network_errors():
        _decides(answer, exc, True, f"a {type(exc).__name__} without a response", None)
    for exc in (ValueError("429 bottles"), KeyError("503"), json.JSONDecodeError("x", "429", 0), FileNotFoundError("503.json"),
                RuntimeError("Connection timeout: too many requests")):
        _decides(answer, exc, False, f"a {type(exc).__name__}, which is no failed call", None)


def _decides(answer: Any, exc: Exception, wanted: bool, what: str, status: int | None, text: str = "") -> None:
    did = f"is_retryable of {what} {text}".strip()
    try:
        got = answer(exc)
    except AttributeError as problem:
        raise Mistake("needs-response", did=did, expected=str(wanted), got=f"AttributeError: {short(str(problem), 50)}",
                      then="Not every exception has a response. Look with getattr.") from None
    need_type(got, bool, did, "bool")
    if got == wanted:
        return
    if status == 402:
        mistake, then = "quota-repeated", "402 is about money: a repeat costs time and changes nothing."
    elif status is None and wanted:
        mistake, then = ("timeout-refused" if "imeout" in what else "network-refused"), "It may well work the next time."
    elif status is None:
        mistake, then = (
            "text-or-anything",
            "This is a mistake in the code or the files, whatever its text says. The type decides.",
        )
    elif wanted:
        mistake, then = f"refuses-{status}", "This status goes away by itself. The card has the list."
    elif text:
        mistake, then = "reads-text", "Decide by the status of the response, not by its text."
    else:
        mistake, then = f"repeats-{status}", "This status stays what it is, however often you ask. The card has the list."
    raise Mistake(mistake, did=did, expected=str(wanted), got=str(got), then=then)


class Rng(random.Random):
    """Remembers what was asked of it; gives the share `at` of each range."""

    def __init__(self, at: float) -> None:
        super().__init__(7)
        self.at, self.asked = at, []

    def uniform(self, a: float, b: float) -> float:
        self.asked.append((a, b))
        return a + (b - a) * self.at

    def random(self) -> float:
        self.asked.append((0.0, 1.0))
        return self.at


@exercise("07.2", takes="attempt, *, base=1, cap=30, rng, retry_after=None",
          insight="listen first, then add the random part; the cap limits your jitter, not the server's wish.")
def backoff_delay(answer: Any) -> None:
    """The range at its ends, the cap, the defaults, hints as number, text and date, and hints that are none."""
    for attempt, base, cap, top in [
        (0, 1, 30, 1),
        (3, 1, 30, 8),
        (9, 1, 30, 30),
        (2, 0.5, 30, 2),
        (60, 1, 30, 30),
        (3, 2, 9, 9),
        (2, 3, 99, 12),
    ]:
        _between(answer, top, None, attempt, {"base": base, "cap": cap})
    for attempt, top in ((0, 1), (4, 16), (7, 30)):
        _between(answer, top, None, attempt, {})
    for hint_value, seconds in [("7", 7.0), (7, 7.0), ("0.5", 0.5), ("120", 120.0), (45.0, 45.0), ("0", 0.0)]:
        _between(answer, 2, hint_value, 1, {"base": 1, "cap": 30}, seconds)
    _between(answer, 2, "40", 5, {"base": 1, "cap": 2}, 40.0)
    for garbage in ("soon", "-5", -3, "", formatdate(time.time() - 90, usegmt=True), "nan", "inf"):
        _between(answer, 1, garbage, 0, {"base": 1, "cap": 30})
    _date(answer, None, "date-ignored", "Retry-After may be an HTTP date. email.utils can read it.")
    _date(answer, "JST-9", "local-time", "The date is in GMT. Compare it with a time that knows its zone.")


def _date(answer: Any, zone: str | None, mistake: str, then: str) -> None:
    """A date 100 s from now, perhaps on a machine in another time zone."""
    with _time_zone(zone):
        for at, low, high in ((0.0, 97, 101), (1.0, 101, 105)):
            date = formatdate(int(time.time()) + 100, usegmt=True)
            did = f"retry_after=<a date 100 s from now>, attempt=2{', on a machine in Tokyo' if zone else ''}"
            got = answer(2, rng=Rng(at), retry_after=date)
            need_value(got, did, "a number of seconds")
            if not is_number(got) or not low <= got <= high:
                if at and is_number(got) and low - 5 <= got <= low:
                    mistake, then = (
                        "no-jitter-on-hint",
                        "Add the random part to a date as well, or all clients come back together.",
                    )
                raise Mistake(mistake, did=did, expected=f"about {low + 3} s, with an rng at its {'top' if at else 'bottom'}",
                              got=f"{got:.1f} s" if is_number(got) else short(got), then=then)


@contextlib.contextmanager
def _time_zone(name: str | None) -> Iterator[None]:
    """Another time zone, where the platform can set one."""
    before = os.environ.get("TZ")
    try:
        if name and hasattr(time, "tzset"):
            os.environ["TZ"] = name
            time.tzset()
        yield
    finally:
        if name and hasattr(time, "tzset"):
            os.environ.pop("TZ", None)
            os.environ.update({"TZ": before} if before is not None else {})
            time.tzset()


def _between(answer: Any, top: float, hint_value: Any, attempt: int, limits: dict, hint_s: float = 0.0) -> None:
    words = [str(attempt), *(f"{name}={value}" for name, value in limits.items())]
    words += [f"retry_after={short(hint_value, 32)}"] if hint_value is not None else []
    did, ends, hint = f"backoff_delay({', '.join(words)})", [], {} if hint_value is None else {"retry_after": hint_value}
    for at in (0.0, 1.0):
        rng = Rng(at)
        try:
            with no_real_sleep(did):
                ends.append(answer(attempt, **limits, rng=rng, **hint))
        except (TypeError, ValueError, OverflowError) as problem:
            raise Mistake("crashes-on-hint", did=did, expected="a number of seconds",
                          got=f"{type(problem).__name__}: {short(str(problem), 50)}",
                          then="A hint may be text, a number, a date or nonsense; without one it is None.") from None
        need_value(ends[-1], did, "a number of seconds")
        if not isinstance(ends[-1], numbers.Real):
            raise Mistake("wrong-type", did=did, expected="a number of seconds", got=short(ends[-1]),
                          then="Return the seconds alone.")
        if not rng.asked:
            raise Mistake("jitter-not-from-rng", did=did, expected="a random part drawn from rng",
                          got=f"{ends[-1]} without asking rng",
                          then="Draw the random part from the generator that is passed; tests can then repeat it.")
    low, high = (round(float(end), 6) for end in ends)
    if (low, high) == (hint_s, hint_s + top):
        return
    base, cap = limits.get("base", 1), limits.get("cap", 30)
    mistake, then = _delay_mistake(low, high, hint_s, top, cap, base, attempt, hint_value)
    raise Mistake(mistake, did=did, expected=f"from {hint_s:g} to {hint_s + top:g} s", got=f"from {low:g} to {high:g} s",
                  then=then)


def _delay_mistake(
    low: float, high: float, hint_s: float, top: float, cap: float, base: float, attempt: int, hint_value: Any
) -> tuple[str, str]:
    if low < 0 or high < 0 or high != high:
        return "bad-hint-used", "A negative or unreadable hint counts as none."
    if hint_value is not None and not hint_s and hint_value != "0":
        return "bad-hint-used", "This hint is none: negative, in the past, or nonsense."
    if hint_s and (low, high) == (0, top):
        return "hint-ignored", "The server said when to come back. Coming earlier is refused again."
    if hint_s > cap and high <= cap:
        return "cap-cuts-hint", "The cap limits your own backoff, not the server's wish."
    if hint_s and low == high == hint_s:
        return "no-jitter-on-hint", "Add the random part to the hint, or all clients come back together."
    if hint_s and high > hint_s + top:
        return "cap-switched-off", "The random part keeps its cap, with a hint as well."
    if hint_s:
        return "hint-not-floor", "The hint is the least, and the random part comes on top."
    if high > cap:
        return "no-cap", "The random part never grows beyond the cap."
    if low == high:
        return "constant", "Full jitter draws from 0 to the top, evenly."
    if low > 0:
        return "not-full-jitter", "Full jitter begins at 0."
    return "wrong-growth", "The top doubles with each attempt, and attempt 0 has the base."
