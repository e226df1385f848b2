"""The judge behind `benchmarks/quality.py image`, on pictures drawn here with Pillow."""
from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))
from quality_image import judge  # noqa: E402

HEART = [(0.0, -1.0), (-1.0, 0.2), (-0.95, 0.6), (-0.7, 0.85), (-0.35, 0.85), (0.0, 0.5),
         (0.35, 0.85), (0.7, 0.85), (0.95, 0.6), (1.0, 0.2)]
TURNS, REACH = np.arange(10) * np.pi / 5, np.tile([1.0, 0.42], 5)
STAR = list(zip(REACH * np.sin(TURNS), REACH * np.cos(TURNS), strict=True))
PLUS = [(-0.3, 1.0), (0.3, 1.0), (0.3, 0.3), (1.0, 0.3), (1.0, -0.3), (0.3, -0.3),
        (0.3, -1.0), (-0.3, -1.0), (-0.3, -0.3), (-1.0, -0.3), (-1.0, 0.3), (-0.3, 0.3)]
CORNERS = {
    "heart": HEART, "star": STAR, "cross": PLUS, "triangle": [(0, 1), (0.87, -0.5), (-0.87, -0.5)],
    "square": [(-0.8, -0.8), (0.8, -0.8), (0.8, 0.8), (-0.8, 0.8)],
    "diamond": [(0, 1), (0.7, 0), (0, -1), (-0.7, 0)],
}


def picture(shape: str, front: str, back: str, size: int = 60,
            at: tuple[int, int] = (128, 128)) -> np.ndarray:
    image = Image.new("RGB", (256, 256), back)
    draw, (x, y) = ImageDraw.Draw(image), at
    if shape in CORNERS:
        draw.polygon([(x + size * dx, y - size * dy) for dx, dy in CORNERS[shape]], fill=front)
    else:
        draw.ellipse((x - size, y - size, x + size, y + size), fill=front)
    if shape == "ring":
        hole = size * 0.6
        draw.ellipse((x - hole, y - hole, x + hole, y + hole), fill=back)
    return np.array(image)


@pytest.mark.parametrize("shape", [*CORNERS, "circle", "ring"])
def test_names_every_shape(shape: str) -> None:
    """Each of the eight shapes is recognised, large in the middle and small in a corner."""
    assert judge(picture(shape, "red", "white"))[:3] == (shape, "red", "white")
    assert judge(picture(shape, "red", "white", 25, (200, 60)))[:3] == (shape, "red", "white")


@pytest.mark.parametrize(
    "color", ["red", "green", "blue", "yellow", "orange", "purple", "white", "pink", "brown", "grey", "cyan"])
def test_names_every_colour(color: str) -> None:
    """Each colour is named, as the shape's and as the background's, black being the other one."""
    assert judge(picture("circle", color, "black"))[1:3] == (color, "black")
    assert judge(picture("circle", "black", color))[1:3] == ("black", color)


def test_bears_noise_and_rejects_what_is_no_shape() -> None:
    """Grain does not change the verdict; an empty picture and pure noise have no shape."""
    rng = np.random.default_rng(1)
    grainy = picture("star", "yellow", "blue") + rng.normal(0, 18, (256, 256, 3))
    assert judge(grainy.clip(0, 255).astype(np.uint8))[:3] == ("star", "yellow", "blue")
    assert judge(np.zeros((256, 256, 3), np.uint8)).shape == "none"
    assert judge(rng.integers(0, 256, (256, 256, 3), np.uint8)).shape == "none"
