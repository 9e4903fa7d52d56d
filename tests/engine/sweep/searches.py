"""Searches for tests of sampling."""

from typing import Any

from joblens.engine.sweep.search import Search


def search(space: dict[str, dict[str, Any]], sampling: str = "random", **more: Any) -> Search:
    """A search over a space, with a seed of 7 unless `more` says otherwise."""
    given: dict[str, Any] = {
        "seed": 7,
        "rule": None,
        "metric": "loss",
        "goal": "minimize",
        "total": 1000,
        "concurrent": 4,
        "timeout": None,
        "trial_timeout": None,
    }
    return Search(sampling=sampling, space=space, **given | more)


MODELS: dict[str, Any] = {
    "type": "choice",
    "values": [
        {"name": "forest", "trees": {"type": "choice", "values": [10, 100]}, "depth": 3},
        {"name": "net", "rate": {"type": "uniform", "min_value": 0, "max_value": 1}},
        "none",
    ],
}
"""A choice of which two options are maps with hyperparameters of their own."""
