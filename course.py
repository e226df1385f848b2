#!/usr/bin/env python3
"""Launcher of the course: sets up an environment in `.venv` and runs one of: lab, test, check, serve, doctor.

Standard library only, so that it runs on a fresh machine, in the syntax of Python 3.6, so that an old one gets a sentence.
`python3 course.py --help` lists the commands. How the environment is made stands in tools/set_up.py.
"""
import signal
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))  # it is there already, but with PYTHONSAFEPATH
from tools.set_up import ENV, PYTHON, SetupError, set_up  # noqa: E402

LESSON = "notebooks/00_start_here.ipynb"
OLDEST = (3, 11)
HELP = """usage: python3 course.py COMMAND

  lab [--no-browser] [--port N]   set up, then open JupyterLab at lesson 00
  test [SUITE] [pytest options]   set up, then run the tests (SUITE: quick, all, or one from tests/suites.toml)
  check [NN ...]                  check your exercise notebooks: one line per exercise
  serve [options]                 one practice server for a class (see INSTRUCTORS.md)
  doctor [--live]                 name what is missing on this machine, with the next step
"""


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
        if sys.version_info[:2] < OLDEST:
            found = ".".join(map(str, sys.version_info[:3]))
            raise SetupError(f"this is Python {found}; the course needs 3.11 or newer. "
                             f"Install one, then run: python3.11 course.py {command}")
        set_up(dev=command == "test")
        return RUN[command](rest)
    except SetupError as problem:
        print(f"course.py: {problem}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def run(*command: str) -> int:
    """Run a command of the environment in the course's folder; returns its exit code."""
    process = subprocess.Popen([str(PYTHON), *command], cwd=HERE, env=ENV)
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())  # or the server would live on, with its port
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
