"""Finding the passages that fit a question: BM25 over words and concepts in four fields, and the likeness of
questions. The weights were fitted on the passages' own questions, each hidden in turn, and on development
prompts."""
from __future__ import annotations

import json
import math
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from . import corpus
from .words import FOLDER, terms

K1, B = 1.2, 0.2
TEXT, QUESTIONS, KEYWORDS, HINTS, TOLD = 0.25, 0.05, 1.25, 1.1, 0.7  # a word found in this field of a passage
NEAREST, OTHERS, TITLE = 0.15, 0.25, 0.2  # likeness with the nearest question, with all of them, with the key
SAME = 1.5  # times the eighth power of the nearest likeness: the very question, or nearly
CANDIDATES = 30  # passages whose title is compared
NOT_COURSE = -0.3  # reply drafts and talk about the model come second

FILE = FOLDER / "fields.json"

Bag = dict[str, float]


class Fields(NamedTuple):
    """Terms of one passage: of its text and of all its questions with counts, of its keywords (the key
    too), of the hints, of whole sentences among the hints and of the key; then one bag per question."""

    text: Bag
    asked: Bag
    keywords: list[str]
    hints: list[str]
    told: list[str]
    title: list[str]
    questions: list[Bag]


class Hit(NamedTuple):
    """A passage found. `score` orders; `covered` is the share (0..1) of the prompt's meaning it holds,
    `matched` the same as a sum of idf and `alike` the likeness (0..1) with its nearest question."""

    passage: corpus.Passage
    score: float
    covered: float
    matched: float = 0.0
    alike: float = 0.0


class Index:
    """Inverted index over passages; all weights are computed once."""

    def __init__(self, passages: Sequence[corpus.Passage], read: Sequence[Fields] | None = None) -> None:
        self.passages = list(passages)
        fields = read or [fields_of(passage) for passage in passages]
        self.idf = _idf([set().union(one.text, one.asked, one.keywords, one.hints, one.told) for one in fields])
        self.rarest = max(self.idf.values(), default=1.0)
        self._postings: dict[str, list[tuple[int, float]]] = {}
        self._likeness: dict[str, list[tuple[int, float]]] = {}
        self._owner: list[int] = []
        self._titles = [one.title for one in fields]
        self._title_weight = [sum(map(self.rarity, title)) for title in self._titles]
        mean = sum(sum(one.text.values()) for one in fields) / max(1, len(fields))
        for number, one in enumerate(fields):
            self._add_words(number, one, mean)
            self._add_questions(number, one.questions)
        self._asked = Counter(self._owner)

    def _add_words(self, number: int, fields: Fields, mean: float) -> None:
        norm = K1 * (1 - B + B * sum(fields.text.values()) / mean)
        weights = {term: TEXT * n * (K1 + 1) / (n + norm) for term, n in fields.text.items()}
        for term, n in fields.asked.items():
            weights[term] = weights.get(term, 0.0) + QUESTIONS * n * 2 / (n + 1)
        for term in fields.keywords:
            weights[term] = weights.get(term, 0.0) + KEYWORDS
        for term in fields.hints:
            weights[term] = weights.get(term, 0.0) + (HINTS if term not in fields.keywords else 0.0)
        for term in fields.told:
            weights[term] = weights.get(term, 0.0) + TOLD
        for term, weight in weights.items():
            self._postings.setdefault(term, []).append((number, weight))

    def _add_questions(self, number: int, questions: list[Bag]) -> None:
        for question in questions:
            for term, weight in self.unit(question).items():
                self._likeness.setdefault(term, []).append((len(self._owner), weight))
            self._owner.append(number)

    def knows(self, term: str) -> bool:
        """Whether the corpus holds the term at all."""
        return term in self.idf

    def rarity(self, term: str) -> float:
        """idf of a term; words outside of the corpus count as the rarest."""
        return self.idf.get(term, self.rarest)

    def unit(self, bag: Bag) -> Bag:
        """idf-weighted vector of unit length."""
        vector = {term: weight * self.rarity(term) for term, weight in bag.items()}
        length = math.sqrt(sum(w * w for w in vector.values())) or 1.0
        return {term: weight / length for term, weight in vector.items()}

    def search(self, bag: Bag, kinds: frozenset[str] | None = None) -> list[Hit]:
        """Passages of the given kinds (None: all) that share a term with `bag`, best first."""
        total = sum(weight * self.rarity(term) for term, weight in bag.items()) or 1.0
        nearest, sums = self._alike(bag)
        covered: dict[int, float] = {}
        for term, weight in bag.items():
            share = weight * self.rarity(term) / total
            for number, score in self._postings.get(term, ()):
                sums[number] = sums.get(number, 0.0) + share * score
                covered[number] = covered.get(number, 0.0) + share
        wanted = [n for n in sums if kinds is None or self.passages[n].kind in kinds]
        best = sorted(wanted, key=lambda n: (-sums[n], n))[:CANDIDATES]
        hits = [Hit(self.passages[n], sums[n] + self._title(n, bag, total), covered.get(n, 0.0),
                    covered.get(n, 0.0) * total, nearest.get(n, 0.0)) for n in best]
        return sorted(hits, key=lambda hit: -hit.score)

    def _title(self, number: int, bag: Bag, total: float) -> float:
        held = sum(self.rarity(term) for term in self._titles[number] if term in bag)
        other = 0.0 if self.passages[number].kind == "course" else NOT_COURSE
        return TITLE * 2 * held / (self._title_weight[number] + total) + other

    def _alike(self, bag: Bag) -> tuple[dict[int, float], dict[int, float]]:
        """Likeness of the prompt with each passage's nearest question, and what its questions add to the score."""
        sums: dict[int, float] = {}
        for term, weight in self.unit(bag).items():
            for question, its in self._likeness.get(term, ()):
                sums[question] = sums.get(question, 0.0) + weight * its
        best: dict[int, float] = {}
        every: dict[int, float] = {}
        for question, cosine in sums.items():
            owner = self._owner[question]
            best[owner] = max(cosine, best.get(owner, 0.0))
            every[owner] = every.get(owner, 0.0) + cosine / self._asked[owner]
        return best, {owner: NEAREST * best[owner] + SAME * best[owner] ** 8 + OTHERS * every[owner]
                      for owner in sorted(best)}


def weigh(found: Iterable[tuple[str, float]]) -> Bag:
    """Bag of terms; a term counts once, with its largest weight."""
    bag: Bag = {}
    for term, weight in found:
        bag[term] = max(weight, bag.get(term, 0.0))
    return bag


def fields_of(passage: corpus.Passage) -> Fields:
    """What the index reads of a passage."""
    name = passage.key.removeprefix("reply-").replace("-", " ")
    text: Counter[str] = Counter()
    for term, weight in terms(passage.plain):
        text[term] += weight
    questions = [weigh(terms(question)) for question in passage.questions]
    asked: Counter[str] = Counter()
    for question in questions:
        asked.update(question)
    alike = questions + [weigh(terms(hint)) for hint in passage.hints if whole(hint)]
    keywords = weigh(terms(passage.keywords) + terms(name))
    title = sorted({term for term, weight in terms(name) if weight == 1})
    hints = weigh(terms(" ".join(hint for hint in passage.hints if not whole(hint))))
    told = set(weigh(terms(" ".join(filter(whole, passage.hints))))) - set(hints) - set(keywords)
    bags = list(map(_rounded, alike))
    return Fields(_rounded(text), _rounded(asked), sorted(keywords), sorted(hints), sorted(told), title, bags)


def whole(hint: str) -> bool:
    """Whether a hint is a whole question or complaint, which may be compared with the prompt as such."""
    return hint.endswith(("?", "!", ".")) or hint[:1].isupper() and hint.count(" ") > 3


def _rounded(bag: Bag) -> Bag:
    return {term: round(bag[term], 2) for term in sorted(bag)}


def _idf(vocabularies: Sequence[set[str]]) -> Bag:
    seen = Counter(term for words in vocabularies for term in sorted(words))
    return {term: math.log(1 + (len(vocabularies) - n + 0.5) / (n + 0.5)) for term, n in seen.items()}


def mark() -> int:
    """Checksum of everything the stored fields were computed from."""
    files = sorted(corpus.FOLDER.glob("*.txt")) + [FOLDER / "stop.txt", FOLDER / "synonyms.txt"]
    return zlib.crc32(b"".join(file.read_bytes().replace(b"\r\n", b"\n") for file in files))


def stored() -> list[Fields] | None:
    """The fields written by tools/train/chat.py; None if the passages have changed since."""
    if not FILE.exists():
        return None
    table = json.loads(FILE.read_text(encoding="utf-8"))
    return [Fields(*one) for one in table["fields"]] if table["mark"] == mark() else None


@lru_cache(maxsize=1)
def load() -> Index:
    """The index over all passages, made once: from the stored fields, or from the passages if those are
    newer."""
    return Index(corpus.load(), stored())
