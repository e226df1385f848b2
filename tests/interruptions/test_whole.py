"""One press of Stop while a package is imported does not cost the kernel."""
from __future__ import annotations

import importlib
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from helpers import _whole

# When the part `at` of the package is about to be imported, the process gets the signal of the Stop button.
TORN = """
import os, signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job ignores Ctrl-C, and so would its children
{first}
class Press:
    pressed = False
    def find_spec(self, name, path=None, target=None):
        if name == {at!r} and not Press.pressed:
            Press.pressed = True
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Press())
try:
    import {package}
    while True: time.sleep(1)
except KeyboardInterrupt:
    print("stopped", end=" ")
import {package}
{use}
print("works")
"""
PLACES = [("matplotlib.pyplot", "matplotlib.rcsetup", "matplotlib.pyplot.figure()"),
          ("numpy", "numpy.lib", "numpy.linspace(0, 1, 3)"),
          ("openai", "openai.types", "openai.OpenAI(api_key='x')"),
          ("helpers.charts.limits", "matplotlib.colors", "helpers.charts.limits.rate_plot")]


LOOK = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from helpers import _whole
_whole.keep_imports_whole()
_whole.keep_imports_whole()
import tqdm
print(type(tqdm.__loader__).__name__, type(tqdm.__spec__.loader).__name__,
      sum(isinstance(finder, _whole._Finder) for finder in sys.meta_path),
      signal.getsignal(signal.SIGINT) is signal.default_int_handler)
try:
    os.kill(os.getpid(), signal.SIGINT)
    while True: pass
except KeyboardInterrupt:
    print("at once")
"""


def torn(package: str, at: str, use: str, first: str) -> str:
    code = TORN.format(package=package, at=at, use=use, first=first)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=100).stdout


@pytest.mark.parametrize("package, at, use", PLACES, ids=[place[0] for place in PLACES])
def test_stop_during_an_import(package, at, use):
    """The interrupt comes after the package is whole, and the package works."""
    assert torn(package, at, use, "from helpers import _whole; _whole.keep_imports_whole()") == "stopped works\n"


def test_without_it_a_package_is_torn():
    """What this is for: the same press without the guard leaves a matplotlib that cannot be imported again."""
    assert "works" not in torn(*PLACES[0], "")


def test_nothing_is_changed_in_the_modules():
    """Modules have their own loaders, are found as before, and a second call adds nothing; elsewhere Stop comes at once."""
    done = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, timeout=60)
    assert done.stdout == "SourceFileLoader SourceFileLoader 1 True\nat once\n", done.stderr


def test_only_in_a_kernel():
    """A program that imports `helpers` keeps its import system as it was; a kernel gets the guard."""
    for first, expected in (("", "0"), ("import ipykernel\n", "1")):
        code = f"{first}import sys, helpers\nprint(sum(type(f).__module__ == 'helpers._whole' for f in sys.meta_path))"
        assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60).stdout.strip() == expected


def test_nested_and_in_threads():
    """Inside another guard, and in a thread, nothing happens to the handler; an interrupt is passed on afterwards."""
    handler, came = signal.getsignal(signal.SIGINT), []
    signal.signal(signal.SIGINT, lambda *args: came.append(args))
    try:
        with _whole.uninterrupted(), _whole.uninterrupted():
            os.kill(os.getpid(), signal.SIGINT)
            importlib.import_module("json")
            assert came == []
        while not came:
            time.sleep(0.01)
        inside = []
        thread = threading.Thread(target=lambda: inside.append(_entered()), daemon=True)
        thread.start()
        thread.join()
        assert inside == [True]
    finally:
        signal.signal(signal.SIGINT, handler)


def _entered() -> bool:
    with _whole.uninterrupted():
        return True


def test_connect_is_not_torn():
    """Stop while `connect()` starts its server comes when the connection stands: no server is left that nobody knows."""
    from helpers import connection, practice
    started, real, handler = [], practice.start, signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, signal.default_int_handler)

    def start(*args):
        os.kill(os.getpid(), signal.SIGINT)
        started.append(real(*args))
        return started[0]

    try:
        with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(practice, "start", start)
            connection.connect()
            time.sleep(20)
        course = connection._current
        assert not course.closed and course.server.url == started[0].url and course.server.state["requests"] == 0
        course.close()
    finally:
        signal.signal(signal.SIGINT, handler)
