"""More answers to exercise 06.3: mistakes people make, part 2 of 2."""

CASES = {
    "06.3": {
        "right": {},
        "wrong": {
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
}
