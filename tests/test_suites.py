"""The runner of the test suites says what ran, how it ended and how long it took, and nothing that failed looks like success."""
from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
import yaml

from tools import suites
from tools.browser import SCREENS
from tools.suites import groups

ROOT = Path(__file__).resolve().parent.parent
REAL = tomllib.loads((ROOT / "tests" / "suites.toml").read_text("utf-8"))
SAYS = "import sys; print(sys.argv[2]); sys.exit(int(sys.argv[1]))"


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run suites given as {name: [steps]}: (exit code, lines printed)."""
    monkeypatch.setattr(suites, "REFUSED", tmp_path / "refused.txt")

    def go(name: str, text: str, *options: str) -> tuple[int, list[str]]:
        file = tmp_path / "suites.toml"
        file.write_text(text, "utf-8")
        code = suites.main([name, *options], file)
        return code, capsys.readouterr().out.splitlines()

    return go


def step(suite: str, name: str, kind: str, code: int, text: str, **more: object) -> str:
    """One step in TOML that prints `text` and ends with `code`."""
    command = ["-c", SAYS, str(code), text]
    command = [sys.executable, *command] if kind == "command" else command
    extra = "".join(f"{key} = {value}\n" for key, value in more.items())
    return f'[[{suite}]]\nname = "{name}"\n{kind} = {command!r}\n{extra}'


def test_each_suite_gets_a_line(run):
    """With `all`, every suite has a closing line with its result, its time and its counts, and the last line adds them up."""
    text = (step("one", "a", "python", 0, "3 passed in 2s") + step("two", "b", "python", 1, "1 failed, 4 passed")
            + step("three", "c", "command", 77, "There is no d here. Run: install d"))
    code, lines = run("all", text)
    assert code == 1
    assert re.fullmatch(r"one +ok +\d+ s   3 passed, 0 failed, 0 skipped", lines[-4])
    assert re.fullmatch(r"two +FAILED +\d+ s   4 passed, 1 failed, 0 skipped", lines[-3])
    assert re.fullmatch(r"three +skipped +\d+ s   0 passed, 0 failed, 1 skipped", lines[-2])
    assert lines[-1] == "8 passed, 1 failed, 1 skipped"  # one passed: only loopback was asked for


def test_a_missing_tool_skips_what_needs_it(run):
    """A preparation that ends with 77 is a skip with its sentence; what follows it is skipped as well, and not started."""
    text = step("browser", "a browser", "command", 77, "There is none.") + step("browser", "tests", "python", 1, "9 failed")
    code, lines = run("browser", text)
    assert code == 0 and "There is none." in lines
    assert "--- tests: skipped, this machine lacks a browser" in lines
    assert lines[-1] == "1 passed, 0 failed, 2 skipped"


def test_a_failed_preparation_fails_the_suite(run):
    """Any other exit code of a preparation is a failure, and what needs it is not run."""
    text = step("browser", "a browser", "command", 1, "no network") + step("browser", "tests", "python", 0, "9 passed")
    code, lines = run("browser", text)
    assert code == 1 and "--- tests: not run after the failure above" in lines and "9 passed" not in lines


def test_a_command_that_is_not_there(run):
    """A program that does not exist is a failure in one sentence."""
    code, lines = run("x", '[[x]]\nname = "y"\ncommand = ["no-such-program"]\n')
    assert code == 1 and "no-such-program could not be started: No such file or directory." in lines


@pytest.mark.parametrize(("ends", "text"), [(1, "12 passed"), (-9, "12 passed"), (3, "")])
def test_a_crash_is_a_failure_whatever_was_printed(run, ends, text):
    """A step that counts only successes and then ends badly is a failure."""
    code, lines = run("x", step("x", "y", "python", ends, text))
    assert code == 1 and ", 1 failed, " in lines[-1]


def test_what_hangs_is_ended(run, tmp_path):
    """A step that takes longer than its limit is ended with what it started, and its output so far is shown."""
    pid = tmp_path / "pid"
    child = f"import os, time; open({str(pid)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    code = ("import subprocess, sys, time; print('so far', flush=True); "
            f"subprocess.Popen([sys.executable, '-c', {child!r}]); time.sleep(600)")
    ended, lines = run("x", f'[[x]]\nname = "y"\nminutes = 0.05\npython = ["-c", """{code}"""]\n')
    assert ended == 1 and "so far" in lines and "Not finished after 0.05 minutes: ended here." in lines
    assert gone(int(pid.read_text()))


def gone(pid: int) -> bool:
    """Whether a process ends within ten seconds."""
    for _ in range(100):
        try:
            os.kill(pid, 0)
            state = Path(f"/proc/{pid}/stat")
            if state.exists() and state.read_text().rsplit(")", 1)[1].split()[0] == "Z":
                return True
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_ctrl_c_ends_all(tmp_path):
    """Ctrl-C ends every step that runs, starts no other, and the runner itself with 130."""
    ran = tmp_path / "ran"
    sleeper = f"import os, time; open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    file = tmp_path / "suites.toml"
    file.write_text(f'[[x]]\nname = "y"\npython = ["-c", """{sleeper}"""]\n'
                    f'[[x]]\nname = "z"\npython = ["-c", """open({str(ran)!r}, "w")"""]\n', "utf-8")
    code = f"import sys; from pathlib import Path; from tools import suites; sys.exit(suites.main(['x'], Path({str(file)!r})))"
    runner = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
        assert runner.poll() is None
        time.sleep(0.05)
    runner.send_signal(signal.SIGINT)
    assert runner.wait(30) == 130
    assert gone(int((tmp_path / "pid").read_text())) and not ran.exists()


def test_side_by_side_only_where_it_is_written():
    """`all` keeps the order of the file; suites named together are one group, every other one is alone."""
    assert groups(["a", "b", "c", "d"], [["b", "d"]]) == [["a"], ["b", "d"], ["c"]]


def test_unknown_suite(capsys):
    """A name that does not exist gets those that do."""
    assert suites.main(["qiuck"]) == 2
    assert "There is no test suite 'qiuck'. There are: all, quick, " in capsys.readouterr().err


# --- the real file --------------------------------------------------------------------------------

def test_every_file_of_tests_is_run_by_a_suite():
    """What `quick` leaves out by --ignore is named by another step, so that no test is run by nobody."""
    steps = [step for name, suite in REAL.items() if name != "together" for step in suite]
    named = {word for step in steps for word in step.get("pytest", [])}
    ignored = {word.removeprefix("--ignore=") for word in named if word.startswith("--ignore=")}
    assert ignored - named <= {"tests/colab"}, "tests/colab is run by tools.matrix"
    assert any(step.get("python") == ["-m", "tools.matrix", "colab"] for step in steps)
    assert all((ROOT / folder).exists() for folder in ignored)


def test_groups_name_suites():
    """`together` names suites that exist, each once, and never `quick`."""
    names = [name for group in REAL["together"] for name in group]
    assert len(names) == len(set(names)) and set(names) < set(REAL) - {"quick", "together"}


def test_github_runs_every_suite():
    """The workflow runs quick on both ends of Python and every other suite, and keeps the browser's pictures."""
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "tests.yml").read_text("utf-8"))["jobs"]
    assert jobs["quick"]["strategy"]["matrix"]["python"] == ["3.11", "3.13"]
    assert set(jobs["slow"]["strategy"]["matrix"]["suite"]) == set(REAL) - {"quick", "together"}
    runs = [step["run"] for name in ("quick", "slow") for step in jobs[name]["steps"] if "run" in step]
    assert runs == ["python3 course.py test", "python3.11 course.py test ${{ matrix.suite }}"]
    [pictures] = [step["with"]["path"] for step in jobs["slow"]["steps"] if step.get("with", {}).get("name") == "screenshots"]
    assert ROOT / pictures == SCREENS


@pytest.mark.skipif(not shutil.which("bash"), reason="the script is for bash")
@pytest.mark.parametrize(("ci", "code"), [("true", 1), ("", 77)])
def test_without_a_browser(tmp_path, ci, code):
    """Where no Chromium can be had, the browser suite's first step says so in one sentence: a failure in CI, else a skip."""
    done = subprocess.run([shutil.which("bash"), ROOT / "tests" / "browser" / "install.sh"], capture_output=True, text=True,
                          env={"PATH": str(tmp_path), "CI": ci})
    said = "There is no Chromium here, and apt could not install it. Install one, or name one in COURSE_CHROMIUM.\n"
    assert (done.returncode, done.stdout) == (code, said)


def test_ci_runs_everything():
    """.ci/run is the README's test command with all suites, and tells the suites that a missing tool is a failure."""
    text = (ROOT / ".ci" / "run").read_text("utf-8")
    assert "python3 course.py test all" in text and "export CI=true" in text
