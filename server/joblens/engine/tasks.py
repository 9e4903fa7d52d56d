"""A plan's processes as tasks that a backend can start: variables and logs of each."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path

from joblens.engine.backends.base import Backend, Task
from joblens.engine.data.variables import variables
from joblens.engine.distribution import layout
from joblens.engine.plan import Plan
from joblens.engine.records import Record


def tasks_of(plan: Plan, record: Record, backend: Backend, tracking: Mapping[str, str]) -> list[Task]:
    """The tasks of the plan, rank 0 first; `tracking` are the variables that lead to its MLflow run."""
    folder = plan.run_folder
    processes = layout.processes(plan.layout, backend.hosts(), backend.ports)
    if len(processes) > 1:
        _same_file(folder.rank_log(0), folder.log)
    common = {**_defaults(plan), **variables(plan), **plan.variables, **tracking, **_identity(plan, record)}
    return [
        Task(
            name=f"rank {rank}" if len(processes) > 1 else plan.name,
            command=plan.command,
            log=folder.rank_log(rank) if rank else folder.log,
            exit_code=folder.exit_code(rank),
            variables={**common, **each.variables},
            node=each.node,
            mpi_processes=plan.layout.mpi_processes,
        )
        for rank, each in enumerate(processes)
    ]


def _same_file(name: Path, file: Path) -> None:
    """Give the file a second name, where the disk can."""
    with contextlib.suppress(OSError):
        name.hardlink_to(file)


def _defaults(plan: Plan) -> dict[str, str]:
    """What holds unless the user says otherwise, in the job or outside it."""
    found = layout.defaults(plan.layout)
    return {name: os.environ.get(name, value) for name, value in found.items()}


def _identity(plan: Plan, record: Record) -> dict[str, str]:
    """Which run, which sweep and which trial this is, in Azure ML's variables."""
    found = {
        "AZUREML_RUN_ID": plan.name,
        "AZUREML_ROOT_RUN_ID": record.parent or plan.name,
        "AZUREML_ARM_PROJECT_NAME": plan.experiment,
    }
    return found | {f"AZUREML_SWEEP_{name}": str(value) for name, value in record.parameters.items()}
