"""Reading a conversation: what the last message asks for, with which text, and how long the answer may be."""
from __future__ import annotations

import re
from typing import NamedTuple

MOST_CHARS = 24_000  # of one message; longer ones are read from the start only
NUMBERS = {word: n for n, word in enumerate(
    "zero one two three four five six seven eight nine ten eleven twelve".split())}
NUMBERS.update(fifteen=15, twenty=20, thirty=30, forty=40, fifty=50)
_NUMBER = r"(\d{1,3}|" + "|".join(NUMBERS) + ")"
_WORDS = re.compile(rf"(?:at most|maximum of|max(?:imum)?\.?|up to|under|below|within|fewer than|less than|no more than|"
                    rf"not more than|in|about|around|<=?|≤|only|exactly)[\s:]*{_NUMBER}[\s-]words?\b"
                    rf"|\b{_NUMBER}[\s-]words? (?:or less|or fewer|at most|max|maximum|limit)"
                    rf"|max_words\s*[=:]\s*(\d+)", re.I)
_SENTENCES = re.compile(rf"\b(?:a single|{_NUMBER}|an?)[\s-]+(?:(?:short|brief|plain|simple|complete|full)\s+)*"
                        r"(sentences?|lines?|liners?)\b", re.I)
_BRIEF = re.compile(r"\b(concise(ly)?|brief(ly)?|terse(ly)?|succinct(ly)?|keep (it|answers|replies) short|short answers?|"
                    r"short repl(y|ies)|in short|tl;?dr|to the point)\b", re.I)
_MANNER = re.compile(r"\b(?:in|with|using) (?:a |one |simple |plain |easy |your own |other )*(?:paragraphs?|words|terms|english|"
                     r"language)\b|\bas if to an? [\w ]{3,30}|\bto an? (?:child|beginner|software engineer|developer|colleague)\b|"
                     r"\blike i'?m (?:five|5)\b|\beli5\b|\bstep by step(?= *[.?!]?$)|\b(?:please|kindly)\b", re.I)

_SUMMARISE = re.compile(r"\b(summari[sz](e|es|ing|ation)|summary|sum (this|it|that|the \w+|up)|tl;?dr|condense|"
                        r"boil (this|it) down|the gist|main point)\b", re.I)
_MARKED = re.compile(r"(?im)^\s*(?:the )?(?:ticket|text|message|review|e-?mail|customer|input|tweet|sentence)(?: text)?\s*:\s*")
_CLASSIFY = re.compile(r"\b(classif(y|ies|ication)|categori[sz]e|(which|what) (category|label|class|department|team|topic)|"
                       r"label (this|the|it|tickets?|each)|labels:|(is|are) one of|as one of|into one of|choose (one|from|a label)|"
                       r"pick (one|a label|the)|assign|one of these|one of the following|exactly one)\b"
                       r"|\b(is|was|are|does) (this|the|it|that)\b[^.?!\n]{0,60}\bor\b[^.?!\n]{0,30}\?|positive or negative", re.I)
_REPLY = re.compile(r"\b(draft|write|compose|suggest|prepare|generate|send|give)\b[^.?!\n]{0,60}"
                    r"\b(reply|response|answer|e-?mail|message back)\b"
                    r"|\b(reply|respond|answer)\b[^.?!\n]{0,40}\b(ticket|customer|message|complaint|e-?mail|client)\b"
                    r"|\b(help|support|service)[ -]?desk (agent|assistant)|customer (support|service)"
                    r"|support (agent|assistant|team)|repl(y|ies) for lantern", re.I)
_ECHO = re.compile(r"^\s*(?:please\s+)?(?:say|repeat|echo|reply with|answer with|respond with|just say|only say)"
                   r"(?: only| exactly| just| after me| the words?| the following)*\s*[:,]?\s+"
                   r"(?!(?:something|anything|more|me|it|that|what|why|how|an?|your|in|one|with|yes or) )(.{1,200})$", re.I | re.S)
_QUESTION = re.compile(r"^\W*(how|what|why|when|which|who|where|can|could|should|do|does|is|are|explain|define)\b", re.I)

EDITS = (
    ("shorter", r"short(er|en)|brief(er)?|more concise|less text|fewer words|trim|too long|cut it|one sentence|one line|"
                r"\d+ words|summari[sz]e (it|that|this)|sum (it|that) up|tl;?dr|condense|twenty words|ten words"),
    ("formal", r"(more|very|less in)? ?(formal|professional|polite|serious|official)"),
    ("friendly", r"(friendl|warm|casual|nicer|kinder|informal|personal|less formal)\w*"),
    ("bullets", r"bullets?|bullet points?|as a list|list form|numbered"),
    ("simpler", r"simpl(er|ify|e words)|easier|plain(er)? (words|english|language)|like i'?m (five|5)|eli5"),
    ("again", r"rephrase|reword|rewrite|other words|different(ly)?( words)?|another (version|way|try)|"
              r"again|paraphrase|try again"),
    ("more", r"longer|more detail\w*|elaborate|expand|tell me more|go on|continue|say more|go deeper|what else|"
             r"more about (it|that)|^more\b"),
)
_EDITS = tuple((name, re.compile(rf"(?:^|\b)(?:{pattern})\b", re.I)) for name, pattern in EDITS)
_ABOUT_IT = re.compile(r"\b(it|that|this|the (answer|reply|text|draft|last|above|message|response)|your (answer|reply|"
                       r"last|response))\b", re.I)


_LISTED = re.compile(
    r"\b(?:one of(?: these| the following)?(?: (?:labels|categories|classes|topics|teams))?|labels?(?: are)?|categories(?: are)?|"
    r"options|classes|choices|teams|topics|departments|into|from|as|(?:category|label|class|team|topic|department)[^:?.\n]{0,30}:)(?:\s+(?:exactly |either )?(?:one of)?)?\s*[:=]?\s+"
    r"(?=([^.\n?:]+(?:\n\s*[-*•][^\n]+)*))", re.I)


class Limit(NamedTuple):
    """Longest answer wanted, in words and sentences; None where nothing was said."""

    words: int | None = None
    sentences: int | None = None


class Ask(NamedTuple):
    """What is asked. `kind`: question, edit, summary, label, reply or echo. `text` is the question, or the text to
    work on; `before` the earlier turns of the user, `last` the model's last answer."""

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
    """The request in a conversation. The last user message counts most; a system message sets the task and length."""
    system = "\n".join(content(m) for m in messages if m.get("role") in ("system", "developer"))
    users = [content(m) for m in messages if m.get("role") == "user"]
    answers = [content(m) for m in messages if m.get("role") == "assistant"]
    text = users[-1] if users else ""
    limit = _limit(text, system)
    ask = _task(text, system, limit) or Ask("question", text, limit)
    last = answers[-1] if answers else ""
    if last.strip() and ask.kind in ("question", "summary") and (edits := _edits(text)):
        ask = Ask("edit", text, limit, last=last, edits=edits)
    return ask._replace(before="\n".join(users[:-1])[-2000:], last=ask.last or last)


def _limit(text: str, system: str) -> Limit:
    """The user's wish for length wins over the system's."""
    head, tail = text[:300], text[-160:] if len(text) > 300 else ""
    for source in (head + "\n" + tail, system):
        words, sentences = _words(source), _sentences(source)
        if words or sentences:
            return Limit(words, sentences)
    brief = _BRIEF.search(head) or _BRIEF.search(system)
    return Limit(sentences=2) if brief else Limit()


def bare(text: str) -> str:
    """The question without what it says about length and manner."""
    for wish in (_WORDS, _SENTENCES, _BRIEF, _MANNER):
        text = wish.sub(" ", text)
    return text


def _words(text: str) -> int | None:
    found = _WORDS.search(text)
    return _number(next(g for g in found.groups() if g)) if found else None


def _sentences(text: str) -> int | None:
    for found in _SENTENCES.finditer(text):
        if found[1] or re.match(r"a single|an?[\s-]+(short|brief|one)|a one", found[0], re.I):
            return _number(found[1]) if found[1] else 1
    return 1 if re.search(r"\bone[- ](liner|line|sentence)\b", text, re.I) else None


def _number(word: str) -> int:
    return max(1, int(word) if word.isdigit() else NUMBERS[word.lower()])


def _edits(text: str) -> tuple[str, ...]:
    """Kinds of change a short follow-up asks for, such as "shorter please"; empty for a question of its own."""
    words = text.split()
    if len(words) > 16:
        return ()
    found = tuple(name for name, pattern in _EDITS if pattern.search(text))
    if not found:
        return ()
    rest = re.sub("|".join(pattern.pattern for _, pattern in _EDITS), " ", text, flags=re.I)
    free = [w for w in re.findall(r"[\w']+", rest.lower()) if w not in _FILLER]
    return found if len(free) <= (2 if _ABOUT_IT.search(text) else 0) else ()


_FILLER = frozenset("""make it that this the a an please can could you your be is in and but with for as of to answer reply text
draft response message now just much bit little even more less very too i want need would like give me say put write same
tone version last one sentence sentences words word line at most max than no only so use again still way way's them do
point points form keep let's us try however again under then also thanks thank ok okay hmm prefer need should sound sounds
""".split())


def _task(text: str, system: str, limit: Limit) -> Ask | None:
    """A task on a given text, if the messages name one."""
    instruction, given = split_task(text)
    if echo := _ECHO.match(text):
        if not _CLASSIFY.search(text) and "\n" not in text.strip() and not re.search(r"\bonly\b.*\bor\b", text):
            return Ask("echo", echo[1].strip().strip("\"'“”"), limit)
    for where, payload in ((instruction, given), (system, text)):
        least = 6 if where is instruction and _QUESTION.match(where) and len(find_labels(where)) < 2 else 3
        if not where or len(payload.split()) < least:
            continue
        if ask := _named_task(where, payload, limit):
            return ask
    changed = _edits(instruction) if given else ()
    return Ask("edit", instruction, limit, last=given, edits=changed) if changed else None


def _named_task(where: str, payload: str, limit: Limit) -> Ask | None:
    labels = find_labels(where)
    if len(labels) > 1 and (_CLASSIFY.search(where) or re.search(r"positive|negative|urgen|priority", where, re.I)):
        return Ask("label", payload, limit, labels=labels)
    if _SUMMARISE.search(where):
        return Ask("summary", payload, limit)
    return Ask("reply", payload, limit) if _REPLY.search(where) else None


def split_task(text: str) -> tuple[str, str]:
    """Instruction and the text it is about: ("Summarise this:", "the ticket ..."). No text: ("", "")."""
    quoted = re.search(r'"""(.+?)"""|```(.+?)```|<(\w+)>(.+?)</\3>|["“]([^"“”]{25,})["”]', text, re.S)
    if quoted:
        given = next(g for g in (quoted[1], quoted[2], quoted[4], quoted[5]) if g)
        return (text[:quoted.start()] + " " + text[quoted.end():]).strip(), given.strip()
    if (marked := _MARKED.search(text)) and marked.start() > 5:
        return text[:marked.start()].strip(), text[marked.end():].strip()
    if inline := re.match(r"(?s)(.{6,600}[.?!])\s+(?:ticket|text|message|review|e-?mail|customer|input)\s*:\s*(.+)$", text, re.I):
        return inline[1], inline[2]
    if given := re.match(r"(?s)(.{6,700}?):[ \t]*\n?[ \t]*(?=\S)(.+)$", text):
        return _regroup(given[1] + ":", given[2])
    blocks = re.split(r"\n\s*\n", text.strip(), maxsplit=1)
    if len(blocks) == 2:
        first_is_task = _is_task(blocks[0]) or not _is_task(blocks[1])
        return (blocks[0], blocks[1]) if first_is_task else (blocks[1], blocks[0])
    return _by_sentence(text)


def _regroup(head: str, rest: str) -> tuple[str, str]:
    """Move labels and later instructions, which may follow the first colon, to the instruction."""
    lines = rest.split("\n")
    listed = re.search(r"(?:one of|labels?|categories|options|classes|choices|into|from|as)\b[^:]{0,40}:$", head, re.I)
    if listed and len(lines) > 1:
        return head + " " + lines[0], re.sub(r"^\s*\w[\w ]{0,20}:\s*", "", "\n".join(lines[1:]).strip())
    inner = re.match(r"(?s)(.*?[.\n]\s*|[^.:\n]{3,200}?[.;]?\s)(?:ticket|text|message|review|e-?mail|customer|input|tweet)"
                     r"\s*:\s*(.+)$", rest, re.I)
    if inner:
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
    if scale := re.search(r"\b(\d)\s*(?:to|-|–|through)\s*(\d)\b", text):
        low, high = int(scale[1]), int(scale[2])
        if low < high and re.search(r"urgen|priorit|scale|rate|score|stars?", text, re.I):
            return tuple(str(n) for n in range(low, high + 1))
    bullets = re.findall(r"^\s*[-*•]\s*(.+?)\s*$", text, re.M)
    if len(bullets) > 1:
        return tuple(re.split(r"[:(–]", bullet)[0].strip(" \"'`") for bullet in bullets)
    if bracketed := re.search(r"[\[(]([^\])]{5,400}[,|/][^\])]{1,200})[\])]", text):
        return _split_labels(bracketed[1])
    lists = [_split_labels(found[1]) for found in _LISTED.finditer(text)]
    either = re.search(r"\b((?:[\w-]+(?: [\w-]+)?,\s*)*[\w-]+\s*,?\s+or\s+[\w-]+)\b", text)
    longest = max(lists, key=len, default=())
    return longest if len(longest) > 1 else _split_labels(either[1]) if either else ()


def _split_labels(text: str) -> tuple[str, ...]:
    parts = re.split(r"\s*(?:,|;|/|\||\n|\bor\b|\band\b(?=[^,]*$))\s*", text)
    names = [re.sub(r"^(?:either|the|a|an|(?:exactly )?one of|these|following|:)[\s:]+", "", p.strip(" \"'`:[](){}*-"), flags=re.I)
             for p in parts]
    return tuple(dict.fromkeys(n for n in names if n and len(n.split()) <= 4))
