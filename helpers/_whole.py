"""Imports that the Stop button cannot tear apart.

numpy and matplotlib cannot be imported again after an import that was interrupted half way, so one press at the wrong moment
would cost the kernel. In a notebook that has imported `helpers`, an interrupt during the import of such a package waits until
the package is whole. It waits for nothing else.
"""
from __future__ import annotations

import _thread
import contextlib
import signal
import sys
import threading
import time
from collections.abc import Iterator
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

PACKAGES = frozenset(["PIL", "helpers", "httpcore", "httpcore2", "httptools", "httpx", "httpx2", "huggingface_hub", "ipywidgets",
                      "matplotlib", "numpy", "openai", "pydantic", "starlette", "tenacity", "tqdm", "uvicorn"])

LOOK_EVERY_S = 0.001


def keep_imports_whole() -> None:
    """From now on, imports of PACKAGES are not interrupted. Twice does no harm."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """An interrupt that comes inside is passed on soon after. In other threads, where none comes, it does nothing."""
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before) or hasattr(before, "came"):
        yield
        return

    def wait(*_: Any) -> None:
        wait.came = True  # type: ignore[attr-defined]

    wait.came = False  # type: ignore[attr-defined]
    signal.signal(signal.SIGINT, wait)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if wait.came:  # type: ignore[attr-defined]
            # Not here: an exception in a loader makes Python throw the module away again, and leave its parts.
            threading.Thread(target=_press, args=(_cell(),), daemon=True).start()


def _press(cell: int | None) -> None:
    """The Stop button, pressed by us as soon as the main thread is out of all imports, if the same cell still runs."""
    while _importing():
        time.sleep(LOOK_EVERY_S)
    if _cell() != cell:
        return
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
    else:
        _thread.interrupt_main()


def _importing() -> bool:
    frame = sys._current_frames().get(threading.main_thread().ident or 0)
    while frame is not None and frame.f_code.co_filename != "<frozen importlib._bootstrap>":
        frame = frame.f_back
    return frame is not None


def _cell() -> int | None:
    """The number of the notebook's running cell."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell.execution_count if shell else None


class _Finder:
    """Asks the other finders, and puts a guard around the loading."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if name.partition(".")[0] not in PACKAGES:
            return None
        others = (finder for finder in sys.meta_path if finder is not self and hasattr(finder, "find_spec"))
        spec = next(filter(None, (finder.find_spec(name, path, target) for finder in others)), None)
        if spec is not None and hasattr(spec.loader, "exec_module"):
            spec.loader = _Loader(spec.loader)
        return spec


class _Loader:
    """Loads with the real loader, uninterrupted, and leaves no trace in the module."""

    def __init__(self, real: Any) -> None:
        self._real = real

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        with uninterrupted():
            return self._real.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        module.__loader__ = module.__spec__.loader = self._real  # type: ignore[union-attr]
        with uninterrupted():
            self._real.exec_module(module)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)
