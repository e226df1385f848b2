"""Train practice/sentiment: `python tools/train/sentiment.py [--check]`.

Reads the sentences in `tools/train/data/sentiment`, writes `helpers/practice/models/sentiment/weights.npz`.
`--check` trains anew and compares with the committed weights; the exit code is 1 when they differ.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from helpers.practice.models import sentiment  # noqa: E402
from helpers.practice.models.sentiment import hashing, rules  # noqa: E402
from helpers.practice.models.sentiment.lexicon import Lexicon, load  # noqa: E402
from helpers.practice.models.sentiment.text import tokens  # noqa: E402

WEIGHTS = Path(sentiment.__file__).parent / "weights.npz"
DATA = ROOT / "tools/train/data/sentiment"
SEED = 20261122
STEPS, RATE = 400, 0.05
L2_DENSE, L2_HASHED = 1e-3, 3e-4
MENDED = ("dev1.txt", "dev2.txt", "dev3.txt", "dev5.txt", "dev6.txt")  # their mistakes were read, so they train too
WORLD = "world.txt"  # what happens in the world, and who is glad or cross about it: only the hashed half learns from it
CALIBRATION = "dev7.txt"  # not trained on
COOLEST = 1.3  # least temperature: measured on dev7 while no list knew its kinds of sentences
SHORT, JOINED = 11, 24  # words of a sentence that is joined with another; joined sentences of each pattern and feeling
HASHED = 0.75  # share of the hashed half in the sum; between 0.5 and 1.4 no set changes by more than two of a hundred
STEP = 1 / 32  # hashed weights are whole multiples of it


class Example(NamedTuple):
    """A text, its target (1 glad, 0 cross, 0.5 neither) and its weight in the loss."""

    text: str
    target: float
    weight: float = 1.0


class Matrix(NamedTuple):
    """Dense features (n, d) and hashed ones as (row, bucket, value) triples."""

    dense: np.ndarray
    rows: np.ndarray
    columns: np.ndarray
    values: np.ndarray


def lines(name: str) -> list[str]:
    """Lines of a data file without comments."""
    text = (DATA / name).read_text(encoding="utf-8")
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]


def training_examples(rng: np.random.Generator) -> list[Example]:
    """Hand-written sentences and filled templates."""
    found = [Example(text, 1.0) for text in lines("positive.txt")]
    found += [Example(text, 0.0) for text in lines("negative.txt")]
    found += [Example(text, 0.5, 4.0) for text in lines("neutral.txt")]  # few, but they keep plain words without feeling
    found += [example for name in MENDED for example in development(name)]
    # The sentences about the world stay out of the joined ones: those teach how the feelings that the lexicon knows are joined.
    made = list(filled(rng)) + list(composed(rng, [example for example in found if example.target != 0.5]))
    return found + development(WORLD) + made


def composed(rng: np.random.Generator, simple: list[Example]) -> Iterator[Example]:
    """Two short sentences of opposite feeling joined by the patterns of joined.txt: {a} and {c} are the story,
    {b} is the verdict, {d} and {e} agree with it."""
    short = [example for example in simple if len(example.text.split()) <= SHORT and not set(example.text[:-1]) & set(".!?:;")]
    glad, cross = ([example.text for example in short if example.target == target] for target in (1.0, 0.0))
    for pattern in lines("joined.txt"):
        for target, verdicts, stories in ((1.0, glad, cross), (0.0, cross, glad)):
            for _ in range(JOINED):
                a, c = rng.choice(stories, 2)
                b, d, e = rng.choice(verdicts, 3)
                yield Example(joined(pattern, a=a, b=b, c=c, d=d, e=e), target, 0.25)


def joined(pattern: str, **parts: str) -> str:
    """A pattern with its parts put in; inside of a sentence they begin with a small letter and lose their full stop."""
    parts = {name: part.rstrip(".!") for name, part in parts.items()}
    small = {name: part if part[:2] in ("I ", "I'") else part[0].lower() + part[1:] for name, part in parts.items()}
    return pattern.format(**small, **{name.upper(): part for name, part in parts.items()})


def filled(rng: np.random.Generator) -> Iterator[Example]:
    """Sentences from templates.txt: `name = a | b` defines a slot, `+ text with {name}` uses it."""
    slots: dict[str, list[str]] = {}
    for line in lines("templates.txt"):
        if line[0] in "+-=":
            sign, count, pattern = re.fullmatch(r"([+=-])(\d*) (.*)", line).groups()
            texts = {fill(pattern, slots, rng) for _ in range(int(count or 8))}
            target = {"+": 1.0, "-": 0.0, "=": 0.5}[sign]
            yield from (Example(text, target, 0.4) for text in sorted(texts))
        else:
            name, choices = line.split(" = ")
            slots[name] = [choice.strip() for choice in choices.split("|")]


def fill(pattern: str, slots: dict[str, list[str]], rng: np.random.Generator) -> str:
    """One sentence with each {slot} filled at random."""
    text = re.sub(r"\{(\w+)\}", lambda match: str(rng.choice(slots[match[1]])), pattern)
    return text[0].upper() + text[1:]


def development(name: str) -> list[Example]:
    """A development file: `+ text` or `- text` a line."""
    return [Example(line[2:], float(line[0] == "+")) for line in lines(name)]


def matrix(examples: list[Example], lexicon: Lexicon) -> Matrix:
    """Features of the examples."""
    dense, rows, columns, values = [], [], [], []
    for row, example in enumerate(examples):
        words = sentiment.clipped(tokens(example.text))
        dense.append(rules.features(words, lexicon))
        length = sentiment.length_factor(len(words))
        for buckets, loudness in hashing.features(words, lexicon):
            rows += [row] * len(buckets)
            columns += buckets
            values += [loudness * length] * len(buckets)
    return Matrix(np.array(dense), np.array(rows), np.array(columns), np.array(values))


def fit(data: Matrix, targets: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Dense and hashed weights by full-batch Adam on the cross entropy with L2."""
    parameters = [np.zeros(data.dense.shape[1]), np.zeros(hashing.BUCKETS)]
    moments = [[np.zeros_like(p), np.zeros_like(p)] for p in parameters]
    weights = weights / weights.sum()
    for step in range(1, STEPS + 1):
        error = weights * (probabilities(data, *parameters) - targets)
        for at, gradient in enumerate(gradients(data, error, parameters)):
            adam(parameters[at], moments[at], gradient, step)
    return parameters[0], parameters[1]


def probabilities(data: Matrix, dense: np.ndarray, hashed: np.ndarray) -> np.ndarray:
    """P(positive) of each row."""
    return 1 / (1 + np.exp(-logits(data, dense, hashed)))


def logits(data: Matrix, dense: np.ndarray, hashed: np.ndarray) -> np.ndarray:
    """Log-odds of each row."""
    read = np.bincount(data.rows, data.values * hashed[data.columns], minlength=len(data.dense))
    return data.dense @ dense + read


def gradients(data: Matrix, error: np.ndarray, parameters: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Gradients of the loss for the dense and the hashed weights."""
    hashed = np.bincount(data.columns, data.values * error[data.rows], minlength=hashing.BUCKETS)
    return data.dense.T @ error + L2_DENSE * parameters[0], hashed + L2_HASHED * parameters[1]


def adam(parameter: np.ndarray, moments: list[np.ndarray], gradient: np.ndarray, step: int) -> None:
    """One Adam step (Kingma and Ba 2015) in place, the rate falling to nought."""
    moments[0] += 0.1 * (gradient - moments[0])
    moments[1] += 0.001 * (gradient**2 - moments[1])
    rate = RATE * (1 - step / (STEPS + 1))
    parameter -= rate * (moments[0] / (1 - 0.9**step)) / (np.sqrt(moments[1] / (1 - 0.999**step)) + 1e-8)


def temperature(scores: np.ndarray, targets: np.ndarray) -> float:
    """The divisor of the log-odds with the least cross entropy on the development set."""
    candidates = np.geomspace(COOLEST, 5, 60)
    losses = [np.mean(np.logaddexp(0, -(2 * targets - 1) * scores / t)) for t in candidates]
    return float(candidates[int(np.argmin(losses))])


def train() -> dict[str, np.ndarray]:
    """The weights as they are stored.

    The two halves are fitted apart and added: fitted together, the dense half leaves the words nothing to
    explain in the sentences that its lexicon was made with, and new sentences need the words.
    """
    lexicon = load()
    examples = training_examples(np.random.default_rng(SEED))
    data = matrix(examples, lexicon)
    targets, weights = (np.array([example[at] for example in examples]) for at in (1, 2))
    # Much of world.txt is not in the lexicon: it would only teach the dense half to trust its finds less.
    world = set(development(WORLD))
    known = weights * np.array([example not in world for example in examples])
    dense, _ = fit(half(data, dense=True), targets, known)
    _, hashed = fit(half(data, dense=False), targets, weights)
    hashed *= HASHED
    held = development(CALIBRATION)
    scores = logits(matrix(held, lexicon), dense, hashed)
    divisor = temperature(scores, np.array([example.target for example in held]))
    print(f"{len(examples)} examples, {lexicon.size} lexicon entries, temperature {divisor:.2f}")
    return {
        "dense": np.round(dense / divisor, 4).astype(np.float32),
        "hashed": np.clip(np.round(hashed / divisor / STEP), -127, 127).astype(np.int8),
        "step": np.float32(STEP),
    }


def half(data: Matrix, *, dense: bool) -> Matrix:
    """The data with the other half of its features put to nought."""
    return data._replace(dense=data.dense * dense, values=data.values * (not dense))


def report(weights: dict[str, np.ndarray], names: list[str], show: bool) -> None:
    """Accuracy on the development files, the wrong ones with `show`."""
    dense, hashed, step = (weights[name].tolist() for name in ("dense", "hashed", "step"))
    model = sentiment.Sentiment(load(), dense, hashed, step)
    for name in names:
        examples = development(name)
        positive = model.scores([example.text for example in examples])[:, 1]
        wrong = [i for i, example in enumerate(examples) if (positive[i] > 0.5) != (example.target > 0.5)]
        print(f"{name}: accuracy {1 - len(wrong) / len(examples):.3f} (n={len(examples)})")
        for i in wrong if show else []:
            print(f"  {'-+'[int(examples[i].target)]} {positive[i]:.2f} {examples[i].text}")
    neutral = model.scores(lines("dev_neutral.txt"))[:, 1]
    near = np.mean(abs(neutral - 0.5) < 0.2)
    print(f"neutral: median {np.median(neutral):.2f}, within 0.3..0.7: {near:.2f}")


def differs(fresh: dict[str, np.ndarray]) -> bool:
    """Whether the committed weights are not the ones just trained (up to rounding)."""
    with np.load(WEIGHTS) as stored:
        dense = np.max(np.abs(stored["dense"] - fresh["dense"]))
        hashed = np.max(np.abs(stored["hashed"].astype(int) - fresh["hashed"].astype(int)))
    print(f"largest difference: dense {dense:.4f}, hashed {hashed} steps")
    return bool(dense > 0.01 or hashed > 1)


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare with the committed weights")
    parser.add_argument("--show", action="store_true", help="print the development sentences that go wrong")
    options = parser.parse_args()
    fresh = train()
    names = sorted(path.name for path in DATA.glob("dev[0-9].txt"))
    report(fresh, names, options.show)
    if options.check:
        return int(differs(fresh))
    np.savez_compressed(WEIGHTS, **fresh)
    return 0


if __name__ == "__main__":
    sys.exit(main())
