"""Hints are read on a page of 1280 pixels: their lines end between words."""
from __future__ import annotations

import pytest

from helpers.checks import exercises, hint, state


@pytest.mark.parametrize("id", exercises())
def test_lines_end_between_words(id, tmp_path, monkeypatch, capsys):
    """Each of the three hints is printed whole, in lines of at most 100 characters."""
    monkeypatch.setattr(state, "path", lambda: tmp_path / "progress.jsonl")
    for level, text in enumerate(exercises()[id].hints):
        hint(id)
        said = capsys.readouterr().out
        assert " ".join(said.split()) == " ".join(f"Hint {level + 1} of 3 for {id}: {text}".split())
        assert all(len(line) <= 100 for line in said.splitlines())
