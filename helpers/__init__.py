"""Helpers of the course *Inference on the Hugging Face Hub*.

Importing this package loads nothing heavy: each public name is fetched from its module when it is first used (PEP 562).
"""
from __future__ import annotations

import importlib
import sys

TYPE_CHECKING = False  # type checkers take it for true; importing it from `typing` would take longer than all the rest
__version__ = "1.0.0"

_HOME_OF = {
    "connect": "connection",
    "Course": "connection",
    "RetryPolicy": "retry",
    "call_with_retry": "retry",
    "acall_with_retry": "retry",
    "stream_with_retry": "retry",
    "astream_with_retry": "retry",
    "retrying": "retry",
    "retry_if_transient": "retry",
    "wait_server_hint": "retry",
    "StreamInterrupted": "retry",
    "RateLimiter": "pacing",
    "map_calls": "batch",
    "amap_calls": "batch",
    "BatchResult": "batch",
    "classify": "errors",
    "explain": "errors",
    "CourseError": "errors",
    "Ledger": "ledger",
    "check": "checks",
    "hint": "checks",
    "progress": "checks",
}
__all__ = sorted(_HOME_OF)


def __getattr__(name: str) -> object:
    """Import the module that holds `name`, once; raises AttributeError for a name the package does not have."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'helpers' has no name {name!r}. It has: {', '.join(__all__)}.")
    value = getattr(importlib.import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


if "ipykernel" in sys.modules:  # a notebook has a Stop button
    from . import _whole
    _whole.keep_imports_whole()


if TYPE_CHECKING:  # for editors: the same names, seen statically
    from .batch import BatchResult, amap_calls, map_calls
    from .checks import check, hint, progress
    from .connection import Course, connect
    from .errors import CourseError, classify, explain
    from .ledger import Ledger
    from .pacing import RateLimiter
    from .retry import (
        RetryPolicy,
        StreamInterrupted,
        acall_with_retry,
        astream_with_retry,
        call_with_retry,
        retry_if_transient,
        retrying,
        stream_with_retry,
        wait_server_hint,
    )
