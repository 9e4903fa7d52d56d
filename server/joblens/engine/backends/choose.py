"""Which backend runs a job: the one that was asked for, else the nearest to the cluster that works here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from joblens.errors import UserError

if TYPE_CHECKING:
    from joblens.engine.backends.base import Backend, Places
    from joblens.engine.folders import RunFolder
    from joblens.engine.plan import Plan
    from joblens.job.model import Environment

AUTO, PROCESS, CONTAINER, RAY = "auto", "process", "container", "ray"
NAMES = (AUTO, PROCESS, CONTAINER, RAY)


@dataclass(frozen=True, slots=True)
class Choice:
    """A backend, and what to say about the choice."""

    backend: str
    notes: tuple[str, ...] = ()


def chosen(asked: str, environment: Environment | None) -> Choice:
    """The backend for a job with that environment, `asked` being one of NAMES; raises why it cannot be."""
    if asked not in NAMES:
        raise UserError(f"There is no backend '{asked}'.", hint=f"Use one of {', '.join(NAMES)}.")
    if asked in {PROCESS, RAY}:
        return Choice(asked)
    from joblens.engine.environments.images import names_image

    if not names_image(environment):
        if asked == AUTO:
            return Choice(PROCESS)
        raise UserError(
            "The job cannot run in a container: its environment names no image.",
            hint="Add 'image:' or 'build:' to the job's environment, or use --backend process.",
        )
    from joblens.engine.backends.container import engines

    if asked == CONTAINER:
        engines.required()
        return Choice(CONTAINER)
    found = engines.search()
    if found.engine is not None:
        return Choice(CONTAINER)
    return Choice(PROCESS, (f"No container engine answers ({found.failure}).",))


def places(backend: str, run: RunFolder) -> Places:
    """Where a command sees what it works with in that backend."""
    if backend == CONTAINER:
        from joblens.engine.backends.container.places import ContainerPlaces

        return ContainerPlaces(run)
    if backend == RAY:
        from joblens.engine.backends.ray.places import RayPlaces

        return RayPlaces(run)
    from joblens.engine.backends.process_places import ProcessPlaces

    return ProcessPlaces(run)


def backend_for(plan: Plan) -> Backend:
    """The place that runs the plan's tasks."""
    if plan.backend == CONTAINER:
        from joblens.engine.backends.container.backend import ContainerBackend

        return ContainerBackend(plan)
    if plan.backend == RAY:
        from joblens.engine.backends.ray.backend import RayBackend

        return RayBackend(plan)
    from joblens.engine.backends.process import ProcessBackend

    return ProcessBackend(plan)
