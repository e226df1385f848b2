"""Scores, templates, confusions, and what accuracy costs."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from ..plotting import GREY, INK, STYLES, Card, direct_label, figure
from ..tables import cut, number, percent, table
from .heat import heat, lettered, square, wrapped
from .labels import point_labels

PRACTICE = "practice: scores of the practice model"


def score_bars(scores: Sequence[tuple[str, float]] | Mapping[str, float], *, threshold: float | None = None,
               title: str | None = None, source: str = PRACTICE) -> Card:
    """Bars of (label, score), highest first, from 0 to 1; a dashed line at `threshold`."""
    rows = sorted(dict(scores).items(), key=lambda pair: -pair[1])

    def draw(ax: Axes) -> None:
        _bars(ax, rows)
        if threshold is not None:
            ax.axvline(threshold, color=INK, lw=1.4, ls=(0, (4, 3)), marker="")
            ax.set_xlabel(f"score   (dashed: threshold {threshold:g})")

    return figure(draw, title=title or f"“{cut(rows[0][0], 30)}” has the highest score: {rows[0][1]:.2f}",
                  alt="Bars: " + ", ".join(f"{label} {score:.2f}" for label, score in rows) + ".", source=source,
                  table=table([dict(label=a, score=b) for a, b in rows], "label", "score", digits=2, caption="Scores"),
                  size=(7.2, 1.4 + 0.36 * len(rows)))


def _bars(ax: Axes, rows: Sequence[tuple[str, float]]) -> None:
    y = [-i for i in range(len(rows))]
    ax.barh(y, [score for _, score in rows], height=0.6, color=STYLES[0].line)
    for yi, (_, score) in zip(y, rows, strict=True):
        direct_label(ax, score, yi, f"{score:.2f}", dx=6, fontweight="bold", color=STYLES[0].label)
    ax.set(xlim=(0, 1.1), xlabel="score")
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1])
    ax.set_yticks(y, [cut(label, 34) for label, _ in rows])
    ax.tick_params(axis="y", length=0)


def template_dumbbell(rows: Sequence[Mapping[str, Any]], *, title: str | None = None, source: str = PRACTICE) -> Card:
    """A line per label, a mark per hypothesis template: how far the wording moves the score.

    rows: dicts with template, label, score; at most five templates. Labels keep the order of their first row.
    """
    labels = list(dict.fromkeys(row["label"] for row in rows))
    templates = list(dict.fromkeys(row["template"] for row in rows))
    if len(templates) > 5:
        raise ValueError(f"{len(templates)} templates are too many marks for one line. Compare at most 5.")
    value = {(row["label"], row["template"]): float(row["score"]) for row in rows}
    spans = {label: [value[label, t] for t in templates if (label, t) in value] for label in labels}
    widest = max(labels, key=lambda label: round(max(spans[label]) - min(spans[label]), 6))
    low, high = min(spans[widest]), max(spans[widest])
    return figure(
        lambda ax: _dumbbell(ax, labels, templates, value, spans), source=source,
        title=title or f"The wording alone moves “{cut(widest, 24)}” from {low:.2f} to {high:.2f}",
        alt=f"One line for each of {len(labels)} labels with a mark for each template. " + "; ".join(
            f"{label}: " + ", ".join(f"{v:.2f}" for v in spans[label]) for label in labels)
            + ". Templates in this order: " + ", ".join(f"“{t}”" for t in templates) + ".",
        table=table([{"label": label, **{t: value.get((label, t)) for t in templates}} for label in labels], digits=2,
                    caption="Score of each label under each template"),
        size=(7.2, 1.5 + 0.42 * len(labels) + 0.24 * len(templates)))


def _dumbbell(ax: Axes, labels: list[str], templates: list[str], value: dict[tuple[str, str], float],
              spans: dict[str, list[float]]) -> None:
    for y, label in enumerate(labels):
        ax.plot([min(spans[label]), max(spans[label])], [-y, -y], color=GREY, lw=2, ls="-", marker="", zorder=1)
    apart = 0.3 / max(len(templates) - 1, 1)  # one above the other, so that equal scores stay visible
    for k, (template, style) in enumerate(zip(templates, STYLES, strict=False)):
        up = 0.15 * (len(templates) > 1) - k * apart
        here = [(value[label, template], up - y) for y, label in enumerate(labels) if (label, template) in value]
        ax.scatter(*zip(*here, strict=True), color=style.line, marker=style.marker, s=90, edgecolor="white", zorder=3,
                   clip_on=False, label=cut(template, 60))
    ax.set(xlim=(0, 1), xlabel="score", ylim=(-len(labels) + 0.5, 0.5))
    ax.set_yticks([-y for y in range(len(labels))], [cut(label, 30) for label in labels])
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x")
    key = ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), frameon=False, borderpad=0, handletextpad=0.4)
    for text, style in zip(key.get_texts(), STYLES, strict=False):
        text.set_color(style.label)


def confusion_matrix(matrix: Any, labels: Sequence[str], *, title: str | None = None,
                     source: str = "practice: predictions of the practice model against the gold labels") -> Card:
    """Counts with true labels in rows and predictions in columns, at most 12 labels; the worst mix-up is framed."""
    counts = square(matrix, labels, "matrix")
    total, right = int(counts.sum()), int(np.trace(counts))
    mixed = counts - np.diag(np.diag(counts))
    i, j = np.unravel_index(int(mixed.argmax()), mixed.shape)
    worst = int(mixed[i, j])
    rows, columns = _axis_names(labels)
    mixup = (f";\n{worst} times “{cut(labels[i], 20)}” is taken for “{cut(labels[j], 20)}”" if worst > 1
             else ";\nno pair is mixed up more than once")
    claim = f"{right} of {total} are right" + (mixup if worst else " and nothing is mixed up")
    errors = [(labels[a], labels[b], int(mixed[a, b])) for a, b in np.argwhere(mixed > 0)]

    def draw(ax: Axes) -> None:
        heat(ax, counts, rows, columns, top=max(counts.max(), 1), form="{:.0f}", boxed=[(i, j)] if worst > 1 else [])
        ax.set_xlabel("predicted", loc="left")
        ax.xaxis.set_label_position("top")
        ax.set_ylabel("true")

    return figure(
        draw, title=title or claim, source=source, size=(7.2, 1.9 + 0.36 * len(labels)),
        alt=f"A grid of {len(labels)} true by {len(labels)} predicted labels. {right} of {total} lie on the diagonal "
            f"({percent(right / max(total, 1))}). Mix-ups: " + ("; ".join(f"{a} taken for {b}, {n}" for a, b, n in sorted(
                errors, key=lambda e: -e[2])[:5]) or "none") + ".",
        table=table([{"true": label, **dict(zip(labels, map(int, row), strict=True))}
                     for label, row in zip(labels, counts, strict=True)],
                    caption="Tickets by true label (rows) and predicted label (columns)"))


def _axis_names(labels: Sequence[str]) -> tuple[list[str], list[str]]:
    room = int(72 * 5.2 / len(labels) / 7)  # characters of 7 points in a column
    names = wrapped(labels, room)
    return ([cut(label, 26) for label in labels], names) if names else lettered([cut(label, 26) for label in labels])


def cost_accuracy(rows: Sequence[Mapping[str, Any]], *, title: str | None = None,
                  source: str = "accuracy: practice; cost: simulated from the stated formula") -> Card:
    """Each model as a labelled point: US$ per 1,000 calls (log axis) against accuracy.

    rows: dicts with name, accuracy (0 to 1), cost (US$ per 1,000 calls, above 0) and, when known, n (number of
    texts), which draws the 95 % Wilson interval.
    """
    best = max(rows, key=lambda row: row["accuracy"])
    cheap = min(rows, key=lambda row: row["cost"])
    lost = best["accuracy"] - cheap["accuracy"]
    bounds = [wilson(row["accuracy"], row["n"]) if row.get("n") else (row["accuracy"],) * 2 for row in rows]
    known = best.get("n") and bounds[rows.index(cheap)][1] < bounds[rows.index(best)][0]
    worse = (f"gives up {lost * 100:.0f} points of accuracy" if known or not best.get("n") or not cheap.get("n")
             else f"is not shown to be worse than “{best['name']}”")
    claim = (f"“{best['name']}” is the cheapest and the most accurate" if best is cheap else
             f"“{cheap['name']}” {worse}\nand costs {number(best['cost'] / cheap['cost'], 0)} times less")
    return figure(
        lambda ax: _scatter(ax, rows, bounds), title=title or claim, source=source,
        alt="Points for " + "; ".join(f"{row['name']}: accuracy {row['accuracy']:.2f} at US$ {row['cost']:.3g} per 1,000 calls"
                                      for row in rows) + ".",
        table=table([{"model": row["name"], "accuracy": row["accuracy"], "from": low, "to": high, "cost": f"{row['cost']:.4g}"}
                     for row, (low, high) in zip(rows, bounds, strict=True)],
                    ("model", "model"), ("accuracy", "accuracy"), ("from", "95 % from"), ("to", "to"),
                    ("cost", "US$ per 1,000 calls"), digits=2, caption="Accuracy and cost"))


def wilson(share: float, n: int) -> tuple[float, float]:
    """95 % interval of a share of n (Wilson score interval, z = 1.96)."""
    z = 1.96
    middle, half = share + z * z / (2 * n), z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)


def _scatter(ax: Axes, rows: Sequence[Mapping[str, Any]], bounds: Sequence[tuple[float, float]]) -> None:
    for i, (row, (low, high)) in enumerate(zip(rows, bounds, strict=True)):
        style = STYLES[i % len(STYLES)]
        ax.plot([row["cost"]] * 2, [low, high], color=style.line, lw=2, ls="-", marker="_", ms=9)
        ax.plot(row["cost"], row["accuracy"], color=style.line, marker=style.marker, ms=10, ls="")
    ax.set_xscale("log")
    ax.margins(x=0.22)
    ax.set(ylim=(0, 1.04), xlabel="US$ per 1,000 calls (log scale)", ylabel="accuracy")
    ax.xaxis.set_major_formatter(lambda x, _: f"{x:,.10f}".rstrip("0").rstrip("."))
    ax.xaxis.set_minor_formatter(lambda x, _: "")
    ax.grid(axis="y")
    point_labels(ax, [r["cost"] for r in rows], [r["accuracy"] for r in rows], [str(r["name"]) for r in rows],
                 colors=[STYLES[i % len(STYLES)].label for i in range(len(rows))], fontweight="bold")
