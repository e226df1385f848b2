"""The off-line proof itself: in the test run no process can reach another machine."""
from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(os.environ.get("COURSE_OFFLINE") != "1", reason="only under `python3 course.py test`")


def _quietly(env_code: str) -> str:
    env = {key: value for key, value in os.environ.items() if key != "COURSE_REFUSED"}  # this attempt is on purpose
    return subprocess.run([sys.executable, "-c", env_code], env=env, capture_output=True, text=True).stderr


@pytest.mark.parametrize("code", ["s.connect(('192.0.2.1', 80))", "socket.getaddrinfo('example.org', 80)",
                                  "s.connect_ex(('2001:db8::1', 80, 0, 0))"])
def test_other_machines_are_refused(code):
    """A connection or a name look-up beyond loopback fails in every process of the run, children included."""
    family = "socket.AF_INET6" if "2001" in code else "socket.AF_INET"
    assert "PermissionError: The tests reach loopback only" in _quietly(f"import socket; s = socket.socket({family}); {code}")


def test_loopback_is_allowed():
    """A server on this machine can be reached, by number and by name."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(("localhost", server.getsockname()[1])):
        pass
