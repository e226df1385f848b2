"""More answers to exercise 02.1: unusual ways to be right, and mistakes people make."""

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
}
