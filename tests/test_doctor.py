"""`course.py doctor`: every line with what was found, every failure with one next step, and never a character of the token."""
from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from helpers import doctor
from helpers.catalog import roles

ROOT = Path(__file__).resolve().parent.parent
LIVE = "from helpers._doctor_live import live_findings\nfor finding in live_findings(): print(finding)"
STANDIN = "from tests.live.standin import install; install()\nimport os\n"


def fresh(code: str, cwd: Path = ROOT, **env: str | None) -> subprocess.CompletedProcess:
    """Run code in a Python of its own, without the caller's tokens and proxies; a variable set to None is taken away."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    kept = {key: value for key, value in os.environ.items()
            if not key.startswith(("HF_", "HUGGING_FACE")) and "proxy" not in key.lower()}
    wanted = {**kept, "HF_HOME": str(cwd / "no-hf-home"), "PYTHONPATH": path, "PYTHONUTF8": "1", **env}
    return subprocess.run([sys.executable, "-c", code], cwd=cwd, capture_output=True, text=True, timeout=180, encoding="utf-8",
                          env={key: value for key, value in wanted.items() if value is not None})


def canary() -> str:
    """A token-shaped string, made here so that none stands in a file."""
    return "hf_" + "Canary" * 6


def lines(done: subprocess.CompletedProcess) -> dict[str, str]:
    """Name of a finding -> its line."""
    assert done.returncode == 0, done.stderr
    return {line[2:24].strip(): line for line in done.stdout.splitlines()}


def test_all_is_well_here(tmp_path):
    """On a machine that has everything each line carries a check mark, the exit code is 0, and no token is looked for."""
    pytest.importorskip("jupyterlab")
    done = fresh("import sys; from helpers.doctor import main; sys.exit(main([]))", tmp_path, HF_TOKEN=canary())
    report = done.stdout.splitlines()
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line[2:].split()[0] for line in report[:6]] == ["Python", "packages", "JupyterLab", "kernel", "write", "practice"]
    assert all(line.startswith("✓") for line in report[:6]) and "token" not in done.stdout


@pytest.mark.parametrize("version, bounds, good", [
    ("2.4.0", ">=1.27,<3", True), ("3.0", ">=1.27,<3", False), ("3.0.0rc1", "<3", False), ("1.26.9", ">=1.27,<3", False),
    ("2", ">=2", True), ("2.0.0", "==2", True), ("0.11", ">=0.9", True), ("7.7.1", ">=7.7.1,<9", True), ("1.0", "", True),
])
def test_ranges(version, bounds, good):
    """Versions are compared as numbers, part by part, at both ends of a range."""
    assert doctor.fits(version, bounds) is good


def test_missing_and_old_packages_are_named():
    """A package that is missing, or too new, gets its range and the command that mends it."""
    missing, old = doctor.packages(["no-such-package-at-all>=1.2,<3", "pytest<1"])
    assert not missing.good and ('pip install "no-such-package-at-all>=1.2,<3"' in str(missing)
                                 or "delete the folder .venv" in str(missing))  # the step in the course's own environment
    assert not old.good and "is outside <1" in str(old) and str(old).startswith("✗ pytest")


def test_old_python_is_named(monkeypatch):
    """Python 3.10 is wrong, and the next step says which to install."""
    monkeypatch.setattr(sys, "version_info", (3, 10, 4, "final", 0))
    assert str(doctor.python()).startswith("✗ Python") and "3.10.4; the course needs 3.11" in str(doctor.python())


def test_a_package_of_another_version_is_found(tmp_path):
    """An openai 1.0 that hides the right one makes the report say so, and the exit code 1."""
    (tmp_path / "openai-1.0.0.dist-info").mkdir()
    (tmp_path / "openai-1.0.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: openai\nVersion: 1.0.0\n")
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from helpers.doctor import main; sys.exit(main([]))"
    done = fresh(code, tmp_path)
    assert done.returncode == 1 and "✗ openai" in done.stdout and "1.0.0 is outside >=2.54,<4." in done.stdout


@pytest.mark.parametrize("hidden, name", [("jupyter_client", "kernel"), ("huggingface_hub", "practice server"),
                                          ("uvicorn", "practice server")])
def test_what_cannot_be_imported_is_named(hidden, name, tmp_path):
    """A kernel or server that lacks a package ends in one line that names the package."""
    look = name.replace(" ", "_")
    code = (f"import sys; sys.modules[{hidden!r}] = None\n"
            f"from helpers import doctor; print(doctor.safely({name!r}, doctor.{look}))")
    line = lines(fresh(code, tmp_path))[name]
    assert line.startswith("✗") and f"{hidden} cannot be imported. Next: " in line and "run: " in line


def test_a_kernel_that_does_not_start_is_named(tmp_path):
    """A broken kernel ends in one line with a next step."""
    code = ("import asyncio, subprocess; subprocess.Popen = None\n"
            "from helpers import doctor; print(doctor.safely('kernel', doctor.kernel))")
    line = lines(fresh(code, tmp_path))["kernel"]
    assert "does not work (TypeError). Next: " in line and "run: python3 course.py lab" in line


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    """Where progress cannot be kept, the folder is named."""
    (tmp_path / "course.py").write_text("")
    (tmp_path / ".course").write_text("a file in the way")
    code = "from helpers import doctor; print(doctor.write_access())"
    line = lines(fresh(code, tmp_path, COURSE_PROGRESS=None))["write access"]
    assert line.startswith("✗") and ".course cannot be written" in line and "Next: copy the course" in line


def test_live_all_is_well():
    """With a good token, live mode has a line each for network, token, permission, credit and every role, all good."""
    found = lines(fresh(STANDIN + LIVE))
    assert set(found) == CHECKS
    assert all(line.startswith("✓") for line in found.values())
    assert "in the environment (HF_TOKEN)" in found["token"]


@pytest.mark.parametrize("token, wrong, words", [
    ("hf_practice_no_permission", "permission", "may not call Inference Providers. Next: make a token with"),
    ("hf_practice_no_credit", "credit", "credit is used up. Next: see https://huggingface.co/settings/billing"),
    ("hf_practice_expired", "token", "the Hub does not accept it. Next: make a new one"),
])
def test_live_refusals(token, wrong, words):
    """A token without the right, without credit, or out of date: that line is wrong, and what hangs on it is not blamed."""
    found = lines(fresh(STANDIN + f"os.environ['HF_TOKEN'] = {token!r}\n" + LIVE))
    assert [name for name, line in found.items() if line.startswith("✗")] == [wrong] and set(found) == CHECKS
    assert words in found[wrong]
    assert all("Next: " in line for line in found.values() if line.startswith("·"))


def test_live_model_that_is_gone():
    """A model that nobody serves is wrong, alone, and its fallback is named."""
    gone = ("from helpers import catalog\ncatalog._document()['roles']['ner']['live'] = 'nobody/gone'\n"
            "catalog.roles.cache_clear()\n")
    found = lines(fresh(STANDIN + gone + LIVE))
    assert [name for name, line in found.items() if line.startswith("✗")] == ["model ner"]
    assert "(404)" in found["model ner"] and roles()["ner"].fallbacks[0] in found["model ner"]


CHECKS = {"network", "token", "permission", "credit", *(f"model {name}" for name in roles() if name != "text")}


def test_live_without_network():
    """When nothing answers, the network is wrong; every other check is named as not made, with the reason and a next step."""
    found = lines(fresh(LIVE, HF_TOKEN=canary(), HTTPS_PROXY="http://127.0.0.1:9"))
    assert found.pop("network").startswith("✗") and set(found) == CHECKS - {"network"}
    assert "found in the environment (HF_TOKEN); not checked" in found["token"]
    assert all(line.startswith("·") and "not checked, because huggingface.co does not answer. Next: mend" in line
               for line in found.values())


@pytest.mark.parametrize("token", [None, "sk-" + "x" * 20, '"hf_quoted"', "hf_with space"])
def test_live_without_a_good_token(token, tmp_path):
    """No token, or one that is none: its line says where to get one; network and models are told all the same, without it."""
    code = "from tests.live.standin import install; install('x')\n" + LIVE
    done = fresh(code, tmp_path, HF_TOKEN=token)
    found = lines(done)
    assert token is None or token not in done.stdout + done.stderr
    assert set(found) == CHECKS and done.stdout.startswith("✗ token") and "settings/tokens" in found["token"]
    assert all("not checked, because there is no usable token. Next: mend" in found[name] for name in ("permission", "credit"))
    assert all(found[name].startswith("✓") for name in CHECKS - {"token", "permission", "credit"})


def test_live_with_neither_token_nor_network(tmp_path):
    """Both are named as wrong, each with its own next step, and each other check with the reason why it was not made."""
    found = lines(fresh(LIVE, tmp_path, HF_TOKEN=None, HTTPS_PROXY="http://127.0.0.1:9"))
    assert set(found) == CHECKS and [name for name in found if found[name].startswith("✗")] == ["token", "network"]
    assert all("not checked, because there is no usable token and no network. Next: mend" in found[name]
               for name in CHECKS - {"token", "network"})


def test_live_when_only_the_router_is_shut():
    """A firewall that lets the Hub pass and not the router is named as that; no model is blamed, and the Hub tells who serves it."""
    shut = ("from helpers.hook import Hook\nrouted = Hook.route\n"
            "def route(self, url, headers):\n"
            "    if url.host == 'router.huggingface.co':\n"
            "        return url.copy_with(scheme='http', host='127.0.0.1', port=9), headers\n"
            "    return routed(self, url, headers)\n"
            "Hook.route = route\n")
    found = lines(fresh(STANDIN + shut + LIVE))
    assert [name for name, line in found.items() if line.startswith("✗")] == ["router"]
    assert "router.huggingface.co does not answer" in found["router"] and "firewall" in found["router"]
    assert found["model chat"].startswith("✓") and "is served by" in found["model chat"]


def test_live_when_the_hub_is_ill():
    """A Hub that answers 503 about a model says nothing about the model: no fallback is recommended."""
    ill = ("from helpers import _doctor_live as live\nfrom helpers.errors import Verdict\n"
           "tried = live._try\n"
           "def ill(work):\n"
           "    answer, problem = tried(work)\n"
           "    return (None, Verdict('transient', True, None, 503)) if isinstance(answer, list) else (answer, problem)\n"
           "live._try = ill\n")
    found = lines(fresh(STANDIN + ill + LIVE))
    assert "✗" not in "".join(found.values())
    assert "not known, because the Hub gave no answer (503). Next: try again in a minute" in found["model ner"]


def test_the_place_of_the_token(tmp_path):
    """A saved login is told from the environment and from Colab's secrets."""
    place = "from helpers._doctor_live import token_place; print(token_place())"
    assert fresh(place, tmp_path).stdout == "in Colab's secrets\n"
    (tmp_path / "token").write_text(canary())
    assert fresh(place, tmp_path, HF_TOKEN_PATH=str(tmp_path / "token")).stdout == "in a saved login\n"
    assert "HF_TOKEN" in fresh(place, tmp_path, HF_TOKEN=canary()).stdout


def test_no_character_of_the_token_is_shown():
    """A token-shaped token is refused by the stand-in, and no piece of it is in the output."""
    done = fresh(STANDIN + f"os.environ['HF_TOKEN'] = {canary()!r}\n" + LIVE)
    assert "✗ token" in done.stdout
    assert "anary" not in done.stdout + done.stderr
