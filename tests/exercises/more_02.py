"""More answers to the exercises of lesson 02: mistakes people make, and unusual ways to be right."""

CASES = {
    "02.1": {
        "right": {
            "partial": """
from openai import OpenAI
from functools import partial

hf_openai = lambda token: OpenAI(base_url="https://router.huggingface.co/v1", api_key=token)
""",
            "env": """
from openai import OpenAI
import os


def hf_openai(token):
    os.environ["OPENAI_BASE_URL"] = "https://router.huggingface.co/v1"
    return OpenAI(api_key=token)
""",
            "subclass": """
from openai import OpenAI


class C(OpenAI):
    pass


def hf_openai(token):
    return C(base_url="https://router.huggingface.co/v1", api_key=token)
""",
        },
        "wrong": {
            "bearer": ("""
from openai import OpenAI


def hf_openai(token):
    return OpenAI(base_url="https://router.huggingface.co/v1", api_key="Bearer " + token)
""", "key-not-used"),
            "http": ("""
from openai import OpenAI


def hf_openai(token):
    return OpenAI(base_url="http://router.huggingface.co/v1", api_key=token)
""", "other-host"),
            "typo": ("""
from openai import OpenAI


def hf_openai(token):
    return OpenAI(base_url="https://router.huggingface.com/v1", api_key=token)
""", "other-host"),
            "global": ("""
from openai import OpenAI

c = None


def hf_openai(token):
    global c
    c = c or OpenAI(base_url="https://router.huggingface.co/v1", api_key=token)
    return c
""", "key-not-used"),
            "async": ("""
from openai import AsyncOpenAI


def hf_openai(token):
    return AsyncOpenAI(base_url="https://router.huggingface.co/v1", api_key=token)
""", "wrong-type"),
            "strip key": ("""
from openai import OpenAI


def hf_openai(token):
    return OpenAI(base_url="https://router.huggingface.co/v1", api_key=token[3:])
""", "key-not-used"),
            "hub client": ("""
from huggingface_hub import InferenceClient


def hf_openai(token):
    return InferenceClient(base_url="https://router.huggingface.co/v1", api_key=token)
""", "wrong-type"),
        },
    },
    "02.2": {
        "right": {
            "model_dump": """
def chat_turn(client, history, user, *, model):
    m = [*history, {"role": "user", "content": user}]
    r = client.chat.completions.create(model=model, messages=m).choices[0].message
    return (r.content, m + [r.model_dump(exclude_none=True)])
""",
            "deepcopy": """
def chat_turn(client, history, user, *, model):
    import copy

    h = copy.deepcopy(history)
    h.append(dict(role="user", content=user))
    t = client.chat.completions.create(model=model, messages=h).choices[0].message.content
    h.append(dict(role="assistant", content=t))
    return (t, h)
""",
            "list pair": """
def chat_turn(client, history, user, *, model):
    m = history[:]
    m += [{"role": "user", "content": user}]
    t = client.chat.completions.create(model=model, messages=m).choices[0].message.content
    return [t, m + [{"role": "assistant", "content": t}]]
""",
            "stream": """
def chat_turn(client, history, user, *, model):
    m = [*history, {"role": "user", "content": user}]
    t = "".join(
        (
            c.choices[0].delta.content or ""
            for c in client.chat.completions.create(model=model, messages=m, stream=True)
            if c.choices
        )
    )
    return (t, [*m, {"role": "assistant", "content": t}])
""",
        },
        "wrong": {
            "object": ("""
def chat_turn(client, history, user, *, model):
    m = [*history, {"role": "user", "content": user}]
    r = client.chat.completions.create(model=model, messages=m).choices[0].message
    return (r.content, m + [r])
""", "not-dicts"),
            "adds system": ("""
def chat_turn(client, history, user, *, model):
    history = history or [{"role": "system", "content": "Be kind."}]
    m = [*history, {"role": "user", "content": user}]
    t = client.chat.completions.create(model=model, messages=m).choices[0].message.content
    return (t, [*m, {"role": "assistant", "content": t}])
""", "wrong-roles"),
            "hard model": ("""
def chat_turn(client, history, user, *, model):
    m = [*history, {"role": "user", "content": user}]
    t = client.chat.completions.create(model="practice/chat", messages=m).choices[0].message.content
    return (t, [*m, {"role": "assistant", "content": t}])
""", "model-dropped"),
            "alias": ("""
def chat_turn(client, history, user, *, model):
    m = history
    m.append({"role": "user", "content": user})
    try:
        t = client.chat.completions.create(model=model, messages=m).choices[0].message.content
    except Exception:
        m.pop()
        raise
    return (t, [*m, {"role": "assistant", "content": t}])
""", "mutates-input"),
            "plus equals": ("""
def chat_turn(client, history, user, *, model):
    history += [{"role": "user", "content": user}]
    t = client.chat.completions.create(model=model, messages=history).choices[0].message.content
    return (t, history + [{"role": "assistant", "content": t}])
""", "mutates-input"),
            "global history": ("""
h = []


def chat_turn(client, history, user, *, model):
    h.append({"role": "user", "content": user})
    t = client.chat.completions.create(model=model, messages=h).choices[0].message.content
    h.append({"role": "assistant", "content": t})
    return (t, list(h))
""", "carries-over"),
            "reply object": ("""
def chat_turn(client, history, user, *, model):
    m = [*history, {"role": "user", "content": user}]
    r = client.chat.completions.create(model=model, messages=m)
    return (r, [*m, {"role": "assistant", "content": r.choices[0].message.content}])
""", "not-text"),
            "without system": ("""
def chat_turn(client, history, user, *, model):
    m = [x for x in history if x["role"] != "system"] + [{"role": "user", "content": user}]
    t = client.chat.completions.create(model=model, messages=m).choices[0].message.content
    return (t, [*history, {"role": "user", "content": user}, {"role": "assistant", "content": t}])
""", "sends-last-turn-only"),
            "retries": ("""
def chat_turn(client, history, user, *, model):
    m = [*history, {"role": "user", "content": user}]
    for _ in range(3):
        try:
            t = client.chat.completions.create(model=model, messages=m).choices[0].message.content
            return (t, [*m, {"role": "assistant", "content": t}])
        except Exception:
            pass
""", "hides-errors"),
            "user role model": ("""
def chat_turn(client, history, user, *, model):
    m = [*history, {"role": "user", "content": user}]
    t = client.chat.completions.create(model=model, messages=m).choices[0].message.content
    return (t, [*m, {"role": "model", "content": t}])
""", "assistant-forgotten"),
            "one string": ("""
def chat_turn(client, history, user, *, model):
    p = "\\n".join((x["content"] for x in history)) + user
    t = (
        client.chat.completions.create(model=model, messages=[{"role": "user", "content": p}])
        .choices[0]
        .message.content
    )
    return (t, [*history, {"role": "user", "content": user}, {"role": "assistant", "content": t}])
""", "sends-last-turn-only"),
            "swapped pair": ("""
def chat_turn(client, history, user, *, model):
    m = [*history, {"role": "user", "content": user}]
    t = client.chat.completions.create(model=model, messages=m).choices[0].message.content
    return ([*m, {"role": "assistant", "content": t}], t)
""", "not-a-pair"),
            "sends two": ("""
def chat_turn(client, history, user, *, model):
    m = [*history, {"role": "user", "content": user}]
    client.chat.completions.create(model=model, messages=m)
    t = client.chat.completions.create(model=model, messages=m).choices[0].message.content
    return (t, [*m, {"role": "assistant", "content": t}])
""", "wrong-number-of-requests"),
        },
    },
    "02.3": {
        "right": {
            "where": """
import numpy as np


def softmax_t(logits, T):
    if T < 1e-09:
        return np.eye(len(logits))[np.argmax(logits)]
    e = np.exp(logits / T - np.max(logits / T))
    return e / np.sum(e)
""",
            "helper": """
import numpy as np


def soft(x):
    e = np.exp(x - x.max())
    return e / e.sum()


def softmax_t(logits: np.ndarray, T: float) -> np.ndarray:
    if not T:
        p = np.zeros_like(logits, dtype=float)
        p[logits.argmax()] = 1
        return p
    return soft(np.asarray(logits) / T)
""",
        },
        "wrong": {
            "tiny T": ("""
import numpy as np


def softmax_t(logits, T):
    T = max(T, 1e-12)
    z = (logits - logits.max()) / T
    e = np.exp(z)
    return e / e.sum()
""", "not-one-hot"),
            "rounds": ("""
import numpy as np


def softmax_t(logits, T):
    if T == 0:
        return np.eye(len(logits))[np.argmax(logits)]
    z = (logits - logits.max()) / T
    e = np.exp(z)
    return np.round(e / e.sum(), 2)
""", "rounds"),
            "last of equals": ("""
import numpy as np


def softmax_t(logits, T):
    if T == 0:
        p = np.zeros(len(logits))
        p[len(logits) - 1 - np.argmax(logits[::-1])] = 1
        return p
    e = np.exp((logits - logits.max()) / T)
    return e / e.sum()
""", "not-one-hot"),
            "clip": ("""
import numpy as np


def softmax_t(logits, T):
    if T == 0:
        return np.eye(len(logits))[np.argmax(logits)]
    e = np.exp(np.clip(logits / T, -500, 500))
    return e / e.sum()
""", "overflow"),
            "example": ("""
import numpy as np


def softmax_t(logits, T):
    return np.array([0.88, 0.12])
""", "wrong-shape"),
            "zero writes": ("""
import numpy as np


def softmax_t(logits, T):
    if T == 0:
        i = logits.argmax()
        logits[:] = 0
        logits[i] = 1
        return logits
    e = np.exp((logits - logits.max()) / T)
    return e / e.sum()
""", "mutates-input"),
            "returns argmax at 0": ("""
import numpy as np


def softmax_t(logits, T):
    if T == 0:
        return np.argmax(logits)
    e = np.exp((logits - logits.max()) / T)
    return e / e.sum()
""", "zero-temperature"),
            "subtract mean": ("""
import numpy as np


def softmax_t(logits, T):
    if T == 0:
        return np.eye(len(logits))[np.argmax(logits)]
    e = np.exp((logits - logits.min()) / T)
    return e / e.sum()
""", "overflow"),
            "log probs": ("""
import numpy as np


def softmax_t(logits, T):
    z = (logits - logits.max()) / T
    return z - np.log(np.exp(z).sum())
""", "sum-not-one"),
            "scaled by max after": ("""
import numpy as np


def softmax_t(logits, T):
    if T == 0:
        return np.eye(len(logits))[np.argmax(logits)]
    e = np.exp(logits - logits.max()) ** T
    return e / e.sum()
""", "multiplies-by-t"),
        },
    },
    "02.4": {
        "right": {
            "try": """
class Truncated(Exception):
    pass


def reply_text(resp):
    try:
        c = resp.choices[0]
    except IndexError:
        return ""
    if c.finish_reason == "length":
        raise Truncated()
    return c.message.content or ""
""",
            "dump": """
class Truncated(Exception):
    pass


def reply_text(resp):
    d = resp.model_dump()
    if not d["choices"]:
        return ""
    c = d["choices"][0]
    if c["finish_reason"] == "length":
        raise Truncated("cut")
    return c["message"]["content"] or ""
""",
            "base": """
class Truncated(RuntimeError):
    def __init__(self, text):
        super().__init__(text)
        self.text = text


def reply_text(resp):
    if resp.choices:
        c = resp.choices[0]
        if c.finish_reason != "length":
            return c.message.content or ""
        raise Truncated(c.message.content)
    return ""
""",
        },
        "wrong": {
            "not stop": ("""
class Truncated(Exception):
    pass


def reply_text(resp):
    if not resp.choices:
        return ""
    c = resp.choices[0]
    if c.finish_reason != "stop":
        raise Truncated
    return c.message.content or ""
""", "always-truncated"),
            "last choice": ("""
class Truncated(Exception):
    pass


def reply_text(resp):
    if not resp.choices:
        return ""
    c = resp.choices[-1]
    if c.finish_reason == "length":
        raise Truncated
    return c.message.content or ""
""", "wrong-choice"),
            "joins": ("""
class Truncated(Exception):
    pass


def reply_text(resp):
    if any((c.finish_reason == "length" for c in resp.choices)):
        raise Truncated
    return " ".join((c.message.content or "" for c in resp.choices))
""", "wrong-choice"),
            "returns truncated": ("""
class Truncated(Exception):
    pass


def reply_text(resp):
    if not resp.choices:
        return ""
    c = resp.choices[0]
    if c.finish_reason == "length":
        return Truncated("cut")
    return c.message.content or ""
""", "ignores-length"),
            "marks cut": ("""
class Truncated(Exception):
    pass


def reply_text(resp):
    if not resp.choices:
        return ""
    c = resp.choices[0]
    return (c.message.content or "") + ("..." if c.finish_reason == "length" else "")
""", "ignores-length"),
            "message": ("""
class Truncated(Exception):
    pass


def reply_text(resp):
    if not resp.choices:
        return ""
    c = resp.choices[0]
    if c.finish_reason == "length":
        raise Truncated
    return c.message
""", "wrong-text"),
            "swallow": ("""
class Truncated(Exception):
    pass


def reply_text(resp):
    try:
        c = resp.choices[0]
        if c.finish_reason == "length":
            raise Truncated
        return c.message.content or ""
    except Exception:
        return ""
""", "ignores-length"),
            "dict": ("""
class Truncated(Exception):
    pass


def reply_text(resp):
    return resp["choices"][0]["message"]["content"]
""", "crashed"),
            "none for empty": ("""
class Truncated(Exception):
    pass


def reply_text(resp):
    if not resp.choices:
        return None
    c = resp.choices[0]
    if c.finish_reason == "length":
        raise Truncated
    return c.message.content or ""
""", "returns-none"),
            "reasoning fallback": ("""
class Truncated(Exception):
    pass


def reply_text(resp):
    if not resp.choices:
        return ""
    c = resp.choices[0]
    if c.finish_reason == "length":
        raise Truncated
    return c.message.content if c.message.content is not None else getattr(c.message, "reasoning", None) or ""
""", "returns-reasoning"),
        },
    },
}
