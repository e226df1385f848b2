"""More answers to exercise 06.2: unusual ways to be right, and mistakes people make."""

CASES = {
    "06.2": {
        "right": {
            "itxt no ascii": """
import json
from pathlib import Path
from PIL.PngImagePlugin import PngInfo


def save_with_meta(img, path, meta):
    p = Path(path)
    if p.exists():
        raise FileExistsError(p)
    i = PngInfo()
    i.add_itxt("recipe", json.dumps(meta, ensure_ascii=False, sort_keys=True))
    img.save(p, "PNG", pnginfo=i)
""",
            "os": """
import os, json
from PIL import PngImagePlugin


def save_with_meta(img, path, meta):
    if os.path.isfile(path):
        raise FileExistsError(f"{path} is there")
    i = PngImagePlugin.PngInfo()
    i.add_text("recipe", json.dumps(meta), zip=True)
    img.save(str(path), pnginfo=i)
""",
            "open x": """
import json
from pathlib import Path
from PIL.PngImagePlugin import PngInfo


def save_with_meta(img, path, meta):
    i = PngInfo()
    i.add_text("recipe", json.dumps(meta))
    with open(path, "xb") as f:
        img.save(f, format="PNG", pnginfo=i)
""",
        },
        "wrong": {
            "other field": ("""
import json
from pathlib import Path
from PIL.PngImagePlugin import PngInfo


def save_with_meta(img, path, meta):
    if Path(path).exists():
        raise FileExistsError
    i = PngInfo()
    i.add_text("meta", json.dumps(meta))
    img.save(path, pnginfo=i)
""", "no-recipe"),
            "per key": ("""
import json
from pathlib import Path
from PIL.PngImagePlugin import PngInfo


def save_with_meta(img, path, meta):
    if Path(path).exists():
        raise FileExistsError
    i = PngInfo()
    for k, v in meta.items():
        i.add_text(k, str(v))
    img.save(path, pnginfo=i)
""", "no-recipe"),
            "adds time": ("""
import json
from pathlib import Path
from PIL.PngImagePlugin import PngInfo


def save_with_meta(img, path, meta):
    if Path(path).exists():
        raise FileExistsError
    meta["saved"] = 1
    i = PngInfo()
    i.add_text("recipe", json.dumps(meta))
    img.save(path, pnginfo=i)
""", "recipe-changed"),
            "pops": ("""
import json
from pathlib import Path
from PIL.PngImagePlugin import PngInfo


def save_with_meta(img, path, meta):
    if Path(path).exists():
        raise FileExistsError
    i = PngInfo()
    i.add_text("recipe", json.dumps(dict(meta)))
    meta.clear()
    img.save(path, pnginfo=i)
""", "mutates-input"),
            "info only": ("""
import json
from pathlib import Path
from PIL.PngImagePlugin import PngInfo


def save_with_meta(img, path, meta):
    if Path(path).exists():
        raise FileExistsError
    img.info["recipe"] = json.dumps(meta)
    img.save(path)
""", "no-recipe"),
            "value error": ("""
import json
from pathlib import Path
from PIL.PngImagePlugin import PngInfo


def save_with_meta(img, path, meta):
    if Path(path).exists():
        raise ValueError("there")
    i = PngInfo()
    i.add_text("recipe", json.dumps(meta))
    img.save(path, pnginfo=i)
""", "silent-refusal"),
            "prints": ("""
import json
from pathlib import Path
from PIL.PngImagePlugin import PngInfo


def save_with_meta(img, path, meta):
    if Path(path).exists():
        print("exists")
        return
    i = PngInfo()
    i.add_text("recipe", json.dumps(meta))
    img.save(path, pnginfo=i)
""", "silent-refusal"),
            "saves first": ("""
import json
from pathlib import Path
from PIL.PngImagePlugin import PngInfo


def save_with_meta(img, path, meta):
    i = PngInfo()
    i.add_text("recipe", json.dumps(meta))
    there = Path(path).exists()
    img.save(path, pnginfo=i)
    if there:
        raise FileExistsError
""", "overwrites"),
            "renames": ("""
import json
from pathlib import Path
from PIL.PngImagePlugin import PngInfo


def save_with_meta(img, path, meta):
    p = Path(path)
    while p.exists():
        p = p.with_name("_" + p.name)
    i = PngInfo()
    i.add_text("recipe", json.dumps(meta))
    img.save(p, pnginfo=i)
""", "silent-refusal"),
            "Path only": ("""
import json
from pathlib import Path
from PIL.PngImagePlugin import PngInfo


def save_with_meta(img, path, meta):
    if path.exists():
        raise FileExistsError
    i = PngInfo()
    i.add_text("recipe", json.dumps(meta))
    img.save(path, pnginfo=i)
""", "crashed"),
            "repr": ("""
import json
from pathlib import Path
from PIL.PngImagePlugin import PngInfo


def save_with_meta(img, path, meta):
    if Path(path).exists():
        raise FileExistsError
    i = PngInfo()
    i.add_text("recipe", repr(meta))
    img.save(path, pnginfo=i)
""", "not-json"),
            "double json": ("""
import json
from pathlib import Path
from PIL.PngImagePlugin import PngInfo


def save_with_meta(img, path, meta):
    if Path(path).exists():
        raise FileExistsError
    i = PngInfo()
    i.add_text("recipe", json.dumps(json.dumps(meta)))
    img.save(path, pnginfo=i)
""", "recipe-changed"),
            "gray": ("""
import json
from pathlib import Path
from PIL.PngImagePlugin import PngInfo


def save_with_meta(img, path, meta):
    if Path(path).exists():
        raise FileExistsError
    i = PngInfo()
    i.add_text("recipe", json.dumps(meta))
    img.convert("L").save(path, pnginfo=i)
""", "picture-changed"),
        },
    },
}
