"""What a sweep asks for: which points, how many trials, and which metric decides."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

from joblens.engine.sweep import space
from joblens.errors import JobFileError
from joblens.job.model import SweepJob

_MOST = 1000
"""Trials Azure ML allows."""


@dataclass(frozen=True, slots=True)
class Search:
    """The sweep's part of a plan; the plan's command still has the placeholders that each trial fills."""

    sampling: str
    seed: int | None
    rule: str | None
    space: Mapping[str, Mapping[str, object]]
    """Each hyperparameter's `type` and settings."""
    metric: str
    goal: str
    total: int
    concurrent: int
    timeout: int | None
    trial_timeout: int | None


def wanted(job: SweepJob) -> Search:
    """What the sweep asks for; raises what this machine cannot do."""
    sampling = job.sampling.type.value if job.sampling else "random"
    if sampling not in {"random", "grid"}:
        raise JobFileError(
            f"Sampling '{sampling}' is not there yet on this machine.",
            hint="Submit it, or run it here with --set sampling_algorithm=random (preview: algorithm).",
        )
    if job.primary_metric is None or not job.search_space:
        raise JobFileError("The sweep needs 'search_space' and 'objective.primary_metric'.", hint="Add them.")
    listed = {name: {"type": each.type.value, **each.settings} for name, each in job.search_space.items()}
    total = min(job.max_total_trials.value if job.max_total_trials else _MOST, _MOST)
    if sampling == "grid":
        total = min(total, sum(1 for _ in itertools.islice(space.grid_points(listed), total)))
    return Search(
        sampling=sampling,
        seed=job.sampling.seed if job.sampling else None,
        rule=job.sampling.rule if job.sampling else None,
        space=listed,
        metric=job.primary_metric.value,
        goal=job.goal.value if job.goal else "minimize",
        total=total,
        concurrent=min(job.max_concurrent_trials.value if job.max_concurrent_trials else total, total),
        timeout=job.timeout.value if job.timeout else None,
        trial_timeout=job.trial_timeout.value if job.trial_timeout else None,
    )
