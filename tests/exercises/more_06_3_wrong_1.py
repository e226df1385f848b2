"""More answers to exercise 06.3: mistakes people make, part 1 of 2."""

CASES = {
    "06.3": {
        "right": {},
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
        },
    },
}
