"""More answers to exercise 06.3: unusual ways to be right."""

CASES = {
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
        "wrong": {},
    },
}
