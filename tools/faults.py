"""Writes docs/faults.md from the table of faults that tests/faults asserts.

    python -m tools.faults            write the page
    python -m tools.faults --check    exit status 1 when the page is not what the table says
"""
from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from pathlib import Path

from tests.faults.table import SDKS, STRIKES, Expected, Row, read, table

PAGE = Path(__file__).resolve().parent.parent / "docs" / "faults.md"
OLD = {"hub": "hub 1.27", "openai": "openai 2.54"}
HEAD = """\
# What can go wrong with a call, and what the helpers make of it

Every fault here can be scripted in practice mode, so you can meet it before it meets you:

```python
course.server.faults("429:2")                        # the short forms, as in the table
course.server.faults("cut:3*5")                      # five calls in a row
course.server.faults({"status": 503, "headers": {"Retry-After": "2"}})
```

**Alone** is what `InferenceClient` (hub) and `OpenAI(max_retries=0)` (openai) show without the helpers: an exception by its
class, or what comes instead. **With the helpers** is how it ends with `call_with_retry` (a call), `stream_with_retry` (a stream)
and `map_calls` (a batch of four), first when the fault strikes one request, then when it strikes every request; where the two are
the same it stands once. **Requests** counts what the server saw in both cases, under a policy with three attempts (the usual one
has six); in a batch a 429 and a 503 that does not say for how long count no attempts, and are repeated until the deadline of
120 s. *Interrupted* is `StreamInterrupted`: some text was out already, so the stream is not begun again, and `.partial` has
that text. *Not called* are items of a batch that stopped because no further call could succeed. The last column is
`explain(error)`; N stands for a number of the moment.

Blocking and awaited clients behave alike. This page is made from `tests/faults/matrix.toml` by `python -m tools.faults`, and
`tests/faults` proves every cell of it over real connections, on both ends of the supported versions: the result is complete or
the error is the right one, no token comes twice, no result is lost, and no thread, task or connection stays behind.
"""
COLUMNS = ("fault", "alone", "with the helpers: one strike / every request", "requests", "`explain(error)`")


def render() -> str:
    """The whole page."""
    variants = {(sdk, old): read(sdk, old=old) for sdk in SDKS for old in (False, True)}
    parts = [HEAD]
    for number, row in enumerate(variants["hub", False]):
        if row.section:
            parts.append(f"\n## {row.section}\n\n| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}\n")
        parts.append(_line({key: rows[number] for key, rows in variants.items()}))
    return "".join(parts)


def _line(rows: dict[tuple[str, bool], Row]) -> str:
    new = {sdk: rows[sdk, False] for sdk in SDKS}
    told = (_by_sdk({sdk: tell(row) for sdk, row in new.items()}) for tell in (_ends, _requests, _said))
    cells = [_title(new["hub"]), _alone(rows), *told]
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |\n"


def _title(row: Row) -> str:
    return row.title if "`" in row.title else re.sub(r"\b\d{3}\b", lambda found: f"`{found[0]}`", row.title)


def _alone(rows: dict[tuple[str, bool], Row]) -> str:
    """What each SDK shows by itself, and its oldest version where that shows something else."""
    lines = {}
    for sdk in SDKS:
        shown, before = (_by_way({way: _shown(word) for way, word in rows[sdk, old].without.items()}) for old in (False, True))
        lines[sdk] = "; ".join(shown) + (f" ({OLD[sdk]}: {'; '.join(before)})" if before != shown else "")
    return _by_sdk(lines)


def _shown(word: str) -> str:
    return table()["alone"].get(word, f"`{word}`")


def _ends(row: Row) -> str:
    return "<br>".join(_by_way({way: _pair(row, way, _words) for way in row.ways}))


def _requests(row: Row) -> str:
    return "<br>".join(_by_way({way: _pair(row, way, lambda cell: str(cell.requests)) for way in row.ways}))


def _pair(row: Row, way: str, words: Callable[[Expected], str]) -> str:
    once, always = (words(row.cells[way, strikes]) for strikes in STRIKES)
    return once if once == always else f"{once} / {always}"


def _words(cell: Expected) -> str:
    """How the items end; the number is left out where all end alike."""
    names = {"ok": "complete", "stopped": "not called", "interrupted": "*interrupted*"}
    if len(cell.counts) == 1:
        return names.get(kind := next(iter(cell.counts)), f"error `{kind}`")
    return ", ".join(f"{count} {names.get(kind, f'`{kind}`')}" for kind, count in cell.counts.items())


def _by_way(texts: dict[str, str]) -> list[str]:
    """`call, stream: TEXT` for ways that say the same; the bare text when all do."""
    grouped: dict[str, list[str]] = {}
    for way, text in texts.items():
        grouped.setdefault(text, []).append(way)
    return list(grouped) if len(grouped) == 1 else [f"{', '.join(ways)}: {text}" for text, ways in grouped.items()]


def _by_sdk(texts: dict[str, str]) -> str:
    alike = len(set(texts.values())) == 1
    return next(iter(texts.values())) if alike else "<br>".join(f"*{sdk}:* {text}" for sdk, text in texts.items())


def _said(row: Row) -> str:
    """What `explain` says of each error of this row, but for items that were not called."""
    kinds = dict.fromkeys(kind for cell in row.cells.values() for kind in cell.counts if kind not in ("ok", "stopped"))
    several = len(row.faults) > 1 and row.kind == "transient"
    texts = [row.explained(kind, None if several else row.faults[0]) for kind in kinds]
    return "<br>".join(re.sub(r"\{(status|chunks|seconds)\}", "N", text) for text in texts) or "-"


def main(argv: list[str] | None = None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.faults", description="Write docs/faults.md from its table.")
    parser.add_argument("--check", action="store_true", help="compare only; exit status 1 when it differs")
    text = render()
    if parser.parse_args(argv).check:
        same = PAGE.exists() and PAGE.read_text("utf-8") == text
        print("docs/faults.md is what the table says." if same else "docs/faults.md is old. Run `python -m tools.faults`.")
        return 0 if same else 1
    PAGE.write_text(text, "utf-8", newline="\n")
    print(f"Wrote {PAGE.name}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
