"""What is installed for a command: built here where the nodes are this machine, else by Ray on each node."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from joblens.engine.backends.base import Note
from joblens.engine.environments import layer
from joblens.engine.environments.needs import Needs
from joblens.engine.plan import Plan
from joblens.errors import EnvironmentBuildError

_UV_SINCE = (2, 45)


def told(plan: Plan) -> str:
    """What the command finds installed, in a line."""
    assert plan.cluster is not None
    if plan.needs.this_python:
        what = "this Python" if plan.cluster.here else "what is installed on the nodes"
        return f"The command runs with {what}."
    if plan.cluster.here:
        return "Its environment is built here; the nodes use it where it lies."
    count, how = len(plan.needs.requirements), _installer(plan)
    return f"Ray installs packages ({count}) on the nodes ({how}), over what is there, for their own Python."


def built_here(plan: Plan, log: Path, note: Note) -> dict[str, str]:
    """Build the environment as for a process of this machine; the variables that lead to it."""
    from joblens.engine.backends.process import ProcessBackend

    here = ProcessBackend(plan)
    here.prepare(log, note)
    found = here.installed()
    return found if plan.needs.this_python else {**found, "PYTHONPATH": ""}


def remove(plan: Plan) -> None:
    """Throw away what was made for the run alone."""
    layer.remove(plan.run_folder)


def runtime_environment(plan: Plan) -> dict[str, Any]:
    """What Ray is to install, in its own words."""
    needs = plan.needs
    if needs.this_python or not needs.requirements:
        return {}
    if needs.missing and not needs.drift:
        raise EnvironmentBuildError(
            f"PyPI has no {', '.join(needs.missing)}, and Ray installs from there on the nodes.",
            hint="Leave them out, install them on the nodes ('--environment this-python' uses what is "
            "there), or allow the difference with --allow-drift.",
        )
    packages = [each for each in needs.requirements if each not in needs.missing]
    return {_installer(plan): {"packages": packages}}


def python_wanted(needs: Needs) -> str:
    """The version of Python that the environment pins, as far as it does."""
    found = re.fullmatch(r"\s*=*\s*(\d+(?:\.\d+)*)(?:\.\*)?\s*", needs.python or "")
    return ".".join(found[1].split(".")[:2]) if found else ""


def _installer(plan: Plan) -> str:
    assert plan.cluster is not None
    numbers = tuple(int(part) for part in re.findall(r"\d+", plan.cluster.version)[:2])
    return "uv" if numbers >= _UV_SINCE else "pip"
