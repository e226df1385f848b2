"""Texts of 200,000 letters that repeat something awkward are read in the time of any other text of that length.

Each of these once took minutes: a pattern began anew at every letter and looked to the end. A pattern that runs holds Python's lock,
so it is a process of its own that reads, and is ended from outside if it has no end.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

HUNG_S = 100.0  # each takes some seconds
READ = """
from helpers.practice import task_routes
from helpers.practice.models import ner, sentiment
text = ({unit!r} * 200_000)[:200_000]
print(len({read}))
"""
SENTIMENT, NER = "sentiment.load().scores([text])", "task_routes._spans(ner.load(), text, 'max')"


@pytest.mark.parametrize(("unit", "read"), [("0", SENTIMENT), ("_", NER), (".a", NER), ("def f(): ", NER)])
def test_awkward_text_is_read(unit, read):
    """It comes to an end."""
    done = subprocess.run([sys.executable, "-c", READ.format(unit=unit, read=read)], capture_output=True, text=True, timeout=HUNG_S)
    assert done.stdout.strip().isdigit(), done.stderr
