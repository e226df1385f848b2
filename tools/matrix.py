"""Run lessons and solutions where learners have other versions: in Google Colab's, and in each pair of versions of the two SDKs.

    python -m tools.matrix colab     a replica of Colab: setup cell, secrets, lessons, solutions, the learner's way
    python -m tools.matrix newest    the newest of both SDKs on Python 3.11
    python -m tools.matrix ends      the two ends: the replica (oldest) and newest
    python -m tools.matrix all       every cell: huggingface_hub x openai x Python; --hub, --openai, --python pick some
    options: --required              a missing Python is a failure, not a skip (so it is where CI=true)
             --write                 put each row into benchmarks/results/matrix.md as soon as it is known

Environments are made afresh in `.course/matrix` (with uv if there is one, otherwise venv and pip) and hold the course's
package as a wheel. Notebooks run from folders outside the repository, so the package is all they have. At the two
ends the fault matrix (tests/faults) runs as well. The closing line counts cells of notebooks and tests.
"""
from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tools.matrix_run import HOME, Outcome, run_pytest
from tools.matrix_table import HEAD, Row, write

ROOT = Path(__file__).resolve().parent.parent
COLAB = ROOT / "tests" / "colab"
HUB, OPENAI, PYTHON = ("1.27", "1.33", "2.0", "newest"), ("2.54", "newest"), ("3.11", "3.13")
LESSONS, SOLUTIONS = ROOT / "notebooks", ROOT / "exercises" / "solutions"
FAULTS = ROOT / "tests" / "faults"
NBVAL = ["--nbval-current-env", "--nbval-cell-timeout=120", f"--nbval-sanitize-with={ROOT / 'tests' / 'nbval_sanitize.cfg'}"]
SDKS = ("huggingface-hub", "openai")
RESULTS = ROOT / "benchmarks" / "results" / "matrix.md"
VERSIONS = """
import importlib.metadata as m, platform
print(platform.python_version(), m.version("huggingface_hub"), m.version("openai"))
for name in ("numpy", "matplotlib", "ipywidgets", "ipython", "ipykernel", "starlette", "uvicorn", "nbval"):
    print(name + "==" + m.version(name))"""


class Broken(Exception):
    """An environment could not be made; the text is the end of what the installer said."""


@dataclass(frozen=True)
class Environment:
    """A virtual environment in `folder`; `variables` are set for what runs there."""

    folder: Path
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    def ask(self, code: str) -> str:
        """What a line of Python prints there."""
        done = subprocess.run([self.python, "-c", code], env=installing(), check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def running(self, home: Path, **more: str) -> dict[str, str]:
        """Variables for a run: no tokens, an empty home, only loopback, and nothing of the repository on the path."""
        return {**installing(), "HF_HOME": str(home / "hub"), "MPLCONFIGDIR": str(home / "mpl"),
                "IPYTHONDIR": str(home / "ipython"),
                "JUPYTER_PLATFORM_DIRS": "1", "PYTHONUTF8": "1", "PYTHONPATH": str(ROOT / "tests" / "offline"),
                "COURSE_OFFLINE": "1",
                "COURSE_REFUSED": str(home / "refused.txt"), "COURSE_PROGRESS": "off", **self.variables, **more}


def installing() -> dict[str, str]:
    """The caller's environment without tokens and without what keeps a test run away from the network."""
    dropped = ("HF_", "OPENAI_", "COURSE_", "PYTHONPATH", "VIRTUAL_ENV", "PYTEST_")
    return {key: value for key, value in os.environ.items() if not key.startswith(dropped)}


# --- environments ---------------------------------------------------------------------------------

def find_python(version: str) -> str | None:
    """An interpreter of this version ("3.13"): this one, one on the PATH, or one of pyenv's; None when there is none."""
    if sys.version_info[:2] == tuple(map(int, version.split("."))) and sys.prefix == sys.base_prefix:
        return sys.executable
    own = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"), key=lambda path: int(path.parts[-3].split(".")[2]))
    found = [*map(str, reversed(own)), shutil.which(f"python{version}"), getattr(sys, "_base_executable", None)]
    return next((path for path in found if path and _is(path, version)), None)


def _is(path: str, version: str) -> bool:
    done = subprocess.run([path, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"], capture_output=True, text=True)
    return done.stdout.strip() == version


def step(*command: object) -> None:
    """Run one command of an installer; raises Broken with its last lines."""
    done = subprocess.run([*map(str, command)], env=installing(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          cwd=HOME)
    if done.returncode:
        raise Broken("\n".join(done.stdout.strip().splitlines()[-12:]))


def make(name: str, python: str, *packages: object) -> Environment:
    """A new environment `name` with these packages (arguments of `pip install`); one of that name is removed first."""
    HOME.mkdir(parents=True, exist_ok=True)
    made, uv = Environment(HOME / name), shutil.which("uv")
    shutil.rmtree(made.folder, ignore_errors=True)
    if uv:
        step(uv, "venv", "--quiet", "--python", python, made.folder)
        step(uv, "pip", "install", "--quiet", "--python", made.python, *packages)
    else:
        step(python, "-m", "venv", made.folder)
        step(made.python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages)
    return made


def wheel(python: str) -> Path:
    """The course's package as a wheel, built from a copy, so that no old build folder has a say."""
    HOME.mkdir(parents=True, exist_ok=True)
    out = HOME / "dist"
    shutil.rmtree(out, ignore_errors=True)
    with tempfile.TemporaryDirectory() as name:
        source = Path(name) / "source"
        shutil.copytree(ROOT / "helpers", source / "helpers", ignore=shutil.ignore_patterns("__pycache__"))
        for file in ("pyproject.toml", "README.md", "LICENSE"):
            shutil.copy(ROOT / file, source)
        if uv := shutil.which("uv"):
            step(uv, "build", "--quiet", "--wheel", "--python", python, "--out-dir", out, source)
        else:
            builder = make("builder", python, "pip")
            step(builder.python, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", out, source)
    return next(out.glob("*.whl"))


def replica(python: str) -> Environment:
    """Colab before the learner comes: exactly its pins, a stand-in `google.colab`, and not the course's package."""
    made = make("colab", python, "--no-deps", "-r", COLAB / "constraints.txt")
    site = Path(made.ask("import sysconfig; print(sysconfig.get_path('purelib'))"))
    shutil.copytree(COLAB / "standin", site, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    # Colab's kernel, wherever a notebook is run with this IPYTHONDIR.
    profile = made.folder / "ipython" / "profile_default"
    profile.mkdir(parents=True)
    (profile / "ipython_kernel_config.py").write_text('c.IPKernelApp.kernel_class = "google.colab._kernel.Kernel"\n', "utf-8")
    return Environment(made.folder, {"IPYTHONDIR": str(made.folder / "ipython")})


def pair(python: str, hub: str, openai: str, version: str, package: Path) -> Environment:
    """An environment with these versions of the SDKs; everything else as in constraints.txt where the two allow it."""
    wanted = {name: value for name, value in zip(SDKS, (hub, openai), strict=True) if value != "newest"}
    given, own = (ROOT / "constraints.txt").read_text("utf-8").splitlines(), tuple(f"{name}==" for name in SDKS)
    pins = [line for line in given if not line.startswith(own)]
    HOME.mkdir(parents=True, exist_ok=True)
    limits = HOME / "constraints.txt"
    limits.write_text("\n".join([*pins, *(f"{name}=={value}.*" for name, value in wanted.items())]) + "\n", "utf-8")
    return make(f"py{version}-hub{hub}-openai{openai}", python, "-c", limits, package)


# --- runs -----------------------------------------------------------------------------------------

def run_notebooks(where: Environment, folder: Path, *modes: str) -> Outcome:
    """All notebooks of a folder, each alone in a folder of its own outside the repository, under nbval."""
    with tempfile.TemporaryDirectory(prefix="course-matrix-", ignore_cleanup_errors=True) as name:
        home = Path(name)
        for path in sorted(folder.glob("*.ipynb")):
            (home / "run" / path.stem).mkdir(parents=True)
            shutil.copy(path, home / "run" / path.stem)
        (home / "pytest.ini").write_text("[pytest]\n", "utf-8")
        env = where.running(home, COURSE_LOG=where.folder.name)
        options = ["run", *modes, *NBVAL, "-c", "pytest.ini", "--rootdir=."]
        outcome = run_pytest(where.python, options, env, home, folder.name)
        return outcome + refused(home, folder.name)


def refused(home: Path, name: str) -> Outcome:
    """A failure for each address beyond this machine that a run asked for; the lines of its call stack are indented."""
    path = home / "refused.txt"
    lines = [line for line in (path.read_text("utf-8") if path.exists() else "").splitlines() if not line.startswith(" ")]
    return Outcome(failures=[f"{name}: asked for {line}" for line in lines])


def run_faults(where: Environment) -> Outcome:
    """Every fault through these SDKs: tests/faults, copied out of the repository."""
    if not FAULTS.is_dir():
        return Outcome()
    with tempfile.TemporaryDirectory(prefix="course-matrix-", ignore_cleanup_errors=True) as name:
        home = Path(name)
        shutil.copytree(FAULTS, home / "tests" / "faults", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(ROOT / "docs", home / "docs", ignore=shutil.ignore_patterns("screens"))
        for file in ("__init__.py", "conftest.py"):
            shutil.copy(FAULTS.parent / file, home / "tests")
        (home / "pytest.ini").write_text("[pytest]\n", "utf-8")
        env = where.running(home, COURSE_LOG=where.folder.name)
        return run_pytest(where.python, ["tests/faults"], env, home, "faults") + refused(home, "faults")


def run_cell(where: Environment, *, faults: bool) -> Outcome:
    """Lessons (outputs compared) and solutions (checks raise), side by side; with `faults` the fault matrix as well."""
    with ThreadPoolExecutor(2) as pool:
        lessons = pool.submit(run_notebooks, where, LESSONS, "--nbval")
        solutions = pool.submit(run_notebooks, where, SOLUTIONS, "--nbval-lax")
        struck = pool.submit(run_faults, where) if faults else None
        return lessons.result() + solutions.result() + (struck.result() if struck else Outcome())


def run_colab(python: str) -> tuple[Environment, Outcome]:
    """The replica: the setup cell installs the package there, then notebooks and the tests of tests/colab run side by side."""
    package, where = wheel(python), replica(python)
    with tempfile.TemporaryDirectory(prefix="course-matrix-", ignore_cleanup_errors=True) as name:
        env = {**os.environ, "COURSE_COLAB": str(where.folder), "COURSE_WHEEL": str(package), "COURSE_LOG": "colab",
               "PYTHONPATH": str(ROOT)}
        outcome = run_pytest(sys.executable, [COLAB / "test_install.py"], env, Path(name), "install")
        if outcome.failures:
            return where, outcome
        with ThreadPoolExecutor(2) as pool:
            lessons = pool.submit(run_notebooks, where, LESSONS, "--nbval")
            solutions = pool.submit(run_notebooks, where, SOLUTIONS, "--nbval-lax").result()
            struck = pool.submit(run_faults, where)
            way = run_pytest(sys.executable, [COLAB / "test_way.py"], env, Path(name), "way")
            return where, outcome + lessons.result() + solutions + way + struck.result()


# --- the table ------------------------------------------------------------------------------------

def row(version: str, label: str, where: Environment | None, outcome: Outcome, seconds: float) -> Row:
    """One row of the table, with Python and packages as they are installed in that environment."""
    word = "skip" if not outcome.passed and not outcome.failures else "FAIL" if outcome.failures else "pass"
    told = (label, word, str(outcome), f"{seconds:.0f}")
    if not where:
        return Row(version, "-", "-", *told)
    found, hub, openai, *others = where.ask(VERSIONS).split()
    return Row(found, hub, openai, *told, ", ".join(other.replace("==", " ") for other in others))


def run(version: str, label: str, job, results: Path | None = None) -> tuple[Outcome, Row]:
    """Run one cell, print its row and its failures; a machine without that Python gives a skip that says so.

    results: a file into whose table the row is put, if the cell was run.
    """
    python, started, where = find_python(version), time.monotonic(), None
    if python is None:
        print(f"SKIPPED {label}: this machine has no Python {version}. Install one (pyenv install {version}) to run it.")
        outcome = Outcome(skipped=1)
    else:
        try:
            where, outcome = job(python)
        except Broken as problem:
            outcome = Outcome(failures=[f"the environment could not be made:\n{problem}"])
    made = row(version, label, where, outcome, time.monotonic() - started)
    print("\n".join([made.short(), *(f"    {text}" for text in outcome.failures)]), flush=True)
    if results and python:
        write(results, [made], [("3.13", "colab"), *((cell[0], name(*cell[1:])) for cell in cells(HUB, OPENAI, PYTHON))])
    return outcome, made


def name(hub: str, openai: str) -> str:
    """What a cell is called in the table."""
    return f"hub {hub}, openai {openai}"


def cells(hubs: Sequence[str], openais: Sequence[str], pythons: Sequence[str]) -> list[tuple[str, str, str]]:
    """(Python, hub, openai) for each cell of the table."""
    return [(python, hub, openai) for python in pythons for hub in hubs for openai in openais]


def main(argv: list[str] | None = None) -> int:
    """Command line; returns 1 when something failed (with --required also when something was skipped)."""
    parser = argparse.ArgumentParser(prog="python -m tools.matrix")
    parser.add_argument("what", choices=["colab", "newest", "ends", "all"])
    parser.add_argument("--required", action="store_true", default=os.environ.get("CI") == "true",
                        help="a missing Python is a failure (default where CI=true)")
    parser.add_argument("--write", action="store_true", help="put each row into benchmarks/results/matrix.md")
    for option, values in (("hub", HUB), ("openai", OPENAI), ("python", PYTHON)):
        parser.add_argument(f"--{option}", nargs="*", choices=values, default=list(values), help="only these (with all)")
    args = parser.parse_args(argv)
    chosen = {"all": cells(args.hub, args.openai, args.python), "colab": []}.get(args.what, [("3.11", "newest", "newest")])
    results, kept = [], RESULTS if args.write else None
    if args.what in ("colab", "ends"):
        results.append(run("3.13", "colab", run_colab, kept))
    for version, hub, openai in chosen:
        results.append(run(version, name(hub, openai), lambda python, c=(hub, openai, version): run_pair(python, *c), kept))
    total = sum((outcome for outcome, _ in results), Outcome())
    print("\n".join(["", f"| {' | '.join(HEAD[:7])} |", "|---|---|---|---|---|---|---|", *(row.short() for _, row in results)]))
    print(f"\n{total.passed} passed, {len(total.failures)} failed, {total.skipped} skipped")
    return int(bool(total.failures) or (args.required and any(not o.passed for o, _ in results)))


def run_pair(python: str, hub: str, openai: str, version: str) -> tuple[Environment, Outcome]:
    """One cell of the version table."""
    where = pair(python, hub, openai, version, wheel(python))
    return where, run_cell(where, faults=hub == openai == "newest" and version == "3.11")


if __name__ == "__main__":
    sys.exit(main())
