"""More answers to exercise 01.3: unusual ways to be right, and mistakes people make."""

CASES = {
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
}
