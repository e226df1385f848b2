"""When each piece of a streamed answer arrived."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from statistics import median

from matplotlib.axes import Axes

from ..plotting import GREY, STYLES, Card, Style, direct_label, figure
from ..tables import Table, table

Events = Sequence[tuple[float, str]]
MEASURED = "practice: measured while this cell ran"
STALL = 4.0  # a gap this many times the median gap is named in the picture


def token_timeline(events: Events, *, total_plain: float | None = None, label: str = "streamed",
                   title: str | None = None, source: str = MEASURED, volatile: bool = False) -> Card:
    """One streamed answer on a time axis; as `token_timelines` with a single row."""
    return token_timelines({label: events}, total_plain=total_plain, title=title, source=source, volatile=volatile)


def token_timelines(runs: Mapping[str, Events], *, total_plain: float | None = None, title: str | None = None,
                    source: str = MEASURED, volatile: bool = False) -> Card:
    """A row of dots for each answer: when a piece came, how long the first took, where the stream stalled.

    runs: name -> events, each (seconds since the request was sent, text of the piece). Longer pieces get larger
    dots, since a piece need not be one token. total_plain: seconds the same answer took without streaming, drawn
    as a bar that only ends in text. volatile: the times come from a wall clock (see `figure`).
    Raises ValueError when a run has no events.
    """
    if empty := [name for name, events in runs.items() if not events]:
        raise ValueError(f"No events in {', '.join(empty)}. Collect the stream first: `timeline(stream, clock)`.")
    rows = list(runs) + (["not streamed"] if total_plain is not None else [])
    return figure(
        lambda ax: _draw(ax, runs, total_plain), title=title or _claim(runs, total_plain), source=source,
        alt=_alt(runs, total_plain), table=_table(runs), size=(7.2, 1.55 + 0.74 * len(rows)), volatile=volatile)


def _draw(ax: Axes, runs: Mapping[str, Events], total_plain: float | None) -> None:
    names = list(runs)
    end = max([1e-3, total_plain or 0.0, *(events[-1][0] for events in runs.values())])
    for row, (name, style) in enumerate(zip(names, _styles(len(names)), strict=True)):
        _lane(ax, -row, runs[name], style, end * 1.36)
    if total_plain is not None:
        names = [*names, "not streamed"]
        ax.barh(-len(runs), total_plain, height=0.3, color="white", edgecolor=GREY, hatch="///", linewidth=1)
        direct_label(ax, total_plain, -len(runs), f"all at once, {total_plain:.2f} s", dx=8)
    ax.set(xlim=(0, end * 1.36), ylim=(-len(names) + 0.55, 0.7), xlabel="seconds since the request was sent")
    ax.set_yticks([-row for row in range(len(names))], names)
    ax.tick_params(axis="y", length=0)
    ax.set_xticks([t for t in ax.get_xticks() if 0 <= t <= end * 1.02 + 1e-9])
    ax.spines["left"].set_visible(False)


def _lane(ax: Axes, y: float, events: Events, style: Style, end: float) -> None:
    times = [t for t, _ in events]
    sizes = [12 + 5 * min(len(text.strip()), 12) for _, text in events]
    ax.plot([times[0], times[-1]], [y, y], color=style.line, lw=1, marker="", ls="-", alpha=0.4)
    ax.scatter(times, [y] * len(times), s=sizes, color=style.line, marker=style.marker, alpha=0.75, linewidths=0)
    _bracket(ax, 0, times[0], y + 0.27, f"first after {times[0]:.2f} s", style)
    direct_label(ax, times[-1], y, f"{len(times)} pieces, {times[-1]:.2f} s", color=style.label)
    at, gap = _longest_gap(times)
    if gap > STALL * _usual_gap(times):
        _bracket(ax, at, at + gap, y + 0.27, f"stall {gap:.2f} s", style, free=0.24 * end)


def _bracket(ax: Axes, start: float, end: float, y: float, text: str, style: Style, free: float = 0.0) -> None:
    """A bracket over [start, end]; its words begin no further left than `free`, where another label ends."""
    ax.plot([start, start, end, end], [y - 0.07, y, y, y - 0.07], color=style.label, lw=1.2, marker="", ls="-")
    direct_label(ax, max(start, free), y, text, color=style.label, dx=0, dy=2, ha="left")


def _styles(n: int) -> list[Style]:
    return [STYLES[i % len(STYLES)] for i in range(n)]


def _gaps(times: Sequence[float]) -> list[float]:
    return [b - a for a, b in pairwise(times)]


def _usual_gap(times: Sequence[float]) -> float:
    return median(_gaps(times)) if len(times) > 1 else 0.0


def _longest_gap(times: Sequence[float]) -> tuple[float, float]:
    """Start and length of the longest wait between two pieces."""
    return max(zip(times, _gaps(times), strict=False), key=lambda pair: pair[1], default=(0.0, 0.0))


def _claim(runs: Mapping[str, Events], total_plain: float | None) -> str:
    first, last = (next(iter(runs.values()))[i][0] for i in (0, -1))
    if total_plain is None:
        return f"The first piece comes after {first:.2f} s of {last:.2f} s"
    if abs(last - total_plain) <= 0.15 * max(last, total_plain):
        return f"Streaming starts to speak after {first:.2f} s\nand ends no sooner: {last:.2f} s against {total_plain:.2f} s"
    return f"Streaming starts to speak after {first:.2f} s;\nwhole answers: {last:.2f} s and {total_plain:.2f} s"


def _alt(runs: Mapping[str, Events], total_plain: float | None) -> str:
    parts = ["Dots on a time axis, one row for each answer."]
    for name, events in runs.items():
        times = [t for t, _ in events]
        parts.append(f"{name}: first piece after {times[0]:.2f} s, {len(times)} pieces, last at {times[-1]:.2f} s, "
                     f"longest gap {_longest_gap(times)[1]:.2f} s.")
    if total_plain is not None:
        parts.append(f"Not streamed: nothing until {total_plain:.2f} s, then the whole text.")
    return " ".join(parts)


def _table(runs: Mapping[str, Events]) -> Table:
    rows = [{"answer": name, "time_s": t, "gap_s": gap, "text": repr(text)[1:-1]} for name, events in runs.items()
            for (t, text), gap in zip(events, [events[0][0], *_gaps([t for t, _ in events])], strict=True)]
    columns = ["time_s", "gap_s", "text"] if len(runs) == 1 else ["answer", "time_s", "gap_s", "text"]
    return table(rows, *columns, caption="When each piece arrived", digits=3)
