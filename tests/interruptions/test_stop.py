"""The Stop button, in any cell of any lesson, leaves a kernel that works and a server that answers. Slow: the suite `trust`."""
from __future__ import annotations

import random

import nbformat
import pytest

from .kernels import ROOT, kernel

LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MOMENTS_S = ((0.0, 0.03), (0.03, 0.4))  # the Stop button is pressed at a moment within each
STOPPED = ("ok", "KeyboardInterrupt", "CancelledError")  # "ok": the cell was faster
# matplotlib's compiled part (pybind11), stopped while it turns a list into an array, says so in the place of the interruption.
SWALLOWED = "(): incompatible function arguments"
PROBE = """from huggingface_hub import InferenceClient as _Client
_answer = _Client(token="hf_practice_probe", timeout=30).text_classification("Fine.", model=course.models.sentiment)
print(_answer[0].label, course.server.state["limits"] is not None)
del _Client, _answer"""


@pytest.mark.parametrize("path", LESSONS, ids=[path.stem[:2] for path in LESSONS])
def test_stop_in_every_cell(tmp_path, path):
    """Each code cell is stopped twice, early and later; each time a call works at once, and then the cell itself does.

    `helpers` is imported before the rest: what is torn before that, no package of ours can keep whole. Endpoints outlive a Stop, as
    they should: a cell that creates one finds it there when it is run again. So before each run of such a cell everything on the
    server is put back, and the cells that lead to it are run again: they work as well, and it meets what it would meet without a Stop.
    """
    cells = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    moments, stopped, led = random.Random(path.stem), 0, []
    (tmp_path / "notebooks").mkdir()
    with kernel(tmp_path / "notebooks") as notebook:
        assert notebook.run("import helpers").how == "ok"
        for source in cells:
            acts = acts_on_endpoint(source)
            for number, (earliest, latest) in enumerate(MOMENTS_S):
                if acts and number:  # before the first Stop they have just been run
                    lead(notebook, *led)
                ended = notebook.run(source, stop_after_s=moments.uniform(earliest, latest))
                assert ended.how in STOPPED or (ended.how == "TypeError" and SWALLOWED in ended.printed), f"{source}\n{ended.printed}"
                stopped += ended.how != "ok"
                if notebook.run("assert not course.closed").how == "ok":  # connected before, and still
                    assert_works(notebook)
            if acts:
                led.append(source)
                lead(notebook, *led)
            else:
                lead(notebook, source, reset=False)
        assert_works(notebook)
    assert stopped >= 3, "the button was pressed too late everywhere"


def acts_on_endpoint(source: str) -> bool:
    """Whether a cell changes something on the server that outlives a Stop: an endpoint of lesson 08."""
    return "endpoint." in source or "create_inference_endpoint(" in source


def lead(notebook, *sources: str, reset: bool = True) -> None:
    """Run these cells, each without an error; `reset`: on a server as it was at the beginning."""
    for source in ("course.server.reset()", *sources) if reset else sources:
        ended = notebook.run(source)
        assert ended.how == "ok", f"{source}\n{ended.printed}"


def assert_works(notebook) -> None:
    """A call of the SDK is answered (as somebody for whom nothing is scripted to go wrong), and so are the lesson's switches."""
    said = notebook.run(PROBE)
    assert said.how == "ok" and "POSITIVE True" in said.printed, said.printed
