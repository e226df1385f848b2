"""The life of a dedicated endpoint, driven by the real SDK on the server's clock: states, failures, quota, cost."""

from __future__ import annotations

import pytest
from huggingface_hub import HfApi
from huggingface_hub.errors import HfHubHTTPError, InferenceEndpointError

from helpers import transport
from helpers.hook import Hook
from helpers.ledger import Ledger

SPEC = {
    "repository": "practice/chat",
    "framework": "pytorch",
    "task": "text-generation",
    "accelerator": "gpu",
    "vendor": "aws",
    "region": "us-east-1",
    "instance_type": "nvidia-l4",
    "instance_size": "x1",
}
BODY = {
    "name": "my-ep",
    "type": "authenticated",
    "provider": {"vendor": "aws", "region": "us-east-1"},
    "compute": {
        "accelerator": "gpu",
        "instanceType": "nvidia-l4",
        "instanceSize": "x1",
        "scaling": {"minReplica": 0, "maxReplica": 1, "scaleToZeroTimeout": 15},
    },
    "model": {
        "framework": "pytorch",
        "repository": "practice/chat",
        "task": "text-generation",
        "image": {"huggingface": {}},
    },
}
API = "api.endpoints.huggingface.cloud"
CHAT = {"model": "tgi", "messages": [{"role": "user", "content": "What is a token?"}], "max_tokens": 5}


@pytest.fixture
def api(url, token, control):
    """The Hub's own API client with a stopped clock on the server."""
    transport.install_hub(Hook(Ledger(), practice_url=url))
    control.clock(0)
    yield HfApi(token=token)
    transport.uninstall_hub()


@pytest.fixture
def create(api, token):
    # The token goes into the call: an endpoint object takes it from there, not from its HfApi.
    return lambda name="my-ep", **change: api.create_inference_endpoint(
        name, token=token, **{**SPEC, **change}
    )


@pytest.fixture
def request_to(send):
    """A request to a deployed endpoint's own host."""
    return lambda ep, path="/v1/chat/completions", **more: send(
        "POST", path, more.pop("body", CHAT), host=ep.url.removeprefix("https://"), **more
    )


def test_the_whole_life(create, api, control):
    """pending, initializing, running, called, scaled to zero, woken, paused, resumed, updated, deleted."""
    ep = create(min_replica=0, scale_to_zero_timeout=15)
    assert (ep.status, ep.url, ep.type) == ("pending", None, "authenticated")
    control.advance(20)
    assert ep.fetch().status == "initializing"
    control.advance(100)
    assert ep.wait(timeout=5, refresh_every=0.01).status == "running" and ep.url.endswith(
        ".us-east-1.aws.endpoints.huggingface.cloud"
    )
    reply = ep.client.chat_completion([{"role": "user", "content": "What is a token?"}], max_tokens=5)
    assert reply.choices[0].message.content.strip()
    assert [e.name for e in api.list_inference_endpoints()] == ["my-ep"]
    assert ep.scale_to_zero().status == "scaledToZero"
    with pytest.raises(HfHubHTTPError, match="scaledToZero|initializing"):
        ep.client.chat_completion([{"role": "user", "content": "hi"}])
    control.advance(100)
    assert ep.fetch().status == "running"
    assert ep.pause().status == "paused"
    assert ep.resume().status == "pending"
    control.advance(120)
    assert ep.update(instance_size="x4").status == "updating"
    control.advance(100)
    assert ep.fetch().status == "running" and ep.raw["compute"]["instanceSize"] == "x4"
    ep.delete()
    assert api.list_inference_endpoints() == []


def test_wait_polls_until_it_runs(create, control):
    """`ep.wait()` works unmodified when the clock runs fast."""
    ep = create()
    control.clock(2000)
    assert ep.wait(timeout=20, refresh_every=0.05).status == "running"


def test_idle_endpoints_scale_to_zero_and_cost_nothing_then(create, control):
    """After the timeout without a call the bill stands still."""
    ep = create(min_replica=0, scale_to_zero_timeout=15)
    control.advance(120 + 14 * 60)
    assert ep.fetch().status == "running"
    ep.client.chat_completion([{"role": "user", "content": "hi"}], max_tokens=2)
    control.advance(14 * 60)
    assert ep.fetch().status == "running"
    control.advance(3600)
    assert ep.fetch().status == "scaledToZero"
    bill = ep.raw["practice"]
    control.advance(86_400)
    assert ep.fetch().raw["practice"]["cost_usd"] == bill["cost_usd"] > 0


def test_the_bill_counts_begun_minutes_of_initializing_and_running(create, control):
    """100 s initializing and 20 s running are two minutes; a second on is a third, times rate and replicas."""
    ep = create(min_replica=2, max_replica=2)
    control.advance(20)
    assert ep.fetch().raw["practice"]["billed_minutes"] == 0
    control.advance(120)
    assert ep.fetch().raw["practice"]["billed_minutes"] == 2
    control.advance(1)
    bill = ep.fetch().raw["practice"]
    assert bill["billed_minutes"] == 3 and bill["cost_usd"] == pytest.approx(3 / 60 * 0.80 * 2)
    ep.pause()
    control.advance(10_000)
    assert ep.fetch().raw["practice"]["billed_minutes"] == 3


def test_a_model_that_does_not_fit_fails_with_its_reason(create, control):
    """The state becomes failed and wait() raises at once."""
    ep = create(repository="practice/does-not-fit-70b")
    control.advance(120)
    assert ep.fetch().status == "failed" and "does not fit" in ep.raw["status"]["message"]
    with pytest.raises(InferenceEndpointError, match="failed to deploy"):
        ep.wait(timeout=1)
    cost = ep.raw["practice"]["cost_usd"]
    control.advance(5000)
    assert ep.fetch().raw["practice"]["cost_usd"] == cost


def test_a_scripted_failure_hits_one_endpoint(create, control):
    """`endpoints(fail=...)` fails the next one only, with that message."""
    control.endpoints(fail="Image pull failed", pending=1, initializing=10)
    bad, good = create("bad"), create("good")
    control.advance(11)
    assert (bad.fetch().status, good.fetch().status) == ("failed", "running")
    assert bad.raw["status"]["message"] == "Image pull failed"


def test_a_failed_update_keeps_answering(create, control, request_to):
    """updateFailed: wait() raises, the old replicas go on."""
    ep = create()
    control.advance(120)
    ep.fetch()
    ep.update(repository="practice/does-not-fit-70b")
    control.advance(100)
    assert ep.fetch().status == "updateFailed"
    with pytest.raises(InferenceEndpointError, match="failed to update"):
        ep.wait(timeout=1)


def test_a_waking_endpoint_answers_503_or_holds_the_request(create, control, request_to):
    """503 while it wakes; with X-Scale-Up-Timeout the request waits, on the server's clock, as long as allowed."""
    ep = create(min_replica=0, scale_to_zero_timeout=15)
    control.advance(120)
    ep.fetch()
    ep.scale_to_zero()
    assert request_to(ep).status == 503
    before = control.now()
    assert request_to(ep, headers={"X-Scale-Up-Timeout": "30"}).status == 503
    assert control.now() - before == pytest.approx(30)
    assert request_to(ep, headers={"X-Scale-Up-Timeout": "600"}).status == 200
    assert control.now() - before == pytest.approx(100, abs=0.1)
    assert request_to(ep, headers={"X-Scale-Up-Timeout": "soon"}).status == 400


def test_a_paused_endpoint_never_wakes(create, control, request_to):
    """400 with the service's sentence, also with patience."""
    ep = create()
    control.advance(120)
    ep.fetch()
    ep.pause()
    reply = request_to(ep, headers={"X-Scale-Up-Timeout": "600"})
    assert reply.status == 400 and "paused, ask a maintainer to restart it" in reply.json["error"]["message"]


def test_health_and_root(create, control, send, request_to):
    """/health is 200 only while it runs; `/` takes the task's own body."""
    ep = create(
        repository="practice/sentiment",
        task="text-classification",
        accelerator="cpu",
        instance_type="intel-spr",
    )
    control.advance(119)
    host = f"my-ep-{ep.raw['name']}.us-east-1.aws.endpoints.huggingface.cloud"
    assert send("GET", "/health", host=host).status == 404
    control.advance(1)
    ep.fetch()
    host = ep.url.removeprefix("https://")
    assert send("GET", "/health", host=host).status == 200
    assert request_to(ep, "/", body={"inputs": "I love it"}).json[0][0]["label"] == "POSITIVE"
    assert request_to(ep).status == 400
    assert request_to(ep, "/v1/embeddings").status == 404
    ep.pause()
    assert send("GET", "/health", host=host).status == 400


@pytest.mark.parametrize(
    ("kind", "nobody", "somebody"), [("public", 200, 200), ("authenticated", 401, 200), ("private", 401, 404)]
)
def test_types_decide_who_may_call(create, control, request_to, kind, nobody, somebody):
    """public: everybody; authenticated: any token; private: the owner's only."""
    ep = create(type=kind)
    control.advance(120)
    ep.fetch()
    assert request_to(ep).status == 200
    assert request_to(ep, token=None).status == nobody
    assert request_to(ep, token="hf_practice_a_stranger").status == somebody


def changed(path: str, value) -> dict:
    """The standard body with one value changed, given by its dotted path."""
    import copy

    body = copy.deepcopy(BODY)
    *parents, last = path.split(".")
    place = body
    for name in parents:
        place = place[name]
    place[last] = value
    return body


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("name", "My Endpoint", "lower-case"),
        ("name", "", "lower-case"),
        ("name", "a" * 33, "lower-case"),
        ("type", "protected", "authenticated"),
        ("type", "secret", "`public`"),
        ("provider.vendor", "aliyun", "`aws`"),
        ("provider.region", "us-esat-1", "`us-east-1`"),
        ("compute.instanceType", "nvidia-l5", "`nvidia-l4`"),
        ("compute.instanceType", "nvidia-h100", "deprecated"),
        ("compute.instanceSize", "x3", "`x1`"),
        ("compute.accelerator", "cpu", "`intel-spr`"),
        ("compute.scaling.minReplica", 5, "maxReplica"),
        ("compute.scaling.maxReplica", 0, "maxReplica"),
        ("compute.scaling.maxReplica", 9, "Quota exceeded"),
        ("model.repository", "gpt2", "practice/chat"),
        ("model.repository", None, "practice/chat"),
        ("model.repository", ["practice/chat"], "practice/chat"),
        ("provider.vendor", ["aws"], "`aws`"),
    ],
)
def test_what_the_api_does_not_take_is_a_400_with_the_way_out(send, path, value, says):
    """Wrong names, types, machines, replicas and repositories."""
    reply = send("POST", "/v2/endpoint/practice-learner", changed(path, value), host=API)
    assert reply.status == 400 and says in reply.json["error"]


def test_names_are_unique_and_unknown_ones_404(send):
    """409 for a second endpoint of a name, 404 for one that is not there."""
    base = "/v2/endpoint/practice-learner"
    assert [send("POST", base, BODY, host=API).status for _ in range(2)] == [200, 409]
    assert send("GET", f"{base}/nobody", host=API).status == 404
    assert send("POST", f"{base}/my-ep/explode", host=API).status == 404
    assert send("GET", base, host=API, token=None).status == 401


def test_the_quota_counts_what_is_in_use(send, control):
    """Pausing frees it."""
    control.endpoints(quota=2)
    base = "/v2/endpoint/practice-learner"
    for name in ("one", "two"):
        assert send("POST", base, {**BODY, "name": name}, host=API).status == 200
    assert send("POST", base, {**BODY, "name": "three"}, host=API).status == 400
    assert send("POST", f"{base}/one/pause", host=API).status == 200
    assert send("POST", base, {**BODY, "name": "three"}, host=API).status == 200


def test_resume_and_scale_to_zero_refuse_what_makes_no_sense(send, control):
    """A running endpoint is not resumed, one with minReplica 1 is not scaled to zero."""
    control.clock(0)
    base = "/v2/endpoint/practice-learner"
    send("POST", base, changed("compute.scaling.minReplica", 1), host=API)
    control.advance(120)
    resumed = send("POST", f"{base}/my-ep/resume", host=API)
    assert resumed.status == 400 and "already running" in resumed.json["error"]
    assert send("POST", f"{base}/my-ep/scale-to-zero", host=API).status == 400


def test_secrets_are_not_kept(send):
    """Container secrets are neither stored nor shown."""
    body = changed("model.secrets", {"KEY": "very-secret"})
    made = send("POST", "/v2/endpoint/practice-learner", body, host=API)
    assert made.status == 200 and b"very-secret" not in made.body


def test_hardware_is_listed_with_dated_prices(api):
    """The SDK reads vendors, machines and prices (where the SDK has the call)."""
    if not hasattr(api, "list_inference_endpoints_hardware"):
        pytest.skip("this huggingface_hub has no list_inference_endpoints_hardware")
    found = {h.id: h for h in api.list_inference_endpoints_hardware()}
    l4 = found["aws-us-east-1-nvidia-l4-x1"]
    assert (l4.price_per_hour, l4.gpu_memory_gb, l4.max_accelerators, l4.used_accelerators) == (0.8, 24, 8, 0)
