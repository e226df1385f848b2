"""More answers to exercise 02.2: unusual ways to be right, and mistakes people make."""

CASES = {
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
}
