"""The practice painter: it reads free wording, reports what it does not know, and its settings act."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from helpers.practice.models import image
from helpers.practice.models.image import words
from helpers.practice.models.image.scenes import COLOURS, SHAPES, Canvas, Wish, masks

NAMES = list(COLOURS)
PALETTE = np.array(list(COLOURS.values()), float)
READINGS = [
    ("a red circle on a blue background", ("circle", "red", "blue", None, None)),
    ("draw me a big green heart, white background", ("heart", "green", "white", "large", None)),
    ("purple triangle, grey wall behind it", ("triangle", "purple", "grey", None, None)),
    (
        "blue backdrop with a small yellow star in the top left corner",
        ("star", "yellow", "blue", "small", "top left"),
    ),
    ("green is the background, yellow is the star", ("star", "yellow", "green", None, None)),
    ("Shape: ring, colour: pink, background: black", ("ring", "pink", "black", None, None)),
    (
        "fill the sky with orange and put a tiny disc right in the middle",
        ("circle", None, "orange", "small", "centre"),
    ),
    (
        "a black box on brown paper, lower right-hand corner",
        ("square", "black", "brown", None, "bottom right"),
    ),
    ("A plus sign. It is white. The canvas should be cyan.", ("cross", "white", "cyan", None, None)),
]


def colours(pixels: np.ndarray) -> tuple[str, str]:
    """(shape's colour, background's colour) of a picture: commonest of the rest, of the border."""
    near = ((pixels[:, :, None].astype(float) - PALETTE) ** 2).sum(3).argmin(2)
    ground = np.bincount(np.concatenate([near[0], near[-1], near[:, 0], near[:, -1]])).argmax()
    counts = np.bincount(near.ravel(), minlength=len(NAMES))
    counts[ground] = 0
    return NAMES[counts.argmax()], NAMES[ground]


def small(prompt: str, seed: int, **settings: float | str) -> tuple[str, str]:
    """The colours of the small picture."""
    return colours(image.load().trace(prompt, seed=seed, **{"steps": 8, "guidance": 3.0, **settings})[-1])


@pytest.mark.parametrize(("prompt", "wish"), READINGS)
def test_reads_free_wording(prompt: str, wish: tuple[str | None, ...]) -> None:
    """Shape, both colours, size and position are found however they are said, with no word left over."""
    assert words.read(prompt) == (Wish(*wish), [])


@pytest.mark.parametrize(
    ("prompt", "unknown"),
    [
        ("a red circle riding a bicycle on a blue background", ["riding", "bicycle"]),
        ("Please draw a nice picture of a star", []),
        ("three hexagons at dawn, dawn, dawn", ["three", "hexagons", "dawn"]),
        ("", []),
        ("!!! 🙂", []),
    ],
)
def test_unknown_words_are_named_once(prompt: str, unknown: list[str]) -> None:
    """Content words outside the vocabulary come back in order; polite and style words do not."""
    assert image.load().paint(prompt, width=64, height=64, steps=2, seed=1).unknown == unknown


@pytest.mark.parametrize("shape", SHAPES)
def test_colours_come_out(shape: str) -> None:
    """Every shape gets its colour and its background."""
    assert small(f"a pink {shape} on a green background", seed=5) == ("pink", "green")


def test_shapes_differ_and_fill_their_place() -> None:
    """The eight masks of one size cover plausible areas and no two are alike."""
    rng = np.random.default_rng(0)
    wish = Wish(size="large", position="centre")
    drawn = {shape: masks(rng, shape, wish, Wish(), Canvas(64, 64), 4).mean() for shape in SHAPES}
    assert all(0.08 < area < 0.4 for area in drawn.values())
    assert drawn["ring"] < drawn["circle"] and drawn["star"] < drawn["square"]


def test_position_and_size_act() -> None:
    """Top left lies above and left of bottom right, and large covers more than small."""
    painter = image.load()

    def dark(prompt: str) -> np.ndarray:
        return painter.paint(prompt, width=64, height=64, steps=8, seed=3).pixels.mean(2) < 128

    first, second = (
        np.argwhere(dark(f"a black circle, white background, {spot}"))
        for spot in ("top left", "bottom right")
    )
    assert (first.mean(0) + 10 < second.mean(0)).all()
    assert dark("a large black ring on white").sum() > 2 * dark("a small black ring on white").sum()


def test_same_seed_same_bytes() -> None:
    """One seed gives one picture, also from eight threads; another seed another."""
    painter = image.load()
    prompt = "a star"
    first = painter.paint(prompt, width=96, height=96, steps=6, seed=7)
    with ThreadPoolExecutor(8) as pool:
        again = list(
            pool.map(lambda _: painter.paint(prompt, width=96, height=96, steps=6, seed=7), range(8))
        )
    assert all((other.pixels == first.pixels).all() for other in again)
    assert (painter.paint(prompt, width=96, height=96, steps=6, seed=8).pixels != first.pixels).any()
    drawn = painter.paint(prompt, width=96, height=96, steps=6)
    assert (painter.paint(prompt, width=96, height=96, steps=6, seed=drawn.seed).pixels == drawn.pixels).all()


def test_guidance_acts() -> None:
    """Guidance 0 gives the same picture for any prompt; guidance 3 follows the prompt every time."""
    painter = image.load()
    prompts = ("a red circle", "a green heart on white")
    blind = [np.array(painter.trace(prompt, steps=6, guidance=0, seed=2)) for prompt in prompts]
    assert (blind[0] == blind[1]).all()
    assert {small("a red circle on a blue background", seed) for seed in range(6)} == {("red", "blue")}


def test_one_step_is_a_blurry_average() -> None:
    """With one step many pixels lie between the two colours; with ten nearly none does."""
    painter = image.load()

    def between(steps: int) -> float:
        prompt = "a white circle on a black background"
        pixels = painter.paint(prompt, width=128, height=128, steps=steps, guidance=1, seed=4).pixels
        return float(((pixels > 40) & (pixels < 215)).mean())

    assert between(1) > 0.2 > 0.05 > between(10)


def test_negative_prompt_removes() -> None:
    """A background that comes by chance never comes when the negative prompt names it."""
    grounds = [small("a star", seed, steps=5)[1] for seed in range(12)]
    common = max(NAMES, key=grounds.count)
    assert grounds.count(common) > 1
    assert common not in {
        small("a star", seed, steps=5, negative_prompt=f"{common} background")[1] for seed in range(12)
    }


def test_trace_ends_in_the_picture() -> None:
    """One small estimate a step; contrast to the end result shrinks."""
    steps = image.load().trace("a red heart on white", steps=9, guidance=3.0, seed=1)
    assert len(steps) == 9 and {step.shape for step in steps} == {(64, 64, 3)}
    far = [np.abs(step.astype(int) - steps[-1]).mean() for step in steps]
    assert far[0] > far[4] >= far[-1] == 0


@pytest.mark.parametrize(("width", "height"), [(512, 512), (640, 200), (64, 1024), (1, 1)])
def test_any_size(width: int, height: int) -> None:
    """The picture has the size asked for, and a circle stays round in a wide one."""
    pixels = image.load().paint("a black circle on white", width=width, height=height, steps=4, seed=1).pixels
    assert pixels.shape == (height, width, 3) and pixels.dtype == np.uint8
    if (width, height) == (640, 200):
        rows, columns = np.nonzero(pixels.mean(2) < 128)
        assert abs(np.ptp(rows) - np.ptp(columns)) <= 6


def test_wrong_size_is_refused() -> None:
    """A size of 0 gets one sentence that says what to do."""
    with pytest.raises(ValueError, match="each must be 1 or more. Use 512, 512, 20."):
        image.load().paint("a star", width=0)
