"""More answers to the exercises of lesson 06: mistakes people make, and unusual ways to be right."""

CASES = {
    "06.1": {
        "right": {
            "kwargs dict": """
def banner(client, prompt, *, model, seed, size):
    p = dict(zip(("width", "height"), size))
    return client.text_to_image(prompt, model=model, seed=seed, num_inference_steps=4, **p)
""",
            "helper": """
def ask(client, **k):
    return client.text_to_image(**k)


def banner(client, prompt, *, model, seed, size):
    w, h = size
    return ask(client, prompt=prompt, model=model, width=w, height=h, seed=seed)
""",
        },
        "wrong": {
            "no request": ("""
from PIL import Image


def banner(client, prompt, *, model, seed, size):
    return Image.new("RGB", size)
""", "nothing-sent"),
            "model hard": ("""
def banner(client, prompt, *, model, seed, size):
    return client.text_to_image(prompt, model="practice/other", width=size[0], height=size[1], seed=seed)
""", "crashed"),
            "seed if": ("""
def banner(client, prompt, *, model, seed, size):
    k = {"seed": seed} if seed else {}
    return client.text_to_image(prompt, model=model, width=size[0], height=size[1], **k)
""", "seed-dropped"),
            "twice": ("""
def banner(client, prompt, *, model, seed, size):
    client.text_to_image(prompt, model=model, width=size[0], height=size[1], seed=seed)
    return client.text_to_image(prompt, model=model, width=size[0], height=size[1], seed=seed)
""", "too-many-requests"),
            "random seed": ("""
import random


def banner(client, prompt, *, model, seed, size):
    return client.text_to_image(prompt, model=model, width=size[0], height=size[1], seed=random.randint(0, 9999) + 5)
""", "seed-changed"),
            "fixed size": ("""
def banner(client, prompt, *, model, seed, size):
    return client.text_to_image(prompt, model=model, width=128, height=64, seed=seed)
""", "size-dropped"),
            "styled": ("""
def banner(client, prompt, *, model, seed, size):
    return client.text_to_image(prompt + ", 8k", model=model, width=size[0], height=size[1], seed=seed)
""", "prompt-changed"),
            "path": ("""
def banner(client, prompt, *, model, seed, size):
    client.text_to_image(prompt, model=model, width=size[0], height=size[1], seed=seed).save("b.png")
    return "b.png"
""", "wrong-type"),
            "tuple": ("""
def banner(client, prompt, *, model, seed, size):
    return (client.text_to_image(prompt, model=model, width=size[0], height=size[1], seed=seed), seed)
""", "wrong-type"),
            "array": ("""
import numpy as np


def banner(client, prompt, *, model, seed, size):
    return np.array(client.text_to_image(prompt, model=model, width=size[0], height=size[1], seed=seed))
""", "wrong-type"),
            "shows": ("""
def banner(client, prompt, *, model, seed, size):
    client.text_to_image(prompt, model=model, width=size[0], height=size[1], seed=seed).show
""", "returns-none"),
            "size kw": ("""
def banner(client, prompt, *, model, seed, size):
    return client.text_to_image(prompt, model=model, size=size, seed=seed)
""", "crashed"),
        },
    },
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
    "06.3": {
        "right": {
            "words": """
import re

STYLE = ("4k", "8k", "highly detailed", "trending", "masterpiece", "digital art")


def alt_text(prompt, max_len=125):
    parts = prompt.split(",")
    keep = []
    for i, p in enumerate(parts):
        if i and p.strip().lower().startswith(STYLE):
            break
        keep.append(p)
    t = ",".join(keep).strip()
    t = re.sub("^(an? )?(image|picture|photo|drawing) of\\\\s*", "", t, flags=re.I).strip()
    if not t:
        return "Decorative image"
    if len(t) > max_len:
        words = t.split()
        t = ""
        for w in words:
            if len((t + " " + w).strip()) > max_len:
                break
            t = (t + " " + w).strip()
    return t[0].upper() + t[1:]
""",
            "textwrap": """
import re

STYLE = ("4k", "8k", "highly detailed", "trending", "masterpiece", "digital art")


def alt_text(prompt, max_len=125):
    parts = prompt.split(",")
    keep = []
    for i, p in enumerate(parts):
        if i and p.strip().lower().startswith(STYLE):
            break
        keep.append(p)
    t = ",".join(keep).strip()
    t = re.sub("^(an? )?(image|picture|photo|drawing) of\\\\s*", "", t, flags=re.I).strip()
    if not t:
        return "Decorative image"
    if len(t) > max_len:
        import textwrap

        t = textwrap.wrap(t, max_len)[0]
    return t[0].upper() + t[1:]
""",
        },
        "wrong": {
            "capitalize": ("""
import re

STYLE = ("4k", "8k", "highly detailed", "trending", "masterpiece", "digital art")


def alt_text(prompt, max_len=125):
    parts = prompt.split(",")
    keep = []
    for i, p in enumerate(parts):
        if i and p.strip().lower().startswith(STYLE):
            break
        keep.append(p)
    t = ",".join(keep).strip()
    t = re.sub("^(an? )?(image|picture|photo|drawing) of\\\\s*", "", t, flags=re.I).strip()
    if not t:
        return "Decorative image"
    if len(t) > max_len:
        words = t.split()
        t = ""
        for w in words:
            if len((t + " " + w).strip()) > max_len:
                break
            t = (t + " " + w).strip()
    return t.capitalize()
""", "lowers-the-rest"),
            "title": ("""
import re

STYLE = ("4k", "8k", "highly detailed", "trending", "masterpiece", "digital art")


def alt_text(prompt, max_len=125):
    parts = prompt.split(",")
    keep = []
    for i, p in enumerate(parts):
        if i and p.strip().lower().startswith(STYLE):
            break
        keep.append(p)
    t = ",".join(keep).strip()
    t = re.sub("^(an? )?(image|picture|photo|drawing) of\\\\s*", "", t, flags=re.I).strip()
    if not t:
        return "Decorative image"
    if len(t) > max_len:
        words = t.split()
        t = ""
        for w in words:
            if len((t + " " + w).strip()) > max_len:
                break
            t = (t + " " + w).strip()
    return t.title()
""", "lowers-the-rest"),
            "first comma": ("""
import re

STYLE = ("4k", "8k", "highly detailed", "trending", "masterpiece", "digital art")


def alt_text(prompt, max_len=125):
    parts = prompt.split(",")
    keep = []
    for i, p in enumerate(parts):
        if i and p.strip().lower().startswith(STYLE):
            break
        keep.append(p)
    t = parts[0].strip()
    t = re.sub("^(an? )?(image|picture|photo|drawing) of\\\\s*", "", t, flags=re.I).strip()
    if not t:
        return "Decorative image"
    if len(t) > max_len:
        words = t.split()
        t = ""
        for w in words:
            if len((t + " " + w).strip()) > max_len:
                break
            t = (t + " " + w).strip()
    return t[0].upper() + t[1:]
""", "cuts-at-first-comma"),
            "everywhere": ("""
import re

STYLE = ("4k", "8k", "highly detailed", "trending", "masterpiece", "digital art")


def alt_text(prompt, max_len=125):
    parts = prompt.split(",")
    keep = []
    for i, p in enumerate(parts):
        if i and p.strip().lower().startswith(STYLE):
            break
        keep.append(p)
    t = ",".join(keep).strip()
    t = re.sub("(an? )?(image|picture|photo|drawing) of\\\\s*", "", t, flags=re.I).strip()
    if not t:
        return "Decorative image"
    if len(t) > max_len:
        words = t.split()
        t = ""
        for w in words:
            if len((t + " " + w).strip()) > max_len:
                break
            t = (t + " " + w).strip()
    return t[0].upper() + t[1:]
""", "drops-in-the-middle"),
            "dots again": ("""
import re

STYLE = ("4k", "8k", "highly detailed", "trending", "masterpiece", "digital art")


def alt_text(prompt, max_len=125):
    parts = prompt.split(",")
    keep = []
    for i, p in enumerate(parts):
        if i and p.strip().lower().startswith(STYLE):
            break
        keep.append(p)
    t = ",".join(keep).strip()
    t = re.sub("^(an? )?(image|picture|photo|drawing) of\\\\s*", "", t, flags=re.I).strip()
    if not t:
        return "Decorative image"
    if len(t) > max_len:
        words = t.split()
        t = ""
        for w in words:
            if len((t + " " + w).strip()) > max_len:
                break
            t = (t + " " + w).strip()
    if len(t) < len(prompt) - 20 and max_len < 100:
        t = t[: max_len - 3] + "..."
    return t[0].upper() + t[1:]
""", "adds-text"),
            "default 100": ("""
import re

STYLE = ("4k", "8k", "highly detailed", "trending", "masterpiece", "digital art")


def alt_text(prompt, max_len=100):
    parts = prompt.split(",")
    keep = []
    for i, p in enumerate(parts):
        if i and p.strip().lower().startswith(STYLE):
            break
        keep.append(p)
    t = ",".join(keep).strip()
    t = re.sub("^(an? )?(image|picture|photo|drawing) of\\\\s*", "", t, flags=re.I).strip()
    if not t:
        return "Decorative image"
    if len(t) > max_len:
        words = t.split()
        t = ""
        for w in words:
            if len((t + " " + w).strip()) > max_len:
                break
            t = (t + " " + w).strip()
    return t[0].upper() + t[1:]
""", "other-default"),
            "no limit default": ("""
import re

STYLE = ("4k", "8k", "highly detailed", "trending", "masterpiece", "digital art")


def alt_text(prompt, max_len=1000):
    parts = prompt.split(",")
    keep = []
    for i, p in enumerate(parts):
        if i and p.strip().lower().startswith(STYLE):
            break
        keep.append(p)
    t = ",".join(keep).strip()
    t = re.sub("^(an? )?(image|picture|photo|drawing) of\\\\s*", "", t, flags=re.I).strip()
    if not t:
        return "Decorative image"
    if len(t) > max_len:
        words = t.split()
        t = ""
        for w in words:
            if len((t + " " + w).strip()) > max_len:
                break
            t = (t + " " + w).strip()
    return t[0].upper() + t[1:]
""", "too-long"),
            "ends only": ("""
import re

STYLE = ("8k", "highly detailed", "trending", "masterpiece", "digital art")


def alt_text(prompt, max_len=125):
    parts = prompt.split(",")
    keep = []
    for i, p in enumerate(parts):
        if i and p.strip().lower().startswith(STYLE):
            break
        keep.append(p)
    t = ",".join(keep).strip()
    t = re.sub("^(an? )?(image|picture|photo|drawing) of\\\\s*", "", t, flags=re.I).strip()
    if not t:
        return "Decorative image"
    if len(t) > max_len:
        words = t.split()
        t = ""
        for w in words:
            if len((t + " " + w).strip()) > max_len:
                break
            t = (t + " " + w).strip()
    return t[0].upper() + t[1:]
""", "style-noise"),
            "period": ("""
import re

STYLE = ("4k", "8k", "highly detailed", "trending", "masterpiece", "digital art")


def alt_text(prompt, max_len=125):
    parts = prompt.split(",")
    keep = []
    for i, p in enumerate(parts):
        if i and p.strip().lower().startswith(STYLE):
            break
        keep.append(p)
    t = ",".join(keep).strip()
    t = re.sub("^(an? )?(image|picture|photo|drawing) of\\\\s*", "", t, flags=re.I).strip()
    if not t:
        return "Decorative image"
    if len(t) > max_len:
        words = t.split()
        t = ""
        for w in words:
            if len((t + " " + w).strip()) > max_len:
                break
            t = (t + " " + w).strip()
    return t[0].upper() + t[1:] + "."
""", "adds-text"),
            "no an": ("""
import re

STYLE = ("4k", "8k", "highly detailed", "trending", "masterpiece", "digital art")


def alt_text(prompt, max_len=125):
    parts = prompt.split(",")
    keep = []
    for i, p in enumerate(parts):
        if i and p.strip().lower().startswith(STYLE):
            break
        keep.append(p)
    t = ",".join(keep).strip()
    t = re.sub("^(a )?(image|picture|photo|drawing) of\\\\s*", "", t, flags=re.I).strip()
    if not t:
        return "Decorative image"
    if len(t) > max_len:
        words = t.split()
        t = ""
        for w in words:
            if len((t + " " + w).strip()) > max_len:
                break
            t = (t + " " + w).strip()
    return t[0].upper() + t[1:]
""", "says-image-of"),
            "none": ("""
import re

STYLE = ("4k", "8k", "highly detailed", "trending", "masterpiece", "digital art")


def alt_text(prompt, max_len=125):
    parts = prompt.split(",")
    keep = []
    for i, p in enumerate(parts):
        if i and p.strip().lower().startswith(STYLE):
            break
        keep.append(p)
    t = ",".join(keep).strip()
    t = re.sub("^(an? )?(image|picture|photo|drawing) of\\\\s*", "", t, flags=re.I).strip()
    if not t:
        return None
    if len(t) > max_len:
        words = t.split()
        t = ""
        for w in words:
            if len((t + " " + w).strip()) > max_len:
                break
            t = (t + " " + w).strip()
    return t[0].upper() + t[1:]
""", "returns-none"),
            "drops style anywhere": ("""
import re

STYLE = ("4k", "8k", "highly detailed", "trending", "masterpiece", "digital art")


def alt_text(prompt, max_len=125):
    parts = prompt.split(",")
    keep = []
    for i, p in enumerate(parts):
        if i and p.strip().lower().startswith(STYLE):
            break
        keep.append(p)
    t = ",".join(keep).strip().replace("trending ", "")
    t = re.sub("^(an? )?(image|picture|photo|drawing) of\\\\s*", "", t, flags=re.I).strip()
    if not t:
        return "Decorative image"
    if len(t) > max_len:
        words = t.split()
        t = ""
        for w in words:
            if len((t + " " + w).strip()) > max_len:
                break
            t = (t + " " + w).strip()
    return t[0].upper() + t[1:]
""", "too-eager"),
        },
    },
    "06.4": {
        "right": {
            "fraction": """
from fractions import Fraction as F


def plan_batch(n, price, budget):
    p, b = (F(str(price)), F(str(budget)))
    return n if p == 0 else sorted((0, b // p, n))[1]
""",
            "quantize": """
from decimal import Decimal as D, ROUND_FLOOR


def plan_batch(n, price, budget):
    p, b = map(D, (str(price), str(budget)))
    if not p:
        return n
    return max(0, min(int((b / p).to_integral_value(ROUND_FLOOR)), n))
""",
            "numpy int": """
import numpy as np
from decimal import Decimal as D


def plan_batch(n, price, budget):
    p, b = (D(str(price)), D(str(budget)))
    return np.int64(n if p == 0 else max(0, min(n, b // p)))
""",
        },
        "wrong": {
            "eps": ("""
def plan_batch(n, price, budget):
    p, b = (float(price), float(budget))
    return n if p == 0 else max(0, min(n, int(b / p + 1e-09)))
""", "over-budget"),
            "round": ("""
def plan_batch(n, price, budget):
    p, b = (float(price), float(budget))
    return n if p == 0 else max(0, min(n, round(b / p)))
""", "over-budget"),
            "cents": ("""
def plan_batch(n, price, budget):
    p, b = (round(float(price) * 100), round(float(budget) * 100))
    return n if p == 0 else max(0, min(n, b // p))
""", "over-budget"),
            "micro": ("""
def plan_batch(n, price, budget):
    p, b = (round(float(price) * 10**6), round(float(budget) * 10**6))
    return n if p == 0 else max(0, min(n, b // p))
""", "over-budget"),
            "ceil again": ("""
import math


def plan_batch(n, price, budget):
    p, b = (float(price), float(budget))
    return n if p == 0 else max(0, min(n, math.ceil(b / p)))
""", "over-budget"),
            "float result": ("""
from decimal import Decimal as D


def plan_batch(n, price, budget):
    p, b = (D(str(price)), D(str(budget)))
    return float(n) if p == 0 else float(max(0, min(n, b // p)))
""", "not-whole"),
            "catch all": ("""
def plan_batch(n, price, budget):
    try:
        return max(0, min(n, int(budget // price)))
    except Exception:
        return n
""", "float-floor"),
            "str out": ("""
from decimal import Decimal as D


def plan_batch(n, price, budget):
    p, b = (D(str(price)), D(str(budget)))
    return str(n if p == 0 else max(0, min(n, b // p)))
""", "not-whole"),
            "sub loop": ("""
def plan_batch(n, price, budget):
    k = 0
    b = float(budget)
    p = float(price)
    while k < n and b >= p:
        b -= p
        k += 1
    return k
""", "float-floor"),
            "one too few": ("""
from decimal import Decimal as D


def plan_batch(n, price, budget):
    p, b = (D(str(price)), D(str(budget)))
    k = 0
    while k < n and (k + 1) * p < b:
        k += 1
    return k
""", "strictly-less"),
            "true": ("""
def plan_batch(n, price, budget):
    return True
""", "not-whole"),
        },
    },
}
