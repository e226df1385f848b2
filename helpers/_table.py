"""The table itself: values from any rows, an HTML form with header scopes, and an aligned plain-text form."""
from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from html import escape
from numbers import Integral
from textwrap import shorten
from typing import Any

UNITS = {"s": "s", "ms": "ms", "usd": "US$", "min": "min", "h": "h"}
TEXT_WIDTH = 56  # longest cell of the plain-text form
CODE_WIDTH = 110  # the same for fixed-width columns
HTML_WIDTH = 160  # longest cell of the HTML form
CODE = "white-space:pre-wrap;overflow-wrap:anywhere;background:none;color:inherit;padding:0"


class Shown:
    """Base of everything the course displays: an HTML form and a plain-text form of the same content."""

    html: str
    text: str

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        return {"text/html": self.html, "text/plain": self.text}

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: where its values come from and how they read.

    key: a name, a dotted path such as `usage.total_tokens`, or a function of the row.
    digits: decimals of numbers; by default chosen from the size of the column's numbers.
    code: shown in a fixed-width font, with line breaks kept.
    """

    key: str | int | Callable[[Any], Any]
    heading: str
    digits: int | None = None
    code: bool = False


@dataclass(frozen=True, repr=False)
class Table(Shown):
    """Cells as they are shown. `numeric` marks right-aligned columns, `code` fixed-width ones."""

    headings: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]
    code: tuple[bool, ...]
    caption: str | None = None

    @property
    def html(self) -> str:
        """One `<table>` with caption and header scopes; colours come from the page's own theme."""
        look = "text-align:left;font-weight:bold;padding:.3em .5em"
        caption = f'<caption style="{look}">{escape(self.caption)}</caption>' if self.caption else ""
        head = "".join(self._tag("th", heading, i, ' scope="col"') for i, heading in enumerate(self.headings))
        body = "".join(f"<tr>{self._row(row)}</tr>" for row in self.cells)
        return (f'<table style="border-collapse:collapse;margin:.4em 0">{caption}'
                f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")

    def _row(self, row: tuple[str, ...]) -> str:
        first = self._tag("th", row[0], 0, ' scope="row"')
        return first + "".join(self._tag("td", cell, i) for i, cell in enumerate(row[1:], 1))

    def _tag(self, name: str, cell: str, column: int, scope: str = "") -> str:
        align = "right" if self.numeric[column] else "left"
        weight = ";font-weight:normal" if scope.endswith('"row"') else ""
        inner = escape(cut(cell, HTML_WIDTH))
        if self.code[column] and name == "td":
            inner, weight = f'<code style="{CODE}">{escape(cell)}</code>', ";min-width:12em"
        return f'<{name}{scope} style="text-align:{align}{weight};vertical-align:top;padding:.25em .6em">{inner}</{name}>'

    @property
    def text(self) -> str:
        """Columns aligned with spaces; long cells cut."""
        rows = [self.headings, *self.cells]
        widths = [CODE_WIDTH if code else TEXT_WIDTH for code in self.code]
        short = [[cut(cell, width) for cell, width in zip(row, widths, strict=True)] for row in rows]
        widths = [max(len(row[i]) for row in short) for i in range(len(self.headings))]
        lines = ["  ".join(cell.rjust(w) if num else cell.ljust(w)
                           for cell, w, num in zip(row, widths, self.numeric, strict=True)).rstrip() for row in short]
        lines.insert(1, "  ".join("-" * w for w in widths))
        return "\n".join([self.caption, *lines] if self.caption else lines)


def table(rows: Iterable[Any], *columns: str | tuple[str, str] | Column, caption: str | None = None,
          digits: int | None = None) -> Table:
    """A table of `rows`: dicts, objects or tuples, one line each.

    columns: names of values, `(name, heading)` pairs or `Column`s; none means every field of the first row.
    A name may be a dotted path (`"usage.total_tokens"`); `waited_s` gets the heading "waited (s)".
    digits: decimals of all non-whole numbers; by default each column chooses from its largest number.
    A value that is missing or None shows as "-". Raises ValueError when a column is in none of the rows.
    """
    rows = list(rows)
    chosen = [_column(c, digits) for c in columns or _all_columns(rows)]
    values = [[_value(row, column.key) for column in chosen] for row in rows]
    for i, column in enumerate(chosen):
        if rows and all(line[i] is MISSING for line in values):
            raise ValueError(f"No row has a value `{column.key}`. The first row has: {_names(rows[0])}.")
    ready = [[None if v is MISSING else v for v in line] for line in values]
    formats = [_format([line[i] for line in ready], column.digits) for i, column in enumerate(chosen)]
    cells = tuple(tuple(fmt(v) for fmt, v in zip(formats, line, strict=True)) for line in ready)
    numeric = tuple(any(map(_is_number, col)) and all(v is None or _is_number(v) for v in col)
                    for col in ([line[i] for line in ready] for i in range(len(chosen))))
    return Table(tuple(c.heading for c in chosen), cells, numeric, tuple(c.code for c in chosen), caption)


MISSING = object()


def heading(name: str) -> str:
    """`waited_s` -> "waited (s)", `usage.total_tokens` -> "total tokens"; what is a text already stays as it is."""
    if not re.fullmatch(r"[\w.]*\w", name):
        return name
    stem, _, unit = name.rpartition(".")[2].rpartition("_")
    return f"{stem.replace('_', ' ')} ({UNITS[unit]})" if stem and unit in UNITS else name.rpartition(".")[2].replace("_", " ")


def number(value: float, digits: int | None = None) -> str:
    """A number for people: 1,778, 0.035, 12.5; `digits` fixes the decimals."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not math.isfinite(value):
        return "undefined" if math.isnan(value) else ("infinite" if value > 0 else "-infinite")
    if digits is None:
        digits = _digits([value])
    text = f"{value:,.{digits}f}" if abs(value) >= 10_000 or digits else f"{value:.{digits}f}"
    return text.removeprefix("-") if not text.strip("-0.,") else text


def percent(share: float, digits: int = 0) -> str:
    """0.831 -> "83 %"; a share that is not quite none or all says so: "<1 %", ">99 %"."""
    if digits == 0 and (0 < share < 0.005 or 0.995 <= share < 1):
        return "<1 %" if share < 0.5 else ">99 %"
    return f"{share * 100:.{digits}f} %"


def cut(text: str, width: int) -> str:
    """At most `width` characters, on one line, cut at a word where there is one."""
    flat = re.sub(r"[ \t\r\n\f\v]+", " ", text).strip(" ")  # a no-break space stays one
    if len(flat) <= width:
        return flat
    short = shorten(flat, width, placeholder=" …")
    return short if len(short) > width // 2 else flat[: width - 1] + "…"


def _is_number(value: Any) -> bool:
    return hasattr(value, "__float__") and not isinstance(value, (bool, str)) and getattr(value, "ndim", 0) == 0


def _digits(values: Sequence[float]) -> int:
    finite = [abs(float(v)) for v in values if math.isfinite(float(v))]
    if all(v == int(v) for v in finite):
        return 0
    top = max(finite)
    return 0 if top >= 1000 else 1 if top >= 100 else 2 if top >= 1 else 3


def _format(values: list[Any], digits: int | None) -> Callable[[Any], str]:
    numbers = [v for v in values if _is_number(v)]
    counts = all(isinstance(v, Integral) for v in numbers)  # whatever `digits` says: there are no 7.00 requests
    places = 0 if counts else _digits(numbers) if digits is None else digits
    return lambda v: _plain(v, places)


def _plain(value: Any, digits: int) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool) or _is_number(value):
        return number(value if isinstance(value, (bool, int)) else float(value), digits)
    if isinstance(value, (dict, list, tuple)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def _column(spec: str | tuple[str, str] | Column, digits: int | None) -> Column:
    if isinstance(spec, Column):
        return spec
    key, title = spec if isinstance(spec, tuple) else (spec, heading(str(spec)))
    return Column(key=key, heading=title, digits=digits)


def _all_columns(rows: list[Any]) -> list[Any]:
    if not rows:
        raise ValueError("`table` got no rows and no columns. Name the columns, or pass at least one row.")
    first = rows[0]
    if isinstance(first, (list, tuple)) and not hasattr(first, "_fields"):
        return [Column(key=i, heading=str(i + 1)) for i in range(len(first))]
    return _names_list(first)


def _names_list(row: Any) -> list[str]:
    if isinstance(row, Mapping):
        return [str(key) for key in row]
    if is_dataclass(row):
        return [f.name for f in fields(row)]
    return list(getattr(row, "_fields", None) or (n for n in vars(row) if not n.startswith("_")))


def _names(row: Any) -> str:
    try:
        return ", ".join(_names_list(row))
    except TypeError:
        return type(row).__name__


def _value(row: Any, key: Any) -> Any:
    if callable(key):
        return key(row)
    if isinstance(key, int):
        return row[key] if key < len(row) else MISSING
    if isinstance(row, Mapping) and key in row:
        return row[key]
    for name in key.split("."):
        row = row.get(name, MISSING) if isinstance(row, Mapping) else getattr(row, name, MISSING)
        if row is MISSING:
            return MISSING
    return row
