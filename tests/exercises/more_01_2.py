"""More answers to exercise 01.2: unusual ways to be right, and mistakes people make."""

CASES = {
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
}
