"""A kernel that tests talk to cell by cell, and can stop, restart and kill."""
from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_client import BlockingKernelClient, KernelManager

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 120


@dataclass
class Ended:
    """How a cell ended: "ok", or the name of its error; what it printed."""

    how: str
    printed: str = ""


@dataclass
class Kernel:
    """A running kernel."""

    manager: KernelManager
    client: BlockingKernelClient
    env: dict[str, str] = field(default_factory=dict)

    def run(self, source: str, stop_after_s: float | None = None) -> Ended:
        """Run a cell to its end; with `stop_after_s` the Stop button is pressed that long after its begin."""
        number = self.client.execute(source, allow_stdin=False)
        if stop_after_s is not None:
            time.sleep(stop_after_s)
            self.manager.interrupt_kernel()
        ended, deadline = Ended("ok"), time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            with contextlib.suppress(Empty):
                message = self.client.get_iopub_msg(timeout=5)
                if message["parent_header"].get("msg_id") == number and _note(ended, message["msg_type"], message["content"]):
                    return ended
        raise AssertionError(f"the kernel did not come back from: {source[:200]}")

    def restart(self) -> None:
        """As the notebook's Restart button, at once."""
        self.manager.restart_kernel(now=True)
        self.client.wait_for_ready(timeout=PATIENCE_S)


def _note(ended: Ended, kind: str, content: dict[str, Any]) -> bool:
    """Note a message; True when the cell has ended."""
    if kind == "stream":
        ended.printed += content["text"]
    elif kind == "error":
        ended.how = content["ename"]
        ended.printed += "\n".join(content["traceback"])
    return kind == "status" and content["execution_state"] == "idle"


@contextlib.contextmanager
def kernel(folder: Path) -> Iterator[Kernel]:
    """A kernel of this Python, in a folder of its own."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "OPENAI_"))}
    env = {**kept, "HF_HOME": str(folder / "hub"), "IPYTHONDIR": str(folder / "ipython"),
           "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(env=env, cwd=str(folder))
    client = manager.blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=PATIENCE_S)
        yield Kernel(manager, client, env)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
