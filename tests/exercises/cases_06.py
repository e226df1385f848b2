"""Right and wrong answers to the exercises of lesson 06."""

B = "def banner(client, prompt, *, model, seed, size):\n"
S = "import json\nfrom pathlib import Path\nfrom PIL.PngImagePlugin import PngInfo\ndef save_with_meta(img, path, meta):\n"
D = "from decimal import Decimal\ndef plan_batch(n, price, budget):\n"


def alt(body):
    return "import re\ndef alt_text(prompt, max_len=125):\n" + "\n".join("    " + line for line in body.strip("\n").splitlines())


STYLE = "('4k', '8k', 'highly detailed', 'trending', 'masterpiece', 'digital art')"
PARTS = f"""
keep = []
for part in prompt.split(','):
    if any(part.strip().lower().startswith(word) for word in {STYLE}):
        break
    keep.append(part)
text = ','.join(keep).strip(' ,')
"""
OPENING = """
text = re.sub(r'(?i)^(an? )?(image|picture|photo|drawing) of\\s*', '', text).strip(' ,')
"""
CUT = """
while len(text) > max_len:
    text = text.rpartition(' ')[0] or text[:max_len]
"""
END = "return (text[0].upper() + text[1:]) if text else 'Decorative image'"

CASES = {
    "06.1": {
        "right": {
            "keywords": B + "    options = dict(zip(('width', 'height'), size), seed=seed)\n    return client.text_to_image(prompt=prompt, model=model, **options)",
            "indices": B + "    picture = client.text_to_image(prompt, width=size[0], height=size[1], seed=seed, model=model, num_inference_steps=5)\n    return picture",
        },
        "wrong": {
            "bytes": ("import io\n" + B + "    img = client.text_to_image(prompt, model=model, width=size[0], height=size[1], seed=seed)\n    f = io.BytesIO()\n    img.save(f, 'PNG')\n    return f.getvalue()",
                      "returns-bytes"),
            "no seed": (B + "    return client.text_to_image(prompt, model=model, width=size[0], height=size[1])", "seed-dropped"),
            "seed or": (B + "    return client.text_to_image(prompt, model=model, width=size[0], height=size[1], seed=seed or 1)", "seed-changed"),
            "swapped": (B + "    h, w = size\n    return client.text_to_image(prompt, model=model, width=w, height=h, seed=seed)", "size-swapped"),
            "resized": (B + "    return client.text_to_image(prompt, model=model, seed=seed).resize(size)", "size-dropped"),
            "saves": (B + "    img = client.text_to_image(prompt, model=model, width=size[0], height=size[1], seed=seed)\n    img.save('banner-of-a-wrong-answer.png')\n    return img", "saves-a-file"),
            "own prompt": (B + "    return client.text_to_image(prompt + ', nice', model=model, width=size[0], height=size[1], seed=seed)", "prompt-changed"),
            "no return": (B + "    client.text_to_image(prompt, model=model, width=size[0], height=size[1], seed=seed)", "returns-none"),
        },
    },
    "06.2": {
        "right": {
            "x mode": S + """    info = PngInfo()
    info.add_text("recipe", json.dumps(meta, ensure_ascii=True))
    with open(path, "xb") as file:
        img.save(file, "PNG", pnginfo=info)
""",
            "itxt": S + """    target = Path(path)
    if target.is_file():
        raise FileExistsError(str(target))
    info = PngInfo()
    info.add_itxt("recipe", json.dumps(meta))
    img.save(target, pnginfo=info)
""",
        },
        "wrong": {
            "jpeg": (S + "    if Path(path).exists():\n        raise FileExistsError\n    img.save(path, 'JPEG')", "not-png"),
            "beside": (S + "    if Path(path).exists():\n        raise FileExistsError\n    info = PngInfo()\n    info.add_text('recipe', json.dumps(meta))\n    img.save(path, pnginfo=info)\n"
                       "    Path(str(path) + '.json').write_text(json.dumps(meta))", "file-beside"),
            "only beside": (S + "    if Path(path).exists():\n        raise FileExistsError\n    img.save(path)\n    Path(str(path) + '.json').write_text(json.dumps(meta))", "no-recipe"),
            "str": (S + "    if Path(path).exists():\n        raise FileExistsError\n    info = PngInfo()\n    info.add_text('recipe', str(meta).encode('latin-1', 'replace').decode('latin-1'))\n"
                    "    img.save(path, pnginfo=info)", "not-json"),
            "overwrites": (S + "    info = PngInfo()\n    info.add_text('recipe', json.dumps(meta))\n    img.save(path, pnginfo=info)", "overwrites"),
            "silent": (S + "    if Path(path).exists():\n        return\n    info = PngInfo()\n    info.add_text('recipe', json.dumps(meta))\n    img.save(path, pnginfo=info)", "silent-refusal"),
            "not given": (S + "    if Path(path).exists():\n        raise FileExistsError\n    info = PngInfo()\n    info.add_text('recipe', json.dumps(meta))\n    img.save(path)", "no-recipe"),
            "one field": (S + "    if Path(path).exists():\n        raise FileExistsError\n    info = PngInfo()\n    info.add_text('recipe', json.dumps(meta['prompt']))\n    img.save(path, pnginfo=info)", "recipe-changed"),
            "another name": (S + "    path = Path(path)\n    path = path.with_name('x' + path.name)\n    img.save(path)", "no-file"),
        },
    },
    "06.3": {
        "right": {
            "parts": alt(PARTS + OPENING + CUT + "text = text.strip(' ,')\n" + END),
            "lower copy": alt(f"""
low = prompt.lower()
ends = [low.find(', ' + word) for word in {STYLE}] + [low.find(',' + word) for word in {STYLE}]
text = prompt[:min([e for e in ends if e >= 0], default=len(prompt))].strip()
for start in ('an image of', 'a picture of', 'a photo of', 'a drawing of', 'image of', 'picture of', 'photo of', 'drawing of'):
    if text.lower().startswith(start):
        text = text[len(start):].strip(' ,')
        break
if len(text) > max_len:
    words, text = text.split(), ''
    for word in words:
        if len(text) + len(word) + bool(text) > max_len:
            break
        text = (text + ' ' + word).strip()
if not text:
    return 'Decorative image'
return text[:1].upper() + text[1:]
"""),
        },
        "wrong": {
            "mid-word": (alt(PARTS + OPENING + "text = text[:max_len]\n" + END), "cuts-a-word"),
            "noise": (alt("text = prompt\n" + OPENING + CUT + END), "style-noise"),
            "image of": (alt(PARTS + CUT + END), "says-image-of"),
            "case": (alt(PARTS + "text = re.sub(r'^(an? )?(image|picture|photo|drawing) of ', '', text)\n" + CUT + END), "says-image-of"),
            "empty": (alt(PARTS + OPENING + CUT + "return text[:1].upper() + text[1:]"), "empty"),
            "too long": (alt(PARTS + OPENING + "text = text[:1].upper() + text[1:]\nreturn text or 'Decorative image'"), "too-long"),
            "dots": (alt(PARTS + OPENING + "if len(text) > max_len:\n    text = text[:max_len].rsplit(' ', 1)[0] + '...'\n" + END), "cuts-a-word"),
            "lower": (alt(PARTS + OPENING + CUT + "return text or 'Decorative image'"), "not-capital"),
            "always back": (alt(PARTS + OPENING + "if len(text) > max_len:\n    text = text[:max_len].rsplit(' ', 1)[0]\n" + END), "exact-cut"),
            "eager": (alt("text = re.split(r'(?i),?\\s*\\b(4k|8k|highly detailed|trending|masterpiece|digital art)\\b', prompt)[0].strip(' ,')\n" + OPENING + CUT + END), "too-eager"),
            "no return": (alt("text = prompt"), "returns-none"),
        },
    },
    "06.4": {
        "right": {
            "loop": D + """    price, budget = Decimal(str(price)), Decimal(str(budget))
    count, spent = 0, Decimal(0)
    while count < n and spent + price <= max(budget, Decimal(0) if price == 0 else budget):
        count, spent = count + 1, spent + price
    return count
""",
            "fractions": """
from fractions import Fraction
def plan_batch(n, price, budget):
    price, budget = Fraction(str(price)), Fraction(str(budget))
    if not price:
        return n
    return min(n, max(0, budget // price))
""",
        },
        "wrong": {
            "float": ("def plan_batch(n, price, budget):\n    price, budget = float(price), float(budget)\n    return n if price == 0 else max(0, min(n, int(budget // price)))", "float-floor"),
            "ceil": ("import math\nfrom decimal import Decimal\ndef plan_batch(n, price, budget):\n    p, b = Decimal(str(price)), Decimal(str(budget))\n    return n if p == 0 else max(0, min(n, math.ceil(b / p)))", "over-budget"),
            "zero": (D + "    return max(0, min(n, int(Decimal(str(budget)) // Decimal(str(price)))))", "price-zero"),
            "negative": (D + "    p, b = Decimal(str(price)), Decimal(str(budget))\n    return n if p == 0 else min(n, int(b // p))", "negative"),
            "no n": (D + "    p, b = Decimal(str(price)), Decimal(str(budget))\n    return n if p == 0 else max(0, int(b // p))", "more-than-wished"),
            "decimal of float": (D + "    p, b = Decimal(price), Decimal(budget)\n    return n if p == 0 else max(0, min(n, int(b // p)))", "float-floor"),
            "no text": ("def plan_batch(n, price, budget):\n    k = 0\n    while k < n and round((k + 1) * price, 9) <= budget:\n        k += 1\n    return k", "kinds-of-numbers"),
            "decimal result": (D + "    p, b = Decimal(str(price)), Decimal(str(budget))\n    return n if p == 0 else max(0, min(n, b // p))", "not-whole"),
            "zero gives zero": (D + "    p, b = Decimal(str(price)), Decimal(str(budget))\n    return 0 if p == 0 else max(0, min(n, int(b // p)))", "price-zero"),
            "no return": (D + "    Decimal(str(price))", "returns-none"),
        },
    },
}
