"""Reading a conversation: what the last message asks for, and with which text."""
from __future__ import annotations

import re
from typing import NamedTuple

from . import wishes
from .wishes import Limit

MOST_CHARS = 24_000  # of one message; longer ones are read from the start only
GIVEN = "ticket|text|message|review|e-?mail|customer|input|tweet|sentence"  # names of the text to work on

_SUMMARISE = re.compile(
    r"\b(?:summari[sz](?:e|es|ing|ation)|summary|sum (?:this|it|that|the \w+|up)|tl;?dr|condense|"
    r"boil (?:this|it) down|the gist|main point)\b", re.I)
_CLASSIFY = re.compile(
    r"\b(?:classif(?:y|ies|ication)|categori[sz]e|"
    r"(?:which|what) (?:category|label|class|department|team|topic)|"
    r"label (?:this|the|it|tickets?|each)|labels:|(?:is|are) one of|as one of|into one of|"
    r"choose (?:one|from|a label)|pick (?:one|a label|the)|assign|one of (?:these|the following)|"
    r"exactly one)\b"
    r"|\b(?:is|was|are|does) (?:this|the|it|that)\b[^.?!\n]{0,60}\bor\b[^.?!\n]{0,30}\?"
    r"|positive or negative", re.I)
_GRADE = re.compile(r"positive|negative|urgen|priority", re.I)
_SCALE = re.compile(r"urgen|priorit|scale|rate|score|stars?", re.I)
_REPLY = re.compile(
    r"\b(?:draft|write|compose|suggest|prepare|generate|send|give)\b[^.?!\n]{0,60}"
    r"\b(?:reply|response|answer|e-?mail|message back)\b"
    r"|\b(?:reply|respond|answer)\b[^.?!\n]{0,40}\b(?:ticket|customer|message|complaint|e-?mail|client)\b"
    r"|\b(?:help|support|service)[ -]?desk (?:agent|assistant)|customer (?:support|service)"
    r"|support (?:agent|assistant|team)|repl(?:y|ies) for lantern", re.I)
_DESK = re.compile(r"\b(?:help|support|service)[ -]?desk\b|\brepl(?:y|ies) to (?:customers?|tickets?|messages)\b", re.I)
_ECHO = re.compile(
    r"\s*(?:please\s+)?(?:say|repeat|echo|reply with|answer with|respond with|just say|only say)"
    r"(?: only| exactly| just| after me| the words?| the following)*\s*[:,]?\s+"
    r"(?!(?:something|anything|more|me|it|that|what|why|how|an?|your|in|one|with|yes or) )(.{1,200})$",
    re.I | re.S)
_QUESTION = re.compile(
    r"\W*(?:how|what|why|when|which|who|where|can|could|should|do|does|is|are|explain|define)\b", re.I)
_QUOTED = re.compile(r'"""(.+?)"""|```(.+?)```|<(\w+)>(.+?)</\3>|["“]([^"“”]{25,})["”]', re.S)
_MARKED = re.compile(rf"(?im)^\s*(?:the )?(?:{GIVEN})(?: text)?\s*:\s*")
_INLINE = re.compile(rf"(?s)(.{{6,600}}[.?!])\s+(?:{GIVEN})\s*:\s*(.+)$", re.I)
_COLON = re.compile(r"(?s)(.{6,700}?):[ \t]*\n?[ \t]*(?=\S)(.+)$")
_INNER = re.compile(
    rf"(?s)(.*?[.\n]\s*|[^.:\n]{{3,200}}?[.;]?\s)(?:{GIVEN})\s*:\s*(.+)$", re.I)
_LIST_NAME = re.compile(
    r"(?:one of|labels?|categories|options|classes|choices|into|from|as)\b[^:]{0,40}:$", re.I)
_LISTED = re.compile(
    r"\b(?:one of(?: these| the following)?(?: (?:labels|categories|classes|topics|teams))?|labels?(?: are)?|"
    r"categories(?: are)?|options|classes|choices|teams|topics|departments|into|from|as|"
    r"(?:category|label|class|team|topic|department)[^:?.\n]{0,30}:)"
    r"(?:\s+(?:exactly |either )?(?:one of)?)?\s*[:=]?\s+(?=([^.\n?:]+(?:\n\s*[-*•][^\n]+)*))", re.I)
_BRACKETED = re.compile(r"[\[(]([^\])]{5,400}[,|/][^\])]{1,200})[\])]")
_BULLET = re.compile(r"^\s*[-*•]\s*(.+?)\s*$", re.M)
_EITHER = re.compile(r"\b((?:[\w-]+(?: [\w-]+)?,\s*){0,12}[\w-]+\s*,?\s+or\s+[\w-]+)\b")
_LABEL_START = re.compile(r"(?:either|the|a|an|(?:exactly )?one of|these|following|:)[\s:]+", re.I)


class Ask(NamedTuple):
    """What is asked. `kind`: question, edit, summary, label, reply, desk (a message to the desk of the system prompt) or echo.

    `text` is the question, or the text to work on; `before` the earlier turns of the user, `last` the text an edit is about: the
    model's last answer."""

    kind: str
    text: str
    limit: Limit = Limit()
    before: str = ""
    last: str = ""
    labels: tuple[str, ...] = ()
    edits: tuple[str, ...] = ()


def content(message: dict) -> str:
    """Text of a message; of a list of parts the text parts. Anything else is empty."""
    value = message.get("content")
    if isinstance(value, list):
        value = "\n".join(str(part.get("text", "")) for part in value if isinstance(part, dict))
    return value[:MOST_CHARS] if isinstance(value, str) else ""


def read(messages: list[dict]) -> Ask:
    """The request in a conversation. The last user message counts most; a system message sets task and
    length."""
    system = "\n".join(content(m) for m in messages if m.get("role") in ("system", "developer"))
    users = [content(m) for m in messages if m.get("role") == "user"]
    answers = [content(m) for m in messages if m.get("role") == "assistant"]
    text, last = users[-1] if users else "", answers[-1] if answers else ""
    limit = wishes.limit(text, system)
    ask = _task(text, system, limit) or Ask("question", text, limit)
    if last.strip() and ask.kind in ("question", "summary") and (edits := wishes.edits(text)):
        ask = Ask("edit", text, limit, last=last, edits=edits)
    if ask.kind == "question" and _DESK.search(system):
        ask = ask._replace(kind="desk")
    return ask._replace(before="\n".join(users[:-1])[-2000:], last=ask.last or last)


def _task(text: str, system: str, limit: Limit) -> Ask | None:
    """A task on a given text, if the messages name one."""
    if said := _echoed(text):
        return Ask("echo", said, limit)
    instruction, given = split_task(text)
    least = 6 if _QUESTION.match(instruction) and len(find_labels(instruction)) < 2 else 3
    for where, payload, words in ((instruction, given, least), (system, text, 3)):
        if where and len(payload.split()) >= words and (ask := _named_task(where, payload, limit)):
            return ask
    changed = wishes.edits(instruction) if given else ()
    return Ask("edit", instruction, limit, last=given, edits=changed) if changed else None


def _echoed(text: str) -> str:
    """What the model is told to say, word for word."""
    found = _ECHO.match(text)
    if not found or "\n" in text.strip() or _CLASSIFY.search(text) or re.search(r"\bonly\b.*\bor\b", text):
        return ""
    return found[1].strip().strip("\"'“”")


def _named_task(where: str, payload: str, limit: Limit) -> Ask | None:
    labels = find_labels(where)
    if len(labels) > 1 and (_CLASSIFY.search(where) or _GRADE.search(where)):
        return Ask("label", payload, limit, labels=labels)
    if _SUMMARISE.search(where):
        return Ask("summary", payload, limit)
    return Ask("reply", payload, limit) if _REPLY.search(where) else None


def split_task(text: str) -> tuple[str, str]:
    """Instruction and the text it is about: ("Summarise this:", "the ticket ..."). No text: ("", "")."""
    if quoted := _QUOTED.search(text):
        given = next(g for g in (quoted[1], quoted[2], quoted[4], quoted[5]) if g)
        return (text[:quoted.start()] + " " + text[quoted.end():]).strip(), given.strip()
    if (marked := _MARKED.search(text)) and marked.start() > 5:
        return text[:marked.start()].strip(), text[marked.end():].strip()
    if parts := _INLINE.match(text):
        return parts[1], parts[2]
    if parts := _COLON.match(text):
        return _regroup(parts[1] + ":", parts[2])
    blocks = re.split(r"\n\s*\n", text.strip(), maxsplit=1)
    if len(blocks) == 2:
        first_is_task = _is_task(blocks[0]) or not _is_task(blocks[1])
        return (blocks[0], blocks[1]) if first_is_task else (blocks[1], blocks[0])
    return _by_sentence(text)


def _regroup(head: str, rest: str) -> tuple[str, str]:
    """Move labels and later instructions, which may follow the first colon, to the instruction."""
    lines = rest.split("\n")
    listed = _LIST_NAME.search(head)
    if listed and len(lines) > 1:
        return head + " " + lines[0], re.sub(r"^\s*\w[\w ]{0,20}:\s*", "", "\n".join(lines[1:]).strip())
    if inner := _INNER.match(rest):
        return head + " " + inner[1], inner[2]
    tail = re.match(r"(?s)(.+?)\n\s*\n?([^\n]{5,200})$", rest)
    if not _is_task(head) and tail and _is_task(tail[2]):
        return tail[2], tail[1]
    if listed and (sentence := re.match(r"(?s)([^.\n]{3,150})\.\s+(.+)$", rest)):
        return head + " " + sentence[1], sentence[2]
    return head, rest


def _by_sentence(text: str) -> tuple[str, str]:
    """One block: sentences that name a task are the instruction, the others the text."""
    sentences = re.split(r"(?<=[.!?])\s+", text.strip())
    tasks = [s for s in sentences if _is_task(s)]
    rest = [s for s in sentences if not _is_task(s)]
    return (" ".join(tasks), " ".join(rest)) if tasks and rest else ("", "")


def _is_task(text: str) -> bool:
    return bool(_SUMMARISE.search(text) or _CLASSIFY.search(text) or _REPLY.search(text))


def find_labels(text: str) -> tuple[str, ...]:
    """Labels listed in an instruction, as they are written; empty when there is no list."""
    if scale := _scale(text):
        return scale
    bullets = _BULLET.findall(text)
    if len(bullets) > 1:
        return tuple(re.split(r"[:(–]", bullet)[0].strip(" \"'`") for bullet in bullets)
    if bracketed := _BRACKETED.search(text):
        return _split_labels(bracketed[1])
    longest = max((_split_labels(found[1]) for found in _LISTED.finditer(text)), key=len, default=())
    either = _EITHER.search(text)
    return longest if len(longest) > 1 else _split_labels(either[1]) if either else ()


def _scale(text: str) -> tuple[str, ...]:
    """The numbers of "from 1 to 5"."""
    found = re.search(r"\b(\d)\s*(?:to|-|–|through)\s*(\d)\b", text)
    if not found or int(found[1]) >= int(found[2]) or not _SCALE.search(text):
        return ()
    return tuple(str(n) for n in range(int(found[1]), int(found[2]) + 1))


def _split_labels(text: str) -> tuple[str, ...]:
    parts = re.split(r"\s*(?:,|;|/|\||\n|\bor\b|\band\b(?=[^,]*$))\s*", text)
    names = [_LABEL_START.sub("", part.strip(" \"'`:[](){}*-"), count=1) for part in parts]
    return tuple(dict.fromkeys(name for name in names if name and len(name.split()) <= 4))
