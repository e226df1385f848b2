"""Makes the course's environment in `.venv`, with uv if it is there, otherwise with venv and pip: used by course.py only.

Standard library only, in the syntax of Python 3.6, as course.py is. One set-up works at a time, whoever started it; one that was
killed is begun afresh by the next.
"""
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
VENV, BUSY = HERE / ".venv", HERE / ".course" / "set-up.txt"  # BUSY: not empty while a set-up goes on, or was broken off
STAMP = VENV / "course-ready.txt"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
# What is set for another Python, or for all of somebody's installs, has no say here.
ENV = {key: value for key, value in os.environ.items() if key not in ("PYTHONHOME", "PYTHONPATH", "PYTHONSAFEPATH")}
ENV.update(PIP_USER="0", PATH="{}{}{}".format(PYTHON.parent, os.pathsep, os.environ.get("PATH", "")), VIRTUAL_ENV=str(VENV))


class SetupError(Exception):
    """Something is missing on this machine; the text says what, and what to do next."""


def set_up(*, dev: bool) -> None:
    """Make `.venv` as pyproject.toml and constraints.txt say; does nothing when that was done before."""
    wanted, problem = fingerprint(dev), None
    if wanted in ready():
        return
    print("Setting up the course in .venv (once; up to two minutes) ...", file=sys.stderr, flush=True)
    with alone(BUSY) as busy:
        if wanted in ready():  # another one has done it meanwhile
            return
        afresh = BUSY.stat().st_size > 0
        print("not done", file=busy, flush=True)
        try:
            fill(dev, afresh)
            # With the dev packages the environment serves `lab` as well.
            STAMP.write_text("\n".join([wanted, fingerprint(False)] if dev else [wanted]) + "\n")
        except SetupError as error:
            problem = error
        busy.truncate(0)  # not reached by who was stopped: half an environment is made afresh
    if problem:
        raise problem


def ready() -> "list[str]":
    """Fingerprints that `.venv` answers to."""
    whole = PYTHON.exists() and STAMP.exists() and not (BUSY.exists() and BUSY.stat().st_size)
    return STAMP.read_text().split() if whole else []


def alone(path: Path):
    """`path`, opened when no other process has it so: the lock goes with this process and the installer that it starts."""
    try:
        path.parent.mkdir(exist_ok=True)
        file = path.open("a")
        os.set_inheritable(file.fileno(), True)
    except OSError as problem:
        raise SetupError(f"{path} cannot be written ({problem.strerror}). Copy the course to a folder of your own.") from None
    try:
        import fcntl
        fcntl.flock(file, fcntl.LOCK_EX)
    except (ImportError, OSError):  # Windows, and some network disks: there two set-ups at once are not kept apart
        pass
    return file


def fill(dev: bool, afresh: bool) -> None:
    """Make the environment if need be, and install into it."""
    extras, compiled = ("lab,dev", "--compile") if dev else ("lab", "--no-compile")  # for lab it is done later, by tools/lab.py
    wishes = [compiled, "-c", str(HERE / "constraints.txt"), "-e", f"{HERE}[{extras}]"]
    uv = shutil.which("uv")
    if uv:
        if afresh or not PYTHON.exists():
            shutil.rmtree(str(VENV), ignore_errors=True)
            make_venv([uv, "venv", "--quiet", "--allow-existing", "--python", sys.executable, str(VENV)])
        return install([uv, "pip", "install", "--quiet", "--python", str(PYTHON), *wishes])
    if afresh or not PYTHON.exists() or step([str(PYTHON), "-m", "pip", "--version"]):
        need_venv_module()
        make_venv([sys.executable, "-m", "venv", "--clear", str(VENV)])
    install([str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wishes])


def fingerprint(dev: bool) -> str:
    """A short hash of all that decides what is installed."""
    parts = [(HERE / name).read_bytes() for name in ("pyproject.toml", "constraints.txt")]
    return hashlib.sha256(b"\0".join([*parts, str(HERE).encode(), sys.version.encode(), str(dev).encode()])).hexdigest()[:16]


def install(command: "list[str]") -> None:
    """Run the installer. What it says when it fails is kept in a file; SetupError has the one thing that matters."""
    said = step(command)
    if said:
        log = BUSY.with_name("set-up.log")
        log.write_text(said, "utf-8")
        signs = "connection broken", "(from versions: none)", "error sending request", "operation timed out", "Failed to fetch"
        silent = any(sign in said for sign in signs)
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
        done = subprocess.run(command, cwd=HERE, env=ENV, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, encoding="utf-8", errors="replace", close_fds=False)
    except OSError as problem:
        return f"{command[0]} could not be started: {problem.strerror}"
    return (done.stdout.strip() or f"exit code {done.returncode}") if done.returncode else ""
