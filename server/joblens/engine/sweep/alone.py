"""One trial of a sweep run by itself, as a command job: its values drawn, or chosen by the user."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from joblens.engine.plan import Plan
from joblens.engine.records import Record
from joblens.engine.sweep import sampling, trial
from joblens.engine.sweep.search import Search, notes
from joblens.engine.sweep.space import Point
from joblens.errors import JobFileError
from joblens.job.model import Job, SweepJob
from joblens.schema.near import nearest

_PLACE = "search_space"


def drawn(search: Search, number: int) -> Point:
    """The values of trial `number`, as far as they depend on no result; after the last comes the first."""
    asked = sampling.sampler(search)
    return asked.ask(number % search.total) or asked.ask(0) or {}


def planned(job: Job, sweep: Plan, chosen: Mapping[str, object]) -> tuple[Plan, Record]:
    """A run of the sweep's command, with the `chosen` values and those of the first trial for the others."""
    if sweep.search is None or not isinstance(job, SweepJob):
        raise JobFileError(
            f"{sweep.job_file} is no sweep, so it has no trials.", hint="Run it without --one-trial."
        )
    point = {**drawn(sweep.search, 0), **_known(sweep.search, chosen)}
    of_many = notes(job, sweep.search)
    told = tuple(note for note in sweep.notes if note not in of_many)
    return dataclasses.replace(trial.valued(sweep, point), notes=told), Record(sweep.name, parameters=point)


def split(settings: Mapping[str, object]) -> tuple[dict[str, object], dict[str, object]]:
    """What is set: values of hyperparameters by their names, and the rest, which is put into the file."""
    values, rest = {}, {}
    for path, value in settings.items():
        place, _, name = path.partition(".")
        if place == _PLACE and name and "." not in name and not _is_distribution(value):
            values[name] = value
        else:
            rest[path] = value
    return values, rest


def _is_distribution(value: Any) -> bool:
    return isinstance(value, Mapping) and isinstance(value.get("type"), str)


def _known(search: Search, chosen: Mapping[str, object]) -> Mapping[str, object]:
    for name in chosen:
        if name not in search.space:
            meant = nearest(name, list(search.space))
            raise JobFileError(
                f"There is no hyperparameter '{name}'." + (f" Did you mean '{meant}'?" if meant else ""),
                hint=f"The sweep searches: {', '.join(search.space)}.",
            )
    return chosen
