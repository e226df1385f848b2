"""What a web page that is open in a learner's browser must not do: speak to a practice server behind the learner's back.

Two ways exist. A page of another origin may send POSTs to any address (it cannot read the answers): browsers say so in `Origin`
and `Sec-Fetch-Site`, and such requests are refused. And a page may let its own host name point to 127.0.0.1 (DNS rebinding),
which makes the browser take the server for the page's own: then `Host` holds that name. A server on loopback therefore answers
to IP addresses, to names without a dot, and to the hosts that the SDKs mean, and to no other. A class server listens on a
network and may have any name; there a page finds nothing: every token, the join code and the instructor's key are secrets.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import urlsplit

from .errors import Failure, shown

SAFE = ("GET", "HEAD")
SERVICE = "huggingface.co"
SERVICES = (f".{SERVICE}", ".endpoints.huggingface.cloud")


def check_sender(method: str, headers: Iterable[tuple[bytes, bytes]], *, any_host: bool) -> None:
    """403 for a request that a web page of another origin sends; 421 for a host name that is none of ours."""
    found = {name: value.decode("latin-1") for name, value in headers if name in (b"host", b"origin", b"sec-fetch-site")}
    host = found.get(b"host", "")
    if not any_host and not _ours(host):
        raise Failure(421, f"This practice server does not answer to the name {shown(host)}. Use its address, such as 127.0.0.1.",
                      code="misdirected_request")  # fmt: skip
    origin, site = found.get(b"origin"), found.get(b"sec-fetch-site", "none")
    foreign = site in ("cross-site", "same-site") or (origin is not None and _place_of(origin) != host.lower())
    if method not in SAFE and foreign:
        raise Failure(403, "Web pages of another origin may not call this server. Call it from Python.", code="foreign_origin")


def _place_of(origin: str) -> str:
    """Host and port of an Origin header; empty for `null` and for what cannot be read."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


@lru_cache(256)
def _ours(host: str) -> bool:
    """Whether a Host header names this machine by address, by a name without a dot, or one of the hosts that the SDKs mean."""
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    name = name.strip("[]").rstrip(".").lower()
    if "." not in name and ":" not in name:
        return True
    if name == SERVICE or name.endswith(SERVICES) or name.endswith(".localhost"):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
