#!/usr/bin/env python3
"""Launcher of the course: sets up an environment in `.venv` and runs one of: lab, test, check, serve, doctor.

Standard library only, so that it runs on a fresh machine, in the syntax of Python 3.6, so that an old one gets a sentence.
`python3 course.py --help` lists the commands.
"""
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
LESSON = "notebooks/00_start_here.ipynb"
OLDEST = (3, 11)
HELP = """usage: python3 course.py COMMAND

  lab [--no-browser] [--port N]   set up, then open JupyterLab at lesson 00
  test [SUITE] [pytest options]   set up, then run the tests (SUITE: quick, all, or one from tests/suites.toml)
  check [NN ...]                  check your exercise notebooks: one line per exercise
  serve [options]                 one practice server for a class (see INSTRUCTORS.md)
  doctor [--live]                 name what is missing on this machine, with the next step
"""


class SetupError(Exception):
    """Something is missing on this machine; the text says what, and what to do next."""


def main(argv: "list[str]") -> int:
    """Run one command; returns its exit code. A missing piece ends in one sentence and code 2."""
    command, rest = (argv[0], argv[1:]) if argv else ("help", [])
    if command in ("help", "-h", "--help"):
        print(HELP, end="")
        return 0
    if command not in RUN:
        print(f"course.py has no command {command!r}. Run: python3 course.py --help", file=sys.stderr)
        return 2
    try:
        check_python()
        set_up(dev=command == "test")
        return RUN[command](rest)
    except SetupError as problem:
        print(f"course.py: {problem}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def check_python() -> None:
    """Raise SetupError when this Python is older than the course needs."""
    if sys.version_info[:2] < OLDEST:
        found = ".".join(map(str, sys.version_info[:3]))
        raise SetupError(f"this is Python {found}; the course needs 3.11 or newer. "
                         "Install one, then run: python3.11 course.py lab")


def set_up(*, dev: bool) -> None:
    """Make `.venv` as pyproject.toml and constraints.txt say; does nothing when that was done before."""
    stamp, wanted = VENV / "course-ready.txt", fingerprint(dev)
    ready = stamp.read_text().split() if stamp.exists() and PYTHON.exists() else []
    if wanted in ready:
        return
    print("Setting up the course in .venv (once; up to two minutes) ...", file=sys.stderr, flush=True)
    extras, compiled = ("lab,dev", "--compile") if dev else ("lab", "--no-compile")  # for lab it is done later, by tools/lab.py
    wishes = [compiled, "-c", str(HERE / "constraints.txt"), "-e", f"{HERE}[{extras}]"]
    uv = shutil.which("uv")
    if uv:
        if not PYTHON.exists():
            make_venv([uv, "venv", "--quiet", "--allow-existing", "--python", sys.executable, str(VENV)])
        install([uv, "pip", "install", "--quiet", "--python", str(PYTHON), *wishes])
    else:
        if not PYTHON.exists() or subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True).returncode:
            need_venv_module()
            make_venv([sys.executable, "-m", "venv", "--clear", str(VENV)])
        install([str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wishes])
    # With the dev packages the environment serves `lab` as well.
    stamp.write_text("\n".join([wanted, fingerprint(False)] if dev else [wanted]) + "\n")


def fingerprint(dev: bool) -> str:
    """A short hash of all that decides what is installed."""
    parts = [(HERE / name).read_bytes() for name in ("pyproject.toml", "constraints.txt")]
    return hashlib.sha256(b"\0".join([*parts, str(HERE).encode(), sys.version.encode(), str(dev).encode()])).hexdigest()[:16]


def install(command: "list[str]") -> None:
    """Run the installer. What it says when it fails is kept in a file; SetupError has the one thing that matters."""
    said = step(command)
    if said:
        log = VENV / "course-setup.log"
        log.write_text(said, "utf-8")
        silent = any(sign in said for sign in ("connection broken", "error sending request", "operation timed out"))
        why = "because the package index does not answer. Check the network or the proxy" if silent else \
            f"which the installer explains in {log}. Mend it"
        raise SetupError(f"the packages could not be installed, {why}, then run the same command again.")


def need_venv_module() -> None:
    """Raise SetupError when this Python cannot make environments."""
    try:
        import ensurepip  # noqa: F401  (Debian leaves it out together with venv)
        import venv  # noqa: F401
    except ImportError:
        raise SetupError("this Python has no venv module. On Debian or Ubuntu: sudo apt install python3-venv; "
                         "or install uv. Then run the same command again") from None


def make_venv(command: "list[str]") -> None:
    """Make `.venv`; raises SetupError with the last thing that was said about it."""
    said = step(command)
    if said:
        raise SetupError(f"the environment .venv could not be made: {said.splitlines()[-1]}")


def step(command: "list[str]") -> str:
    """Run one set-up command: "" when it went well, else all that it said."""
    try:
        done = subprocess.run(command, cwd=HERE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
                              errors="replace")
    except OSError as problem:
        return f"{command[0]} could not be started: {problem.strerror}"
    return (done.stdout.strip() or f"exit code {done.returncode}") if done.returncode else ""


def run(*command: str) -> int:
    """Run a command of the environment in the course's folder; returns its exit code."""
    env = {**os.environ, "PATH": f"{PYTHON.parent}{os.pathsep}{os.environ.get('PATH', '')}", "VIRTUAL_ENV": str(VENV)}
    process = subprocess.Popen([str(PYTHON), *command], cwd=HERE, env=env)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:  # the child got it too and is ending; wait for its last words
            continue


RUN = {
    "lab": lambda rest: run("-m", "tools.lab", LESSON, *rest),
    "test": lambda rest: run("-m", "tools.suites", *rest),
    "check": lambda rest: run("-m", "helpers.checks", *rest),
    "serve": lambda rest: run("-m", "helpers.practice", "--classroom", *rest),
    "doctor": lambda rest: run("-m", "helpers.doctor", *rest),
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
