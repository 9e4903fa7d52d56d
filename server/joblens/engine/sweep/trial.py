"""One trial of a sweep: a command job whose search space has values, run as any other."""

from __future__ import annotations

import contextlib
import dataclasses
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from joblens.engine import plan as plans
from joblens.engine import records, starting
from joblens.engine.backends import choose
from joblens.engine.data import outputs as data
from joblens.engine.folders import RunFolder
from joblens.engine.plan import Plan
from joblens.engine.records import Record
from joblens.engine.sweep.space import text
from joblens.errors import UserError
from joblens.job.expressions import substitute


def name(sweep: str, number: int) -> str:
    """The trial's name, as Azure ML makes it."""
    return f"{sweep}_{number}"


def folder(sweep: RunFolder, number: int) -> RunFolder:
    """The trial's folder, beside the sweep's."""
    return RunFolder(sweep.path.with_name(name(sweep.name, number)))


def plan(sweep: Plan, number: int, point: Mapping[str, object]) -> Plan:
    """The plan of one trial: a command job whose search space has values."""
    made = folder(sweep.run_folder, number)
    places = choose.places(sweep.backend, made)
    outputs = tuple(data.replaced(each, made, places) for each in sweep.outputs)
    placed = dataclasses.replace(
        sweep,
        name=made.name,
        folder=str(made.path),
        display_name=None,
        # All trials work with the code as it was when the sweep was asked for.
        code=str(sweep.run_folder.code) if sweep.code else None,
        outputs=outputs,
        notes=(),
    )
    return valued(placed, point)


def valued(plan: Plan, point: Mapping[str, object]) -> Plan:
    """The plan of a command job, of a sweep's plan and a value for each of its hyperparameters."""
    texts = {each: text(value) for each, value in point.items()}
    values = {("search_space", each): value for each, value in texts.items()}
    values |= {("outputs", each.name): each.path for each in plan.outputs}
    search = plan.search
    return dataclasses.replace(
        plan,
        command=substitute(plan.command, values, plans.dialect(plan)),
        parameters={**plan.parameters, **texts},
        timeout=search.trial_timeout if search else None,
        search=None,
    )


def record(sweep: Plan, number: int, point: Mapping[str, object], parent_run_id: str | None) -> Record:
    """The trial's record at its beginning."""
    return Record(
        name(sweep.name, number), parent=sweep.name, parent_run_id=parent_run_id, parameters=dict(point)
    )


def warm_up(sweep: Plan) -> None:
    """Import and look up what each trial needs, before the process forks into those that have them."""
    import encodings.ascii  # noqa: F401
    import getpass

    from joblens.engine.backends import process_places  # noqa: F401
    from joblens.engine.code import sharing, working  # noqa: F401
    from joblens.engine.environments import layer
    from joblens.engine.tracking import artifacts, direct  # noqa: F401

    with contextlib.suppress(KeyError, OSError):  # a user without a name
        getpass.getuser()
    if sweep.needs.this_python:
        layer.base_of(None)


@dataclass(frozen=True, slots=True)
class Signals:
    """What a trial's supervisor and the sweep tell each other."""

    go: Callable[[], bool]
    """Waits until the command may start; False when the sweep's supervisor is gone."""
    over: Callable[[], None]
    """Says that the trial's processes have ended."""


def supervise(
    sweep: Plan,
    source: str,
    number: int,
    point: Mapping[str, object],
    parent_run_id: str | None,
    signals: Signals,
) -> UserError | None:
    """Make the trial ready in this process, and run it to its end; answers why it could not get a folder."""
    made = plan(sweep, number, point)
    try:
        starting.lay_out(made, source, record(sweep, number, point, parent_run_id))
        records.write_supervisor(made.run_folder, os.getpid())
        _say_to(made.run_folder.supervisor_log)
    except UserError as error:
        return error
    if made.run_folder.code.is_symlink():  # shared code is seen through a mount, which a process has for good
        _in_a_process_of_its_own(made, signals)
    else:
        _supervise(made, signals)
    return None


def _in_a_process_of_its_own(made: Plan, signals: Signals) -> None:
    child = os.fork()
    if child == 0:
        try:
            records.write_supervisor(made.run_folder, os.getpid())
            _supervise(made, signals)
        finally:
            os._exit(0)
    os.waitpid(child, 0)


def _supervise(made: Plan, signals: Signals) -> None:
    from joblens.engine.sweep.supervisors import TrialSupervisor

    os.chdir(made.folder)
    try:
        TrialSupervisor(made, choose.backend_for(made), signals).supervise()
    finally:
        os.chdir(Path.cwd().anchor)


def _say_to(log: Path) -> None:
    """What this process prints goes to the log of the trial that it is at."""
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    os.close(descriptor)
