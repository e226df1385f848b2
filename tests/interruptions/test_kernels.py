"""A restarted kernel finds no port taken, and two notebooks at once do not disturb each other."""
from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys

import pytest

from .kernels import ROOT, kernel

CONNECT = "from helpers import connect\nfrom huggingface_hub import InferenceClient\ncourse = connect()"
ASK = ('InferenceClient(token=course.token, timeout=30).text_classification("Fine.", model=course.models.sentiment)\n'
       'print(course.server.url, len(course.server.log), course.server.state["limits"], len(course.ledger))')


def test_restarted_kernel(tmp_path):
    """After Restart the first cell works again, and the old server is gone; so it is after Restart in the middle of a cell."""
    with kernel(tmp_path) as notebook:
        assert notebook.run(CONNECT).how == "ok"
        first = notebook.run(ASK).printed.split()[0]
        notebook.client.execute("import time; time.sleep(60)")
        notebook.restart()
        with pytest.raises(OSError):
            socket.create_connection(("127.0.0.1", int(first.rsplit(":", 1)[1])), timeout=2)
        assert notebook.run(CONNECT).how == "ok"
        assert notebook.run(ASK).how == "ok"


def test_two_notebooks_at_once(tmp_path):
    """Each has its own server, limit, faults, log and ledger; both write their progress into one file, and no line is lost."""
    progress = tmp_path / ".course" / "progress.jsonl"
    share = f"import os\nos.environ['COURSE_PROGRESS'] = {str(progress)!r}"
    with kernel(tmp_path) as one, kernel(tmp_path) as two:
        for notebook in (one, two):
            assert notebook.run(share + "\n" + CONNECT).how == "ok"
        one.run('course.server.limit(rate=1, burst=1)\ncourse.server.faults("503*1000")')
        assert one.run(ASK).how == "HfHubHTTPError"
        said = two.run(ASK)
        log, limits, ledger = said.printed.split()[1:]
        assert (said.how, limits) == ("ok", "{}") and log == ledger and int(log) < 10  # its own requests, and no others
        note = "from helpers.checks import state\nfor n in range(100): state.note(f'{name}.{n}', 'passed', 'x' * 300)"
        ids = [notebook.client.execute(f"name = {name!r}\n{note}") for notebook, name in ((one, "01"), (two, "02"))]
        assert len(ids) == 2 and one.run("1").how == two.run("1").how == "ok"
        one.manager.shutdown_kernel(now=True)
        assert two.run(ASK).how == "ok"
    events = [json.loads(line) for line in progress.read_bytes().splitlines() if line]
    assert {event["id"] for event in events} == {f"{name}.{n}" for name in ("01", "02") for n in range(100)}


def test_killed_class_server_starts_again(tmp_path):
    """A class server that was killed while learners were connected starts again on the same port at once."""
    env = {**os.environ, "COURSE_JOIN_CODE": "4821-7730"}
    port, kept = "0", contextlib.ExitStack()
    with kept:
        for _ in range(2):
            command = [sys.executable, "-m", "helpers.practice", "--classroom", "--host", "127.0.0.1", "--port", port]
            process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True, encoding="utf-8")
            kept.callback(process.wait)
            kept.callback(process.kill)
            said = ""
            for line in process.stdout:
                said += line
                if "Stop with Ctrl-C" in line:
                    break
            port = re.search(r"http://127\.0\.0\.1:(\d+)", said)[1]
            learner = kept.enter_context(socket.create_connection(("127.0.0.1", int(port)), timeout=10))
            learner.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            assert learner.recv(12) == b"HTTP/1.1 200"
            process.send_signal(signal.SIGKILL)
            process.wait(15)
