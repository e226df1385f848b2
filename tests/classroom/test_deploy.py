"""The files of deploy/jupyterhub and INSTRUCTORS.md: well-formed, agreeing with each other and with the command line."""
from __future__ import annotations

import configparser
import re
from pathlib import Path

import pytest
import yaml

from helpers.practice.__main__ import _parser

ROOT = Path(__file__).resolve().parents[2]
HUB = ROOT / "deploy" / "jupyterhub"
GUIDE = (ROOT / "INSTRUCTORS.md").read_text("utf-8")


def _starts(command: list[str]) -> None:
    """The part after `-m helpers.practice` is understood by the practice server."""
    assert command[1:3] == ["-m", "helpers.practice"]
    assert _parser().parse_args(command[3:]).classroom


def test_the_hubs_configuration_runs(monkeypatch):
    """jupyterhub_config.py is Python, and its service is a command that the practice server understands."""
    class Anything:
        def __getattr__(self, name):
            value = Anything()
            setattr(self, name, value)
            return value

    for name in ("COURSE_HOME", "COURSE_JOIN_CODE", "COURSE_INSTRUCTOR_KEY"):
        monkeypatch.setenv(name, name)
    config = Anything()
    exec(compile((HUB / "jupyterhub_config.py").read_text(), "jupyterhub_config.py", "exec"), {"get_config": lambda: config})
    (service,) = config.JupyterHub.services
    _starts(service["command"])
    assert set(service["environment"]) == {"COURSE_JOIN_CODE", "COURSE_INSTRUCTOR_KEY"} and service["cwd"] == "COURSE_HOME"
    assert config.Spawner.environment["COURSE_SERVER"].endswith(":8900")


def test_the_kubernetes_files_fit_together():
    """Deployment, Service and Helm values parse, and name the same image, label and port."""
    deployment, service = yaml.safe_load_all((HUB / "practice.yaml").read_text())
    values = yaml.safe_load((HUB / "values.yaml").read_text())["singleuser"]
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    _starts(container["command"])
    assert container["image"] == f"{values['image']['name']}:{values['image']['tag']}"
    assert {(deployment["kind"], deployment["apiVersion"]), (service["kind"], service["apiVersion"])} == {
        ("Deployment", "apps/v1"), ("Service", "v1")}
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    (egress,) = values["networkPolicy"]["egress"]
    assert labels == service["spec"]["selector"] == egress["to"][0]["podSelector"]["matchLabels"]
    ports = {service["spec"]["ports"][0]["port"], container["ports"][0]["containerPort"], egress["ports"][0]["port"]}
    assert ports == {8900} and values["extraEnv"]["COURSE_SERVER"] == f"http://{service['metadata']['name']}:8900"


def test_the_unit_is_well_formed():
    """practice.service has its three sections, and starts what the practice server understands."""
    unit = configparser.ConfigParser(interpolation=None, strict=True)
    unit.optionxform = str
    unit.read_string((HUB / "practice.service").read_text())
    assert unit.sections() == ["Unit", "Service", "Install"]
    _starts(unit["Service"]["ExecStart"].split())


def test_no_file_holds_a_secret():
    """Join code and key come from the environment or a secret in every file."""
    for path in HUB.iterdir():
        for line in path.read_text().splitlines():
            assert not re.match(r"\s*COURSE_(JOIN_CODE|INSTRUCTOR_KEY)\s*[=:]\s*\w", line), path.name


def test_links_of_the_guide_lead_somewhere():
    """Every relative link of INSTRUCTORS.md is a file or folder of the project."""
    links = {link.partition("#")[0] for link in re.findall(r"\]\(([^)]+)\)", GUIDE)}
    assert len(links) > 10 and all((ROOT / link).exists() for link in links)


@pytest.mark.parametrize("title, minutes", [("One hour", 60), ("Half a day", 210), ("A full day", 465)])
def test_schedules_have_no_holes(title, minutes):
    """Each schedule begins where the line before ended, has a break, and fills its time."""
    section = GUIDE.partition(f"### {title}")[2].partition("\n##")[0]
    rows = re.findall(r"\| (\d+):(\d+)–(\d+):(\d+) \|", section)
    spans = [(60 * int(a) + int(b), 60 * int(c) + int(d)) for a, b, c, d in rows]
    assert all(before[1] == after[0] for before, after in zip(spans, spans[1:], strict=False)) and "Break" in section
    assert spans[-1][1] - spans[0][0] == minutes and len(rows) == section.count("\n|") - 2
