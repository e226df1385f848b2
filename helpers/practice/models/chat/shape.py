"""Working on a given text: sentences, the most central one, cutting to a length, changing the tone."""
from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

from .turns import Limit
from .words import terms

_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?](?!\s|$)[^.!?\n]*)*[.!?]*[\"'”)]*")
_GREETING = re.compile(r"^\W*((hi|hello|dear|hey)\b.{0,40}$|good (morning|day|evening|afternoon)|thanks?( you)?\b.{0,30}$|kind regards|"
                       r"best( regards)?|cheers|sincerely|regards)(?!\w)", re.I)
_POLITE = re.compile(r"\b(thank you|thanks|sorry|apologi[sz]e|regards|kind words)\b", re.I)
_LEANING = re.compile(r"(if one|if it|if that|it|they|this|that|then|without|otherwise|so|these|those|also|such|here|there)\b", re.I)
_PLEA = re.compile(r"(please|could you|can you|kindly|my name is|i am writing)\b", re.I)
_DANGLING = frozenset("""a an the of in on at to for from with and or but that which who is are was were by as than if when while because
since so not it its my your our their this these be has have very more most within into about over under between after before
until through per via without during near towards upon will would can could should may no also""".split())
_CLAUSE = re.compile(r"[,;:]\s|\s(?:because|since|but|while|although|and then|so that|which|where|when|whether)\s|\s[–-]\s"
                     r"|\s(?:and|or)\s(?=(?:i|we|you|it|he|she|they|there|nobody|now|the|my|please)\b)", re.I)
FORMAL = (("can't", "cannot"), ("won't", "will not"), ("n't", " not"), ("'re", " are"), ("'ll", " will"), ("'ve", " have"),
          ("I'm", "I am"), ("it's", "it is"), ("It's", "It is"), ("that's", "that is"), ("we'd", "we would"),
          ("Hi there,", "Dear customer,"), ("Hi,", "Dear customer,"), ("Hello,", "Dear customer,"),
          ("Thanks", "Thank you"), ("thanks", "thank you"), ("We are sorry about", "We sincerely apologise for"),
          ("I am sorry about", "I sincerely apologise for"), ("We are sorry", "We sincerely apologise"),
          ("I am sorry", "I sincerely apologise"), ("Sorry about", "We apologise for"), ("Sorry", "We apologise"),
          ("let us know", "inform us"), ("Let us know", "Please inform us"), ("tell us", "inform us"),
          ("get", "receive"), ("ask", "request"), ("help", "assist"), ("send us", "provide us with"),
          ("right away", "without delay"), ("at once", "without delay"), ("look into", "investigate"), ("need", "require"))
FRIENDLY = (("Thank you for", "Thanks so much for"), ("We apologise", "We're really sorry"), ("We are sorry", "We're so sorry"),
            ("do not", "don't"), ("cannot", "can't"), ("we will", "we'll"), ("We will", "We'll"), ("you can", "you can easily"),
            ("it is", "it's"), ("It is", "It's"))
SIMPLE = (("requires", "needs"), ("obtain", "get"), ("receive", "get"), ("approximately", "about"), ("however", "but"),
          ("therefore", "so"), ("parameter", "setting"), ("identical", "the same"), ("probability", "chance"),
          ("probabilities", "chances"), ("distribution", "list of chances"), ("transient", "short"), ("generate", "write"),
          ("generates", "writes"), ("retrieved", "found"), ("computes", "works out"), ("compute", "work out"))


def sentences(text: str) -> list[str]:
    """Sentences of a text, each stripped; line breaks end one too."""
    return [s.strip() for s in _SENTENCE.findall(text) if re.search(r"\w", s)]


def central(text: str, rarity: Callable[[str], float]) -> list[tuple[str, float]]:
    """Sentences with how well each stands for the whole: shared meaning with the others, early ones first."""
    found = sentences(text)
    bags = [dict(terms(sentence)) for sentence in found]
    seen = Counter(term for bag in bags for term in bag)
    start = next((i for i, s in enumerate(found) if not _GREETING.match(s) and not _PLEA.match(s)), 0)
    scored = [(s, _centrality(s, bag, seen, rarity) * (1.5 if i == start else 1.2 if i == start + 1 else 1.0))
              for i, (s, bag) in enumerate(zip(found, bags))]
    return sorted(scored, key=lambda pair: -pair[1])


def _centrality(sentence: str, bag: dict[str, float], seen: Counter, rarity: Callable[[str], float]) -> float:
    if _GREETING.match(sentence):
        return 0.01
    shared = sum(w * rarity(term) * (0.4 + seen[term] ** 0.5) for term, w in bag.items() if not term.isdigit())
    score = shared / (len(sentence.split()) + 6) ** 0.6
    return score * (0.35 if _POLITE.search(sentence) else 0.7 if _PLEA.match(sentence) else 1.0)


def fit(text: str, limit: Limit) -> str:
    """`text` within a limit: whole sentences while they fit, else the first one cut at the end of a clause."""
    kept: list[str] = []
    for sentence in sentences(text)[: limit.sentences]:
        if limit.words and len(" ".join([*kept, sentence]).split()) > limit.words:
            break
        kept.append(sentence)
    if kept or not text.strip():
        return " ".join(kept)
    return cut(sentences(text)[0], limit.words or 1)


def cut(sentence: str, words: int) -> str:
    """At most `words` words of a sentence, ending at a clause if one ends in the last half, with a full stop."""
    within = " ".join(sentence.split()[:words])
    if len(within) == len(" ".join(sentence.split())):
        return _closed(within)
    ends = [m.start() for m in _CLAUSE.finditer(within + " ") if len(within[: m.start()].split()) >= max(3, words // 2)]
    kept = (within[: ends[-1]] if ends else within).split()
    while len(kept) > 1 and kept[-1].lower().strip(",;:") in _DANGLING:
        kept.pop()
    return _closed(" ".join(kept))


def _closed(text: str) -> str:
    text = text.rstrip(" ,;:–-")
    return text if text.endswith((".", "!", "?")) else text + "."


def swap(text: str, table: tuple[tuple[str, str], ...]) -> str:
    """Replace words by the table, in its order, at word borders."""
    for old, new in table:
        left = r"(?<!\w)" if old[0].isalpha() and old != "n't" else ""
        right = r"(?!\w)" if old[-1].isalpha() else ""
        text = re.sub(left + re.escape(old) + right, new, text)
    return text


def formal(text: str) -> str:
    """A more formal wording; a draft without a salutation gets one."""
    changed = swap(text, FORMAL)
    if _POLITE.search(text) and not changed.startswith("Dear"):
        changed = "Dear customer, " + changed[:1].lower() + changed[1:] if not changed.startswith("I ") else (
            "Dear customer, " + changed)
    return changed


def friendly(text: str) -> str:
    """A warmer wording."""
    changed = swap(text, FRIENDLY)
    return changed if re.match(r"(hi|hello)\b", changed, re.I) else "Hi there! " + changed


def simpler(text: str) -> str:
    """Plainer words, and without the last sentence if there are several."""
    found = sentences(swap(text, SIMPLE))
    return " ".join(found[: max(1, len(found) - 1)])


def bullets(text: str) -> str:
    """One line a sentence."""
    return "\n".join("- " + sentence for sentence in sentences(text))


def shorter(text: str, rarity: Callable[[str], float]) -> list[tuple[str, float]]:
    """Really shorter versions with their weights: half of the sentences, or a single one cut to 60 percent."""
    found = sentences(text)
    if len(found) < 2:
        return [(cut(text, max(3, round(len(text.split()) * 0.6))), 1.0)]
    ranked = essential(text, rarity)
    best = {sentence for sentence, _ in ranked[: len(found) // 2]}
    first = " ".join(sentence for sentence in found if sentence in best)
    return [(first, 1.0), *((s, 0.3 * weight / ranked[0][1]) for s, weight in ranked[:3] if s != first)]


def essential(text: str, rarity: Callable[[str], float]) -> list[tuple[str, float]]:
    """Sentences of an answer by what should be kept: the opening first, sentences that lean on others last."""
    found = sentences(text)
    bags = [dict(terms(sentence)) for sentence in found]
    seen = Counter(term for bag in bags for term in bag)
    scored = [(s, _weight(s, bag, seen, rarity) * (1.6 if i == 0 else 1.0)) for i, (s, bag) in enumerate(zip(found, bags))]
    return sorted(scored, key=lambda pair: -pair[1])


def _weight(sentence: str, bag: dict[str, float], seen: Counter, rarity: Callable[[str], float]) -> float:
    if re.match(r"(thank you|thanks|hi|hello|dear)\b", sentence, re.I) and len(sentence.split()) < 10:
        return 0.05
    shared = sum(w * rarity(term) * (0.4 + seen[term] ** 0.5) for term, w in bag.items()) + 0.1
    return shared / (len(sentence.split()) + 6) ** 0.6 * (0.6 if _LEANING.match(sentence) else 1.0)
