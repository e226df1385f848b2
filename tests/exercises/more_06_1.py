"""More answers to exercise 06.1: unusual ways to be right, and mistakes people make."""

CASES = {
    "06.1": {
        "right": {
            "kwargs dict": """
def banner(client, prompt, *, model, seed, size):
    p = dict(zip(("width", "height"), size))
    return client.text_to_image(prompt, model=model, seed=seed, num_inference_steps=4, **p)
""",
            "helper": """
def ask(client, **k):
    return client.text_to_image(**k)


def banner(client, prompt, *, model, seed, size):
    w, h = size
    return ask(client, prompt=prompt, model=model, width=w, height=h, seed=seed)
""",
        },
        "wrong": {
            "no request": ("""
from PIL import Image


def banner(client, prompt, *, model, seed, size):
    return Image.new("RGB", size)
""", "nothing-sent"),
            "model hard": ("""
def banner(client, prompt, *, model, seed, size):
    return client.text_to_image(prompt, model="practice/other", width=size[0], height=size[1], seed=seed)
""", "crashed"),
            "seed if": ("""
def banner(client, prompt, *, model, seed, size):
    k = {"seed": seed} if seed else {}
    return client.text_to_image(prompt, model=model, width=size[0], height=size[1], **k)
""", "seed-dropped"),
            "twice": ("""
def banner(client, prompt, *, model, seed, size):
    client.text_to_image(prompt, model=model, width=size[0], height=size[1], seed=seed)
    return client.text_to_image(prompt, model=model, width=size[0], height=size[1], seed=seed)
""", "too-many-requests"),
            "random seed": ("""
import random


def banner(client, prompt, *, model, seed, size):
    return client.text_to_image(prompt, model=model, width=size[0], height=size[1], seed=random.randint(0, 9999) + 5)
""", "seed-changed"),
            "fixed size": ("""
def banner(client, prompt, *, model, seed, size):
    return client.text_to_image(prompt, model=model, width=128, height=64, seed=seed)
""", "size-dropped"),
            "styled": ("""
def banner(client, prompt, *, model, seed, size):
    return client.text_to_image(prompt + ", 8k", model=model, width=size[0], height=size[1], seed=seed)
""", "prompt-changed"),
            "path": ("""
def banner(client, prompt, *, model, seed, size):
    client.text_to_image(prompt, model=model, width=size[0], height=size[1], seed=seed).save("b.png")
    return "b.png"
""", "wrong-type"),
            "tuple": ("""
def banner(client, prompt, *, model, seed, size):
    return (client.text_to_image(prompt, model=model, width=size[0], height=size[1], seed=seed), seed)
""", "wrong-type"),
            "array": ("""
import numpy as np


def banner(client, prompt, *, model, seed, size):
    return np.array(client.text_to_image(prompt, model=model, width=size[0], height=size[1], seed=seed))
""", "wrong-type"),
            "shows": ("""
def banner(client, prompt, *, model, seed, size):
    client.text_to_image(prompt, model=model, width=size[0], height=size[1], seed=seed).show
""", "returns-none"),
            "size kw": ("""
def banner(client, prompt, *, model, seed, size):
    return client.text_to_image(prompt, model=model, size=size, seed=seed)
""", "crashed"),
        },
    },
}
