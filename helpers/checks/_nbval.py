"""A pytest plugin beside nbval: writes how each cell ended as a JSON line, so that nobody has to read nbval's prose.

Loaded with `-p helpers.checks._nbval`; the file is named in COURSE_CELLS. It changes nothing in nbval's own verdicts.
When the kernel is gone, it ends the run at once, where nbval would wait for the cell's whole time limit.
"""
from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

# jsonschema, which nbval loads by way of nbformat, would build a whole grammar of web addresses at import when this
# optional package is there: more than half of a run's time, for a format that no notebook has.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

GONE, FULL = 70, 71  # exit codes: the kernel ended by itself; the disk is full

_running: list[Any] = []  # the cell that runs now
_watched: set[int] = set()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: Any) -> Iterator[None]:
    """Note that a cell begins, and how it ended."""
    if not hasattr(item, "cell_num"):
        return (yield)
    process = _process(item)
    if process:
        _tell(item, kernel=process.pid)
        _watch(process)
        _running.append(item)
    late_before, error = item.parent.timed_out, None
    try:
        return (yield)
    except BaseException as exc:
        error = exc
        raise
    finally:
        _running.clear()
        raised = _raised(item)
        # nbval interrupts a cell that takes too long; its `timed_out` is set once for the whole notebook.
        late = item.parent.timed_out and (not late_before or raised.get("ename") == "KeyboardInterrupt")
        _tell(item, ok=error is None, late=late, gone=_process(item) is None, **raised)


def _process(item: Any) -> Any:
    """The kernel's process; None when it ended, or when nbval gave it up because it could not be interrupted."""
    manager = getattr(item.parent.kernel, "km", None)
    process = manager.provisioner.process if manager else None
    return process if process and process.poll() is None else None


def _raised(item: Any) -> dict[str, str]:
    """Name and text of the exception that the cell ended in, as the kernel sent them."""
    errors = [output for output in item.test_outputs or [] if output.output_type == "error"]
    return {"ename": errors[-1]["ename"], "evalue": errors[-1]["evalue"][:500]} if errors else {}


def _watch(process: Any) -> None:
    if process.pid not in _watched:
        _watched.add(process.pid)
        threading.Thread(target=_until_gone, args=(process,), daemon=True).start()


def _until_gone(process: Any) -> None:
    while process.poll() is None:
        time.sleep(0.2)
    if _running:  # not nbval's own shutdown between two notebooks
        item = _running[0]
        _tell(item, ok=False, gone=True, late=item.parent.timed_out)
        os._exit(GONE)


def _tell(item: Any, **record: Any) -> None:
    line = json.dumps({"notebook": item.path.name, "cell": item.cell_num, **record})
    try:
        with open(os.environ["COURSE_CELLS"], "ab", buffering=0) as stream:
            stream.write(line.encode() + b"\n")
    except OSError:  # a full disk: nothing that follows could be told
        os._exit(FULL)
