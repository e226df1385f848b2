"""course.py with tools/set_up.py: standard library only, short, and clear when something is missing."""
from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
NOBODY = "http://127.0.0.1:9/"  # the discard port: nothing answers there

LAUNCHER = ("course.py", "tools/set_up.py")
SETTING_UP = "Setting up the course in .venv (once; up to two minutes) ..."
UV = """#!/bin/sh
echo "$1 $2" >> calls
if [ "$1" = venv ]; then mkdir -p .venv/bin; ln -sf /bin/true .venv/bin/python; exit 0; fi
{then}
"""
NO_ANSWER = """echo "error: Request failed after 3 retries"
echo "  cause: error sending request for url (http://127.0.0.1:9/tenacity/)"
exit {answer}"""


@pytest.fixture
def fresh(tmp_path):
    """A folder with what the launcher needs before it has set anything up."""
    (tmp_path / "helpers").mkdir()
    (tmp_path / "tools").mkdir()
    for name in (*LAUNCHER, "tools/__init__.py", "pyproject.toml", "constraints.txt", "README.md"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def _run(folder: Path, *args: str, before: str = "pass", **env: str) -> subprocess.CompletedProcess:
    code = (f"import sys, runpy; {before}; sys.argv = ['course.py', *{list(args)!r}]; "
            "runpy.run_path('course.py', run_name='__main__')")
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("UV_", "PIP_", "VIRTUAL_ENV"))}
    return subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, timeout=120,
                          env={**clean, "PATH": "/usr/bin:/bin", **env})


@pytest.mark.parametrize("name", LAUNCHER)
def test_standard_library_only_and_short(name):
    """The launcher imports nothing that must be installed first, and stays under 150 lines."""
    text = (ROOT / name).read_text()
    nodes = list(ast.walk(ast.parse(text)))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in nodes if isinstance(node, ast.ImportFrom)} - {"tools.set_up"}
    assert {name.split(".")[0] for name in names} <= set(sys.stdlib_module_names)
    assert len(text.splitlines()) < 150 and (ROOT / "tools" / "__init__.py").read_text() == ""


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


@pytest.mark.parametrize("name", LAUNCHER)
def test_in_the_syntax_of_old_pythons(name):
    """An old Python reads the file at all: nothing in it is newer than what Python 3.7 knows."""
    text = (ROOT / name).read_text()
    ast.parse(text, feature_version=(3, 7))
    assert "from __future__" not in text and "list[str]" not in text.replace('"list[str]"', "")


@pytest.mark.parametrize("version", ["3.6", "3.7", "3.8", "3.9", "3.10"])
def test_a_real_old_python_gets_the_sentence(version):
    """Where this machine has an old Python, it says the sentence and nothing else."""
    found = [*Path.home().glob(f".pyenv/versions/{version}.*/bin/python"), *Path("/usr/bin").glob(f"python{version}")]
    if not found:
        pytest.skip(f"this machine has no Python {version}")
    old = subprocess.run([found[0], "-E", "course.py", "lab"], cwd=ROOT, capture_output=True, text=True)
    assert old.returncode == 2 and old.stdout == ""
    assert re.fullmatch(rf"course.py: this is Python {version}\.\d+; the course needs 3.11 or newer. "
                        r"Install one, then run: python3.11 course.py lab\n", old.stderr)


def test_no_network_is_named(fresh):
    """When the index does not answer: one sentence, none of pip's warnings, and nothing that counts as ready."""
    env = {"PIP_INDEX_URL": NOBODY, "PIP_NO_INDEX": "", "PIP_CONFIG_FILE": os.devnull}
    cut = _run(fresh, "lab", PIP_RETRIES="0", **env)  # without repeats pip does not say why it found nothing
    assert "the package index does not answer" in cut.stderr
    cut = _run(fresh, "lab", PIP_RETRIES="1", **env)
    assert cut.returncode == 2 and cut.stdout == ""
    assert cut.stderr.splitlines() == [
        SETTING_UP, "course.py: the packages could not be installed, because the package index does not answer. "
                    "Check the network or the proxy, then run the same command again."]
    assert "connection broken" in (fresh / ".course" / "set-up.log").read_text()
    assert not (fresh / ".venv" / "course-ready.txt").exists()


def test_another_failure_names_the_file(fresh):
    """When the installer fails for another reason, its own words are in a file that the sentence names."""
    (fresh / "constraints.txt").write_text("this is no requirement\n")
    cut = _run(fresh, "lab", PIP_NO_INDEX="1", PIP_CONFIG_FILE=os.devnull)
    log = fresh / ".course" / "set-up.log"
    assert cut.returncode == 2 and "ERROR: Invalid requirement" in log.read_text()
    assert cut.stderr.splitlines()[1:] == ["course.py: the packages could not be installed, which the installer explains in "
                                           f"{log}. Mend it, then run the same command again."]


def test_a_folder_that_cannot_be_written(fresh):
    """Where `.venv` cannot be made, the sentence has the reason."""
    (fresh / ".venv").write_text("a file is in the way")
    cut = _run(fresh, "lab")
    assert cut.returncode == 2 and "Traceback" not in cut.stderr
    assert cut.stderr.splitlines()[-1].startswith("course.py: the environment .venv could not be made: ")


def with_uv(folder: Path, then: str) -> dict[str, str]:
    """A uv on the path: it notes its calls in `calls`, makes environments of nothing, and does `then` for an install."""
    (folder / "bin").mkdir(exist_ok=True)
    (folder / "bin" / "uv").write_text(UV.format(then=then))
    (folder / "bin" / "uv").chmod(0o755)
    return {"PATH": f"{folder / 'bin'}:/usr/bin:/bin"}


def calls(folder: Path) -> list[str]:
    return (folder / "calls").read_text().splitlines()


@pytest.mark.parametrize("answer", [0, 1])
def test_uv_is_used_when_it_is_there(fresh, answer):
    """With uv on the path, uv makes the environment; one that fails without a network is told the same way."""
    done = _run(fresh, "doctor", **with_uv(fresh, NO_ANSWER.format(answer=answer)))
    assert calls(fresh)[:2] == ["venv --quiet", "pip install"]
    if answer:
        assert done.returncode == 2 and done.stderr.splitlines()[1:] == [
            "course.py: the packages could not be installed, because the package index does not answer. "
            "Check the network or the proxy, then run the same command again."]
    else:
        assert (fresh / ".venv" / "course-ready.txt").exists()


def test_two_at_once_set_up_once(fresh):
    """Of two that are started together, one sets up; the other waits for it and does nothing of its own."""
    env = {**os.environ, **with_uv(fresh, "echo begin >> calls; sleep 1; echo end >> calls")}
    command = [sys.executable, "course.py", "doctor"]
    both = [subprocess.Popen(command, cwd=fresh, env=env, stderr=subprocess.DEVNULL) for _ in "ab"]
    assert [process.wait(60) for process in both] == [0, 0]
    assert calls(fresh) == ["venv --quiet", "pip install", "begin", "end"]


def test_a_set_up_that_was_killed_is_begun_afresh(fresh):
    """After kill -9 in the middle the next one makes a new environment, but not before the installer that lives on has ended."""
    killed = _run(fresh, "doctor", **with_uv(fresh, "kill -9 $PPID; sleep 1; touch .venv/half; echo end >> calls"))
    assert killed.returncode == -9 and "end" not in calls(fresh)
    done = _run(fresh, "doctor", **with_uv(fresh, "exit 0"))
    assert done.returncode == 0 and not (fresh / ".venv" / "half").exists()
    assert calls(fresh) == ["venv --quiet", "pip install", "end", "venv --quiet", "pip install"]
    _run(fresh, "doctor", **with_uv(fresh, "exit 0"))
    assert len(calls(fresh)) == 5  # and that is the last of it


def test_a_set_up_that_failed_keeps_the_environment(fresh):
    """Without a network nothing that was there is taken away: the next one goes on in the same environment."""
    _run(fresh, "doctor", **with_uv(fresh, NO_ANSWER.format(answer=1)))
    _run(fresh, "doctor", **with_uv(fresh, "exit 0"))
    assert calls(fresh) == ["venv --quiet", "pip install", "pip install"]


def test_variables_for_another_python_have_no_say(fresh):
    """PYTHONHOME, PYTHONPATH, another environment and `pip --user` by default reach neither the installer nor what is run."""
    seen = 'echo "$PYTHONHOME,$PYTHONPATH,$PYTHONSAFEPATH,$PIP_USER,$VIRTUAL_ENV" >> calls'
    tell = f"printf '#!/bin/sh\\n%s\\n' '{seen}' > .venv/bin/told; chmod +x .venv/bin/told; ln -sf told .venv/bin/python"
    before = "import os; os.environ.update(PYTHONHOME='/nowhere', PYTHONSAFEPATH='1')"
    others = dict.fromkeys(("PYTHONPATH", "VIRTUAL_ENV", "CONDA_PREFIX"), "/nowhere")
    done = _run(fresh, "doctor", before=before, PIP_USER="1", **others, **with_uv(fresh, f"{seen}; {tell}"))
    assert done.returncode == 0, done.stderr
    assert calls(fresh)[2:] == [f",,,0,{fresh.resolve() / '.venv'}"] * 2


def test_what_it_runs_ends_with_it(fresh):
    """A launcher that is told to end (SIGTERM) passes that on, so that no server stays behind on its port."""
    _run(fresh, "doctor", **with_uv(fresh, "exit 0"))
    (fresh / ".venv" / "bin" / "python").unlink()
    (fresh / ".venv" / "bin" / "python").write_text("#!/bin/sh\ntrap 'echo ended >> calls; exit 0' TERM\necho runs >> calls\n"
                                                    "while :; do sleep 0.05; done\n")
    (fresh / ".venv" / "bin" / "python").chmod(0o755)
    launcher = subprocess.Popen([sys.executable, "course.py", "serve"], cwd=fresh)
    while "runs" not in calls(fresh):
        assert launcher.poll() is None
        time.sleep(0.02)
    launcher.terminate()
    assert launcher.wait(30) == 0 and calls(fresh)[-1] == "ended"
