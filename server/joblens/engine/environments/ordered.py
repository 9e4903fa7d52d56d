"""Builds the environment that a file asks for, a job or a conda file, without running anything."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from joblens.engine import folders
from joblens.engine.environments import building
from joblens.engine.environments import needs as environments
from joblens.errors import JobFileError

if TYPE_CHECKING:
    from joblens.engine.environments.images import ImageSpec
    from joblens.engine.environments.needs import Needs
    from joblens.engine.lookup import Opener

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Made:
    """What was built, or found."""

    name: str
    place: str
    """Its folder, or the image's id."""
    python: str = ""
    drift: tuple[str, ...] = ()
    """Where it differs from what the file asks for, a line each."""
    new: bool = True
    """Whether anything had to be built."""

    def data(self) -> dict[str, Any]:
        """The same as plain data."""
        return dataclasses.asdict(self)


def build(
    file: Path,
    *,
    note: Tell,
    echo: Tell,
    refresh: bool = False,
    allow_drift: bool = False,
    backend: str = "auto",
    workspace: Opener | None = None,
) -> Made:
    """Build what the file asks for; `workspace` is asked what a name means that no table has."""
    asked, image = _asked(file, allow_drift, backend, workspace)
    if image is not None:
        return _image(image, note)
    if asked.this_python:
        raise JobFileError(
            f"{file} asks for nothing that could be built here.",
            hint="The command runs with the Python that runs Joblens; 'joblens run FILE --dry-run' says why.",
        )
    from joblens.engine.environments import store

    before = store.find(asked)
    logs = folders.cache() / "environments" / "logs"
    built = building.build(asked, logs / f"{asked.key}.txt", note, refresh=refresh, echo=echo)
    assert built is not None
    new = before is None or before.key != built.key
    return Made(built.key, str(built.folder), str(built.facts["python"]), built.drift, new)


def _asked(
    file: Path, allow_drift: bool, backend: str, workspace: Opener | None
) -> tuple[Needs, ImageSpec | None]:
    if file.suffix == ".txt" or _is_conda(file):
        found = environments.from_file(file.absolute())
        return dataclasses.replace(found, drift=allow_drift), None
    from joblens.engine.run import RunOptions, plan_of

    chosen = None if backend == "auto" else backend
    plan = plan_of(file, RunOptions(allow_drift=allow_drift, backend=chosen, workspace=workspace))
    return plan.needs, plan.image


def _is_conda(file: Path) -> bool:
    """Whether the file is a conda specification; what cannot be read is left to who reads jobs."""
    import yaml

    try:
        found = yaml.safe_load(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return False
    return isinstance(found, dict) and "dependencies" in found and "command" not in found


def _image(image: ImageSpec, note: Tell) -> Made:
    from joblens.engine.backends.container import engines, images
    from joblens.engine.backends.container.client import client, told

    with tempfile.TemporaryDirectory() as folder:
        made = client(engines.required())
        try:
            with told("The image could not be built"):
                found = images.image_of(made, image, Path(folder) / "build.txt", note)
        finally:
            made.close()
    return Made(image.image or "", found)
