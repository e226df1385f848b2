"""The exercise 99.1, and an answer to it: what the tests of check, hint and progress share."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.checks import check, core, outcome

ROOT = Path(__file__).resolve().parents[2]


def answer(body: str) -> object:
    """A function `double(x)` as it would stand in a notebook."""
    space = {"__name__": "__main__"}
    exec("def double(x):\n" + "\n".join(f"    {line}" for line in body.splitlines()), space)
    return space["double"]


def failure(given: object) -> outcome.CheckFailed:
    with pytest.raises(outcome.CheckFailed) as caught:
        check("99.1", given)
    assert 1 <= len(str(caught.value).splitlines()) <= 4
    assert all(len(line) <= core.LINE for line in str(caught.value).splitlines())
    return caught.value
