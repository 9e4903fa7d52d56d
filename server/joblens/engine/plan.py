"""A job with everything bound: what will run, where, with what, before anything is started."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from joblens.engine import secrets
from joblens.engine.data.bound import BoundInput, BoundOutput
from joblens.engine.distribution import layout as layouts
from joblens.engine.distribution.layout import Layout
from joblens.engine.environments import images
from joblens.engine.environments import needs as environments
from joblens.engine.environments.images import ImageSpec
from joblens.engine.environments.needs import Needs
from joblens.engine.folders import RunFolder
from joblens.engine.life import Life
from joblens.errors import UserError

if TYPE_CHECKING:
    from joblens.engine.backends.ray.cluster import Cluster
    from joblens.engine.sweep.search import Search
    from joblens.job.known_assets import Permit
    from joblens.job.model import Dialect


@dataclass(frozen=True)
class Plan:
    """All that the supervisor of a run needs to know."""

    name: str
    folder: str
    """The run's folder."""
    job_file: str
    command: str
    dialect: str
    backend: str
    """Where it runs: `process`, `container` or `ray`."""
    code: str | None
    """The folder or file the snapshot is taken of."""
    needs: Needs
    inputs: tuple[BoundInput, ...] = ()
    outputs: tuple[BoundOutput, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    layout: Layout = field(default_factory=Layout)
    timeout: int | None = None
    """Seconds."""
    experiment: str = "Default"
    display_name: str | None = None
    description: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    """What MLflow records as the run's parameters."""
    notes: tuple[str, ...] = ()
    """What differs here from the cluster, a line each."""
    search: Search | None = None
    passed: tuple[str, ...] = ()
    """Secrets of the caller's environment that the command gets all the same, by name or pattern."""
    image: ImageSpec | None = None
    """What the container backend runs the command in."""
    life: Life = field(default_factory=Life)
    """When it may begin, how often it tries, how it is ended."""
    cluster: Cluster | None = None
    """The Ray cluster of the ray backend."""
    asked_workspace: bool = False
    """Whether it follows from what a workspace said."""
    permits: tuple[Permit, ...] = ()
    """What downloads take; not kept."""

    @cached_property
    def run_folder(self) -> RunFolder:
        """The parts of the run's folder."""
        return RunFolder(Path(self.folder))

    @property
    def is_sweep(self) -> bool:
        """Whether its command is run by trials."""
        return self.search is not None

    def data(self) -> dict[str, Any]:
        """The plan as plain data, without the values of secrets."""
        found = {**dataclasses.asdict(self), "variables": secrets.masked(self.variables)}
        del found["permits"]
        return found

    def write(self) -> None:
        """Keep the plan in the run's folder."""
        text = json.dumps(self.data(), ensure_ascii=False)  # an indented one takes ten times as long
        self.run_folder.plan.write_text(text + "\n", encoding="utf-8")


def read(file: Path) -> Plan:
    """The plan that was kept in a run's folder."""
    found = json.loads(file.read_text(encoding="utf-8"))
    found["needs"] = environments.read(found["needs"])
    found["inputs"] = tuple(BoundInput(**each) for each in found["inputs"])
    found["outputs"] = tuple(BoundOutput(**each) for each in found["outputs"])
    found["layout"] = layouts.read(found["layout"])
    found["notes"] = tuple(found["notes"])
    found["passed"] = tuple(found.get("passed", ()))
    found["search"] = _search(found["search"])
    found["image"] = images.read(found.get("image"))
    found["life"] = Life(**found.get("life", {}))
    if found.get("cluster"):
        from joblens.engine.backends.ray import cluster

        found["cluster"] = cluster.read(found["cluster"])
    return Plan(**found)


def kept(run: RunFolder) -> Plan:
    """The plan in a run's folder; one that cannot be read is told in words."""
    try:
        return read(run.plan)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(
            f"The plan of {run.name} cannot be read.",
            hint="It is damaged, or of another version of Joblens: run its job file.",
        ) from error


def _search(found: dict[str, Any] | None) -> Search | None:
    if not found:
        return None
    from joblens.engine.sweep.search import Search  # what no plain run needs

    return Search(**found)


def dialect(plan: Plan) -> Dialect:
    """The dialect whose placeholders the plan's command has."""
    from joblens.job.model import Dialect

    return Dialect(plan.dialect)
