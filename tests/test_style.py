"""The code keeps the rules that ruff knows; pyproject.toml names them. And one that it does not know."""
from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_ruff():
    """No finding in any Python file of the repository."""
    done = subprocess.run([sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format=concise", "."], cwd=ROOT,
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_threads_of_tests_are_daemons():
    """A test that fails between start and join must not keep its process from ending."""
    stay = []
    for path in sorted((ROOT / "tests").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            made = isinstance(node, ast.Call) and ast.unparse(node.func) in ("threading.Thread", "Thread")
            if made and not any(keyword.arg == "daemon" for keyword in node.keywords):
                stay.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert stay == []
