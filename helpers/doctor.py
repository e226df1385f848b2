"""`python3 course.py doctor [--live]`: one line for each thing the course needs, with the next step where something is wrong.

Without `--live` no token is looked for and nothing leaves this machine. No line holds a character of a token: of an
exception only its class and status are shown.
"""
from __future__ import annotations

import argparse
import contextlib
import importlib.util
import io
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path

from ._findings import Finding
from .checks import state
from .errors import CourseError

ROOT = Path(__file__).resolve().parent.parent
OLDEST = (3, 11)
REQUIREMENT = re.compile(r"([A-Za-z0-9_.-]+)\s*(?:\[[^]]*\])?\s*([<>=!~0-9., ]*)")
KERNEL_START_S = 60
NAMED = ("huggingface_hub", "openai", "numpy", "starlette")  # whose versions are told although they are right
COMPARE = {">=": tuple.__ge__, "<=": tuple.__le__, ">": tuple.__gt__, "<": tuple.__lt__, "==": tuple.__eq__, "!=": tuple.__ne__}


def main(argv: list[str] | None = None) -> int:
    """Print the report; returns 0 when nothing is wrong, else 1."""
    options = _parser().parse_args(argv)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal without the marks shows question marks
    found = []
    for finding in report(live=options.live):
        print(finding, flush=True)
        found.append(finding)
    wrong = sum(finding.good is False for finding in found)
    print(f"\n{wrong} of {len(found)} need attention." if wrong else "\nEverything the course needs is here.")
    return int(wrong > 0)


def report(*, live: bool = False) -> Iterator[Finding]:
    """All findings, each as soon as it is known; `live` adds token, permission, credit, network and every live model."""
    core, lab = requirements()
    yield python()
    yield from packages(core)
    yield jupyterlab(lab)
    for name, look in (("kernel", kernel), ("write access", write_access), ("practice server", practice_server)):
        yield safely(name, look)
    if live:
        from ._doctor_live import live_findings
        yield from live_findings()


def safely(name: str, look: Callable[[], Finding]) -> Finding:
    """The finding of `look`; an exception in it is a finding too."""
    try:
        return look()
    except CourseError as problem:
        return Finding(name, False, problem.what, problem.next_step)
    except ImportError as problem:
        missing = re.sub(r"[^\w-]", "", str(problem.name or "").split(".")[0]) or "a package"
        return Finding(name, False, f"{missing} cannot be imported.", _install(missing))
    except Exception as problem:
        return Finding(name, False, f"does not work ({type(problem).__name__}).", _install("the course's packages"))


def requirements() -> tuple[list[str], list[str]]:
    """What the course and its `lab` extra ask for, as requirement lines: from pyproject.toml, else from the installed package."""
    try:
        project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
        return project["dependencies"], project["optional-dependencies"]["lab"]
    except OSError:
        with contextlib.suppress(metadata.PackageNotFoundError):
            lines = metadata.requires("hf-inference-course") or []
            return [line for line in lines if ";" not in line], [line for line in lines if 'extra == "lab"' in line]
    return [], []


def python() -> Finding:
    """This Python's version."""
    version = ".".join(map(str, sys.version_info[:3]))
    good = sys.version_info[:2] >= OLDEST
    return Finding("Python", good, version if good else f"{version}; the course needs 3.11 or newer.",
                   "install Python 3.11 or newer, then run: python3.11 course.py lab")


def packages(lines: list[str]) -> Iterator[Finding]:
    """One finding for each package that is missing or of a version outside its range, and one for all that are right."""
    wrong = [finding for line in lines if not (finding := package(line)).good]
    if len(lines) > len(wrong):
        names = [REQUIREMENT.match(line)[1] for line in lines]
        shown = ", ".join(f"{name} {_version(name)}" for name in names if name in NAMED)
        yield Finding("packages", True, f"{len(lines) - len(wrong)} of {len(lines)} in their supported range. {shown}".rstrip())
    yield from wrong


def package(line: str) -> Finding:
    """Whether the installed version fits one requirement line, such as `openai>=2.54,<4`."""
    name, bounds = REQUIREMENT.match(line).groups()
    bounds, version = bounds.replace(" ", "").strip(","), _version(name)
    if version is None:
        return Finding(name, False, f"is not installed; the course needs {bounds or 'it'}.", _install(f"{name}{bounds}"))
    good = fits(version, bounds)
    return Finding(name, good, version if good else f"{version} is outside {bounds}.", _install(f"{name}{bounds}"))


def fits(version: str, bounds: str) -> bool:
    """Whether a version such as "2.54.0rc1" lies in bounds such as ">=2.54,<4"; only numbers are compared."""
    found = re.findall(r"(>=|<=|==|!=|>|<)([0-9.]+)", bounds)
    return all(COMPARE[sign](_numbers(version), _numbers(bound)) for sign, bound in found)


def _numbers(version: str) -> tuple[int, ...]:
    """The leading numbers of a version, without trailing zeros, so that 2.0 equals 2."""
    numbers = [int(part) for part in re.match(r"[0-9]+(?:\.[0-9]+)*|", version)[0].split(".") if part]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _install(what: str) -> str:
    """The next step for a package, in the course's own environment or in another."""
    if Path(sys.prefix) == ROOT / ".venv":
        return "delete the folder .venv, then run: python3 course.py lab"
    return "run: python3 course.py lab" if " " in what else f'run: python -m pip install "{what}"'


def in_colab() -> bool:
    """Whether this is Google Colab, which brings a notebook page of its own."""
    return importlib.util.find_spec("google") is not None and importlib.util.find_spec("google.colab") is not None


def jupyterlab(lines: list[str]) -> Finding:
    """JupyterLab's version; Colab does without."""
    if in_colab():
        return Finding("JupyterLab", True, "Colab's own page")
    found = package(lines[0] if lines else "jupyterlab")
    return Finding("JupyterLab", found.good, found.found, found.next_step)


def kernel() -> Finding:
    """A kernel is started, and imports the helpers."""
    if in_colab():
        return Finding("kernel", True, "Colab's own")
    from jupyter_client.manager import start_new_kernel
    manager, client = start_new_kernel(startup_timeout=KERNEL_START_S, kernel_name="python3", stderr=subprocess.DEVNULL)
    try:
        reply = client.execute_interactive("import helpers", timeout=KERNEL_START_S, output_hook=lambda message: None)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    good = reply["content"]["status"] == "ok"
    found = "python3 starts and imports the helpers" if good else "python3 starts, and cannot import the helpers."
    return Finding("kernel", good, found, "run: python3 course.py lab")


def write_access() -> Finding:
    """A file is written where progress is kept, and one beside the notebooks."""
    progress = state.path()
    folder = progress.parent if progress else Path.cwd() / ".course"
    try:
        folder.mkdir(exist_ok=True)
        for place in (folder, folder.parent):
            with tempfile.NamedTemporaryFile(dir=place, prefix=".doctor-") as file:
                file.write(b"x")
    except OSError as problem:
        return Finding("write access", False, f"{folder} cannot be written ({problem.strerror or type(problem).__name__}).",
                       "copy the course to a folder of your own, or mend this folder's permissions")
    return Finding("write access", True, "progress and notebooks can be saved")


def practice_server() -> Finding:
    """The practice server is started, and asked through the SDK, as a lesson does."""
    from huggingface_hub import InferenceClient

    from .connection import connect
    with contextlib.redirect_stdout(io.StringIO()), connect() as course:
        client = InferenceClient(token=course.token, timeout=30)
        reply = client.chat_completion([{"role": "user", "content": "What is a 429?"}], model=course.models.chat, max_tokens=8)
    good = bool(reply.choices[0].message.content)
    found = "starts and answers" if good else "gave an empty answer."
    return Finding("practice server", good, found, "run: python3 course.py test")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="course.py doctor",
                                     description="Name what is missing on this machine, with the next step.")
    parser.add_argument("--live", action="store_true",
                        help="also look for your token and ask the real service: permission, credit, each model (one short call)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
