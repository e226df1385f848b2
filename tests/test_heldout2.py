"""The second held-out set is well formed, and none of its lines stands in what the models are made from."""
from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "benchmarks" / "heldout2"
LINES = {"sentiment": 200, "zero_shot": 120, "paraphrase": 100, "ner": 100, "chat_on": 60, "chat_off": 60, "image": 75}
READABLE = {".py", ".txt", ".json", ".jsonl", ".md", ".tsv", ".csv"}


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def plain(text: str) -> str:
    """Lower-case words between single blanks, so that case, punctuation and line breaks hide nothing."""
    return " " + " ".join(re.findall(r"[^\W_]+", text.lower())) + " "


def sentences() -> Iterator[tuple[str, str]]:
    """(where, text) of every text of at least four words."""
    for name in LINES:
        for number, row in enumerate(rows(name), 1):
            for text in (row[key] for key in ("text", "prompt", "query", "target") if key in row):
                if len(plain(text).split()) >= 4:
                    yield f"{name}.jsonl:{number}", plain(text)


@pytest.mark.parametrize("name", LINES)
def test_every_file_has_its_number_of_different_lines(name: str) -> None:
    assert len({json.dumps(row, sort_keys=True) for row in rows(name)}) == len(rows(name)) == LINES[name]


def test_half_of_the_feelings_are_good_and_half_of_the_topics_everyday() -> None:
    assert sum(row["label"] == "POSITIVE" for row in rows("sentiment")) == 100
    assert sum(row["part"] == "everyday" for row in rows("zero_shot")) == 60
    assert all(row["label"] in row["labels"] and 4 <= len(set(row["labels"])) <= 6 for row in rows("zero_shot"))


def test_names_begin_and_end_at_words_and_do_not_overlap() -> None:
    for number, row in enumerate(rows("ner"), 1):
        end_before = 0
        for start, end, kind in row["entities"]:
            name, after = row["text"][start:end], row["text"][end:end + 1]
            assert kind in {"PER", "LOC", "ORG"} and end_before <= start < end, number
            assert name == name.strip() and (name[0].isupper() or name.startswith("van ")), number
            assert not row["text"][start - 1:start].isalnum() and not after.isalnum(), number
            end_before = end


def test_retrieval_has_one_right_target_per_query() -> None:
    assert len({plain(row["target"]) for row in rows("paraphrase")}) == 100
    assert sum(not row["overlap"] for row in rows("paraphrase")) >= 33


@pytest.mark.parametrize("folder", ["tools/train", "helpers/practice/models"])
def test_no_line_stands_in_the_training_material(folder: str) -> None:
    files = [path for path in (ROOT / folder).rglob("*") if path.is_file() and path.suffix in READABLE]
    material = "".join(plain(path.read_text(encoding="utf-8")) for path in files)
    found = sorted({where for where, text in sentences() if text in material})
    assert files and not found, f"replace these held-out lines, or take them out of {folder}: {found}"  # places, no texts
