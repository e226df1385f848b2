"""Checks of lesson 06: a banner, a file with its recipe, alt text, a budget."""
from __future__ import annotations

import json
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

from .core import exercise
from .outcome import Mistake
from .sandbox import sandbox
from .tools import need_type, need_value, raised_by, short


@exercise("06.1", insight="size, model and seed in the call: the same three give the same picture again.", hints=(
    "Which arguments of text_to_image decide about size and chance?",
    "The pair is (width, height), in this order. The call already returns a Pillow image.",
    "return client.text_to_image(prompt, model=model, width=width, height=height, seed=seed)"))
def banner(answer: Any) -> None:
    """A wide and a high picture on the practice server, in an empty working directory."""
    from PIL import Image
    with sandbox() as place, tempfile.TemporaryDirectory() as folder:
        before = set(Path.cwd().iterdir())
        for size, seed in [((128, 64), 3), ((64, 80), 0)]:
            did = f"banner(client, 'a red circle', model=..., seed={seed}, size={size})"
            got = answer(place.client, "a red circle", model=place.models.image, seed=seed, size=size)
            _image(got, Image.Image, did)
            body = place.requests()[-1]["body"]
            _parameters(body, place.requests()[-1]["path"], place.models.image, size, seed, did)
            if got.size != size:
                raise Mistake("wrong-size", did=did, expected=f"an image of size {size}", got=f"{got.size}", then="Ask the server for the size; do not resize afterwards.")
        del folder
        if set(Path.cwd().iterdir()) - before:
            raise Mistake("saves-a-file", did="banner(...)", expected="no file", got="a new file in the working directory", then="Return the image; saving is the caller's decision.")


def _image(got: Any, kind: type, did: str) -> None:
    need_value(got, did, "a Pillow image")
    if isinstance(got, (bytes, bytearray)):
        raise Mistake("returns-bytes", did=did, expected="a Pillow image", got="bytes", then="The client's method already returns an image; give it back as it is.")
    need_type(got, kind, did, "a Pillow image")


def _parameters(body: dict, path: str, model: str, size: tuple[int, int], seed: int, did: str) -> None:
    sent = body.get("parameters", {})
    if not path.endswith(model):
        raise Mistake("model-dropped", did=did, expected=f"a request to {model}", got=path.split("/models/")[-1], then="Pass your own argument on.")
    if body.get("inputs") != "a red circle":
        raise Mistake("prompt-changed", did=did, expected="the prompt as it is", got=short(body.get("inputs")), then="Send the prompt unchanged.")
    if sent.get("seed") is None:
        raise Mistake("seed-dropped", did=did, expected=f"seed {seed} in the request", got="no seed", then="Without the seed nobody can make this picture again. 0 is a seed, too.")
    if sent.get("seed") != seed:
        raise Mistake("seed-changed", did=did, expected=f"seed {seed}", got=f"seed {sent['seed']}", then="Use the seed that was given.")
    if (sent.get("width"), sent.get("height")) == size[::-1]:
        raise Mistake("size-swapped", did=did, expected=f"width {size[0]}, height {size[1]}", got=f"width {size[1]}, height {size[0]}", then="size is (width, height).")
    if (sent.get("width"), sent.get("height")) != size:
        raise Mistake("size-dropped", did=did, expected=f"width {size[0]}, height {size[1]} in the request", got=f"{sent.get('width')} and {sent.get('height')}", then="Pass both numbers to the server.")


META = {"prompt": "Stern ☆ & circle", "seed": 3, "size": [96, 48], "notes": None}


@exercise("06.2", insight="a PNG carries its recipe inside; a file beside it gets lost.", hints=(
    "Where can a PNG keep text, and what happens to an older file of the same name?",
    "PngInfo.add_text adds a field, and save takes it as pnginfo. JSON is text that every program can read. Look for the file before you save.",
    'info.add_text("recipe", json.dumps(meta)); img.save(path, pnginfo=info)'))
def save_with_meta(answer: Any) -> None:
    """Save, read back, refuse to overwrite, with a str and with a Path."""
    from PIL import Image
    image = Image.new("RGB", (8, 4), (200, 30, 30))
    with tempfile.TemporaryDirectory() as folder:
        for path in (Path(folder) / "one.png", str(Path(folder) / "two.png")):
            answer(image, path, dict(META))
            _file(Path(path), image)
        if extra := [file.name for file in Path(folder).iterdir() if file.name not in ("one.png", "two.png")]:
            raise Mistake("file-beside", did="save_with_meta(img, 'one.png', meta)", expected="one file", got=f"also {extra[0]}", then="The recipe belongs inside the picture's file.")
        _refuses(answer, Image.new("RGB", (8, 4)), Path(folder) / "one.png")


def _file(path: Path, image: Any) -> None:
    from PIL import Image
    did = f"save_with_meta(img, '{path.name}', meta)"
    if not path.exists():
        raise Mistake("no-file", did=did, expected=f"a file {path.name}", got="no such file", then="Save under exactly the name that was given.")
    with Image.open(path) as saved:
        saved.load()
        if saved.format != "PNG":
            raise Mistake("not-png", did=did, expected="a PNG", got=f"a {saved.format}", then="Other formats throw the text away, whatever the file is called.")
        text = getattr(saved, "text", {}).get("recipe")
        if saved.size != image.size or saved.convert("RGB").getpixel((0, 0)) != (200, 30, 30):
            raise Mistake("picture-changed", did=did, expected="the picture as it was", got=f"size {saved.size}", then="Save the image itself, unchanged.")
    if text is None:
        raise Mistake("no-recipe", did=did, expected="a text field 'recipe'", got="no such field", then="PngInfo carries the field, and save has to be given it.")
    try:
        found = json.loads(text)
    except ValueError:
        raise Mistake("not-json", did=did, expected="meta as JSON", got=short(text, 60), then="str(dict) is Python, not JSON: its quotes differ, and so does None.") from None
    if found != META:
        raise Mistake("recipe-changed", did=did, expected=short(META, 60), got=short(found, 60), then="Store all of meta, and nothing else.")


def _refuses(answer: Any, other: Any, path: Path) -> None:
    before = path.read_bytes()
    exc = raised_by(lambda: answer(other, path, {}))
    did = "saving a second picture under the same name"
    if path.read_bytes() != before:
        raise Mistake("overwrites", did=did, expected="FileExistsError, and the old file untouched", got="the old picture is gone", then="Look whether the file exists before you save.")
    if not isinstance(exc, FileExistsError):
        raise Mistake("silent-refusal", did=did, expected="FileExistsError", got="no exception" if exc is None else type(exc).__name__, then="The caller has to know that nothing was saved.")


@exercise("06.3", insight="alt text says what is seen, in one short sentence; style words and 'image of' say nothing.", hints=(
    "Three steps: drop the style words, drop 'image of', shorten. In which order, and what if nothing is left?",
    "A regular expression with IGNORECASE finds the beginning and the style words. To shorten, cut one character too late and go back to the last space.",
    'cut = text[:max_len + 1]; text = cut.rsplit(" ", 1)[0]'))
def alt_text(answer: Any) -> None:
    """Prompts with style noise, with openings, long ones, and nothing at all."""
    cases = [("a red circle on a blue background", 125, "A red circle on a blue background", "not-capital"),
             ("an image of a red circle on blue, highly detailed, 8k", 125, "A red circle on blue", "style-noise"),
             ("Picture of two cats, asleep, 4K", 125, "Two cats, asleep", "says-image-of"),
             ("A PHOTO OF the harbour", 125, "The harbour", "case-of-opening"),
             ("drawing of a star, masterpiece, trending", 125, "A star", "style-noise"),
             ("a blue diamond above a green square", 20, "A blue diamond above", "exact-cut"),
             ("a blue diamond above a green square", 18, "A blue diamond", "cuts-a-word"),
             ("a trending topic on a board", 125, "A trending topic on a board", "too-eager"),
             ("", 125, "Decorative image", "empty"), ("image of , 8k", 125, "Decorative image", "empty")]
    for prompt, most, wanted, mistake in cases:
        got = answer(prompt, most)
        did = f"alt_text({prompt!r}, {most})" if most != 125 else f"alt_text({prompt!r})"
        need_type(got, str, did, "str")
        if got != wanted:
            mistake, then = _alt_mistake(got, prompt, most, mistake)
            raise Mistake(mistake, did=did, expected=_described(wanted, mistake), got=short(got), then=then)


def _described(wanted: str, mistake: str) -> str:
    return f"{wanted!r} ({len(wanted)} characters)" if mistake in ("cuts-a-word", "too-long", "exact-cut") else repr(wanted)


def _alt_mistake(got: str, prompt: str, most: int, mistake: str) -> tuple[str, str]:
    lower = got.lower()
    if len(got) > most:
        return "too-long", "The text must not be longer than max_len."
    if not got.strip():
        return "empty", "Alt text must not be empty; the card says what stands there instead."
    if " of" in lower and lower.split(" of")[0].split()[-1] in ("image", "picture", "photo", "drawing"):
        return "says-image-of", "A screen reader already says that it is an image. Mind upper and lower case."
    if any(word in lower for word in ("8k", "4k", "highly detailed", "masterpiece")):
        return "style-noise", "Everything from the first style word on is noise."
    if mistake in ("cuts-a-word", "exact-cut"):
        return ("cuts-a-word", "Go back to the last space that fits.") if not prompt.lower().startswith(lower + " ") else ("exact-cut", "A text that ends exactly at a word's end may use all of max_len.")
    if got[:1].islower():
        return "not-capital", "Begin with a capital letter, and leave the rest as it is."
    return mistake, "Go through the steps of the card in order, for this prompt."


@exercise("06.4", insight="money in floats lies; Decimal of the written number tells the truth.", hints=(
    "What is 0.3 // 0.1, and why?",
    "Turn both numbers into Decimal by way of str, so that they mean what is written. Then divide downwards and stay between 0 and n.",
    "max(0, min(n, int(Decimal(str(budget)) // Decimal(str(price)))))"))
def plan_batch(answer: Any) -> None:
    """Float traps, strings and Decimals, price 0, budgets that are too small, exact or negative."""
    cases = [(10, 0.1, 0.3, 3), (100, "0.0012", "0.10", 83), (1000, 0.07, 0.7, 10), (5, 0.01, 1.0, 5), (10, Decimal("0.5"), Decimal("1.25"), 2),
             (7, 0, 1, 7), (7, "0.00", "0", 7), (3, 0.2, 0.1, 0), (3, 0.1, -1, 0), (0, 0.1, 1, 0), (50, 0.29, 0.87, 3)]
    for n, price, budget, wanted in cases:
        did = f"plan_batch({n}, {price!r}, {budget!r})"
        try:
            got = answer(n, price, budget)
        except (ZeroDivisionError, ArithmeticError):
            raise Mistake("price-zero", did=did, expected=str(wanted), got="a division by zero", then="What costs nothing can be had n times.") from None
        except (TypeError, ValueError) as problem:
            raise Mistake("kinds-of-numbers", did=did, expected=str(wanted), got=f"{type(problem).__name__}: {short(str(problem), 50)}", then="Text, floats and Decimals may all come; make one kind of them first.") from None
        need_value(got, did, "a whole number")
        if not isinstance(got, int) or isinstance(got, bool):
            raise Mistake("not-whole", did=did, expected=str(wanted), got=short(got), then="Half an image cannot be ordered. Return an int.")
        if got != wanted:
            mistake, then = _plan_mistake(got, n, Decimal(str(price)), Decimal(str(budget)), wanted)
            raise Mistake(mistake, did=did, expected=str(wanted), got=str(got), then=then)


def _plan_mistake(got: int, n: int, price: Decimal, budget: Decimal, wanted: int) -> tuple[str, str]:
    if got < 0:
        return "negative", "Nobody can order fewer than none."
    if got > n:
        return "more-than-wished", "Never more than were wished for."
    if price * got > budget and price > 0:
        return "over-budget", "Multiply your result by the price: it is more than the budget."
    if price == 0:
        return "price-zero", "What costs nothing can be had n times."
    return "float-floor", "One more fits. Floats cannot hold these numbers exactly."
