"""The check of lesson 00: a token shown safely."""
from __future__ import annotations

import os.path
import random
import string
from collections.abc import Callable

from .core import exercise
from .outcome import Mistake
from .tools import need_type, short

SHOWS = "hf_, some mask characters and the last 4 characters"
SIGNS = string.ascii_letters + string.digits


@exercise("00.1", takes="token", insight="a masked token still tells two tokens apart, and opens nothing.")
def mask_token(answer: Callable[[str | None], str]) -> None:
    """Long tokens in pairs, so that the mask can be told from the secret; short ones; none."""
    for length in (20, 24, 16):
        _long(answer, *_secrets(length))
    for length in (4, 3, 1, 2):
        _short(answer, *_secrets(length))
    for missing in (None, "", "hf_"):
        _missing(answer, missing)


def _secrets(length: int) -> tuple[str, str]:
    """Two secrets without a character in common, in an order that no answer can know; the same on every run."""
    signs = "".join(random.Random(length).sample(SIGNS, 2 * length))
    return signs[:length], signs[length:]


def _long(answer: Callable, secret: str, other: str) -> None:
    token = f"hf_{secret}"
    did, expected = f"mask_token({token!r})", f"a string with {SHOWS}"
    shown = answer(token)
    need_type(shown, str, did, expected)
    if secret in shown:
        raise Mistake("shows-all", did=did, expected=expected, got=short(shown),
                      then="Hide the characters between hf_ and the last four.")
    seen = _visible(shown, answer(f"hf_{other}"), secret)
    if len(seen) > 4:
        raise Mistake("shows-too-much", did=did, expected="at most 4 characters of the secret, which begins after hf_",
                      got=f"{short(shown)}: {len(seen)} of them", then="Count what your slices let through.")
    if not shown.startswith("hf_"):
        raise Mistake("no-prefix", did=did, expected="a string that begins with hf_, which tells the kind of secret",
                      got=short(shown), then="Keep the prefix: it is the same for everybody and gives nothing away.")
    if not shown.endswith(secret[-4:]):
        raise Mistake("no-end", did=did, expected=f"a string that ends in {secret[-4:]!r}, to tell two tokens apart",
                      got=short(shown), then="Add the last 4 characters of the token.")
    if len(shown) == len("hf_") + 4:
        raise Mistake("no-mask", did=did, expected=expected, got=short(shown),
                      then="Put something like **** in between: this looks like a complete token.")


def _short(answer: Callable, secret: str, other: str) -> None:
    token = f"hf_{secret}"
    did, expected = f"mask_token({token!r}), a token that is much too short", "a string that shows none of the secret"
    shown = answer(token)
    need_type(shown, str, did, expected)
    if _visible(shown, answer(f"hf_{other}"), secret):
        raise Mistake("short-shown", did=did, expected=expected, got=short(shown),
                      then="Look at the length first: with so little to hide, show no part of it.")


def _missing(answer: Callable, token: str | None) -> None:
    did, expected = f"mask_token({token!r})", "a string, and no exception"
    try:
        shown = answer(token)
    except NotImplementedError:
        raise
    except Exception as exc:
        raise Mistake("missing-raises", did=did, expected=expected, got=f"{type(exc).__name__}: {exc}",
                      then="Deal with a missing token before you slice.") from None
    need_type(shown, str, did, expected)
    if token is None and shown.startswith("hf_") and "None" in shown:
        raise Mistake("says-none", did=did, expected="a string that does not look like a token", got=short(shown),
                      then="The word None is no part of a token: test for None itself.")


def _visible(shown: str, beside: object, secret: str) -> set[str]:
    """The characters of the secret that can be seen: what differs from `beside`, shown for a secret with other characters.

    What both begin with is prefix and mask. So a mask may be made of any characters.
    """
    common = os.path.commonprefix([shown, beside]) if isinstance(beside, str) else ""
    return set(shown[len(common):]) & set(secret)
