"""Checks of lesson 06: a banner, a file with its recipe, alt text, a budget."""
from __future__ import annotations

import copy
import json
import numbers
import random
import re
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

from .core import exercise
from .outcome import Mistake
from .sandbox import sandbox
from .tools import need_type, need_value, raised_by, short


@exercise("06.1", takes="client, prompt, *, model, seed, size",
          insight="size, model and seed in the call: the same three give the same picture again.",
          needs=("server",))
def banner(answer: Any) -> None:
    """A wide and a high picture from a service on loopback; nothing may be saved in the working directory."""
    from PIL import Image
    with sandbox() as place:
        before = set(Path.cwd().iterdir())
        for size, seed, prompt in [((128, 64), 3, "a red circle"), ((64, 80), 0, "a blue star, alone")]:
            did = f"banner(client, {prompt!r}, model=..., seed={seed}, size={size})"
            asked = len(place.requests())
            got = answer(place.client, prompt, model=place.models.image, seed=seed, size=size)
            requests = place.requests()[asked:]
            if not requests:
                raise Mistake("nothing-sent", did=did, expected="one request", got="none",
                              then="Call text_to_image of the client that you were given.")
            _image(got, Image.Image, did)
            _parameters(requests[0], prompt, place.models.image, size, seed, did)
            if len(requests) > 1:
                raise Mistake("too-many-requests", did=did, expected="one request", got=f"{len(requests)} requests",
                              then="Each picture costs money; one is enough.")
            if got.size != size:
                raise Mistake("wrong-size", did=did, expected=f"an image of size {size}", got=f"{got.size}",
                              then="Ask the server for the size; do not resize afterwards.")
        if new := sorted(path.name for path in set(Path.cwd().iterdir()) - before):
            raise Mistake("saves-a-file", did="banner(...)", expected="no file", got=f"a new file, {new[0]}",
                          then="Return the image; saving is the caller's decision.")


def _image(got: Any, kind: type, did: str) -> None:
    need_value(got, did, "a Pillow image")
    if isinstance(got, (bytes, bytearray)):
        raise Mistake("returns-bytes", did=did, expected="a Pillow image", got="bytes",
                      then="The client's method already returns an image; give it back as it is.")
    need_type(got, kind, did, "a Pillow image")


def _parameters(request: dict, prompt: str, model: str, size: tuple[int, int], seed: int, did: str) -> None:
    path, body = request["path"], request["body"]
    sent = body.get("parameters") or {}
    if not path.endswith(model):
        raise Mistake("model-dropped", did=did, expected=f"a request to {model}", got=path.split("/models/")[-1],
                      then="Pass your own argument on.")
    if body.get("inputs") != prompt:
        raise Mistake("prompt-changed", did=did, expected="the prompt as it is", got=short(body.get("inputs")),
                      then="Send the prompt unchanged.")
    if sent.get("seed") is None:
        raise Mistake("seed-dropped", did=did, expected=f"seed {seed} in the request", got="no seed",
                      then="Without the seed nobody can make this picture again. 0 is a seed, too.")
    if sent.get("seed") != seed:
        raise Mistake("seed-changed", did=did, expected=f"seed {seed}", got=f"seed {sent['seed']}",
                      then="Use the seed that was given.")
    asked = sent.get("width"), sent.get("height")
    if asked == size[::-1]:
        raise Mistake("size-swapped", did=did, expected=f"width {size[0]}, height {size[1]}",
                      got=f"width {size[1]}, height {size[0]}", then="size is (width, height).")
    if asked != size:
        raise Mistake("size-dropped", did=did, expected=f"width {size[0]}, height {size[1]} in the request",
                      got=f"{asked[0]} and {asked[1]}", then="Pass both numbers to the server.")


META = {"prompt": "Stern ☆ & circle", "seed": 3, "size": [96, 48], "notes": None}


@exercise("06.2", takes="img, path, meta",
          insight="a PNG carries its recipe inside; a file beside it gets lost.")
def save_with_meta(answer: Any) -> None:
    """Save, read back, refuse to overwrite, with a str and with a Path."""
    from PIL import Image
    image = Image.new("RGB", (8, 4), (200, 30, 30))
    with tempfile.TemporaryDirectory() as folder:
        for path in (Path(folder) / "one.png", str(Path(folder) / "two.png")):
            meta = copy.deepcopy(META)
            answer(image, path, meta)
            _file(Path(path), image)
            if meta != META:
                raise Mistake("mutates-input", did="the meta that was passed", expected="as before", got=short(meta, 60),
                              then="Add nothing to the caller's dictionary.")
        if extra := [file.name for file in Path(folder).iterdir() if file.name not in ("one.png", "two.png")]:
            raise Mistake("file-beside", did="save_with_meta(img, 'one.png', meta)", expected="one file", got=f"also {extra[0]}",
                          then="The recipe belongs inside the picture's file.")
        _refuses(answer, Image.new("RGB", (8, 4)), Path(folder) / "one.png")


def _file(path: Path, image: Any) -> None:
    from PIL import Image
    did = f"save_with_meta(img, '{path.name}', meta)"
    if not path.exists():
        raise Mistake("no-file", did=did, expected=f"a file {path.name}", got="no such file",
                      then="Save under exactly the name that was given.")
    with Image.open(path) as saved:
        saved.load()
        if saved.format != "PNG":
            raise Mistake("not-png", did=did, expected="a PNG", got=f"a {saved.format}",
                          then="Other formats throw the text away, whatever the file is called.")
        text, fields = getattr(saved, "text", {}).get("recipe"), ", ".join(getattr(saved, "text", {}))
        if saved.size != image.size or saved.convert("RGB").getpixel((0, 0)) != (200, 30, 30):
            raise Mistake("picture-changed", did=did, expected="the picture as it was", got=f"size {saved.size}",
                          then="Save the image itself, unchanged.")
    if text is None:
        raise Mistake("no-recipe", did=did, expected="a text field 'recipe'",
                      got=f"text fields: {fields}" if fields else "no text field",
                      then="PngInfo carries the field under that name, and save has to be given it.")
    try:
        found = json.loads(text)
    except ValueError:
        raise Mistake("not-json", did=did, expected="meta as JSON", got=short(text, 60),
                      then="str(dict) is Python, not JSON: its quotes differ, and so does None.") from None
    if found != META:
        raise Mistake("recipe-changed", did=did, expected=short(META, 60), got=short(found, 60),
                      then="Store all of meta, and nothing else.")


def _refuses(answer: Any, other: Any, path: Path) -> None:
    before = path.read_bytes()
    exc = raised_by(lambda: answer(other, path, {}))
    did = "saving a second picture under the same name"
    if path.read_bytes() != before:
        raise Mistake("overwrites", did=did, expected="FileExistsError, and the old file untouched",
                      got="the old picture is gone", then="Look whether the file exists before you save.")
    if not isinstance(exc, FileExistsError):
        raise Mistake("silent-refusal", did=did, expected="FileExistsError",
                      got="no exception" if exc is None else type(exc).__name__,
                      then="The caller has to know that nothing was saved.")


@exercise("06.3", takes="prompt, max_len=125",
          insight="alt text says what is seen, in one short sentence; style words and 'image of' say nothing.")
def alt_text(answer: Any) -> None:
    """Prompts with style noise, with openings, with capitals, long ones, and nothing at all."""
    long = "a " + "very " * 23 + "small lantern"  # 130 characters
    cases = [("a red circle on a blue background", 125, "A red circle on a blue background", "not-capital"),
             ("an image of a red circle on blue, highly detailed, 8k", 125, "A red circle on blue", "style-noise"),
             ("Picture of two cats, asleep, 4K", 125, "Two cats, asleep", "cuts-at-first-comma"),
             ("A PHOTO OF the harbour", 125, "The harbour", "case-of-opening"),
             ("drawing of a star, masterpiece, trending", 125, "A star", "style-noise"),
             ("an image of a map of Antwerp, Digital Art", 125, "A map of Antwerp", "lowers-the-rest"),
             ("a frame with a photo of a dog", 125, "A frame with a photo of a dog", "drops-in-the-middle"),
             ("a dog, running, trending on every page, 4k", 125, "A dog, running", "style-noise"),
             ("a blue diamond above a green square", 20, "A blue diamond above", "exact-cut"),
             ("a blue diamond above a green square", 18, "A blue diamond", "cuts-a-word"),
             ("a trending topic on a board", 125, "A trending topic on a board", "too-eager"),
             (long, 125, "A " + "very " * 23 + "small", "other-default"),
             ("", 125, "Decorative image", "empty"), ("image of , 8k", 125, "Decorative image", "empty")]
    for prompt, most, wanted, mistake in cases:
        got = answer(prompt, most) if most != 125 else answer(prompt)
        did = f"alt_text({short(prompt, 60)}{f', {most}' if most != 125 else ''})"
        need_type(got, str, did, "str")
        if got != wanted:
            mistake, then = _alt_mistake(got, wanted, prompt, most, mistake)
            raise Mistake(mistake, did=did, expected=_described(wanted, mistake), got=short(got), then=then)


def _described(wanted: str, mistake: str) -> str:
    counted = mistake in ("cuts-a-word", "too-long", "exact-cut", "other-default")
    return f"{short(wanted)} ({len(wanted)} characters)" if counted else short(wanted)


def _alt_mistake(got: str, wanted: str, prompt: str, most: int, mistake: str) -> tuple[str, str]:
    lower = got.lower()
    if len(got) > most:
        return "too-long", "The text must not be longer than max_len, which is 125 unless it is given."
    if not got.strip():
        return "empty", "Alt text must not be empty; the card says what stands there instead."
    if re.match(r"(an? )?(image|picture|photo|drawing) of", lower):
        return "says-image-of", "A screen reader already says that it is an image. Mind upper and lower case."
    if got != wanted and lower == wanted.lower():
        return ("not-capital" if got[:1].islower() else "lowers-the-rest",
                "The first letter becomes a capital, and all others stay as they are.")
    if got.rstrip(".…") == wanted:
        return "adds-text", "Add nothing to the words of the prompt."
    if any(word in lower for word in ("8k", "4k", "highly detailed", "masterpiece", "digital art", "trending on")):
        return "style-noise", "Everything from the first style word on is noise."
    if mistake in ("cuts-a-word", "exact-cut", "other-default"):
        return _cut_mistake(lower, prompt, most)
    if wanted.startswith(got.rstrip(",")) and wanted[len(got.rstrip(","))] == ",":
        return "cuts-at-first-comma", "Only a comma in front of a style word ends the text; other commas belong to it."
    steps = {"drops-in-the-middle": "The opening is dropped at the beginning of the text only."}
    return mistake, steps.get(mistake, "Go through the steps of the card in order, for this prompt.")


def _cut_mistake(lower: str, prompt: str, most: int) -> tuple[str, str]:
    if not prompt.lower().startswith(lower + " "):
        return "cuts-a-word", "Go back to the last space that fits, and add nothing."
    if most == 125:
        return "other-default", "Without the argument, up to 125 characters are used."
    return "exact-cut", "A text that ends exactly at a word's end may use all of max_len."


@exercise("06.4", takes="n, price, budget",
          insight="money in floats lies; Decimal of the written number tells the truth.")
def plan_batch(answer: Any) -> None:
    """Float traps, strings and Decimals, price 0, budgets that are too small, exact or negative."""
    cases = [(10, 0.25, 0.75, 3), (10, 0.1, 0.3, 3), (100, "0.0012", "0.10", 83), (1000, 0.07, 0.7, 10), (5, 0.01, 1.0, 5),
             (10, Decimal("0.5"), Decimal("1.25"), 2), (7, 0, 1, 7), (7, "0.00", "0", 7), (3, 0.2, 0.1, 0), (3, 0.1, -1, 0),
             (0, 0.1, 1, 0), (50, 0.29, 0.87, 3), (10, "0.1", "0.29999999999999", 2), (10, 0.3, Decimal("0.9"), 3), *_drawn()]
    for n, price, budget, wanted in cases:
        did = f"plan_batch({n}, {price!r}, {budget!r})"
        try:
            got = answer(n, price, budget)
        except (ZeroDivisionError, ArithmeticError):
            raise Mistake("price-zero", did=did, expected=str(wanted), got="a division by zero",
                          then="What costs nothing can be had n times.") from None
        except (TypeError, ValueError) as problem:
            raise Mistake("kinds-of-numbers", did=did, expected=str(wanted),
                          got=f"{type(problem).__name__}: {short(str(problem), 50)}",
                          then="Text, floats and Decimals may all come; make one kind of them first.") from None
        need_value(got, did, "a whole number")
        if not isinstance(got, numbers.Integral) or isinstance(got, bool):
            raise Mistake("not-whole", did=did, expected=str(wanted), got=short(got),
                          then="Half an image cannot be ordered. Return an int.")
        if got != wanted:
            mistake, then = _plan_mistake(got, n, Decimal(str(price)), Decimal(str(budget)), wanted)
            raise Mistake(mistake, did=did, expected=str(wanted), got=str(got), then=then)


def _drawn() -> list[tuple[int, float, float, int]]:
    """Budgets that pay for exactly a number of images, as floats; the same on every run."""
    rng = random.Random(64)
    pairs = [(Decimal(rng.randint(1, 99)) / 100, rng.randint(2, 40)) for _ in range(40)]
    return [(50, float(price), float(price * count), count) for price, count in pairs]


def _plan_mistake(got: int, n: int, price: Decimal, budget: Decimal, wanted: int) -> tuple[str, str]:
    if (price, budget) == (0.25, 0.75) and got == 2:  # floats hold these as they are written
        return "strictly-less", "One more costs exactly the budget, and the budget may be used up."
    if got < 0:
        return "negative", "Nobody can order fewer than none."
    if got > n:
        return "more-than-wished", "Never more than were wished for."
    if price * got > budget and price > 0:
        return "over-budget", "Multiply your result by the price: it is more than the budget."
    if price == 0:
        return "price-zero", "What costs nothing can be had n times."
    return "float-floor", "One more fits. Floats cannot hold these numbers exactly."
