"""Chat completions over raw HTTP: fields, streams, seeds, stop strings, logprobs, usage."""

from __future__ import annotations

import json
import math
import threading

import pytest


def text_of(reply) -> str:
    return reply.json["choices"][0]["message"]["content"]


def streamed(reply) -> str:
    return "".join(e["choices"][0]["delta"].get("content") or "" for e in reply.events if e["choices"])


def test_a_plain_reply_has_every_field(ask):
    """The shape of chat.completion, with usage that adds up."""
    answer = ask(seed=1).json
    assert set(answer) == {"id", "object", "created", "model", "system_fingerprint", "choices", "usage"}
    [choice] = answer["choices"]
    assert choice["message"]["role"] == "assistant" and choice["message"]["content"].strip()
    usage = answer["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
    assert (usage["completion_tokens"], choice["finish_reason"]) == (12, "length")


def test_an_answer_that_ends_by_itself_says_stop(ask):
    """With room enough the finish reason is stop and the usage below the limit."""
    answer = ask(max_tokens=400, temperature=0).json
    assert answer["choices"][0]["finish_reason"] == "stop"
    assert answer["usage"]["completion_tokens"] < 400


@pytest.mark.parametrize(
    "fields", [{"temperature": 0}, {"seed": 7}, {"seed": 7, "temperature": 1.5, "top_p": 0.9}]
)
def test_a_stream_says_what_a_plain_reply_says(ask, fields):
    """Role chunk, token chunks, finish chunk, [DONE]; joined they are the plain reply."""
    plain, stream = ask(max_tokens=60, **fields), ask(max_tokens=60, stream=True, **fields)
    assert stream.headers["content-type"].startswith("text/event-stream")
    assert streamed(stream) == text_of(plain)
    deltas = [event["choices"][0] for event in stream.events]
    assert deltas[0]["delta"] == {"role": "assistant", "content": ""}
    assert deltas[-1] == {
        "index": 0,
        "delta": {},
        "logprobs": None,
        "finish_reason": plain.json["choices"][0]["finish_reason"],
    }
    assert stream.body.endswith(b"data: [DONE]\n\n")


def test_usage_comes_in_a_last_chunk_without_choices(ask):
    """`stream_options.include_usage` adds one chunk whose choices are empty."""
    events = ask(stream=True, stream_options={"include_usage": True}, seed=1).events
    assert events[-1]["choices"] == [] and events[-1]["usage"] == ask(seed=1).json["usage"]
    assert all("usage" not in event for event in events[:-1])


def test_seeds_decide(ask):
    """The same seed repeats, other seeds differ somewhere, temperature 0 needs none."""
    assert text_of(ask(seed=3, max_tokens=60)) == text_of(ask(seed=3, max_tokens=60))
    assert len({text_of(ask(seed=seed, max_tokens=60, temperature=1.2)) for seed in range(8)}) > 1
    assert text_of(ask(temperature=0, max_tokens=60)) == text_of(ask(temperature=0, max_tokens=60))


def test_without_a_seed_a_run_from_the_top_repeats_itself(ask, control):
    """Repeated questions differ, and after a reset the same sequence comes again, whatever is asked in between."""
    first = [text_of(ask(max_tokens=60, temperature=1.2)) for _ in range(6)]
    control.reset()
    again = []
    for _ in range(6):
        ask("What is streaming?")
        again.append(text_of(ask(max_tokens=60, temperature=1.2)))
    assert first == again and len(set(first)) > 1


def test_seeds_do_not_depend_on_the_order_of_threads(ask, control):
    """Different questions asked at once get the answers they get one after the other."""
    questions = ["What is a token?", "What is streaming?", "What is a cold start?", "What is jitter?"]
    one_by_one = [text_of(ask(question, max_tokens=40)) for question in questions]
    control.reset()
    at_once: dict[str, str] = {}
    threads = [
        threading.Thread(target=lambda q=q: at_once.update({q: text_of(ask(q, max_tokens=40))}), daemon=True)
        for q in reversed(questions)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [at_once[question] for question in questions] == one_by_one


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("as_list", [False, True])
def test_stop_strings_cut_before_themselves_over_token_borders(ask, stream, as_list):
    """The reply ends where the stop string would begin, also when it spans several tokens."""
    whole = text_of(ask(max_tokens=60, temperature=0))
    at = len(whole) // 2
    stop = whole[at : at + 9]
    expected = whole[: whole.find(stop)]
    reply = ask(
        max_tokens=60, temperature=0, stop=[stop, "never in there"] if as_list else stop, stream=stream
    )
    assert (streamed(reply) if stream else text_of(reply)) == expected
    last = reply.events[-1] if stream else reply.json
    assert last["choices"][0]["finish_reason"] == "stop"


def test_a_stop_string_that_does_not_come_changes_nothing(ask):
    """Text held back while it might begin a stop string is shown in the end."""
    whole = text_of(ask(max_tokens=30, temperature=0))
    assert text_of(ask(max_tokens=30, temperature=0, stop=whole[-3:] + "xyz")) == whole


def test_logprobs_are_the_models_own(ask):
    """Each token has its logprob and the asked number of alternatives; the texts join to the reply."""
    choice = ask(logprobs=True, top_logprobs=4, temperature=0, max_tokens=20).json["choices"][0]
    content = choice["logprobs"]["content"]
    assert "".join(token["token"] for token in content) == choice["message"]["content"]
    for token in content:
        assert token["logprob"] <= 0 and bytes(token["bytes"]).decode() == token["token"]
        tops = [top["logprob"] for top in token["top_logprobs"]]
        assert 1 <= len(tops) <= 4 and tops == sorted(tops, reverse=True)
        assert sum(math.exp(value) for value in tops) <= 1 + 1e-6
        assert token["top_logprobs"][0]["token"] == token["token"]
    assert ask(logprobs=True).json["choices"][0]["logprobs"]["content"][0]["top_logprobs"] == []


def test_logprobs_in_a_stream(ask):
    """Each token chunk carries its own."""
    events = ask(logprobs=True, top_logprobs=2, stream=True, seed=1).events
    tokens = [e["choices"][0] for e in events if e["choices"][0]["delta"].get("content")]
    assert all(token["logprobs"]["content"][0]["token"] == token["delta"]["content"] for token in tokens)


def test_n_choices(ask):
    """Three choices, three indexes, tokens of all counted; the stream has them too."""
    answer = ask(n=3, seed=1, temperature=1.2).json
    assert [choice["index"] for choice in answer["choices"]] == [0, 1, 2]
    assert answer["usage"]["completion_tokens"] == 36
    events = ask(n=3, seed=1, temperature=1.2, stream=True).events
    for choice in answer["choices"]:
        parts = [
            e["choices"][0]["delta"].get("content") or ""
            for e in events
            if e["choices"][0]["index"] == choice["index"]
        ]
        assert "".join(parts) == choice["message"]["content"]


def test_the_system_prompt_and_text_parts_are_read(ask, send):
    """Content as a list of text parts is the same as a string; developer is system."""
    parts = [{"type": "text", "text": "What is "}, {"type": "text", "text": "a rate limit?"}]
    body = {"model": "practice/chat", "temperature": 0, "max_tokens": 30}
    one = send("POST", "/v1/chat/completions", {**body, "messages": [{"role": "user", "content": parts}]})
    assert text_of(one) == text_of(ask(temperature=0, max_tokens=30))
    roles = [
        send(
            "POST",
            "/v1/chat/completions",
            {
                **body,
                "messages": [
                    {"role": role, "content": "Answer in one sentence."},
                    {"role": "user", "content": "What is a rate limit?"},
                ],
            },
        )
        for role in ("system", "developer")
    ]
    assert text_of(roles[0]) == text_of(roles[1])


def test_reasoning_comes_apart_and_may_eat_the_limit(ask):
    """`reasoning` beside `content`; content is None while only the reasoning fits; the stream says the same."""
    short = ask(model="practice/reasoner", max_tokens=5, temperature=0).json["choices"][0]
    assert (
        short["message"]["content"] is None
        and short["message"]["reasoning"]
        and short["finish_reason"] == "length"
    )
    whole = ask(model="practice/reasoner", max_tokens=800, temperature=0).json
    message = whole["choices"][0]["message"]
    assert message["content"] and message["reasoning"].startswith(short["message"]["reasoning"])
    assert (
        0
        < whole["usage"]["completion_tokens_details"]["reasoning_tokens"]
        < whole["usage"]["completion_tokens"]
    )
    deltas = [
        e["choices"][0]["delta"]
        for e in ask(model="practice/reasoner", max_tokens=800, temperature=0, stream=True).events
    ]
    assert "".join(d.get("reasoning") or "" for d in deltas) == message["reasoning"]
    assert "".join(d.get("content") or "" for d in deltas) == message["content"]


def test_routing_suffixes(ask):
    """`:fastest` and the like are policies, not part of the name."""
    for suffix in ("fastest", "cheapest", "preferred", "hf-inference"):
        assert ask(model=f"practice/chat:{suffix}").json["model"] == "practice/chat"


def test_the_same_bytes_every_time(ask, control):
    """A fresh run gives the same response body to the byte: no wall time, no random ids."""
    first = ask().body
    control.reset()
    assert ask().body == first


def test_models_are_listed_with_practice_prices(send):
    """The list has the chat models with provider, context and a price that says what it is."""
    data = send("GET", "/v1/models").json["data"]
    assert [model["id"] for model in data] == ["practice/chat", "practice/reasoner"]
    provider = data[0]["providers"][0]
    assert (
        provider["provider"] == "hf-inference"
        and provider["pricing"]["output"] > 0
        and "practice" in provider["note"]
    )
    assert send("GET", "/v1/models/practice/chat").json == data[0]


def test_hf_inference_has_a_chat_route_too(send):
    """There the path names the model, whatever the body says."""
    body = {"model": "dummy", "messages": [{"role": "user", "content": "What is a token?"}], "max_tokens": 5}
    reply = send("POST", "/hf-inference/models/practice/chat/v1/chat/completions", body)
    assert reply.json["model"] == "practice/chat"


def test_a_client_that_leaves_stops_the_stream(ask, control, url, token):
    """Tokens after the client has gone are not computed, and the call is in the log."""
    import http.client
    from urllib.parse import urlsplit

    control.pace(tokens_per_s=20)
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=5)
    body = {
        "model": "practice/chat",
        "messages": [{"role": "user", "content": "What is a rate limit?"}],
        "stream": True,
        "max_tokens": 400,
    }
    connection.request("POST", "/v1/chat/completions", json.dumps(body), {"Authorization": f"Bearer {token}"})
    connection.getresponse().read(300)
    connection.close()
    control.clock(1000)
    for _ in range(100):
        record = control.log[-1]
        if record["duration_s"] is not None:
            break
        control.sleep(20)
    assert record["duration_s"] is not None and record["tokens_out"] < 100
