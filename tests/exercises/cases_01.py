"""Right and wrong answers to the exercises of lesson 01."""

CLIENT = "from huggingface_hub import InferenceClient\n"

CASES = {
    "01.1": {
        "right": {
            "by hand": CLIENT + """
def make_client(env):
    if "HF_TOKEN" not in env or env["HF_TOKEN"] == "":
        raise ValueError("Set HF_TOKEN first")
    return InferenceClient(api_key=env["HF_TOKEN"], timeout=12.5)
""",
            "with provider": CLIENT + """
def make_client(env):
    try:
        token = env["HF_TOKEN"]
    except KeyError:
        raise ValueError("no HF_TOKEN in env") from None
    if not token.strip():
        raise ValueError("HF_TOKEN is empty")
    return InferenceClient(provider="hf-inference", token=token, timeout=60)
""",
        },
        "wrong": {
            "hard-coded": (CLIENT + "def make_client(env):\n    return InferenceClient(token='hf_mine', timeout=30)", "token-fixed"),
            "os.environ": (CLIENT + "import os\ndef make_client(env):\n    return InferenceClient(token=os.environ['HF_TOKEN'], timeout=30)",
                           "reads-os-environ"),
            "no timeout": (CLIENT + "def make_client(env):\n    if not env.get('HF_TOKEN'):\n        raise ValueError('HF_TOKEN')\n"
                           "    return InferenceClient(token=env['HF_TOKEN'])", "no-timeout"),
            "token False": (CLIENT + "def make_client(env):\n    return InferenceClient(token=False, timeout=30)", "crashed"),
            "no token passed": (CLIENT + "def make_client(env):\n    token = env.get('HF_TOKEN')\n    return InferenceClient(timeout=30)",
                                "token-not-used"),
            "key error": (CLIENT + "def make_client(env):\n    return InferenceClient(token=env['HF_TOKEN'], timeout=30)", "bare-key-error"),
            "get": (CLIENT + "def make_client(env):\n    return InferenceClient(token=env.get('HF_TOKEN'), timeout=30)",
                    "missing-token-accepted"),
            "vague": (CLIENT + "def make_client(env):\n    if not env.get('HF_TOKEN'):\n        raise ValueError('bad')\n"
                      "    return InferenceClient(token=env['HF_TOKEN'], timeout=3)", "unclear-error"),
            "no return": (CLIENT + "def make_client(env):\n    InferenceClient(token=env['HF_TOKEN'], timeout=30)", "returns-none"),
        },
    },
    "01.2": {
        "right": {
            "one message": """
def summarize(client, text, *, model, max_words=20):
    prompt = f"In at most {max_words} words, what is this about?\\n\\n{text}"
    out = client.chat_completion(messages=[{"role": "user", "content": prompt}], model=model)
    return str(out.choices[0].message.content).strip()
""",
            "openai style": """
def summarize(client, text, *, model, max_words=20):
    out = client.chat.completions.create(
        messages=[{"role": "system", "content": "Limit: " + str(max_words) + " words."}, {"role": "user", "content": text}],
        model=model, max_tokens=60, temperature=0)
    return out.choices[0].message.content.strip()
""",
        },
        "wrong": {
            "object": ("def summarize(client, text, *, model, max_words=20):\n    return client.chat_completion("
                       "[{'role': 'user', 'content': f'{max_words} words: {text}'}], model=model)", "wrong-type"),
            "text generation": ("def summarize(client, text, *, model, max_words=20):\n    return client.text_generation("
                                "f'{max_words} words: {text}', model='practice/text')", "not-chat"),
            "drops model": ("def summarize(client, text, *, model, max_words=20):\n    out = client.chat_completion("
                            "[{'role': 'user', 'content': f'{max_words} words: {text}'}], model='practice/reasoner')\n"
                            "    return (out.choices[0].message.content or '').strip()", "model-dropped"),
            "ticket in system": ("def summarize(client, text, *, model, max_words=20):\n    out = client.chat_completion("
                                 "[{'role': 'system', 'content': f'{max_words} words: {text}'}, {'role': 'user', 'content': 'go'}], model=model)\n"
                                 "    return out.choices[0].message.content.strip()", "ticket-not-in-user"),
            "limit forgotten": ("def summarize(client, text, *, model, max_words=20):\n    out = client.chat_completion("
                                "[{'role': 'user', 'content': 'Summarise: ' + text}], model=model)\n"
                                "    return out.choices[0].message.content.strip()", "limit-not-sent"),
            "not stripped": ("def summarize(client, text, *, model, max_words=20):\n    out = client.chat_completion("
                             "[{'role': 'user', 'content': f'{max_words} words: {text}'}], model=model)\n"
                             "    return out.choices[0].message.content", "not-stripped"),
            "no return": ("def summarize(client, text, *, model, max_words=20):\n    client.chat_completion("
                          "[{'role': 'user', 'content': f'{max_words} words: {text}'}], model=model)", "returns-none"),
            "own words": ("def summarize(client, text, *, model, max_words=20):\n    return ' '.join(text.split()[:max_words])", "nothing-sent"),
            "twice": ("def summarize(client, text, *, model, max_words=20):\n    for _ in range(2):\n        out = client.chat_completion("
                      "[{'role': 'user', 'content': f'{max_words} words: {text}'}], model=model)\n"
                      "    return out.choices[0].message.content.strip()", "too-many-requests"),
        },
    },
    "01.3": {
        "right": {
            "match": """
def pick_method(task):
    match task.casefold():
        case "chat": return "chat_completion"
        case "embeddings": return "feature_extraction"
        case "similarity": return "sentence_similarity"
        case "classification": return "text_classification"
        case "zero-shot": return "zero_shot_classification"
        case "ner": return "token_classification"
        case "image": return "text_to_image"
    raise ValueError("use chat, embeddings, similarity, classification, zero-shot, ner, image")
""",
            "upper table": """
TABLE = dict(zip("CHAT EMBEDDINGS SIMILARITY CLASSIFICATION ZERO-SHOT NER IMAGE".split(),
                 "chat_completion feature_extraction sentence_similarity text_classification zero_shot_classification "
                 "token_classification text_to_image".split()))
def pick_method(task):
    try:
        return TABLE[task.upper()]
    except KeyError:
        raise ValueError("unknown; one of " + ", ".join(TABLE).lower())
""",
        },
        "wrong": {
            "none for unknown": ("""
T = {"chat": "chat_completion", "embeddings": "feature_extraction", "similarity": "sentence_similarity",
     "classification": "text_classification", "zero-shot": "zero_shot_classification", "ner": "token_classification", "image": "text_to_image"}
def pick_method(task):
    return T.get(task.lower())
""", "unknown-accepted"),
            "embeddings": ("def pick_method(task):\n    return {'chat': 'chat_completion', 'embeddings': 'sentence_similarity'}[task.lower()]",
                           "wrong-embeddings"),
            "ner": ("""
def pick_method(task):
    return {"chat": "chat_completion", "embeddings": "feature_extraction", "similarity": "sentence_similarity",
            "classification": "text_classification", "zero-shot": "zero_shot_classification", "ner": "text_classification",
            "image": "text_to_image"}[task.lower()]
""", "wrong-ner"),
            "case": ("""
T = {"chat": "chat_completion", "embeddings": "feature_extraction", "similarity": "sentence_similarity",
     "classification": "text_classification", "zero-shot": "zero_shot_classification", "ner": "token_classification", "image": "text_to_image"}
def pick_method(task):
    if task not in T:
        raise ValueError(", ".join(T))
    return T[task]
""", "case-sensitive"),
            "key error": ("""
T = {"chat": "chat_completion", "embeddings": "feature_extraction", "similarity": "sentence_similarity",
     "classification": "text_classification", "zero-shot": "zero_shot_classification", "ner": "token_classification", "image": "text_to_image"}
def pick_method(task):
    return T[task.lower()]
""", "wrong-error"),
            "no list": ("""
T = {"chat": "chat_completion", "embeddings": "feature_extraction", "similarity": "sentence_similarity",
     "classification": "text_classification", "zero-shot": "zero_shot_classification", "ner": "token_classification", "image": "text_to_image"}
def pick_method(task):
    if task.lower() not in T:
        raise ValueError("unknown task")
    return T[task.lower()]
""", "names-not-listed"),
            "invented": ("def pick_method(task):\n    return {'chat': 'chat'}.get(task.lower(), task)", "wrong-chat"),
            "method": ("from huggingface_hub import InferenceClient\ndef pick_method(task):\n    return InferenceClient.chat_completion",
                       "returns-method"),
            "no return": ("def pick_method(task):\n    method = 'chat_completion'", "returns-none"),
        },
    },
    "01.4": {
        "right": {
            "if chain": """
def explain_error(exc):
    code = exc.response.status_code if getattr(exc, "response", None) is not None else None
    known = {401: "who are you", 402: "no money", 403: "not allowed", 404: "not found", 410: "gone for good", 422: "bad argument"}
    if code:
        return (f"{code}: {known.get(code, 'other')}", "see the documentation")
    if "timeout" in type(exc).__name__.lower():
        return ("timeout: too slow", "try again")
    return ("unknown error", "read the traceback")
""",
            "bases": """
def explain_error(exc):
    names = {base.__name__ for base in type(exc).__mro__}
    status = getattr(getattr(exc, "response", None), "status_code", 0)
    if names & {"TimeoutException", "TimeoutError"}:
        return "Timeout while waiting", "raise the timeout"
    words = {401: "a", 402: "b", 403: "c", 404: "d", 410: "e", 422: "f"}
    if status in words:
        return f"{status} {words[status]}", "next"
    return "unknown", "next"
""",
        },
        "wrong": {
            "substring": ("""
def explain_error(exc):
    for code in (404, 401, 402, 403, 410, 422):
        if str(code) in str(exc):
            return f"{code}: found", "x"
    return "unknown", "x"
""", "status-from-text"),
            "403 as 401": ("""
def explain_error(exc):
    status = getattr(getattr(exc, "response", None), "status_code", None)
    if status in (401, 403):
        return "401: token", "x"
    return f"{status}: text {status}", "x"
""", "403-as-401"),
            "402 as 429": ("""
def explain_error(exc):
    status = getattr(getattr(exc, "response", None), "status_code", None)
    if status == 402:
        return "429: too many", "x"
    return f"{status}: text {status}", "x"
""", "402-as-429"),
            "crash": ("def explain_error(exc):\n    s = exc.response.status_code\n    return f'{s}: text {s}', 'x'", "crashes"),
            "table only": ("""
def explain_error(exc):
    return {401: ("401: a", "x"), 402: ("402: b", "x")}[exc.response.status_code]
""", "crashes"),
            "same text": ("""
def explain_error(exc):
    s = getattr(getattr(exc, "response", None), "status_code", None)
    return f"{s}: the request failed", "x"
""", "same-text"),
            "timeouts": ("""
T = {401: "a", 402: "b", 403: "c", 404: "d", 410: "e", 422: "f"}
def explain_error(exc):
    s = getattr(getattr(exc, "response", None), "status_code", None)
    return (f"{s}: {T[s]}", "x") if s in T else ("unknown", "x")
""", "timeout-missed"),
            "one string": ("def explain_error(exc):\n    return 'it failed'", "not-a-pair"),
            "everything is a timeout": ("""
T = {401: "a", 402: "b", 403: "c", 404: "d", 410: "e", 422: "f"}
def explain_error(exc):
    s = getattr(getattr(exc, "response", None), "status_code", None)
    return (f"{s}: {T[s]}", "x") if s in T else ("timeout", "x")
""", "unknown-guessed"),
            "prints": ("def explain_error(exc):\n    print('401')", "returns-none"),
        },
    },
}
