"""Quality of the practice models on held-out sentences: one line per figure (name, floor, measured, n).

    python benchmarks/quality.py [sentiment zero_shot paraphrase ner chat image] [--set SET] [--json FILE] [--show-errors]

SET is the folder of held-out files: heldout, heldout2 or both (the default). Prints scores only.
`--show-errors` also prints the texts that went wrong; it is for the editor of the held-out files,
never for somebody who trains a model (see heldout/README.md).
"""
from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections.abc import Callable, Iterable
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).resolve().parent
MODELS = "helpers.practice.models"
SETS = ("heldout", "heldout2")  # written a week apart, by different authors
Row = dict[str, Any]
Read = Callable[[str], list[Row]]  # name of a file -> its rows


class Figure(NamedTuple):
    """One measured number; `floor` None when only the whole set has one; `errors` are shown on request."""

    name: str
    floor: float | None
    measured: float
    n: int
    errors: list[str]


def rows(folder: str, name: str) -> list[Row]:
    lines = (HERE / folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def share(name: str, floor: float | None, outcomes: Iterable[tuple[bool, str]]) -> Figure:
    """The share of right outcomes; each is (right, what to show when wrong)."""
    listed = list(outcomes)
    right = sum(ok for ok, _ in listed)
    return Figure(name, floor, right / len(listed), len(listed), [note for ok, note in listed if not ok])


def sentiment(model: Any, module: Any, read: Read) -> list[Figure]:
    data = read("sentiment")
    scores = model.scores([row["text"] for row in data])
    told = [module.LABELS[best] for best in scores.argmax(axis=1)]
    outcomes = [(t == row["label"], f"{t}: {row['text']}") for t, row in zip(told, data, strict=True)]
    return [share("sentiment", 0.85, outcomes)]


def zero_shot(model: Any, module: Any, read: Read) -> list[Figure]:
    def outcome(row: Row) -> tuple[bool, str]:
        scores = model.scores(row["text"], row["labels"])
        told = row["labels"][scores.index(max(scores))]
        return told == row["label"], f"{told}, not {row['label']}: {row['text']}"

    outcomes = [(row["part"], outcome(row)) for row in read("zero_shot")]
    everyday = [result for part, result in outcomes if part == "everyday"]
    return [share("zero_shot", 0.70, [result for _, result in outcomes]),
            share("zero_shot_everyday", None, everyday)]


def paraphrase(model: Any, module: Any, read: Read) -> list[Figure]:
    data = read("paraphrase")
    found = model.embed([r["query"] for r in data]) @ model.embed([r["target"] for r in data]).T
    outcomes = [(int(best) == i, f"{data[i]['query']} -> {data[best]['target']}")
                for i, best in enumerate(found.argmax(axis=1))]
    apart = [result for row, result in zip(data, outcomes, strict=True) if not row["overlap"]]
    return [share("paraphrase", 0.75, outcomes), share("paraphrase_no_overlap", None, apart)]


def ner(model: Any, module: Any, read: Read) -> list[Figure]:
    data, true, told = read("ner"), set(), set()
    for i, row in enumerate(data):
        true |= {(i, *entity) for entity in row["entities"]}
        told |= {(i, s.start, s.end, s.group) for s in model.spans(row["text"]) if s.group != "MISC"}
    f1 = 2 * len(true & told) / max(1, len(true) + len(told))
    notes = [span_error(data[i]["text"], start, end, group, (i, start, end, group) in true)
             for i, start, end, group in sorted(true ^ told)]
    return [Figure("ner_span_f1", 0.75, f1, len(data), notes)]


def span_error(text: str, start: int, end: int, group: str, missed: bool) -> str:
    return f"{'missed' if missed else 'invented'} {group} {text[start:end]!r}: {text}"


def chat(model: Any, module: Any, read: Read) -> list[Figure]:
    def reply(prompt: str) -> str:
        steps = model.chat([{"role": "user", "content": prompt}], max_tokens=120, temperature=0)
        return "".join(step.text for step in steps)

    def on_topic(row: Row) -> tuple[bool, str]:
        text = reply(row["prompt"])
        made = all(any(words in text.lower() for words in point) for point in row["points"])
        return made and not disclaims(text), f"{row['prompt']} -> {text}"

    def off_topic(row: Row) -> tuple[bool, str]:
        text = reply(row["prompt"])
        return disclaims(text), f"{row['prompt']} -> {text}"

    return [share("chat_on_topic", 0.75, map(on_topic, read("chat_on"))),
            share("chat_off_topic", 0.75, map(off_topic, read("chat_off")))]


def disclaims(reply: str) -> bool:
    """Whether a reply is the honest sentence for questions that the model knows nothing about."""
    return "practice model" in reply.lower()


def image(model: Any, module: Any, read: Read) -> list[Figure]:
    from quality_image import judge

    def drawn(seed: int, row: Row) -> tuple[bool, str]:
        seen = judge(model.paint(row["prompt"], seed=seed).pixels)
        return seen[:3] == (row["shape"], row["color"], row["background"]), f"{seen}: {row['prompt']}"

    def warned(row: Row) -> tuple[bool, str]:
        told = {word.lower() for word in model.paint(row["prompt"], seed=0, steps=2).unknown}
        return set(row["unknown"]) <= told, f"{sorted(told)}: {row['prompt']}"

    data = read("image")
    return [share("image", 0.90, [drawn(i, row) for i, row in enumerate(data) if "shape" in row]),
            share("image_unknown_words", 0.90, [warned(row) for row in data if "unknown" in row])]


# figure group -> (folder of the model, how it is measured)
GROUPS: dict[str, tuple[str, Callable[[Any, Any, Read], list[Figure]]]] = {
    "sentiment": ("sentiment", sentiment),
    "zero_shot": ("zero_shot", zero_shot),
    "paraphrase": ("embed", paraphrase),
    "ner": ("ner", ner),
    "chat": ("chat", chat),
    "image": ("image", image),
}
ALIASES = {"embed": "paraphrase"}  # the model's own name


def exists(module: str) -> bool:
    """Whether a model's package has been written (a bare folder is not enough)."""
    try:
        spec = find_spec(module)
    except ModuleNotFoundError:
        return False
    return spec is not None and spec.origin is not None


def measure(name: str, folder: str = SETS[0]) -> list[Figure] | None:
    """The figures of one group on the held-out files in `folder`, or None when its model is not there yet."""
    package, score = GROUPS[name]
    if not exists(f"{MODELS}.{package}"):
        return None
    module = importlib.import_module(f"{MODELS}.{package}")
    return score(module.load(), module, partial(rows, folder))


def line(figure: Figure) -> str:
    floor = "   -" if figure.floor is None else f"{figure.floor:.2f}"
    mark = "" if figure.floor is None else ("  ok" if figure.measured >= figure.floor else "  BELOW")
    return f"{figure.name:<24} floor {floor}  measured {figure.measured:.3f}  n {figure.n}{mark}"


def parse(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Score the practice models on the held-out files.")
    parser.add_argument("names", nargs="*", metavar="name", help=f"default: all of {', '.join(GROUPS)}")
    parser.add_argument("--set", choices=[*SETS, "both"], default="both", help="folder of held-out files (default: both)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE")
    parser.add_argument("--show-errors", action="store_true", help="print what went wrong (editor only)")
    args = parser.parse_args(argv)
    args.names = [ALIASES.get(name, name) for name in args.names] or list(GROUPS)
    for name in set(args.names) - set(GROUPS):
        parser.error(f"unknown name {name!r}; choose from {', '.join(GROUPS)}")
    return args


def reported(name: str, folder: str, show_errors: bool) -> list[Figure]:
    """Measures one group and prints its lines as they come."""
    figures = measure(name, folder)
    if figures is None:
        print(f"{name:<24} not there yet")
    for figure in figures or []:
        print(line(figure), *(f"    {note}" for note in figure.errors if show_errors), sep="\n", flush=True)
    return figures or []


def public(figure: Figure, folder: str) -> dict[str, Any]:
    """What may be written to a file: the figure without the texts."""
    return {"set": folder, "name": figure.name, "floor": figure.floor, "measured": round(figure.measured, 4), "n": figure.n}


def main(argv: list[str] | None = None) -> int:
    args = parse(argv)
    figures = []
    for folder in SETS if args.set == "both" else [args.set]:
        print(f"# {folder}")
        figures += [public(figure, folder) for name in args.names for figure in reported(name, folder, args.show_errors)]
    if args.json:
        args.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.path[:0] = [str(HERE.parent), str(HERE)]
    sys.exit(main())
