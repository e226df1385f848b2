"""A JSONL file of finished items, so that a killed batch goes on where it stopped.

First line: format and name of the called function. Then one line per finished item: its place, a fingerprint of the item (a
hash: the item itself is not stored) and the value. Each line is flushed when its item ends; a torn line is skipped and its
item called again. Lines are only ever appended.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import threading
import warnings
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .errors import CourseError

FORMAT = 1
_ABSENT = -1
_PLAIN = (str, int, float, bool, type(None))


class ResumeFile:
    """The finished items of one batch. Memory: 8 bytes per item; values stay in the file. Thread-safe.

    Raises CourseError when the file belongs to another function, is no such file, or cannot be written; it is left as it was.
    """

    def __init__(self, path: str | os.PathLike[str], fn: Callable[..., Any]) -> None:
        self.path, self._fn = Path(path), _name(fn)
        self._lock = threading.Lock()
        self._offsets = array("q")
        self._full = False
        try:
            self._open()
        except OSError as exc:
            raise CourseError(f"`{self.path.name}` cannot be a resume file: {exc.strerror}.",
                              "Name a file in a folder that exists and can be written.") from exc

    def _open(self) -> None:
        if self.path.exists() and not self.path.is_file():
            raise OSError(errno.EINVAL, "it is a folder or a device")
        complete = self._scan() if self.path.exists() else None
        if complete is None:
            self.path.write_bytes(b"")  # new, or killed while its very first line was written
        self._out = open(self.path, "ab")  # noqa: SIM115 - both are closed with the batch
        self._in = open(self.path, "rb")  # noqa: SIM115
        if complete is None:
            self._write(_json({"batch": FORMAT, "fn": self._fn}))
        elif not complete:
            self._out.write(b"\n")  # ends the torn line, so that it spoils no other

    def _scan(self) -> bool | None:
        """Find the lines that are whole; True when the last one is, None when not even the first one is."""
        offset, ended = 0, None
        with open(self.path, "rb") as lines:
            for number, line in enumerate(lines):
                line_only = line.removeprefix(b"\xef\xbb\xbf") if number == 0 else line  # some editors write such a mark
                record, ended = _parse(line_only), line.endswith(b"\n")
                if number == 0:
                    if record is None and not ended and line.startswith(b"{"[:len(line)]):
                        return None
                    self._check_header(record)
                elif record is not None and ended and isinstance(record.get("i"), int) and "value" in record:
                    self._remember(record["i"], offset)
                offset += len(line)
        return ended

    def _check_header(self, record: dict[str, Any] | None) -> None:
        if record is None or record.get("batch") != FORMAT:
            raise CourseError(f"`{self.path.name}` is not a resume file of map_calls.", "Pass another file name as `resume=`.")
        if record.get("fn") != self._fn:
            raise CourseError(f"`{self.path.name}` is from another run: it holds results of `{record.get('fn')}`, "
                              f"not of `{self._fn}`.",
                              "Pass another file name, or delete the file.")

    def restore(self, index: int, item: Any) -> tuple[bool, Any]:
        """(True, value) when the item at `index` was finished, else (False, None)."""
        with self._lock:
            if index >= len(self._offsets) or self._offsets[index] == _ABSENT:
                return False, None
            self._in.seek(self._offsets[index])
            record = _parse(self._in.readline()) or {}
        known, mine = record.get("item"), fingerprint(item)
        if known and mine and known != mine:
            raise CourseError(f"`{self.path.name}` is from another run: its item {index} is not this batch's item {index}.",
                              "Pass another file name, or delete the file.")
        return True, record.get("value")

    def save(self, index: int, item: Any, value: Any) -> None:
        """Append one finished item. A value that JSON cannot give back is kept in memory only, with a warning.

        Raises OSError when the disk does not take it; later items are not tried any more.
        """
        line = self._line(index, item, value)
        if line is None:
            warnings.warn(f"Item {index}: a {type(value).__name__} cannot be saved as JSON, so it stays in memory only. "
                          "Return text, numbers, lists or dicts (`.tolist()`, `.content`).", stacklevel=2)
            return
        with self._lock:
            if self._full:
                return
            try:
                self._write(line)
            except OSError:
                self._full = True
                raise

    @staticmethod
    def _line(index: int, item: Any, value: Any) -> bytes | None:
        """One finished item as JSON, or None when JSON could not give its value back."""
        try:
            return _json({"i": index, "item": fingerprint(item), "value": value}) if _plain(value) else None
        except (RecursionError, ValueError):  # it holds itself, is very deep, or has more digits than Python reads
            return None

    def _write(self, line: bytes) -> None:
        self._out.write(line + b"\n")
        self._out.flush()

    def _remember(self, index: int, offset: int) -> None:
        if 0 <= index <= len(self._offsets) + 100_000_000:
            if index >= len(self._offsets):
                self._offsets.extend([_ABSENT] * (index + 1 - len(self._offsets)))
            self._offsets[index] = offset

    def close(self) -> None:
        """Close both handles."""
        with contextlib.suppress(OSError):  # what could not be written was said before
            self._out.close()
        self._in.close()


def fingerprint(item: Any) -> str | None:
    """A short hash of an item that is the same in every process, or None when there is no such thing."""
    if isinstance(item, (bytes, bytearray, memoryview)):
        data = bytes(item)
    else:
        try:
            data = json.dumps(item, sort_keys=True, ensure_ascii=False, default=_path).encode("utf-8", "surrogatepass")
        except (TypeError, ValueError, RecursionError):
            return None
    return hashlib.sha256(data).hexdigest()[:16]


def _path(thing: Any) -> str:
    if isinstance(thing, os.PathLike):
        return os.fspath(thing)
    raise TypeError


def _plain(value: Any) -> bool:
    """True for what JSON gives back as it was (tuples come back as lists)."""
    if type(value) in (list, tuple):
        return all(map(_plain, value))
    if type(value) is dict:
        return all(type(key) is str for key in value) and all(map(_plain, value.values()))
    return type(value) in _PLAIN


def _json(record: dict[str, Any]) -> bytes:
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _parse(line: bytes) -> dict[str, Any] | None:
    try:
        record = json.loads(line.decode("utf-8", "surrogatepass"))
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


def _name(fn: Callable[..., Any]) -> str:
    return getattr(fn, "__name__", None) or type(fn).__name__
