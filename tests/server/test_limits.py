"""Rate limits, cold starts, credit, pace: what lessons 07 and 08 turn, on a clock that stands still."""

from __future__ import annotations

import math

import pytest


@pytest.fixture
def still(control):
    """The server with its clock stopped, so that time passes only when a test says so."""
    control.clock(0)
    return control


def test_a_bucket_lets_the_burst_through_and_then_one_call_per_interval(still, classify):
    """Two calls at once, then 429 with the whole seconds to wait, and one call after them."""
    still.limit(0.5, 2)
    assert [classify().status for _ in range(3)] == [200, 200, 429]
    refused = classify()
    assert refused.headers["retry-after"] == "2"
    still.advance(2)
    assert [classify().status, classify().status] == [200, 429]


@pytest.mark.parametrize(
    ("style", "present"),
    [
        ("both", {"retry-after", "ratelimit", "ratelimit-policy"}),
        ("retry-after", {"retry-after"}),
        ("ratelimit", {"ratelimit", "ratelimit-policy"}),
        ("x-ratelimit", {"x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"}),
        ("none", set()),
    ],
)
def test_a_refusal_carries_exactly_the_headers_asked_for(still, classify, style, present):
    """Each header style sends its own headers and no others."""
    still.limit(1, 1, headers=style)
    classify()
    refused = classify()
    assert refused.status == 429
    assert {name for name in refused.headers if "ratelimit" in name or name == "retry-after"} == present


def test_successes_announce_the_limit_too(still, classify):
    """A 200 has `RateLimit` and its policy, in the Hub's own words, and no Retry-After."""
    still.limit(window=(5, 300))
    first = classify()
    assert (first.status, first.headers["ratelimit"]) == (200, '"api";r=4;t=300')
    assert first.headers["ratelimit-policy"] == '"fixed window";"api";q=5;w=300'
    assert "retry-after" not in first.headers


def test_the_hub_parses_the_headers(still, classify):
    """huggingface_hub's own parser reads limit, window and time to wait."""
    from huggingface_hub.utils import parse_ratelimit_headers

    still.limit(window=(1, 60))
    info = parse_ratelimit_headers(classify().headers)
    assert (info.limit, info.remaining, info.window_seconds, info.reset_in_seconds) == (1, 0, 60, 60)


def test_a_window_turns_all_at_once(still, classify):
    """Nothing is free before the window ends, and everything after."""
    still.limit(window=(2, 10))
    assert [classify().status for _ in range(3)] == [200, 200, 429]
    still.advance(9.9)
    assert classify().status == 429
    still.advance(0.2)
    assert [classify().status for _ in range(3)] == [200, 200, 429]


@pytest.mark.parametrize("limit", [{"rate": 1, "burst": 2}, {"window": (2, 2)}])
def test_failed_calls_may_count(still, classify, limit):
    """Where refused calls count, hammering keeps the door shut; where they do not, waiting is enough."""
    for counts, after in ((False, 200), (True, 429)):
        still.limit(**limit, failed_calls_count=counts)
        for _ in range(8):
            classify()
        still.advance(2)
        assert classify().status == after


def test_a_limit_for_one_model_leaves_the_others_alone(still, classify, send):
    """`model=` limits that model only."""
    still.limit(0.1, 1, model="practice/sentiment")
    assert [classify().status, classify().status] == [200, 429]
    body = {"inputs": "a"}
    assert {send("POST", "/hf-inference/models/practice/embed/pipeline/feature-extraction", body).status} == {
        200
    }


def test_limits_are_private(still, classify, send):
    """One identity's limit never touches another's."""
    still.limit(0.1, 1)
    classify()
    assert classify().status == 429
    other = send(
        "POST", "/hf-inference/models/practice/sentiment", {"inputs": "a"}, token="hf_practice_somebody_else"
    )
    assert other.status == 200


def test_no_arguments_lift_the_limit(still, classify):
    """`limit()` removes it."""
    still.limit(0.1, 1)
    classify()
    still.limit()
    assert {classify().status for _ in range(5)} == {200}


def test_a_cold_model_says_how_long_it_still_loads(still, classify):
    """The first request starts the clock; 503 with the seconds left until then, in both body shapes."""
    still.cold_start("practice/sentiment", 20)
    first = classify()
    assert (first.status, first.json) == (
        503,
        {"error": "Model practice/sentiment is currently loading", "estimated_time": 20.0},
    )
    still.advance(12.5)
    assert classify().json["estimated_time"] == 7.5
    still.advance(7.5)
    assert classify().status == 200


def test_an_idle_model_goes_cold_again(still, classify):
    """After `idle` seconds without a call it loads anew; steady calls keep it warm."""
    still.cold_start("practice/sentiment", 5, idle=60, estimated_time=False)
    assert "estimated_time" not in classify().json
    for step, status in ((5, 200), (50, 200), (50, 200), (61, 503), (5, 200)):
        still.advance(step)
        assert classify().status == status


def test_a_refused_call_does_not_start_the_model(still, classify):
    """The limiter comes before the cold start."""
    still.limit(window=(1, 100))
    classify()
    still.cold_start("practice/sentiment", 5)
    assert classify().status == 429
    still.limit()
    assert classify().json["estimated_time"] == 5.0


def test_credit_is_spent_at_practice_prices_and_then_402(control, ask):
    """A credit for one call answers one call."""
    control.credit(1e-9)
    assert ask().status == 200
    empty = ask()
    assert empty.status == 402
    assert "credits" in empty.json["error"]["message"]
    assert control.state["spent"] > 1e-9


def test_pace_takes_the_servers_time(still, ask):
    """Prompt and tokens take as long as asked; a stall adds to it."""
    still.pace(tokens_per_s=10, prompt_s_per_token=0.1)
    before = still.now()
    usage = ask("What is a token?", max_tokens=8, seed=1).json["usage"]
    expected = 0.1 * usage["prompt_tokens"] + usage["completion_tokens"] / 10
    assert still.now() - before == pytest.approx(expected, abs=1e-6)
    still.pace(stall=(2, 3.0))
    before = still.now()
    ask(max_tokens=8, seed=1, stream=True)
    assert still.now() - before == pytest.approx(3.0, abs=1e-6)


def test_the_clock_runs_as_fast_as_asked(control):
    """At speed 1000 a sleep of 50 s on the server's clock is 50 ms here, and `now` agrees with the server."""
    control.clock(1000)
    begin = control.now()
    control.sleep(50)
    passed = control.now() - begin
    assert 50 <= passed < 20_000
    assert math.isclose(control.now(), control.state["now"], abs_tol=2_000)


@pytest.mark.parametrize(
    ("call", "names"),
    [
        (lambda s: s.limit(0), "rate"),
        (lambda s: s.limit(-1), "rate"),
        (lambda s: s.limit(burst=3), "burst"),
        (lambda s: s.limit(1, headers="all"), "headers"),
        (lambda s: s.limit(window=(0, 5)), "calls"),
        (lambda s: s.limit(1, window=(1, 1)), "window"),
        (lambda s: s.limit(model="x/y", rate=1), "x/y"),
        (lambda s: s.faults("601"), "601"),
        (lambda s: s.faults("explode"), "explode"),
        (lambda s: s.faults(5), "5"),
        (lambda s: s.faults("503", rate=2), "rate"),
        (lambda s: s.faults({"knid": "cut"}), "knid"),
        (lambda s: s.cold_start("nobody", 3), "nobody"),
        (lambda s: s.pace(stall=(1,)), "stall"),
        (lambda s: s.clock(-1), "speed"),
        (lambda s: s.advance(-5), "seconds"),
        (lambda s: s.credit(float("nan")), "sent"),
    ],
)
def test_a_wrong_switch_is_one_sentence_that_names_it(control, call, names):
    """Every refusal of the control API is a ValueError that names what is wrong, and nothing is changed."""
    before = {k: v for k, v in control.state.items() if k != "now"}
    with pytest.raises(ValueError, match=names):
        call(control)
    assert {k: v for k, v in control.state.items() if k != "now"} == before


def test_repr_shows_what_is_set_and_no_token(control, token):
    """`course.server` in a cell shows limits, faults and speed."""
    control.limit(2, 5)
    control.faults("503*2")
    shown = repr(control)
    assert "2 calls per second" in shown and "503" in shown
    assert token not in shown


def test_reset_takes_everything_back(control, classify):
    """After `reset()` the identity is as new."""
    control.limit(1, 1)
    control.faults("503")
    control.clock(0)
    classify()
    control.reset()
    state = control.state
    assert (state["limits"], state["faults"], state["speed"], state["requests"]) == ({}, {}, 1.0, 0)
    assert control.log == []


def test_a_server_that_is_gone_is_one_sentence():
    """No answer is a ValueError that says what to do."""
    from helpers.remote import Server

    with pytest.raises(ValueError, match="does not answer"):
        Server("http://127.0.0.1:9", "hf_practice_x").limit()


@pytest.mark.parametrize("address", ["http://127.0.0.1:9", "http://", "http://host:port", "http://[::1"])
def test_joining_a_server_that_is_not_there_is_one_sentence(address):
    """No practice server at the address: a CourseError, whatever is wrong with it."""
    from helpers.errors import CourseError
    from helpers.remote import join

    with pytest.raises(CourseError, match="No practice server lets you in"):
        join(address)


def test_joining_gives_every_caller_a_token_of_its_own(url):
    """Two joins, two identities."""
    from helpers.remote import Server, join

    tokens = {join(url), join(url, name="Ada")}
    assert len(tokens) == 2
    assert len({Server(url, token).state["identity"] for token in tokens}) == 2
