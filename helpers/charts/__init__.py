"""The figures of the lessons, one module a theme: plain functions, data in, `Card` out.

`from helpers.charts import token_timeline` loads that figure's module only (PEP 562).
"""
from __future__ import annotations

import importlib

_HOME_OF = {
    "token_timeline": "streaming", "token_timelines": "streaming",
    "temperature_bars": "sampling", "temperature_table": "sampling", "tempered": "sampling",
    "similarity_heatmaps": "similarity", "similarity_heatmap": "similarity",
    "word_overlap": "similarity", "threshold_curve": "similarity",
    "text_map": "maps",
    "score_bars": "classification", "template_dumbbell": "classification", "confusion_matrix": "classification",
    "cost_accuracy": "classification",
    "image_grid": "images", "denoising_strip": "images",
    "attempt_timeline": "limits", "rate_plot": "limits", "backoff_lanes": "limits",
    "breakeven": "money", "cold_start_curve": "money", "endpoint_states": "money",
}
__all__ = sorted(_HOME_OF)


def __getattr__(name: str) -> object:
    if name not in _HOME_OF:
        raise AttributeError(f"There is no figure {name!r}. There are: {', '.join(__all__)}.")
    value = getattr(importlib.import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value
