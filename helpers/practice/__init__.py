"""The practice server: the course's own tiny models behind the Hugging Face wire format.

`start()` runs it in a daemon thread on loopback; `python -m helpers.practice` runs it alone. This package
imports nothing from the rest of `helpers`, which meets it over HTTP only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .serve import Running, start

__all__ = ["Running", "start"]


def __getattr__(name: str) -> Any:
    """Load the server (and with it starlette and uvicorn) only when it is wanted."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import serve

    return getattr(serve, name)
