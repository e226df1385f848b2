"""The world of the practice painter: one flat shape on a plain background, drawn from signed distances."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

# Colour name -> red, green, blue (0..255).
COLOURS: dict[str, tuple[int, int, int]] = {
    "red": (222, 38, 38),
    "green": (40, 160, 70),
    "blue": (35, 85, 215),
    "yellow": (252, 214, 36),
    "orange": (250, 130, 20),
    "purple": (125, 50, 170),
    "white": (255, 255, 255),
    "black": (16, 16, 18),
    "pink": (255, 130, 185),
    "brown": (128, 76, 36),
    "grey": (132, 132, 136),
    "cyan": (30, 205, 225),
}
SIZES = {"small": 0.14, "medium": 0.22, "large": 0.33}  # radius as a share of the shorter side
# Position -> centre as shares of width and height.
POSITIONS = {
    f"{row} {column}".strip(): (x, y)
    for row, y in (("top", 0.23), ("", 0.5), ("bottom", 0.77))
    for column, x in (("left", 0.23), ("", 0.5), ("right", 0.77))
}
POSITIONS["centre"] = POSITIONS.pop("")
EDGE = 1.0  # half the width of a soft edge, in pixels of the small canvas
LEVELS = 64  # masks hold whole multiples of 1/LEVELS, which keeps their sums exact

Plane = np.ndarray  # distances in radii, one per scene and pixel


def _circle(x: Plane, y: Plane) -> Plane:
    return np.hypot(x, y) - 1.0


def _ring(x: Plane, y: Plane) -> Plane:
    return np.abs(np.hypot(x, y) - 0.77) - 0.23


def _square(x: Plane, y: Plane) -> Plane:
    return np.maximum(np.abs(x), np.abs(y)) - 0.86


def _diamond(x: Plane, y: Plane) -> Plane:
    return (np.abs(x) / 0.7 + np.abs(y) - 1.0) / np.hypot(1 / 0.7, 1.0)


def _triangle(x: Plane, y: Plane) -> Plane:
    y = y - 0.2  # moves the middle of its height to the centre
    return np.maximum(y - 0.5, np.abs(x) * np.sqrt(0.75) - y / 2 - 0.5)


def _cross(x: Plane, y: Plane) -> Plane:
    x, y = np.abs(x), np.abs(y)
    return np.minimum(np.maximum(x - 0.32, y - 0.96), np.maximum(x - 0.96, y - 0.32))


def _star(x: Plane, y: Plane) -> Plane:
    # Ten mirror images of one edge, from a tip at radius 1 to a notch at radius `inner`.
    inner, half = 0.42, np.pi / 5
    turn = np.abs((np.arctan2(x, -y) + half) % (2 * half) - half)
    far = np.hypot(x, y)
    rise, run = inner * np.sin(half), 1.0 - inner * np.cos(half)
    edge = ((far * np.cos(turn) - 1.0) * rise + far * np.sin(turn) * run) / np.hypot(rise, run)
    return np.maximum(edge, far - 1.0)  # past a tip the edge's line runs on


def _heart(x: Plane, y: Plane) -> Plane:
    # A square standing on its corner with a half disc on each of its upper sides.
    x, side = np.abs(x), 0.56
    across, along = (x + (y + 0.06)) / np.sqrt(2), (x - (y + 0.06)) / np.sqrt(2)
    block = np.maximum(np.abs(across), np.abs(along)) - side
    disc = np.hypot(across - 0.0, along - side) - side
    return np.minimum(block, disc)


SHAPES: dict[str, Callable[[Plane, Plane], Plane]] = {
    "circle": _circle,
    "square": _square,
    "triangle": _triangle,
    "star": _star,
    "heart": _heart,
    "cross": _cross,
    "ring": _ring,
    "diamond": _diamond,
}


class Wish(NamedTuple):
    """What a prompt asks for; None leaves the choice to chance."""

    shape: str | None = None
    colour: str | None = None
    background: str | None = None
    size: str | None = None
    position: str | None = None


class Canvas(NamedTuple):
    """Height and width of the small canvas in pixels."""

    height: int
    width: int


def choices(wanted: str | None, barred: str | None, free: list[str]) -> list[str]:
    """The values an attribute may take: the wanted one, else all of `free` but the barred one."""
    return [wanted] if wanted else [value for value in free if value != barred]


def _place(
    rng: np.random.Generator, wish: Wish, barred: Wish, canvas: Canvas, count: int
) -> tuple[np.ndarray, ...]:
    """Random centre (x, y), radius (pixels) and turn (radians) of `count` scenes."""
    shorter = min(canvas)
    sizes = choices(wish.size, barred.size, [*SIZES, "medium", "large"])
    radius = (
        shorter
        * np.array([SIZES[size] for size in rng.choice(sizes, count)])
        * rng.uniform(0.92, 1.08, count)
    )
    spots = choices(wish.position, barred.position, [*POSITIONS] + ["centre"] * 5)
    centre = np.array([POSITIONS[spot] for spot in rng.choice(spots, count)])
    centre = centre * (canvas.width, canvas.height) + rng.uniform(-0.035, 0.035, (count, 2)) * shorter
    room = radius + 0.04 * shorter
    x = np.clip(centre[:, 0], room, canvas.width - room)
    y = np.clip(centre[:, 1], room, canvas.height - room)
    return x, y, radius, rng.uniform(-0.14, 0.14, count)


def masks(
    rng: np.random.Generator, shape: str, wish: Wish, barred: Wish, canvas: Canvas, count: int
) -> np.ndarray:
    """(count, height * width) float64: the shape's share of each pixel, in multiples of 1 / LEVELS."""
    x, y, radius, turn = (value[:, None] for value in _place(rng, wish, barred, canvas, count))
    rows, columns = np.divmod(np.arange(canvas.height * canvas.width), canvas.width)
    right, down = (columns + 0.5 - x) / radius, (rows + 0.5 - y) / radius
    cos, sin = np.cos(turn), np.sin(turn)
    distance = SHAPES[shape](right * cos + down * sin, down * cos - right * sin) * radius
    return np.rint(np.clip(0.5 - distance / (2 * EDGE), 0.0, 1.0) * LEVELS) / LEVELS
