"""JL823: the script never logs the sweep's primary metric, so no trial is better than another: a warning."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from joblens.checks.problem import Problem, Severity, did_you_mean, one_of, replacement, shortened
from joblens.checks.subject import Subject
from joblens.job.command.action import Language, Made
from joblens.job.command.read import Run
from joblens.job.component import component_file
from joblens.job.disk import Disk
from joblens.job.launches import Launch
from joblens.job.sweeps import Sweep
from joblens.schema.near import nearest
from joblens.text.nodes import Scalar

if TYPE_CHECKING:
    from joblens.script.metrics import Metrics

CODE = "JL823"

_MOST_FILES = 20
_PLAIN = frozenset("_-./ ")


def problems(subject: Subject) -> Iterator[Problem]:
    """The metric of every sweep whose trial logs others, or none."""
    for sweep in subject.sweeps:
        metric = sweep.objective.text("primary_metric") if sweep.objective is not None else None
        launch = _launch(subject, sweep) if metric is not None and metric.value else None
        if metric is None or launch is None:
            continue
        logged = _logged(launch)
        if logged is None or metric.value in logged:
            continue
        meant = nearest(metric.value, sorted(logged))
        script = shortened(launch.reading.runs[-1].script.text, 26)
        message = f"'{script}' never logs '{shortened(metric.value, 26)}'."
        fix = replacement(meant, metric.span) if meant is not None and _is_plain(meant) else None
        if meant is not None:
            message = did_you_mean(message, meant)
        elif logged:
            message = one_of(f"{message} It logs:", sorted(logged))
        else:
            message += " It logs no metric at all."
        yield Problem(CODE, message, metric.span, Severity.WARNING, fix)


def _launch(subject: Subject, sweep: Sweep) -> Launch | None:
    """What each trial runs, in this file or in that of a component."""
    if not isinstance(sweep.trial, Scalar) or subject.disk is None:
        return next((one for one in subject.launches if one.scope.body is sweep.trial), None)
    component = component_file(subject.disk, sweep.trial.value)
    document = component.document if component is not None else None
    return next(iter(subject.neighbour(document).launches), None) if document is not None else None


def _logged(launch: Launch) -> frozenset[str] | None:
    """All metrics that a trial can log; None where that is not certain."""
    found: set[str] = set()
    tracks = False
    for run in launch.reading.runs if launch.reading.complete else ():
        scripts = _of_run(launch, run)
        if scripts is None:
            return None
        for one in scripts:
            found |= one.names
            tracks |= one.tracks
    # A script without any of it is one to be written yet, or logs in a way of its own.
    return frozenset(found) if tracks else None


def _of_run(launch: Launch, run: Run) -> list[Metrics] | None:
    """What a script and the modules beside it that it imports log."""
    from joblens.script.metrics import metrics

    start = launch.file(run) if run.made is not Made.ANYTHING and not run.paths else None
    if start is None or run.language is not Language.PYTHON:
        return None
    found: list[Metrics] = []
    waiting, seen = [start], {start}
    while waiting:
        text = launch.disk.text(waiting.pop())
        logged = metrics(text) if text is not None else None
        if logged is None or len(seen) > _MOST_FILES:
            return None
        found.append(logged)
        for module in logged.others:
            path = _beside(launch.disk, start.parent, module)
            if path is None:
                return None
            waiting += [path] if path not in seen else []
            seen.add(path)
    return found


def _beside(disk: Disk, folder: Path, module: str) -> Path | None:
    """The file of a module that lies beside the script; None for any other."""
    path = folder / f"{module}.py"
    return path if module.isidentifier() and f"{module}.py" in disk.names(folder) else None


def _is_plain(metric: str) -> bool:
    """Whether YAML takes a name as it is."""
    return (
        metric[:1].isalpha()
        and all(one.isalnum() or one in _PLAIN for one in metric)
        and metric == metric.strip()
    )
