"""Access tokens: what one looks like, and how to speak of it without saying it."""
from __future__ import annotations

import re

# A practice token has no such long run of letters and digits, so it stays readable.
SHAPE = re.compile(r"hf_(?:oauth_|jwt_)?[A-Za-z0-9]{30,}(?:[\w.-]*\w)?")
MASKED = "hf_****"


def mask(text: str) -> str:
    """`text` with everything that is shaped like an access token replaced by `hf_****`."""
    return SHAPE.sub(MASKED, text)


class Token(str):
    """A learner's own token: a string like any other for the SDKs, and nothing to read when a notebook shows it."""

    def __repr__(self) -> str:
        return repr(MASKED)
