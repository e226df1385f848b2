"""The switches of a practice server, turned from a notebook: `course.server`.

Everything goes over HTTP with the caller's own token, so one learner never turns another's switches. Times are
seconds on the server's clock of this caller, which `clock()` makes run faster or stand still.
"""

from __future__ import annotations

import contextlib
import secrets
import time
from dataclasses import asdict, dataclass, field
from typing import Any

from ._control import Control


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong, for `Server.faults`.

    Attributes:
        status: the HTTP status of kind "status".
        body: the body of an error: a message, or an object that is sent as it is.
        headers: extra response headers, such as `{"Retry-After": "2"}`.
        delay: seconds to wait first; for kind "drip" between two bytes (then 1 unless set).
        kind: "status", "delay", "reset" (before the headers), "reset_after_headers", "cut" (a stream ends
            cleanly, without [DONE]), "cut_dirty" (the connection closes inside a chunk), "malformed_json",
            "truncated" (fewer bytes than promised), "wrong_content_type" (an HTML page), "stream_error" (an
            error event), "silence" (never answered), "stall" (begun, never finished), "endless", "drip" (a byte at a time).
        after: how many tokens a stream sends first.
        times: how many calls in a row it hits.
    """

    status: int = 503
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    kind: str = "status"
    after: int = 3
    times: int = 1


class Server:
    """A practice server as seen by one caller.

    Args:
        url: its base URL, such as `http://127.0.0.1:8900`.
        token: the caller's practice token; it names whose switches are turned.

    Every method raises ValueError, in one sentence, when the server does not accept what it is told.
    """

    def __init__(self, url: str, token: str) -> None:
        self.url = url.rstrip("/")
        self._control = Control(self.url, token)
        self._calibration: tuple[float, float, float] | None = None  # (server time, monotonic time, speed)

    def limit(
        self,
        rate: float | None = None,
        burst: float | None = None,
        *,
        window: tuple[int, float] | None = None,
        headers: str = "both",
        failed_calls_count: bool = False,
        model: str | None = None,
    ) -> None:
        """Limit this caller's calls; without `rate` and `window` the limit is removed.

        Args:
            rate: calls per second of a token bucket.
            burst: calls at once (default: one second's worth, at least 1).
            window: (calls, seconds) of a fixed window instead of a bucket.
            headers: what responses tell: "both" (`Retry-After` on 429, `RateLimit` and `RateLimit-Policy` on all),
                "retry-after", "ratelimit", "x-ratelimit" or "none".
            failed_calls_count: whether refused calls use up the limit too.
            model: only calls to this model (default: all).
        """
        self._turn(
            "limit",
            rate=rate,
            burst=burst,
            window=list(window) if window else None,
            headers=headers,
            failed_calls_count=failed_calls_count,
            model=model,
        )

    def faults(
        self,
        *scripted: Fault | str | dict,
        rate: float | None = None,
        seed: int | None = None,
        every: int | None = None,
        model: str | None = None,
    ) -> None:
        """Script what goes wrong; replaces what was scripted before, and without arguments clears it.

        Args:
            scripted: a `Fault` for each coming call, in order, or a short form: "503", "429:2" (with Retry-After),
                "reset", "cut:5" (after 5 tokens), "delay:0.5", each with "*3" for three calls in a row.
            rate: instead, the share of calls that are hit, drawn with a seeded generator (0 to 1).
            seed: of that generator (default 0).
            every: instead, every n-th call.
            model: only calls to this model (default: all).
        """
        told = [asdict(fault) if isinstance(fault, Fault) else fault for fault in scripted]
        self._turn("faults", scripted=told, rate=rate, seed=seed, every=every, model=model)

    def cold_start(
        self, model: str, seconds: float, *, estimated_time: bool = True, idle: float | None = None
    ) -> None:
        """Let `model` load for `seconds` from its first call on (503 until then); 0 makes it warm.

        Args:
            estimated_time: whether the 503 says how many seconds are left.
            idle: after that many seconds without a call the model is cold again (default: never).
        """
        self._turn("cold_start", model=model, seconds=seconds, estimated_time=estimated_time, idle=idle)

    def pace(
        self,
        tokens_per_s: float | None = None,
        prompt_s_per_token: float | None = None,
        stall: tuple[int, float] | None = None,
    ) -> None:
        """Make the models as slow as large ones; without arguments as fast as they can.

        Args:
            tokens_per_s: generated tokens per second.
            prompt_s_per_token: seconds to read one token of the prompt, before the first one is generated.
            stall: (tokens, seconds): after that many tokens nothing comes for that long.
        """
        self._turn(
            "pace",
            tokens_per_s=tokens_per_s,
            prompt_s_per_token=prompt_s_per_token,
            stall=list(stall) if stall else None,
        )

    def clock(self, speed: float = 1.0) -> None:
        """Let the server's clock run `speed` times real time. 0 stops it: then only `advance` and `sleep` move it."""
        self._turn("clock", speed=speed)

    def advance(self, seconds: float) -> float:
        """Move the server's clock ahead by `seconds`; returns the new time."""
        return self._turn("advance", seconds=seconds)["now"]

    def now(self) -> float:
        """Seconds on the server's clock: pass it as `RetryPolicy(clock=course.server.now)`."""
        base, at, speed = self._calibration or self._calibrate()
        if speed == 0:  # the server's own waits move a stopped clock
            base, at, speed = self._calibrate()
        return base + (time.monotonic() - at) * speed

    def sleep(self, seconds: float) -> None:
        """Sleep `seconds` of the server's clock: pass it as `RetryPolicy(sleep=course.server.sleep)`."""
        speed = (self._calibration or self._calibrate())[2]
        if speed == 0:
            self.advance(max(0.0, seconds))
        else:
            time.sleep(max(0.0, seconds) / speed)

    def credit(self, dollars: float | None) -> None:
        """Give this caller a credit in US$, spent at practice prices; calls get 402 when it is gone. None: no bill."""
        self._turn("credit", dollars=dollars)

    def endpoints(
        self,
        *,
        pending: float | None = None,
        initializing: float | None = None,
        fail: str | None = None,
        quota: int | None = None,
    ) -> None:
        """Set how dedicated endpoints behave.

        Args:
            pending: seconds until a machine is found (20 at first).
            initializing: seconds until the model is loaded (100 at first).
            fail: the reason why the next endpoint that is created or updated fails (default: it does not).
            quota: accelerators of one kind that may be used at once (8 at first).
        """
        self._turn("endpoints", pending=pending, initializing=initializing, fail=fail, quota=quota)

    @property
    def log(self) -> list[dict[str, Any]]:
        """This caller's last 1000 requests, oldest first, access tokens masked.

        Keys: n, time_s, method, host, path, model, task, status (None: no answer), tokens_in, tokens_out, fault,
        headers, body (the JSON the client sent), response_headers, duration_s. Times are on the server's clock.
        """
        return self._control.ask("GET", "/practice/log")["records"]

    def clear_log(self) -> None:
        """Forget the requests so far; the next one is number 1."""
        self._control.ask("DELETE", "/practice/log")

    def reset(self) -> None:
        """Everything of this caller back to its default: limits, faults, clock, credit, endpoints, log, seeds."""
        self._turn("reset")

    @property
    def state(self) -> dict[str, Any]:
        """Everything that is switched on, as a dict."""
        return self._control.ask("GET", "/practice/state")

    def close(self) -> None:
        """Close the connection; the next call opens a new one."""
        self._control.close()

    def __repr__(self) -> str:
        try:
            state = self.state
        except ValueError:
            return f"Server({self.url!r}, no answer)"
        switches = ("limits", "faults", "cold_starts", "endpoints")
        parts = [f"{name}={state[name]}" for name in switches if state[name]]
        parts += [f"speed={state['speed']:g}"] if state["speed"] != 1 else []
        parts += [f"credit=US${state['credit']:.6f}"] if state["credit"] is not None else []
        parts += [f"pace={state['pace']}"] if any(state["pace"].values()) else []
        parts += [f"requests={state['requests']}"]
        return f"Server({', '.join([repr(self.url), *parts])})"

    def _turn(self, switch: str, **settings: Any) -> dict[str, Any]:
        told = {name: value for name, value in settings.items() if value is not None}
        state = self._control.ask("POST", f"/practice/{switch}", told)
        self._calibration = (state["now"], time.monotonic(), state["speed"])
        return state

    def _calibrate(self) -> tuple[float, float, float]:
        state = self.state
        self._calibration = (state["now"], time.monotonic(), state["speed"])
        return self._calibration


def join(url: str, *, name: str | None = None, code: str | None = None) -> str:
    """The practice token of a new caller at the class server `url`.

    Args:
        name: how the instructor sees you.
        code: the join code that is on the board, if the server wants one.

    Raises CourseError when no practice server answers there, the code is wrong, or too many wrong codes came from here.
    """
    from .errors import CourseError

    own = f"hf_practice_{secrets.token_hex(12)}"
    try:
        with contextlib.closing(Control(url, own)) as control:
            status, answer = control.exchange("POST", "/practice/join", {"code": code or "", "name": name or ""})
            if status == 404:  # a practice server that is not for a class takes any practice token
                control.ask("GET", "/practice/state")
                return own
            if status == 200 and str(answer["token"]).startswith("hf_practice"):
                return answer["token"]
    except (ValueError, TypeError, KeyError):  # TypeError: an address without a host; KeyError: some other server
        status = 0
    what, step = _REFUSALS.get(status, (f"No practice server lets you in at {url}.", "Check the address with whoever runs it."))
    raise CourseError(what, step)


_REFUSALS = {
    403: ("The join code is wrong.", 'Read it from the board again: connect("http://host:port", join_code="...", name="...").'),
    429: ("Too many wrong join codes came from your address.", "Wait a minute, then run connect() again with the right one."),
}


def share(server: Server, exercises: dict[str, str]) -> None:
    """Tell the class server how exercises stand: ids and states, nothing else. Raises CourseError when it is no class server."""
    from .errors import CourseError

    try:
        server._control.ask("POST", "/practice/progress", {"exercises": exercises})
    except ValueError as problem:
        raise CourseError("Your progress could not be shared.", str(problem)) from None
