"""The parts that compute: clock, stop strings, limits, faults in their short form."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.practice.clock import Clock
from helpers.practice.errors import Failure, header_text
from helpers.practice.faults import KINDS, Fault, parse_fault
from helpers.practice.fields import Fields, parse_json
from helpers.practice.generation import StopFilter
from helpers.practice.identity import Identities
from helpers.practice.limits import Bucket, Window
from helpers.practice.wirelog import MOST_BODY_BYTES, Record, WireLog


class Step(NamedTuple):
    text: str


@given(
    st.lists(st.text("abc", min_size=1, max_size=3), max_size=20),
    st.lists(st.text("abc", min_size=1, max_size=4), max_size=3),
)
def test_the_stop_filter_agrees_with_searching_the_whole_text(tokens, stops):
    """Whatever the token borders: what is shown is the text before the first stop string, and nothing too early."""
    whole = "".join(tokens)
    found = [at for at in (whole.find(stop) for stop in stops) if at >= 0]
    filter_, shown = StopFilter(stops), ""
    for token in tokens:
        shown += "".join(piece.text for piece in filter_.feed(Step(token)))
        assert whole.startswith(shown)
        if filter_.hit:
            break
    else:
        shown += "".join(piece.text for piece in filter_.flush())
    # The filter stops at the stop string that is complete first; that is the earliest end in the text.
    ends = [at + len(stop) for stop in stops if (at := whole.find(stop)) >= 0]
    assert filter_.hit == bool(found)
    if not found:
        assert shown == whole
    else:
        assert len(shown) <= min(ends) and not any(stop in shown for stop in stops)


def test_the_clock_keeps_what_has_passed():
    """Changing the speed, stopping and advancing never move time back."""
    real = [0.0]
    clock = Clock(lambda: real[0])
    real[0] = 2
    clock.set_speed(10)
    real[0] = 3
    assert clock.now() == 12
    clock.set_speed(0)
    real[0] = 99
    assert clock.now() == 12 and clock.advance(5) == 17


def test_sleeps_on_a_stopped_clock_move_it_once():
    """Two waits at the same time end at the later of the two, in no real time."""
    clock = Clock(lambda: 0.0)
    clock.set_speed(0)

    async def both():
        await asyncio.gather(clock.sleep(5), clock.sleep(8))

    asyncio.run(both())
    assert clock.now() == pytest.approx(8)


@given(st.floats(0.1, 100), st.integers(1, 50), st.lists(st.floats(0, 5), max_size=200))
def test_a_bucket_never_lets_more_through_than_rate_and_burst_allow(rate, burst, gaps):
    """Calls let through up to any time t: at most burst + rate * t."""
    bucket, now, through = Bucket(rate, burst), 0.0, 0
    for gap in gaps:
        now += gap
        standing = bucket.take(now)
        through += standing.allowed
        assert through <= burst + rate * now + 1e-6
        if not standing.allowed:
            assert bucket.take(now + standing.reset_s + 1e-9).allowed
            through, now = through + 1, now + standing.reset_s + 1e-9


@given(st.integers(1, 20), st.floats(0.5, 60), st.lists(st.floats(0, 20), max_size=200))
def test_a_window_never_lets_more_than_its_quota_through(quota, seconds, gaps):
    """In each window at most `quota` calls pass, and a refused one may pass when the window turns."""
    window, now, passed = Window(quota, seconds), 0.0, {}
    start = gaps[0] if gaps else 0
    for gap in gaps:
        now += gap
        standing = window.take(now)
        number = int((now - start) / seconds + 1e-6)
        passed[number] = passed.get(number, 0) + standing.allowed
        assert 0 <= standing.reset_s <= seconds + 1e-9
    assert all(count <= quota for count in passed.values())


def test_slow_rates_are_announced_as_whole_numbers():
    """0.5 calls per second is one in two seconds."""
    assert (Bucket(0.5, 1).quota, Bucket(0.5, 1).window_s) == (1, 2)
    assert (Bucket(50, 10).quota, Bucket(50, 10).window_s) == (50, 1)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("503", Fault(status=503)),
        ("429:2", Fault(status=429, headers={"Retry-After": "2"})),
        ("cut:5", Fault(kind="cut", after=5)),
        ("cut_dirty:0", Fault(kind="cut_dirty", after=0)),
        ("delay", Fault(kind="delay", delay=1.0)),
        ("delay:0.5", Fault(kind="delay", delay=0.5)),
        ("drip:0.1", Fault(kind="drip", delay=0.1)),
        ("reset*3", Fault(kind="reset", times=3)),
        ({"kind": "status", "status": 418}, Fault(status=418)),
        ({"kind": "silence", "body": None}, Fault(kind="silence")),
    ],
)
def test_faults_in_short_and_long_form(text, fault):
    """Every form a lesson may write."""
    assert parse_fault(text) == fault


@given(
    st.one_of(
        st.text(max_size=12),
        st.integers(),
        st.dictionaries(
            st.sampled_from([*Fault.__dataclass_fields__, "x"]),
            st.one_of(st.none(), st.integers(), st.text(max_size=5)),
        ),
    )
)
def test_no_fault_description_breaks_the_parser(value):
    """Anything else is a Failure with a 422."""
    try:
        assert parse_fault(value).kind in KINDS
    except Failure as failure:
        assert failure.status == 422


@given(
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.floats(), st.integers(), st.text()),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=10,
    )
)
def test_every_getter_checks_or_refuses(value):
    """No JSON value makes a getter raise anything but a 422."""
    fields = Fields({"x": value})
    for get in (
        lambda: fields.number("x", None, 0, 1),
        lambda: fields.integer("x", None, 0, 9),
        lambda: fields.flag("x"),
        lambda: fields.choice("x", ("a",)),
        lambda: fields.text("x"),
        lambda: fields.texts("x", most=3),
        lambda: fields.inner("x"),
    ):
        try:
            get()
        except Failure as failure:
            assert failure.status == 422 and "`x`" in failure.message


@given(st.binary(max_size=200))
def test_any_bytes_are_json_or_a_400(body):
    """The body parser has two outcomes."""
    try:
        assert isinstance(parse_json(body), dict)
    except Failure as failure:
        assert failure.status == 400


@given(st.text())
def test_any_text_makes_a_safe_header(text):
    """One line of printable Latin-1."""
    header_text(text).encode("latin-1")
    assert "\n" not in header_text(text) and "\r" not in header_text(text)


def test_identities_keep_no_token():
    """What is kept of a token is a salted fingerprint, another one in each process."""
    token = "hf_practice_" + "s3cret"
    one, two = Identities(), Identities()
    assert one.find(f"Bearer {token}").key != two.find(f"Bearer {token}").key
    assert one.find(f"Bearer {token}") is one.find(f"bearer  {token}")
    import gc

    kept = [o for o in gc.get_referrers(one.find(f"Bearer {token}")) if isinstance(o, dict)]
    assert token not in repr(kept) and token not in repr(vars(one.find(f"Bearer {token}")))


def test_identities_are_bounded():
    """The least recently seen one is forgotten."""
    known = Identities()
    for number in range(1000):
        known.find(f"Bearer hf_practice_{number}")
    assert len(known) <= 256


def test_the_log_keeps_a_thousand_records_and_a_mebibyte():
    """Old records go, and old bodies before them; what is left says so."""
    log = WireLog()
    for _ in range(1500):
        record = log.open(Record(n=0, time_s=0, method="POST", host="h", path="/", headers=()))
        log.keep_body(record, b'{"a": "' + b"x" * 5000 + b'"}')
    shown = log.since()
    assert (len(shown), shown[-1]["n"]) == (1000, 1500)
    kept = [record for record in shown if isinstance(record["body"], dict)]
    assert 0 < len(kept) * 5000 <= MOST_BODY_BYTES and kept[-1]["n"] == 1500
    assert "dropped" in shown[0]["body"]


def test_a_reset_of_a_closed_connection_is_none():
    """A scripted reset that comes after the client has hung up ends the call quietly."""
    import socket

    from helpers.practice.wire import Wire

    class Transport:
        def __init__(self) -> None:
            self.aborted, self.socket = False, socket.socket()
            self.socket.close()

        def get_extra_info(self, name: str) -> socket.socket:
            return self.socket

        def abort(self) -> None:
            self.aborted = True

    wire = Wire(None, None)
    wire.transport = Transport()
    wire.reset()
    assert wire.transport.aborted


def test_an_endpoint_that_changes_for_ever_stays_small_and_its_bill_right():
    """A thousand pauses and starts: the history keeps the last ones, the bill counts every minute."""
    from helpers.practice.endpoints import MOST_STATES, Endpoint, Settings

    spec = {
        "name": "x",
        "provider": {"vendor": "aws", "region": "us-east-1"},
        "compute": {
            "accelerator": "cpu",
            "instanceType": "intel-spr",
            "instanceSize": "x1",
            "scaling": {"minReplica": 1, "maxReplica": 1, "scaleToZeroTimeout": None},
        },
    }
    endpoint = Endpoint(spec, "me", Settings(), Clock(lambda: 0.0), 0.0)
    for turn in range(1000):
        endpoint.enter(turn * 1000.0, "running", "")
        endpoint.enter(turn * 1000.0 + 60, "paused", "")
    minutes, dollars = endpoint.bill(1e6)
    assert minutes == 1000 and dollars == pytest.approx(1000 * 0.033 / 60)
    assert len(endpoint.history(1e6)) <= MOST_STATES + 3 and len(endpoint._billed) <= MOST_STATES + 1
