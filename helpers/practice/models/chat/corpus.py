"""The passages: text files that people can read and extend.

    == key-of-the-passage
    + keywords
    ~ other words in which people ask for it, or whole questions (any number of such lines)
    ? A question it answers
    ? The same, asked in another way
    The passage, with {slots|places} for {other|different} wordings. Lines are joined by spaces.

Lines that begin with # are comments. The folder's file names give the kind: `replies.txt` holds reply drafts
for a help desk, `meta.txt` what is said about the model itself, every other file course passages."""
from __future__ import annotations

from functools import cached_property, lru_cache
from pathlib import Path

from .grammar import Grammar, first_wording, parse

FOLDER = Path(__file__).parent / "corpus"
COMPILED_KEPT = 128
KINDS = {"replies": "reply", "meta": "meta"}


class Passage:
    """One passage: `key`, `kind` ("course", "reply" or "meta"), `questions`, `keywords`, `hints` (other
    words and questions, for the search only) and `text` with slots."""

    def __init__(self, key: str, kind: str) -> None:
        self.key, self.kind = key, kind
        self.keywords = ""
        self.hints: list[str] = []
        self.questions: list[str] = []
        self._lines: list[str] = []

    @cached_property
    def text(self) -> str:
        return " ".join(self._lines)

    @cached_property
    def plain(self) -> str:
        """The text with the first wording of every slot."""
        return first_wording(parse(self.text))

    @property
    def grammar(self) -> Grammar:
        """The passage compiled; the last ones used are kept."""
        return _compiled(self.text)

    def add(self, line: str) -> None:
        """Read one line of the file format."""
        if line.startswith("? "):
            self.questions.append(line[2:].strip())
        elif line.startswith("+ "):
            self.keywords = line[2:].strip()
        elif line.startswith("~ "):
            self.hints.append(line[2:].strip())
        else:
            self._lines.append(line.strip())


@lru_cache(maxsize=COMPILED_KEPT)
def _compiled(text: str) -> Grammar:
    return Grammar(text)


def read(text: str, kind: str = "course") -> list[Passage]:
    """Passages of one file's text, in its order."""
    passages: list[Passage] = []
    for line in text.splitlines():
        if line.startswith("== "):
            passages.append(Passage(line[3:].strip(), kind))
        elif line.strip() and not line.startswith("#"):
            passages[-1].add(line)
    return passages


@lru_cache(maxsize=1)
def load() -> tuple[Passage, ...]:
    """All passages, files in alphabetical order."""
    files = sorted(FOLDER.glob("*.txt"))
    return tuple(passage for file in files
                 for passage in read(file.read_text(encoding="utf-8"), KINDS.get(file.stem, "course")))
