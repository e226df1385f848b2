"""The practice server of a check: fresh, closed on every way out, and no matter to the learner's own connection."""

from __future__ import annotations

import contextlib
import ssl
import sys
import time

import pytest
from huggingface_hub import InferenceClient
from huggingface_hub.errors import HfHubHTTPError

import helpers
from helpers import transport
from helpers.checks import check, core, guard
from helpers.checks.sandbox import sandbox

# --- the sandbox ---

pytestmark = pytest.mark.usefixtures("own_progress")  # a file of progress for each test alone


@pytest.fixture
def course(capsys):
    with helpers.connect() as connected:
        yield connected


def classify(client: InferenceClient, model: str) -> str:
    return client.text_classification("The lamp works wonderfully.", model=model)[0].label


def test_sandbox_leaves_the_learners_connection_alone(double, course, monkeypatch):
    """Clients made before, during and after a check work; the learner's ledger, log and switches see nothing of it."""
    own = InferenceClient(token=course.token)
    label = classify(own, course.models.sentiment)
    course.server.limit(rate=1000, burst=1000)
    before = len(course.server.log), len(course.ledger), transport.installed(), repr(course.server)

    def judge(answer):
        with sandbox() as place:
            place.server.faults("503")
            assert raised(lambda: classify(place.client, place.models.sentiment)) == 503
            answer(place.client)
            assert place.openai.models.list().data
            assert [record["status"] for record in place.requests()] == [503, 200]

    monkeypatch.setitem(
        core._REGISTRY, "99.1", core.Exercise(id="99.1", name="double", insight="", hints=("", "", ""), judge=judge)
    )
    check("99.1", lambda client: classify(client, course.models.sentiment))
    assert (len(course.server.log), len(course.ledger), transport.installed(), repr(course.server)) == before
    assert (
        classify(own, course.models.sentiment)
        == classify(InferenceClient(token=course.token), course.models.sentiment)
        == label
    )


def raised(action) -> int:
    with pytest.raises(HfHubHTTPError) as caught:
        action()
    return caught.value.response.status_code


def test_sandbox_is_fresh_and_closes_on_every_way_out(course):
    """Each sandbox begins with nothing set and an empty log; it closes after an exception and after a time-out, too."""
    for way in (ValueError, None, guard.Forbidden):

        def inside(way=way):
            with sandbox() as place:
                assert place.requests() == []
                place.server.limit(rate=1, burst=1)
                classify(place.client, place.models.sentiment)
                if way is guard.Forbidden:
                    time.sleep(60)
                if way:
                    raise way

        with contextlib.suppress(way or ()):
            guard.run(inside, seconds=2)
        assert transport.installed() is course._hook
    with sandbox() as place:
        assert [classify(place.client, place.models.sentiment) for _ in range(3)] == ["POSITIVE"] * 3


def test_sandbox_closes_after_an_answer_that_has_to_be_ended_by_force(course):
    """An answer that catches everything, in a sandbox: huggingface_hub's clients go where they went before, and no trace is left."""
    space = {"__name__": "__main__", "time": time}
    exec("def deaf(n):\n    while True:\n        try:\n            time.sleep(0.01)\n        except BaseException:\n            pass", space)

    def inside():
        with sandbox():
            space["deaf"](0)

    limit = sys.getrecursionlimit()
    with pytest.raises(guard.Forbidden):
        guard.run(inside, seconds=0.3)
    assert transport.installed() is course._hook
    assert (sys.gettrace(), sys.getrecursionlimit(), guard._owed) == (None, limit, [])


def test_sandbox_without_a_connection():
    """Where nothing is connected, huggingface_hub gets its own clients back."""
    assert transport.installed() is None
    with sandbox() as place:
        assert transport.installed() is place.hook
    assert transport.installed() is None


def test_sandbox_reads_certificates_once(monkeypatch):
    """All clients share one TLS context: reading certificates for each would be most of a check's time."""
    made = []
    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", lambda *_, **__: made.append(1))
    for _ in range(3):
        with sandbox() as place:
            assert place.openai.models.list().data
            classify(place.client, place.models.sentiment)
    assert len(made) <= 1


def test_pictures_of_a_sandbox_come_at_once(course):
    """The image model of a sandbox answers with a picture of the size asked for; the learner's own server draws as before."""
    with sandbox() as place:
        picture = place.client.text_to_image("a red circle", model=place.models.image, width=40, height=24, seed=5)
        assert picture.size == (40, 24)
        [asked] = place.requests()
        assert asked["path"].endswith(place.models.image)
        assert asked["body"]["parameters"] == {"width": 40, "height": 24, "seed": 5}
    with sandbox() as place:
        assert place.requests() == []
