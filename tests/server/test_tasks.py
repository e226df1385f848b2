"""Each task over raw HTTP: the shapes the SDKs rely on, and what each parameter does."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest

HFI = "/hf-inference/models/practice"


@pytest.fixture
def run(send):
    """POST to a task and return the JSON of its answer."""

    def run(path, inputs, **body):
        reply = send("POST", HFI + path, {"inputs": inputs, **body})
        assert reply.status == 200, reply.body
        assert int(reply.headers["content-length"]) == len(reply.body)
        return reply.json

    return run


def test_feature_extraction_nests_as_it_was_asked(run):
    """A string gives one vector, a list a list of vectors of length 1, in order."""
    path = "/embed/pipeline/feature-extraction"
    one, two = run(path, "cancel my plan"), run(path, ["where is my parcel", "cancel my plan"])
    assert np.shape(one) == (len(one),) and np.shape(two) == (2, len(one))
    assert np.allclose(one, two[1], atol=2e-6)
    assert np.allclose(np.linalg.norm(two, axis=1), 1, atol=1e-4)
    assert run(path, ["a"], normalize=True) == run(path, ["a"])


def test_feature_extraction_truncates_or_refuses(run, send):
    """A text beyond the context is cut at the side asked for; with `truncate` false it is a 413."""
    path = "/embed/pipeline/feature-extraction"
    words = [f"word{i}" for i in range(3000)]
    long = " ".join(words)
    assert run(path, long) == run(path, " ".join(words[:2000]))
    left = {"truncation_direction": "left"}
    assert run(path, long, **left) == run(path, " ".join(words[1000:]), **left) != run(path, long)
    refused = send("POST", HFI + path, {"inputs": long, "truncate": False})
    assert refused.status == 413 and "512 tokens" in refused.json["error"]


def test_the_plain_model_path_embeds_too(run):
    """Without /pipeline/ the embedding model does its own task."""
    assert run("/embed", "a") == run("/embed/pipeline/feature-extraction", "a")


def test_sentence_similarity_is_the_cosine(run):
    """The scores are the cosines of the vectors."""
    texts = ["How do I cancel?", "I want to unsubscribe", "Nice weather today"]
    scores = run("/embed/pipeline/sentence-similarity", {"source_sentence": texts[0], "sentences": texts[1:]})
    vectors = np.array(run("/embed/pipeline/feature-extraction", texts))
    assert np.allclose(scores, vectors[1:] @ vectors[0], atol=1e-4)


def test_text_classification_is_a_double_list_best_first(run):
    """[[best, other]], scores sum to 1; `top_k` and `function_to_apply` do what they say."""
    [labels] = run("/sentiment", "I love this, it works perfectly")
    assert [label["label"] for label in labels] == ["POSITIVE", "NEGATIVE"]
    assert sum(label["score"] for label in labels) == pytest.approx(1, abs=2e-6)
    [[top]] = run("/sentiment", "I love this, it works perfectly", parameters={"top_k": 1})
    assert top == labels[0]
    [raw] = run("/sentiment", "I love this, it works perfectly", parameters={"function_to_apply": "none"})
    assert raw[0]["score"] == pytest.approx(0.5 * np.log(top["score"] / (1 - top["score"])), abs=1e-3)
    assert len(run("/sentiment", ["good", "bad", "good"])) == 3


def test_zero_shot_scores_the_callers_labels(run):
    """All labels come back, best first; single scores sum to 1, multi scores stand alone; the template counts."""
    labels = ["billing", "shipping", "sport"]
    text = "I was charged twice on my invoice"
    single = run("/zero-shot", text, parameters={"candidate_labels": labels})
    assert sorted(item["label"] for item in single) == sorted(labels)
    assert [item["score"] for item in single] == sorted((item["score"] for item in single), reverse=True)
    assert sum(item["score"] for item in single) == pytest.approx(1, abs=5e-6)
    multi = run("/zero-shot", text, parameters={"candidate_labels": labels, "multi_label": True})
    alone = run("/zero-shot", text, parameters={"candidate_labels": ["sport"], "multi_label": True})
    assert next(item["score"] for item in multi if item["label"] == "sport") == pytest.approx(
        alone[0]["score"], abs=1e-5
    )
    other = run(
        "/zero-shot",
        text,
        parameters={"candidate_labels": labels, "hypothesis_template": "The customer writes about {}."},
    )
    assert other != single
    assert run("/zero-shot", text, parameters={"candidate_labels": "billing, shipping, sport"}) == single


@pytest.mark.parametrize("strategy", [None, "simple", "first", "average", "max"])
def test_token_classification_finds_whole_names(run, strategy):
    """Groups with offsets that point at the name in the text."""
    text = "Maria Lopez works for Siemens in Berlin."
    parameters = {} if strategy is None else {"aggregation_strategy": strategy}
    for item in run("/ner", text, parameters=parameters):
        assert set(item) == {"entity_group", "score", "word", "start", "end"}
        assert text[item["start"] : item["end"]] == item["word"]
        assert 0 <= item["score"] <= 1


def test_token_classification_shows_single_tokens_on_demand(run):
    """Strategy none gives B- and I- tags; ignored labels are left out, `O` unless told otherwise."""
    text = "Maria Lopez works for Siemens in Berlin."
    tokens = run("/ner", text, parameters={"aggregation_strategy": "none"})
    assert tokens and all(item["entity"][:2] in ("B-", "I-") for item in tokens)
    every = run("/ner", text, parameters={"aggregation_strategy": "none", "ignore_labels": ["B-PER"]})
    assert {item["entity"] for item in every} > {"O"} and "B-PER" not in {item["entity"] for item in every}


def test_text_generation_plain_details_and_full_text(run):
    """[{generated_text}]; details count the tokens; the full text begins with the prompt."""
    prompt = "A rate limit"
    [plain] = run("/text", prompt, parameters={"max_new_tokens": 12})
    assert set(plain) == {"generated_text"}
    [full] = run(
        "/text", prompt, parameters={"max_new_tokens": 12, "details": True, "return_full_text": True}
    )
    assert full["generated_text"] == prompt + plain["generated_text"]
    details = full["details"]
    assert details["generated_tokens"] == len(details["tokens"]) == 12
    assert (details["finish_reason"], details["prefill"]) == ("length", [])
    assert "".join(token["text"] for token in details["tokens"]) == plain["generated_text"]


def test_text_generation_stream_ends_with_text_and_details(send, run):
    """One event a token; the last carries the whole text, the same as the plain call's."""
    body = {"inputs": "A rate limit", "parameters": {"max_new_tokens": 8}, "stream": True}
    events = send("POST", f"{HFI}/text", body).events
    [plain] = run("/text", "A rate limit", parameters={"max_new_tokens": 8})
    assert [event["index"] for event in events] == list(range(1, 9))
    assert (
        "".join(event["token"]["text"] for event in events)
        == events[-1]["generated_text"]
        == plain["generated_text"]
    )
    assert events[-1]["details"]["finish_reason"] == "length" and events[0]["details"] is None


def test_text_generation_stops_and_samples(run):
    """`stop` cuts before the string; sampling needs a parameter and repeats with its seed."""
    [greedy] = run("/text", "A rate limit", parameters={"max_new_tokens": 20})
    words = greedy["generated_text"].split()
    [cut] = run(
        "/text", "A rate limit", parameters={"max_new_tokens": 20, "stop": [words[3]], "details": True}
    )
    assert words[3] not in cut["generated_text"] and cut["details"]["finish_reason"] == "stop_sequence"
    hot = [
        run("/text", "A rate limit", parameters={"max_new_tokens": 20, "temperature": 1.8, "seed": seed})
        for seed in (1, 1, 2, 3)
    ]
    assert hot[0] == hot[1] and len({json.dumps(h) for h in hot}) > 1


def test_text_to_image_is_a_png_that_knows_how_it_was_made(send):
    """PNG bytes of the size asked for, metadata inside, unknown words in a header, the same bytes for the same seed."""
    from PIL import Image

    body = {
        "inputs": "a red circle beside a qwertzuiop",
        "parameters": {"width": 128, "height": 64, "seed": 5, "num_inference_steps": 4},
    }
    first, second = (send("POST", f"{HFI}/image", body, headers={"accept": "image/png"}) for _ in range(2))
    assert first.headers["content-type"] == "image/png" and first.body == second.body
    assert "qwertzuiop" in first.headers["x-unknown-words"]
    picture = Image.open(io.BytesIO(first.body))
    picture.load()
    made = json.loads(picture.text["parameters"])
    assert picture.size == (128, 64)
    assert (made["model"], made["seed"], made["steps"], made["prompt"]) == (
        "practice/image",
        5,
        4,
        body["inputs"],
    )


def test_images_without_a_seed_differ_and_repeat_from_the_top(send, control):
    """Two calls give two pictures; after a reset the first comes again."""
    body = {"inputs": "a blue square", "parameters": {"width": 64, "height": 64, "num_inference_steps": 4}}
    first, second = (send("POST", f"{HFI}/image", body).body for _ in range(2))
    control.reset()
    assert first != second
    assert send("POST", f"{HFI}/image", body).body == first


def test_the_log_shows_what_went_over_the_wire(run, control, token):
    """Model, task, body and tokens of a call are in its owner's log, the token is not."""
    run("/sentiment", "I love it", parameters={"top_k": 1})
    [record] = control.log
    assert record["body"] == {"inputs": "I love it", "parameters": {"top_k": 1}}
    assert (record["model"], record["task"], record["status"]) == (
        "practice/sentiment",
        "text-classification",
        200,
    )
    assert record["headers"]["authorization"] == "Bearer hf_****"
    assert record["tokens_in"] == 3 and record["duration_s"] >= 0
    assert token not in json.dumps(record)


def test_a_token_in_a_body_is_masked_in_the_log(run, control):
    """What looks like an access token is not shown, wherever it was sent."""
    canary = "hf_" + "Q" * 34
    run("/sentiment", f"my token is {canary}")
    assert canary not in json.dumps(control.log)
