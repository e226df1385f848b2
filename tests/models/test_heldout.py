"""The held-out files are well formed, and training has not swallowed them. Loads no model."""
from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
HELDOUT = ROOT / "benchmarks" / "heldout"
TRAINING = [ROOT / "tools" / "train", ROOT / "helpers" / "practice" / "models"]
COUNTS = {
    "sentiment": 200, "zero_shot": 120, "paraphrase": 120, "ner": 150,
    "chat_on": 80, "chat_off": 60, "image": 75,
}
FIELDS = {
    "sentiment": [{"text", "label"}],
    "zero_shot": [{"text", "labels", "label", "part"}],
    "paraphrase": [{"query", "target", "overlap"}],
    "ner": [{"text", "entities"}],
    "chat_on": [{"prompt", "points"}],
    "chat_off": [{"prompt"}],
    "image": [{"prompt", "shape", "color", "background"}, {"prompt", "unknown"}],
}
SHAPES = {"circle", "square", "triangle", "star", "heart", "cross", "ring", "diamond"}
COLORS = {"red", "green", "blue", "yellow", "orange", "purple"} | {
    "white", "black", "pink", "brown", "grey", "cyan"}
FUNCTION_WORDS = set(re.findall(r"\w+", """
    about after also another because been before being between could does from have into like more
    need once only our over please should since some someone than that their them then there they
    this through under until want were what when where which while with without would your"""))
BINARY = {".npz", ".npy", ".png", ".pyc", ".bin"}


@lru_cache
def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (HELDOUT / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def texts(name: str) -> list[str]:
    fields = ("text", "query", "target", "prompt")
    return [row[field] for row in rows(name) for field in fields if field in row]


def plain(text: str) -> str:
    """Lower case, words only, single spaces: the form in which texts are compared."""
    return re.sub(r"[\W_]+", " ", text.lower()).strip()


@pytest.mark.parametrize("name", COUNTS)
def test_lines_have_the_documented_fields(name: str) -> None:
    """Every file has its number of lines, each with exactly the fields of the README."""
    assert len(rows(name)) == COUNTS[name]
    assert [row for row in rows(name) if set(row) not in FIELDS[name]] == []


def test_no_text_occurs_twice() -> None:
    """No sentence stands twice, neither in one file nor in two."""
    counted = Counter(plain(text) for name in COUNTS for text in texts(name))
    assert [text for text, times in counted.items() if times > 1] == []


def test_sentiment_labels_are_balanced() -> None:
    """Half of the sentences are positive and half negative."""
    assert Counter(row["label"] for row in rows("sentiment")) == {"POSITIVE": 100, "NEGATIVE": 100}


def test_zero_shot_offers_the_label_among_four_to_six() -> None:
    """Each line offers four to six different labels, the right one among them, in no telling order."""
    assert all(4 <= len(set(r["labels"])) == len(r["labels"]) <= 6 for r in rows("zero_shot"))
    assert all(r["label"] in r["labels"] for r in rows("zero_shot"))
    places = Counter(r["labels"].index(r["label"]) for r in rows("zero_shot"))
    assert max(places.values()) < len(rows("zero_shot")) / 3


def test_zero_shot_is_half_everyday_with_many_labels() -> None:
    """Half of the lines are on everyday topics, and no label is right more often than one time in twenty."""
    assert Counter(r["part"] for r in rows("zero_shot")) == {"everyday": 60, "technical": 60}
    assert max(Counter(r["label"] for r in rows("zero_shot")).values()) <= len(rows("zero_shot")) / 20


def stems(text: str) -> set[str]:
    """First five letters of each content word, crude but without exceptions."""
    return {word[:5] for word in plain(text).split() if len(word) > 3 and word not in FUNCTION_WORDS}


def test_a_third_of_the_paraphrases_shares_no_word() -> None:
    """Forty queries are marked as sharing no content word; words of four letters or more show it."""
    apart = [r for r in rows("paraphrase") if not r["overlap"]]
    assert len(apart) == 40
    assert [r for r in apart if stems(r["query"]) & stems(r["target"])] == []


def test_entity_offsets_point_at_whole_names() -> None:
    """Offsets lie in the text, in order, without overlap, and cut no word."""
    for row in rows("ner"):
        text, end_before = row["text"], 0
        for start, end, kind in row["entities"]:
            assert end_before <= start < end <= len(text) and kind in {"PER", "ORG", "LOC"}, text
            assert text[start:end] == text[start:end].strip(), text
            assert not text[:start][-1:].isalnum() and not text[end:][:1].isalnum(), text
            end_before = end


def test_every_entity_type_is_common_and_some_texts_have_none() -> None:
    """Each type occurs at least 50 times; at least five sentences name nobody and nothing."""
    kinds = Counter(kind for row in rows("ner") for _, _, kind in row["entities"])
    assert min(kinds[kind] for kind in ("PER", "ORG", "LOC")) >= 50
    assert sum(not row["entities"] for row in rows("ner")) >= 5


def test_points_are_one_or_two_lists_of_lower_case_alternatives() -> None:
    """Points can be matched in a lower-cased reply, and none asks for the words of the off-topic sentence."""
    points = [point for row in rows("chat_on") for point in row["points"]]
    assert all(1 <= len(row["points"]) <= 2 for row in rows("chat_on"))
    assert all(point and all(a and a == a.lower() for a in point) for point in points)
    assert not any("practice model" in a for point in points for a in point)


def test_image_prompts_stay_in_the_vocabulary() -> None:
    """Sixty prompts name shape, colour and another background; fifteen hold the words they must report."""
    drawn = [r for r in rows("image") if "shape" in r]
    assert len(drawn) == 60
    assert all(r["shape"] in SHAPES and {r["color"], r["background"]} <= COLORS for r in drawn)
    assert all(r["color"] != r["background"] for r in drawn)
    assert all(word in plain(r["prompt"]) for r in rows("image") for word in r.get("unknown", []))


def training_files() -> list[Path]:
    files = [path for folder in TRAINING for path in sorted(folder.rglob("*")) if path.is_file()]
    return [path for path in files if path.suffix not in BINARY]


def content(path: Path) -> str:
    data = path.read_bytes()
    return (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8", errors="ignore")


def test_no_held_out_line_occurs_in_training() -> None:
    """No held-out sentence of three words or more stands in the training data or beside the weights."""
    wanted = {plain(text) for name in COUNTS for text in texts(name)}
    wanted = {text for text in wanted if len(text.split()) >= 3}
    found = {}
    for path in training_files():
        held = f" {plain(content(path))} "
        # the file and a count only: a message that quoted the sentence would show it to whoever trains
        if leaked := sum(f" {text} " in held for text in wanted):
            found[str(path.relative_to(ROOT))] = leaked
    assert found == {}
