"""An independent judge of flat pictures: which shape, in which colour, on which background.

It knows nothing of the model that painted them: colours are named by distance to a palette of its own, and
the shape is the reference outline, drawn here, that overlaps the picture's mask best.
"""
from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np

SIDE = 128  # pixels of the reduced picture that is judged
REFERENCE = 64  # side of the compared masks
ANGLES = (-15, -10, -5, 0, 5, 10, 15)  # degrees; a square turned by 45 would be a diamond
MIN_OVERLAP = 0.55  # below this the outline is none of the eight shapes

# Several shades a name, sRGB: a person calls all of them by that name.
PALETTE: dict[str, tuple[tuple[int, int, int], ...]] = {
    "red": ((220, 30, 30), (180, 20, 25), (240, 70, 60)),
    "green": ((30, 150, 60), (60, 190, 80), (20, 100, 40), (0, 255, 0)),
    "blue": ((30, 70, 210), (60, 110, 230), (20, 30, 140), (0, 0, 255)),
    "yellow": ((250, 220, 40), (255, 240, 110), (255, 255, 0)),
    "orange": ((250, 140, 20), (240, 120, 30), (255, 165, 0)),
    "purple": ((125, 40, 160), (90, 30, 130), (150, 80, 200)),
    "white": ((255, 255, 255), (240, 240, 240)),
    "black": ((0, 0, 0), (30, 30, 30)),
    "pink": ((255, 150, 185), (250, 110, 170), (255, 192, 203)),
    "brown": ((125, 75, 35), (95, 55, 30), (150, 95, 55), (165, 42, 42)),
    "grey": ((128, 128, 128), (165, 165, 165), (95, 95, 95)),
    "cyan": ((30, 200, 215), (0, 255, 255), (90, 220, 230)),
}
NAMES = tuple(PALETTE)
Points = Callable[[np.ndarray, np.ndarray], np.ndarray]  # (x, y), y upwards, -> inside?


class Verdict(NamedTuple):
    """What the judge sees; `overlap` is the intersection over union with the reference outline, 0 to 1."""

    shape: str
    color: str
    background: str
    overlap: float


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIE L*a*b* (D65) of sRGB values 0..255, last axis 3; formulas of IEC 61966-2-1 and CIE 15."""
    c = np.asarray(rgb, float) / 255
    linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    matrix = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = linear @ matrix.T / np.array([0.9505, 1.0, 1.089])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], -1)


def color_names(pixels: np.ndarray) -> np.ndarray:
    """Index into NAMES for every pixel of an (..., 3) array: the name of the nearest palette shade in Lab."""
    shades = np.array([shade for name in NAMES for shade in PALETTE[name]])
    owner = np.repeat(np.arange(len(NAMES)), [len(PALETTE[name]) for name in NAMES])
    distance = ((lab(pixels)[..., None, :] - lab(shades)) ** 2).sum(-1)
    return owner[distance.argmin(-1)]


def most_common(names: np.ndarray) -> int:
    return int(np.bincount(names.ravel(), minlength=len(NAMES)).argmax())


def reduce(pixels: np.ndarray) -> np.ndarray:
    """The picture in SIDE x SIDE block means, so that single odd pixels do not count."""
    rows, cols = (np.linspace(0, n, SIDE + 1).astype(int) for n in pixels.shape[:2])
    summed = np.add.reduceat(np.add.reduceat(pixels.astype(float), rows[:-1], 0), cols[:-1], 1)
    return summed / (np.diff(rows)[:, None] * np.diff(cols))[..., None]


def border(values: np.ndarray, width: int = SIDE // 25) -> np.ndarray:
    frame = np.ones(values.shape[:2], bool)
    frame[width:-width, width:-width] = False
    return values[frame]


def without_specks(mask: np.ndarray) -> np.ndarray:
    """Drops mask pixels with fewer than four of their eight neighbours in the mask."""
    padded = np.pad(mask, 1).astype(int)
    views = np.lib.stride_tricks.sliding_window_view(padded, (3, 3))
    return mask & (views.sum((2, 3)) - mask >= 4)


def normalised(mask: np.ndarray) -> np.ndarray:
    """The mask's bounding box, stretched to REFERENCE x REFERENCE; all false when the mask is empty."""
    rows, cols = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not rows.size:
        return np.zeros((REFERENCE, REFERENCE), bool)
    pick = (np.arange(REFERENCE) + 0.5) / REFERENCE
    r = rows[0] + (pick * (rows[-1] - rows[0] + 1)).astype(int)
    c = cols[0] + (pick * (cols[-1] - cols[0] + 1)).astype(int)
    return mask[np.ix_(r, c)]


def star(inner: float) -> Points:
    def inside(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        # folded into one tenth: 0 at a tip, pi/5 in a notch
        turn = np.abs((np.arctan2(x, y) + np.pi / 5) % (2 * np.pi / 5) - np.pi / 5)
        px, py = np.hypot(x, y) * np.cos(turn), np.hypot(x, y) * np.sin(turn)
        qx, qy = inner * np.cos(np.pi / 5), inner * np.sin(np.pi / 5)
        return (px - 1) * qy - py * (qx - 1) <= 0  # on the centre's side of the edge from tip to notch
    return inside


def cross(arm: float) -> Points:
    return lambda x, y: (np.minimum(abs(x), abs(y)) <= arm) & (np.maximum(abs(x), abs(y)) <= 1)


def ring(hole: float) -> Points:
    return lambda x, y: (np.hypot(x, y) <= 1) & (np.hypot(x, y) >= hole)


def lobes(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """A heart of two discs on a turned square."""
    discs = np.hypot(abs(x) - 0.45, y - 0.35) <= 0.5
    return discs | ((abs(x) / 0.9 - y / 1.0 <= 0.82) & (y <= 0.35) & (abs(x) <= 0.9))


OUTLINES: tuple[tuple[str, Points], ...] = (
    ("circle", lambda x, y: np.hypot(x, y) <= 1),
    ("square", lambda x, y: np.maximum(abs(x), abs(y)) <= 1),
    ("triangle", lambda x, y: (y >= -0.8) & (y <= 0.9 - 1.7 * abs(x))),
    ("diamond", lambda x, y: abs(x) + abs(y) <= 1),
    ("heart", lambda x, y: ((1.2 * x) ** 2 + (1.2 * y) ** 2 - 1) ** 3 <= (1.2 * x) ** 2 * (1.2 * y) ** 3),
    ("heart", lobes),
    *(("star", star(inner)) for inner in (0.38, 0.45, 0.52)),
    *(("cross", cross(arm)) for arm in (0.2, 0.28, 0.36)),
    *(("ring", ring(hole)) for hole in (0.4, 0.55, 0.7, 0.8)),
)


@lru_cache(maxsize=1)
def references() -> tuple[tuple[str, ...], np.ndarray]:
    """Names and masks (n, REFERENCE, REFERENCE) of every outline at every angle."""
    axis = np.linspace(-1.5, 1.5, 3 * REFERENCE)
    x, y = np.meshgrid(axis, -axis)
    turned = [(x * np.cos(a) + y * np.sin(a), y * np.cos(a) - x * np.sin(a)) for a in np.radians(ANGLES)]
    pairs = [(name, normalised(inside(*xy))) for name, inside in OUTLINES for xy in turned]
    return tuple(name for name, _ in pairs), np.array([mask for _, mask in pairs])


def name_shape(mask: np.ndarray) -> tuple[str, float]:
    """The best-fitting shape name ("none" below MIN_OVERLAP) and its intersection over union."""
    names, masks = references()
    own = normalised(mask)
    scores = (masks & own).sum((1, 2)) / (masks | own).sum((1, 2))
    best = int(scores.argmax())
    return (names[best] if scores[best] >= MIN_OVERLAP else "none"), float(scores[best])


def judge(pixels: np.ndarray) -> Verdict:
    """Judges a picture, (height, width, 3) uint8, at least SIDE pixels a side."""
    small = reduce(pixels)
    names = color_names(small)
    back = most_common(border(names))
    others = without_specks(names != back)
    if not others.any():
        return Verdict("none", "none", NAMES[back], 0.0)
    front = most_common(names[others])
    means = [np.median(lab(small)[names == name], axis=0) for name in (front, back)]
    to_front, to_back = (((lab(small) - mean) ** 2).sum(-1) for mean in means)
    nearer = to_front < to_back  # by distance, not by name: edge pixels are blends
    shape, overlap = name_shape(without_specks(nearer))
    return Verdict(shape, NAMES[front], NAMES[back], overlap)
