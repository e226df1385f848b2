"""Analytic diffusion: the exact denoiser of a finite world, and the walk from noise to a picture.

Every scene is background + mask * (colour - background). The best guess of the picture behind a noisy one is
the mean of all scenes, each weighted by exp(-distance^2 / (2 sigma^2)) (the posterior mean; Miyasawa 1961).
Distances to all colour pairs of a mask follow from three sums, so a bank of some hundred masks stands for
tens of thousands of scenes."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from .scenes import COLOURS, SHAPES, Canvas, Wish, choices, masks

NAMES = list(COLOURS)
_RGB = np.array([COLOURS[name] for name in NAMES]) / 127.5 - 1.0  # (12, 3) in -1..1
_INK, _GROUND = (index.ravel() for index in np.divmod(np.arange(len(NAMES) ** 2), len(NAMES)))
_GROUNDS = _RGB[_GROUND]  # (144, 3) background of each colour pair
_STEPS_OF_INK = _RGB[_INK] - _GROUNDS  # (144, 3) from the background to the shape's colour
SIGMA_START, SIGMA_END = 160.0, 0.08
GRID = 256  # noisy pictures are rounded to 1/GRID, so that last-bit differences between machines die out
SOME, ALL = 112, 344  # masks of a bank made for a wish, and of the bank of everything
SHARE = 0.1  # weight of the wish's own scenes in the bank of everything; without them guidance leaves ghosts


class Bank(NamedTuple):
    """Masks with the sums the denoiser needs, and log weights of masks and colour pairs."""

    masks: np.ndarray  # (n, pixels)
    area: np.ndarray  # (n,) sum of the mask
    square: np.ndarray  # (n,) sum of its squares
    pairs: np.ndarray  # (144,) log weight of each colour pair, -inf where ruled out


def _pair_weights(wish: Wish, barred: Wish) -> np.ndarray:
    inks = [NAMES.index(name) for name in choices(wish.colour, barred.colour, NAMES)]
    grounds = [NAMES.index(name) for name in choices(wish.background, barred.background, NAMES)]
    allowed = np.isin(_INK, inks) & np.isin(_GROUND, grounds)
    if not (wish.colour and wish.colour == wish.background):
        allowed &= _INK != _GROUND
    with np.errstate(divide="ignore"):
        return np.log(allowed / allowed.sum())


@lru_cache(maxsize=2)
def bank(wish: Wish, barred: Wish, canvas: Canvas) -> Bank:
    """Scenes that fulfil `wish` and show nothing barred, the rest at random; the same ones every time."""
    rng = np.random.default_rng(zlib.crc32(repr((*wish, *barred, *canvas)).encode()))
    free = not any(wish + barred)
    shapes = choices(wish.shape, barred.shape, list(SHAPES))
    count = (ALL if free else SOME) // len(shapes)
    drawn = np.concatenate([masks(rng, shape, wish, barred, canvas, count) for shape in shapes])
    return Bank(drawn, drawn.sum(1), np.einsum("ij,ij->i", drawn, drawn), _pair_weights(wish, barred))


class Weighed(NamedTuple):
    """A bank seen from a noisy picture: log weight of everything in it, and its mean picture."""

    log_total: float
    mean: np.ndarray  # (pixels, 3)


def posterior(scenes: Bank, noisy: np.ndarray, sigma: float) -> Weighed:
    """The mean of all scenes of a bank, weighted by how likely each lies behind `noisy` (pixels, 3)."""
    inner = scenes.masks @ noisy  # exact: whole multiples of a power of two
    total = noisy.sum(0)
    distance = -2 * inner @ _STEPS_OF_INK.T
    distance += 2 * np.outer(scenes.area, (_STEPS_OF_INK * _GROUNDS).sum(1))
    distance += np.outer(scenes.square, (_STEPS_OF_INK**2).sum(1))
    distance += len(noisy) * (_GROUNDS**2).sum(1) - 2 * _GROUNDS @ total
    logs = scenes.pairs - distance / (2 * sigma**2) - np.log(len(scenes.masks))
    top = logs.max()
    weights = np.exp(logs - top)
    whole = weights.sum()
    weights /= whole
    mean = weights.sum(0) @ _GROUNDS + scenes.masks.T @ (weights @ _STEPS_OF_INK)
    return Weighed(float(top + np.log(whole)), mean)


def mix(most: Weighed, some: Weighed, share: float = SHARE) -> np.ndarray:
    """The mean over two banks of which the second has prior weight `share`."""
    lean = np.clip(some.log_total - most.log_total + np.log(share / (1 - share)), -700, 700)
    part = 1 / (1 + np.exp(-lean))
    return most.mean + part * (some.mean - most.mean)


def guess(noisy: np.ndarray, sigma: float, guidance: float, banks: tuple[Bank, Bank]) -> np.ndarray:
    """The denoised estimate: from `banks[0]`, which holds everything, towards `banks[1]`, the prompt's."""
    everything = posterior(banks[0], noisy, sigma)
    if guidance == 0:
        return everything.mean
    wanted = posterior(banks[1], noisy, sigma)
    plain = mix(everything, wanted)
    return np.clip(plain + guidance * (wanted.mean - plain), -1.0, 1.0)


def sigmas(steps: int) -> np.ndarray:
    """Noise levels of `steps` steps, in equal ratios from SIGMA_START to SIGMA_END, and a last 0."""
    return np.append(np.geomspace(SIGMA_START, SIGMA_END, steps) if steps > 1 else [SIGMA_START], 0.0)


def estimates(
    banks: tuple[Bank, Bank], pixels: int, *, steps: int, guidance: float, seed: int
) -> Iterator[np.ndarray]:
    """The denoised estimate (pixels, 3) in -1..1 after each step; the last one is the picture."""
    noise = np.random.default_rng(seed).standard_normal((pixels, 3))
    levels = sigmas(steps)
    noisy = noise * SIGMA_START
    for now, then in zip(levels, levels[1:], strict=False):
        noisy = np.rint(noisy * GRID) / GRID
        clean = guess(noisy, now, guidance, banks)
        yield clean
        noisy = clean + (noisy - clean) * (then / now)
