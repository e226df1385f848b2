"""Trains the named-entity tagger: `python tools/train/ner.py [--check]`.

`--check` trains anew and compares with the committed weights.
A conditional random field fitted with Adagrad on minibatches. For a share of the entity tokens the
word lists are hidden, so that context and shape learn to carry the decision."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np

sys.path[:0] = [str(Path(__file__).resolve().parents[2]), str(Path(__file__).resolve().parent)]
import ner_text  # noqa: E402

from helpers.practice.models import ner  # noqa: E402
from helpers.practice.models.ner import crf, features, gazetteer, seeing  # noqa: E402

HIDE_MENTION, HIDE_TOKEN = (
    0.24,
    0.18,
)  # whole mentions, then single tokens of the rest: about 36 % of entity tokens
MIN_COUNT, EPOCHS, BATCH, RATE, DECAY = 3, 10, 48, 0.12, 1e-4
POINT = 1 / 64  # worth of one whole-number score point before calibration
SMALL = 8  # rows whose weights all lie within this many points are dropped
N = len(crf.TAGS)
BAR = np.where(crf.allowed(), 0.0, -1e4)


class Batch(NamedTuple):
    """Sentences of like length: active rows of all tokens, where each token begins, padded layout."""

    rows: np.ndarray  # (active,) feature rows of all tokens in a line
    starts: np.ndarray  # (tokens,)
    gold: np.ndarray  # (tokens,) tag numbers
    cell: np.ndarray  # (tokens,) place of each token in the flattened (sentences, longest) table
    sizes: np.ndarray  # (sentences,)
    order: np.ndarray  # sorts the active rows, with `unique` and `edges` to add up their gradients
    unique: np.ndarray
    edges: np.ndarray
    owner: np.ndarray  # (active,) the token each active row belongs to


def hide(tags: list[str], rng: random.Random) -> set[int]:
    """Numbers of the entity tokens whose lists are hidden this time."""
    hidden: set[int] = set()
    whole = False
    for i, tag in enumerate(tags):
        if tag[0] == "B":
            whole = rng.random() < HIDE_MENTION
        if tag != "O" and (whole or rng.random() < HIDE_TOKEN):
            hidden.add(i)
    return hidden


def observe(examples: list[ner_text.Example], seed: int) -> list[tuple[list[list[str]], list[int]]]:
    """Feature strings and tag numbers of every sentence; each is seen with names hidden at random."""
    rng, lists, seen = random.Random(seed), gazetteer.load(), []
    for example in examples:
        tokens, tags = ner_text.bio(example)
        hidden = hide(tags, rng)
        active = features.extract(seeing.see(tokens, lists, hidden.__contains__))
        seen.append((active, [crf.TAGS.index(tag) for tag in tags]))
    return seen


def number(observed: list) -> dict[str, int]:
    """Feature strings met often enough, in sorted order, to rows."""
    counts = Counter(name for active, _ in observed for token in active for name in token)
    return {
        name: row for row, name in enumerate(sorted(n for n, count in counts.items() if count >= MIN_COUNT))
    }


def make_batch(group: list, known: dict[str, int]) -> Batch:
    """Packs sentences into one batch."""
    rows, starts, gold, cell, owner = [], [], [], [], []
    longest = max(len(tags) for _, tags in group)
    for s, (active, tags) in enumerate(group):
        for i, token in enumerate(active):
            starts.append(len(rows))
            mine = [known[name] for name in token if name in known]
            owner += [len(cell)] * len(mine)
            rows += mine
            cell.append(s * longest + i)
        gold += tags
    flat = np.array(rows)
    order = np.argsort(flat, kind="stable")
    unique, edges = np.unique(flat[order], return_index=True)
    sizes = np.array([len(tags) for _, tags in group])
    return Batch(
        flat, np.array(starts), np.array(gold), np.array(cell), sizes, order, unique, edges, np.array(owner)
    )


def batches(observed: list, known: dict[str, int], rng: random.Random) -> list[Batch]:
    """All batches in random order."""
    ordered = sorted(observed, key=lambda pair: len(pair[1]))
    packs = [make_batch(ordered[i : i + BATCH], known) for i in range(0, len(ordered), BATCH)]
    rng.shuffle(packs)
    return packs


def _sum_exp(table: np.ndarray, axis: int) -> np.ndarray:
    top = table.max(axis, keepdims=True)
    return np.log(np.exp(table - top).sum(axis)) + top.squeeze(axis)


def expectations(
    emit: np.ndarray, step: np.ndarray, sizes: np.ndarray
) -> tuple[np.ndarray, np.ndarray, float]:
    """Forward-backward for a batch (sentences, longest, tags): tag probabilities, expected steps, log Z."""
    count, longest, _ = emit.shape
    live = np.arange(longest)[None] < sizes[:, None]
    ahead, behind = np.zeros_like(emit), np.zeros_like(emit)
    ahead[:, 0] = step[-1] + emit[:, 0]
    for i in range(1, longest):
        ahead[:, i] = _sum_exp(ahead[:, i - 1, :, None] + step[None, :-1], 1) + emit[:, i]
    for i in range(longest - 2, -1, -1):
        through = _sum_exp(step[None, :-1] + (emit[:, i + 1] + behind[:, i + 1])[:, None], 2)
        behind[:, i] = np.where(live[:, i + 1, None], through, 0.0)
    log_z = _sum_exp(ahead[np.arange(count), sizes - 1], 1)
    tag = np.exp(np.minimum(ahead + behind - log_z[:, None, None], 0.0)) * live[..., None]
    pair = (
        ahead[:, :-1, :, None]
        + step[None, None, :-1]
        + (emit[:, 1:] + behind[:, 1:])[:, :, None]
        - log_z[:, None, None, None]
    )
    steps = np.zeros_like(step)
    steps[:-1] = (np.exp(np.minimum(pair, 0.0)) * live[:, 1:, None, None]).sum((0, 1))
    steps[-1] = tag[:, 0].sum(0)
    return tag, steps, float(log_z.sum())


def gradient(batch: Batch, weights: np.ndarray, step: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Gradient of the mean log likelihood: rows of `batch.unique`, and the steps."""
    count, longest = len(batch.sizes), int(batch.sizes.max())
    emit = np.zeros((count * longest, N))
    emit[batch.cell] = np.add.reduceat(weights[batch.rows], batch.starts, axis=0)
    tag, expected, _ = expectations(emit.reshape(count, longest, N), step, batch.sizes)
    error = -tag.reshape(-1, N)[batch.cell]
    error[np.arange(len(error)), batch.gold] += 1.0
    rows = np.add.reduceat(error[batch.owner[batch.order]], batch.edges, axis=0)
    steps, last = -expected, np.concatenate([[N], batch.gold[:-1]])
    last[np.concatenate([[0], np.cumsum(batch.sizes)[:-1]])] = N
    np.add.at(steps, (last, batch.gold), 1.0)
    return rows / count, steps / count


def fit(packs: list[list[Batch]], size: int) -> tuple[np.ndarray, np.ndarray]:
    """Adagrad over the batches of several hidings in turn; the last two passes are averaged."""
    weights, step = np.zeros((size, N)), np.zeros((N + 1, N))
    past, past_step = np.full((size, N), 1e-6), np.full((N + 1, N), 1e-6)
    kept, kept_step, times = np.zeros_like(weights), np.zeros_like(step), 0
    for epoch in range(EPOCHS):
        for batch in packs[epoch % len(packs)]:
            rows, steps = gradient(batch, weights, step + BAR)
            rows -= DECAY * weights[batch.unique]
            past[batch.unique] += rows**2
            weights[batch.unique] += RATE * rows / np.sqrt(past[batch.unique])
            past_step += steps**2
            step += RATE * steps / np.sqrt(past_step)
        if epoch >= EPOCHS - 2:
            kept, kept_step, times = kept + weights, kept_step + step, times + 1
    return kept / times, kept_step / times


def train() -> dict[str, np.ndarray]:
    """The arrays of weights.npz: feature names, whole-number weights, steps, worth of a point."""
    examples = ner_text.corpus()
    views = [observe(examples, seed) for seed in (1, 2)]
    known = number(views[0] + views[1])
    rng = random.Random(3)
    weights, step = fit([batches(view, known, rng) for view in views], len(known))
    emit = np.clip(np.rint(weights / POINT), -127, 127).astype(np.int8)
    strong = np.abs(emit).max(1) > SMALL
    names = [name for name, keep in zip(known, strong, strict=True) if keep]
    return {
        "names": np.frombuffer("\n".join(names).encode(), np.uint8),
        "emit": emit[strong],
        "step": np.rint(step / POINT).astype(np.int16),
        "unit": np.array(POINT),
    }


def truth(line: str) -> tuple[ner_text.Example, set[tuple[int, int, str]]]:
    """A development sentence and its PER, ORG, LOC spans."""
    example = ner_text.parse(line)
    return example, {span for span in example.spans if span[2] != "MISC"}


def score(tagger: ner.Tagger, name: str, show: bool = False) -> float:
    """Span F1 (exact match, PER/ORG/LOC) on a development file."""
    hits = found = wanted = 0
    for line in ner_text.read(name):
        example, right = truth(line)
        mine = {(s.start, s.end, s.group) for s in tagger.spans(example.text) if s.group != "MISC"}
        hits, found, wanted = hits + len(mine & right), found + len(mine), wanted + len(right)
        if show and mine != right:
            show_errors(example, mine, right)
    return 2 * hits / (found + wanted)


def calibrate(tagger: ner.Tagger) -> float:
    """The worth of a point that makes the true tags of development set 1 most probable."""

    def loss(unit: float) -> float:
        total = 0.0
        for line in ner_text.read("dev_1.txt"):
            tokens, tags = ner_text.bio(ner_text.parse(line))
            active = features.extract(seeing.see(tokens, gazetteer.load()))
            table = crf.tag_probabilities(tagger._scores(active), unit)
            total -= sum(np.log(max(row[crf.TAGS.index(tag)], 1e-6)) for row, tag in zip(table, tags, strict=True))
        return total

    return min((POINT * k / 20 for k in range(4, 25)), key=loss)


def _by_name(path: Path) -> tuple[dict[str, np.ndarray], np.ndarray, float]:
    with np.load(path) as data:
        names = data["names"].tobytes().decode().split("\n")
        return dict(zip(names, data["emit"].astype(int), strict=True)), data["step"].astype(int), float(data["unit"])


def same(new: Path, old: Path) -> bool:
    """True when two weight files agree: two points for a weight; a row near the pruning limit may lack."""
    (rows, step, unit), (old_rows, old_step, old_unit) = _by_name(new), _by_name(old)
    shared = rows.keys() & old_rows.keys()
    close = all(np.abs(rows[name] - old_rows[name]).max() <= 2 for name in shared)
    lone = [{**rows, **old_rows}[name] for name in rows.keys() ^ old_rows.keys()]
    close = close and all(np.abs(row).max() <= SMALL + 2 for row in lone)
    return close and np.abs(step - old_step).max() <= 2 and abs(unit / old_unit - 1) < 0.2


def save(arrays: dict[str, np.ndarray], path: Path) -> None:
    """Writes the weights, then once more with the calibrated worth of a point."""
    np.savez_compressed(path, **arrays)
    arrays["unit"] = np.array(calibrate(ner.Tagger(path)))
    np.savez_compressed(path, **arrays)


def check() -> bool:
    """Trains anew and compares with the committed weights."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "weights.npz"
        save(train(), fresh)
        return same(fresh, ner.WEIGHTS)


def show_errors(example: ner_text.Example, mine: set, right: set) -> None:
    """Prints a sentence with what is missing (-) and what is too much (+)."""
    print(example.text)
    for sign, extra in (("-", right - mine), ("+", mine - right)):
        for start, end, kind in sorted(extra):
            print(f"   {sign} {kind} {example.text[start:end]}")


def main() -> int:
    """Command line; 0 when all is well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="train anew and compare with the committed weights"
    )
    parser.add_argument(
        "--score", action="store_true", help="only score the committed weights on the development sets"
    )
    parser.add_argument("--show", action="store_true", help="also print the development errors")
    options = parser.parse_args()
    if options.check:
        equal = check()
        print(
            "The weights come out the same."
            if equal
            else "The weights differ. Run tools/train/ner.py and commit them."
        )
        return 0 if equal else 1
    if not options.score:
        save(train(), ner.WEIGHTS)
    tagger = ner.Tagger()
    for path in sorted(ner_text.DATA.glob("dev_*.txt")):
        print(f"{path.name}: span F1 {score(tagger, path.name, options.show):.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
