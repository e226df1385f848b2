"""Right and wrong answers to the exercises of lesson 02."""

OPENAI = "from openai import OpenAI\n"
NUMPY = "import numpy as np\n"
TRUNCATED = "class Truncated(Exception):\n    pass\n"


def _base(url):
    return OPENAI + f"def hf_openai(token):\n    return OpenAI(base_url={url!r}, api_key=token)"


CASES = {
    "02.1": {
        "right": {
            "slash": _base("https://router.huggingface.co/v1/"),
            "extras": OPENAI + """
def hf_openai(token: str) -> OpenAI:
    host = "https://router.huggingface.co"
    return OpenAI(api_key=token, base_url=f"{host}/v1", timeout=30, max_retries=0)
""",
        },
        "wrong": {
            "old host": (_base("https://api-inference." + "huggingface.co/v1/"), "retired-host"),
            "no v1": (_base("https://router.huggingface.co"), "no-version"),
            "full path": (_base("https://router.huggingface.co/v1/chat/completions"), "double-path"),
            "model in url": (_base("https://router.huggingface.co/v1/practice/chat"), "model-in-url"),
            "openai's own": (OPENAI + "def hf_openai(token):\n    return OpenAI(api_key=token)", "other-host"),
            "no key": (OPENAI + "def hf_openai(token):\n    return OpenAI(base_url='https://router.huggingface.co/v1', api_key='hf_fixed')",
                       "key-not-used"),
            "no return": (OPENAI + "def hf_openai(token):\n    OpenAI(base_url='https://router.huggingface.co/v1', api_key=token)", "returns-none"),
            "class": (OPENAI + "def hf_openai(token):\n    return OpenAI", "wrong-type"),
        },
    },
    "02.2": {
        "right": {
            "copy": """
def chat_turn(client, history, user, *, model):
    new = list(history)
    new.append({"role": "user", "content": user})
    reply = client.chat.completions.create(messages=new, model=model, temperature=0.2)
    new.append({"role": "assistant", "content": reply.choices[0].message.content})
    return new[-1]["content"], new
""",
            "plus": """
def chat_turn(client, history, user, *, model):
    asked = history + [{"role": "user", "content": user}]
    message = client.chat.completions.create(model=model, messages=asked, max_tokens=100).choices[0].message
    return message.content, asked + [{"role": message.role, "content": message.content}]
""",
        },
        "wrong": {
            "mutates": ("""
def chat_turn(client, history, user, *, model):
    history.append({"role": "user", "content": user})
    text = client.chat.completions.create(model=model, messages=history).choices[0].message.content
    history.append({"role": "assistant", "content": text})
    return text, history
""", "mutates-input"),
            "no assistant": ("""
def chat_turn(client, history, user, *, model):
    messages = [*history, {"role": "user", "content": user}]
    text = client.chat.completions.create(model=model, messages=messages).choices[0].message.content
    return text, messages
""", "assistant-forgotten"),
            "last turn only": ("""
def chat_turn(client, history, user, *, model):
    turn = {"role": "user", "content": user}
    text = client.chat.completions.create(model=model, messages=[turn]).choices[0].message.content
    return text, [*history, turn, {"role": "assistant", "content": text}]
""", "sends-last-turn-only"),
            "corrupts": ("""
def chat_turn(client, history, user, *, model):
    history.append({"role": "user", "content": user})
    text = client.chat.completions.create(model=model, messages=history).choices[0].message.content
    new = [*history, {"role": "assistant", "content": text}]
    history.pop()
    return text, new
""", "corrupts-history"),
            "text only": ("""
def chat_turn(client, history, user, *, model):
    return client.chat.completions.create(model=model, messages=[*history, {"role": "user", "content": user}]).choices[0].message.content
""", "not-a-pair"),
            "swapped roles": ("""
def chat_turn(client, history, user, *, model):
    messages = [*history, {"role": "user", "content": user}]
    text = client.chat.completions.create(model=model, messages=messages).choices[0].message.content
    return text, [*history, {"role": "assistant", "content": text}, {"role": "user", "content": user}]
""", "wrong-roles"),
            "swallows": ("""
def chat_turn(client, history, user, *, model):
    messages = [*history, {"role": "user", "content": user}]
    try:
        text = client.chat.completions.create(model=model, messages=messages).choices[0].message.content
    except Exception:
        return "", list(history)
    return text, [*messages, {"role": "assistant", "content": text}]
""", "hides-errors"),
            "no return": ("""
def chat_turn(client, history, user, *, model):
    client.chat.completions.create(model=model, messages=[*history, {"role": "user", "content": user}])
""", "returns-none"),
            "new only": ("""
def chat_turn(client, history, user, *, model):
    messages = [*history, {"role": "user", "content": user}]
    text = client.chat.completions.create(model=model, messages=messages).choices[0].message.content
    return text, [{"role": "user", "content": user}, {"role": "assistant", "content": text}]
""", "loses-history"),
        },
    },
    "02.3": {
        "right": {
            "log-sum-exp": NUMPY + """
def softmax_t(logits, T):
    logits = np.array(logits, float)
    if T == 0:
        out = np.zeros(len(logits))
        out[np.argmax(logits)] = 1
        return out
    z = logits / T
    z = z - z.max()
    return np.exp(z - np.log(np.exp(z).sum()))
""",
            "pure python": """
import math
def softmax_t(logits, T):
    values = [float(x) for x in logits]
    if T == 0:
        best = values.index(max(values))
        return [1.0 if i == best else 0.0 for i in range(len(values))]
    top = max(values)
    weights = [math.exp((x - top) / T) for x in values]
    return [w / sum(weights) for w in weights]
""",
        },
        "wrong": {
            "multiplies": (NUMPY + "def softmax_t(logits, T):\n    z = logits * T\n    w = np.exp(z - z.max())\n    return w / w.sum()", "multiplies-by-t"),
            "overflow": (NUMPY + "def softmax_t(logits, T):\n    if T == 0:\n        return (np.arange(len(logits)) == logits.argmax()) * 1.0\n"
                         "    w = np.exp(logits / T)\n    return w / w.sum()", "overflow"),
            "zero": (NUMPY + "def softmax_t(logits, T):\n    w = np.exp((logits - logits.max()) / T)\n    return w / w.sum()", "zero-temperature"),
            "early": (NUMPY + "def softmax_t(logits, T):\n    w = np.exp(logits - logits.max())\n    return (w / w.sum()) / T / sum(w / w.sum() / T) + 0 * w"
                      " if T == 1 else (w / w.sum()) ** 0.9 / sum((w / w.sum()) ** 0.9)", "normalises-too-early"),
            "ignores T": (NUMPY + "def softmax_t(logits, T):\n    w = np.exp(logits - logits.max())\n    return w / w.sum()", "ignores-t"),
            "not normalised": (NUMPY + "def softmax_t(logits, T):\n    return np.exp((logits - logits.max()) / T)", "sum-not-one"),
            "all the largest": (NUMPY + "def softmax_t(logits, T):\n    if T == 0:\n        m = (logits == logits.max()) * 1.0\n        return m / m.sum()\n"
                                "    w = np.exp((logits - logits.max()) / T)\n    return w / w.sum()", "not-one-hot"),
            "in place": (NUMPY + "def softmax_t(logits, T):\n    logits -= logits.max()\n    w = np.exp(logits / T)\n    return w / w.sum()", "mutates-input"),
            "no return": (NUMPY + "def softmax_t(logits, T):\n    np.exp(logits / T)", "returns-none"),
            "argmax": (NUMPY + "def softmax_t(logits, T):\n    return np.array([logits.argmax()])", "wrong-shape"),
        },
    },
    "02.4": {
        "right": {
            "one line each": TRUNCATED + """
def reply_text(resp):
    for choice in resp.choices[:1]:
        if choice.finish_reason == "length":
            raise Truncated
        return choice.message.content if choice.message.content is not None else ""
    return ""
""",
            "early return": TRUNCATED + """
def reply_text(resp) -> str:
    if len(resp.choices) == 0:
        return ""
    first = resp.choices[0]
    text = first.message.content
    if first.finish_reason in {"length"}:
        raise Truncated(text)
    if text is None:
        text = ""
    return text
""",
        },
        "wrong": {
            "str of None": (TRUNCATED + "def reply_text(resp):\n    return str(resp.choices[0].message.content)", "none-as-text"),
            "reasoning": (TRUNCATED + "def reply_text(resp):\n    m = resp.choices[0].message\n    return m.content or m.reasoning or ''", "returns-reasoning"),
            "both": (TRUNCATED + "def reply_text(resp):\n    m = resp.choices[0].message\n    return (m.reasoning or '') + (m.content or '')",
                     "returns-reasoning"),
            "length ignored": (TRUNCATED + "def reply_text(resp):\n    return (resp.choices[0].message.content or '') if resp.choices else ''",
                               "ignores-length"),
            "no choices": (TRUNCATED + "def reply_text(resp):\n    c = resp.choices[0]\n    if c.finish_reason == 'length':\n        raise Truncated\n"
                           "    return c.message.content or ''", "no-choices"),
            "None": (TRUNCATED + "def reply_text(resp):\n    return resp.choices[0].message.content", "returns-none"),
            "stop is cut": (TRUNCATED + "def reply_text(resp):\n    if resp.choices[0].finish_reason:\n        raise Truncated\n"
                            "    return resp.choices[0].message.content or ''", "always-truncated"),
            "another error": (TRUNCATED + "def reply_text(resp):\n    if not resp.choices:\n        return ''\n"
                              "    if resp.choices[0].finish_reason == 'length':\n        raise ValueError('cut')\n"
                              "    return resp.choices[0].message.content or ''", "ignores-length"),
            "upper": (TRUNCATED + "def reply_text(resp):\n    return (resp.choices[0].message.content or '').upper()", "wrong-text"),
        },
    },
}
