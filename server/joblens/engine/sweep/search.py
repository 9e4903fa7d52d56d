"""What a sweep asks for: which points, how many trials, and which metric decides."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from joblens.engine import tools
from joblens.engine.sweep import grid, space, termination
from joblens.engine.sweep.distributions import TYPES, number
from joblens.errors import JobFileError, MissingToolError
from joblens.job.model import Sampling, SweepJob

MOST = 1000
"""Trials Azure ML allows."""
_ALGORITHMS = ("random", "grid", "bayesian")
_TAKES = {"grid": ("choice",), "bayesian": ("choice", "uniform", "quniform")}
_TOOLS = {"bayesian": "optuna", "sobol": "scipy"}
_VERSIONS = {"optuna": "optuna>=5.0,<6", "scipy": "scipy>=1.15,<2"}
"""What pyproject.toml asks for."""


@dataclass(frozen=True, slots=True)
class Search:
    """The sweep's part of a plan; the plan's command still has the placeholders that each trial fills."""

    sampling: str
    seed: int
    """The job's, or else drawn when it was planned: so a sweep can be resumed, and none is like another."""
    rule: str | None
    space: Mapping[str, Mapping[str, Any]]
    """Each hyperparameter's `type` and settings."""
    metric: str
    goal: str
    """`minimize` or `maximize`."""
    total: int
    concurrent: int
    timeout: int | None
    trial_timeout: int | None
    early_termination: Mapping[str, object] | None = None
    """The policy that stops hopeless trials, as the job has it."""
    logbase: float = math.e
    """What logarithmic distributions raise."""
    seeded: bool = True
    """Whether the job has a seed of its own."""


def wanted(job: SweepJob) -> Search:
    """What the sweep asks for; raises what Azure ML refuses too, and what is missing here."""
    if job.primary_metric is None or not job.search_space:
        raise JobFileError("The sweep needs 'search_space' and 'objective.primary_metric'.", hint="Add them.")
    asked = job.sampling
    sampling, rule = (asked.type.value, asked.rule) if asked else ("random", None)
    listed = {name: {"type": each.type.value, **each.settings} for name, each in job.search_space.items()}
    base = _base(asked)
    space.check_space(listed, base)
    _check_sampling(sampling, rule, listed, bool(job.early_termination))
    goal = job.goal.value if job.goal else "minimize"
    termination.policy(job.early_termination, goal)  # refuses wrong settings before anything starts
    total = min(job.max_total_trials.value if job.max_total_trials else MOST, MOST)
    if sampling == "grid":
        total = min(total, grid.size(listed))
    return Search(
        sampling=sampling,
        seed=asked.seed if asked and asked.seed is not None else int.from_bytes(os.urandom(4), "big") >> 1,
        rule=rule,
        space=listed,
        metric=job.primary_metric.value,
        goal=goal,
        total=total,
        concurrent=min(job.max_concurrent_trials.value if job.max_concurrent_trials else _held(job), total),
        timeout=job.timeout.value if job.timeout else None,
        trial_timeout=job.trial_timeout.value if job.trial_timeout else None,
        early_termination=job.early_termination,
        logbase=base,
        seeded=asked is not None and asked.seed is not None,
    )


def notes(job: SweepJob, search: Search) -> list[str]:
    """What of the sweep is otherwise than on the cluster, a line each."""
    if job.max_concurrent_trials or search.concurrent >= search.total:
        return []
    what = "trial runs" if search.concurrent == 1 else "trials run"
    return [
        f"{search.concurrent} {what} at once, as this machine has room for no more; without "
        f"limits.max_concurrent_trials (preview: max_concurrent_trials) Azure ML starts all {search.total}."
    ]


def _held(job: SweepJob) -> int:
    """How many trials this machine holds: a core for each of their processes, a GPU for each node if any."""
    from joblens.engine.distribution import devices
    from joblens.engine.distribution.layout import layout

    shape, gpus = layout(job.trial), len(devices.gpus())
    held = devices.cores() // shape.count
    return max(1, min(held, gpus // shape.nodes) if gpus else held)


def _check_sampling(sampling: str, rule: str | None, listed: space.Space, ends_early: bool) -> None:
    if sampling not in _ALGORITHMS or rule not in (None, "random", "sobol"):
        raise JobFileError(
            f"There is no sampling '{sampling if sampling not in _ALGORITHMS else rule}'.",
            hint="Use random (with the rule random or sobol), grid or bayesian.",
        )
    takes = _TAKES.get(sampling, tuple(TYPES))
    for name, settings in space.dimensions(listed).items():
        if space.kind(settings) not in takes:
            raise JobFileError(
                f"'{name}' is '{space.kind(settings)}', but {sampling} sampling takes only "
                f"{', '.join(takes)}: Azure ML refuses the rest.",
                hint="Change its distribution, or sample at random.",
            )
    if sampling == "bayesian" and ends_early:
        raise JobFileError(
            "Bayesian sampling cannot end trials early: Azure ML refuses a policy with it.",
            hint="Remove 'early_termination', or sample at random.",
        )
    _check_tool(rule if rule == "sobol" else sampling)


def _check_tool(needed: str) -> None:
    from importlib.util import find_spec

    tool = _TOOLS.get(needed)
    if tool and find_spec(tool) is None:
        raise MissingToolError(
            f"For {needed} sampling, {tool} is missing here.",
            hint=tools.install(_VERSIONS[tool]),
        )


def _base(sampling: Sampling | None) -> float:
    written = sampling.logbase if sampling else None
    base = math.e if written in (None, "e") else number(written)
    if base is None or base <= 0 or base == 1:
        raise JobFileError(
            f"'logbase' cannot be {written}.", hint="Give a positive number other than 1, or the text e."
        )
    return base
