"""`course.py lab`: which port it takes, and what it does once JupyterLab is open."""
from __future__ import annotations

import http.server
import re
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tools import lab
from tools.set_up import alone

ROOT = Path(__file__).resolve().parent.parent


def test_a_port_in_use_is_named():
    """A port that somebody has is refused in one sentence that offers a free one."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run([sys.executable, "-m", "tools.lab", "x.ipynb", "--no-browser", "--port", str(port)], cwd=ROOT,
                              capture_output=True, text=True)
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.startswith(f"course.py: port {port} is in use. Choose another one: python3 course.py lab --port ")
    assert len(done.stderr.splitlines()) == 1


def test_the_default_port_moves_on():
    """Without --port the next free one is taken."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert not lab.is_free(port) and lab.free_port(port) > port


class StandIn(http.server.BaseHTTPRequestHandler):
    """A JupyterLab as far as the launcher asks it: its own token gets 200, another 403."""

    def do_GET(self):
        self.send_response(200 if self.path == "/api/status?token=mine" else 403)
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def port():
    """The port of a running stand-in."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), StandIn) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def test_only_its_own_lab_counts_as_open(port, monkeypatch):
    """Another JupyterLab on that port is not taken for it, and a proxy for other machines is not asked."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert lab.answers(port, "mine") and not lab.answers(port, "another")


def test_a_lab_that_does_not_answer_ends_in_a_sentence(port):
    """No URL is printed for a JupyterLab that does not answer; the process ends and names another port."""
    code = f"import io; from tools import lab; lab.announce('url', {port}, 'another', False, io.StringIO(), patience=0.2)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2 and done.stdout == ""
    assert re.fullmatch(rf"course.py: JupyterLab does not answer on port {port}. Try another one: "
                        r"python3 course.py lab --port \d+\n", done.stderr)


def test_the_next_start_waits_until_the_lab_answers(port, tmp_path, monkeypatch, capsys):
    """The lock of a start is held until its JupyterLab answers, and not longer."""
    monkeypatch.setattr(lab, "compile_packages", lambda *args: None)
    starting = alone(tmp_path / "lab.txt")
    lab.announce("the url", port, "mine", False, starting)
    assert starting.closed and "the url" in capsys.readouterr().out


def test_without_jupyterlab_there_is_a_sentence(monkeypatch, capsys):
    """Where JupyterLab was taken out of the environment, one sentence says how it comes back."""
    monkeypatch.setitem(sys.modules, "jupyterlab.labapp", None)
    assert lab.start_lab(1, "x") == 2
    assert capsys.readouterr().err.endswith("cannot be imported. Delete the folder .venv, then run: python3 course.py lab\n")


def test_packages_are_compiled_once(tmp_path, monkeypatch):
    """What the launcher left uncompiled is compiled, a file with a fault in it does no harm, and a second call does nothing."""
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    packages, done = tmp_path / "packages", tmp_path / "done.txt"
    (packages / "inner").mkdir(parents=True)
    (packages / "good.py").write_text("x = 1")
    (packages / "inner" / "deep.py").write_text("x = 1")
    (packages / "bad.py").write_text("x = ")
    lab.compile_packages(packages, done)
    assert sorted(path.name.split(".")[0] for path in packages.rglob("*.pyc")) == ["deep", "good"] and done.exists()
    (packages / "later.py").write_text("x = 2")
    lab.compile_packages(packages, done)
    assert len(list(packages.rglob("*.pyc"))) == 2


def test_compiling_ends_with_the_lab(tmp_path):
    """A Lab that is killed leaves no process behind that compiles on."""
    packages = tmp_path / "packages"
    code = "from pathlib import Path; from tools.lab import compile_packages as c; c(Path({!r}), Path({!r}))"
    for number in range(400):
        (packages / f"p{number:03d}").mkdir(parents=True)
        (packages / f"p{number:03d}" / "x.py").write_text("x = [" + "1, " * 20_000 + "]")
    parent = subprocess.Popen([sys.executable, "-c", code.format(str(packages), str(tmp_path / "done"))], cwd=ROOT)
    while not list(packages.rglob("*.pyc")):
        assert parent.poll() is None
        time.sleep(0.02)
    parent.kill()
    parent.wait()
    while (before := len(list(packages.rglob("*.pyc")))) != (time.sleep(1) or len(list(packages.rglob("*.pyc")))):
        assert before < 400
    assert not (tmp_path / "done").exists()
