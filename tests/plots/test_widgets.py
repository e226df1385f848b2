"""Every panel has a plain function behind it, a static form, labels, and a picture that follows its controls."""
from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from helpers import widgets
from helpers.charts.sampling import temperature_bars
from helpers.widgets import VIEW, Choice, Number, Panel, Switch, explore
from tests.plots.gallery import TEXTS, TOP, meaning, stream

PANELS = {
    "temperature": lambda: widgets.temperature_widget(TOP),
    "timeline": lambda: widgets.timeline_widget(lambda words, stall: (stream(words / 1000, 0.05, stall), 2.0)),
    "heatmap": lambda: widgets.heatmap_widget(meaning(), meaning() * 0.1, TEXTS),
    "backoff": lambda: widgets.backoff_widget(),
    "breakeven": lambda: widgets.breakeven_widget(),
    "cold_start": lambda: widgets.cold_start_widget(),
}
IN_KERNEL = ("temperature", "backoff")  # the others differ in their plot only
made = cache(lambda name: PANELS[name]())
every = pytest.mark.parametrize("name", PANELS)


@pytest.fixture(scope="module")
def shown() -> list:
    """The outputs of one cell per panel, run in a real kernel of this environment."""
    import nbclient
    import nbformat.v4 as v4
    cells = [v4.new_code_cell("from tests.plots.test_widgets import PANELS")]
    cells += [v4.new_code_cell(f"PANELS[{name!r}]()") for name in IN_KERNEL]
    client = nbclient.NotebookClient(v4.new_notebook(cells=cells), timeout=60, kernel_name="python3",
                                     resources={"metadata": {"path": str(Path(__file__).parents[2])}})
    return [cell["outputs"] for cell in client.execute()["cells"][1:]]


def fields(panel: Panel) -> list:
    return list(panel.widget.children[:-1])


@every
def test_static_form_is_the_first_card(name: str) -> None:
    """Without a kernel a panel shows its first card and names its controls with their ranges."""
    panel = made(name)
    data, metadata = panel._repr_mimebundle_()
    assert set(data) == {"text/html", "image/png", "text/plain"} and data["text/html"] == panel.card.html
    assert data["text/plain"].startswith(panel.card.text + "\nControls: ") and metadata["image/png"]["width"] == 720


def test_live_form_adds_only_the_view(shown: list) -> None:
    """In a kernel the same data come with a widget view beside them; nothing that is compared has a model id."""
    for name, outputs in zip(IN_KERNEL, shown, strict=True):
        (output,) = outputs
        data = dict(output["data"])
        model = data.pop(VIEW)["model_id"]
        assert set(data) == {"text/html", "image/png", "text/plain"}
        assert not any(model in value for value in data.values())
        assert data["text/plain"] == made(name).text


@every
def test_every_control_is_labelled_and_native(name: str) -> None:
    """Each control has words, and is one that the keyboard and screen readers reach."""
    for field in fields(made(name)):
        assert len(field.description) > 3
        assert type(field).__name__ in ("BoundedFloatText", "BoundedIntText", "Dropdown", "Checkbox")


@every
def test_picture_follows_each_control(name: str) -> None:
    """Moving any control changes the HTML, alt text included, and the last state is what the plain function gives."""
    panel = made(name)
    picture, values = panel.widget.children[-1], {}
    assert picture.value == panel.card.html
    for field, (key, control) in zip(fields(panel), panel.controls.items(), strict=True):
        before = picture.value
        field.value = values[key] = other(control, field.value)
        assert picture.value != before and "<img alt=" in picture.value
    assert picture.value == panel.at(**values).html


def other(control: object, value: object) -> object:
    """Another value that the control allows."""
    if isinstance(control, Choice):
        return [v for v in control.pairs.values() if v != value][0]
    return not value if isinstance(control, Switch) else min(value + 10 * control.step, control.high)


def test_plain_function_is_the_chart() -> None:
    """`panel.at` is the plotting function itself, and an unknown control is named."""
    panel = widgets.temperature_widget(TOP)
    assert panel.at(T=0.2) == temperature_bars(TOP, 0.2)
    with pytest.raises(TypeError, match="No control `t`. There are: T."):
        panel.at(t=1)


def test_error_keeps_the_controls() -> None:
    """A state without a figure shows the sentence, escaped, and the next state draws again."""
    def plot(n: int):
        if n == 3:
            raise ValueError("No figure for <3>.")
        return temperature_bars(TOP, float(n))
    panel = explore(plot, n=Number(label="Value", value=1, low=0, high=5))
    (field,), picture = fields(panel), panel.widget.children[-1]
    field.value = 3
    assert picture.value == "<p>No figure for &lt;3&gt;.</p>"
    field.value = 2
    assert "<img" in picture.value


def test_slider_on_request() -> None:
    """`slider=True` gives a slider that redraws only when it is let go."""
    panel = explore(lambda T: temperature_bars(TOP, T), T=Number(label="T", value=0.7, low=0.0, high=2.0, step=0.1, slider=True))
    (field,) = fields(panel)
    assert type(field).__name__ == "FloatSlider" and field.continuous_update is False


def test_text_of_controls() -> None:
    """Controls read as words: range and present value, options, on or off."""
    assert str(Number(label="T", value=0.7, low=0, high=2)) == "T (0 to 2, now 0.7)"
    assert str(Choice(label="By", options={"words": 1, "meaning": 2}, value=2)) == "By (words, meaning; now meaning)"
    assert str(Switch(label="Count", value=True)) == "Count (on)"
