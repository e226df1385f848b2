"""Text to image: a tiny diffusion model of a world with one flat shape on a plain background; see card.md."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from . import denoise, words
from .enlarge import enlarge
from .scenes import Canvas, Wish

SIDE = 64  # of the small canvas, when it is square
LEAST = 28  # pixels on the shorter side of a long canvas


class Picture(NamedTuple):
    """A painted picture; `unknown` holds the prompt's words outside the painter's vocabulary."""

    pixels: np.ndarray  # (height, width, 3) uint8
    unknown: list[str]
    seed: int


class Painter:
    """The practice image model. Calls are independent of each other and may run in several threads."""

    def paint(
        self,
        prompt: str,
        *,
        width: int = 512,
        height: int = 512,
        steps: int = 20,
        guidance: float = 3.0,
        seed: int | None = None,
        negative_prompt: str = "",
    ) -> Picture:
        """A picture of `prompt`.

        `steps` denoising steps (1 gives a blurry average); `guidance` 0 ignores both prompts, 1 follows
        them, more exaggerates. What `negative_prompt` names does not appear, unless `prompt` asks for it.
        The same seed gives the same picture; None draws one at random.
        Raises ValueError for a size or number of steps below 1."""
        if min(width, height, steps) < 1:
            raise ValueError(
                f"Width {width}, height {height}, steps {steps}: each must be 1 or more. Use 512, 512, 20."
            )
        seed = secrets.randbelow(2**31) if seed is None else seed
        canvas = _canvas(width, height)
        *_, last = _estimates(prompt, negative_prompt, canvas, steps, guidance, seed)
        return Picture(enlarge(_picture(last, canvas), height, width), words.read(prompt).unknown, seed)

    def trace(
        self, prompt: str, *, steps: int = 20, guidance: float = 3.0, seed: int = 0, negative_prompt: str = ""
    ) -> list[np.ndarray]:
        """The denoised estimate after each step, (64, 64, 3) uint8 each; the last is the small picture."""
        canvas = Canvas(SIDE, SIDE)
        found = _estimates(prompt, negative_prompt, canvas, steps, guidance, seed)
        return [np.rint(_picture(one, canvas) * 255).astype(np.uint8) for one in found]


def _canvas(width: int, height: int) -> Canvas:
    """A small canvas of the same proportions and about SIDE * SIDE pixels."""
    ratio = (width / height) ** 0.5
    scale = max(1.0, LEAST / (SIDE * min(ratio, 1 / ratio)))
    return Canvas(round(SIDE * scale / ratio), round(SIDE * scale * ratio))


def _barred(negative: str) -> Wish:
    """What a negative prompt rules out; a colour named alone is ruled out in both places."""
    barred = words.read(negative).wish
    alone = barred.colour and not barred.shape and not barred.background
    return barred._replace(background=barred.colour) if alone else barred


def _estimates(
    prompt: str, negative: str, canvas: Canvas, steps: int, guidance: float, seed: int
) -> Iterator[np.ndarray]:
    banks = (
        denoise.bank(Wish(), Wish(), canvas),
        denoise.bank(words.read(prompt).wish, _barred(negative), canvas),
    )
    return denoise.estimates(banks, canvas.height * canvas.width, steps=steps, guidance=guidance, seed=seed)


def _picture(estimate: np.ndarray, canvas: Canvas) -> np.ndarray:
    """(pixels, 3) in -1..1 to (height, width, 3) in 0..1, rounded so that every machine shows the same."""
    return np.clip(np.round((estimate + 1) / 2, 6), 0, 1).reshape(*canvas, 3)


@lru_cache(maxsize=1)
def load() -> Painter:
    """The painter; its banks of scenes are made when they are first needed."""
    return Painter()
