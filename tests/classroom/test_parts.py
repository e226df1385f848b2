"""The parts of the class server that count and compare, with a clock of their own."""
from __future__ import annotations

import pytest

from helpers.practice.board import large
from helpers.practice.errors import Failure
from helpers.practice.identity import MOST_IDENTITIES
from helpers.practice.roster import Guesses, Roster


def test_guesses_come_back_slowly():
    """After ten wrong guesses one more is allowed every six seconds; a right guess costs nothing."""
    now = [0.0]
    guesses = Guesses("12345678", clock=lambda: now[0])
    for _ in range(100):
        assert guesses.check("12345678", "10.0.0.1")
    for _ in range(10):
        assert not guesses.check("1", "10.0.0.1")
    with pytest.raises(Failure) as refused:
        guesses.check("12345678", "10.0.0.1")
    assert refused.value.status == 429 and refused.value.headers["retry-after"] == "6"
    assert guesses.check("12345678", "10.0.0.2"), "another address is not held up"
    now[0] = 6.0
    assert guesses.check("12345678", "10.0.0.1")


def test_ipv6_addresses_of_one_network_count_together():
    """Somebody with a whole /64 does not get a fresh allowance with each address in it."""
    guesses = Guesses("12345678", clock=lambda: 0.0)
    for host in range(10):
        assert not guesses.check("1", f"2001:db8::{host:x}")
    with pytest.raises(Failure):
        guesses.check("1", "2001:db8::ffff")
    assert not guesses.check("1", "2001:db8:0:1::1")


def test_addresses_are_forgotten_at_a_bound():
    """The memory of guesses does not grow with the number of addresses."""
    guesses = Guesses("12345678", clock=lambda: 0.0, most=5)
    for host in range(50):
        guesses.check("1", f"10.0.0.{host}")
    assert len(guesses._seen) == 5


def test_requests_per_second_over_ten_seconds():
    """40 requests in four seconds are 4 per second while they lie in the last ten, and 0 afterwards."""
    now = [100.0]
    roster = Roster(lambda token: token, lambda: now[0])
    token, _ = roster.join("Ana")
    for step in range(40):
        now[0] = 100 + step / 10
        roster.note(token)
    now[0] = 106.5
    assert roster.per_second() == 4.0 and roster.requests == 40
    now[0] = 130.0
    assert roster.per_second() == 0.0


def test_a_full_room_forgets_the_least_recently_seen():
    """One more than fits: the learner who was away longest must join again, the active ones stay."""
    roster = Roster(lambda token: token, lambda: 0.0)
    tokens = [roster.join(f"n{number}")[0] for number in range(MOST_IDENTITIES)]
    roster.note(tokens[0])
    roster.join("late")
    assert roster.knows(tokens[0]) and not roster.knows(tokens[1]) and len(roster.all()) == MOST_IDENTITIES


def test_every_digit_looks_different():
    """The large digits can be told apart; a code with letters is spread out instead."""
    assert len({large(digit) for digit in "0123456789"}) == 10
    assert large("abc12345") == "    A B C 1 2 3 4 5"
