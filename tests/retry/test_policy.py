from __future__ import annotations

import os
import random
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import RateLimiter, RetryPolicy, call_with_retry, map_calls
from helpers._policy import RetryBudget
from helpers.errors import Verdict

NUMBERS = [
    "max_attempts",
    "deadline",
    "attempt_timeout",
    "idle_timeout",
    "backoff_base",
    "throttle_base",
    "backoff_max",
    "max_retry_after",
    "timeout_attempts",
]


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf"), "3", True])
def test_policy_refuses_what_is_not_above_zero(name, value):
    """Zero, negative numbers and what is no number are refused, and the message names the argument."""
    with pytest.raises(ValueError, match=f"^`{name}` must be "):
        RetryPolicy(**{name: value})


def test_messages_in_full():
    """What is wrong and what to write instead, word for word."""
    with pytest.raises(ValueError) as caught:
        RetryPolicy(max_attempts=0)
    assert str(caught.value) == "`max_attempts` must be a whole number, 1 or more, not 0. Leave it out for 6."
    with pytest.raises(ValueError) as caught:
        map_calls(str, [1], concurrency=0)
    assert str(caught.value) == "`concurrency` must be 1 or more, not 0. Use `concurrency=1` for one call at a time."


@pytest.mark.parametrize("settings", [{"retry_budget": -0.1}, {"retry_budget": 2}, {"jitter": "some"}, {"max_attempts": 1.5}])
def test_policy_refuses_other_nonsense(settings):
    """Shares lie between 0 and 1, attempts are whole, jitter has two names."""
    with pytest.raises(ValueError):
        RetryPolicy(**settings)


@pytest.mark.parametrize("settings", [{"rate": 0}, {"rate": -1}, {"rate": 5, "burst": 0}, {"rate": float("inf")}, {"burst": 3}])
def test_limiter_refuses_nonsense(settings):
    """A limiter needs a rate above 0 and a burst of 1 or more."""
    with pytest.raises(ValueError):
        RateLimiter(**settings)


@pytest.mark.parametrize("call", [lambda: call_with_retry("text"), lambda: call_with_retry(None), lambda: map_calls(3, [1])])
def test_not_a_function(call):
    """A result in place of a function is refused with a hint about brackets."""
    with pytest.raises(TypeError, match="must be a function"):
        call()


def test_policy_is_frozen_and_shows_itself():
    """A policy cannot change under running calls."""
    with pytest.raises(AttributeError):
        RetryPolicy().max_attempts = 3
    assert "max_attempts=6" in repr(RetryPolicy())


@given(
    n=st.integers(1, 10_000),
    hint=st.none() | st.floats(0, 1e9),
    kind=st.sampled_from(["throttled", "transient", "network"]),
    seed=st.integers(0, 99),
)
def test_delay_bounds(n, hint, kind, seed):
    """A delay is never below the hint, and above it by at most the cap of its retry."""
    policy = RetryPolicy(rng=random.Random(seed))
    delay = policy.delay(Verdict(kind, True, hint), n)
    assert (hint or 0) <= delay <= (hint or 0) + policy.cap(kind, n) <= (hint or 0) + policy.backoff_max


def test_caps_double():
    """0.1, 0.2, 0.4 ... for failures and 1, 2, 4 ... for refusals, up to backoff_max."""
    policy = RetryPolicy()
    assert [policy.cap("transient", n) for n in (1, 2, 3, 20)] == [0.1, 0.2, 0.4, 20.0]
    assert [policy.cap("throttled", n) for n in (1, 2, 3, 20)] == [1.0, 2.0, 4.0, 20.0]


def test_budget_ends_and_is_earned_back():
    """A budget gives its free repeats, then one for every ten successes."""
    budget = RetryBudget(0.1, free=3)
    assert [budget.spend() for _ in range(4)] == [True, True, True, False]
    for _ in range(10):
        budget.succeeded()
    assert [budget.spend(), budget.spend()] == [True, False]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_forked_processes_do_not_wait_alike():
    """The policy of calls that were given none is made once per process: two children of a fork draw different waits."""
    program = (
        "import os\nfrom helpers._policy import usual_policy\nassert usual_policy() is usual_policy()\n"
        "for _ in range(2):\n"
        "    if not os.fork():\n"
        "        print(usual_policy().own_delay('throttled', 1), flush=True)\n"
        "        os._exit(0)\n"
        "    os.wait()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    waits = done.stdout.split()
    assert len(waits) == 2 and waits[0] != waits[1]
