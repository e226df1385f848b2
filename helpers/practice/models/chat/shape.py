"""Working on a given text: its sentences, the most central one, cutting to a length, changing the tone."""
from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache

from .wishes import Limit
from .words import FOLDER, terms

Rarity = Callable[[str], float]
Ranked = list[tuple[str, float]]

FIRST, SECOND = 1.5, 1.2  # weight of the first sentences of a ticket, which usually name the matter
OPENING = 1.6  # weight of an answer's first sentence
LENGTH = 6  # words added to a sentence's length before its weight is divided by it
_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?](?!\s|$)[^.!?\n]*)*[.!?]*[\"'”)]*")
_GREETING = re.compile(r"\W*(?:(?:hi|hello|dear|hey)\b.{0,40}$|good (?:morning|day|evening|afternoon)|"
                       r"thanks?\b.{0,30}$|(?:kind |best )?regards|best$|cheers|sincerely)(?!\w)", re.I)
_POLITE = re.compile(r"\b(?:thank you|thanks|sorry|apologi[sz]e|regards|kind words)\b", re.I)
_PLEA = re.compile(r"(?:please|could you|can you|kindly|my name is|i am writing)\b", re.I)
_LEANING = re.compile(r"(?:if (?:one|it|that)|it|they|this|that|then|without|otherwise|so|these|those|also|"
                      r"such|here|there)\b", re.I)
_CLAUSE = re.compile(r"[,;:]\s|\s[–-]\s"
                     r"|\s(?:because|since|but|while|although|and then|so that|which|where|when|whether)\s"
                     r"|\s(?:and|or)\s(?=(?:i|we|you|it|he|she|they|there|nobody|now|the|my|please)\b)", re.I)
_LOOSE_ENDS = """a an the of in on at to for from with and or but that which who is are was were by
as than if when while because since so not it its my your our their this these be has have very more most
within into about over under between after before until through per via without during near towards upon
will would can could should may no also"""
_DANGLING = frozenset(_LOOSE_ENDS.split())


def sentences(text: str) -> list[str]:
    """Sentences of a text, each stripped; line breaks end one too."""
    return [s.strip() for s in _SENTENCE.findall(text) if re.search(r"\w", s)]


def central(text: str, rarity: Rarity) -> Ranked:
    """Sentences of a message by how well each stands for the whole: shared meaning, and the first ones
    before later ones; greetings and thanks come last."""
    found = sentences(text)
    start = next((i for i, s in enumerate(found) if not _GREETING.match(s) and not _PLEA.match(s)), 0)
    place = {start: FIRST, start + 1: SECOND}
    return _ranked(found, rarity, lambda i, s: place.get(i, 1.0) * _manner(s))


def _manner(sentence: str) -> float:
    if _GREETING.match(sentence):
        return 0.001
    return 0.35 if _POLITE.search(sentence) else 0.7 if _PLEA.match(sentence) else 1.0


def essential(text: str, rarity: Rarity) -> Ranked:
    """Sentences of an answer by what should be kept: the opening first, those that lean on others last."""
    return _ranked(sentences(text), rarity, lambda i, s: (OPENING if i == 0 else 1.0) * _standing(s))


def _standing(sentence: str) -> float:
    if re.match(r"(?:thank you|thanks|hi|hello|dear)\b", sentence, re.I) and len(sentence.split()) < 10:
        return 0.01
    return 0.6 if _LEANING.match(sentence) else 1.0


def _ranked(found: Sequence[str], rarity: Rarity, factor: Callable[[int, str], float]) -> Ranked:
    """Sentences, best first: rare words that return in other sentences, per (length + 6) ** 0.6, times a
    factor."""
    bags = [dict(terms(sentence)) for sentence in found]
    seen = Counter(term for bag in bags for term in bag)
    scored = []
    for i, (sentence, bag) in enumerate(zip(found, bags, strict=False)):
        shared = sum(w * rarity(t) * (0.4 + seen[t] ** 0.5) for t, w in bag.items() if not t.isdigit())
        density = (shared + 0.1) / (len(sentence.split()) + LENGTH) ** 0.6
        scored.append((sentence, density * factor(i, sentence)))
    return sorted(scored, key=lambda pair: -pair[1])


def fit(text: str, limit: Limit) -> str:
    """`text` within a limit: whole sentences while they fit, else the first one cut at the end of a
    clause."""
    kept: list[str] = []
    for sentence in sentences(text)[: limit.sentences]:
        if limit.words and len(" ".join([*kept, sentence]).split()) > limit.words:
            break
        kept.append(sentence)
    if kept or not text.strip():
        return " ".join(kept)
    return cut(sentences(text)[0], limit.words or 1)


def cut(sentence: str, words: int) -> str:
    """At most `words` words of a sentence with a full stop; it ends at a clause if one ends in the last
    half."""
    all_words = sentence.split()
    within = " ".join(all_words[:words])
    if len(all_words) <= words:
        return _closed(within)
    ends = [m.start() for m in _CLAUSE.finditer(within + " ")]
    late = [end for end in ends if len(within[:end].split()) >= max(3, words // 2)]
    kept = (within[: late[-1]] if late else within).split()
    while len(kept) > 1 and kept[-1].lower().strip(",;:") in _DANGLING:
        kept.pop()
    return _closed(" ".join(kept))


def _closed(text: str) -> str:
    text = text.rstrip(" ,;:–-")
    return text if text.endswith((".", "!", "?")) else text + "."


def shorter(text: str, rarity: Rarity) -> Ranked:
    """Really shorter versions with their weights: half of the sentences, or a single one cut to 60
    percent."""
    found = sentences(text)
    if len(found) < 2:
        return [(cut(text, max(3, round(len(text.split()) * 0.6))), 1.0)]
    ranked = essential(text, rarity)
    best = {sentence for sentence, _ in ranked[: len(found) // 2]}
    first = " ".join(sentence for sentence in found if sentence in best)
    others = [(sentence, 0.3 * weight / ranked[0][1]) for sentence, weight in ranked[:3] if sentence != first]
    return [(first, 1.0), *others]


@lru_cache(maxsize=1)
def tones() -> dict[str, list[tuple[re.Pattern[str], str]]]:
    """For each tone the patterns to replace, in order; words are replaced at word borders only."""
    table: dict[str, list[tuple[re.Pattern[str], str]]] = {}
    for line in (FOLDER / "tone.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            table[line.strip("[]")] = []
        elif " = " in line and not line.startswith("#"):
            old, new = line.split(" = ", 1)
            table[list(table)[-1]].append((_bordered(old), new))
    return table


def _bordered(old: str) -> re.Pattern[str]:
    left = r"(?<!\w)" if old[0].isalpha() and old != "n't" else ""
    return re.compile(left + re.escape(old) + (r"(?!\w)" if old[-1].isalpha() else ""))


def _toned(text: str, tone: str) -> str:
    for pattern, new in tones()[tone]:
        text = pattern.sub(new, text)
    return text


def formal(text: str) -> str:
    """A more formal wording; a draft to a customer gets a salutation."""
    changed = _toned(text, "formal")
    if not _POLITE.search(text) or changed.startswith("Dear"):
        return changed
    return "Dear customer, " + (changed if changed.startswith("I ") else changed[:1].lower() + changed[1:])


def friendly(text: str) -> str:
    """A warmer wording, with a greeting."""
    changed = _toned(text, "friendly")
    return changed if re.match(r"(?:hi|hello)\b", changed, re.I) else "Hi there! " + changed


def simpler(text: str) -> str:
    """Plainer words, and without the last sentence if there are several."""
    found = sentences(_toned(text, "simpler"))
    return " ".join(found[: max(1, len(found) - 1)])


def bullets(text: str) -> str:
    """One line a sentence."""
    return "\n".join("- " + sentence for sentence in sentences(text))
