"""Text to image: a PNG that says in its own metadata how it was made."""

from __future__ import annotations

import asyncio
import io
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from .call import Call
from .fields import Fields
from .registry import Model

SIDES = (64, 1024)  # pixels
MOST_STEPS = 50
_workers = ThreadPoolExecutor(max_workers=2, thread_name_prefix="practice-paint")


async def text_to_image(call: Call, model: Model, engine: Any, fields: Fields) -> Any:
    """A PNG. Words the painter does not know are named in `X-Unknown-Words` (percent-encoded)."""
    prompt, settings = image_fields(fields, model)
    if settings["seed"] is None:
        settings["seed"] = call.seed(model.id, prompt, settings)
    await _take_time(call, settings["steps"])
    picture = await asyncio.get_running_loop().run_in_executor(
        _workers, lambda: engine.paint(prompt, **settings)
    )
    png = await asyncio.get_running_loop().run_in_executor(
        _workers, _png, picture, model.id, prompt, settings
    )
    height, width = picture.pixels.shape[:2]
    call.bill(model, len(prompt.split()), dollars=width * height / 1e6 * settings["steps"] * model.price_step)
    headers = {"x-seed": str(picture.seed)}
    if picture.unknown:
        headers["x-unknown-words"] = ", ".join(quote(word, safe="'") for word in picture.unknown[:40])
    return Response(png, 200, headers, media_type="image/png")


def image_fields(fields: Fields, model: Model) -> tuple[str, dict[str, Any]]:
    """(prompt, the painter's keyword arguments) of a body."""
    prompt, parameters = fields.text("inputs", limit=2000, filled=True), fields.inner("parameters")
    parameters.refuse(model.id, {"scheduler": (), "num_images_per_prompt": (1,)})
    return prompt, {
        "width": _side(parameters, "width"),
        "height": _side(parameters, "height"),
        "steps": parameters.integer("num_inference_steps", 20, 1, MOST_STEPS),
        "guidance": parameters.number("guidance_scale", 3.0, 0, 20),
        "seed": parameters.integer("seed", None, 0, 2**63 - 1),
        "negative_prompt": parameters.text("negative_prompt", default="", limit=2000),
    }


def _side(parameters: Fields, name: str) -> int:
    return parameters.integer(name, 512, *SIDES, multiple_of=8)


async def _take_time(call: Call, steps: int) -> None:
    """With a pace set, one denoising step takes as long as one token."""
    if call.identity.pace.tokens_per_s:
        await call.sleep(steps / call.identity.pace.tokens_per_s)


def _png(picture: Any, model: str, prompt: str, settings: dict[str, Any]) -> bytes:
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_itxt(
        "parameters",
        json.dumps({"model": model, "prompt": prompt, **settings, "seed": picture.seed}, ensure_ascii=False),
    )
    out = io.BytesIO()
    Image.fromarray(picture.pixels).save(out, "PNG", pnginfo=info, compress_level=4)
    return out.getvalue()
