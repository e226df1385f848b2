"""What a server says about its limits in response headers, as numbers; no state, no clock of its own."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

_PARAMETER = re.compile(r"(?<![a-z])([a-z]{1,20})\s{0,4}=\s{0,4}\"?(\d+(?:\.\d+)?)")  # bounded: work stays linear
_PART = re.compile(r'(?:[^,"]|"[^"]*"?)+')
_SPAN = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_UNIT_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_EPOCH_FROM = 1e9  # a reset "in" 30 years is a Unix time
_EPOCH_MS_FROM = 1e12  # and one in 30,000 years is a Unix time in milliseconds


@dataclass(frozen=True, kw_only=True)
class LimitInfo:
    """One response's view of the limit. Every field is None where the server does not say it.

    remaining: requests left now. reset_s: seconds until more are available (whole seconds, rounded up).
    quota, window_s: `quota` requests per `window_s` seconds. kind: "window", "bucket" or None, as named by the policy.
    """

    remaining: int | None = None
    reset_s: float | None = None
    quota: int | None = None
    window_s: float | None = None
    kind: str | None = None

    @property
    def is_limit(self) -> bool:
        """True when it says how much, and per how long or until when: enough to keep to."""
        return bool(self.quota and self.window_s) or (self.remaining is not None and self.reset_s is not None)


def lower_keys(headers: Mapping[str, str] | None) -> dict[str, str]:
    """Headers as a plain dict with lower-case names; {} for None."""
    if not headers:
        return {}
    return {str(name).lower(): str(value) for name, value in headers.items()}


def parse_retry_after(headers: Mapping[str, str] | None, *, now: float | None = None) -> float | None:
    """Seconds the server asks to wait: `Retry-After-Ms`, then `Retry-After` as seconds or HTTP date (RFC 9110, 10.2.3).

    A negative, infinite or unreadable value counts as not sent (None). A date in the past gives 0.0.
    `now` is Unix time in seconds; without it the response's own `Date` header is used, then this machine's clock.
    """
    fields = lower_keys(headers)
    in_ms = _number(fields.get("retry-after-ms"))
    if in_ms is not None:
        return in_ms / 1000
    text = fields.get("retry-after")
    parts = [_number(part) for part in (text or "").split(",")]  # sent twice: the longer one
    seconds = None if None in parts else max(parts)  # type: ignore[type-var]
    if seconds is None and text is not None:
        return _until(text, fields.get("date"), now)
    return seconds


def parse_limit(headers: Mapping[str, str] | None, *, now: float | None = None) -> LimitInfo | None:
    """The limit a response announces, or None.

    Reads the IETF fields `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-07 to -10), and the
    older `RateLimit-Limit/-Remaining/-Reset` and `X-RateLimit-*` (also with `-Requests` at the end). With several
    policies the one with the least left counts. `now`: as in `parse_retry_after`.
    """
    fields = lower_keys(headers)
    if "ratelimit" in fields or "ratelimit-policy" in fields:
        return _ietf(fields.get("ratelimit", ""), fields.get("ratelimit-policy", ""))
    for prefix, suffix in (("ratelimit-", ""), ("x-ratelimit-", ""), ("x-ratelimit-", "-requests")):
        if f"{prefix}remaining{suffix}" in fields or f"{prefix}limit{suffix}" in fields:
            return _older(fields, prefix, suffix, now)
    return None


def _ietf(limit: str, policy: str) -> LimitInfo | None:
    policies = {name: (kind, values) for name, kind, values in _items(policy) if "q" in values}
    states = [(name, values) for name, _, values in _items(limit) if "r" in values]
    if not states and not policies:
        return _dictionary(limit)
    if not states:
        name, state = next(iter(policies)), {}
    else:
        name, state = min(states, key=lambda item: item[1]["r"])
    kind, values = policies.get(name) or (next(iter(policies.values())) if len(policies) == 1 else (None, {}))
    window = values.get("w")
    return LimitInfo(remaining=_whole(state.get("r")), reset_s=state.get("t"), quota=_whole(values.get("q")),
                     window_s=window if window else None, kind=kind)


def _dictionary(text: str) -> LimitInfo | None:
    """Drafts 05 to 07 wrote one dictionary: `limit=100, remaining=50, reset=5`."""
    numbers = _numbers(text)
    if "remaining" not in numbers:
        return None
    return LimitInfo(remaining=_whole(numbers["remaining"]), reset_s=numbers.get("reset"), quota=_whole(numbers.get("limit")))


def _items(text: str) -> list[tuple[str, str | None, dict[str, float]]]:
    """(name, kind, numeric parameters) of each item of a structured list.

    The Hub writes the kind of its policy as a bare string before the name: `"fixed window";"api";q=500;w=300`.
    """
    items = []
    for part in _split(text):
        names = re.findall(r'"([^"]*)"', part) or re.findall(r"^\s*([A-Za-z*][\w.:*/-]*)\s*(?:;|$)", part)
        numbers = _numbers(part)
        if numbers:
            items.append((names[-1] if names else "", _kind(part), numbers))
    return items


def _split(text: str) -> list[str]:
    """The parts between commas outside of quotes; one pass, since a header may have tens of thousands."""
    return [part for part in _PART.findall(text) if part.strip()]


def _numbers(text: str) -> dict[str, float]:
    """The numeric parameters of an item; numbers beyond every float count as not sent."""
    found = {key: float(value) for key, value in _PARAMETER.findall(text.lower())}
    return {key: value for key, value in found.items() if math.isfinite(value)}


def _kind(part: str) -> str | None:
    for word in ("window", "bucket"):
        if word in part.lower():
            return word
    return None


def _older(fields: Mapping[str, str], prefix: str, suffix: str, now: float | None) -> LimitInfo:
    limit = fields.get(f"{prefix}limit{suffix}", "")
    window = re.search(r"w\s*=\s*(\d+)", limit)  # draft-03 wrote "100, 100;w=60"
    quota = _number(limit.split(",")[0].split(";")[0])
    return LimitInfo(remaining=_whole(_number(fields.get(f"{prefix}remaining{suffix}"))),
                     reset_s=_reset(fields.get(f"{prefix}reset{suffix}"), fields.get("date"), now),
                     quota=_whole(quota), window_s=float(window.group(1)) if window else None)


def _reset(text: str | None, date: str | None, now: float | None) -> float | None:
    """Seconds until the reset, sent as seconds, as Unix time, as an HTTP date or as a span such as 6m0s."""
    if text is None:
        return None
    number = _number(text)
    if number is not None:
        number = number / 1000 if number >= _EPOCH_MS_FROM else number
        return number if number < _EPOCH_FROM else max(0.0, number - _wall(date, now))
    spans = _SPAN.findall(text.strip().lower())
    if spans and _SPAN.sub("", text.strip().lower()) == "":
        return sum(float(amount) * _UNIT_S[unit] for amount, unit in spans)
    return _until(text, date, now)


def _until(text: str, date: str | None, now: float | None) -> float | None:
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - _wall(date, now))
    except (TypeError, ValueError, OverflowError, IndexError):
        return None


def _wall(date: str | None, now: float | None) -> float:
    if now is not None:
        return now
    try:
        return parsedate_to_datetime(date or "").timestamp()
    except (TypeError, ValueError, OverflowError, IndexError):
        return time.time()


def _number(text: str | None) -> float | None:
    try:
        value = float((text or "").strip())
    except ValueError:
        return None
    if not text.isascii() or "_" in text:  # Python reads those as numbers, HTTP does not
        return None
    return value if math.isfinite(value) and value >= 0 else None


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)
