"""What the configuration says of runs: the nearest `joblens.toml` or `pyproject.toml`, then variables.

`[run]` says how jobs run here; `[ray]` says where a Ray cluster is; `[environments]`, `[data]` and
`[datastores]` what stands here for names that only a workspace knows.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from joblens.checks.configuration_file import FILES, Table, own_table, refuse_unknown, table_of, wrong
from joblens.engine import life

BACKENDS = ("auto", "process", "container", "ray")
_RAY_KEYS = {
    "address": ((str,), "the address of a cluster's dashboard"),
    "shared": ((bool,), "true or false"),
    "cpus": ((int, float), "a number"),
    "gpus": ((int, float), "a number"),
}
_RUN_KEYS = ("backend", "allow_drift", "pass_environment", *life.KEYS)


@dataclass(frozen=True, slots=True)
class RunSettings:
    """How jobs of a project run here."""

    backend: str = "auto"
    """One of BACKENDS; the variable JOBLENS_BACKEND comes before the file."""
    allow_drift: bool = False
    """An environment that cannot be had may be answered by the nearest one."""
    environments: Mapping[str, object] = field(default_factory=dict)
    """What stands here for `azureml:NAME`: `{NAME: {...}}` as the file says it."""
    data: Mapping[str, object] = field(default_factory=dict)
    """Where registered data lie here."""
    datastores: Mapping[str, object] = field(default_factory=dict)
    """Where datastores lie here."""
    pass_environment: tuple[str, ...] = ()
    """Secrets of the caller's environment that a command gets here: names, or patterns such as `HF_*`."""
    ray: Mapping[str, object] = field(default_factory=dict)
    """The Ray cluster of the backend `ray`: its address, and what each of a job's nodes is given of it."""
    folder: Path = field(default_factory=Path)
    """What paths in the tables are relative to."""
    run: Mapping[str, object] = field(default_factory=dict)
    """All that `[run]` says; life.py reads the rest of it."""
    file: Path | None = None
    """Where it says so."""


def settings_of(folder: Path) -> RunSettings:
    """The settings that hold in a folder; raises a ConfigurationError for what is wrong with them."""
    found = _nearest(folder.absolute())
    backend = os.environ.get("JOBLENS_BACKEND") or found.backend
    if backend not in BACKENDS:
        raise wrong(f"the backend is one of {', '.join(BACKENDS)}, not '{backend}'", "JOBLENS_BACKEND")
    return dataclasses.replace(found, backend=backend)


def _nearest(folder: Path) -> RunSettings:
    for place in (folder, *folder.parents):
        for file in (place / name for name in FILES):
            table = own_table(file) if file.is_file() else None
            if table is not None:
                return _settings(table, file)
        if (place / ".git").exists():
            break
    return RunSettings()


def _settings(own: Table, file: Path) -> RunSettings:
    run = table_of(own.get("run", {}), "run", file)
    refuse_unknown(run, _RUN_KEYS, "key", file)
    backend = run.get("backend", "auto")
    if backend not in BACKENDS:
        raise wrong(f"'backend' is one of {', '.join(BACKENDS)}, not '{backend}'", file)
    allow_drift = run.get("allow_drift", False)
    if not isinstance(allow_drift, bool):
        raise wrong(f"'allow_drift' is true or false, not '{allow_drift}'", file)
    environments, data, datastores = (
        table_of(own.get(name, {}), name, file) for name in ("environments", "data", "datastores")
    )
    passed = run.get("pass_environment", [])
    if not isinstance(passed, list) or not all(isinstance(name, str) for name in passed):
        raise wrong("'pass_environment' is a list of names, such as [\"HF_TOKEN\"]", file)
    return RunSettings(
        str(backend),
        allow_drift,
        environments,
        data,
        datastores,
        tuple(passed),
        _ray(own, file),
        file.parent,
        run,
        file,
    )


def _ray(own: Table, file: Path) -> Table:
    ray = table_of(own.get("ray", {}), "ray", file)
    refuse_unknown(ray, tuple(_RAY_KEYS), "key", file)
    for name, value in ray.items():
        kinds, what = _RAY_KEYS[name]
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            raise wrong(f"'{name}' under [ray] is {what}, not '{value}'", file)
    return ray
