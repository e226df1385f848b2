from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
import warnings
from pathlib import Path

import pytest

from helpers import map_calls
from helpers._resume import fingerprint
from helpers.errors import CourseError

ITEMS = ["ünë", "two", "three\n", "four", "five"]


class Counting:
    """Upper case, and how often it was asked."""

    def __init__(self, fail_on: str | None = None) -> None:
        self.calls: list[str] = []
        self.fail_on = fail_on

    def __call__(self, text: str) -> str:
        self.calls.append(text)
        if text == self.fail_on:
            raise KeyError(text)
        return text.upper()


WANTED = [text.upper() for text in ITEMS]


def whole(path: Path) -> bytes:
    map_calls(Counting(), ITEMS, concurrency=1, resume=path)
    return path.read_bytes()


def test_second_run_calls_nothing(tmp_path):
    """What the file holds is not called again, and the values are the same."""
    whole(tmp_path / "r.jsonl")
    fn = Counting()
    result = map_calls(fn, ITEMS, resume=tmp_path / "r.jsonl")
    assert (fn.calls, result.values, result.restored) == ([], WANTED, 5)
    assert result.summary() == "0 calls, 0 ok, 0 requests, 0 x 429, 0.0 s, 5 from the file"


def test_killed_at_every_byte(tmp_path):
    """Wherever the file ends, torn lines included: a new run completes it, and calls only what is missing."""
    data = whole(tmp_path / "whole.jsonl")
    for end in range(len(data) + 1):
        path = tmp_path / "r.jsonl"
        path.write_bytes(data[:end])
        fn = Counting()
        assert map_calls(fn, ITEMS, concurrency=2, resume=path).values == WANTED
        lines = max(0, data[:end].count(b"\n") - 1)
        assert len(fn.calls) == len(ITEMS) - lines
        again = Counting()
        assert map_calls(again, ITEMS, resume=path).values == WANTED and again.calls == []


def test_failed_items_are_called_again(tmp_path):
    """Only values are kept; an item that failed gets a new chance."""
    path = tmp_path / "r.jsonl"
    assert list(map_calls(Counting("two"), ITEMS, resume=path).errors) == [1]
    fn = Counting()
    assert map_calls(fn, ITEMS, resume=path).values == WANTED and fn.calls == ["two"]


def test_killed_process(tmp_path):
    """A process killed in the middle of its batch leaves all finished items; the next run calls the rest."""
    path = tmp_path / "r.jsonl"
    code = f"""
        import time
        from helpers import map_calls
        def slow(n):
            time.sleep(0.01)
            return n * n
        map_calls(slow, range(1000), concurrency=4, limiter=None, resume={str(path)!r})
    """
    root = Path(__file__).parents[2]
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], cwd=root)
    while not path.exists() or path.read_bytes().count(b"\n") < 25:
        time.sleep(0.005)
        assert process.poll() is None
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    done = path.read_bytes().count(b"\n") - 1
    calls = []

    def slow(n):
        calls.append(n)
        return n * n

    result = map_calls(slow, range(1000), limiter=None, resume=path)
    assert result.values == [n * n for n in range(1000)]
    assert done >= 24 and len(calls) == 1000 - done


def test_each_value_is_on_disk_before_the_next_call(tmp_path):
    """What ended is written out at once, not when a buffer is full."""
    path, seen = tmp_path / "r.jsonl", []

    def fn(n):
        seen.append(path.read_bytes().count(b"\n") - 1)
        return n

    map_calls(fn, range(5), concurrency=1, resume=path)
    assert seen == [0, 1, 2, 3, 4]


def test_file_of_another_run(tmp_path):
    """Another function, other items, or no such file at all: a clear error, and the file stays as it was."""
    path = tmp_path / "r.jsonl"
    data = whole(path)

    def other(text):
        return text

    with pytest.raises(CourseError) as caught:
        map_calls(other, ITEMS, resume=path)
    assert "it holds results of `Counting`, not of" in str(caught.value)
    with pytest.raises(CourseError) as caught:
        map_calls(Counting(), ["one", "two"], resume=path)
    assert str(caught.value) == (
        "`r.jsonl` is from another run: its item 0 is not this batch's item 0. Pass another file name, or delete the file."
    )
    assert path.read_bytes() == data
    notes = tmp_path / "notes.txt"
    notes.write_text("shopping\n")
    with pytest.raises(CourseError, match="is not a resume file of map_calls"):
        map_calls(Counting(), ITEMS, resume=notes)
    assert notes.read_text() == "shopping\n"


def test_damaged_line_in_the_middle(tmp_path):
    """A line that cannot be read costs its item, and no other."""
    path = tmp_path / "r.jsonl"
    lines = whole(path).splitlines(keepends=True)
    lines[2] = b"\x00\xff garbage\n"
    path.write_bytes(b"".join(lines))
    fn = Counting()
    assert map_calls(fn, ITEMS, resume=path).values == WANTED and fn.calls == ["two"]


def test_items_are_not_in_the_file(tmp_path):
    """The file holds values and hashes of the items, never the items."""
    path = tmp_path / "r.jsonl"
    map_calls(len, ["a secret prompt"], resume=path)
    assert b"secret" not in path.read_bytes() and json.loads(path.read_text().splitlines()[1])["value"] == 15


@pytest.mark.parametrize("value", [object(), {1, 2}, b"x", {1: "a"}, [object()]])
def test_values_that_json_cannot_keep(tmp_path, value):
    """Such a value stays in the result, with a warning; it is not lost."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = map_calls(lambda n: value, [1], resume=tmp_path / "r.jsonl")
    assert result.values == [value] and "cannot be saved as JSON" in str(caught[0].message)


def nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


def circle():
    value = []
    value.append(value)
    return value


@pytest.mark.parametrize("value", [nested(5000), circle(), 10**5000], ids=["deep", "circle", "digits"])
def test_a_value_that_json_refuses_is_a_value(tmp_path, value):
    """What was computed counts as done, also where writing it as JSON fails; and an item like that is no obstacle."""
    with pytest.warns(UserWarning, match="cannot be saved as JSON"):
        result = map_calls(lambda item: value, [1], resume=tmp_path / "r.jsonl")
    assert result.ok and result.values[0] is value
    assert map_calls(lambda item: 1, [value], resume=tmp_path / "s.jsonl").ok


def test_marks_and_line_ends_of_an_editor(tmp_path):
    """A byte order mark and CRLF, as editors write them, cost nothing."""
    path = tmp_path / "r.jsonl"
    data = whole(path)
    path.write_bytes(b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n"))
    fn = Counting()
    assert map_calls(fn, ITEMS, resume=path).values == WANTED and fn.calls == []


@pytest.mark.parametrize("value", [None, True, 1.5, "ü", [1, [2]], {"a": {"b": None}}])
def test_values_come_back_as_they_were(tmp_path, value):
    """Text, numbers, lists and dicts survive the file unchanged."""
    for _ in range(2):
        assert map_calls(lambda n: value, [1], resume=tmp_path / "r.jsonl").values == [value]


def test_values_can_stay_in_the_file(tmp_path):
    """keep_values=False with a resume file: the result is small, the file complete."""
    path = tmp_path / "r.jsonl"
    assert map_calls(Counting(), iter(ITEMS), resume=path, keep_values=False).values == []
    assert sorted(json.loads(line)["value"] for line in path.read_text().splitlines()[1:]) == sorted(WANTED)


def test_fingerprints():
    """Equal items have equal fingerprints in every process; what has no stable form has none."""
    assert fingerprint({"b": 1, "a": 2}) == fingerprint({"a": 2, "b": 1})
    assert fingerprint("a") != fingerprint("b") and fingerprint(b"a") is not None and fingerprint(object()) is None


@pytest.mark.parametrize("keep", [True, False])
def test_a_full_disk_costs_no_value(tmp_path, keep):
    """When the disk takes no more, values stay in memory with one warning; where they are kept in the file only, the batch stops."""
    script = tmp_path / "run.py"
    script.write_text(textwrap.dedent(f"""
        import resource, signal, sys, warnings
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (600, 600))
        from helpers import map_calls
        warnings.simplefilter("always")
        def work(item):
            return "value"
        try:
            result = map_calls(work, range(100), resume={str(tmp_path / "run.jsonl")!r}, concurrency=1, keep_values={keep})
            print(result.ok, result.values == ["value"] * 100)
        except Exception as exc:
            print(type(exc).__name__, exc.batch_result.calls == 100)
    """))
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == (["True", "True"] if keep else ["CourseError", "True"])
    assert done.stderr.count("cannot be written any more") == (1 if keep else 0)
    kept = (tmp_path / "run.jsonl").read_bytes().splitlines()
    assert 5 < len(kept) < 20 and json.loads(kept[-2])["value"] == "value"


def test_a_place_where_no_file_can_be(tmp_path):
    """A folder, a device and a path in a folder that is not there are refused before the first call."""
    called = []
    for place in (tmp_path, tmp_path / "no" / "run.jsonl", Path(os.devnull)):
        with pytest.raises(CourseError, match="cannot be a resume file"):
            map_calls(called.append, [1], resume=place)
    assert called == []
