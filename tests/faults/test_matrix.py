"""Every scripted fault, through both SDKs, blocking and awaited, as a plain call, a stream and a batch.

What must come of each cell stands in `matrix.toml`; `docs/faults.md` is made from it.
"""

from __future__ import annotations

import asyncio
import gc
import http.client
import re
import time
from contextlib import closing
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import pytest
from huggingface_hub import close_session

from helpers import RetryPolicy, classify, explain
from helpers.transport import hub_http

from .table import Row, read
from .watch import SETTLE_S, Held, open_files, runaways, settled, within
from .ways import ATTEMPTS, CLIENTS, HANG, ITEMS, PATIENT_S, SHORT_S, Clock, Seen, Ways, client, plain_http, policy

OLD = hub_http().__name__ == "httpx"
CASES = [(name, row, fault) for name in CLIENTS for row in read(name.split()[0], old=OLD) for fault in row.faults]
HUNG_S = 120.0
SDK_S = 60.0  # the SDK's own limit, longer than any that the helpers set
MOST_PIECES_PER_S = 100_000  # of a row's short limit: a hundred times as many as the server sends, which rests 1 ms after each
OWN_WAIT_S = 0.01  # what the policy of these tests adds to the server's wish before the first repeat


@pytest.fixture(scope="package")
def answers(course: Any) -> list[str]:
    """The right answer to each item."""
    ways = Ways(client("hub", course, SDK_S), "hub", course.models.chat)
    texts = [ways.ask(**ways.question(item)).choices[0].message.content for item in ITEMS]
    close_session()
    return texts


class Cells:
    """All cells of one fault and one client; `wrong` has a line for each that is not as the table says."""

    def __init__(self, row: Row, fault: Any, name: str, course: Any, answers: list[str]) -> None:
        self.row, self.fault, self.name, self.course, self.answers = row, fault, name, course, answers
        self.wrong: list[str] = []
        self.limit_s = SHORT_S[0]
        self.ended: list[int] = []
        self.was_busy = False

    def run(self) -> None:
        """Through the helpers, blocking."""
        ways, held = Ways(client(self.name, self.course, SDK_S), self.name, self.course.models.chat), open_files()
        for cell in self.row.cells:
            for self.limit_s in SHORT_S:
                clock, rule, concurrency = self._prepare(*cell)
                with runaways(self._most_pieces) as self.ended:
                    seen = ways.run(cell[0], rule, concurrency)
                if not self._too_busy(cell, seen):
                    break
            if self._ran_away(*cell):
                break
            self._judge(*cell, seen, clock, held)
        ways.cut()

    async def arun(self) -> None:
        """Through the helpers, awaited."""
        ways, held = Ways(client(self.name, self.course, SDK_S), self.name, self.course.models.chat), open_files()
        for cell in self.row.cells:
            for self.limit_s in SHORT_S:
                clock, rule, concurrency = self._prepare(*cell)
                with runaways(self._most_pieces) as self.ended:
                    seen = await ways.arun(cell[0], rule, concurrency)
                if not self._too_busy(cell, seen):
                    break
            if self._ran_away(*cell):
                break
            self._judge(*cell, seen, clock, held)
        await ways.client.close()
        await self._no_tasks()

    def alone(self) -> None:
        """Without the helpers and their transport, blocking."""
        for way, wanted in self.row.without.items():
            for self.limit_s in SHORT_S:
                ways = self._struck_alone()
                came = ways.alone(way, self.answers[0], self._patience(wanted))
                ways.cut()
                if not self._too_busy_alone(came, wanted):
                    break
            self._same(f"{way} alone", came, wanted)

    async def aalone(self) -> None:
        """As `alone`, awaited."""
        for way, wanted in self.row.without.items():
            for self.limit_s in SHORT_S:
                ways = self._struck_alone()
                came = await ways.aalone(way, self.answers[0], self._patience(wanted))
                await ways.client.close()
                if not self._too_busy_alone(came, wanted):
                    break
            self._same(f"{way} alone", came, wanted)
        await self._no_tasks()

    # -- preparing ------------------------------------------------------------------------------------------------
    def _script(self, strikes: str) -> None:
        """The fault for the first request, or for more requests than any cell sends."""
        always = {**self.fault, "times": 99} if isinstance(self.fault, dict) else f"{self.fault}*99"
        self.course.server.reset()
        self.course.server.faults(self.fault if strikes == "once" else always)
        if self.row.speed != 1:
            self.course.server.clock(speed=self.row.speed)

    def _prepare(self, way: str, strikes: str) -> tuple[Clock, Any, int]:
        """A clock, a policy on it, and how many items of a batch may be under way at once."""
        self._script(strikes)
        clock, row = Clock(), self.row
        # One by one where the order decides how many requests there are, or the deadline does: on a clock of sleeps a pause that two
        # calls share would count twice. All others, single refusals among them, are under way two at a time.
        expected = row.cells[way, strikes]
        by_deadline = expected.requests > ATTEMPTS * len(ITEMS)
        alone = "stopped" in expected.counts or by_deadline or row.short and strikes == "once"
        rule = policy(clock, row.short, self.limit_s, lambda: strikes == "once" and self._requests() > 0)
        return clock, rule, 1 if alone else len(ITEMS) if row.short else 2

    def _struck_alone(self) -> Ways:
        self._script("always")
        return Ways(client(self.name, self.course, self.limit_s if self.row.short else SDK_S, alone=True), self.name,
                    self.course.models.chat)

    def _requests(self) -> int:
        return sum(record["method"] == "POST" for record in self.course.server.log)

    # -- a busy machine -------------------------------------------------------------------------------------------
    # Only the rows with a short time limit can notice one. There each wait for the machine may be taken for one for the server;
    # the verdict is that of the first limit which was long enough for the machine.
    def _patience(self, wanted: str) -> float:
        """How long a call alone may run before it is said to hang: short only where the table says so."""
        return HANG * self.limit_s if wanted == "hangs" else PATIENT_S

    def _too_busy(self, cell: tuple[str, str], seen: Seen) -> bool:
        """Whether the short time limit was over before a request had left, or a second time, when the server was not slow."""
        expected = self.row.cells[cell]
        if not self.row.short or self.ended:
            return False
        self._quiet()
        busy = self._requests() < expected.requests or seen.counts.get("timeout", 0) > expected.counts.get("timeout", 0)
        self.was_busy |= busy
        return busy

    def _too_busy_alone(self, came: str, wanted: str) -> bool:
        """Whether the client's short time limit was over at another place than the server's slowness."""
        if not self.row.short:
            return False
        self._quiet()
        return "Timeout" in came and came != wanted

    def collect(self) -> None:
        """Where a time limit was over before a request had left: a task cancelled while it connects leaves its socket to this (anyio 4)."""
        if self.was_busy:
            gc.collect()

    def _quiet(self) -> None:
        """Let the server see all requests that were given up: they come before this one, and not among those of the next cell."""
        with closing(http.client.HTTPConnection(urlsplit(self.course.server.url).netloc, timeout=PATIENT_S)) as connection:
            connection.request("GET", "/")
            connection.getresponse().read()

    # -- a reader without end -------------------------------------------------------------------------------------
    def _most_pieces(self) -> float:
        """More pieces of one answer than can come within the short limit, however late a busy machine notices its end."""
        return MOST_PIECES_PER_S * self.limit_s if self.row.short else float("inf")

    def _ran_away(self, way: str, strikes: str) -> bool:
        """Whether an answer had to be ended by the test; the cells after it would only show it again."""
        self._same(f"{way}, struck {strikes}", [f"not ended after {pieces} pieces" for pieces in self.ended[:1]], [])
        return bool(self.ended)

    # -- judging --------------------------------------------------------------------------------------------------
    def _judge(self, way: str, strikes: str, seen: Seen, clock: Clock, held: int) -> None:
        expected, where = self.row.cells[way, strikes], f"{way}, struck {strikes}"
        self._same(where, (seen.counts, self._requests()), (expected.counts, expected.requests), seen)
        for text, end, right in zip(seen.texts, seen.ends, self.answers, strict=False):
            if end == "ok":
                self._same(where, text, right, seen)
            elif end == "interrupted":
                self._same(where, text, seen.errors[0].partial, seen)
                if "endless" not in str(self.fault):  # it repeats the token itself
                    self._same(where, (bool(text), text), (text != right, right[:len(text)]), seen)
        for error in seen.errors:
            self._same(where, _without_count(str(explain(error)), self.fault), self._explained(error), seen)
        noted = [_attempts(error) for error in seen.errors]
        for error, attempts in zip(seen.errors, noted, strict=True):
            ended_otherwise = classify(error).kind in ("interrupted", "stopped")
            self._same(where, attempts is None, ended_otherwise, seen)
            self._same(where, isinstance(error.__cause__, Exception) or not ended_otherwise, True, seen)
        if not {"ok", "stopped", "interrupted"} & set(seen.counts):
            self._same(where, sum(noted), expected.requests, seen)
        if way != "batch":  # between attempts what the server asks for and twice as long as before of its own, after the last nothing
            repeats = expected.requests - 1
            self._same(where, round(clock.now(), 6), round(repeats * self.row.wait_s + OWN_WAIT_S * (2 ** repeats - 1), 6), seen)
        # Both ends of the one connection that a client keeps; in a batch of one for each item at work. One file more is chance.
        most = held + 2 * (len(ITEMS) if way == "batch" else 1) + 1
        self.collect()
        self._same(where, settled(lambda: open_files() <= most), True, seen)

    def _explained(self, error: Exception) -> str:
        told = self.row.explained(classify(error).kind, self.fault)
        return told.replace("{reason}", self.row.explained(self.row.kind, self.fault)).replace("{seconds}", f"{self.limit_s:g}")

    def _same(self, where: str, came: Any, wanted: Any, seen: Seen | None = None) -> None:
        if came != wanted:
            errors = [f"{type(error).__name__}: {str(error)[:200]!r}" for error in seen.errors[:1]] if seen else []
            self.wrong.append("\n        ".join([f"{where}: {came}", f"wanted: {wanted}", *errors]))

    async def _no_tasks(self) -> None:
        until = time.monotonic() + SETTLE_S
        while (left := asyncio.all_tasks() - {asyncio.current_task()}) and time.monotonic() < until:
            await asyncio.sleep(0.01)
        self._same("tasks", left, set())


def _attempts(error: Exception) -> int | None:
    """How many attempts the notes of an error say there were."""
    said = [re.match(r"(\d+) attempts? in ", note) for note in getattr(error, "__notes__", [])]
    return next((int(found[1]) for found in said if found), None)


def _without_count(text: str, fault: Any) -> str:
    """How many chunks of an endless stream came is chance."""
    return re.sub(r"after \d+ chunks", "after {chunks} chunks", text) if "endless" in str(fault) else text


NAMES = [f"{name}: {row.title} ({number})" for number, (name, row, _) in enumerate(CASES)]


@pytest.mark.parametrize(("name", "row", "fault"), CASES, ids=NAMES)
def test_fault(course, answers, name, row, fault):
    """Complete, or the right error; so many requests and no more; every token once; nothing left behind."""
    before, cells = Held(), Cells(row, fault, name, course, answers)
    if name.endswith("async"):
        with_helpers, alone = partial(_awaited, cells.arun), partial(_awaited, cells.aalone)
    else:
        with_helpers, alone = cells.run, cells.alone
    within(HUNG_S, with_helpers)
    cells.collect()
    left = [before.left_behind()]
    with plain_http(course):
        within(HUNG_S, alone)
    left.append(before.left_behind(collected=True))  # the SDKs alone leave some to the garbage collector
    said = [f"left behind {when}: {what}" for when, what in zip(("by the helpers", "alone"), left, strict=True) if what]
    assert not (cells.wrong or said), "\n    ".join([f"{fault} x {name}", *cells.wrong, *said])


def _awaited(run: Any) -> None:
    asyncio.run(run())


def test_every_kind_of_fault_has_its_row():
    """No kind of fault that the server knows is missing in the table."""
    from helpers.practice.faults import KINDS, parse_fault
    assert {parse_fault(fault).kind for _, _, fault in CASES} == set(KINDS)


def test_statuses_of_the_table():
    """Every status that has a kind of its own is in the table."""
    from helpers._classify import KIND_OF_STATUS
    from helpers.practice.faults import parse_fault
    assert set(KIND_OF_STATUS) <= {parse_fault(fault).status for _, _, fault in CASES if parse_fault(fault).kind == "status"}


def test_a_hung_test_fails(monkeypatch):
    """What does not end is reported with its place, after the time limit."""
    import threading
    begun, release, join = threading.Event(), threading.Event(), threading.Thread.join
    monkeypatch.setattr(threading.Thread, "join", lambda thread, limit: begun.wait(30) and join(thread, limit))
    with pytest.raises(AssertionError, match=r"still runs after 0.05 s, here:(.|\n)*release.wait"):
        within(0.05, lambda: begun.set() or release.wait(30))
    release.set()


def test_an_answer_that_nobody_ends_fails(course):
    """An endless answer that no time limit ends is ended by its pieces, and the one after it at once."""
    course.server.reset()
    course.server.faults("endless*2")
    ways = Ways(client("hub", course, SDK_S), "hub", course.models.chat)
    with runaways(lambda: 5) as ended:
        seen = [within(HUNG_S, lambda: ways.run("call", RetryPolicy(max_attempts=1, attempt_timeout=None), 1)) for _ in range(2)]
    ways.cut()
    assert ended == [6, 1] and all("Nobody ended" in str(one.errors[0]) for one in seen)


def test_left_behind_names_it(monkeypatch):
    """A thread and sockets that stay are named; more of them than those of earlier tests which may be closing meanwhile."""
    import socket
    import threading
    from contextlib import ExitStack

    from . import watch
    monkeypatch.setattr(watch, "SETTLE_S", 0.05)
    before, release = Held(), threading.Event()
    thread = threading.Thread(target=release.wait, name="left over", daemon=True)
    with ExitStack() as stack:
        stack.callback(release.set)
        thread.start()
        listening = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        for _ in range(8):
            stack.enter_context(socket.create_connection(listening.getsockname()))
        assert re.match(r"threads: left over; [1-9] open files or sockets", before.left_behind())
    thread.join()
    assert before.left_behind() == ""
