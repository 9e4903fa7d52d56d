"""A plan's processes as tasks that a backend can start: variables and logs of each."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from joblens.engine.backends.base import Backend, Task
from joblens.engine.data.variables import variables
from joblens.engine.distribution import members
from joblens.engine.distribution.members import Process
from joblens.engine.plan import Plan
from joblens.engine.records import Record

_NOWHERE = {
    "AZUREML_ARM_SUBSCRIPTION": "00000000-0000-0000-0000-000000000000",
    "AZUREML_ARM_RESOURCEGROUP": "local",
    "AZUREML_ARM_WORKSPACE_NAME": "local",
}
"""Variables that name the workspace on the cluster: scripts read them, and there is none here."""


def tasks_of(plan: Plan, record: Record, backend: Backend, tracking: Mapping[str, str]) -> list[Task]:
    """The tasks of the plan, the first rank's first; `tracking` leads to its run in MLflow."""
    folder, hosts = plan.run_folder, backend.hosts()
    processes = members.processes(plan.layout, hosts, backend.ports)
    first = members.rank_log(0, plan.layout.count) if plan.layout.framework == "mpi" else processes[0].log
    _same_file(folder.log.with_name(first), folder.log)
    common = {
        **_defaults(plan, hosts),
        **variables(plan),
        **plan.variables,
        **tracking,
        **_identity(plan, record),
    }
    gpus = _gpus(plan) if plan.layout.nodes > 1 else []
    # Whoever finds this run without a supervisor has to know how many exit codes there will be.
    deciding = sum(not each.serves for each in processes)
    folder.process_count.write_text(str(deciding), encoding="utf-8")
    return [
        Task(
            name=each.name if len(processes) > 1 else plan.name,
            command=_command(plan, hosts, each),
            log=folder.log if each.log == first else folder.log.parent / each.log,
            exit_code=folder.exit_code(number),
            variables={**(gpus[each.node] if gpus else {}), **common, **each.variables},
            node=each.node,
            mpi_processes=plan.layout.mpi_processes,
            ports=each.ports,
            program=each.program,
            package=each.package,
            serves=each.serves,
        )
        for number, each in enumerate(processes)
    ]


def _command(plan: Plan, hosts: Sequence[str], process: Process) -> str:
    if plan.layout.framework != "mpi":
        return process.instead or process.before + plan.command
    from joblens.engine.backends import choose
    from joblens.engine.distribution import mpi

    run, seen = plan.run_folder, choose.places(plan.backend, plan.run_folder)
    ends = run.path / members.MPI_ENDS
    if not process.serves:  # the first one: what an attempt before this one left would end it
        shutil.rmtree(ends, ignore_errors=True)
        ends.mkdir()
    folders = mpi.Folders(seen.own(run.log.parent), seen.own(ends))
    if process.serves:
        return mpi.node(process.name, folders)
    return mpi.command(plan.command, hosts, plan.layout.per_node, folders)


def _gpus(plan: Plan) -> list[dict[str, str]]:
    """What each node is told of the GPUs that are its own; mpirun's processes are told at their start."""
    from joblens.engine.distribution import devices

    found, nodes = devices.gpus(), plan.layout.nodes
    parts = [",".join(devices.of_node(node, nodes, found)) for node in range(nodes)]
    if not found:
        return []
    if plan.layout.framework == "mpi":
        told = {f"JOBLENS_GPUS_OF_NODE_{node}": part for node, part in enumerate(parts)}
        return [told] * nodes
    return [{"CUDA_VISIBLE_DEVICES": part} for part in parts]


def _same_file(name: Path, file: Path) -> None:
    """Give the file a second name, where the disk can."""
    if name == file or name.exists():
        return
    with contextlib.suppress(OSError):
        name.hardlink_to(file)


def _defaults(plan: Plan, hosts: Sequence[str]) -> dict[str, str]:
    """What holds unless the user says otherwise, in the job or outside it."""
    found = members.defaults(plan.layout, hosts)
    return {name: os.environ.get(name, value) for name, value in found.items()}


def _identity(plan: Plan, record: Record) -> dict[str, str]:
    """Which run, which sweep and which trial this is, in Azure ML's variables."""
    found = {
        "AZUREML_RUN_ID": plan.name,
        "AZUREML_ROOT_RUN_ID": record.parent or plan.name,
        **_NOWHERE,
        "AZUREML_ARM_PROJECT_NAME": plan.experiment,
    }
    return found | _hyperparameters(record)


def _hyperparameters(record: Record) -> dict[str, str]:
    if not record.parameters:
        return {}
    from joblens.engine.sweep.space import text  # what no plain run needs

    return {f"AZUREML_SWEEP_{name}": text(value) for name, value in record.parameters.items()}
