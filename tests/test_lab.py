"""`course.py lab`: which port it takes, and what it does once JupyterLab is open."""
from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path

from tools import lab

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
