"""Panels: a plain plotting function with controls in front of it.

A `Panel` works twice. In a running notebook it shows labelled controls and a picture that follows them; everywhere else
(GitHub, a saved notebook, a screen reader, a test) it is the `Card` of its first state, as HTML, PNG and text. The
picture is an HTML value, so its alt text changes with it. `panel.at(T=0.2)` gives any state without a widget.

Numbers are native number boxes: arrow keys step them and screen readers name them, which they do not do for the
sliders of ipywidgets (their handles have no accessible name). `Number(..., slider=True)` asks for a slider anyway.
A choice opens with the space bar and takes arrow keys and Enter: JupyterLab keeps a bare ArrowDown for itself.
"""
from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import Any

from . import simulate
from .charts import limits, money, sampling, similarity, streaming
from .plotting import Card
from .tables import Shown

VIEW = "application/vnd.jupyter.widget-view+json"


@dataclass(frozen=True, kw_only=True)
class Number:
    """A number from `low` to `high` in steps; whole when all of them are. slider: drawn as a slider, less accessible."""

    label: str
    value: float
    low: float
    high: float
    step: float = 1
    slider: bool = False

    def __str__(self) -> str:
        return f"{self.label} ({self.low:g} to {self.high:g}, now {self.value:g})"

    def control(self, ipywidgets: Any) -> Any:
        whole = all(isinstance(v, int) for v in (self.value, self.low, self.high, self.step))
        kind = ("Int" if whole else "Float") + "Slider" if self.slider else "Bounded" + ("Int" if whole else "Float") + "Text"
        text = self.label if self.slider else f"{self.label} ({self.low:g} to {self.high:g})"
        return getattr(ipywidgets, kind)(value=self.value, min=self.low, max=self.high, step=self.step, description=text,
                                         continuous_update=False, **_look(ipywidgets))


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One of `options`: a list, or names with their values."""

    label: str
    options: Sequence[Any] | Mapping[str, Any]
    value: Any = None

    @property
    def pairs(self) -> dict[str, Any]:
        """Shown name -> value."""
        return dict(self.options) if isinstance(self.options, Mapping) else {str(o): o for o in self.options}

    @property
    def first(self) -> Any:
        """The value at the start."""
        return next(iter(self.pairs.values())) if self.value is None else self.value

    def __str__(self) -> str:
        now = next(name for name, value in self.pairs.items() if value == self.first)
        return f"{self.label} ({', '.join(self.pairs)}; now {now})"

    def control(self, ipywidgets: Any) -> Any:
        return ipywidgets.Dropdown(options=list(self.pairs.items()), value=self.first, description=self.label,
                                   **_look(ipywidgets))


@dataclass(frozen=True, kw_only=True)
class Switch:
    """On or off."""

    label: str
    value: bool = False

    def __str__(self) -> str:
        return f"{self.label} ({'on' if self.value else 'off'})"

    def control(self, ipywidgets: Any) -> Any:
        return ipywidgets.Checkbox(value=self.value, description=self.label, indent=False)


Control = Number | Choice | Switch


class Panel(Shown):
    """A plotting function with its controls; made by `explore`."""

    def __init__(self, plot: Callable[..., Card], controls: Mapping[str, Control]) -> None:
        self.plot, self.controls = plot, dict(controls)
        self.values = {name: c.first if isinstance(c, Choice) else c.value for name, c in self.controls.items()}
        self.card = plot(**self.values)

    def at(self, **values: Any) -> Card:
        """The figure for these values; the others keep their first value. Raises TypeError for an unknown name."""
        if unknown := sorted(set(values) - set(self.controls)):
            raise TypeError(f"No control `{unknown[0]}`. There are: {', '.join(self.controls)}.")
        return self.plot(**{**self.values, **values})

    @property
    def html(self) -> str:
        """The first state."""
        return self.card.html

    @property
    def text(self) -> str:
        """The first state, and what can be changed."""
        return "\n".join([self.card.text, "Controls: " + "; ".join(map(str, self.controls.values()))])

    @cached_property
    def widget(self) -> Any:
        """The live panel: a column of controls above the picture."""
        import ipywidgets
        fields = {name: control.control(ipywidgets) for name, control in self.controls.items()}
        picture = ipywidgets.HTML(value=self.card.html)

        def redraw(_: Any) -> None:
            picture.value = self._state({name: field.value for name, field in fields.items()})

        for field in fields.values():
            field.observe(redraw, names="value")
        return ipywidgets.VBox([*fields.values(), picture])

    def _state(self, values: Mapping[str, Any]) -> str:
        try:
            return self.plot(**values).html
        except ValueError as error:  # a combination that has no figure: say so, keep the controls
            return f"<p>{escape(str(error))}</p>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        data, metadata = self.card._repr_mimebundle_()
        live = {VIEW: {"version_major": 2, "version_minor": 0, "model_id": self.widget.model_id}} if _kernel() else {}
        return {**data, "text/plain": self.text, **live}, metadata


def explore(plot: Callable[..., Card], **controls: Control) -> Panel:
    """Put controls in front of `plot`, a function that returns a `Card`.

    controls: one `Number`, `Choice` or `Switch` for each argument of `plot`, by its name:
    `explore(lambda T: temperature_bars(top, T), T=Number(label="Temperature", value=0.7, low=0, high=2, step=0.1))`.
    """
    return Panel(plot, controls)


def _kernel() -> bool:
    """Whether a notebook kernel runs, which can show widgets."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return hasattr(shell, "kernel")


def _look(ipywidgets: Any) -> dict[str, Any]:
    return {"style": {"description_width": "300px"}, "layout": ipywidgets.Layout(width="500px")}


# --- the panels of the lessons ---------------------------------------------------------------------

def temperature_widget(top: Sequence[tuple[str, float]], *, T: float = 0.7) -> Panel:
    """Lesson 02: the chances of the next word at any temperature; plain form: `temperature_bars(top, T)`."""
    return explore(lambda T: sampling.temperature_bars(top, T),
                   T=Number(label="Temperature T", value=float(T), low=0.0, high=2.0, step=0.1))


def timeline_widget(measure: Callable[[int, float], tuple[streaming.Events, float | None]], *,
                    prompts: Sequence[int] = (20, 200, 1000), stalls: Sequence[float] = (0.0, 0.5, 1.0)) -> Panel:
    """Lesson 03: when the pieces arrive, for a prompt length in words and a stall in seconds.

    measure(prompt_words, stall_s) streams once and returns its events and the seconds without streaming (or None);
    plain form: `token_timeline(events, total_plain=...)`.
    """
    def plot(prompt: int, stall: float) -> Card:
        events, total = measure(prompt, stall)
        return streaming.token_timeline(events, total_plain=total)

    return explore(plot, prompt=Choice(label="Words in the prompt", options=prompts),
                   stall=Choice(label="Stall in seconds", options=stalls))


def heatmap_widget(matrix_meaning: Any, matrix_words: Any, labels: Sequence[str]) -> Panel:
    """Lesson 04: similar by meaning, by words, or both; plain forms: `similarity_heatmaps`, `similarity_heatmap`."""
    def plot(by: str) -> Card:
        if by == "both":
            return similarity.similarity_heatmaps(matrix_meaning, matrix_words, labels)
        return similarity.similarity_heatmap(matrix_meaning if by == "meaning" else matrix_words, labels, by=by)

    return explore(plot, by=Choice(label="Compare texts by", options={
        "meaning and words, side by side": "both", "meaning (vectors)": "meaning", "words they share": "words"}))


SERVERS = {"window, refusals count": ("sliding", True), "window, refusals are free": ("sliding", False),
           "bucket, refusals are free": ("bucket", False)}


def backoff_widget(*, clients: int = 40, limit: int = 20, window: float = 10.0, seed: int = 0) -> Panel:
    """Lesson 07: retry policies against one limit, `limit` calls per `window` seconds.

    `backoff_widget().at(clients=80, policy="paced")` gives a still picture; plain form:
    `backoff_lanes(compare(policies, clients=...))`. The bucket holds a quarter of the limit and refills at the same average rate.
    """
    four = simulate.POLICIES[:4]

    def plot(server: str, limit: int, policy: str, clients: int) -> Card:
        chosen = four if policy == "four" else (policy,)
        kind, count_failed = SERVERS[server]
        part = 4 if kind == "bucket" else 1
        return limits.backoff_lanes(simulate.compare(chosen, clients=clients, limit=limit // part, window=window / part, seed=seed,
                                                     kind=kind, count_failed=count_failed))

    return explore(
        plot, server=Choice(label="Server", options={name: name for name in SERVERS}),
        limit=Number(label=f"Calls that it takes in {window:g} s", value=limit, low=4, high=60, step=4),
        policy=Choice(label="Policy", options={"four, one above the other": "four",
                                               **{policy: policy for policy in simulate.POLICIES}}),
        clients=Number(label="Clients", value=clients, low=5, high=100, step=5))


# US$ per hour of one replica: Inference Endpoints documentation of 2026-05-19.
INSTANCES = {"AWS CPU intel-spr x1, US$ 0.033": 0.033, "AWS CPU intel-spr x4, US$ 0.134": 0.134, "AWS T4 x1, US$ 0.50": 0.5,
             "AWS L4 x1, US$ 0.80": 0.8, "AWS A10G x1, US$ 1.00": 1.0, "AWS L40S x1, US$ 1.80": 1.8,
             "AWS A100 x1, US$ 2.50": 2.5, "AWS H200 x1, US$ 5.00": 5.0}


def breakeven_widget(*, tokens_in: int = 1000, tokens_out: int = 500, price: float = 0.3) -> Panel:
    """Lesson 08: the rate from which an endpoint pays; plain form: `breakeven(price_per_hour=0.8, ...)`."""
    def plot(instance: float, price: float, tokens_in: int, tokens_out: int, capacity: int) -> Card:
        return money.breakeven(price_per_hour=instance, price_in=price, price_out=price, tokens_in=tokens_in,
                               tokens_out=tokens_out, capacity_rph=capacity or None)

    return explore(
        plot, instance=Choice(label="Endpoint", options=INSTANCES, value=0.8),
        price=Number(label="US$ per million tokens", value=price, low=0.05, high=5.0, step=0.05),
        tokens_in=Number(label="Tokens in, per call", value=tokens_in, low=50, high=8000, step=50),
        tokens_out=Number(label="Tokens out, per call", value=tokens_out, low=50, high=4000, step=50),
        capacity=Number(label="Calls a replica takes, 0: any", value=0, low=0, high=50_000, step=500))


def cold_start_widget(*, rate: float = 4.0) -> Panel:
    """Lesson 08: how often a call finds the endpoint asleep; plain form: `cold_start_curve(idle_timeout_min=...)`."""
    return explore(
        lambda timeout, rate: money.cold_start_curve(idle_timeout_min=timeout, rate_rph=rate, most_rph=max(24.0, 1.2 * rate)),
        timeout=Choice(label="Minutes without a call until sleep", options=(15, 30, 60, 120)),
        rate=Number(label="Calls per hour", value=float(rate), low=0.5, high=60.0, step=0.5))
