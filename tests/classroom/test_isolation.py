"""What a learner with bad manners tries on a class server: others' logs, switches, clocks and endpoints, the instructor's page,
names that are code. Each is refused, or shown as the text it is."""

from __future__ import annotations

import inspect
import json
import re
import secrets
from collections.abc import Iterator

import pytest

from helpers.practice import roster as rosters
from helpers.practice.board import board
from helpers.practice.errors import Failure
from helpers.practice.identity import MOST_IDENTITIES
from helpers.practice.roster import Guesses, Roster
from helpers.remote import Server

from .conftest import CODE, KEY, Room, serve

SPEC = {
    "provider": {"vendor": "aws", "region": "us-east-1"},
    "type": "authenticated",
    "compute": {
        "accelerator": "cpu",
        "instanceType": "intel-spr",
        "instanceSize": "x1",
        "scaling": {"minReplica": 0, "maxReplica": 1, "scaleToZeroTimeout": 15},
    },
    "model": {"repository": "practice/chat", "framework": "custom", "task": "text-generation"},
}
NASTY = (
    "<img src=x onerror=alert(1)>",
    "\"'><script>",
    "a\x1b[2J\x1b]0;pwned\x07b",
    'x\r\n{"learner": "Eva"}',
    "\u202eevil",
    "=cmd|'/c calc'!A0",
    "{{7*7}}",
    "%s%n",
    "\x00",
    "\ud800",
    "\u2028line",
    "a\u0000b" * 100,
)


@pytest.fixture
def pair(room: Room):
    """Ana and Mal, each with the switches of their own."""
    ana, mal = room.join("Ana"), room.join("Mal")
    servers = Server(room.url, ana), Server(room.url, mal)
    yield ana, mal, *servers
    for server in servers:
        server.close()


@pytest.fixture(scope="module")
def guarded() -> Iterator[Room]:
    """A room of its own, since attacks use up the guesses; Ana Secret is in it."""
    with serve() as room:
        room.join("Ana Secret")
        yield room


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_nobody_else_reads_a_log_or_turns_a_switch(room, pair):
    """Whatever Mal adds to a request (Ana's name, number, key, cookie, forwarded address), it is about Mal."""
    ana, mal, hers, his = pair
    room.send("POST", "/hf-inference/models/practice/sentiment", {"inputs": "Ana's own words"}, **bearer(ana))
    hers.limit(1, 3)
    before, key = {**hers.state, "now": 0}, hers.state["identity"]
    tricks = [
        {"X_Identity": key},
        {"Cookie": f"identity={key}; token={ana}"},
        {"X_Forwarded_For": "127.0.0.1"},
        {"X_Forwarded_User": "Ana"},
        {"X_Original_URL": f"/practice/log?identity={key}"},
        {"X_Instructor_Key": KEY},
    ]
    for trick in tricks:
        for path in (
            "/practice/log",
            f"/practice/log?identity={key}&token={ana}&since=0",
            "/practice/state",
            f"/practice/log/../log?key={key}",
        ):
            status, _, text = room.send("GET", path, **bearer(mal), **trick)
            assert "Ana's own words" not in text and key not in text, (path, trick)
            assert status in (200, 404)
        for name, body in (
            ("limit", {}),
            ("clock", {"speed": 0}),
            ("advance", {"seconds": 1e6}),
            ("reset", {}),
            ("faults", {"rate": 1}),
        ):
            room.send("POST", f"/practice/{name}", {**body, "identity": key, "token": ana}, **bearer(mal), **trick)
    assert {**hers.state, "now": 0} == before
    assert len(hers.log) == 1 and hers.log[0]["body"] == {"inputs": "Ana's own words"}


@pytest.mark.parametrize("double", ["first", "second", "comma", "case"])
def test_two_tokens_in_one_request_open_one_identity_or_none(room, pair, double):
    """Authorization sent twice, joined, or in another case: never the sum of both, and a wrong first one is a 401."""
    ana, mal, hers, _ = pair
    hers.limit(1, 1)
    import http.client
    from urllib.parse import urlsplit

    place = urlsplit(room.url)
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=20)
    connection.putrequest("GET", "/practice/state")
    values = {"first": [f"Bearer {mal}", f"Bearer {ana}"], "second": ["Bearer nobody", f"Bearer {ana}"],
              "comma": [f"Bearer {mal}, Bearer {ana}"], "case": [f"BEARER  {mal} "]}[double]  # fmt: skip
    for value in values:
        connection.putheader("Authorization", value)
    connection.endheaders()
    reply = connection.getresponse()
    text = reply.read().decode()
    connection.close()
    assert reply.status == (200 if double in ("first", "case") else 401)
    assert hers.state["identity"] not in text


def test_fingerprints_tell_nothing(room, pair):
    """The key of an identity is no token: it opens nothing, and it is another one on every server."""
    ana, mal, hers, _ = pair
    key = hers.state["identity"]
    for guess in (key, f"hf_practice_{key}", ana[:-1], ana.upper(), ana + "0", ana.replace("hf_practice_", ""), f"{mal} {ana}"):
        assert room.send("GET", "/practice/log", Authorization=f"Bearer {guess}")[0] == 401, guess
    salted = [Roster(lambda token, salt=salt: salt + token) for salt in "ab"]
    assert salted[0].join("x")[0] != salted[1].join("x")[0]


def test_an_endpoint_runs_on_its_owners_clock(room, pair):
    """Mal, whose clock is years ahead, calls Ana's endpoint at an address she gave away: its state and bill stay on her clock."""
    ana, mal, hers, his = pair
    hers.clock(0)
    his.clock(0)
    status, _, text = room.send("POST", "/v2/endpoint/ana", {**SPEC, "name": "hers"}, **bearer(ana))
    assert status == 200
    hers.advance(200)
    status, _, text = room.send("GET", "/v2/endpoint/ana/hers", **bearer(ana))
    shown = json.loads(text)
    host = shown["status"]["url"].removeprefix("https://")
    his.advance(1e7)
    body = {"model": "practice/chat", "messages": [{"role": "user", "content": "hi"}], "max_tokens": 3}
    assert room.send("POST", "/v1/chat/completions", body, X_Forwarded_Host=host, **bearer(mal))[0] == 200
    after = json.loads(room.send("GET", "/v2/endpoint/ana/hers", **bearer(ana))[2])
    assert (after["status"]["state"], after["practice"]["cost_usd"]) == ("running", shown["practice"]["cost_usd"])
    for path in ("/v2/endpoint/ana/hers", "/v2/endpoint/ana"):
        text = room.send("GET", path, **bearer(mal))[2]
        assert "practice/chat" not in text, "the API shows an endpoint to its owner only"


def test_addresses_of_endpoints_cannot_be_worked_out(room, pair):
    """The host of an endpoint holds a mark made from a secret of this server: from names and numbers it cannot be computed."""
    import zlib

    ana, mal, hers, _ = pair
    room.send("POST", "/v2/endpoint/ana", {**SPEC, "name": "guess", "type": "public"}, **bearer(ana))
    for number in range(60):
        mark = f"{zlib.crc32(f'{number}/ana/guess'.encode()):08x}"
        host = f"guess-{mark}.us-east-1.aws.endpoints.huggingface.cloud"
        assert room.send("GET", "/health", X_Forwarded_Host=host, **bearer(mal))[0] == 404


@pytest.mark.parametrize("path", [
    "/instructor/", "//instructor", "/./instructor", "/practice/../instructor", "/%69nstructor", "/instructor%2f",
    "/instructor;key=x",
    "/instructor/numbers/", "/INSTRUCTOR", "/instructor?key=" + CODE, "/instructor?Key=" + KEY, "/instructor#key=" + KEY,
    "/instructor/numbers?key=" + KEY,
])  # fmt: skip
def test_no_path_leads_around_the_key(guarded, path):
    """Dots, slashes, encodings, the join code or the key in another place: 403 or 404, and no name of the room."""
    for host in (None, "huggingface.co", "router.huggingface.co", "localhost", "127.0.0.1", "instructor"):
        headers = {"X_Forwarded_Host": host} if host else {}
        status, _, text = guarded.send("GET", path, **headers)
        assert status in (403, 404, 429) and "Ana Secret" not in text, (path, host)


@pytest.mark.parametrize("headers", [
    {"X_Forwarded_For": "127.0.0.1"}, {"X_Forwarded_Host": "instructor"}, {"Referer": f"http://x/instructor?key={KEY}"},
    {"Cookie": f"key={KEY}"}, {"Authorization": f"Bearer {KEY}"}, {"X_Instructor_Key": KEY[:-1]}, {"X_Instructor_Key": KEY + "0"},
    {"X_Instructor_Key": KEY.upper()}, {"X_Instructor_Key": ""}, {"X_HTTP_Method_Override": "GET"}, {"X_Rewrite_URL": "/"},
])  # fmt: skip
def test_no_header_opens_the_instructors_page(guarded, headers):
    """Only the key itself in its own place opens the page; a key that is almost right does not."""
    for path in ("/instructor", "/instructor/numbers"):
        status, _, text = guarded.send("GET", path, **headers)
        assert status in (403, 429) and "Ana Secret" not in text


def test_guesses_of_others_do_not_lock_the_instructor_out(guarded):
    """Learners behind the same address used up all wrong guesses: whoever has the key still comes in."""
    for _ in range(12):
        status = guarded.send("GET", "/instructor/numbers", X_Instructor_Key="guess")[0]
    assert status == 429
    assert guarded.send("GET", "/instructor/numbers", X_Instructor_Key=KEY)[0] == 200


def test_secrets_are_compared_in_constant_time():
    """The one comparison of join code and key is `hmac.compare_digest`, whatever the length of the guess."""
    source = inspect.getsource(Guesses.check)
    assert "hmac.compare_digest(" in source and "self.secret ==" not in source and "== self.secret" not in source
    for guess in ("", "1", "x" * 10_000, "é" * 8, "\ud800"):
        assert not Guesses("12345678").check(guess, "10.0.0.1")


def test_guesses_from_many_addresses_are_limited_together():
    """A hundred wrong guesses from a hundred addresses: the next one waits, from wherever; one more comes back every second."""
    now = [0.0]
    guesses = Guesses("12345678", clock=lambda: now[0])
    for host in range(100):
        assert not guesses.check("1", f"10.0.{host}.1")
    with pytest.raises(Failure) as refused:
        guesses.check("12345678", "10.1.0.1")
    assert refused.value.status == 429 and refused.value.headers["retry-after"] == "1"
    now[0] = 1.0
    assert guesses.check("12345678", "10.1.0.1")


def test_joining_over_and_over_pushes_nobody_out_who_works():
    """Someone with the code joins a thousand times: the learners who have made a request stay."""
    roster = Roster(lambda token: token, lambda: 0.0)
    tokens = [roster.join(f"n{number}")[0] for number in range(100)]
    for token in tokens:
        roster.note(token)
    for number in range(1000):
        roster.join(f"flood{number}")
    assert all(roster.knows(token) for token in tokens) and len(roster.all()) == MOST_IDENTITIES


@pytest.mark.parametrize("name", NASTY)
def test_names_are_text_wherever_they_are_shown(room, tmp_path, name):
    """Markup, terminal control, line breaks, bidi marks, formulas: on the page escaped, in JSON one printable line."""
    status, _, text = room.send("POST", "/practice/join", {"code": CODE, "name": name})
    assert status in (200, 400), "a lone surrogate is no JSON text"
    if status == 400:
        return
    shown = json.loads(text)["name"]
    assert shown.isprintable() and len(shown) <= 60
    page = room.send("GET", f"/instructor?key={KEY}")[2]
    table = page.partition("<tbody")[2].partition("</tbody>")[0]
    assert set(re.findall(r"<(/?\w+)", table)) <= {"tr", "/tr", "td", "/td"}
    assert all(char.isprintable() or char == "\n" for char in page)


def test_log_lines_cannot_be_forged(tmp_path):
    """Names, models, tasks, paths and prompts that hold line breaks, quotes or control characters make one JSON line each."""
    file = tmp_path / "class.jsonl"
    with serve("--log", str(file)) as room:
        tokens = [room.join(name) for name in NASTY if name != "\ud800"]
        for token in tokens:
            room.send("POST", "/v1/chat/completions", {"model": 'a\n{"learner": "Eva"}', "messages": []}, **bearer(token))
            room.send("POST", "/hf-inference/models/practice/ner/pipeline/%0A%1b[2J", {"inputs": "\x1b[31m"}, **bearer(token))
    raw = file.read_bytes()
    lines = raw.decode().splitlines()
    assert len(lines) == 2 * len(tokens) and b"\x1b" not in raw and "Eva" not in {json.loads(line)["learner"] for line in lines}
    assert all(json.loads(line)["model"] in (None, "practice/ner") for line in lines)


def test_the_terminal_shows_nothing_of_learners(room):
    """What the server prints are its own address, code and key; learners' words never reach the terminal."""
    assert list(inspect.signature(board).parameters) == ["address", "code", "page", "log"]
    assert all(char.isprintable() or char == "\n" for char in room.said)


@pytest.mark.parametrize("headers", [
    {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec_Fetch_Site": "cross-site"}, {"Sec_Fetch_Site": "same-site"},
    {"Origin": "http://[", "Content_Type": "text/plain"},
])  # fmt: skip
def test_web_pages_of_another_origin_are_refused(room, headers):
    """A page that is open in a learner's browser cannot post: no join, no guess, no switch; and nothing allows it to read."""
    token = room.join("Web")
    for path, body in (("/practice/join", {"code": CODE, "name": "x"}), ("/practice/reset", {}), ("/v1/chat/completions", {})):
        status, answered, _ = room.send("POST", path, body, **headers, **bearer(token))
        assert status == 403 and not any(name.startswith("access-control") for name in answered)
    status, answered, _ = room.send("OPTIONS", "/practice/join", **{**headers, "Access_Control_Request_Method": "POST"})
    assert status in (403, 405) and not any(name.startswith("access-control") for name in answered)


def test_a_class_server_may_have_any_name(room):
    """On a network the server is called by whatever name it has there."""
    assert room.send("GET", "/v1/models", Host="lab-7.school.example:8900")[0] == 200


def test_tokens_and_codes_are_long_enough():
    """A learner's token has 128 bits, a made-up key 192, a join code eight digits with limited guesses."""
    token, _ = Roster(lambda token: token).join("x")
    assert len(token.removeprefix("hf_practice_")) == 32 and len(secrets.token_urlsafe(24)) == 32
    assert rosters.Guesses.burst == 10
