"""Makes the zero-shot model: which concept belongs to which topics, and settings fitted on labelled texts."""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np

from helpers.practice.models import embed
from helpers.practice.models.zero_shot import WEIGHTS, ZeroShot, from_arrays
from tools.train.embed_lexicon import Concept, parse

DATA = Path(__file__).parent / "data" / "zero_shot"
SETTINGS = {"own": 0.3, "attention": 6.0, "frame": 1.0, "frame_focus": 2.0, "kinship": 1.0, "embedding": 1.2, "words": 0.1,
            "temperature": 0.06, "threshold": 0.25, "sharpness": 0.05}
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
    return {"members": pairs, "shares": shares, "settings": np.array(list(settings.values())),
            "names": np.frombuffer(" ".join(settings).encode(), np.uint8)}


if __name__ == "__main__":
    np.savez_compressed(WEIGHTS, **arrays(SETTINGS))
    print(f"zero_shot: {WEIGHTS.stat().st_size / 1024:.0f} KB")
