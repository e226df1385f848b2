"""course.py: standard library only, short, and clear when something is missing."""
from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
NOBODY = "http://127.0.0.1:9/"  # the discard port: nothing answers there


@pytest.fixture
def fresh(tmp_path):
    """A folder with what the launcher needs before it has set anything up."""
    for name in ("course.py", "pyproject.toml", "constraints.txt", "README.md"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "helpers").mkdir()
    return tmp_path


def _run(folder: Path, *args: str, before: str = "pass", **env: str) -> subprocess.CompletedProcess:
    code = f"import sys, runpy; {before}; sys.argv = ['course.py', *{list(args)!r}]; runpy.run_path('course.py', run_name='__main__')"
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("UV_", "PIP_", "VIRTUAL_ENV"))}
    return subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, timeout=120,
                          env={**clean, "PATH": "/usr/bin:/bin", **env})


def test_standard_library_only_and_short():
    """The launcher imports nothing that must be installed first, and stays under 150 lines."""
    text = (ROOT / "course.py").read_text()
    names = {alias.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} <= set(sys.stdlib_module_names)
    assert len(text.splitlines()) < 150


def test_help_and_unknown_command(fresh):
    """Without a command it explains itself; an unknown command is named."""
    assert "lab" in _run(fresh).stdout
    wrong = _run(fresh, "labb")
    assert wrong.returncode == 2 and "no command 'labb'" in wrong.stderr


def test_old_python_is_refused_in_one_sentence(fresh):
    """Python 3.10 gets a sentence with the next step, not a SyntaxError."""
    old = _run(fresh, "lab", before="sys.version_info = (3, 10, 4, 'final', 0)")
    assert old.returncode == 2 and "this is Python 3.10.4; the course needs 3.11" in old.stderr
    assert "Traceback" not in old.stderr


def test_missing_venv_module_is_named(fresh):
    """Debian's Python without python3-venv gets the apt command."""
    bare = _run(fresh, "lab", before="sys.modules['ensurepip'] = None")
    assert bare.returncode == 2 and "sudo apt install python3-venv" in bare.stderr
    assert "Traceback" not in bare.stderr


def test_no_network_is_named(fresh):
    """When the package index does not answer, the launcher says so and leaves no half environment that counts as ready."""
    cut = _run(fresh, "lab", PIP_INDEX_URL=NOBODY, PIP_RETRIES="0", PIP_NO_INDEX="", PIP_CONFIG_FILE=os.devnull)
    assert cut.returncode == 2 and "Without a network to the package index" in cut.stderr
    assert "Traceback" not in cut.stderr
    assert not (fresh / ".venv" / "course-ready.txt").exists()
