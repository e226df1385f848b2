"""Fields of life and work, and forms of text: what in a text speaks for a label, counted over the whole text."""

from __future__ import annotations

import functools
import re
from collections import defaultdict

import numpy as np

from helpers.practice.models.cache import word_cache
from helpers.practice.models.embed import Embedder
from helpers.practice.models.embed.lexicon import canonical
from helpers.practice.models.embed.words import STOPWORDS, tokenize

MOST_WORDS = 2048  # of a text; each is held against each label
MOST_LETTERS = 16_384  # of a text, in which patterns of form are sought
SHARED_NAME = 0.4  # a cue that is also a word of the label: it may be there by chance, so it counts less
CONCEPT = 0.5  # a word that shares a concept with a cue, against the cue itself
PHRASE = 1.3  # a cue of several words, against a single one
HEAD, MODIFIER = 0.8, 0.7  # of a label whose parts name fields: its last words, its others
ALIKE = 0.45  # cosine from which a label stands for a field whose names it does not contain
HINT, SEVERAL = 0.3, 3  # strength of a pattern marked ~; how many matches of patterns count
FORM_LEAST = 0.2  # what form counts among labels that are no kinds of text
RIVALS = 0.5  # how much a cue that speaks for other labels too loses
GRAIN = 100  # shares of kinship are stored in steps of 1 / GRAIN
UNKNOWN_WEIGHT, KNOWN_WEIGHT, CONSTANT = 0.5, 0.9, 1.5  # of words that are no cue, in the length of a text


class Fields:
    """Cues of fields, read from a text against some labels. Safe to share between threads."""

    def __init__(self, embedder: Embedder, data: dict[str, np.ndarray]) -> None:
        self._embedder, self._lexicon = embedder, embedder.lexicon
        self._word, self._meant = word_cache(self._find_word), word_cache(self._find_meaning)
        self._names = [line.split("|") for line in _lines(data["field_names"])]
        self._by_name: dict[str, list[int]] = defaultdict(list)
        for field, names in enumerate(self._names):
            for name in dict.fromkeys(self.key(name) for name in names):
                self._by_name[name].append(field)
        self._longest_name = max(len(name.split()) for name in self._by_name)
        self._patterns: dict[int, list[tuple[re.Pattern[str], float]]] = defaultdict(list)
        for line in _lines(data["field_patterns"]):
            field, _, pattern = line.partition(" ")
            strength = HINT if pattern.startswith("~") else 1.0
            self._patterns[int(field)].append((re.compile(pattern.lstrip("~")), strength))
        self._forms = frozenset(data["field_forms"].tolist())
        cues, ends = _lines(data["cues"]), np.cumsum(data["cue_sizes"], dtype=int).tolist()
        pairs = list(zip(data["cue_fields"].tolist(), data["cue_shares"].astype(float).tolist(), strict=True))
        self._cues = {cue: dict(pairs[a:b]) for cue, a, b in zip(cues, [0, *ends], ends, strict=False)}
        self._weights = dict(zip(cues, data["cue_weights"].astype(float).round(3).tolist(), strict=True))
        self._longest = max(len(cue.split()) for cue in cues)
        self._kin: dict[int, dict[int, float]] = defaultdict(dict)
        concepts = np.cumsum(data["kin_steps"], dtype=int).tolist()
        shares = (data["kin_shares"] / GRAIN).tolist()
        for concept, field, share in zip(concepts, data["kin_fields"].tolist(), shares, strict=True):
            self._kin[concept][field] = share

    def key(self, words: str) -> str:
        """The form in which names and cues are compared; words without one stay as they are."""
        return " ".join(canonical(tokenize(words), self._lexicon.known)) or words

    def evidence(self, text: str, labels: list[str]) -> tuple[np.ndarray, np.ndarray]:
        """(labels,) twice: what cues say for each label, and what the form of the text says."""
        cues = self._read(text)
        meant = [self._meant(label) for label in labels]
        own = [set(self.key(label).split()) | {self.key(label)} for label in labels]
        said = np.zeros((len(cues), len(labels)))
        for row, (cue, weight, fields) in enumerate(cues):
            for column, shares in enumerate(meant):
                best = max((fields[f] * share for f, share in shares.items() if f in fields), default=0.0)
                said[row, column] = weight * best * (SHARED_NAME if cue in own[column] else 1)
        said /= 1 + RIVALS * (said.sum(axis=1, keepdims=True) - said)
        length = (sum(weight for _, weight, _ in cues) + CONSTANT) ** 0.5
        return said.sum(axis=0) / length, self._formal(text[:MOST_LETTERS].lower().strip(), meant)

    def _formal(self, text: str, meant: list[dict[int, float]]) -> np.ndarray:
        # Where other labels are kinds of text as well, form is what the question is about.
        asked = np.mean([any(f in self._forms for f in shares) for shares in meant])
        found = [max((share * self._shape(f, text) for f, share in shares.items()), default=0.0) for shares in meant]
        return np.array(found) * (FORM_LEAST + asked)

    def _shape(self, field: int, text: str) -> float:
        # Different wordings that match add up, each further one a little less.
        hits = sum(
            strength * min(len({m.group() for m in pattern.finditer(text)}), SEVERAL) ** 0.5
            for pattern, strength in self._patterns.get(field, ())
        )
        return min(hits, SEVERAL) ** 0.5

    def _read(self, text: str) -> list[tuple[str, float, dict[int, float]]]:
        """Cues of a text, longest first, and other words of its first MOST_WORDS: key, weight, and how far each speaks for fields."""
        words = canonical(tokenize(text), self._lexicon.known)[:MOST_WORDS]
        found, at = [], 0
        while at < len(words):
            sizes = range(min(self._longest, len(words) - at), 0, -1)
            cue = next((c for n in sizes if (c := " ".join(words[at : at + n])) in self._cues), None)
            size = 1 if cue is None else len(cue.split())
            if cue is not None and size > 1:
                found.append((cue, PHRASE * self._weights[cue], self._cues[cue]))
            elif words[at] not in STOPWORDS:
                found.append(self._word(words[at]))
            at += size
        return found

    def _find_word(self, word: str) -> tuple[str, float, dict[int, float]]:
        senses = self._lexicon.word(word).senses
        fields = dict(self._cues.get(word, {}))
        for sense in senses:
            for field, share in self._kin.get(sense, {}).items():
                fields[field] = max(fields.get(field, 0.0), CONCEPT * share / len(senses) ** 0.5)
        return word, self._weights.get(word, KNOWN_WEIGHT if senses else UNKNOWN_WEIGHT), fields

    def _find_meaning(self, label: str) -> dict[int, float]:
        """Fields that a label stands for: by its name, else by names of its parts, else by likeness."""
        key = self.key(label)
        if key in self._by_name:
            return dict.fromkeys(self._by_name[key], 1.0)
        words, meant = key.split(), {}
        for start in range(len(words)):
            for end in range(min(len(words), start + self._longest_name), start, -1):
                fields = self._by_name.get(" ".join(words[start:end]), [])
                for field in fields:
                    meant[field] = max(meant.get(field, 0.0), HEAD if end == len(words) else MODIFIER)
                if fields:
                    break
        return meant or self._alike(label, words)

    def _alike(self, label: str, words: list[str]) -> dict[int, float]:
        likeness = self._vectors @ self._embedder.embed([label])[0]
        order = np.argsort(-likeness, kind="stable")[:2]
        meant = {int(f): round(float(likeness[f]), 3) for f in order if likeness[f] > ALIKE}
        for word in words:
            if self._weights.get(word, 0) > 0.8:
                for field, share in self._cues[word].items():
                    meant[field] = max(meant.get(field, 0.0), 0.5 * share)
        return meant

    @functools.cached_property
    def _vectors(self) -> np.ndarray:
        return self._embedder.embed([", ".join(names[:6]) for names in self._names])


def _lines(data: np.ndarray) -> list[str]:
    return bytes(data).decode().split("\n")
