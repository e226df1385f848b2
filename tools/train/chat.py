"""Check the passages of the practice chat model and write the files derived from them.

    python tools/train/chat.py            # check, then write words/fields.json and words/guard.json
    python tools/train/chat.py --check    # check, compute both anew and compare with the committed files

Exit code 1 when a rule is broken or a file differs. numpy is not needed."""
from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from helpers.practice.models.chat import corpus, guard, retrieve  # noqa: E402
from helpers.practice.models.chat.generate import Sampling, generate  # noqa: E402
from helpers.practice.models.chat.grammar import SlotError, first_wording, longest, parse, slots  # noqa: E402
from helpers.practice.models.chat.plan import Answers, Plan  # noqa: E402
from helpers.practice.models.chat.shape import sentences  # noqa: E402
from helpers.practice.models.chat.tasks import Planner  # noqa: E402
from helpers.practice.models.chat.tokens import Vocabulary  # noqa: E402
from helpers.practice.models.chat.words import terms  # noqa: E402

DATA = Path(__file__).parent / "data" / "chat"
ON, OFF = ("dev_on.txt", "dev_fresh.txt", "dev_symptom.txt"), ("dev_off.txt", "dev_near.txt")
LEAST = {"course": 220, "reply": 25, "meta": 10}
WORDS = {"course": (38, 92), "reply": (25, 92), "meta": (8, 92)}
SLOTS = {"course": 5, "reply": 4, "meta": 2}
LONGEST = 110
ROUNDS, RATE, DECAY = 3000, 0.5, 2e-3  # of the guard's logistic regression


def broken_rules(passages: tuple[corpus.Passage, ...]) -> Iterator[str]:
    """One sentence for each rule of the corpus that a passage breaks."""
    for kind, least in LEAST.items():
        count = sum(p.kind == kind for p in passages)
        if count < least:
            yield f"Only {count} passages of kind {kind}; {least} are wanted."
    keys = [p.key for p in passages]
    yield from (f"{key}: the key stands twice." for key in sorted({k for k in keys if keys.count(k) > 1}))
    for passage in passages:
        yield from (f"{passage.key}: {what}" for what in _broken(passage))
    yield from _repeated(passages)


def _broken(passage: corpus.Passage) -> Iterator[str]:
    try:
        tree = parse(passage.text)
    except SlotError as error:
        yield str(error)
        return
    count, (low, high) = len(first_wording(tree).split()), WORDS[passage.kind]
    if not low <= count <= high:
        yield f"{count} words; {low} to {high} are wanted."
    if longest(tree) > LONGEST:
        yield f"a wording has {longest(tree)} words; {LONGEST} is the most."
    if slots(tree) < SLOTS[passage.kind]:
        yield f"{slots(tree)} slots; at least {SLOTS[passage.kind]} are wanted."
    if passage.key != "off-topic" and not 2 <= len(passage.questions) <= 4:
        yield f"{len(passage.questions)} questions; 2 to 4 are wanted."
    yield from _glued(passage)


def _glued(passage: corpus.Passage) -> Iterator[str]:
    """A slot must begin and end where a word does."""
    text = passage.text
    for before, mark, after in zip(text, text[1:], text[2:], strict=False):
        if mark == "{" and before.isalnum() or mark == "}" and after.isalnum():
            yield f"a slot is glued to a word near {before}{mark}{after}."


def _repeated(passages: tuple[corpus.Passage, ...]) -> Iterator[str]:
    seen: dict[str, str] = {}
    for passage in passages:
        for sentence in sentences(passage.plain):
            other = seen.setdefault(sentence.lower(), passage.key)
            if other != passage.key and len(sentence.split()) > 6:
                yield f"{passage.key}: a sentence also stands in {other}: {sentence}"


def lost_questions(passages: tuple[corpus.Passage, ...]) -> list[str]:
    """Questions that do not lead to their own passage."""
    planner = Planner(Answers(retrieve.Index(passages)))
    wrong = []
    for passage in passages:
        for question in passage.questions if passage.key != "off-topic" else ():
            hits = planner.plan([{"role": "user", "content": question}]).hits
            if not hits or hits[0].passage is not passage:
                found = hits[0].passage.key if hits else "nothing"
                wrong.append(f"{passage.key}: {question!r} leads to {found}.")
    return wrong


def prompts(name: str) -> list[tuple[str, list[str]]]:
    """Development prompts with the keys of the passages that answer them."""
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    parts = [line.partition("|") for line in lines if line.strip() and not line.startswith("#")]
    return [(prompt.strip(), keys.split()) for prompt, _, keys in parts]


def fit_guard(index: retrieve.Index) -> dict[str, float]:
    """Weights of the guard by full-batch logistic regression on the development prompts."""
    rows = [(measure(index, prompt), 1.0) for name in ON for prompt, _ in prompts(name)]
    rows += [(measure(index, prompt), 0.0) for name in OFF for prompt, _ in prompts(name)]
    weights = [0.0] * len(guard.MEASURES)
    for _ in range(ROUNDS):
        slope = [DECAY * w if name != "bias" else 0.0 for w, name in zip(weights, guard.MEASURES, strict=False)]
        for values, wanted in rows:
            error = (1 / (1 + math.exp(-sum(map(float.__mul__, weights, values)))) - wanted) / len(rows)
            slope = [s + error * value for s, value in zip(slope, values, strict=False)]
        weights = [w - RATE * s for w, s in zip(weights, slope, strict=False)]
    return dict(zip(guard.MEASURES, (round(w, 3) for w in weights), strict=False))


def measure(index: retrieve.Index, prompt: str) -> tuple[float, ...]:
    """The guard's measures of one prompt."""
    bag = retrieve.weigh(terms(prompt))
    return tuple(map(float, guard.measures(bag, index.search(bag), index)))


def derived() -> dict[Path, str]:
    """The derived files with what they should hold."""
    passages = corpus.load()
    fields = [retrieve.fields_of(passage) for passage in passages]
    table = json.dumps({"mark": retrieve.mark(), "fields": fields}, ensure_ascii=False, separators=(",", ":"))
    weights = json.dumps(fit_guard(retrieve.Index(passages, fields)), indent=1)
    return {retrieve.FILE: table + "\n", guard.FILE: weights + "\n"}


def report(passages: tuple[corpus.Passage, ...]) -> None:
    """Counts, and the share of development prompts treated rightly."""
    planner = Planner(Answers(retrieve.Index(passages)))
    on = [(planner.plan([{"role": "user", "content": p}]), keys) for name in ON for p, keys in prompts(name)]
    off = [planner.plan([{"role": "user", "content": p}]) for name in OFF for p, _ in prompts(name)]
    right = sum(plan.verdict.on_topic and plan.hits[0].passage.key in keys for plan, keys in on)
    honest = sum("practice model" in _said(plan) for plan in off)
    words = sum(len(p.plain.split()) for p in passages)
    print(f"{len(passages)} passages, {words} words, {sum(len(p.questions) for p in passages)} questions; "
          f"development: {right} of {len(on)} on-topic prompts find their passage, "
          f"{honest} of {len(off)} off-topic ones get the honest sentence")


def _said(plan: Plan) -> str:
    return "".join(step.text for step in generate(plan.mixture, Sampling(temperature=0), Vocabulary([])))


def main() -> int:
    """Run the checks; write or compare the derived files."""
    plain = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=plain)
    parser.add_argument("--check", action="store_true", help="compare with the committed files, write none")
    check = parser.parse_args().check
    passages = corpus.load()
    trouble = list(broken_rules(passages))
    for path, content in derived().items():
        if not check:
            path.write_text(content, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != content:
            trouble.append(f"{path.relative_to(ROOT)} differs. Run python tools/train/chat.py.")
    guard.weights.cache_clear()
    trouble += lost_questions(passages)
    report(passages)
    print("\n".join(trouble) or "all rules kept")
    return 1 if trouble else 0


if __name__ == "__main__":
    sys.exit(main())
