"""`connect()`: picks the mode, starts or finds the practice server, installs the HTTP hook, and says in one line what is on.

The module is not called `connect` because a submodule of that name would hide the function `helpers.connect`.
"""
from __future__ import annotations

import atexit
import contextlib
import os
from collections.abc import Callable
from typing import Any

from . import _cells, _door, transport
from ._secrets import Token, mask_logs
from ._whole import uninterrupted
from .budget import Budget
from .catalog import Models, models
from .errors import CourseError
from .hook import PRACTICE_TOKEN, Hook
from .ledger import Ledger

ROUTER_URL = "https://router.huggingface.co/v1"
TOKEN_PAGE = "https://huggingface.co/settings/tokens"

_current: Course | None = None


class Course:
    """One connection of the course: what the lessons call `course`. Made by `connect()`, also works as a context manager.

    Attributes: `mode` ("practice" or "live"), `token` for the SDKs, `router_url` for `OpenAI(base_url=...)` (ends in /v1), `models`
    (role -> model id), `ledger` (one record per request), `server` (practice mode: the switches of the practice server),
    `budget` (live mode).
    """

    def __init__(self, mode: str, *, token: str, router_url: str, hook: Hook, server: Any = None, running: Any = None) -> None:
        self.mode, self.token, self.router_url = mode, token, router_url
        self.models: Models = models(mode)
        self.ledger, self.budget, self.server = hook.ledger, hook.budget, server
        self.closed = False
        self._hook, self._running, self._clients = hook, running, []
        self._undo: list[Callable[[], None]] = []  # what practice mode changed in this process

    def http_client(self) -> Any:
        """An HTTP client for `OpenAI(http_client=...)`: recorded, paced, within the budget, routed in practice mode."""
        return self._kept(transport.http_client(self._hook))

    def async_http_client(self) -> Any:
        """As `http_client`, for `AsyncOpenAI(http_client=...)`."""
        return transport.async_http_client(self._hook)

    def share_progress(self) -> None:
        """Show the instructor of the class which exercises you passed: ids and states are sent, no answers, now and only now."""
        from .checks import state
        from .remote import share
        if self.server is None or self._running is not None:
            raise CourseError("There is no class to share with.",
                              'Join one: connect("http://host:port", join_code="...", name="...").')
        known = {id: entry["state"] for id, entry in state.load().items() if "state" in entry}
        share(self.server, known)
        print(f"Shared with the class: {sum(found == 'passed' for found in known.values())} exercises passed.")

    def close(self) -> None:
        """Stop the practice server, give the SDK its own HTTP clients back, free what was opened. Twice does no harm."""
        global _current
        if self.closed:
            return
        self.closed = True
        for client in self._clients:
            client.close()
        transport.uninstall_hub()
        while self._undo:
            self._undo.pop()()
        _forget_hub_answers()
        if self._running is not None:
            self._running.stop()
        if _current is self:
            _current = None

    def _kept(self, client: Any) -> Any:
        self._clients.append(client)
        return client

    def __enter__(self) -> Course:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def __repr__(self) -> str:
        state = ", closed" if self.closed else f", {self.budget}" if self.budget else ""
        return f"Course(mode={self.mode!r}, token='hf_...'{state})"


def connect(mode: str = "practice", *, max_calls: int = 50, max_usd: float = 0.05, name: str | None = None,
            join_code: str | None = None) -> Course:
    """Connect this kernel: to the course's own tiny models (default), to the real service, or to a class's practice server.

    Args:
        mode: "practice", "live", or the URL of a practice server that runs for a class (`http://host:port`).
        max_calls, max_usd: live mode only; the budget that no call may pass.
        name, join_code: class server only; how the instructor sees you, and the code that is on the board.

    A second call replaces the first connection. Raises CourseError, in one sentence, when the mode does not exist, the token
    is missing or malformed, or the class server does not answer.
    """
    if mode not in ("practice", "live") and not mode.startswith(("http://", "https://")):
        raise CourseError(f"There is no mode {mode!r}.", 'Use connect(), connect("live") or connect("http://host:port").')
    if _current is not None:
        _current.close()
    # Stop in the middle would leave a server that nobody knows; what waits for other machines can be stopped.
    with uninterrupted() if mode == "practice" else contextlib.nullcontext():
        course = _connected(mode, max_calls, max_usd, name, join_code)
    print(_banner(course))
    return course


def _connected(mode: str, max_calls: int, max_usd: float, name: str | None, join_code: str | None) -> Course:
    global _current
    if mode == "live":
        course = _live(Budget(max_calls, max_usd))
    elif mode == "practice":
        course = _practice()
    else:
        course = _class_server(mode.rstrip("/"), name, join_code)
    _forget_hub_answers()
    if course.mode == "practice":
        course._undo += [_quiet_hub(), _door.shut()]
    transport.install_hub(course._hook)
    _cells.follow_mode(course.mode)
    _cells.mask_tracebacks()
    mask_logs()
    _current = course
    return course


def _practice() -> Course:
    from . import practice
    running = practice.start()
    return _with_server(running.url, f"{PRACTICE_TOKEN}_token", running)


def _class_server(url: str, name: str | None, join_code: str | None) -> Course:
    from .remote import join
    return _with_server(url, join(url, name=name, code=join_code))


def _with_server(url: str, token: str, running: Any = None) -> Course:
    from .remote import Server
    return Course("practice", token=token, router_url=f"{url}/v1", hook=Hook(Ledger(), practice_url=url, practice_token=token),
                  server=Server(url, token), running=running)


def _live(budget: Budget) -> Course:
    token = _learners_token()
    return Course("live", token=token, router_url=ROUTER_URL, hook=Hook(Ledger(), budget=budget))


def _learners_token() -> str:
    """The token from the environment, the saved login or Colab's secrets; raises CourseError without one."""
    from huggingface_hub import get_token
    token = os.environ.get("HF_TOKEN") or get_token()
    if not token:
        raise CourseError("Live mode found no token in HF_TOKEN, in a saved login or in Colab's secrets.",
                          f'Make one at {TOKEN_PAGE} with "Make calls to Inference Providers", or use connect().')
    if not token.startswith("hf_") or not token.isascii() or any(c.isspace() for c in token) or len(token) < 8:
        raise CourseError("HF_TOKEN does not look like a Hugging Face token: those start with hf_ and hold no spaces or quotes.",
                          f"Copy it again from {TOKEN_PAGE}.")
    return Token(token)


def _banner(course: Course) -> str:
    if course.mode == "live":
        return (f"Live mode: real models through router.huggingface.co. Budget: {course.budget.max_calls} calls, "
                f"US${course.budget.max_usd}. An OpenAI client without http_client=course.http_client() is not counted or stopped.")
    where = "on this machine" if course._running else f"on the class server {course.server.url}"
    return f"Practice mode: the course's own tiny models, {where}. No token, no network, no cost."


def _quiet_hub() -> Callable[[], None]:
    """Keep huggingface_hub from reading the learner's token and from side calls; returns what undoes it."""
    from huggingface_hub import constants
    names = ("HF_HUB_DISABLE_IMPLICIT_TOKEN", "HF_HUB_DISABLE_TELEMETRY")
    before = {name: getattr(constants, name) for name in names}
    for name in names:
        setattr(constants, name, True)
    return lambda: [setattr(constants, name, value) for name, value in before.items()] and None


def _forget_hub_answers() -> None:
    """Clear what huggingface_hub remembers about models, so that one mode never answers for another."""
    from huggingface_hub.inference._providers import _common, hf_inference
    for module, name in ((_common, "_fetch_inference_provider_mapping"), (hf_inference, "_check_supported_task"),
                         (hf_inference, "_fetch_recommended_models")):
        forget = getattr(getattr(module, name, None), "cache_clear", None)  # private, so it may be gone some day
        if forget:
            forget()


@atexit.register
def _close_at_exit() -> None:
    if _current is not None:
        _current.close()
