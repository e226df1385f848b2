"""Makes the zero-shot model: cues of fields and forms, topics of concepts, settings fitted on labelled texts."""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402

from helpers.practice.models import embed  # noqa: E402
from helpers.practice.models.zero_shot import WEIGHTS, from_arrays  # noqa: E402
from tools.train import zero_shot_fields  # noqa: E402
from tools.train.embed_lexicon import Concept, parse  # noqa: E402

DATA = Path(__file__).parent / "data" / "zero_shot"
SETTINGS = {
    "own": 0.3,
    "attention": 8.0,
    "frame": 1.0,
    "frame_focus": 20.0,
    "cues": 1.0,
    "form": 0.8,
    "kinship": 0.1,
    "embedding": 0.4,
    "temperature": 0.06,
    "threshold": 0.25,
    "sharpness": 0.05,
}
TOPIC, SECOND, DOMAIN = 0.8, 0.5, 0.4


def members(concepts: list[Concept]) -> tuple[np.ndarray, np.ndarray]:
    """(n, 2) pairs of concept and topic or domain, and (n,) the shares; a concept's shares have length 1."""
    names = [c.name for c in concepts if c.kind != "line"]
    number = {name: i for i, name in reversed(list(enumerate(names)))}
    pairs: list[tuple[int, int]] = []
    shares: list[float] = []
    for i, c in enumerate(concepts):
        own = {number[t]: TOPIC if k == 0 else SECOND for k, t in enumerate(c.topics)}
        if c.domain != "-":
            own[number[c.domain]] = max(own.get(number[c.domain], 0), DOMAIN if c.kind != "domain" else 1.0)
        length = sum(s * s for s in own.values()) ** 0.5
        pairs += [(i, t) for t in own]
        shares += [s / length for s in own.values()]
    return np.array(pairs, np.uint16), np.array(shares, np.float16)


def arrays(settings: dict[str, float]) -> dict[str, np.ndarray]:
    """The arrays of weights.npz."""
    pairs, shares = members(parse())
    return {
        "members": pairs,
        "shares": shares,
        "settings": np.array(list(settings.values())),
        "names": np.frombuffer(" ".join(settings).encode(), np.uint8),
        **zero_shot_fields.arrays(embed.load()),
    }


def cases() -> list[dict]:
    """The labelled texts that temperature and threshold are fitted on (`dev_4` to `dev_8`
    are kept out)."""
    return [
        json.loads(line) for n in (1, 2, 3) for line in (DATA / f"dev_{n}.jsonl").read_text().splitlines()
    ]


def calibrated(settings: dict[str, float]) -> dict[str, float]:
    """Settings with temperature and sigmoid of least log loss, found on grids (a right label fits, the
    others do not)."""
    model = from_arrays(arrays(settings), embed.load())
    rows = [
        (model.fit(c["text"], c["labels"], "This example is {}."), c["labels"].index(c["label"]))
        for c in cases()
    ]
    temperature = min(np.arange(0.05, 0.5, 0.01), key=lambda t: _softmax_loss(rows, t))
    fits = np.concatenate([fit for fit, _ in rows])
    right = np.concatenate([np.arange(len(fit)) == gold for fit, gold in rows])
    grid = [(t, s) for t in np.arange(0.0, 1.2, 0.02) for s in np.arange(0.04, 0.4, 0.02)]
    threshold, sharpness = min(grid, key=lambda g: _sigmoid_loss(fits, right, *g))
    found = {"temperature": temperature, "threshold": threshold, "sharpness": sharpness}
    return settings | {name: round(float(value), 3) for name, value in found.items()}


def _softmax_loss(rows: list[tuple[np.ndarray, int]], temperature: float) -> float:
    return float(sum(np.log(np.exp((fit - fit[gold]) / temperature).sum()) for fit, gold in rows))


def _sigmoid_loss(fits: np.ndarray, right: np.ndarray, threshold: float, sharpness: float) -> float:
    # Both answers weigh the same, though four labels in five are wrong.
    loss = np.logaddexp(0, np.where(right, -1, 1) * (fits - threshold) / sharpness)
    return float(loss[right].mean() + loss[~right].mean())


def _alike(made: np.ndarray, stored: np.ndarray | None) -> bool:
    if stored is None or made.shape != stored.shape:
        return False
    return np.array_equal(made, stored) if made.dtype.kind == "u" else np.allclose(made, stored, atol=0.05)


def main() -> int:
    """Fits and writes the weights; with --check fits and compares, returning 1 on a difference."""
    made = arrays(calibrated(SETTINGS))
    if "--check" in sys.argv:
        with np.load(WEIGHTS) as stored:
            same = all(_alike(made[name], stored.get(name)) for name in made)
        print("zero_shot: " + ("the weights can be made again" if same else "the weights differ"))
        return 0 if same else 1
    np.savez_compressed(WEIGHTS, **made)
    print(f"zero_shot: {len(made['shares'])} memberships, {WEIGHTS.stat().st_size / 1024:.0f} KB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
