"""No error says a token: whatever fails, through whichever client, in each mode."""
from __future__ import annotations

import nbformat
import pytest

from .places import CANARY, HERE, SOURCES, classroom, machine

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


@pytest.mark.parametrize("option", ["", "--live"])
def test_the_doctor_says_no_token(tmp_path, option):
    """`course.py doctor` finds the token in each place and looks at it without showing it."""
    place = machine(tmp_path, *SOURCES)
    done = place.python("-m", "helpers.doctor", *filter(None, [option]))
    assert "practice server" in done.stdout and ("HF_TOKEN" in done.stdout) == bool(option), done.stdout + done.stderr
    assert place.leaks() == []


def test_the_command_that_checks_says_no_token(tmp_path):
    """`course.py check` with answers that throw, return and print the token: not in its report and not in the progress file."""
    place = machine(tmp_path, *SOURCES)
    bodies = (f'raise ValueError("{CANARY}")', f'return "{CANARY}"', f'print("{CANARY}")', f"return {CANARY}")
    for number, body in enumerate(bodies):
        cell = nbformat.v4.new_code_cell(f"# exercise 00.1\ndef mask_token(token):\n    {body}")
        path = place.folder / "work" / f"00_{number}.ipynb"
        nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    done = place.python("-m", "helpers.checks", *sorted((place.folder / "work").glob("*.ipynb")))
    assert done.stdout.count("00.1  ") == len(bodies) and "hf_****" in done.stdout, done.stdout + done.stderr
    assert place.leaks(typed=True) == []
