"""More answers to exercise 01.1: unusual ways to be right, and mistakes people make."""

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
}
