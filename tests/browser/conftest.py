"""One JupyterLab and one Chromium for all tests; every notebook gets a browser context and a kernel of its own."""
from __future__ import annotations

import shutil

import pytest

from tools.browser import ROOT, SCREENS, chromium, jupyterlab


@pytest.fixture(scope="session", autouse=True)
def _screens():
    """The pictures of the run before are taken away."""
    shutil.rmtree(SCREENS, ignore_errors=True)


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """JupyterLab on a copy of lessons and exercises; its processes reach loopback only and note every other address."""
    home = tmp_path_factory.mktemp("lab")
    for name in ("notebooks", "exercises"):
        shutil.copytree(ROOT / name, home / "course" / name, ignore=shutil.ignore_patterns(".*", "__pycache__"))
    (home / "state" / "progress").mkdir(parents=True)
    offline = {"PYTHONPATH": f"{ROOT / 'tests' / 'offline'}:{ROOT}", "COURSE_OFFLINE": "1",
               "COURSE_REFUSED": str(home / "state" / "refused.txt")}
    with jupyterlab(home / "course", home / "state", **offline) as running:
        yield running


@pytest.fixture(scope="session")
def browser():
    """The system's Chromium."""
    with chromium() as running:
        yield running
