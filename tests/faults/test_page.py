"""The page for learners says what the table says."""

from __future__ import annotations

from pathlib import Path

import pytest

from .table import read

faults = pytest.importorskip("tools.faults", reason="the tests were copied out of the repository")


def test_page_is_what_the_table_says():
    """docs/faults.md is made from matrix.toml, and from nothing else."""
    assert faults.PAGE.read_text("utf-8") == faults.render(), "Run `python -m tools.faults`."


def test_check_notices_a_change(monkeypatch, tmp_path, capsys):
    """`--check` is 0 for the page of the table, 1 for any other or none, and writes nothing; without it the page is written."""
    page = tmp_path / "faults.md"
    monkeypatch.setattr(faults, "PAGE", page)
    assert faults.main(["--check"]) == 1 and not page.exists()
    assert faults.main([]) == 0 and faults.main(["--check"]) == 0
    page.write_text(page.read_text("utf-8").replace("complete", "lost", 1), "utf-8")
    assert faults.main(["--check"]) == 1 and "Run `python -m tools.faults`" in capsys.readouterr().out


def test_every_row_has_its_line():
    """One line for each row, under the heading of its section, and the README leads to the page."""
    text = faults.render()
    rows = read("hub")
    assert text.count("\n|") == len(rows) + 2 * sum(bool(row.section) for row in rows)
    assert "(docs/faults.md)" in (Path(faults.__file__).parent.parent / "README.md").read_text("utf-8")
