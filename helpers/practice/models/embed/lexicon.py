"""The lexicon at run time: which concepts the words and phrases of a text stand for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from helpers.practice.models.cache import word_cache

from .words import FILLERS, PARTICLES, STOPWORDS, derivations, halves, lemma, near_misses, stem, tokenize

MOST_WORDS = 512  # of a text; each is compared with every other, so memory grows with the square
MAX_GAP = 3  # "send the wet shoes back": words allowed between a verb and its particle
PART_WEIGHT = 0.45  # a word inside a matched phrase still counts, but less than the phrase
STOP_WEIGHT = 0.25
GUESS_WEIGHT = 0.75  # a meaning inferred from word formation or a misspelling


class Unit(NamedTuple):
    """One word or phrase of a text: its spelling, the concepts it may stand for, and how much it counts."""

    key: str
    senses: tuple[int, ...]
    weight: float


def canonical(words: Iterable[str], known: Mapping[str, object] | frozenset[str]) -> list[str]:
    """Base forms of `words` without fillers: the form in which phrases are stored and compared."""
    bases = (lemma(word, known) for word in words if word not in FILLERS)
    return [base for base in bases if base not in FILLERS]


class Lexicon:
    """Words and phrases with their concepts. `words` and `phrases` map to concept numbers; `known` holds
    every word
    that occurs in either; `weights[c]` says how much concept c counts."""

    def __init__(
        self,
        words: dict[str, tuple[int, ...]],
        phrases: dict[str, tuple[int, ...]],
        known: frozenset[str],
        weights: list[float],
    ) -> None:
        self._words, self._known, self._weights = words, known, weights
        self._phrases: dict[str, list[tuple[list[str], str, tuple[int, ...]]]] = {}
        for phrase, senses in sorted(phrases.items(), key=lambda item: -len(item[0].split())):
            tokens = phrase.split()
            self._phrases.setdefault(tokens[0], []).append((tokens, phrase, senses))
        self.word = word_cache(self._unit)  # the unit of one lower-case word

    @property
    def known(self) -> frozenset[str]:
        """Every word that occurs in an entry; `lemma` and `canonical` trace inflections to them."""
        return self._known

    def read(self, text: str) -> list[Unit]:
        """Units of `text` in reading order: phrases first, longest match wins; stop words that mean nothing
        are left out. Of a long text only the first `MOST_WORDS` words are read, as encoders do."""
        raw = [word for word in tokenize(text) if word not in FILLERS][:MOST_WORDS]
        tokens = [lemma(word, self._known) for word in raw]
        units: list[Unit] = []
        at = 0
        inside_until = 0
        while at < len(tokens):
            match = self._match(tokens, at) if at >= inside_until else None
            if match is not None:
                units.append(match[0])
                inside_until = max(inside_until, match[1])
            if tokens[at] not in FILLERS:
                unit = self.word(raw[at])
                if at < inside_until:
                    unit = unit._replace(
                        weight=unit.weight * PART_WEIGHT if raw[at] not in STOPWORDS else 0.0
                    )
                if unit.weight > 0:
                    units.append(unit)
            at += 1
        return units

    def _match(self, tokens: list[str], at: int) -> tuple[Unit, int] | None:
        for phrase, key, senses in self._phrases.get(tokens[at], ()):
            end = at + len(phrase)
            if tokens[at:end] == phrase:
                return Unit(key, senses, self._weight(senses)), end
            if len(phrase) == 2 and phrase[1] in PARTICLES and phrase[1] in tokens[at + 1 : at + 2 + MAX_GAP]:
                return Unit(key, senses, self._weight(senses)), at + 1
        return None

    def _unit(self, word: str) -> Unit:
        base = lemma(word, self._known)
        senses = self._words.get(word) or self._words.get(base)
        if senses:
            scale = STOP_WEIGHT if word in STOPWORDS and word != "not" else 1.0
            return Unit(stem(base), senses, scale * self._weight(senses))
        if word in STOPWORDS:
            return Unit(word, (), 0.0)
        senses = self._guess(word, base)
        weight = GUESS_WEIGHT * self._weight(senses) if senses else self._unknown_weight(word)
        return Unit(stem(base), senses, weight)

    def _guess(self, word: str, base: str) -> tuple[int, ...]:
        for form in dict.fromkeys((word, base)):
            for origin in derivations(form, self._words):
                return self._words[origin]
            parts = halves(form, self._words)
            if parts:
                return tuple(dict.fromkeys(self._words[parts[0]] + self._words[parts[1]]))
        miss = near_misses(word, self._words)
        return self._words[miss] if miss else ()

    def _weight(self, senses: tuple[int, ...]) -> float:
        return max(self._weights[s] for s in senses)

    @staticmethod
    def _unknown_weight(word: str) -> float:
        if word.isdigit():
            return 0.3
        return 0.6 if len(word) > 2 else 0.2
