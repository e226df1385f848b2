"""Words, punctuation marks and their numbers: the tokens of the practice language models."""
from __future__ import annotations

import re
import sys
import zlib
from collections.abc import Iterable

END = ""  # the token after the last one; never shown
END_ID = 0
_TOKEN = re.compile(r"\s?\w{1,24}(?:['’._/-]\w{1,24}){0,6}|\s?[^\w\s]|\s")
_UNKNOWN_FROM, _UNKNOWN_SPAN = 100_000, 900_000


def split(text: str) -> list[str]:
    """Tokens of `text`: a word or a mark, each with its leading space. Joined they are `text` again."""
    return list(map(sys.intern, _TOKEN.findall(text)))


class Vocabulary:
    """Numbers for tokens. Words of the corpus get small ids; any other text a fixed id from its CRC."""

    def __init__(self, texts: Iterable[str]) -> None:
        words = {token.strip() for text in texts for token in split(text)} - {""}
        self._rank = {word: 2 * i + 1 for i, word in enumerate(sorted(words))}

    def __len__(self) -> int:
        return 2 * len(self._rank) + 1

    def id(self, token: str) -> int:
        """The id of one token; with and without a leading space differ. 0 is the end of the text."""
        if token == END:
            return END_ID
        rank = self._rank.get(token[1:] if token[0] == " " else token)
        if rank is None or token[0] == "\n":
            return _UNKNOWN_FROM + zlib.crc32(token.encode()) % _UNKNOWN_SPAN
        return rank + (token[0] == " ")
