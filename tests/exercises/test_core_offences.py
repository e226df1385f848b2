"""What an answer must not do, and what is put back after it: nothing that it does can hang a check or cost another."""

from __future__ import annotations

import builtins
import contextlib
import dataclasses
import json
import os
import sys
import threading
import time
import warnings
from pathlib import Path

import pytest
from huggingface_hub import InferenceClient

from helpers.checks import anatomy, check, core, guard, repair
from helpers.checks.tools import need_value

from .double import answer, failure

# --- what an answer must not do ---

OFFENCES = {
    "loops": ("while True: pass", "too-slow"),
    "sleeps": ("import time\ntime.sleep(1000)", "too-slow"),
    "loops and catches everything": ("while True:\n    try:\n        return missing\n    except: pass", "too-slow"),
    "sleeps and catches everything": (
        "import time\nwhile True:\n    try:\n        time.sleep(0.05)\n    except:\n        pass",
        "too-slow",
    ),
    "prints a megabyte": ("print('x' * 1_000_000)\nreturn 2 * x", "floods"),
    "prints for ever": ("while True:\n    print('again')", "floods"),
    "prints a megabyte and hides it": ("try:\n    print('x' * 1_000_000)\nexcept:\n    pass\nreturn 2 * x", "floods"),
    "asks": ("return int(input('x?'))", "asks-for-input"),
    "asks and hides it": ("try:\n    input()\nexcept:\n    return 2 * x", "asks-for-input"),
    "asks for a password": ("import getpass\nreturn getpass.getpass()", "asks-for-input"),
    "stops in the debugger": ("breakpoint()\nreturn 2 * x", "asks-for-input"),
    "sys.exit": ("import sys\nsys.exit(0)", "exits"),
    "exit": ("exit()", "exits"),
    "os._exit": ("import os\nos._exit(0)", "exits"),
    "fork": ("import os\nos.fork()\nreturn 2 * x", "forks"),
    "multiprocessing": (
        "import multiprocessing as m\nm.get_context('fork').Process(target=print).start()\nreturn 2 * x",
        "forks",
    ),
    "raises the recursion limit": ("import sys\nsys.setrecursionlimit(10**9)\nreturn 2 * x", "raises-limit"),
    "recursion that catches its own error": (
        "def deeper(n):\n    try:\n        return deeper(n + 1)\n    except RecursionError:\n        while True: pass\n"
        "return deeper(0)",
        "too-slow",
    ),
    "ignores the alarm": ("import signal\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\nreturn 2 * x", "uses-signals"),
    "kills itself": ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "exits"),
    "replaces itself": ("import os, sys\nos.execv(sys.executable, [sys.executable, '-c', ''])", "exits"),
    "sets an alarm": ("import signal\nsignal.alarm(1)\nreturn 2 * x", "uses-signals"),
    "patches time.sleep": ("import time\ntime.sleep = lambda s: None\nreturn 2 * x", "patches"),
    "patches the client": (
        "import huggingface_hub\nhuggingface_hub.InferenceClient.chat_completion = lambda *a, **k: 'fake'\nreturn 2 * x",
        "patches",
    ),
    "patches a builtin": ("import builtins\nbuiltins.isinstance = lambda *_: True\nreturn 2 * x", "patches"),
    "patches and answers wrongly": ("import time\ntime.monotonic = lambda: 0\nreturn 3", "patches"),
    "leaves a thread": (
        "import threading, time\ndef tick():\n    while True:\n        time.sleep(0.001)\n"
        "threading.Thread(target=tick, daemon=True).start()\nreturn 2 * x",
        "leaves-threads",
    ),
    "chdir": ("import os\nos.chdir('/')\nreturn 2 * x", "changes-directory"),
    "chdir and a wrong answer": ("import os\nos.chdir('/')\nreturn 3", "changes-directory"),
}

pytestmark = pytest.mark.usefixtures("own_progress")  # a file of progress for each test alone


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # a thread that an answer left is ended by SystemExit
@pytest.mark.parametrize("name", OFFENCES)
@pytest.mark.parametrize("place", ["main thread", "worker thread"])
def test_offences_are_stopped_and_named(double, monkeypatch, name, place):
    """A loop, a flood, a question, an exit, a fork or a move is named, also when hidden by a bare except; all is as before."""
    body, id = OFFENCES[name]
    if place == "worker thread" and id == "too-slow":
        pytest.skip("a thread that never ends cannot be taken back; see test_in_a_thread")
    if id == "too-slow":
        monkeypatch.setattr(guard.run, "__kwdefaults__", {"seconds": 0.4})
    before = Path.cwd(), builtins.input, os._exit, sys.stdout, sys.gettrace()
    found = []
    work = threading.Thread(target=lambda: found.append(failure(answer(body))), daemon=True)
    if place == "worker thread":
        work.start()
        work.join()
    else:
        work.run()
    assert (found[0].state, found[0].id) == ("crashed", id)
    assert "your code was stopped" in str(found[0])
    assert (Path.cwd(), builtins.input, os._exit, sys.stdout, sys.gettrace()) == before
    assert (time.sleep, time.monotonic, builtins.isinstance, InferenceClient.chat_completion) == UNPATCHED
    assert sys.getrecursionlimit() < 20_000 and not [t for t in threading.enumerate() if "tick" in t.name]


UNPATCHED = time.sleep, time.monotonic, builtins.isinstance, InferenceClient.chat_completion


def test_what_others_would_notice_is_put_back(double, monkeypatch):
    """Environment, import path and warning filters are as before, without a word; threads that were joined are fine."""
    monkeypatch.setenv("COURSE_TEST", "kept")
    before = dict(os.environ), sys.path[:], warnings.filters[:]
    body = (
        "import os, sys, threading, warnings\nos.environ['COURSE_TEST'] = 'changed'\nos.environ['COURSE_OTHER'] = 'new'\n"
        "sys.path.insert(0, 'nowhere')\nwarnings.simplefilter('error')\n"
        "worker = threading.Thread(target=lambda: None)\nworker.start()\nworker.join()\nreturn 2 * x"
    )
    check("99.1", answer(body))
    assert (dict(os.environ), sys.path, warnings.filters) == before


@pytest.mark.parametrize("kind", ["BaseException", "GeneratorExit", "asyncio.CancelledError", "RecursionError", "MemoryError"])
def test_any_exception_is_named(double, kind):
    """Whatever an answer raises, but the Stop button's KeyboardInterrupt, is named without a traceback."""
    failed = failure(answer(f"import asyncio\nraise {kind}('hm')"))
    assert failed.state == "crashed" and kind.split(".")[-1] in str(failed)


def test_exception_that_cannot_be_shown(double):
    """An exception whose text raises is named by its type."""
    failed = failure(answer("class Odd(Exception):\n    def __str__(self):\n        return 1 / 0\nraise Odd"))
    assert "your code raised Odd" in str(failed)


@pytest.mark.parametrize("body", ["pass", "...", '"Only a docstring."', "return None"])
def test_empty_body_is_not_attempted(double, body):
    """A body that does nothing is no attempt."""
    assert failure(answer(body)).state == "not yet attempted"


def test_empty_class_is_not_attempted(double):
    """Nor is a class without methods, or one whose methods do nothing."""
    for source in ("class double: pass", "class double:\n    def __init__(self, x): pass\n    def take(self): ..."):
        space = {"__name__": "__main__"}
        exec(source, space)
        assert failure(space["double"]).state == "not yet attempted"


SIGNATURES = {
    "def double(): return 4": "too many positional arguments",
    "def double(x, y): return 4": "missing a required argument: 'y'",
    "async def double(x): return 4": "a coroutine, which nobody awaits",
    "async def double(x): yield 4": "a coroutine, which nobody awaits",
}


@pytest.mark.parametrize("source", SIGNATURES)
def test_other_parameters_are_named(double, monkeypatch, source):
    """Parameters that the check cannot fill, and `async def`, are named before anything is called."""
    monkeypatch.setitem(core._REGISTRY, "99.1", dataclasses.replace(core.find("99.1"), takes="x"))
    space = {"__name__": "__main__"}
    exec(source, space)
    failed = failure(space["double"])
    assert failed.state == "wrong" and f"got:      {SIGNATURES[source]}" in str(failed)


def test_parameters_may_be_written_in_many_ways():
    """Other names, more parameters with defaults, keyword order, *args and callable objects fit; swapped names do not."""
    takes = "client, text, *, model, max_words=20"
    fits = ["c, t, *, max_words=9, model", "client, text, model, max_words=5, *, more=1", "*args, **kwargs", "c, t, **k"]
    wrong = ["text, client, *, model, max_words=20", "client, text, *, max_words=20", "client, *, model, max_words=20"]
    wrong += ["c, t, n, m"]
    for parameters, fit in [*((p, True) for p in fits), *((p, False) for p in wrong)]:
        assert (anatomy.misfit("f", takes, eval(f"lambda {parameters}: 1")) is None) is fit, parameters


def test_state_between_calls_is_named(double):
    """A default list or a global list that grows from call to call explains a wrong result."""
    space = {"__name__": "__main__"}
    exec("seen = []\ndef double(x, parts=[]):\n    parts.append(x)\n    return len(parts) + 8", space)
    assert failure(space["double"]).id == "carries-over"
    exec("def double(x):\n    seen.append(x)\n    return 5", space)
    assert "the global name `seen`" in str(failure(space["double"]))


def test_print_instead_of_return(double, monkeypatch):
    """Who prints the result and returns nothing is told the difference."""

    def judge(answer):
        need_value(answer(2), "double(2)", "4")

    monkeypatch.setitem(core._REGISTRY, "99.1", dataclasses.replace(core.find("99.1"), judge=judge))
    assert "`print` is for people" in str(failure(answer("print(2 * x)")))
    assert "Is a `return` missing?" in str(failure(answer("y = 2 * x")))


def test_what_a_cell_replaced_is_put_back_and_named(double, monkeypatch, capsys):
    """Functions that a cell replaced outside of any answer are themselves again in the check and after it; that is said once."""
    from unittest.mock import Mock

    space, printed = {"__name__": "__main__"}, []
    exec("quiet = lambda *_, **__: None", space)
    repair.note()  # as before each cell of a notebook: the client was perhaps not loaded when the checks were
    for place, name, value in ((time, "sleep", space["quiet"]), (builtins, "print", space["quiet"]), (time, "monotonic", Mock(side_effect=time.monotonic)),
                               (os, "getcwd", printed.append), (InferenceClient, "chat_completion", space["quiet"])):
        monkeypatch.setattr(place, name, value)
    ours = monkeypatch.setattr(json, "dumps", lambda *_, **__: "of some package") or json.dumps
    check("99.1", lambda x: 2 * x)
    said, passed, *more = capsys.readouterr().out.splitlines()
    assert passed == "99.1 passed: twice is enough." and not more
    start, names = said.removesuffix(".").split(": ")
    assert start == "Put back what your notebook had replaced, because other code uses it too"
    assert set(names.split(", ")) == {
        "time.sleep", "builtins.print", "time.monotonic", "os.getcwd", "InferenceClient.chat_completion"}
    assert (time.sleep, time.monotonic, builtins.isinstance, InferenceClient.chat_completion) == UNPATCHED
    assert json.dumps is ours
    check("99.1", lambda x: 2 * x)
    assert capsys.readouterr().out == passed + "\n"


def test_in_a_thread():
    """Where no timer signal can be had, a loop is stopped by an exception sent to its thread."""
    turns = []

    def loop():
        while True:
            turns.append(time.sleep(0.001))

    caught = []

    def work():
        with contextlib.suppress(guard.Forbidden):
            guard.run(loop, seconds=0.2)
        caught.append(len(turns))

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(20)
    time.sleep(0.1)
    assert caught == [len(turns)]


@pytest.mark.parametrize("place", ["main thread", "worker thread"])
def test_own_preparations_do_not_count(place):
    """Loading packages and starting a server for a check does not use up the answer's time; what follows does."""
    ended = []

    def action():
        with guard.off_the_clock(), guard.off_the_clock():
            time.sleep(0.8)
        ended.append("prepared")
        time.sleep(20)

    def work():
        try:
            guard.run(action, seconds=0.4)
        except guard.Forbidden as stopped:
            ended.append(stopped.id)

    thread = threading.Thread(target=work, daemon=True)
    thread.start() if place == "worker thread" else thread.run()
    thread.join(10) if place == "worker thread" else None
    assert ended == ["prepared", "too-slow"]


def test_deleted_working_directory_is_no_obstacle(double, tmp_path, monkeypatch):
    """A check works where the working directory is gone."""
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()
    check("99.1", lambda x: 2 * x)


def test_printing_is_allowed_and_kept_out(double, capsys):
    """What an answer prints does not mix with the verdict."""
    check("99.1", answer("print('hello')\nreturn 2 * x"))
    assert capsys.readouterr().out == "99.1 passed: twice is enough.\n"


def test_interrupt_passes(double):
    """The learner's own Stop button ends a check at once."""
    with pytest.raises(KeyboardInterrupt):
        check("99.1", answer("raise KeyboardInterrupt"))


def test_modules_that_an_answer_drops_are_there_again():
    """`sys.modules.clear()` in one answer costs the next one nothing: the modules are the same ones as before."""
    import string  # noqa: F401
    import sys

    from helpers.checks import guard
    before = dict(sys.modules)
    guard.run(lambda: [sys.modules.pop(name) for name in ("json", "threading", "string")])
    assert all(sys.modules[name] is before[name] for name in before)
