"""The OpenAPI document says what the server does: it is made from the routes and readers, and real answers fit it."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from helpers.practice import openapi
from helpers.practice.app import ROUTES
from helpers.practice.bodies import SWITCHES, TASKS
from helpers.practice.classroom import CLASS_ROUTES
from helpers.practice.control_routes import SWITCHES as TURNED
from helpers.practice.registry import MODELS
from helpers.practice.task_routes import TASKS as PERFORMED


@pytest.fixture(scope="module")
def described():
    return openapi.describe(ROUTES)


def test_the_document_is_served(send, described):
    """GET /openapi.json, without a token, is the document made from the route table."""
    reply = send("GET", "/openapi.json", token=None)
    assert reply.status == 200 and reply.json == json.loads(json.dumps(described))
    assert reply.json["openapi"] == "3.1.0"


def test_every_route_is_in_it(described):
    """No route is left out, and nothing is in it that has no route; the retired host has no path of its own."""
    hidden = {"/retired/{rest:path}"}
    expanded = ("/hf-inference/models/{id:path}", "/practice/{switch}")
    for route in ROUTES:
        if route.path in hidden or route.path.startswith(expanded):
            continue
        assert set(described["paths"][route.path.replace(":path", "")]) == {m.lower() for m in route.methods - {"HEAD"}}
    for path in described["paths"]:
        plain = path.replace("{", "").replace("}", "")
        assert any(route.path_regex.match(plain) for route in ROUTES), path


def test_every_task_and_switch_is_in_it(described):
    """Each task of each model, and each switch, has a path with a body of its own."""
    assert set(TASKS) == set(PERFORMED) and set(SWITCHES) == set(TURNED)
    for model in MODELS.values():
        for task in model.tasks:
            end = "/v1/chat/completions" if task == "conversational" else f"/pipeline/{task}"
            body = described["paths"][f"/hf-inference/models/{model.id}{end}"]["post"]["requestBody"]
            assert body["content"]["application/json"]["schema"]["properties"]
    assert {f"/practice/{name}" for name in TURNED} <= set(described["paths"])


def test_a_class_server_describes_its_own_routes():
    """Joining, sharing and the instructor's page are in the document of a class server, and only there."""
    paths = openapi.describe([*CLASS_ROUTES, *ROUTES])["paths"]
    own = {"/practice/join", "/practice/progress", "/instructor", "/instructor/numbers"}
    assert own <= set(paths) and own.isdisjoint(openapi.describe(ROUTES)["paths"])
    assert "429" in paths["/practice/join"]["post"]["responses"]


def operations(described):
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            if "requestBody" in operation:
                yield path, method, operation["requestBody"]["content"]["application/json"]["schema"], operation


def test_examples_fit_their_own_schema(described):
    """Each example was accepted by its reader (it was read to make the schema), and the schema accepts it too."""
    seen = 0
    for _, _, schema, _ in operations(described):
        for example in schema.get("examples", ()):
            Draft202012Validator(schema).validate(example)
            seen += 1
    assert seen > 30


def test_every_example_is_answered_as_the_document_says(described, send):
    """Each example is sent: it is a 200 whose body fits the schema of the answer. Faults go to an identity of their own."""
    for path, method, schema, operation in operations(described):
        if "{" in path:
            continue
        for example in schema.get("examples", ()):
            token = "hf_practice_openapi_switches" if path.startswith("/practice") else "hf_practice_openapi"
            reply = send(method.upper(), path, example, token=token)
            assert reply.status == 200, (path, example, reply.body)
            kind = reply.headers["content-type"].partition(";")[0]
            answer = operation["responses"]["200"]["content"][kind]["schema"]
            if kind == "application/json":
                Draft202012Validator(answer).validate(reply.json)


@pytest.mark.parametrize(
    ("path", "field", "bounds"),
    [
        ("/v1/chat/completions", "max_tokens", (1, 4096)),
        ("/v1/chat/completions", "temperature", (0, 2)),
        ("/v1/chat/completions", "n", (1, 8)),
    ],
)
def test_the_server_keeps_the_bounds_it_documents(described, ask, path, field, bounds):
    """The documented minimum and maximum are accepted, and one step outside is a 422."""
    schema = described["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]["properties"][field]
    low, high = schema["anyOf"][0]["minimum"], schema["anyOf"][0]["maximum"]
    assert (low, high) == bounds
    assert ask(**{field: low}).status == 200 and ask(**{field: high, "stop": "a"}).status == 200
    assert ask(**{field: low - 1}).status == ask(**{field: high + 1}).status == 422


def test_a_new_field_is_in_the_document_at_once():
    """What a reader asks `Fields` for, the recorder writes down: name, type, bounds, whether it is needed."""
    from helpers.practice.recorder import recorded

    def read(fields):
        fields.text("prompt", limit=9)
        fields.inner("parameters").integer("steps", 4, 1, 50, multiple_of=2)
        fields.choice("mode", ("a", "b"))

    assert recorded(read, {"prompt": "x"}) == {
        "type": "object",
        "properties": {
            "prompt": {"type": "string", "maxLength": 9},
            "mode": {"anyOf": [{"enum": ["a", "b"]}, {"type": "null"}]},
            "parameters": {
                "type": ["object", "null"],
                "properties": {
                    "steps": {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 50, "multipleOf": 2}, {"type": "null"}]}
                },
            },
        },
        "required": ["prompt"],
        "examples": [{"prompt": "x"}],
    }
