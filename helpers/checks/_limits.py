"""What the kernel of `course.py check` may use up, and what is said of an answer that wants more.

The operating system keeps these limits where it has them: Linux both, macOS the size of files, Windows neither. There, and for
a kernel that dies of it, the time limit and the report of a lost kernel remain.
"""
from __future__ import annotations

import contextlib
import re

MOST_MEMORY = 2 << 30  # bytes that a kernel may claim; the course's own models need about a quarter
MOST_FILE = 100_000_000  # bytes of one file
DISK = "it found the disk full; free some space, or write less."
SAID = (
    (re.compile(r"\b_?(?:Array)?MemoryError\b|\[Errno 12\]"),
     "it needs more than 2 GB of memory; look for a list that never stops growing."),
    (re.compile(r"\[Errno 27\]"), "it writes a file of more than 100 MB; look for a loop that never stops."),
    (re.compile(r"\[Errno (?:28|122)\]"), DISK),
)


def impose() -> None:
    """Limit this process and its children; limits that are lower already stay."""
    try:
        import resource
    except ImportError:  # Windows
        return
    for kind, most in ((resource.RLIMIT_DATA, MOST_MEMORY), (resource.RLIMIT_FSIZE, MOST_FILE), (resource.RLIMIT_CORE, 0)):
        soft, hard = resource.getrlimit(kind)
        with contextlib.suppress(ValueError, OSError):  # macOS takes no limit for memory
            resource.setrlimit(kind, (most if soft == resource.RLIM_INFINITY else min(soft, most), hard))


def reached(text: str) -> str | None:
    """What to say when the report of a crash names one of the limits, else None."""
    return next((said for pattern, said in SAID if pattern.search(text)), None)
