"""The weekly question to each live model, asked here to the stand-in of tests/live; and the workflow that opens an issue."""
from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
WORKFLOWS = ROOT / ".github" / "workflows"
SPEAKING = """
import sys
from dataclasses import replace
from tests.live.standin import install
install()
from helpers.catalog import ROLES, roles
from tools.live_smoke import main
catalogue = list(roles().values())
{change}
sys.exit(main(sys.argv[1:], catalogue))
"""


def smoke(tmp_path: Path, change: str = "", **env: str) -> subprocess.CompletedProcess[str]:
    """Run the tool with the stand-in installed; `change` is Python that may change `catalogue`."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("HF_")}
    command = [sys.executable, "-c", SPEAKING.format(change=change), "--report", str(tmp_path / "report"), "--patience", "20"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120,
                          env={**kept, "HF_HOME": str(tmp_path / "hub"), **env})


def test_every_role_is_asked(tmp_path):
    """All roles answer: one line each, exit code 0, a summary and no issue."""
    done = smoke(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [line for line in done.stdout.splitlines() if line.endswith(" answers")]
    assert [line.split(":")[0] for line in lines] == ["chat", "text", "embed", "sentiment", "zero_shot", "ner", "image"]
    assert "Spent: 6 of " in done.stdout, "chat and text share a model, which is asked once"
    assert (tmp_path / "report" / "summary.md").read_text().count("| yes |") == 7
    assert not (tmp_path / "report" / "issue.md").exists()


def test_a_silent_model_is_named(tmp_path):
    """A model that is gone is named with its error and the fallback that answers; the others are asked all the same."""
    change = ("gone = lambda r: replace(r, live='nobody/gone', fallbacks=('nobody/too', r.live))\n"
              "catalogue = [gone(r) if r.name == 'ner' else r for r in catalogue]")
    done = smoke(tmp_path, change)
    assert done.returncode == 1, done.stdout + done.stderr
    [line] = [line for line in done.stdout.splitlines() if "DOES NOT ANSWER" in line]
    assert line.startswith("ner: nobody/gone DOES NOT ANSWER (not found 404") and line.endswith("bert-base-NER answers instead")
    assert sum(line.endswith(" answers") for line in done.stdout.splitlines()) == 6
    text = (tmp_path / "report" / "issue.md").read_text()
    assert "`nobody/gone`" in text and "`nobody/too`" in text and "make it `live`" in text


def test_no_fallback_answers(tmp_path):
    """When the fallbacks are silent too, the issue asks for another model."""
    change = "catalogue = [replace(r, live='nobody/gone', fallbacks=('nobody/too',)) for r in catalogue if r.name == 'embed']"
    done = smoke(tmp_path, change)
    assert done.returncode == 1 and "no fallback answers" in done.stdout
    assert "find another model" in (tmp_path / "report" / "issue.md").read_text()


def test_a_refused_token_blames_no_model(tmp_path):
    """With a token that the service refuses, no model is named: exit code 2, the next step, and no report."""
    done = smoke(tmp_path, "import os; os.environ['HF_TOKEN'] = 'hf_' + 'expired'")
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stderr.startswith("The models could not be asked: ") and "token" in done.stderr
    assert not (tmp_path / "report").exists()


def test_without_a_token(tmp_path):
    """Without a token it says so and asks nobody."""
    done = smoke(tmp_path, "import os; del os.environ['HF_TOKEN']")
    assert done.returncode == 2 and "found no token" in done.stderr


def test_every_role_has_a_question():
    """A role that is added to the catalogue needs a question."""
    from helpers.catalog import ROLES
    from tools.live_smoke import QUESTIONS
    assert set(QUESTIONS) == set(ROLES)


def test_the_issue_says_what_broke():
    """An empty answer counts as none, and text of an answer or error never reaches the issue."""
    from tools.live_smoke import Answer, Finding, issue, problem
    findings = [Finding("ner", (Answer("a/b", problem(ValueError("</td>secret"))),)), Finding("chat", (Answer("c/d", None),))]
    text = issue(findings)
    assert "`a/b`: unknown [ValueError]" in text and "secret" not in text and "| yes |" in text


# --- the workflow ---------------------------------------------------------------------------------

GH = """#!/usr/bin/env bash
echo "$@" >> "$CALLS"
if [ "$2" = list ]; then printf '%s' "$OPEN"; fi
"""


def workflow(name: str) -> dict:
    return yaml.safe_load((WORKFLOWS / name).read_text("utf-8"))


def issue_step(tmp_path: Path, *, silent: bool, number: str) -> list[str]:
    """The calls of `gh` that the last step makes."""
    script = workflow("live.yml")["jobs"]["smoke"]["steps"][-1]
    (tmp_path / "gh").write_text(GH)
    (tmp_path / "gh").chmod(0o755)
    if silent:
        (tmp_path / "live-report").mkdir()
        (tmp_path / "live-report" / "issue.md").write_text("text")
    subprocess.run(["bash", "-e", "-o", "pipefail", "-c", script["run"]], cwd=tmp_path, check=True,
                   env={"PATH": f"{tmp_path}:/usr/bin:/bin", "CALLS": str(tmp_path / "calls"), "OPEN": number,
                        "TITLE": script["env"]["TITLE"]})
    return [line for line in (tmp_path / "calls").read_text().splitlines() if not line.startswith("issue list")]


@pytest.mark.skipif(not shutil.which("bash"), reason="the workflow's steps are for bash")
@pytest.mark.parametrize(("silent", "number", "wanted"), [
    (True, "", ["issue create --title Live models that do not answer --body-file live-report/issue.md"]),
    (True, "12", ["issue edit 12 --body-file live-report/issue.md", "issue comment 12 --body Still so on"]),
    (False, "12", ["issue close 12 --comment Every model answers again on"]), (False, "", [])])
def test_one_issue_at_a_time(tmp_path, silent, number, wanted):
    """The workflow opens an issue, updates the one that is open, and closes it when every model answers again."""
    calls = issue_step(tmp_path, silent=silent, number=number)
    assert len(calls) == len(wanted) and all(call.startswith(start) for call, start in zip(calls, wanted, strict=True)), calls


@pytest.mark.skipif(not shutil.which("bash"), reason="the workflow's steps are for bash")
@pytest.mark.parametrize(("token", "present"), [("", "false"), ("something", "true")])
def test_live_runs_only_with_a_token(tmp_path, token, present):
    """Without the secret the models are not asked: the job is left out, not failed."""
    jobs = workflow("live.yml")["jobs"]
    assert jobs["smoke"]["needs"] == "token" and jobs["smoke"]["if"] == "needs.token.outputs.present == 'true'"
    subprocess.run(["bash", "-e", "-c", jobs["token"]["steps"][0]["run"]], check=True,
                   env={"PATH": "/usr/bin:/bin", "HF_TOKEN": token, "GITHUB_OUTPUT": str(tmp_path / "out")})
    assert (tmp_path / "out").read_text() == f"present={present}\n"


def test_workflows_may_do_only_what_they_must():
    """Each workflow reads the repository only; the one job that writes issues may write nothing else."""
    for path in WORKFLOWS.glob("*.yml"):
        found = workflow(path.name)
        assert found["permissions"] == {"contents": "read"}, path.name
        more = {name: job["permissions"] for name, job in found["jobs"].items() if "permissions" in job}
        assert more == ({"smoke": {"contents": "read", "issues": "write"}} if path.name == "live.yml" else {}), path.name
