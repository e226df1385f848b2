from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import _headers
from helpers._headers import LimitInfo, parse_limit, parse_retry_after
from helpers.errors import classify

from .conftest import hub_error


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (
            {"RateLimit": '"api";r=9;t=1', "RateLimit-Policy": '"token bucket";"api";q=50;w=1'},
            LimitInfo(remaining=9, reset_s=1, quota=50, window_s=1, kind="bucket"),
        ),
        (
            {"ratelimit": '"api";r=0;t=55', "ratelimit-policy": '"fixed window";"api";q=500;w=300'},
            LimitInfo(remaining=0, reset_s=55, quota=500, window_s=300, kind="window"),
        ),
        (
            {"RateLimit": '"my-api";t=3;r=5', "RateLimit-Policy": '"my-api";q=50;w=1, "day";q=10000;w=86400'},
            LimitInfo(remaining=5, reset_s=3, quota=50, window_s=1),
        ),
        (
            {"RateLimit": '"minute";r=5;t=3, "day";r=2;t=9000', "RateLimit-Policy": '"minute";q=50;w=60, "day";q=1000;w=86400'},
            LimitInfo(remaining=2, reset_s=9000, quota=1000, window_s=86400),
        ),
        (
            {"RateLimit": "default;r=50;t=30", "RateLimit-Policy": "default;q=100;w=60"},
            LimitInfo(remaining=50, reset_s=30, quota=100, window_s=60),
        ),
        ({"RateLimit-Policy": '"api";q=50;w=1'}, LimitInfo(quota=50, window_s=1)),
        ({"RateLimit": "limit=10, remaining=4, reset=3"}, LimitInfo(remaining=4, reset_s=3, quota=10)),
        (
            {"RateLimit-Limit": "100, 100;w=60", "RateLimit-Remaining": "7", "RateLimit-Reset": "4"},
            LimitInfo(remaining=7, reset_s=4, quota=100, window_s=60),
        ),
        (
            {
                "X-RateLimit-Limit": "60",
                "X-RateLimit-Remaining": "59",
                "X-RateLimit-Reset": "1795341610",
                "Date": "Sun, 22 Nov 2026 10:00:00 GMT",
            },
            LimitInfo(remaining=59, reset_s=10, quota=60),
        ),
        (
            {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1795341610500", "Date": "Sun, 22 Nov 2026 10:00:00 GMT"},
            LimitInfo(remaining=0, reset_s=10.5),
        ),
        (
            {"x-ratelimit-limit-requests": "60", "x-ratelimit-remaining-requests": "59", "x-ratelimit-reset-requests": "1m2.5s"},
            LimitInfo(remaining=59, reset_s=62.5, quota=60),
        ),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "20ms"}, LimitInfo(remaining=0, reset_s=0.02)),
        ({"RateLimit": "garbage"}, None),
        ({}, None),
        (None, None),
    ],
)
def test_limits_in_every_dialect(headers, expected):
    """The IETF drafts, the Hub's form, X-RateLimit and openai's spans give the same facts."""
    assert parse_limit(headers) == expected


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "Retry-After",
                "Retry-After-Ms",
                "RateLimit",
                "RateLimit-Policy",
                "X-RateLimit-Remaining",
                "X-RateLimit-Reset",
                "X-RateLimit-Limit",
                "Date",
            ]
        ),
        st.text(max_size=60),
    )
)
def test_no_header_breaks_a_parser(headers):
    """Whatever a server sends, the parsers give a sensible number or None."""
    asked, limit = parse_retry_after(headers), parse_limit(headers)
    assert asked is None or asked >= 0
    assert limit is None or (limit.remaining is None or limit.remaining >= 0)


@given(st.integers(0, 10**6))
def test_seconds_and_dates_agree(seconds):
    """A Retry-After as a date means the same as one in seconds."""
    from email.utils import formatdate

    now = 1_795_341_600
    assert parse_retry_after({"Retry-After": formatdate(now + seconds, usegmt=True)}, now=now) == seconds
    assert parse_retry_after({"Retry-After": str(seconds)}) == seconds


def test_numbers_beyond_every_float_are_not_sent():
    """A header of four hundred nines is no limit, and no OverflowError in the middle of somebody's call."""
    nines = "9" * 400
    info = parse_limit({"RateLimit": f'"a";r={nines};t={nines}', "RateLimit-Policy": f'"a";q={nines};w=1'})
    assert info is None or (info.remaining, info.reset_s, info.quota) == (None, None, None)
    assert parse_limit({"X-RateLimit-Remaining": nines, "X-RateLimit-Reset": nines}).remaining is None
    assert classify(hub_error(429, None, {"RateLimit": f'"a";r=0;t={nines}'})).kind == "throttled"


def test_enormous_headers_are_read_in_one_pass():
    """The parts of a header are found without looking ahead at each: work grows with its length, not with its square."""
    text = ", ".join(f'"p{number}, still";r={number + 3};t=1' for number in range(5000))
    assert parse_limit({"RateLimit": text}).remaining == 3
    assert "(?=" not in _headers._PART.pattern
    for odd in ("," * 200_000, '"' * 200_001, '",' * 100_000, ";" * 200_000, "a" * 200_000, " =" * 100_000):
        assert parse_limit({"RateLimit": odd}) is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("1, 2", 2.0), ("7,7", 7.0), ("1, soon", None), ("1,", None), ("0_1", None), ("\uff11", None), ("9" * 400, None)],
)
def test_several_values_and_foreign_digits(text, seconds):
    """Two Retry-After fields arrive joined by a comma: the longer one counts. What HTTP does not call a number is none."""
    assert parse_retry_after({"Retry-After": text}) == seconds
