"""One course, and so one practice server, for the folder; each test makes its own clients and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from helpers import connect

from .watch import Held


@pytest.fixture(scope="package")  # not "session": at its end the threads of other folders' tests would be counted
def course() -> Iterator[Any]:
    before = Held()
    course = connect()
    _ = course.server.state  # opens its connection, which stays for the folder
    yield course
    course.close()
    course.server.close()
    assert before.left_behind() == "", "the server stayed"
