"""Makes the tagger's training text: templates and hand-written sentences, filled with names from patterns.

Not needed at run time. Random choices come from one seeded generator, so the text is the same every time."""

from __future__ import annotations

import random
import re
import zlib
from pathlib import Path
from typing import NamedTuple

from helpers.practice.models.ner import gazetteer, tokens

DATA = Path(__file__).parent / "data" / "ner"
KINDS = {"P": "PER", "O": "ORG", "L": "LOC", "M": "MISC"}
# Which slot becomes which entity; slots not named here (roles, titles, days, numbers) are plain text.
ENTITY_OF = {
    "P": "PER",
    "PG": "PER",
    "PF": "PER",
    "L": "LOC",
    "LC": "LOC",
    "LN": "LOC",
    "LR": "LOC",
    "LS": "LOC",
    "N": "MISC",
    "E": "MISC",
    "O": "ORG",
    "OC": "ORG",
    "OU": "ORG",
    "OB": "ORG",
    "OM": "ORG",
    "OT": "ORG",
    "ON": "ORG",
    "OH": "ORG",
    "OA": "ORG",
}
SHARE_SEEN = 70  # percent of every list that training may use; the rest is met only at run time
_ITEM = re.compile(r"\$(\w+)|\{(\w+)\}|\(([^()]*)\)")
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_MONTHS = "January February March April May June July August September October November December".split()


class Example(NamedTuple):
    """One sentence with its entities as (start, end, type) character spans."""

    text: str
    spans: list[tuple[int, int, str]]


def parse(line: str) -> Example:
    """Inline markup `[P Ana] lives in [L Cali]` to text and spans."""
    text, spans = "", []
    for plain, kind, name in re.findall(r"([^\[]+)|\[([POLM]) ([^\]]+)\]", line):
        if kind:
            spans.append((len(text), len(text) + len(name), KINDS[kind]))
        text += plain or name
    return Example(text, spans)


def read(name: str) -> list[str]:
    """The lines of a data file without comments and blanks."""
    lines = (DATA / name).read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def _seen(name: str) -> bool:
    return zlib.crc32(name.encode()) % 100 < SHARE_SEEN


class Maker:
    """Builds names from patterns.txt and the lists, and fills templates with them."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.people: dict[str, dict[str, list[str]]] = {}
        self.lists: dict[str, list[str]] = {}
        for label, name, culture in gazetteer.entries():
            if not _seen(name):
                continue
            if culture:
                self.people.setdefault(culture, {"given": [], "family": []})[label].append(name)
            else:
                self.lists.setdefault(label, []).append(name)
        self.cultures = sorted(c for c, lists in self.people.items() if lists["given"] and lists["family"])
        self.patterns: dict[str, tuple[list[str], list[int]]] = {}
        for line in read("patterns.txt"):
            head, pattern = line.split(": ", 1)
            slot, weight = head.split()
            choices, weights = self.patterns.setdefault(slot, ([], []))
            choices.append(pattern)
            weights.append(int(weight))

    def _person(self, label: str, culture: str) -> str:
        names = self.people[culture][label]
        name = self.rng.choice(names)
        if (
            self.rng.random() < 0.2 and name.isalpha()
        ):  # an invented name: the head of one, the tail of another
            other = self.rng.choice(names)
            if other.isalpha() and len(name) > 3 and len(other) > 3:
                return name[: len(name) // 2] + other[len(other) // 2 :]
        return name

    def _item(self, found: re.Match[str], culture: str) -> str:
        name, slot, options = found.groups()
        if name in ("given", "family"):
            return self._person(name, culture)
        if name:
            return self.rng.choice(self.lists[name])
        return self.build(slot, culture) if slot else self.rng.choice(options.split("|"))

    def build(self, slot: str, culture: str = "") -> str:
        """One random filling of a slot, e.g. build("OU") -> "University of Tartu"."""
        culture = culture or self.rng.choice(self.cultures)
        choices, weights = self.patterns[slot]
        pattern = self.rng.choices(choices, weights)[0]
        if not _ITEM.search(pattern):
            pattern = self.rng.choice(pattern.split("|"))
        while _ITEM.search(pattern):
            pattern = _ITEM.sub(lambda found: self._item(found, culture), pattern)
        return re.sub(r"\s+", " ", pattern.replace("+", "")).strip()

    def plain(self, slot: str) -> str:
        """A day, month, year, number or sum of money."""
        rng = self.rng
        table = {
            "D": lambda: rng.choice(_DAYS),
            "K": lambda: rng.choice(_MONTHS),
            "Y": lambda: str(rng.randint(1850, 2026)),
            "X": lambda: rng.choice(
                [str(rng.randint(2, 99)), f"{rng.randint(1, 90)},000", "three", "dozens of", "40"]
            ),
            "$": lambda: rng.choice(
                [
                    f"${rng.randint(1, 90)} million",
                    f"{rng.randint(2, 9)} billion euros",
                    f"£{rng.randint(5, 900)}m",
                ]
            ),
        }
        return table[slot]()

    def fill(self, template: str) -> Example:
        """A template with every slot filled."""
        text, spans = "", []
        for plain, slot in re.findall(r"([^{]+)|\{([A-Z$]+)\}", template):
            if not slot:
                text += plain
                continue
            name = self.build(slot) if slot in self.patterns else self.plain(slot)
            if not text and slot in ("R", "T"):
                name = name[0].upper() + name[1:]
            if slot in ENTITY_OF:
                spans.append((len(text), len(text) + len(name), ENTITY_OF[slot]))
            text += name
        return Example(text, spans)

    def refill(self, example: Example) -> Example:
        """A hand-written sentence with about half of its names replaced by names of the same type."""
        text, spans, last = "", [], 0
        for start, end, kind in example.spans:
            name = example.text[start:end]
            if self.rng.random() < 0.55 and kind != "MISC":
                name = self.build(_slot_like(name, kind))
            text += example.text[last:start]
            spans.append((len(text), len(text) + len(name), kind))
            text, last = text + name, end
        return Example(text + example.text[last:], spans)


def _slot_like(name: str, kind: str) -> str:
    if kind == "PER":
        return "P" if " " in name else "PG"
    return {"ORG": "O", "LOC": "L" if " " in name else "LC"}[kind]


def roughen(example: Example, rng: random.Random) -> Example:
    """Now and then the casing or ending real messages have; offsets stay valid because lengths do."""
    text, roll = example.text, rng.random()
    if roll < 0.04:
        text = text.lower()
    elif roll > 0.99:
        for start, end, _ in example.spans:
            text = text[:start] + text[start:end].lower() + text[end:]
    elif roll < 0.055:
        text = text.upper()
    elif roll < 0.075:
        text = re.sub(r"\b[a-z](?=[a-z]{3})", lambda found: found.group().upper(), text)
    elif roll < 0.11:
        text = text[0].lower() + text[1:] if not example.spans or example.spans[0][0] > 0 else text
    elif roll < 0.2 and text.endswith(".") and all(end < len(text) for _, end, _ in example.spans):
        text = text[:-1]
    return Example(
        text if len(text) == len(example.text) or text == example.text[:-1] else example.text, example.spans
    )


def bio(example: Example) -> tuple[list[tokens.Token], list[str]]:
    """Tokens and their BIO tags."""
    words = tokens.tokenise(example.text)
    tags = []
    for word in words:
        inside = [span for span in example.spans if span[0] <= word.start < span[1]]
        tags.append(("B-" if word.start == inside[0][0] else "I-") + inside[0][2] if inside else "O")
    return words, tags


def corpus(seed: int = 7, per_template: int = 11, per_sentence: int = 5) -> list[Example]:
    """The whole training text in a fixed random order."""
    rng = random.Random(seed)
    maker = Maker(rng)
    written = [parse(line) for line in read("sentences.txt")]
    made = [maker.fill(line) for line in read("templates.txt") for _ in range(per_template)]
    made += [maker.refill(example) for example in written for _ in range(per_sentence)]
    made = [roughen(example, rng) for example in made] + written
    rng.shuffle(made)
    return made
