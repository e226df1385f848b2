"""JSON schemas of request bodies, written down while the server's own readers read a sample.

The readers ask `Fields` for each field with its type and bounds. `Recorder` answers like `Fields` and keeps what was asked, so
the OpenAPI document says what the readers check and cannot drift from them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from .fields import MAX_TEXT, Fields

Schema = dict[str, Any]


class Recorder(Fields):
    """`Fields` over a sample that also collects the JSON schema of the object."""

    def __init__(self, data: dict[str, Any], prefix: str = "") -> None:
        super().__init__(data, prefix)
        self._found: dict[str, Schema] = {}
        self._needed: set[str] = set()
        self._inner: dict[str, Recorder] = {}

    def schema(self) -> Schema:
        """What has been asked for so far."""
        properties = dict(self._found)
        needed = set(self._needed)
        for name, inner in self._inner.items():
            properties[name] = inner.schema()
            if properties[name].get("required"):
                needed.add(name)
            else:
                properties[name]["type"] = ["object", "null"]
        return {"type": "object", "properties": properties, **({"required": sorted(needed)} if needed else {})}

    def _keep(self, name: str, schema: Schema, *, needed: bool = False) -> None:
        self._found[name] = schema if needed else {"anyOf": [schema, {"type": "null"}]}
        if needed:
            self._needed.add(name)

    def free(self, name: str, schema: Schema, *, needed: bool = False) -> Any:
        self._keep(name, schema, needed=needed)
        return super().free(name, schema, needed=needed)

    def number(self, name: str, default: float | None, low: float, high: float) -> float | None:
        self._keep(name, {"type": "number", "minimum": low, "maximum": high})
        return super().number(name, default, low, high)

    def integer(self, name: str, default: int | None, low: int, high: int, *, multiple_of: int = 1) -> int | None:
        steps = {"multipleOf": multiple_of} if multiple_of > 1 else {}
        self._keep(name, {"type": "integer", "minimum": low, "maximum": high, **steps})
        return super().integer(name, default, low, high, multiple_of=multiple_of)

    def flag(self, name: str, default: bool = False) -> bool:
        self._keep(name, {"type": "boolean"})
        return super().flag(name, default)

    def choice(self, name: str, choices: Collection[str], default: str | None = None) -> str | None:
        self._keep(name, {"enum": list(choices)})
        return super().choice(name, choices, default)

    def text(
        self, name: str, *, default: str | None = None, limit: int = MAX_TEXT, filled: bool = False, pattern: str = ""
    ) -> str:
        told = r"\S" if filled else pattern
        self._keep(name, {"type": "string", "maxLength": limit, **({"pattern": told} if told else {})}, needed=default is None)
        return super().text(name, default=default, limit=limit, filled=filled, pattern=pattern)

    def texts(self, name: str, *, most: int, required: bool = True, limit: int = MAX_TEXT, least: int = 0) -> list[str]:
        one = {"type": "string", "maxLength": limit, **({"minLength": least} if least else {})}
        some = {"type": "array", "items": one, "maxItems": most, **({"minItems": 1} if required else {})}
        self._keep(name, {"anyOf": [one, some]}, needed=required)
        return super().texts(name, most=most, required=required, limit=limit, least=least)

    def inner(self, name: str) -> Fields:
        super().inner(name)  # raises when it is no object
        known = self._inner.get(name)
        if known is None:
            known = self._inner[name] = Recorder(self.data.get(name) or {}, f"{self.prefix}{name}.")
        return known

    def refuse(self, model: str, unless: dict[str, tuple[Any, ...]]) -> None:
        for name, harmless in unless.items():
            self._found[name] = {"enum": [*harmless, None]}
        super().refuse(model, unless)


def recorded(read: Callable[[Fields], object], *samples: dict[str, Any]) -> Schema:
    """The schema of the bodies that `read` reads, and the samples as its examples.

    Several samples are needed where one field decides which others are looked at.
    """
    whole: Schema = {"type": "object", "properties": {}}
    for sample in samples:
        recorder = Recorder(sample)
        read(recorder)
        schema = recorder.schema()
        whole["properties"] |= schema["properties"]
        needed = set(schema.get("required", ()))
        whole["required"] = sorted(needed & set(whole["required"]) if "required" in whole else needed)
    if not whole["required"]:
        del whole["required"]
    return {**whole, "examples": list(samples)}
