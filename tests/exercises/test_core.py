"""`check`, `hint` and `progress` in a notebook: short messages, no traceback, nothing that an answer does can hang them."""

from __future__ import annotations

import builtins
import contextlib
import dataclasses
import json
import os
import ssl
import subprocess
import sys
import threading
import time
import warnings
from pathlib import Path

import nbformat
import pytest
from huggingface_hub import InferenceClient
from huggingface_hub.errors import HfHubHTTPError
from nbclient import NotebookClient

import helpers
from helpers import transport
from helpers.checks import _ahead, anatomy, check, core, guard, hint, outcome, progress, repair, state
from helpers.checks.sandbox import sandbox
from helpers.checks.tools import need_value

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _own_progress(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "progress.jsonl"))
    monkeypatch.setattr(state, "_shown", {})
    monkeypatch.setattr(state, "_unsaved", [])


@pytest.fixture
def double(monkeypatch):
    """An exercise 99.1 whose answer must double a number."""

    def judge(answer):
        got = answer(2)
        if got != 4:
            raise outcome.Mistake("not-doubled", did="double(2)", expected="4", got=repr(got), then="Multiply by two.")

    task = core.Exercise(
        id="99.1", name="double", insight="twice is enough.", hints=("Think.", "Use *.", "return 2 * x"), judge=judge
    )
    monkeypatch.setitem(core._REGISTRY, "99.1", task)


def answer(body: str) -> object:
    """A function `double(x)` as it would stand in a notebook."""
    space = {"__name__": "__main__"}
    exec("def double(x):\n" + "\n".join(f"    {line}" for line in body.splitlines()), space)
    return space["double"]


def failure(given: object) -> outcome.CheckFailed:
    with pytest.raises(outcome.CheckFailed) as caught:
        check("99.1", given)
    assert 1 <= len(str(caught.value).splitlines()) <= 4
    assert all(len(line) <= core.LINE for line in str(caught.value).splitlines())
    return caught.value


# --- verdicts ---


def test_right_answer_prints_one_line(double, capsys):
    """A right answer prints one line that is the same every time."""
    check("99.1", lambda x: x + x)
    check("99.1", lambda x: 2 * x)
    assert capsys.readouterr().out == "99.1 passed: twice is enough.\n" * 2
    assert state.load()["99.1"]["state"] == "passed"


def test_wrong_answer_says_did_expected_got_next(double):
    """A wrong answer gets the judge's four lines."""
    failed = failure(lambda x: 3)
    assert (failed.state, failed.id) == ("wrong", "not-doubled")
    assert str(failed).splitlines() == ["99.1: double(2)", "expected: 4", "got:      3", "next:     Multiply by two."]


def test_lines_stay_lines_whatever_comes_back(double):
    """Line breaks and megabytes in what the answer gives back do not make the message longer."""
    assert "…" in str(failure(lambda x: "a\nb" * 1_000_000))


@pytest.mark.parametrize(
    "given", [None, ..., answer("raise NotImplementedError"), answer("raise NotImplementedError  # your code here")]
)
def test_stub_is_not_attempted(double, given):
    """Nothing, an ellipsis and the stub are 'not yet attempted'."""
    failed = failure(given)
    assert (failed.state, failed.id) == ("not yet attempted", "not-attempted")


def test_not_implemented_elsewhere_is_a_crash(double):
    """A NotImplementedError with a text, or out of a library, is the answer's own and no stub."""
    library = {"__name__": "library"}
    exec("def work(x):\n    raise NotImplementedError", library)
    assert failure(answer("raise NotImplementedError('later')")).state == "crashed"
    assert failure(library["work"]).state == "crashed"


def test_crash_names_error_and_line(double, tmp_path):
    """An exception is named with its text and the learner's line, without a traceback."""
    file = tmp_path / "cell.py"
    file.write_text("def double(x):\n    return int('two') * x\n")
    space = {"__name__": "__main__"}
    exec(compile(file.read_text(), str(file), "exec"), space)
    lines = str(failure(space["double"])).splitlines()
    assert lines[0] == "99.1: your code raised ValueError: invalid literal for int() with base 10: 'two'"
    assert lines[1] == "where:    return int('two') * x"


def test_what_the_judge_cannot_use_is_not_called_the_learners_exception(double, monkeypatch):
    """When the judge itself trips over a value, the message speaks of what came back."""

    def judge(answer):
        answer(2)["key"]

    task = core.Exercise(id="99.1", name="double", insight="", hints=("", "", ""), judge=judge)
    monkeypatch.setitem(core._REGISTRY, "99.1", task)
    assert "the check could not go on with what your code did: TypeError" in str(failure(lambda x: 3))


@pytest.mark.parametrize("given", ["double", 4, {"double": 1}])
def test_not_a_function(double, given):
    """A name in quotes or a called function is told apart from a wrong answer."""
    assert failure(given).id == "not-callable"


@pytest.mark.parametrize("id", ["04.22", "4.2", "", "../../x.1", 4.2, None])
def test_unknown_exercise_offers_near_ones(id):
    """An id that does not exist is one sentence with near misses."""
    with pytest.raises(core.CourseError) as caught:
        check(id, print)
    assert "Did you mean" in str(caught.value) or "in quotes" in str(caught.value)


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
    work = threading.Thread(target=lambda: found.append(failure(answer(body))))
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

    thread = threading.Thread(target=work)
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

    thread = threading.Thread(target=work)
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


# --- hints and progress ---


def test_hints_come_in_three_steps_and_are_counted_once(double, capsys, monkeypatch):
    """Nudge, pointer, worked line, and that one again; a new kernel begins with the first; each is counted once."""
    for _ in range(4):
        hint("99.1")
    assert capsys.readouterr().out.splitlines() == [
        "Hint 1 of 3 for 99.1: Think.",
        "Hint 2 of 3 for 99.1: Use *.",
        *["Hint 3 of 3 for 99.1: return 2 * x"] * 2,
    ]
    monkeypatch.setattr(state, "_shown", {})
    hint("99.1")
    assert "Hint 1 of 3" in capsys.readouterr().out
    assert state.load()["99.1"]["hints"] == 3


def test_progress_is_a_card(double):
    """Every exercise has a row with its last state and its hints; the caption counts and names the next one."""
    with pytest.raises(outcome.CheckFailed):
        check("99.1", lambda x: "<b>")
    hint("99.1")
    card = progress()
    row = next(cells for cells in card.cells if cells[0] == "99.1")
    assert row[1:4] == ("double", "✗\N{NO-BREAK SPACE}wrong", "1") and "got: '<b>'" in row[4]
    assert card.caption.startswith(f"0 of {len(core.exercises())} exercises passed. Next: 00.1 mask_token.")
    assert "&lt;b&gt;" in card.html


def test_progress_survives_damage(double):
    """A torn or foreign line in the file costs that line only."""
    check("99.1", lambda x: 2 * x)
    with open(state.path(), "ab") as file:
        file.write(b'\n{"id": "99.1", "sta')
    hint("99.1")
    with open(state.path(), "ab") as file:
        file.write(b"\nnull\n[1]\n{}\n\xff\xfe")
    assert state.load()["99.1"] == {
        "state": "passed",
        "message": "99.1 passed: twice is enough.",
        "mistake": "",
        "hints": 1,
    }


def test_progress_without_a_file(double, monkeypatch, tmp_path):
    """Where nothing can be written, progress lasts as long as the kernel."""
    (tmp_path / "file").touch()
    for chosen in ("off", str(tmp_path / "file" / "progress.jsonl")):
        monkeypatch.setenv("COURSE_PROGRESS", chosen)
        monkeypatch.setattr(state, "_unsaved", [])
        check("99.1", lambda x: 2 * x)
        assert state.load()["99.1"]["state"] == "passed"


def test_two_notebooks_at_once(tmp_path):
    """Two kernels that write at the same moment lose nothing."""
    code = (
        "import sys\nfrom helpers.checks import state\n"
        "for n in range(150): state.note(f'{sys.argv[1]}.{n}', 'passed', 'x' * 200)"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT), "COURSE_PROGRESS": str(tmp_path / "both.jsonl")}
    running = [subprocess.Popen([sys.executable, "-c", code, name], env=env) for name in ("01", "02")]
    assert [process.wait(60) for process in running] == [0, 0]
    assert len(state.fold(state.read(tmp_path / "both.jsonl"))) == 300


def test_progress_stands_beside_the_launcher(monkeypatch, tmp_path):
    """In a clone the file is `.course/progress.jsonl` beside course.py, from whichever folder a notebook runs."""
    (tmp_path / "course.py").touch()
    (tmp_path / "exercises").mkdir()
    monkeypatch.delenv("COURSE_PROGRESS")
    monkeypatch.chdir(tmp_path / "exercises")
    assert state.path() == tmp_path / ".course" / "progress.jsonl"


# --- the sandbox ---


@pytest.fixture
def course(capsys):
    with helpers.connect() as connected:
        yield connected


def classify(client: InferenceClient, model: str) -> str:
    return client.text_classification("The lamp works wonderfully.", model=model)[0].label


def test_sandbox_leaves_the_learners_connection_alone(double, course, monkeypatch):
    """Clients made before, during and after a check work; the learner's ledger, log and switches see nothing of it."""
    own = InferenceClient(token=course.token)
    label = classify(own, course.models.sentiment)
    course.server.limit(rate=1000, burst=1000)
    before = len(course.server.log), len(course.ledger), transport.installed(), repr(course.server)

    def judge(answer):
        with sandbox() as place:
            place.server.faults("503")
            assert raised(lambda: classify(place.client, place.models.sentiment)) == 503
            answer(place.client)
            assert place.openai.models.list().data
            assert [record["status"] for record in place.requests()] == [503, 200]

    monkeypatch.setitem(
        core._REGISTRY, "99.1", core.Exercise(id="99.1", name="double", insight="", hints=("", "", ""), judge=judge)
    )
    check("99.1", lambda client: classify(client, course.models.sentiment))
    assert (len(course.server.log), len(course.ledger), transport.installed(), repr(course.server)) == before
    assert (
        classify(own, course.models.sentiment)
        == classify(InferenceClient(token=course.token), course.models.sentiment)
        == label
    )


def raised(action) -> int:
    with pytest.raises(HfHubHTTPError) as caught:
        action()
    return caught.value.response.status_code


def test_sandbox_is_fresh_and_closes_on_every_way_out(course):
    """Each sandbox begins with nothing set and an empty log; it closes after an exception and after a time-out, too."""
    for way in (ValueError, None, guard.Forbidden):

        def inside(way=way):
            with sandbox() as place:
                assert place.requests() == []
                place.server.limit(rate=1, burst=1)
                classify(place.client, place.models.sentiment)
                if way is guard.Forbidden:
                    time.sleep(60)
                if way:
                    raise way

        with contextlib.suppress(way or ()):
            guard.run(inside, seconds=2)
        assert transport.installed() is course._hook
    with sandbox() as place:
        assert [classify(place.client, place.models.sentiment) for _ in range(3)] == ["POSITIVE"] * 3


def test_sandbox_closes_after_an_answer_that_has_to_be_ended_by_force(course):
    """An answer that catches everything, in a sandbox: huggingface_hub's clients go where they went before, and no trace is left."""
    space = {"__name__": "__main__", "time": time}
    exec("def deaf(n):\n    while True:\n        try:\n            time.sleep(0.01)\n        except BaseException:\n            pass", space)

    def inside():
        with sandbox():
            space["deaf"](0)

    limit = sys.getrecursionlimit()
    with pytest.raises(guard.Forbidden):
        guard.run(inside, seconds=0.3)
    assert transport.installed() is course._hook
    assert (sys.gettrace(), sys.getrecursionlimit(), guard._owed) == (None, limit, [])


def test_sandbox_without_a_connection():
    """Where nothing is connected, huggingface_hub gets its own clients back."""
    assert transport.installed() is None
    with sandbox() as place:
        assert transport.installed() is place.hook
    assert transport.installed() is None


def test_sandbox_reads_certificates_once(monkeypatch):
    """All clients share one TLS context: reading certificates for each would be most of a check's time."""
    made = []
    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", lambda *_, **__: made.append(1))
    for _ in range(3):
        with sandbox() as place:
            assert place.openai.models.list().data
            classify(place.client, place.models.sentiment)
    assert len(made) <= 1


def test_pictures_of_a_sandbox_come_at_once(course):
    """The image model of a sandbox answers with a picture of the size asked for; the learner's own server draws as before."""
    with sandbox() as place:
        picture = place.client.text_to_image("a red circle", model=place.models.image, width=40, height=24, seed=5)
        assert picture.size == (40, 24)
        [asked] = place.requests()
        assert asked["path"].endswith(place.models.image)
        assert asked["body"]["parameters"] == {"width": 40, "height": 24, "seed": 5}
    with sandbox() as place:
        assert place.requests() == []


# --- what is loaded ahead ---


def test_an_answer_cell_loads_ahead(monkeypatch):
    """Running the cell of an answer begins to load what its check needs; other cells and unknown exercises load nothing."""
    loaded, needed = [], {"07.1": ("json", "no_such_package"), "04.1": ("server",)}
    monkeypatch.setattr(_ahead, "_load", lambda name: loaded.append(name))
    for cell in ("# exercise 07.1\nx = 1", "x = 1", "# exercise 99.9\n", "%%time\n# exercise 4.1\n"):
        thread = _ahead.begin(cell, needed.__getitem__)
        if thread:
            thread.join()
    assert loaded == ["json", "no_such_package", "server"]


def test_what_a_judge_imports_is_declared():
    """In a fresh process the judges of lesson 07 import no package inside the time of the answer: it was loaded before."""
    code = (
        "import sys, helpers.checks.core as core\nfrom helpers.checks import _ahead\n"
        "tasks = [task for task in core.exercises().values() if 'openai' in task.needs]\n"
        "[_ahead.load(task.needs) for task in tasks]\nbefore = set(sys.modules)\n"
        "import helpers.checks.lesson_07 as seven\nseven.http_error(429), seven.openai_error(429), seven.network_errors()\n"
        "print([task.id for task in tasks], [name for name in set(sys.modules) - before if 'helpers' not in name])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['02.2', '07.1', '07.3'] []"


def test_loading_leaves_garbage_collection_as_it_was():
    """While packages load no garbage is looked for; afterwards it is again, also after an exception."""
    import gc

    with contextlib.suppress(ZeroDivisionError), guard.off_the_clock():
        assert not gc.isenabled()
        1 / 0  # noqa: B018
    assert gc.isenabled() and not gc.get_freeze_count()


# --- in a real kernel ---

CELLS = [
    "from helpers import check, hint, progress",
    'check("00.1", lambda token: token)',
    "def mask_token(token): raise NotImplementedError  # your code here",
    'check("00.1", mask_token)',
    'check("00.9", mask_token)',
    'check("00.1", lambda token: exit())',
    'check("00.1", lambda token: print(1 / 0))',
    'check("00.1", mask_later)',
    "mask_later",
    'check("00.1", lambda token: "hf_****" + token[-4:] if token and len(token) > 9 else "hf_****")',
]


def test_no_traceback_in_a_real_kernel(tmp_path, monkeypatch):
    """In the installed IPython (9 when new, 7 in Colab) a failed check shows its lines only; the kernel lives on."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
    NotebookClient(
        notebook, kernel_name="python3", timeout=60, allow_errors=True, resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    outputs = [cell.outputs[0] if cell.outputs else None for cell in notebook.cells]
    assert outputs[0] is None and outputs[2] is None
    for number, words in (
        (1, "00.1: mask_token('hf_"),
        (3, "00.1: not attempted yet"),
        (4, "There is no exercise '00.9'."),
        (5, "00.1: your code was stopped: it calls exit()"),
        (6, "00.1: your code raised ZeroDivisionError"),
    ):
        shown = outputs[number]["traceback"]
        assert len(shown) <= 4 and shown[0].startswith(words), shown
        assert not any("Traceback" in line or "\x1b" in line for line in shown)
    assert "check(" not in json.dumps([outputs[n]["traceback"] for n in (1, 3, 5)])
    assert outputs[7]["traceback"][0] == "00.1: not attempted yet: there is no `mask_token`."
    assert outputs[8]["ename"] == "NameError"  # nothing is left behind
    assert outputs[9]["text"].startswith("00.1 passed: ")


def test_modules_that_an_answer_drops_are_there_again():
    """`sys.modules.clear()` in one answer costs the next one nothing: the modules are the same ones as before."""
    import string  # noqa: F401
    import sys

    from helpers.checks import guard
    before = dict(sys.modules)
    guard.run(lambda: [sys.modules.pop(name) for name in ("json", "threading", "string")])
    assert all(sys.modules[name] is before[name] for name in before)
