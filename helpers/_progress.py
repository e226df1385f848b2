"""The progress bar of a batch: tqdm's, in a terminal or a notebook, and nothing elsewhere."""

from __future__ import annotations

import sys
import warnings
from typing import Any, Protocol


class Bar(Protocol):
    """What a batch needs of a progress bar."""

    def update(self, n: int = 1) -> Any: ...
    def close(self) -> None: ...


class NoBar:
    """Shows nothing."""

    def update(self, n: int = 1) -> None:
        """One item more."""

    def close(self) -> None:
        """The end."""


def progress_bar(wanted: bool | None, total: int | None) -> Bar:
    """A bar over `total` items. `wanted` None: only where somebody can see it move."""
    if wanted is None:
        wanted = in_notebook() or getattr(sys.stderr, "isatty", lambda: False)()  # no stderr at all under pythonw
    if not wanted:
        return NoBar()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tqdm.auto warns when a notebook has no widgets, and shows text then
        from tqdm.auto import tqdm
        return tqdm(total=total, unit="call")


def in_notebook() -> bool:
    """True inside a Jupyter kernel."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return shell is not None and "IPKernelApp" in getattr(shell, "config", {})
