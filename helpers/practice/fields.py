"""Reading the fields of a request body: each getter returns a checked value or raises a 422 that names the field."""

from __future__ import annotations

import json
import math
from collections.abc import Collection
from typing import Any

from .errors import Failure, one_of, shown

MAX_TEXT = 200_000  # characters in one text field
MOST_DEPTH = 64  # objects and lists inside each other; what walks through a body recursively must never run out of stack


def parse_json(body: bytes) -> dict[str, Any]:
    """The body as a JSON object; 400 when it is not one."""
    if not body.strip():
        raise Failure(400, "The request has no body. Send a JSON object.", code="invalid_json")
    try:
        text = body.decode("utf-8")
        payload = json.loads(text, parse_constant=_not_json)
        if text.count("[") + text.count("{") > MOST_DEPTH and _deeper(payload, MOST_DEPTH):
            raise RecursionError
        # A lone surrogate such as \\ud800 parses, but no answer that repeats it could be encoded.
        if "\\u" in text:
            json.dumps(payload, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise Failure(400, f"The body is not valid JSON: {_where(error)}.", code="invalid_json") from None
    if not isinstance(payload, dict):
        raise Failure(400, f"The body must be a JSON object, not {kind(payload)}.", code="invalid_json")
    return payload


def _deeper(value: Any, most: int) -> bool:
    """Whether objects and lists stand inside each other more than `most` times."""
    level = [value]
    for _ in range(most):
        level = [inner for outer in level for inner in (outer.values() if isinstance(outer, dict) else outer)
                 if isinstance(inner, (dict, list))]  # fmt: skip
        if not level:
            return False
    return True


def _not_json(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


def _where(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at character {error.pos}"
    if isinstance(error, UnicodeError):
        return "it is not UTF-8 text"
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error)[:80]


def kind(value: Any) -> str:
    """The JSON type of a value, in words."""
    names = {dict: "an object", list: "a list", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")


class Fields:
    """A checked view of one JSON object.

    Args:
        data: the object.
        prefix: how its fields are named in messages, such as `parameters.`.
    """

    def __init__(self, data: dict[str, Any], prefix: str = "") -> None:
        self.data, self.prefix = data, prefix

    def wrong(self, name: str, must: str, *, error_type: str | None = None) -> Failure:
        """The 422 for field `name`: `must` completes the sentence "`name` must ..."."""
        full = self.prefix + name
        got = f", not {shown(self.data[name])}" if self.data.get(name) is not None else ""
        return Failure(
            422,
            f"`{full}` must {must}{got}.",
            param=full,
            code="invalid_value",
            extra={"error_type": error_type} if error_type else None,
        )

    def get(self, name: str) -> Any:
        """The raw value, or None."""
        return self.data.get(name)

    def free(self, name: str, schema: dict[str, Any], *, needed: bool = False) -> Any:
        """The raw value of a field that its reader checks in a way of its own; `schema` tells the OpenAPI document which."""
        return self.data.get(name)

    def number(self, name: str, default: float | None, low: float, high: float) -> float | None:
        """A finite number in `low`..`high`."""
        value = self.data.get(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not _within(value, low, high):
            raise self.wrong(name, f"be a number from {low:g} to {high:g}")
        return float(value)

    def integer(self, name: str, default: int | None, low: int, high: int, *, multiple_of: int = 1) -> int | None:
        """A whole number in `low`..`high`; 5.0 counts as 5."""
        value = self.data.get(name)
        if value is None:
            return default
        whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        if isinstance(value, bool) or not whole or not low <= value <= high:
            raise self.wrong(name, f"be a whole number from {low} to {high}")
        if value % multiple_of:
            raise self.wrong(name, f"be a multiple of {multiple_of}, such as {value // multiple_of * multiple_of:g}")
        return int(value)

    def flag(self, name: str, default: bool = False) -> bool:
        """True or false."""
        value = self.data.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self.wrong(name, "be true or false")
        return value

    def choice(self, name: str, choices: Collection[str], default: str | None = None) -> str | None:
        """One of some words."""
        value = self.data.get(name)
        if value is None:
            return default
        if not isinstance(value, str) or value not in choices:
            raise self.wrong(name, f"be one of {one_of(choices)}")
        return value

    def text(self, name: str, *, default: str | None = None, limit: int = MAX_TEXT, filled: bool = False,
             pattern: str = "") -> str:
        """A string; required unless there is a default. `filled`: not only spaces. `pattern` tells the OpenAPI document what the
        caller checks further."""
        value = self.data.get(name)
        if value is None and default is not None:
            return default
        if not isinstance(value, str):
            raise self.wrong(name, "be a string")
        if len(value) > limit:
            raise self.wrong(name, f"have at most {limit} characters")
        if filled and not value.strip():
            raise self.wrong(name, "not be empty")
        return value

    def texts(self, name: str, *, most: int, required: bool = True, limit: int = MAX_TEXT, least: int = 0) -> list[str]:
        """A list of 1 to `most` strings of `least` to `limit` characters; a single string counts as a list of one."""
        value = self.data.get(name)
        if value is None and not required:
            return []
        value = [value] if isinstance(value, str) else value
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.wrong(name, "be a string or a list of strings")
        if required and not value:
            raise self.wrong(name, "have at least one string")
        if len(value) > most:
            raise Failure(
                422,
                f"`{self.prefix}{name}` must have at most {most} strings, not {len(value)}.",
                param=self.prefix + name,
                code="invalid_value",
            )
        if any(len(item) < least for item in value):
            raise self.wrong(name, "have no empty string")
        if any(len(item) > limit for item in value):
            raise self.wrong(name, f"have at most {limit} characters in each string")
        return value

    def inner(self, name: str) -> Fields:
        """The object in field `name` (empty when absent)."""
        value = self.data.get(name)
        if value is not None and not isinstance(value, dict):
            raise self.wrong(name, "be an object")
        return Fields(value or {}, f"{self.prefix}{name}.")

    def refuse(self, model: str, unless: dict[str, tuple[Any, ...]]) -> None:
        """422 for fields that would change the answer but that `model` cannot honour.

        `unless` maps a field to the values that ask for nothing special.
        """
        for name, harmless in unless.items():
            value = self.data.get(name)
            if value is not None and not any(_same(value, other) for other in harmless):
                full = self.prefix + name
                raise Failure(
                    422,
                    f"{model} does not support `{full}`. Leave it out.",
                    param=full,
                    code="unsupported_parameter",
                )


def _same(value: Any, other: Any) -> bool:
    """Equality of JSON values: 0 and 0.0 are the same, 0 and false are not."""
    return value == other and isinstance(value, bool) == isinstance(other, bool)


def _within(value: float, low: float, high: float) -> bool:
    try:
        return math.isfinite(value) and low <= value <= high
    except OverflowError:
        return False
