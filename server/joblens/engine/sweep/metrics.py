"""What the trials of a sweep report of its primary metric, read while they run."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Protocol

from joblens.engine.tracking import server
from joblens.schema.near import nearest

_LISTED = 8
"""Names of metrics that are told at most."""


class Reports(Protocol):
    """What trials have reported so far."""

    @property
    def behind(self) -> bool:
        """Whether the last call of `new` could not see all, as the store was locked or the server silent.

        Nothing is lost by it: a later call answers what this one could not.
        """
        ...

    def new(self, runs: Mapping[str, int]) -> list[tuple[int, float]]:
        """Reports since the last call, in the order in which they came: (trial number, value).

        `runs` says of each run in MLflow which trial it is; of one that was not there before, all are new.
        Leave out those of which nothing more can come: each has its cost.
        """
        ...

    def names(self, run_id: str) -> Sequence[str]:
        """All metrics that a run has logged; none when that cannot be seen now."""
        ...


def reports(tracking: Mapping[str, str], metric: str) -> Reports:
    """Reads our own server's database, where its shape is known; any other server is asked."""
    store = server.store_of(tracking["uri"])
    if store is not None:
        from joblens.engine.tracking import direct, stored_reports

        if direct.shape(store) in direct.SHAPES:
            return stored_reports.StoredReports(store, metric)
    from joblens.engine.tracking import asked_reports

    return asked_reports.AskedReports(tracking["uri"], tracking["experiment_id"], metric)


def decisive(curve: Sequence[float], goal: str) -> float:
    """The value by which a trial is compared with others: the best that it reported.

    Azure ML sorts the children of a sweep "by their best primary metric". Nan only where all values are.
    """
    numbers = [value for value in curve if not math.isnan(value)]
    if not numbers:
        return math.nan
    return max(numbers) if goal.lower() == "maximize" else min(numbers)


def unreported(metric: str, names: Sequence[str]) -> str:
    """One line for a sweep whose first finished trial has no value of the primary metric."""
    if metric in names:
        return f"The first trial that finished reported '{metric}', but never a number."
    logged = sorted(name for name in names if not name.startswith("system/"))  # our own measurements
    if not logged:
        return (
            f"The first trial that finished logged no metric, so not the primary metric '{metric}' either. "
            f'Call mlflow.log_metric("{metric}", value) in the script.'
        )
    meant = nearest(metric, logged)
    listed = ", ".join(f"'{name}'" for name in logged[:_LISTED])
    more = f" and {len(logged) - _LISTED} more" if len(logged) > _LISTED else ""
    question = f" Did you mean '{meant}'?" if meant else ""
    return (
        f"The first trial that finished never logged the primary metric '{metric}', "
        f"but {listed}{more}.{question}"
    )
