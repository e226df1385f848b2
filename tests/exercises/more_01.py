"""More answers to the exercises of lesson 01: mistakes people make, and unusual ways to be right."""

CASES = {
    "01.1": {
        "right": {
            "walrus": """
from huggingface_hub import InferenceClient


def make_client(env):
    if not (t := env.get("HF_TOKEN", "")):
        raise ValueError("missing: HF_TOKEN")
    return InferenceClient(token=t, timeout=10)
""",
            "subclass": """
from huggingface_hub import InferenceClient


class Missing(ValueError):
    pass


def make_client(env):
    if not env.get("HF_TOKEN"):
        raise Missing("HF_TOKEN")
    return InferenceClient(token=env["HF_TOKEN"], timeout=10.0)
""",
            "partial": """
from huggingface_hub import InferenceClient
import functools

mk = functools.partial(InferenceClient, timeout=30)


def make_client(env):
    if not env.get("HF_TOKEN"):
        raise ValueError("HF_TOKEN")
    return mk(token=env["HF_TOKEN"])
""",
        },
        "wrong": {
            "pop": ("""
from huggingface_hub import InferenceClient


def make_client(env):
    t = env.pop("HF_TOKEN", None)
    if not t:
        raise ValueError("HF_TOKEN")
    return InferenceClient(token=t, timeout=10)
""", "mutates-input"),
            "inf": ("""
from huggingface_hub import InferenceClient


def make_client(env):
    t = env.get("HF_TOKEN")
    if not t:
        raise ValueError("HF_TOKEN")
    return InferenceClient(token=t, timeout=float("inf"))
""", "no-timeout"),
            "zero": ("""
from huggingface_hub import InferenceClient


def make_client(env):
    t = env.get("HF_TOKEN")
    if not t:
        raise ValueError("HF_TOKEN")
    return InferenceClient(token=t, timeout=0)
""", "no-timeout"),
            "prints missing": ("""
from huggingface_hub import InferenceClient


def make_client(env):
    t = env.get("HF_TOKEN")
    if not t:
        print("HF_TOKEN missing")
        return None
    return InferenceClient(token=t, timeout=10)
""", "missing-token-accepted"),
            "assert": ("""
from huggingface_hub import InferenceClient


def make_client(env):
    assert env.get("HF_TOKEN"), "HF_TOKEN missing"
    return InferenceClient(token=env["HF_TOKEN"], timeout=10)
""", "unclear-error"),
            "fallback": ("""
from huggingface_hub import InferenceClient
import os


def make_client(env):
    t = env.get("HF_TOKEN") or os.environ.get("HF_TOKEN")
    if not t:
        raise ValueError("HF_TOKEN")
    return InferenceClient(token=t, timeout=10)
""", "missing-token-accepted"),
            "sets environ": ("""
from huggingface_hub import InferenceClient
import os


def make_client(env):
    if not env.get("HF_TOKEN"):
        raise ValueError("HF_TOKEN")
    os.environ["HF_TOKEN"] = env["HF_TOKEN"]
    return InferenceClient(timeout=10)
""", "token-not-used"),
            "clears environ": ("""
from huggingface_hub import InferenceClient
import os


def make_client(env):
    os.environ.pop("HF_TOKEN", None)
    if not env.get("HF_TOKEN"):
        raise ValueError("HF_TOKEN")
    return InferenceClient(token=env["HF_TOKEN"])
""", "no-timeout"),
            "singleton": ("""
from huggingface_hub import InferenceClient

c = None


def make_client(env):
    global c
    if not env.get("HF_TOKEN"):
        raise ValueError("HF_TOKEN")
    c = c or InferenceClient(token=env["HF_TOKEN"], timeout=9)
    return c
""", "token-fixed"),
            "async client": ("""
from huggingface_hub import AsyncInferenceClient


def make_client(env):
    return AsyncInferenceClient(token=env["HF_TOKEN"], timeout=9)
""", "wrong-type"),
            "empty ok": ("""
from huggingface_hub import InferenceClient


def make_client(env):
    if "HF_TOKEN" not in env:
        raise ValueError("HF_TOKEN")
    return InferenceClient(token=env["HF_TOKEN"], timeout=9)
""", "missing-token-accepted"),
        },
    },
    "01.2": {
        "right": {
            "dict access": """
def summarize(client, text, *, model, max_words=20):
    r = client.chat_completion(messages=[{"role": "user", "content": f"Max {max_words} words\\n{text}"}], model=model)
    return r["choices"][0]["message"]["content"].strip()
""",
            "stream": """
def summarize(client, text, *, model, max_words=20):
    out = ""
    for c in client.chat_completion(
        [{"role": "user", "content": f"Max {max_words} words\\n{text}"}], model=model, stream=True
    ):
        if c.choices:
            out += c.choices[0].delta.content or ""
    return out.strip()
""",
            "parts": """
def summarize(client, text, *, model, max_words=20):
    r = client.chat_completion(
        messages=[
            {
                "role": "user",
                "content": [{"type": "text", "text": f"Max {max_words} words"}, {"type": "text", "text": text}],
            }
        ],
        model=model,
    )
    return r.choices[0].message.content.strip()
""",
            "helper": """
def ask(c, m, **k):
    return c.chat.completions.create(messages=m, **k).choices[0].message.content.strip()


def summarize(client, text, *, max_words=20, model):
    return ask(
        client, [{"role": "system", "content": f"<= {max_words} words"}, {"role": "user", "content": text}], model=model
    )
""",
        },
        "wrong": {
            "hard model": ("""
def summarize(client, text, *, model, max_words=20):
    r = client.chat_completion(
        messages=[{"role": "user", "content": f"Max {max_words} words\\n{text}"}], model="practice/chat"
    )
    return r.choices[0].message.content.strip()
""", "model-dropped"),
            "max_tokens only": ("""
def summarize(client, text, *, model, max_words=20):
    r = client.chat_completion(
        messages=[{"role": "user", "content": "Summarise " + text}], model=model, max_tokens=max_words
    )
    return r.choices[0].message.content.strip()
""", "limit-not-sent"),
            "lower": ("""
def summarize(client, text, *, model, max_words=20):
    r = client.chat_completion(
        messages=[{"role": "user", "content": f"{max_words} words: " + text.lower()}], model=model
    )
    return r.choices[0].message.content.strip()
""", "ticket-not-in-user"),
            "own client": ("""
from huggingface_hub import InferenceClient


def summarize(client, text, *, model, max_words=20):
    r = InferenceClient().chat_completion(
        messages=[{"role": "user", "content": f"{max_words} words: " + text}], model=model
    )
    return r.choices[0].message.content.strip()
""", "crashed"),
            "rstrip": ("""
def summarize(client, text, *, model, max_words=20):
    r = client.chat_completion(messages=[{"role": "user", "content": f"{max_words} words: " + text}], model=model)
    return r.choices[0].message.content.rstrip()
""", "not-stripped"),
            "positional model": ("""
def summarize(client, text, model):
    return "x"
""", "signature"),
            "catch all": ("""
def summarize(client, text, *, model, max_words=20):
    try:
        return client.text_generation(text)
    except Exception:
        return text[:20]
""", "not-chat"),
            "limit 20": ("""
def summarize(client, text, *, model, max_words=20):
    r = client.chat_completion(messages=[{"role": "user", "content": "At most 20 words: " + text}], model=model)
    return r.choices[0].message.content.strip()
""", "limit-not-sent"),
            "prints": ("""
def summarize(client, text, *, model, max_words=20):
    r = client.chat_completion(
        messages=[{"role": "user", "content": f"At most {max_words} words: " + text}], model=model
    )
    print(r.choices[0].message.content.strip())
""", "returns-none"),
            "splits lines": ("""
def summarize(client, text, *, model, max_words=20):
    r = client.chat_completion(
        messages=[{"role": "user", "content": f"At most {max_words} words: " + text}], model=model
    )
    return r.choices[0].message.content.strip().split(".")[0]
""", "not-stripped"),
        },
    },
    "01.3": {
        "right": {
            "two lists": """
N = "chat embeddings similarity classification zero-shot ner image".split()
M = ("chat_completion feature_extraction sentence_similarity text_classification "
    "zero_shot_classification token_classification text_to_image").split()


def pick_method(task):
    for n, m in zip(N, M):
        if task.lower() == n:
            return m
    raise ValueError("choose: " + str(N))
""",
            "upper msg": """
D = dict(
    zip(
        "CHAT EMBEDDINGS SIMILARITY CLASSIFICATION ZERO-SHOT NER IMAGE".split(),
        ("chat_completion feature_extraction sentence_similarity text_classification "
            "zero_shot_classification token_classification text_to_image").split(),
    )
)


def pick_method(task):
    try:
        return D[task.upper()]
    except KeyError:
        raise ValueError(f"{task}: {list(D)}")
""",
        },
        "wrong": {
            "substring": ("""
D = dict(
    zip(
        "chat embeddings similarity classification zero-shot ner image".split(),
        ("chat_completion feature_extraction sentence_similarity text_classification "
            "zero_shot_classification token_classification text_to_image").split(),
    )
)


def pick_method(task):
    for k in D:
        if k in task.lower():
            return D[k]
    raise ValueError(str(list(D)))
""", "unknown-accepted"),
            "prefix": ("""
D = dict(
    zip(
        "chat embeddings similarity classification zero-shot ner image".split(),
        ("chat_completion feature_extraction sentence_similarity text_classification "
            "zero_shot_classification token_classification text_to_image").split(),
    )
)


def pick_method(task):
    for k in D:
        if k.startswith(task.lower()):
            return D[k]
    raise ValueError(str(list(D)))
""", "unknown-accepted"),
            "returns error": ("""
D = dict(
    zip(
        "chat embeddings similarity classification zero-shot ner image".split(),
        ("chat_completion feature_extraction sentence_similarity text_classification "
            "zero_shot_classification token_classification text_to_image").split(),
    )
)


def pick_method(task):
    return D.get(task.lower(), ValueError(str(list(D))))
""", "unknown-accepted"),
            "example": ("""
def pick_method(task):
    return "chat_completion"
""", "wrong-embeddings"),
            "underscore": ("""
def pick_method(task):
    return {
        "chat": "chat_completion",
        "embeddings": "feature_extraction",
        "similarity": "sentence_similarity",
        "classification": "text_classification",
        "zero-shot": "zero-shot-classification",
    }[task.lower()]
""", "wrong-zero-shot"),
        },
    },
    "01.4": {
        "right": {
            "match": """
def explain_error(exc):
    r = getattr(exc, "response", None)
    match getattr(r, "status_code", None):
        case 401:
            return ("401 no", "a")
        case 402:
            return ("402 pay", "b")
        case 403:
            return ("403 may not", "c")
        case 404:
            return ("404 where", "d")
        case 410:
            return ("410 gone", "e")
        case 422:
            return ("422 what", "f")
        case int() as s:
            return (f"{s}: other", "g")
    if isinstance(exc, TimeoutError) or "Timeout" in type(exc).__name__:
        return ("timeout", "h")
    return ("unknown", "i")
""",
            "list": """
T = {401: "a", 402: "b", 403: "c", 404: "d", 410: "e", 422: "f"}


def explain_error(exc):
    s = getattr(getattr(exc, "response", None), "status_code", None)
    if s in T:
        return [f"{s}: {T[s]}", "next"]
    if "timeout" in type(exc).__name__.lower():
        return ["timeout", "x"]
    return ["unknown", "x"]
""",
            "namedtuple": """
from typing import NamedTuple


class E(NamedTuple):
    cause: str
    step: str


T = {401: "a", 402: "b", 403: "c", 404: "d", 410: "e", 422: "f"}


def explain_error(exc):
    s = getattr(getattr(exc, "response", None), "status_code", None)
    if s in T:
        return E(f"{s}: {T[s]}", "next")
    if isinstance(exc, TimeoutError) or "timeout" in type(exc).__name__.lower():
        return E("timeout", "x")
    return E("unknown", "x")
""",
        },
        "wrong": {
            "only builtin timeout": ("""
T = {401: "a", 402: "b", 403: "c", 404: "d", 410: "e", 422: "f"}


def explain_error(exc):
    s = getattr(getattr(exc, "response", None), "status_code", None)
    if s in T:
        return (f"{s}: {T[s]}", "next")
    if isinstance(exc, TimeoutError):
        return ("timeout", "x")
    return ("unknown", "x")
""", "timeout-missed"),
            "500 timeout": ("""
T = {401: "a", 402: "b", 403: "c", 404: "d", 410: "e", 422: "f"}


def explain_error(exc):
    s = getattr(getattr(exc, "response", None), "status_code", None)
    if s in T:
        return (f"{s}: {T[s]}", "next")
    if s or "imeout" in type(exc).__name__:
        return ("timeout", "x")
    return ("unknown", "x")
""", "other-status"),
            "hasattr": ("""
T = {401: "a", 402: "b", 403: "c", 404: "d", 410: "e", 422: "f"}


def explain_error(exc):
    if hasattr(exc, "response"):
        s = exc.response.status_code
        return (f"{s}: {T[s]}", "x")
    if "imeout" in type(exc).__name__:
        return ("timeout", "x")
    return ("unknown", "x")
""", "crashes"),
            "empty step": ("""
T = {401: "a", 402: "b", 403: "c", 404: "d", 410: "e", 422: "f"}


def explain_error(exc):
    s = getattr(getattr(exc, "response", None), "status_code", None)
    if s in T:
        return (f"{s}: {T[s]}", "")
    if "imeout" in type(exc).__name__:
        return ("timeout", "")
    return ("unknown", "")
""", "not-a-pair"),
            "swapped": ("""
T = {401: "a", 402: "b", 403: "c", 404: "d", 410: "e", 422: "f"}


def explain_error(exc):
    s = getattr(getattr(exc, "response", None), "status_code", None)
    if s in T:
        return ("do", f"{s}: {T[s]}")
    return ("unknown", "x")
""", "status-from-text"),
            "raises": ("""
def explain_error(exc):
    raise exc
""", "crashed"),
        },
    },
}
