"""Which backend runs a job: the one that was asked for, else the nearest to the cluster that works here."""

from __future__ import annotations

from joblens.engine.backends.base import Backend, Places
from joblens.engine.folders import RunFolder
from joblens.engine.plan import Plan
from joblens.errors import UserError
from joblens.job.model import Environment

AUTO, PROCESS, CONTAINER = "auto", "process", "container"
NAMES = (AUTO, PROCESS, CONTAINER)


def chosen(asked: str, environment: Environment | None) -> str:  # noqa: ARG001
    """The backend for a job with that environment, `asked` being one of NAMES; raises why it cannot be."""
    if asked not in NAMES:
        raise UserError(f"There is no backend '{asked}'.", hint=f"Use one of {', '.join(NAMES)}.")
    if asked == CONTAINER:
        raise UserError("There is no container backend yet.", hint="Use --backend process.")
    return PROCESS


def places(backend: str, run: RunFolder) -> Places:  # noqa: ARG001
    """Where a command sees what it works with in that backend."""
    from joblens.engine.backends.process import ProcessPlaces

    return ProcessPlaces(run)


def backend_for(plan: Plan) -> Backend:
    """The place that runs the plan's tasks."""
    from joblens.engine.backends.process import ProcessBackend

    return ProcessBackend(plan)
