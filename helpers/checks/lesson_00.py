"""The check of lesson 00: a token shown safely."""
from __future__ import annotations

import random
import string
from collections.abc import Callable

from .core import exercise
from .outcome import Mistake
from .tools import need_type, short

# Capital letters without X: mask characters such as x, X, * or small letters never look like part of the secret.
LETTERS = string.ascii_uppercase.replace("X", "")
SHOWS = "hf_, some mask characters and the last 4 characters"


@exercise("00.1", insight="a masked token still tells two tokens apart, and opens nothing.", hints=(
    "Think of what a colleague needs to see: which kind of secret it is, and enough of its end to tell it from another "
    "one. Everything between those two stays hidden. Then think of a token that is very short, and of no token at all.",
    "Slicing with a negative start takes characters from the end of a string. A short token has no middle that could "
    "stay hidden, so look at its length first and show no part of the secret. `None` has no length: ask about it before "
    "you slice.",
    'The last line can be `return "hf_****" + token[-4:]`, after an `if` that returns "hf_****" for a token that is '
    "missing or shorter than 12 characters."))
def mask_token(answer: Callable[[str | None], str]) -> None:
    for length in (20, 24, 16):
        _long(answer, _secret(length))
    for length in (4, 3, 1):
        _short(answer, _secret(length))
    for missing in (None, "", "hf_"):
        _missing(answer, missing)


def _secret(length: int) -> str:
    """Different letters in an order that no answer can know; the same on every run."""
    return "".join(random.Random(length).sample(LETTERS, length))


def _long(answer: Callable, secret: str) -> None:
    token = f"hf_{secret}"
    did, expected = f"mask_token({token!r})", f"a string with {SHOWS}"
    shown = answer(token)
    need_type(shown, str, did, expected)
    if secret in shown:
        raise Mistake("shows-all", did=did, expected=expected, got=short(shown),
                      then="Hide the characters between hf_ and the last four.")
    seen = _visible(shown, secret)
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


def _short(answer: Callable, secret: str) -> None:
    token = f"hf_{secret}"
    did, expected = f"mask_token({token!r}), a token that is much too short", "a string that does not hold the whole secret"
    shown = answer(token)
    need_type(shown, str, did, expected)
    if secret in shown.removeprefix("hf_"):
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


def _visible(shown: str, secret: str) -> set[str]:
    """The characters of the secret that can be seen; all of them are different."""
    return set(shown.removeprefix("hf_")) & set(secret)
