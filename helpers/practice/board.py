"""What `course.py serve` prints: the address, the join code in large digits, the instructor's page."""

from __future__ import annotations

import socket
import sys

from .instructor import spaced

# Five rows of four columns for each digit; every number is one row, its bits the columns.
DIGITS = {
    "0": (15, 9, 9, 9, 15), "1": (2, 6, 2, 2, 7), "2": (15, 1, 15, 8, 15), "3": (15, 1, 7, 1, 15), "4": (9, 9, 15, 1, 1),
    "5": (15, 8, 15, 1, 15), "6": (15, 8, 15, 9, 15), "7": (15, 1, 2, 4, 4), "8": (15, 9, 15, 9, 15), "9": (15, 9, 15, 1, 15),
}  # fmt: skip


def board(address: str, code: str, page: str, *, log: str | None = None) -> str:
    """The text for the terminal."""
    stored = f"Requests are logged in {log}, without prompts and tokens." if log else "Nothing is stored."
    return (
        f"\nPractice server for a class\n\n    address     {address}\n    join code   {spaced(code)}\n\n{large(code)}\n\n"
        f'Learners write:  course = connect("{address}", join_code="{code}", name="...")\n'
        f"Your page:       {page}\n                 (the address holds its key: do not show it)\n\n{stored} Stop with Ctrl-C.\n"
    )


def large(code: str) -> str:
    """Digits as large as a room can read; a code with other characters stays as it is, spread out."""
    if not all(char in DIGITS for char in code):
        return "    " + " ".join(code.upper())
    ink = "██" if _can_print("█") else "##"
    groups = spaced(code).split()
    rows = ("    ".join("  ".join(_row(DIGITS[digit][row], ink) for digit in group) for group in groups) for row in range(5))
    return "\n".join(f"    {row}".rstrip() for row in rows)


def _row(bits: int, ink: str) -> str:
    return "".join(ink if bits >> (3 - column) & 1 else "  " for column in range(4))


def _can_print(char: str) -> bool:
    try:
        char.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def address_for(url: str, host: str) -> str:
    """The base URL for learners: the machine's own address when the server listens on all of them."""
    if host not in ("0.0.0.0", "::", ""):
        return url
    port = url.rsplit(":", 1)[1]
    return f"http://{lan_address()}:{port}"


def lan_address() -> str:
    """This machine's address in its network; 127.0.0.1 without one. Nothing is sent to find out."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address for documentation: a datagram socket only looks up the route
            return probe.getsockname()[0]
        except OSError:
            return "127.0.0.1"
