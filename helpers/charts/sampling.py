"""What temperature does to the next word."""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from matplotlib.axes import Axes

from ..plotting import GREY, STYLES, Card, figure
from ..tables import Table, percent, table

Top = Sequence[tuple[str, float]]  # (token, logprob), best first


def tempered(logprobs: Sequence[float], T: float) -> np.ndarray:
    """softmax(logprobs / T) over the listed candidates; T = 0 gives all to the likeliest (the first of equals)."""
    x = np.asarray(logprobs, dtype=float)
    if T < 0:
        raise ValueError(f"`T` must be 0 or more, not {T}. Use T=0 for the likeliest word always.")
    if T == 0:
        return (np.arange(len(x)) == x.argmax()).astype(float)
    weights = np.exp((x - x.max()) / T)
    return weights / weights.sum()


def temperature_bars(top: Top, T: float, *, samples: Iterable[str] | None = None, title: str | None = None,
                     source: str | None = None) -> Card:
    """Bars: the chance of each listed token at temperature T; outlines: the same at T = 1; dots: sampled shares.

    top: (token, logprob) pairs as the API lists them. The chances are softmax(logprob / T) over these candidates
    only, so words outside the list are left out. samples: tokens that were drawn; each dot is a token's share.
    """
    shares = _shares(top, samples)
    chances, plain = tempered([lp for _, lp in top], T), tempered([lp for _, lp in top], 1.0)
    names = [shown(token) for token, _ in top]
    best = int(np.argmax(chances))
    rows = [{"token": n, "logprob": lp, f"T = {T:g}": c, "T = 1": p, "sampled": s}
            for n, (_, lp), c, p, s in zip(names, top, chances, plain, shares or [None] * len(names), strict=True)]
    columns = ["token", "logprob", f"T = {T:g}"] + (["T = 1"] if T != 1 else []) + (["sampled"] if shares else [])
    return figure(
        lambda ax: _draw(ax, names, chances, plain, shares, T),
        title=title or f"At T = {T:g} the likeliest word gets {percent(chances[best])} of the draws",
        alt=f"Bars for {len(names)} next words at temperature {T:g}: "
            + ", ".join(f"{n} {percent(c)}" for n, c in zip(names, chances, strict=True)) + "." + _sampled_words(names, shares),
        source=source or "computed: softmax(logprob / T) over the listed words, from the model's own logprobs",
        table=table(rows, *[(c, c) for c in columns], caption=f"Chance of each next word at T = {T:g}", digits=3),
        size=(7.2, 1.5 + 0.34 * len(names)))


def temperature_table(top: Top, temperatures: Sequence[float] = (0.2, 0.7, 1.5)) -> Table:
    """The same chances as a table: one line a token, one column a temperature."""
    columns = [tempered([lp for _, lp in top], T) for T in temperatures]
    rows = [(shown(token), *chances) for (token, _), *chances in zip(top, *columns, strict=True)]
    heads = ["token", *(f"T = {T:g}" for T in temperatures)]
    return table([dict(zip(heads, row, strict=True)) for row in rows], *[(h, h) for h in heads], digits=3,
                 caption="Chance of each next word: softmax(logprob / T)")


def shown(token: str) -> str:
    """A token one can see: spaces at its ends as ␣, line breaks as ↵; an empty one says so."""
    body = token.strip(" ")
    lead, trail = len(token) - len(token.lstrip(" ")), len(token) - len(token.rstrip(" "))
    text = "␣" * lead + body + ("␣" * trail if body else "")
    return text.replace("\n", "↵").replace("$", r"\$") or "(empty)"


def _shares(top: Top, samples: Iterable[str] | None) -> list[float] | None:
    drawn = Counter(samples or ())
    total = sum(drawn.values())
    return [drawn[token] / total for token, _ in top] if total else None


def _sampled_words(names: list[str], shares: list[float] | None) -> str:
    if not shares:
        return ""
    other = f"; {percent(1 - sum(shares))} were other words" if sum(shares) < 0.995 else ""
    drawn = ", ".join(f"{n} {percent(s)}" for n, s in zip(names, shares, strict=True) if s)
    return f" Of the sampled words: {drawn}{other}."


def _draw(ax: Axes, names: list[str], chances: np.ndarray, plain: np.ndarray, shares: list[float] | None, T: float) -> None:
    y = -np.arange(len(names))
    ax.barh(y, chances, height=0.62, color=STYLES[0].line)
    if T != 1:
        ax.barh(y, plain, height=0.62, fill=False, edgecolor=GREY, linewidth=1.4, linestyle=(0, (3, 2)))
    if shares:
        ax.scatter(shares, y, color=STYLES[1].line, marker=STYLES[1].marker, s=42, zorder=5, edgecolor="white")
    ends = [max(values) for values in zip(chances, plain, shares or plain, strict=True)]
    for yi, end, chance in zip(y, ends, chances, strict=True):
        ax.annotate(percent(chance), (end, yi), xytext=(8, 0), textcoords="offset points", va="center",
                    color=STYLES[0].label, fontweight="bold")
    ax.set(xlim=(0, 1.13), ylim=(-len(names) + 0.4, 0.6), xlabel=_key(T, bool(shares)))
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
    ax.set_yticks(y, names)
    ax.tick_params(axis="y", length=0)


def _key(T: float, sampled: bool) -> str:
    parts = [f"bar: chance at T = {T:g}"] + (["outline: T = 1"] if T != 1 else []) + (["square: sampled"] if sampled else [])
    return "chance of the next word   (" + ", ".join(parts) + ")" if len(parts) > 1 else "chance of the next word"
