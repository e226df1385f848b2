"""No error says a token: whatever fails, through whichever client, in each mode."""
from __future__ import annotations

import pytest

from .places import HERE, SOURCES, classroom, machine

TOUR = HERE / "tour.py"


def toured(done) -> bool:
    return done.returncode == 0 and "attempts" in done.stdout


@pytest.mark.parametrize("mode", ["practice", "class", "live"])
def test_errors_say_no_token(tmp_path, mode):
    """Each fault through each client, with the token in every place and in the code: not in an error, explanation, traceback,
    log line, repr, ledger, batch file or server log; in practice and with a class not in a socket either."""
    place = machine(tmp_path, *SOURCES)
    if mode == "class":
        with classroom(place) as room:
            done = place.python(TOUR, room.url, room.code)
    else:
        done = place.python(TOUR, mode)
    assert toured(done), done.stderr[-3000:]
    assert place.leaks() == []
    if mode != "live":
        assert place.sent() == [] and not (place.folder / "reads.txt").exists()
