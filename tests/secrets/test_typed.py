"""Somebody types their token into a cell. It stands in that cell, and nowhere else: not even in the tracebacks below it."""
from __future__ import annotations

import nbformat
import pytest

from .places import CANARY, LOUD, TELL, classroom, machine
from .test_notebooks import LIVE

LINE = f'client = InferenceClient(token="{CANARY}", timeout=10)'
OPENAI = f'OpenAI(base_url=course.router_url, api_key="{CANARY}", max_retries=0, timeout=10)'
CHAT = 'chat.completions.create(model=course.models.chat, messages=[{"role": "user", "content": "a"}], max_tokens=3)'
CELLS = [
    f'{LINE}; client.chat_completion([{{"role": "user", "content": "a"}}], model="nobody/nothing")',  # a traceback with that line
    f'{LINE}; client.text_classification("Fine.", model="nobody/nothing")',
    f"{OPENAI}.{CHAT}",
    f'raise ValueError("I use {CANARY}")',
    f'token = "{CANARY}"\ndef inner(token):\n    return 1 / 0\ninner(token)',
    "%xmode Verbose\ninner(token)",  # with the values of variables
    f'%xmode Context\nx = "{CANARY}" +',  # a syntax error shows the line
    f'from helpers import check\ndef mask_token(t):\n    return int("{CANARY}")\ncheck("00.1", mask_token)',
    f'def mask_token(t):\n    raise ConnectionError("{CANARY}")\ncheck("00.1", mask_token)',
    f'def mask_token(t):\n    return "{CANARY}"\ncheck("00.1", mask_token)',
    f'import helpers; helpers.map_calls(lambda item: {OPENAI}.{CHAT}, ["a"], policy=helpers.RetryPolicy(max_attempts=1))',
    f'helpers.call_with_retry(lambda: {OPENAI}.{CHAT}, policy=helpers.RetryPolicy(max_attempts=1))',
    "del token",
]
FAIL = set(range(len(CELLS) - 3)) | {len(CELLS) - 2}


def cells(connecting: str) -> list[str]:
    return [f"from helpers import connect\nfrom huggingface_hub import InferenceClient\nfrom openai import OpenAI\n"
            f"course = {connecting}", *CELLS]


def errors(notebook: nbformat.NotebookNode) -> list[int]:
    """The numbers of the cells that failed."""
    return [number for number, cell in enumerate(notebook.cells) for output in cell.outputs if output.output_type == "error"]


@pytest.mark.parametrize("mode", ["practice", "class", "live"])
def test_typed_into_cells(tmp_path, mode):
    """In each mode every cell fails that should, the notebook is saved with its tracebacks, and the token is in none of them, nor
    in a log, a page or the progress file; in practice and with a class it goes into no socket."""
    place = machine(tmp_path)
    before = [cell if isinstance(cell, str) else cell.source for cell in (LOUD,)]
    if mode == "class":
        with classroom(place) as room:
            ran = place.run(*before, *cells(f'connect("{room.url}", join_code="{room.code}", name="Ana")'), TELL, errors=True)
    elif mode == "practice":
        ran = place.run(*before, *cells("connect()"), TELL, errors=True)
    else:
        place.env["HF_TOKEN"] = CANARY
        ran = place.run(LIVE + LOUD, *cells('connect("live", max_calls=500, max_usd=1)'), TELL, errors=True)
    failed = {number - 2 for number in errors(ran)}
    assert FAIL - {2, len(CELLS) - 2} <= failed, sorted(failed)  # the stand-in answers nobody who passes it by
    assert -1 not in failed and len(CELLS) not in failed, ran.cells[-1].outputs
    assert place.leaks(typed=True) == []
    if mode != "live":
        assert place.sent() == []
