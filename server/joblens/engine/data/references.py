"""Data that only a workspace knows, as the tables [data] and [datastores] of joblens.toml place them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote

from joblens.engine import folders, records
from joblens.engine.data import addresses
from joblens.engine.settings import RunSettings
from joblens.engine.tracking import artifacts
from joblens.errors import ConfigurationError

DEFAULT_DATASTORE = "workspaceblobstore"
_DATASTORE = re.compile(r"azureml://(?:.*?/)?datastores/(?P<store>[^/]+)(?:/paths(?:/(?P<path>.*))?|/?)")
_JOB = re.compile(r"azureml://jobs/(?P<job>[^/]+)/outputs/(?P<output>[^/]+)(?:/paths)?/?(?P<path>.*)")
_ASSET = re.compile(
    r"azureml:(?:.*?/)?(?:(?:data|datasets|models)/)?"
    r"(?P<name>[^/:@]+)(?:(?::|/versions/)(?P<version>[^/:@]+)|(?:@|/labels/)(?P<label>[^/:@]+))?/?"
)


def is_reference(written: str) -> bool:
    """Whether only a workspace knows where that is."""
    return written.lower().startswith("azureml:")


def stand_in(written: str, settings: RunSettings, job_folder: Path) -> str | None:
    """Where it lies here, a path or an address; None where the tables have nothing for it."""
    store = _DATASTORE.fullmatch(written)
    if store:
        place = _placed(settings.datastores, store["store"], "datastores", settings)
        return None if place is None else _below(place, store["path"] or "")
    job = _JOB.fullmatch(written)
    if job:
        return _of_run(job, job_folder)
    for key in _keys(written, settings.data):
        place = _placed(settings.data, key, "data", settings)
        if place is not None:
            return place
    return None


def hint(written: str) -> str:
    """What to add to the tables for a reference that they lack."""
    store = _DATASTORE.fullmatch(written)
    if store:
        return f'{store["store"]} = "FOLDER" to the table [datastores] of joblens.toml'
    asset = _ASSET.fullmatch(written)
    name = asset["name"] if asset else written.removeprefix("azureml:")
    key = f'"{name}:{asset["version"]}"' if asset and asset["version"] else _quoted(name)
    return f'{key} = "PATH" to the table [data] of joblens.toml'


def _of_run(job: re.Match[str], job_folder: Path) -> str | None:
    """What a run of this project left, where it has that name."""
    run = folders.RunFolder(folders.runs(job_folder) / job["job"])
    if not run.path.is_dir():
        return None
    if job["output"] != "artifacts":
        return _below(str(run.outputs / job["output"]), job["path"])
    place = _below(str(run.path), job["path"])
    if not Path(place).exists() and run.state.exists():
        logged = artifacts.find(records.read(run).tracking, unquote(job["path"]).strip("/"))
        return place if logged is None else str(logged)
    return place


def _keys(written: str, table: Mapping[str, object]) -> list[str]:
    """How the table may spell the reference, the most exact first."""
    asset = _ASSET.fullmatch(written)
    if asset is None:
        return [written]
    name = asset["name"]
    if asset["version"]:
        return [written, f"{name}:{asset['version']}", name]
    keys = [written, *([f"{name}@{asset['label']}"] if asset["label"] else []), name]
    return keys + ([] if asset["label"] not in {None, "latest"} else _versions(name, table))


def _versions(name: str, table: Mapping[str, object]) -> list[str]:
    """The versions that the table has of a name, the latest first."""
    found = [key for key in table if key.startswith(f"{name}:")]
    return sorted(found, key=lambda key: [(int(n or -1), text) for n, text in _parts(key)], reverse=True)


def _parts(key: str) -> list[tuple[str, str]]:
    return re.findall(r"(\d+)|(\D+)", key.partition(":")[2])


def _placed(table: Mapping[str, object], key: str, name: str, settings: RunSettings) -> str | None:
    value = table.get(key)
    if value is None:
        return None
    place = value.get("path") if isinstance(value, Mapping) else value
    if not isinstance(place, str) or not place:
        raise ConfigurationError(
            f"[{name}] of joblens.toml: '{key}' is no path or address.",
            hint=f'Write {_quoted(key)} = "PATH".',
        )
    if addresses.scheme(place):
        return place
    return str(settings.folder / Path(place).expanduser())


def _below(place: str, path: str) -> str:
    if addresses.scheme(place) and not place.startswith("file:"):
        return f"{place.rstrip('/')}/{path}" if path else place
    inside = unquote(path).lstrip("/")
    return str(Path(addresses.local(place)) / inside) if inside else addresses.local(place)


def _quoted(key: str) -> str:
    return key if re.fullmatch(r"[\w-]+", key) else f'"{key}"'
