"""Starting, stopping, standing alone; and what a person sees in a browser."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from helpers import practice
from helpers.practice.pages import markdown
from helpers.practice.registry import MODELS, card

ROOT = Path(__file__).resolve().parents[2]


def alone(*arguments: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "helpers.practice", *arguments],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read()


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_alone_it_prints_its_url_and_ends_cleanly(name):
    """One line with the address, an answer there, and exit code 0 after Ctrl-C or SIGTERM, also in mid-answer."""
    process = alone("--port", "0")
    try:
        line = process.stdout.readline()
        url = line.split()[-1]
        assert b"practice/chat" in get(url)
        with socket.create_connection((url.split(":")[1].strip("/"), int(url.rsplit(":", 1)[1]))) as hanging:
            hanging.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: 5\r\n\r\n")
            os.kill(process.pid, getattr(signal, name))
            out, err = process.communicate(timeout=10)
    finally:
        process.kill()
        process.wait()
    assert (process.returncode, out.strip(), err) == (0, "Stopped.", "")


def test_a_port_in_use_is_one_sentence(url):
    """No traceback, exit code 1, and what to do."""
    port = url.rsplit(":", 1)[1]
    process = alone("--port", port)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 1 and out == ""
    assert err.startswith(f"Port {port} on 127.0.0.1 cannot be used") and err.count("\n") == 1
    with pytest.raises(OSError, match="cannot be used"):
        practice.start(port=int(port))


def test_help():
    """--help explains and starts nothing."""
    out, _ = alone("--help").communicate(timeout=20)
    assert "--port" in out and "--host" in out


def test_start_and_stop_leave_nothing_behind():
    """Ten servers one after the other: each answers, each port is free again, no thread is left."""
    before = threading.active_count()
    for _ in range(10):
        with practice.start() as running:
            assert b"practice" in get(running.url + "/v1/models")
            assert running.url.startswith("http://127.0.0.1:")
        with pytest.raises(urllib.error.URLError):
            get(running.url)
        running.stop()
    for thread in threading.enumerate():
        if thread.name == "practice-warm-up":
            thread.join(10)
    assert threading.active_count() <= before + 1


def test_stop_does_not_wait_for_hanging_callers():
    """A call that is never answered does not hold the stop up."""
    running = practice.start()
    from helpers.remote import Server

    control = Server(running.url, "hf_practice_x")
    control.faults("silence")
    host, port = running.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as raw:
        body = b'{"inputs": "a"}'
        raw.sendall(
            b"POST /hf-inference/models/practice/sentiment HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer hf_practice_x"
            b"\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
        )
        while not control.log:
            pass
        running.stop()
        assert raw.recv(10) == b""
    assert "stopped" in repr(running)


def test_two_servers_know_nothing_of_each_other():
    """Seeds and state belong to one server."""
    from helpers.remote import Server

    with practice.start(seed=1) as one, practice.start(seed=2) as two:
        first, second = Server(one.url, "hf_practice_x"), Server(two.url, "hf_practice_x")
        first.limit(1, 1)
        assert first.state["limits"] and not second.state["limits"]


def test_hosts_decide_which_routes_exist(send):
    """The Hub has no inference routes and the router no Hub routes; without the header the path decides."""
    assert send("GET", "/api/models", host="router.huggingface.co").status == 404
    assert send("GET", "/v1/models", host="huggingface.co").status == 404
    assert send("POST", "/practice/reset", {}, host="router.huggingface.co").status == 404
    assert send("GET", "/v1/models", host="router.huggingface.co").status == 200
    assert send("GET", "/api/models").status == send("GET", "/v1/models").status == 200


def test_the_start_page_lists_the_models_and_each_has_its_card(send):
    """Every model has a page with its card; nothing on it is script."""
    home = send("GET", "/", token=None)
    assert home.status == 200 and "default-src 'none'" in home.headers["content-security-policy"]
    for name in MODELS:
        assert f'href="/models/{name}"' in home.body.decode()
        page = send("GET", f"/models/{name}", token=None)
        assert page.status == 200 and b"<h1>" in page.body


def test_markdown_is_escaped():
    """Cards are text: what looks like HTML is shown, not run."""
    text = "# A <b>\n\nHello `x<y` **bold** <script>alert(1)</script>\n\n"
    text += "| a | b |\n|---|---|\n| 1 | <i> |\n\n- one\n- two\n  more"
    shown = markdown(text)
    assert "<script>" not in shown and "<i>" not in shown
    assert (
        "<h1>A &lt;b&gt;</h1>" in shown
        and "<code>x&lt;y</code>" in shown
        and "<strong>bold</strong>" in shown
    )
    assert "<th>a</th>" in shown and shown.count("<li>") == 2
    assert all(card(model) for model in MODELS.values())


def test_the_server_imports_nothing_of_the_other_helpers():
    """`helpers.practice` stands apart: the rest of helpers is not loaded with it."""
    code = (
        "import sys, helpers.practice.serve, helpers.practice.app;"
        "print(sorted(m for m in sys.modules if m.startswith('helpers.') and not m.startswith('helpers.practice')))"
    )
    out = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=30)
    assert out.stdout.strip() == "[]"
