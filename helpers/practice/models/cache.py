"""A cache for what is worked out word by word, bounded in entries and in the length of what it keeps.

Words come back often, so a model remembers what it found out about them. A server that answers strangers must bound both: many
words that nobody used before, and words of a hundred thousand letters.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any

KEPT = 4096  # words
LONGEST = 64  # letters; longer ones are worked out each time


def word_cache(work: Callable[..., Any]) -> Callable[..., Any]:
    """`work(word, *more)` with its last `KEPT` results remembered, for words of at most `LONGEST` letters."""
    remembered = lru_cache(maxsize=KEPT)(work)

    @wraps(work)
    def of(word: Any, *more: Any) -> Any:
        return remembered(word, *more) if len(word) <= LONGEST else work(word, *more)

    of.cache_info = remembered.cache_info  # type: ignore[attr-defined]
    return of
