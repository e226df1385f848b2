"""Every number in a figure comes from its arguments or a stated formula."""
from __future__ import annotations

import math

import numpy as np
import pytest

from helpers import charts
from helpers.charts import classification, images, limits, money, sampling, similarity, streaming
from helpers.charts.labels import spread
from helpers.charts.maps import flatten, nearest, nearest_flat, text_map
from helpers.simulate import compare

EVENTS = [(0.5, "Thank"), (0.6, " you"), (0.7, "."), (1.9, "\n"), (2.0, "Bye")]


def test_timeline_says_first_gap_and_total() -> None:
    """Time to first piece, the stall, the count and the total stand in the alt text; the table has every piece."""
    card = streaming.token_timeline(EVENTS, total_plain=2.1)
    assert "first piece after 0.50 s, 5 pieces, last at 2.00 s, longest gap 1.20 s" in card.alt and "until 2.10 s" in card.alt
    assert card.table.cells[3] == ("1.900", "1.200", "\\n")
    assert any(t.get_text() == "stall 1.20 s" for t in card.figure.axes[0].texts)


@pytest.mark.parametrize("events", [[(0.4, "one")], [(0.0, "a"), (0.0, "b")]])
def test_timeline_of_little(events: list) -> None:
    """One piece, or all at once, is drawn too."""
    assert str(len(events)) in streaming.token_timeline(events).alt


def test_timeline_of_nothing() -> None:
    """An empty stream is named."""
    with pytest.raises(ValueError, match="No events in slow."):
        streaming.token_timelines({"fast": EVENTS, "slow": []})


@pytest.mark.parametrize("T, expected", [(1.0, [0.5, 0.3, 0.2]), (0.5, [0.25 / 0.38, 0.09 / 0.38, 0.04 / 0.38]), (0, [1, 0, 0])])
def test_temperature_is_softmax(T: float, expected: list) -> None:
    """softmax(logprob / T): p squared and normalised at T = 0.5, the likeliest alone at T = 0."""
    assert sampling.tempered([math.log(p) for p in (0.5, 0.3, 0.2)], T) == pytest.approx(expected)


def test_temperature_extremes() -> None:
    """Huge and tiny logprobs stay finite; a negative temperature is refused."""
    assert sampling.tempered([-1e4, -2e4], 0.01).tolist() == [1.0, 0.0]
    with pytest.raises(ValueError, match="`T` must be 0 or more, not -1"):
        sampling.temperature_bars([("a", -0.1)], -1)


def test_temperature_samples_and_table() -> None:
    """Sampled shares count all draws, also of words not listed; the table has one column a temperature."""
    card = sampling.temperature_bars([("a", -0.2), (" b\n", -1.8)], 0.7, samples=["a", "a", " b\n", "z"])
    assert "Of the sampled words: a 50 %, ␣b↵ 25 %; 25 % were other words" in card.alt
    assert sampling.temperature_table([("a", -0.2), ("b", -1.8)]).headings == ("token", "T = 0.2", "T = 0.7", "T = 1.5")


def test_word_overlap_is_jaccard() -> None:
    """Shared content words over all content words; function words and case do not count."""
    got = similarity.word_overlap(["Cancel my PLAN please", "the plan is cheap", "unsubscribe", "of the"])
    assert got[0].tolist() == pytest.approx([1, 1 / 3, 0, 0]) and got[3, 3] == 0


def test_heatmap_names_the_gap() -> None:
    """The pair that gains most from meaning is in the claim, and all pairs are in the table."""
    meaning = np.array([[1, 0.8, 0.2], [0.8, 1, 0.5], [0.2, 0.5, 1]])
    card = similarity.similarity_heatmaps(meaning, np.array([[1, 0, 0], [0, 1, 0.5], [0, 0.5, 1]]),
                                          ["stop it", "cancel", "hello"])
    assert card.title == "“stop it” and “cancel” agree in meaning (0.80), not in words (0.00)"
    assert card.table.cells[0] == ("stop it", "cancel", "0.80", "0.00") and len(card.table.cells) == 3


@pytest.mark.parametrize("shape, words", [((2, 2), "has shape"), ((13, 13), "leave no room")])
def test_heatmap_sizes(shape: tuple, words: str) -> None:
    """A matrix that does not fit its labels, or whose numbers would not fit, is refused."""
    with pytest.raises(ValueError, match=words):
        similarity.similarity_heatmaps(np.eye(*shape), np.eye(*shape), [str(i) for i in range(max(3, shape[0]))])


def test_threshold_maximises_f1() -> None:
    """Precision, recall and F1 as defined with >=; the best of all thresholds is named."""
    card = similarity.threshold_curve([0.9, 0.8, 0.7, 0.4, 0.3], [True, True, False, True, False])
    assert "At 0.40 F1 is highest: 0.86, with precision 0.75 and recall 1.00" in card.alt
    with pytest.raises(ValueError, match="no True"):
        similarity.threshold_curve([0.1], [False])


def test_map_is_pca_with_fixed_signs() -> None:
    """The axes are those of the covariance, the kept share is theirs, and mirrored data give the same map."""
    v = np.random.default_rng(0).normal(0, [5, 3, 1, 0.5], (40, 4))
    points, kept = flatten(v)
    values = np.linalg.eigvalsh(np.cov(v.T))[::-1]
    assert kept == pytest.approx(values[:2].sum() / values.sum()) and points.var(axis=0, ddof=1) == pytest.approx(values[:2])
    assert flatten(v * [1, 1, -1, 1])[0] == pytest.approx(points)


def test_map_shows_true_and_flat_neighbours() -> None:
    """A neighbour that only the third axis parts is near on the map and far in truth."""
    v = np.array([[9, 0, 1], [9, 0.2, -1], [9, 2, 1], [-9, 3, 1], [0, -9, 1], [-9, -9, -1]], dtype=float)
    assert nearest(v, 0, 1) == [2] and nearest_flat(flatten(v)[0], 0, 1) == [1]
    card = text_map(v, list("aabbcc"), range(6), query=0)
    assert "Nearest to 0 by cosine: 2" in card.alt and "on the map: 1" in card.alt
    names = {text.get_text() for text in card.figure.axes[0].texts}
    assert {"● a", "■ b", "▲ c"} <= names, "a name shows the shape of its points"
    with pytest.raises(ValueError, match="No text has the id 99"):
        text_map(v, list("aabbcc"), range(6), query=99)


def test_confusion_counts() -> None:
    """Right answers, the worst mix-up, and rows as true labels."""
    card = classification.confusion_matrix([[5, 0], [3, 2]], ["billing", "login"])
    assert card.title == "7 of 10 are right; 3 times “login” is taken for “billing”"
    assert card.table.cells[1] == ("login", "3", "2")


def test_dumbbell_finds_the_widest() -> None:
    """The label that moves most is in the claim; a missing score is a dash in the table."""
    rows = [{"template": t, "label": a, "score": s} for t, a, s in
            [("A {}", "x", 0.2), ("B {}", "x", 0.9), ("A {}", "y", 0.5)]]
    card = classification.template_dumbbell(rows)
    assert "“x” from 0.20 to 0.90" in card.title and card.table.cells[1] == ("y", "0.50", "-")


def test_dumbbell_hides_no_mark() -> None:
    """Equal scores stand one above the other, and a mark at 1.00 is drawn whole."""
    rows = [{"template": t, "label": "x", "score": 1.0} for t in ("A {}", "B {}", "C {}")]
    marks = classification.template_dumbbell(rows).figure.axes[0].collections
    heights = [mark.get_offsets()[0, 1] for mark in marks]
    assert np.diff(sorted(heights)).min() > 0.1 and not any(mark.get_clip_on() for mark in marks)


def test_heat_writes_no_minus_zero() -> None:
    """A value that rounds to nothing is written 0, whatever its sign."""
    card = similarity.similarity_heatmap([[1, -0.004], [-0.004, 1]], ["a", "b"])
    assert [text.get_text() for text in card.figure.axes[0].texts] == ["0", "0"]


def test_cost_claim_is_honest() -> None:
    """With few texts a gap in accuracy is not claimed; with many it is."""
    def claim(n: int) -> str:
        return classification.cost_accuracy([{"name": "small", "accuracy": 0.8, "cost": 0.01, "n": n},
                                             {"name": "large", "accuracy": 0.9, "cost": 1.0, "n": n}]).title
    assert "is not shown to be worse" in claim(60) and "gives up 10 points" in claim(6000) and "100 times less" in claim(60)
    assert classification.wilson(0.9, 100) == pytest.approx((0.8256, 0.9448), abs=1e-3)


def test_images() -> None:
    """Rows and columns are named in the alt text; a wrong number of pictures is refused."""
    tile = np.zeros((4, 6, 3), dtype=np.uint8)
    card = images.image_grid([tile] * 2, ["seed 1"], ["a", "b"], title="Two tiles are black", prompt="night")
    assert "2 pictures in 1 rows (seed 1) and 2 columns (a, b). Prompt: “night”." in card.alt
    with pytest.raises(ValueError, match="3 pictures do not fill 1 rows of 2"):
        images.image_grid([tile] * 3, ["r"], ["a", "b"], title="Two tiles are black")
    assert "falls from 255 to 0" in images.denoising_strip([tile + 255, tile]).alt


def record(**values: object) -> dict:
    return {"call": 0, "attempt": 1, "worker": 0, "started_s": 0.0, "ended_s": 0.1, "waited_s": 0.0, "paced_s": 0.0,
            "status": 200, "kind": "ok", **values}


RECORDS = [record(), record(call=1, worker=1, status=429, kind="throttled"),
           record(call=1, worker=1, attempt=2, started_s=1.1, ended_s=1.2, waited_s=1.0),
           record(call=2, started_s=2.5, ended_s=3.0, status=500, kind="transient")]


def test_attempts_are_counted() -> None:
    """Lanes, outcomes and waiting time come from the records; unknown kinds count as other failures."""
    card = limits.attempt_timeline(RECORDS)
    assert card.alt == ("2 lanes with 4 attempts from 0 to 3.0 s: 2 ok, 1 refused (429), 1 other failure. "
                        "Waiting in all: 1.0 s.")
    assert "1 of 4 attempts are refused" in card.title and "17 % of the time" in card.title
    assert "None of the 1 attempts is refused" in limits.attempt_timeline([record(worker=None)]).title
    with pytest.raises(ValueError, match="no attempts"):
        limits.attempt_timeline([])


def test_thousands_of_calls_without_workers_share_lanes() -> None:
    """A lane per call would neither be read nor drawn: as many lanes as calls ran at once, and every attempt is there."""
    many = [record(call=n, worker=None, started_s=n / 50, ended_s=n / 50 + 0.05, waited_s=0.0, paced_s=0.0) for n in range(3000)]
    card = limits.attempt_timeline(many)
    assert card.alt.startswith("3 lanes with 3000 attempts")
    assert limits.attempt_timeline(many[:40]).alt.startswith("40 lanes with 40 attempts")


def test_rates_are_per_second() -> None:
    """Each request counts in the second in which it was sent."""
    card = limits.rate_plot(RECORDS)
    assert [row[1:] for row in card.table.cells[:3]] == [("2", "1", "1", "0"), ("1", "1", "0", "0"), ("1", "0", "0", "1")]
    assert "refuses 1 of 4" in card.title and "takes all" in limits.rate_plot([record()]).title
    assert limits.rate_plot([record(), record(status=503, kind="transient")]).title == (
        "1 of 2 requests fail, none for coming too fast")


def test_backoff_quotes_the_runs() -> None:
    """The winner is named, and a policy that never ends is not given a finish."""
    card = limits.backoff_lanes(compare(("fixed", "exponential")))
    assert "“exponential” is done first, after 31.5 s" in card.title
    assert "fixed: 6020 attempts, 6000 refused, 20 of 40 done in 300 s." in card.alt and card.table.cells[0][-1] == "-"
    assert "No policy gets all 40" in limits.backoff_lanes(compare(("fixed",))).title


@pytest.mark.parametrize("price, tokens, cross", [(0.30, 1500, "1,778"), (0.10, 500, "16,000")])
def test_breakeven_reference(price: float, tokens: int, cross: str) -> None:
    """The values of the curriculum for an L4 at US$ 0.80 per hour."""
    card = money.breakeven(price_per_hour=0.8, price_in=price, price_out=price, tokens_in=tokens, tokens_out=0)
    assert f"From {cross} requests per hour on" in card.title and f"meet at {cross}" in card.alt


def test_breakeven_minds_capacity() -> None:
    """Below its break-even a full replica never pays; just above it a second one costs again."""
    settings = {"price_per_hour": 0.8, "price_in": 0.3, "price_out": 0.3, "tokens_in": 1500, "tokens_out": 0}
    assert "stays cheaper" in money.breakeven(**settings, capacity_rph=1000).title
    assert "cheaper from 1,778 to 2,500" in money.breakeven(**settings, capacity_rph=2500).title
    assert "From 1,778" in money.breakeven(**settings, capacity_rph=9000).title
    with pytest.raises(ValueError, match="no break-even"):
        money.breakeven(**{**settings, "price_in": 0, "price_out": 0})


def test_cold_starts_follow_poisson() -> None:
    """P(cold) = exp(-rate * timeout), and the assumption is named."""
    card = money.cold_start_curve(idle_timeout_min=[15, 60], rate_rph=4)
    assert "timeout 15 min, 37 % cold; timeout 60 min, 2 % cold" in card.alt and "Poisson" in card.source
    with pytest.raises(ValueError, match="7 timeouts are too many"):
        money.cold_start_curve(idle_timeout_min=range(1, 8))


def test_endpoint_states_add_up() -> None:
    """Minutes in each state, billed minutes and the last cost come from the log."""
    log = [(0, "pending", 0.0), (60, "initializing", 0.0), (180, "running", 0.03), (600, "paused", 0.12), (1200, "paused", 0.12)]
    card = money.endpoint_states([dict(zip(("time_s", "state", "cost_usd"), row, strict=True)) for row in log])
    assert card.title == "9 of 20 minutes are billed: US$ 0.120" and "paused 10 min" in card.alt
    with pytest.raises(ValueError, match="too few"):
        money.endpoint_states([])


def test_begun_minutes_are_billed() -> None:
    """An unbroken stretch of billed states counts the minutes that it began: 20 s + 40 s in one, 30 s in another are 2."""
    log = [(0, "initializing", 0.0), (20, "running", 0.01), (60, "paused", 0.02), (360, "running", 0.02), (390, "paused", 0.03)]
    rows = [dict(zip(("time_s", "state", "cost_usd"), row, strict=True)) for row in log]
    assert money.endpoint_states(rows).title == "2 begun minutes of 6.5 are billed: US$ 0.030"


def test_labels_are_spread() -> None:
    """Labels keep their order, move as little as needed and end at least a gap apart."""
    assert spread([5, 0, 1, 30], 10).tolist() == [12, -8, 2, 30]
    assert spread([], 10).size == 0


def test_figures_are_exported() -> None:
    """`from helpers.charts import ...` finds every name it lists."""
    assert all(callable(getattr(charts, name)) for name in charts.__all__)


def test_a_matrix_without_a_worst_pair_says_so() -> None:
    """Where no two labels are mixed up twice, the claim names none and nothing is framed."""
    card = classification.confusion_matrix([[9, 1, 0], [0, 10, 0], [1, 0, 9]], ["a", "b", "c"])
    assert "28 of 30 are right" in card.text and "no pair is mixed up more than once" in card.text
