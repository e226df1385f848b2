"""Meaning against words, the map of the tickets, and a threshold chosen from data."""
from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from ..plotting import GREY, INK, STYLES, Card, direct_label, figure
from ..tables import Column, cut, table
from .heat import heat, lettered, square
from .labels import end_labels

MEANING = "practice: cosine of the model's vectors"
WORDS = "computed: shared content words / all content words"
STOP_WORDS = frozenset("""a about after again all also am an and any are as at be because been before being but by can cannot
could did do does doing done down for from get got had has have having he hello her here hers hi him his how i if in into is it
its just let may me might more most must my near no nor not now of off on once only or other our out over please should so some
such than thank thanks that the their them then there these they this those to too under up us very was we were what when where
which while who why will with would you your dear regards""".split())  # noqa: SIM905


def word_overlap(texts: Sequence[str]) -> np.ndarray:
    """(n, n) Jaccard overlap |A & B| / |A | B| of the texts' content words (lower case, without function words).

    Two texts without content words overlap 0.
    """
    bags = [{w for w in re.findall(r"[^\W\d_]+|\d+", text.lower()) if w not in STOP_WORDS} for text in texts]
    return np.array([[len(a & b) / len(a | b) if a | b else 0.0 for b in bags] for a in bags])


def similarity_heatmaps(matrix_meaning: Any, matrix_words: Any, labels: Sequence[str], *, title: str | None = None,
                        source: str | None = None) -> Card:
    """Two heatmaps side by side: similarity of meaning, overlap of words; numbers are hundredths.

    matrix_meaning, matrix_words: (n, n) values, 1 on the diagonal, n at most 12; order the texts by topic.
    The claim names the pair that gains most from meaning; it is framed in both maps.
    """
    meaning, words = square(matrix_meaning, labels, "matrix_meaning"), square(matrix_words, labels, "matrix_words")
    i, j = _most_gained(meaning, words)
    short = [cut(label, 26) for label in labels]
    a, b = (cut(label, 22) for label in (labels[i], labels[j]))
    rows, letters = lettered(short)
    pairs = sorted(((meaning[p, q], words[p, q], p, q) for p in range(len(labels)) for q in range(p)), reverse=True)

    def draw(axes: Any) -> None:
        frames = [(i, j), (j, i)]
        heat(axes[0], meaning * 100, rows, letters, top=100, form="{:.0f}", boxed=frames, diagonal=False)
        heat(axes[1], words * 100, [""] * len(rows), letters, top=100, form="{:.0f}", boxed=frames, diagonal=False)
        axes[0].set_title("meaning (cosine × 100)", pad=8)
        axes[1].set_title("words (overlap × 100)", pad=8)

    return figure(
        draw, ncols=2, size=(7.2, 1.7 + 0.33 * len(labels)),
        title=title or f"“{a}” and “{b}”\nagree in meaning ({meaning[i, j]:.2f}), not in words ({words[i, j]:.2f})",
        alt=f"Two grids of {len(labels)} by {len(labels)} texts with values in hundredths. By meaning the closest pair is "
            f"“{labels[pairs[0][3]]}” and “{labels[pairs[0][2]]}” ({pairs[0][0]:.2f}). “{labels[i]}” and “{labels[j]}” "
            f"reach {meaning[i, j]:.2f} by meaning and {words[i, j]:.2f} by words.",
        source=source or f"{MEANING}; {WORDS}",
        table=table([{"text": labels[q], "other text": labels[p], "meaning": m, "words": w} for m, w, p, q in pairs],
                    "text", "other text", "meaning", "words", caption="Pairs, closest in meaning first", digits=2))


def similarity_heatmap(matrix: Any, labels: Sequence[str], *, by: str = "meaning", title: str | None = None,
                       source: str | None = None) -> Card:
    """One of the two heatmaps alone, with numbers in hundredths; the closest pair is framed. by: "meaning" or "words"."""
    values = square(matrix, labels, "matrix")
    i, j = _most_gained(values, np.zeros_like(values))
    rows, letters = lettered([cut(label, 30) for label in labels])
    near = [(values[p, q], labels[q], labels[p]) for p in range(len(labels)) for q in range(p)]
    return figure(
        lambda ax: heat(ax, values * 100, rows, letters, top=100, form="{:.0f}", boxed=[(i, j), (j, i)], diagonal=False),
        title=title or f"By {by}, “{cut(labels[i], 19)}” and\n“{cut(labels[j], 24)}” are closest: {values[i, j]:.2f}",
        size=(7.2, 1.35 + 0.33 * len(labels)), source=source or (MEANING if by == "meaning" else WORDS),
        alt=f"A grid of {len(labels)} by {len(labels)} texts with values in hundredths, by {by}. Closest: “{labels[i]}” and "
            f"“{labels[j]}” ({values[i, j]:.2f}).",
        table=table(sorted(near, key=lambda row: -row[0]), *_named(by, "text", "other text"), caption="Pairs, closest first"))


def _most_gained(meaning: np.ndarray, words: np.ndarray) -> tuple[int, int]:
    gain = np.triu(np.round(meaning - words, 6), 1) - np.tri(len(words)) * 9
    i, j = np.unravel_index(int(gain.argmax()), gain.shape)
    return int(i), int(j)


def threshold_curve(scores: Sequence[float], same: Sequence[bool], *, title: str | None = None,
                    source: str | None = None) -> Card:
    """Precision, recall and F1 of "same when score >= threshold", for every threshold; the best F1 is marked.

    scores: similarity of each labelled pair; same: whether the pair belongs together. Of equal F1s the lowest
    threshold is taken. Raises ValueError when no pair is the same.
    """
    scores, truth = np.asarray(scores, dtype=float), np.asarray(same, dtype=bool)
    if not truth.any():
        raise ValueError("`same` has no True, so recall is undefined. Label at least one pair as the same.")
    steps = np.unique(scores)
    hits = np.array([(truth & (scores >= t)).sum() for t in steps])
    precision, recall = hits / np.array([(scores >= t).sum() for t in steps]), hits / truth.sum()
    f1 = 2 * hits / (truth.sum() + np.array([(scores >= t).sum() for t in steps]))
    best = int(np.argmax(np.round(f1, 9)))

    def draw(ax: Axes) -> None:
        curves = [("precision", precision), ("recall", recall), ("F1", f1)]
        for (_name, values), style in zip(curves, STYLES, strict=False):
            ax.step(steps, values, where="pre", color=style.line, linestyle=style.dash, marker="", lw=2.2)
        end_labels(ax, [(steps[-1], values[-1], name, style.label)
                        for (name, values), style in zip(curves, STYLES, strict=False)])
        ax.axvline(steps[best], color=GREY, lw=1.2, ls=(0, (2, 2)), marker="")
        ax.plot(steps[best], f1[best], marker="o", ms=9, color=INK, ls="")
        left = steps[best] > (steps[0] + steps[-1]) / 2
        direct_label(ax, steps[best], 1.04, f"threshold {steps[best]:.2f}, F1 {f1[best]:.2f}", dx=-6 if left else 6)
        ax.set(ylim=(-0.04, 1.1), xlabel="threshold on the similarity", ylabel="share")
        ax.set_yticks([0, 0.25, 0.5, 0.75, 1])

    shown = sorted({*np.linspace(0, len(steps) - 1, min(9, len(steps))).astype(int).tolist(), best})
    return figure(
        draw, title=title or f"On these {len(truth):,} pairs the best threshold is {steps[best]:.2f}"
        + (", not 0.5" if abs(steps[best] - 0.5) > 0.05 else ""),
        alt=f"Three curves over the threshold. At {steps[best]:.2f} F1 is highest: {f1[best]:.2f}, with precision "
            f"{precision[best]:.2f} and recall {recall[best]:.2f}; {truth.sum()} of {len(truth):,} pairs are the same.",
        source=source or "computed from the labelled pairs and the model's similarities (practice)",
        table=table([(steps[i], precision[i], recall[i], f1[i]) for i in shown],
                    *_named("threshold", "precision", "recall", "F1"), caption="Quality at some thresholds", digits=2))


def _named(*headings: str) -> list[Column]:
    return [Column(key=i, heading=heading, digits=2) for i, heading in enumerate(headings)]
