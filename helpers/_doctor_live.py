"""The live half of `course.py doctor --live`: network, token, permission, credit and every model of the catalogue.

One chat call of at most eight tokens is really made, since only a call tells about credit; for the other models the Hub's
provider mapping is read, which costs nothing and needs no token. Nothing of the token, and no text of an exception, is ever
returned.
"""
from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from . import transport
from ._findings import Finding
from .catalog import Role, roles
from .connection import TOKEN_PAGE, Course, connect
from .errors import CourseError, Verdict, classify
from .hook import Hook
from .ledger import Ledger

RIGHT = "inference.serverless.write"
AGAIN = "mend that, then run: python3 course.py doctor --live"
BILLING_PAGE = "https://huggingface.co/settings/billing"
NO_NETWORK = {"network", "timeout", "offline"}


def live_findings() -> Iterator[Finding]:
    """Findings about live mode, in the order in which they depend on each other.

    Every check has its line: one that cannot be made says which other line must be mended first.
    """
    place = token_place()
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            course = connect("live", max_calls=3, max_usd=0.01)
    except CourseError as problem:
        yield Finding("token", False, problem.what, problem.next_step)
        transport.install_hub(Hook(Ledger()))
        try:
            yield from _without_token("there is no usable token")
        finally:
            transport.uninstall_hub()
        return
    with course:
        yield from _asked(course, place)


def token_place() -> str:
    """Where the token of live mode comes from, in words; asks in the order of `connect("live")`."""
    from huggingface_hub import constants
    if os.environ.get("HF_TOKEN"):
        return "in the environment (HF_TOKEN)"
    if os.environ.get("HF_OIDC_RESOURCE"):
        return "from OIDC (HF_OIDC_RESOURCE)"
    if os.environ.get("HUGGING_FACE_HUB_TOKEN"):
        return "in the environment (HUGGING_FACE_HUB_TOKEN)"
    with contextlib.suppress(OSError, UnicodeDecodeError):
        if Path(constants.HF_TOKEN_PATH).read_text().strip():
            return "in a saved login"
    return "in Colab's secrets"


def _asked(course: Course, place: str) -> Iterator[Finding]:
    user, problem = _try(lambda: _whoami(course.token))
    if problem and problem.kind in NO_NETWORK:
        yield from _no_network()
        yield _not_checked("token", "huggingface.co does not answer", f"found {place}; ")
        yield from (_not_checked(name, "huggingface.co does not answer") for name in ("permission", "credit", *_models()))
        return
    yield Finding("network", True, "huggingface.co answers")
    if problem and problem.kind == "auth":
        yield Finding("token", False, f"found {place}; the Hub does not accept it.", f"make a new one at {TOKEN_PAGE}")
        yield from _without_token("the Hub does not accept the token", network=False)
        return
    yield Finding("token", True, f"found {place}") if not problem else Finding(
        "token", None, f"found {place}; the Hub could not check it ({_short(problem)}).", "try again in a minute")
    chat = roles()["chat"]
    _, refused = _try(lambda: _one_word(course.token, chat))
    if unreachable := bool(refused and refused.kind in NO_NETWORK):
        yield Finding("router", False, f"router.huggingface.co does not answer ({_short(refused)}).",
                      "let the firewall or the proxy pass that address too, or try again in a minute")
    yield permission(user, refused)
    yield credit(refused)
    for name, role in _models().items():
        yield _chat(name, role, refused) if role is chat and not unreachable else model(name, course.token, role)


def _without_token(why: str, *, network: bool = True) -> Iterator[Finding]:
    """What can be told without one: whether the Hub answers (with `network`), and who serves each model."""
    models = _models()
    if network:
        _, problem = _try(lambda: _providers(False, roles()["chat"].live))
        if problem and problem.kind in NO_NETWORK:
            yield from _no_network()
            why, models = f"{why} and no network", {}
        else:
            yield Finding("network", True, "huggingface.co answers")
    yield from (_not_checked(name, why) for name in ("permission", "credit", *({} if models else _models())))
    for name, role in models.items():
        yield model(name, False, role)


def _no_network() -> Iterator[Finding]:
    yield Finding("network", False, "huggingface.co does not answer.", "check the connection, the proxy and HF_HUB_OFFLINE")


def _not_checked(name: str, why: str, before: str = "") -> Finding:
    return Finding(name, None, f"{before}not checked, because {why}.", AGAIN)


def _models() -> dict[str, Role]:
    """Name of a line -> role, one line for each live model of the catalogue."""
    chat = roles()["chat"]
    return {f"model {role.name}": role for role in roles().values() if role is chat or role.live != chat.live}


def permission(user: dict[str, Any] | None, refused: Verdict | None) -> Finding:
    """Whether the token may call Inference Providers: by the call, or else by what the Hub says about a fine-grained token."""
    step = f'make a token with "Make calls to Inference Providers" at {TOKEN_PAGE}'
    if refused and refused.kind in ("permission", "auth"):
        return Finding("permission", False, "this token may not call Inference Providers.", step)
    if refused is None or refused.kind in ("quota", "throttled"):
        return Finding("permission", True, "this token may call Inference Providers")
    granted = _granted(user)
    if granted is False:
        return Finding("permission", False, "this token may not call Inference Providers.", step)
    found = "this token may call Inference Providers" if granted else f"not known ({_short(refused)})."
    return Finding("permission", granted, found, "see the line of the chat model")


def _granted(user: dict[str, Any] | None) -> bool | None:
    """What whoami says about a fine-grained token; None for the other kinds, of which it says nothing."""
    fine = ((user or {}).get("auth") or {}).get("accessToken", {}).get("fineGrained")
    if not isinstance(fine, dict):
        return None
    scoped = [right for scope in fine.get("scoped", []) for right in scope.get("permissions", [])]
    return RIGHT in [*scoped, *fine.get("global", [])]


def credit(refused: Verdict | None) -> Finding:
    """Whether a call was paid for: 402 says no."""
    if refused is None:
        return Finding("credit", True, "a call was accepted")
    if refused.kind == "quota":
        return Finding("credit", False, "your Inference Providers credit is used up.", f"see {BILLING_PAGE}, or use connect()")
    return Finding("credit", None, f"not known, because no call came through ({_short(refused)}).", AGAIN)


def _chat(name: str, role: Role, refused: Verdict | None) -> Finding:
    if refused is None:
        return Finding(name, True, f"{role.live} answered")
    if refused.kind in ("quota", "permission", "auth"):
        return Finding(name, None, f"{role.live}: not checked, because the call was refused ({_short(refused)}).", AGAIN)
    return Finding(name, False, f"{role.live} did not answer ({_short(refused)}).", _instead(role))


def model(name: str, token: str | bool, role: Role) -> Finding:
    """Whether the Hub lists a live provider for the model of one role. token: False to ask without one."""
    providers, problem = _try(lambda: _providers(token, role.live))
    if problem and problem.retryable:  # which is about the Hub, and not about the model
        return Finding(name, None, f"{role.live}: not known, because the Hub gave no answer ({_short(problem)}).",
                       "try again in a minute")
    if problem:
        return Finding(name, False, f"{role.live}: the Hub does not have it ({_short(problem)}).", _instead(role))
    if not ({role.provider} if role.provider != "auto" else set(providers)) & set(providers):
        serving = f"served by {', '.join(providers)} only" if providers else "served by nobody"
        return Finding(name, False, f"{role.live} is {serving}.", _instead(role))
    return Finding(name, True, f"{role.live} is served by {', '.join(providers)}")


def _instead(role: Role) -> str:
    return f"use {role.fallbacks[0]}, and report it" if role.fallbacks else "try again in a minute"


def _try(work: Any) -> tuple[Any, Verdict | None]:
    """(answer, None), or (None, what the exception means)."""
    try:
        return work(), None
    except Exception as problem:
        return None, classify(problem)


def _short(verdict: Verdict) -> str:
    return str(verdict.status or verdict.kind)


def _whoami(token: str) -> dict[str, Any]:
    from huggingface_hub import HfApi
    return HfApi(token=token).whoami()


def _one_word(token: str, role: Role) -> Any:
    from huggingface_hub import InferenceClient
    client = InferenceClient(token=token, provider=role.provider, timeout=60)
    return client.chat_completion([{"role": "user", "content": "Say yes."}], model=role.live, max_tokens=8)


def _providers(token: str | bool, model: str) -> list[str]:
    from huggingface_hub import HfApi
    mapping = HfApi(token=token).model_info(model, expand=["inferenceProviderMapping"]).inference_provider_mapping or []
    return sorted({entry.provider for entry in mapping if entry.status == "live"})
