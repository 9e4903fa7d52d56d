"""What a job file came to the last time: good as long as all that was looked at then is as it was.

Reading a job and judging it takes four times as long as starting it. So the plan of a run is kept with the
state of every file and folder that was looked at on the way to it, those of Joblens' own code among them, and
of the variables that the process had. Whatever is not the same any more, or cannot be told, is read anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from joblens import __version__
from joblens.engine import folders
from joblens.engine.folders import RunFolder

if TYPE_CHECKING:
    from joblens.engine.looks import Looks
    from joblens.engine.options import RunOptions
    from joblens.engine.plan import Plan
    from joblens.job.known_assets import Permit

_KEPT = 64
"""Job files that are remembered."""
_MOST = 2000
"""Files and folders that are looked at again; who depends on more is read anew."""
_PASSING = frozenset({"PWD", "OLDPWD", "SHLVL", "_", "COLUMNS", "LINES"})
"""Variables that no plan depends on, and that are others in every call."""
State: TypeAlias = list[Any] | None
"""What tells that a file or a folder has changed; None for what is not there."""


class Remembered:
    """A plan as it was kept, under a new run's name."""

    def __init__(self, kept: Mapping[str, Any], name: str) -> None:
        self._text = str(kept["plan"]).replace(str(kept["name"]), name)
        found = json.loads(self._text)
        self.name = name
        self.job_file: str = found["job_file"]
        self.code: str | None = found["code"]
        self.experiment: str = found["experiment"]
        self.display_name: str | None = found["display_name"]
        self.variables: dict[str, str] = found["variables"]
        self.permits: tuple[Permit, ...] = ()
        self.is_sweep = False
        self.run_folder = RunFolder(Path(found["folder"]))
        self.source: str = kept["source"]
        """The job file's text that stays with the run."""

    def write(self) -> None:
        """Keep the plan in the run's folder."""
        self.run_folder.plan.write_text(self._text + "\n", encoding="utf-8")


def found(job_file: Path, options: RunOptions) -> Remembered | None:
    """The plan of the job file, if it would come out the same today."""
    if options.name is not None or options.one_trial:
        return None
    try:
        text = job_file.read_bytes()
        kept = json.loads(_file(job_file, text, options).read_bytes())
        if not _is_as_it_was(kept):
            return None
        from joblens.engine import names

        return Remembered(kept, names.new_name())
    except (OSError, ValueError, KeyError, TypeError):  # not there, another version's, or half written
        return None


def remember(job_file: Path, options: RunOptions, plan: Plan, source: str, looks: Looks) -> None:
    """Keep the plan that was made while `looks` noted what was looked at."""
    from joblens.engine import names, secrets

    if not names.is_made_up(plan.name) or secrets.handed_over(plan.variables):
        return
    if plan.is_sweep or options.one_trial or plan.cluster or plan.asked_workspace:
        # whose plans follow from more than files
        return
    seen = looks.states(without=plan.name)
    if seen is None or len(seen) > _MOST:
        return
    kept = {
        "name": plan.name,
        "plan": json.dumps(plan.data(), indent=2, ensure_ascii=False),
        "source": source,
        "seen": seen,
        "code": [[path, state(path)] for path in _own_code()],
        "engine": _engine() if looks.asked_engines else None,
    }
    with contextlib.suppress(OSError, ValueError):
        from joblens.engine.records import write_whole

        file = _file(job_file, job_file.read_bytes(), options)
        file.parent.mkdir(parents=True, exist_ok=True)
        _forget_old(file.parent)
        write_whole(file, json.dumps(kept))


def state(path: str, *, listed: bool = False) -> State:
    """What tells that a file has changed; of a folder, only that it is one, unless it was `listed`."""
    try:
        about = os.lstat(path)
        link = [os.readlink(path)] if stat.S_ISLNK(about.st_mode) else []  # noqa: PTH115 - of some hundred files
        about = os.stat(path) if link else about  # noqa: PTH116
    except (OSError, ValueError):
        return None
    if stat.S_ISREG(about.st_mode):
        return [about.st_mode, about.st_mtime_ns, about.st_size, about.st_ino, *link]
    return [about.st_mode, _entries(path), *link] if listed else [about.st_mode, *link]


def _entries(folder: str) -> str:
    """What is in a folder, its files with their states."""
    digest = hashlib.sha256()
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda each: each.name):
            with contextlib.suppress(OSError):
                about = entry.stat()
                is_file = entry.is_file()
                times = (about.st_mtime_ns, about.st_size) if is_file else ()
                digest.update(repr((entry.name, about.st_mode, times)).encode())
    return digest.hexdigest()


def _is_as_it_was(kept: Mapping[str, Any]) -> bool:
    return (
        all(state(path) == before for path, before in kept["code"])
        and all(state(path, listed=listed) == before for path, listed, before in kept["seen"])
        and (kept["engine"] is None or kept["engine"] == _engine())
    )


def _engine() -> list[str]:
    """Which engine of containers answers, or why none does."""
    from joblens.engine.backends.container import engines

    searched = engines.search()
    known = searched.engine
    return [searched.failure] if known is None else [known.where, known.url, known.api, str(known.podman)]


def _own_code() -> Sequence[str]:
    """The files of the modules of ours that are loaded."""
    loaded = [
        getattr(module, "__file__", None) for name, module in sorted(sys.modules.items()) if _is_ours(name)
    ]
    return [file for file in loaded if file]


def _is_ours(name: str) -> bool:
    return name == "joblens" or name.startswith("joblens.")


def _file(job_file: Path, text: bytes, options: RunOptions) -> Path:
    """Where the plan of that text is kept, for those options, in that environment."""
    variables = {name: value for name, value in os.environ.items() if name not in _PASSING}
    about = [
        __version__,
        sys.version,
        sys.executable,
        sys.path,
        str(Path.cwd()),
        str(job_file.absolute()),
        repr(options),
        sorted(variables.items()),
    ]
    digest = hashlib.sha256(json.dumps(about).encode() + text).hexdigest()
    return _folder() / f"{digest[:40]}.json"


def _folder() -> Path:
    return folders.cache() / "plans"


def _forget_old(folder: Path) -> None:
    kept = sorted(folder.glob("*.json"), key=lambda file: file.stat().st_mtime)
    for file in kept[: -_KEPT + 1]:
        file.unlink(missing_ok=True)
