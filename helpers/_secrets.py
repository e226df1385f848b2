"""Access tokens: what one looks like, and how to speak of it without saying it."""
from __future__ import annotations

import logging
import re
from typing import Any

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


def mask_logs() -> None:
    """From now on, no log line of this process shows an access token, whichever library writes it. Twice does no harm."""
    before = logging.getLogRecordFactory()
    if getattr(before, "masks", False):
        return

    def masked(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = before(*args, **kwargs)
        try:
            said = record.getMessage()
        except Exception:  # a mistake in that line, which logging itself reports
            return record
        if mask(said) != said:
            record.msg, record.args = mask(said), ()
        if record.exc_info and mask(text := logging.Formatter().formatException(record.exc_info)) != text:
            record.exc_text = mask(text)  # formatters take it as it is
        return record

    masked.masks = True  # type: ignore[attr-defined]
    logging.setLogRecordFactory(masked)
