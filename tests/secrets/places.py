"""A learner's machine for tests: a canary token wherever a token can lie, and a look into everything that was written."""
from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError

from tests.classroom.conftest import CODE, KEY, Room

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
CORE = "Canary" * 5 + "Bird"  # 34 letters, as in a real token
CANARY = "hf_" + CORE  # made here, so that no file holds a token-like string
SOURCES = ("environment", "login", "colab")
# Before a lesson: everybody talks as much as they can.
LOUD = """import logging, os, warnings
logging.basicConfig(filename=os.environ["COURSE_TEST_LOG"], level=logging.DEBUG, force=True)
for _name in ("helpers", "huggingface_hub", "openai", "httpx", "httpx2", "httpcore", "uvicorn", "asyncio"):
    logging.getLogger(_name).setLevel(logging.DEBUG)
del _name
from matplotlib.text import Text as _Text
def _drawn(self, text, _set=_Text.set_text):  # a picture holds its words as points, so they are written down
    with open(os.environ["COURSE_TEST_LOG"] + ".drawn", "a", encoding="utf-8") as _file:
        print(text, file=_file)
    return _set(self, text)
_Text.set_text = _drawn"""
TYPED = f'_typed = "{CANARY}"  # somebody tries something in a cell of their own'
# After it: everything that the kernel knows says what it is.
TELL = """for _name, _thing in sorted(globals().items()):
    if not _name.startswith("_") and _name not in ("In", "Out"):
        print(_name, repr(_thing))
if "course" in globals():
    for _thing in (course, course._hook, course.ledger, course.budget, course.server):
        print(_thing, vars(_thing) if _thing is not None else "")
    print(course.ledger.records(), course.ledger.summary())
    if course.server is not None:
        print(course.server.log, course.server.state)"""


@dataclass(frozen=True)
class Machine:
    """A folder that stands for a learner's computer, and the environment of what runs there."""

    folder: Path
    env: dict[str, str]

    def run(self, *sources: str | nbformat.NotebookNode, errors: bool = False) -> nbformat.NotebookNode:
        """Cells in one Colab-like kernel, saved as `work/saved.ipynb` with their outputs."""
        cells = [nbformat.v4.new_code_cell(source) if isinstance(source, str) else source for source in sources]
        notebook = nbformat.v4.new_notebook(cells=cells)
        with open(self.folder / "kernel.txt", "a", encoding="utf-8") as out:
            client = NotebookClient(notebook, timeout=120, kernel_name="python3", allow_errors=errors,
                                    resources={"metadata": {"path": str(self.folder / "work")}})
            try:
                client.execute(env=self.env, stdout=out, stderr=out)
            except (DeadKernelError, AssertionError):  # kernels that start at the same moment may choose the same port
                client.execute(env=self.env, stdout=out, stderr=out)
        nbformat.write(notebook, self.folder / "work" / "saved.ipynb")
        return notebook

    def python(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        """A Python command; what it prints is kept with the rest."""
        done = subprocess.run([sys.executable, *map(str, arguments)], cwd=self.folder / "work", env=self.env, text=True,
                              capture_output=True, stdin=subprocess.DEVNULL, timeout=170)
        with open(self.folder / "printed.txt", "a", encoding="utf-8") as file:
            file.write(done.stdout + done.stderr)
        return done

    def sent(self) -> list[str]:
        """A line for each time the canary went into a socket."""
        return (self.folder / "spy.txt").read_text("utf-8").splitlines()[1:]

    def refused(self) -> str:
        """Addresses beyond this machine that were asked for."""
        path = self.folder / "refused.txt"
        return path.read_text("utf-8") if path.exists() else ""

    def leaks(self, *, typed: bool = False) -> list[str]:
        """Where the canary was written, beside the places that it was put in; `typed`: it stands in the code of cells, too."""
        found = []
        for path in sorted(self.folder.rglob("*")):
            name = path.relative_to(self.folder).as_posix()
            if not path.is_file() or name in ("hub/token", "hub/stored_tokens", "spy.txt"):
                continue
            if typed and path.name.startswith("history.sqlite"):  # IPython's own list of what was typed
                continue
            text = path.read_bytes().decode("utf-8", "replace")
            if path.suffix == ".ipynb" and typed:
                saved = json.loads(text)
                text = json.dumps([saved["metadata"], [cell.get("outputs") for cell in saved["cells"]]])  # widgets are metadata
            at = text.find(CORE)
            if at >= 0:
                found.append(f"{name}: ...{text[max(0, at - 300):at + 60]}...")
        return found


def machine(folder: Path, *sources: str, typed: bool = False) -> Machine:
    """A computer with the canary in these places (of SOURCES)."""
    for name in ("hub", "work", "ipython/profile_default", "tmp"):
        (folder / name).mkdir(parents=True)
    # Colab's kernel, so that its vault of secrets counts.
    (folder / "ipython/profile_default/ipython_kernel_config.py").write_text(
        'c.IPKernelApp.kernel_class = "google.colab._kernel.Kernel"\n', "utf-8")
    (folder / "spy.txt").write_text(CORE + "\n", "utf-8")
    dropped = ("HF_", "HUGGING", "OPENAI_", "PYTEST_", "COURSE_PROGRESS")
    env = {key: value for key, value in os.environ.items() if not key.startswith(dropped)}
    path = [HERE / "spy", ROOT / "tests" / "offline", ROOT / "tests" / "colab" / "standin", ROOT]
    env |= {"PYTHONPATH": os.pathsep.join(map(str, path)), "HF_HOME": str(folder / "hub"), "IPYTHONDIR": str(folder / "ipython"),
            "TMPDIR": str(folder / "tmp"), "COURSE_SPY": str(folder / "spy.txt"), "COURSE_OFFLINE": "1", "PYTHONUTF8": "1",
            "COURSE_REFUSED": str(folder / "refused.txt"),
            "JUPYTER_PLATFORM_DIRS": "1", "COURSE_TEST_LOG": str(folder / "log.txt"), "HF_DEBUG": "1", "OPENAI_LOG": "debug",
            "COURSE_PROGRESS": str(folder / "work" / ".course" / "progress.jsonl"),
            "COURSE_COLAB_READS": str(folder / "reads.txt")}
    if "environment" in sources:
        env |= {"HF_TOKEN": CANARY, "HUGGING_FACE_HUB_TOKEN": CANARY, "OPENAI_API_KEY": CANARY}
    if "login" in sources:
        (folder / "hub" / "token").write_text(CANARY)
        (folder / "hub" / "stored_tokens").write_text(f"[mine]\nhf_token = {CANARY}\n")
    if "colab" in sources:
        env["COURSE_COLAB_SECRET"] = CANARY
    return Machine(folder, env)


def lesson(path: Path, connecting: str) -> list[nbformat.NotebookNode]:
    """A notebook's code cells, loud before and telling after, with another way to connect; one more has the canary in its code."""
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    for cell in cells:
        cell.outputs = []
        cell.source = cell.source.replace("connect()", connecting)
    loud, typed, tell = map(nbformat.v4.new_code_cell, (LOUD, TYPED, TELL))
    return [loud, typed, *cells, tell]


@contextlib.contextmanager
def classroom(place: Machine) -> Iterator[Room]:
    """A class server that runs on the same computer, with all that it writes in its folder."""
    env = {**place.env, "COURSE_JOIN_CODE": CODE, "COURSE_INSTRUCTOR_KEY": KEY}
    command = [sys.executable, "-m", "helpers.practice", "--classroom", "--host", "127.0.0.1", "--port", "0",
               "--log", str(place.folder / "class.jsonl")]
    with open(place.folder / "class.txt", "w+", encoding="utf-8") as out, \
            subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=out, text=True) as process:
        said = ""
        for line in process.stdout:
            said += line
            if "Stop with Ctrl-C" in line:
                break
        url = next(word for line in said.splitlines() if "address" in line for word in line.split() if word.startswith("http"))
        room = Room(url, said)
        try:
            yield room
            paths = ("/", f"/instructor?key={KEY}", "/instructor/numbers")
            pages = [room.send("GET", path, X_Instructor_Key=KEY)[2] for path in paths]
            (place.folder / "pages.html").write_text("\n".join(pages), "utf-8")
        finally:
            process.terminate()
            out.write(process.stdout.read())
            process.wait(15)
