"""A class server in a process of its own, as `course.py serve` starts it."""
from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]
CODE, KEY = "4821-7730", "an-instructors-own-key"


@dataclass
class Room:
    """A running class server. `said` is what it printed at its start."""

    url: str
    said: str
    code: str = CODE
    key: str = KEY

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, str], str]:
        """(status, headers, text) of one request over a connection of its own; `Authorization="Bearer ..."` and the like."""
        place = urlsplit(self.url)
        with contextlib.closing(http.client.HTTPConnection(place.hostname, place.port, timeout=30)) as connection:
            data = None if body is None else json.dumps(body).encode()
            connection.request(method, path, data, {name.replace("_", "-"): value for name, value in headers.items()})
            reply = connection.getresponse()
            return reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read().decode()

    def join(self, name: str) -> str:
        """The token of a new learner."""
        from helpers.remote import join
        return join(self.url, name=name, code=self.code)

    def numbers(self) -> dict[str, Any]:
        """What the instructor's page shows."""
        return json.loads(self.send("GET", "/instructor/numbers", X_Instructor_Key=self.key)[2])

    def learner(self, name: str) -> dict[str, Any]:
        return next(learner for learner in self.numbers()["learners"] if learner["name"] == name)


@contextlib.contextmanager
def serve(*options: str) -> Iterator[Room]:
    """Run a class server on a free loopback port, and end it."""
    env = {**os.environ, "COURSE_JOIN_CODE": CODE, "COURSE_INSTRUCTOR_KEY": KEY, "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "helpers.practice", "--classroom", "--host", "127.0.0.1", "--port", "0", *options]
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
        said = ""
        for line in process.stdout:
            said += line
            if "Stop with Ctrl-C" in line:
                break
        try:
            yield Room(re.search(r"address +(\S+)", said)[1], said)
        finally:
            process.terminate()
            process.wait(15)


@pytest.fixture(scope="module")
def room() -> Iterator[Room]:
    with serve() as room:
        yield room
