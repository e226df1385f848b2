"""Put back what an answer changed in the process around it: patched functions, environment, limits, threads left behind.

What only other code would notice is put back without a word. What the answer must not do, such as replacing `time.sleep` or a
method of the client, is named by its caller, `guard`.
"""
from __future__ import annotations

import builtins
import ctypes
import os
import sys
import threading
import time
import warnings
from types import BuiltinFunctionType
from typing import Any

MODULES = ("time", "random", "os", "json", "math", "threading", "signal")
CLASSES = {"huggingface_hub.inference._client": "InferenceClient", "openai": "OpenAI", "numpy.random": "Generator"}


class Surroundings:
    """A picture of what may not change while an answer runs."""

    def __init__(self) -> None:
        self.patched = {place: dict(vars(place)) for place in _places()}
        self.environ, self.recursion = dict(os.environ), sys.getrecursionlimit()
        self.filters, self.path = warnings.filters[:], sys.path[:]
        self.threads, self.modules = set(threading.enumerate()), dict(sys.modules)

    def restore(self) -> str | None:
        """Put everything back; returns the name of the first function or class attribute that was replaced."""
        for name in self.modules.keys() - sys.modules.keys():
            sys.modules[name] = self.modules[name]
        if dict(os.environ) != self.environ:
            _restore_environ(self.environ)
        sys.setrecursionlimit(self.recursion)
        warnings.filters[:], sys.path[:] = self.filters, self.path
        return self.unpatch()

    def unpatch(self) -> str | None:
        """Put replaced functions and class attributes back, and nothing else; returns the name of the first."""
        names = [name for place, before in self.patched.items() for name in _put_back(place, before)]
        return names[0] if names else None

    def stop_threads(self) -> bool:
        """Stop the threads of the notebook's own code that go on after it; returns whether there was one."""
        left = [thread for thread in threading.enumerate() if thread not in self.threads and _is_learners(thread)]
        for _ in range(5 if left else 0):
            for thread in left:
                if thread.is_alive() and thread.ident:
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(SystemExit))
            time.sleep(0.02)
        return bool(left)


_noted: dict[Any, dict[str, Any]] = {}


def note() -> None:
    """Note the functions of all places that were not noted before, so that `mend` can put them back."""
    for place in _places():
        _noted.setdefault(place, dict(vars(place)))


def mend() -> list[str]:
    """Put back what the cells of a notebook replaced since then; returns the names.

    Only that: ipykernel and others have their reasons for what they replace.
    """
    found = [(place, name, value) for place, before in _noted.items() for name, value in before.items()
             if name in vars(place) and vars(place)[name] is not value and _is_makeshift(vars(place)[name], value)]
    for place, name, value in found:
        setattr(place, name, value)
    return [f"{place.__name__}.{name}" for place, name, _ in found]


def _is_makeshift(value: Any, before: Any) -> bool:
    """Whether `value` stands in for the function `before`: written in the notebook, a mock, or some other builtin."""
    if not callable(before):
        return False
    written_here = getattr(value, "__globals__", {}).get("__name__") == "__main__"
    return written_here or type(value).__module__ == "unittest.mock" or type(value) is type(before) is BuiltinFunctionType


def _places() -> list[Any]:
    found: list[Any] = [builtins, *(sys.modules[name] for name in MODULES if name in sys.modules)]
    found += [module for name, module in list(sys.modules.items()) if name.startswith(__package__) and module]
    for module, name in CLASSES.items():
        if cls := getattr(sys.modules.get(module), "__dict__", {}).get(name):
            found.append(cls)
    return found


def _put_back(place: Any, before: dict[str, Any]) -> list[str]:
    """Replace what differs from before, when it is something to call; returns the names."""
    changed = [name for name, value in before.items() if callable(value) and vars(place).get(name) is not value]
    for name in changed:
        setattr(place, name, before[name])
    return [f"{place.__name__}.{name}" for name in changed]


def _restore_environ(before: dict[str, str]) -> None:
    for name in os.environ.keys() - before.keys():
        del os.environ[name]
    os.environ.update(before)


def _is_learners(thread: threading.Thread) -> bool:
    """Whether it runs a function that was written in the notebook."""
    target = getattr(thread, "_target", None)
    run = type(thread).run if type(thread).run is not threading.Thread.run else None
    return any(getattr(function, "__globals__", {}).get("__name__") == "__main__" for function in (target, run) if function)
