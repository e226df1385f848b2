"""A class server: who gets in, what is one's own, what the instructor sees, and what is stored."""
from __future__ import annotations

import io
import json
import subprocess
import sys
from contextlib import closing, redirect_stdout

import pytest

from helpers import CourseError, connect
from helpers.remote import Server, join

from .conftest import CODE, KEY, ROOT, Room, serve

MESSAGES = [{"role": "user", "content": "What is a 429?"}]
BODY = {"model": "practice/chat", "messages": MESSAGES, "max_tokens": 5}


def openai(room: Room, token: str):
    from openai import OpenAI
    return OpenAI(base_url=f"{room.url}/v1", api_key=token, max_retries=0, timeout=30)


def enter(room: Room, name: str, code: str = CODE):
    with redirect_stdout(io.StringIO()):
        return connect(room.url, join_code=code, name=name)


def test_the_board_says_what_a_room_needs(room):
    """At the start: address, join code, the line learners write, and the instructor's page with its key."""
    assert f'connect("{room.url}", join_code="48217730", name="...")' in room.said
    assert f"{room.url}/instructor?key={KEY}" in room.said and "4821 7730" in room.said and "Nothing is stored." in room.said
    assert room.said.count("██") > 50, "the code is shown in large digits"


def test_two_learners_through_both_sdks(room):
    """Each has limits, faults and a log of their own: no switch reaches the other, and nobody reads another's log."""
    from huggingface_hub import InferenceClient
    from openai import InternalServerError, RateLimitError
    with enter(room, "Ana") as ana:
        ben_token = room.join("Ben")
        ben, ana_hub = openai(room, ben_token), InferenceClient(token=ana.token, timeout=30)
        with closing(Server(room.url, ben_token)) as switches:
            switches.faults("503")
            switches.limit(window=(2, 3600))
            ask = {"model": "practice/chat", "messages": [{"role": "user", "content": "Ben's own question"}], "max_tokens": 5}
            with pytest.raises(InternalServerError):
                ben.chat.completions.create(**ask)
            assert ben.chat.completions.create(**ask).choices
            with pytest.raises(RateLimitError):
                ben.chat.completions.create(**ask)
            for _ in range(4):
                assert ana_hub.chat_completion(MESSAGES, model=ana.models.chat, max_tokens=5).choices
            assert [record["status"] for record in switches.log] == [503, 200, 429]
        assert [record["status"] for record in ana.server.log] == [200] * 4
        assert "Ben's own" not in json.dumps(ana.server.log) and ana.server.state["limits"] == {}
    assert room.learner("Ben")["requests"] == 3 and room.learner("Ana")["requests"] == 4


@pytest.mark.parametrize("token", ["hf_practice", "hf_practice_token", "hf_practice_48217730", "hf_practice_", "", "x"])
def test_without_joining_no_token_is_accepted(room, token):
    """A practice token that was not given out by this server opens nothing: no model, no log, no switch."""
    for method, path, body in [("POST", "/v1/chat/completions", BODY), ("GET", "/practice/log", None), ("GET", "/practice/state", None),
                               ("POST", "/practice/faults", {"rate": 1}), ("POST", "/practice/progress", {"exercises": {}}),
                               ("GET", "/v1/models", None), ("GET", "/api/whoami-v2", None)]:
        assert room.send(method, path, body, Authorization=f"Bearer {token}")[0] == 401, path


def test_no_token_at_all_calls_no_model(room):
    """A request without a token is a 401 on every route that is not public."""
    for method, path, body in [("POST", "/v1/chat/completions", BODY), ("GET", "/practice/log", None),
                               ("POST", "/hf-inference/models/practice/sentiment", {"inputs": "x"}), ("POST", "/practice/reset", {})]:
        assert room.send(method, path, body)[0] == 401, path


@pytest.mark.parametrize("name, status", [("expired", 401), ("no_permission", 403), ("no_credit", 402)])
def test_the_tokens_of_lesson_01_are_refused_as_it_shows(room, name, status):
    """The tour of errors works in a class, and these shared tokens open no log there."""
    bearer = f"Bearer hf_practice_{name}"
    assert room.send("POST", "/v1/chat/completions", BODY, Authorization=bearer)[0] == status
    assert room.send("GET", "/practice/log", Authorization=bearer)[0] == status


def test_the_code_may_be_typed_with_spaces(room):
    """4821 7730, 4821-7730 and 48217730 are the same code."""
    for code in ("4821 7730", "4821-7730", "48217730"):
        assert join(room.url, name="Typist", code=code).startswith("hf_practice_")


def test_names_are_told_apart_and_escaped(room):
    """Two Evas are Eva and Eva (2); markup, line breaks and endless names are shown as text; no name gets a number."""
    nasty = "<script>alert(1)</script>"
    for name in ("Eva", "Eva", nasty, "a\nb\u202ec", "x" * 500, "", "   "):
        room.join(name)
    names = [learner["name"] for learner in room.numbers()["learners"]]
    assert {"Eva", "Eva (2)", nasty, "a b c", "x" * 40} <= set(names) and len(set(names)) == len(names)
    assert sum(name.startswith("learner ") for name in names) == 2
    page = room.send("GET", f"/instructor?key={KEY}")[2]
    assert nasty not in page and "&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.parametrize("name", [5, None, ["x"], {"a": 1}])
def test_a_name_that_is_no_text(room, name):
    """Whatever JSON stands where the name should be, the learner gets a numbered name."""
    status, _, text = room.send("POST", "/practice/join", {"code": CODE, "name": name})
    assert status == 200 and json.loads(text)["name"].startswith("learner ")


def test_the_instructors_page_needs_its_key():
    """Without the key, with a wrong one, or with a learner's token: 403 for page and numbers; wrong keys are limited."""
    with serve() as room:
        bearer = f"Bearer {room.join('Ana')}"
        for path in ("/instructor", "/instructor?key=", "/instructor?key=wrong", f"/instructor?token={KEY}", "/instructor/numbers"):
            status, _, text = room.send("GET", path, Authorization=bearer)
            assert status == 403 and "Ana" not in text
        for _ in range(5):
            assert room.send("GET", "/instructor/numbers", X_Instructor_Key="guess")[0] == 403
        status, headers, _ = room.send("GET", "/instructor/numbers", X_Instructor_Key="guess")
        assert status == 429 and int(headers["retry-after"]) > 0


def test_the_page_loads_nothing_from_elsewhere(room):
    """One file: no address but its own server's, a policy that forbids others, and its one script by nonce."""
    _, headers, text = room.send("GET", f"/instructor?key={KEY}")
    policy = headers["content-security-policy"]
    nonce = policy.partition("'nonce-")[2].partition("'")[0]
    assert f'<script nonce="{nonce}">' in text and text.count("<script") == 1 and "connect-src 'self'" in policy
    assert "src=" not in text and "<link" not in text and "https://" not in text and KEY not in text
    assert headers["referrer-policy"] == "no-referrer" and headers["cache-control"] == "no-store"


def test_progress_only_of_those_who_share(room):
    """Passed exercises are "not shared" until `share_progress()` was run; then ids and states are there, and nothing else."""
    token = room.join("Shy")
    assert room.learner("Shy")["cells"][3] == "not shared"
    shared = {"exercises": {"04.2": "passed", "04.1": "wrong"}}
    assert room.send("POST", "/practice/progress", shared, Authorization=f"Bearer {token}")[0] == 200
    assert room.learner("Shy")["exercises"] == {"04.2": "passed", "04.1": "wrong"}
    assert room.learner("Shy")["cells"][3] == "1: 04.2"


def test_share_progress_sends_ids_and_states_only(room, tmp_path, monkeypatch, capsys):
    """`course.share_progress()` reads the progress file and sends no message, no mistake and no answer."""
    file = tmp_path / "progress.jsonl"
    event = {"id": "03.1", "state": "passed", "message": "03.1 passed: 42", "mistake": "my own words"}
    file.write_text(json.dumps(event) + "\n" + json.dumps({"id": "03.2", "hint": 0}) + "\n")
    monkeypatch.setenv("COURSE_PROGRESS", str(file))
    with enter(room, "Open") as course:
        course.share_progress()
    assert "1 exercises passed" in capsys.readouterr().out
    assert room.learner("Open")["exercises"] == {"03.1": "passed"}


def test_share_progress_without_a_class(monkeypatch):
    """On one's own server there is nobody to share with, and it says how to join a class."""
    with redirect_stdout(io.StringIO()), connect() as course, pytest.raises(CourseError, match="no class to share with"):
        course.share_progress()


@pytest.mark.parametrize("exercises", [None, [], "x", {"04.2": "great"}, {"<b>": "passed"}, {"04.2": ["passed"]}, {"04.2": None},
                                       {f"{n:02}.{m}": "passed" for n in range(20) for m in range(20)}])
def test_only_ids_and_states_are_taken(room, exercises):
    """Anything else in the place of exercises is a 422 and changes nothing."""
    bearer = f"Bearer {room.join('Odd')}"
    assert room.send("POST", "/practice/progress", {"exercises": exercises}, Authorization=bearer)[0] == 422


def test_wrong_codes_are_refused_in_one_sentence_and_limited():
    """Ten wrong codes from one address, then 429 with Retry-After, for a right code too; connect() says each in a sentence."""
    with serve() as room:
        with pytest.raises(CourseError, match="The join code is wrong"):
            enter(room, "Ana", "0000")
        for guess in ("", "48217731", "4821773", "482177300", None, 48217730, [CODE], "é", "0"):
            assert room.send("POST", "/practice/join", {"code": guess, "name": "Ana"})[0] == 403, guess
        status, headers, _ = room.send("POST", "/practice/join", {"code": CODE, "name": "Ana"})
        assert status == 429 and 0 < int(headers["retry-after"]) <= 6
        with pytest.raises(CourseError, match="Too many wrong join codes"):
            enter(room, "Ana")
        assert room.numbers()["learners"] == []


def test_the_log_holds_no_prompt_and_no_token(tmp_path):
    """With --log each request is one JSON line with who, when, what and how it ended; no prompt, path text, token, code or key."""
    file = tmp_path / "class.jsonl"
    with serve("--log", str(file)) as room:
        token = room.join("Ana")
        secret = [{"role": "user", "content": "secretword"}]
        openai(room, token).chat.completions.create(model="practice/chat", messages=secret, max_tokens=5)
        bearer = f"Bearer {token}"
        room.send("POST", "/v1/chat/completions", {**BODY, "model": "secretword"}, Authorization=bearer)
        room.send("POST", "/hf-inference/models/practice/sentiment/pipeline/secretword", {"inputs": "secretword"}, Authorization=bearer)
        room.send("GET", "/secretword?secretword=secretword", Authorization=bearer, X_Forwarded_Host="secretword")
        room.send("GET", "/practice/state", Authorization=bearer)
    text = file.read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["status"] for line in lines] == [200, 404, 400, 404]
    assert lines[0]["learner"] == "Ana" and lines[0]["model"] == "practice/chat" and lines[0]["tokens_out"] == 5
    assert not any(secret in text for secret in ("secretword", token, "48217730", KEY, "hf_"))


def test_without_log_nothing_is_written(tmp_path):
    """Without --log the server writes no file."""
    before = {path for path in tmp_path.rglob("*")}
    command = [sys.executable, "-c", "import sys; sys.path.insert(0, sys.argv[1]); from helpers.practice.__main__ import _parser;"
               "print(_parser().parse_args(['--classroom']).log)", str(ROOT)]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout == "None\n"
    assert {path for path in tmp_path.rglob("*")} == before


@pytest.mark.parametrize("options, env, words", [
    (["--classroom", "--log", "/no/such/folder/x"], {}, "cannot be written"), (["--log", "x"], {}, "belong to --classroom"),
    (["--classroom"], {"COURSE_JOIN_CODE": "123"}, "COURSE_JOIN_CODE is shorter than 6"),
    (["--classroom"], {"COURSE_INSTRUCTOR_KEY": "short"}, "COURSE_INSTRUCTOR_KEY is shorter than 16"),
])
def test_wrong_options_are_one_sentence(options, env, words):
    """A log that cannot be opened, secrets that are none: one sentence, no traceback, and an exit code that is not 0."""
    import os
    done = subprocess.run([sys.executable, "-m", "helpers.practice", "--host", "127.0.0.1", "--port", "0", *options], cwd=ROOT,
                          env={**os.environ, **env}, capture_output=True, text=True, timeout=60)
    assert done.returncode in (1, 2) and words in done.stderr and "Traceback" not in done.stderr
