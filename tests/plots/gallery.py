"""One card of every kind, from made inputs that look like the lessons' own. `python -m tests.plots.gallery DIR` writes them."""
from __future__ import annotations

import random
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from helpers import simulate
from helpers.charts import classification, images, limits, money, sampling, similarity, streaming
from helpers.charts.maps import text_map
from helpers.plotting import Card

WORDS = ("Thank you for telling us . We have refunded the second charge , and you will see it on your card "  # noqa: SIM905
         "within five working days . The invoice for March is attached .").split()
TOP = [(" refund", -0.35), (" reply", -1.9), (" ticket", -2.4), (" delay", -3.1), (" card", -3.3), ("\n", -4.5)]


def stream(first: float, gap: float, stall: float = 0.0, seed: int = 0) -> list[tuple[float, str]]:
    rng, t, events = random.Random(seed), first, []
    for i, word in enumerate(WORDS):
        events.append((t, f" {word}"))
        t += gap * rng.uniform(0.7, 1.3) + (stall if i == 14 else 0)
    return events


def timeline() -> Card:
    return streaming.token_timeline(stream(0.42, 0.05), total_plain=1.98)


def timelines() -> Card:
    return streaming.token_timelines({"short prompt": stream(0.12, 0.05), "long prompt": stream(0.9, 0.05, seed=1),
                                      "with a stall": stream(0.12, 0.05, 0.8, seed=2)}, total_plain=1.7)


def bars() -> Card:
    return sampling.temperature_bars(TOP, 0.7, samples=[" refund"] * 15 + [" reply"] * 3 + [" ticket", " other"])


def bars_hot() -> Card:
    return sampling.temperature_bars(TOP, 1.5)


TEXTS = ["Please cancel my plan", "I want to unsubscribe", "How do I stop the renewal?", "I was charged twice",
         "The invoice shows two payments", "The app crashes on start", "Screen goes black when I open it",
         "Where is my parcel?"]
TOPICS = [0, 0, 0, 1, 1, 2, 2, 3]


def meaning() -> np.ndarray:
    rng = np.random.default_rng(4)
    near = np.array([[0.72 if a == b else 0.18 for b in TOPICS] for a in TOPICS]) + rng.normal(0, 0.07, (8, 8))
    return np.where(np.eye(8) == 1, 1.0, (near + near.T) / 2)


def heatmaps() -> Card:
    return similarity.similarity_heatmaps(meaning(), similarity.word_overlap(TEXTS), TEXTS)


def _tickets() -> tuple[np.ndarray, list[str], list[str]]:
    rng = np.random.default_rng(1)
    names = ["billing", "login", "shipping", "bug", "account", "praise"]
    kinds = [names[i % 6] for i in range(60)]
    centres = {name: rng.normal(0, 1, 24) for name in names}
    return np.array([centres[k] + rng.normal(0, 0.75, 24) for k in kinds]), kinds, [f"T-{i:03}" for i in range(1, 61)]


def map_all() -> Card:
    return text_map(*_tickets())


def map_query() -> Card:
    return text_map(*_tickets(), query="T-014")


def threshold() -> Card:
    rng = np.random.default_rng(2)
    same = np.arange(80) % 4 == 0
    return similarity.threshold_curve(np.clip(np.where(same, 0.62, 0.28) + rng.normal(0, 0.13, 80), -0.2, 1), same)


def scores() -> Card:
    return classification.score_bars([("billing", 0.81), ("login", 0.44), ("shipping", 0.07)], threshold=0.5)


def dumbbell() -> Card:
    templates = {"This example is {}.": (0.42, 0.31, 0.27), "This customer writes about {}.": (0.71, 0.16, 0.13),
                 "The weather is {}.": (0.35, 0.34, 0.31)}
    return classification.template_dumbbell([{"template": t, "label": label, "score": s} for t, values in templates.items()
                                             for label, s in zip(("billing", "login problem", "shipping"), values, strict=True)])


def confusion() -> Card:
    return classification.confusion_matrix([[9, 1, 0, 0, 2, 0], [0, 8, 0, 1, 3, 0], [0, 0, 10, 0, 0, 0], [1, 1, 0, 7, 0, 0],
                                            [2, 4, 0, 0, 5, 0], [0, 0, 0, 0, 0, 6]],
                                           ["billing", "login", "shipping", "bug", "account", "praise"])


def cost() -> Card:
    return classification.cost_accuracy([{"name": "sentiment", "accuracy": 0.87, "cost": 0.002, "n": 60},
                                         {"name": "zero-shot", "accuracy": 0.78, "cost": 0.02, "n": 60},
                                         {"name": "chat", "accuracy": 0.9, "cost": 0.13, "n": 60}])


def _picture(seed: int, noise: float) -> np.ndarray:
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:96, 0:128]
    disc = ((x - 40 - 12 * seed) ** 2 + (y - 48) ** 2 < 700)[..., None]
    base = np.where(disc, (213, 94, 0), (240, 228, 180)) + rng.normal(0, 90 * noise, (96, 128, 3))
    return np.clip(base, 0, 255).astype(np.uint8)


def grid() -> Card:
    return images.image_grid([[_picture(s, g) for g in (0.6, 0.2, 0)] for s in range(3)], ["seed 0", "seed 1", "seed 2"],
                             ["guidance 1", "guidance 3", "guidance 9"],
                             title="The seed moves the disc, guidance clears the noise",
                             prompt="an orange disc on a sand background")


def strip() -> Card:
    return images.denoising_strip([_picture(1, 1 - i / 19) for i in range(20)], prompt="an orange disc")


def ledger(workers: int = 8, calls: int = 48, seed: int = 3) -> list[dict[str, object]]:
    rng, free, records = random.Random(seed), [0.0] * workers, []
    for call in range(calls):
        worker = min(range(workers), key=lambda w: free[w])
        wait, kind, attempt = 0.0, "", 0
        while kind != "ok":
            attempt += 1
            kind = rng.choices(["ok", "throttled", "loading", "transient", "timeout"], [75, 18, 3, 2, 2])[0]
            start = free[worker] + wait
            end = start + rng.uniform(0.08, 0.3)
            records.append({"call": call, "attempt": attempt, "worker": worker, "started_s": start, "ended_s": end,
                            "waited_s": wait, "paced_s": 0.0, "kind": kind,
                            "status": {"ok": 200, "throttled": 429, "loading": 503, "transient": 500}.get(kind)})
            free[worker], wait = end, rng.uniform(0.2, 1.0)
    return records


def attempts() -> Card:
    return limits.attempt_timeline(ledger())


def attempts_many() -> Card:
    return limits.attempt_timeline(ledger(32, 400))


def rates() -> Card:
    return limits.rate_plot(ledger(32, 400))


def backoff() -> Card:
    return limits.backoff_lanes(simulate.compare())


def backoff_free() -> Card:
    return limits.backoff_lanes(simulate.compare(("fixed", "full jitter", "paced"), count_failed=False))


def even() -> Card:
    return money.breakeven(price_per_hour=0.8, price_in=0.3, price_out=0.3, tokens_in=1000, tokens_out=500)


def even_capacity() -> Card:
    return money.breakeven(price_per_hour=0.8, price_in=0.1, price_out=0.1, tokens_in=400, tokens_out=100, capacity_rph=6000)


def even_steps() -> Card:
    return money.breakeven(price_per_hour=0.8, price_in=0.3, price_out=0.3, tokens_in=1000, tokens_out=500, capacity_rph=2500)


def cold() -> Card:
    return money.cold_start_curve(idle_timeout_min=[15, 60])


def states() -> Card:
    log = [(0, "pending", 0), (20, "initializing", 0), (140, "running", 0.0267), (600, "running", 0.128),
           (600, "scaledToZero", 0.128), (1500, "scaledToZero", 0.128), (1500, "initializing", 0.128),
           (1620, "running", 0.155), (1800, "running", 0.195), (1800, "paused", 0.195), (2100, "paused", 0.195)]
    return money.endpoint_states([{"time_s": t, "state": s, "cost_usd": c} for t, s, c in log])


FIGURES = (
    timeline, timelines, bars, bars_hot, heatmaps, map_all, map_query, threshold, scores, dumbbell, confusion,
    cost, grid, strip, attempts, attempts_many, rates, backoff, backoff_free, even, even_capacity, even_steps,
    cold, states,
)
CARDS: dict[str, Callable[[], Card]] = {figure.__name__: figure for figure in FIGURES}

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    for name, make in CARDS.items():
        if len(sys.argv) < 3 or name in sys.argv[2:]:
            print(name, make().save(folder / f"{name}.png"))
