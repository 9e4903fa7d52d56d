"""The `[environments]` table of joblens.toml: what stands here for names that only a workspace knows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from joblens.checks.configuration_file import FILES, Table, refuse_unknown, table_of, wrong
from joblens.engine.settings import RunSettings
from joblens.job.model import At, Environment
from joblens.schema.near import nearest
from joblens.text.nodes import Span

_NOWHERE = Span(0, 0)
_KEYS = ("conda_file", "image", "requirements", "python", "build", "dockerfile", "this_python")
_LONG = re.compile(
    r"(?P<place>.*?/)?environments/(?P<name>[^/]+)(?:/(?:versions/(?P<version>[^/]+)|labels/(?P<label>[^/]+)))?"
)
_SHORT = re.compile(r"(?P<name>[^:@/]+)(?::(?P<version>[^@/]+)|@(?P<label>[^:/]+)|/versions/(?P<old>[^/]+))?")


@dataclass(frozen=True, slots=True)
class StandIn:
    """What the table says of a name; every path in it is absolute."""

    key: str
    """The table's own word for it."""
    environment: Environment | None = None
    """As a job file would write it; None when the command runs with the Python that runs Joblens."""

    @property
    def this_python(self) -> bool:
        """The command runs with the Python that runs Joblens."""
        return self.environment is None


def stand_in(reference: str, settings: RunSettings) -> StandIn | None:
    """What stands for `azureml:NAME...` here; None where the table has nothing for it.

    A key is a name, `name:version`, `name@label` or a whole reference, and may be a pattern; of several, the
    most exact counts.
    """
    spellings = spelt(reference)
    for spelling in spellings:
        for key, value in settings.environments.items():
            if key.removeprefix("azureml:") == spelling:
                return _read(key, value, settings)
    patterns = [key for key in settings.environments if _is_pattern(key)]
    for key in sorted(patterns, key=_exactness, reverse=True):
        if any(fnmatchcase(spelling, key.removeprefix("azureml:")) for spelling in spellings):
            return _read(key, settings.environments[key], settings)
    return None


def spelt(reference: str) -> tuple[str, ...]:
    """The reference as keys may spell it, the most exact first: whole, with its version, its name."""
    whole = reference.removeprefix("azureml:")
    match = _LONG.fullmatch(whole) or _SHORT.fullmatch(whole)
    if match is None:
        return (whole,)
    found, name = match.groupdict(), match["name"]
    version, label = found["version"] or found.get("old"), found["label"]
    exact = f"{name}:{version}" if version else f"{name}@{label}" if label else name
    return tuple(dict.fromkeys((whole, exact, name)))


def hint(reference: str, settings: RunSettings) -> str:
    """What to do about a name that the table does not have."""
    name = spelt(reference)[-1]
    near = nearest(name, settings.environments)
    if near:
        return f"[environments] has '{near}': is that meant?"
    return f'To have its packages here, say what they are: [environments] "{name}" = {{ conda_file = ... }}'


def validated(settings: RunSettings) -> Iterable[StandIn]:
    """Every entry of the table, read; raises a ConfigurationError for what is wrong with one."""
    return [_read(key, value, settings) for key, value in settings.environments.items()]


def _is_pattern(key: str) -> bool:
    return any(sign in key for sign in "*?[")


def _exactness(key: str) -> int:
    return sum(sign not in "*?[]" for sign in key)


def _read(key: str, value: object, settings: RunSettings) -> StandIn:
    file = _file(settings)
    name = f"environments.{key}"
    table = table_of(value, name, file)
    try:
        refuse_unknown(table, _KEYS, "key", file)
        return StandIn(key, _environment(table, name, settings.folder, file))
    except _EntryError as error:
        raise wrong(f"{error} in [{name}]", file) from error


class _EntryError(Exception):
    """What is wrong with one entry."""


def _environment(table: Table, name: str, folder: Path, file: Path) -> Environment | None:
    if "this_python" in table:
        if table["this_python"] is not True or len(table) > 1:
            raise _EntryError("'this_python = true' stands alone")
        return None
    _refuse_mixtures(table)
    image = _text(table, "image")
    build = _build(table, name, file)
    conda_file = _text(table, "conda_file")
    return Environment(
        span=_NOWHERE,
        name=_at(name.removeprefix("environments.")),
        image=_at(image),
        conda_file=_at(_inside(folder, conda_file, "conda_file")),
        conda=_conda(table, folder),
        build_context=_at(_inside(folder, build.get("path"), "build")),
        dockerfile=_at(build.get("dockerfile")),
    )


def _refuse_mixtures(table: Table) -> None:
    if not any(key in table for key in ("conda_file", "image", "requirements", "build", "python")):
        raise _EntryError("one of 'conda_file', 'requirements', 'image', 'build' or 'this_python' is missing")
    for one, other in (("conda_file", "requirements"), ("conda_file", "python"), ("image", "build")):
        if one in table and other in table:
            raise _EntryError(f"'{one}' and '{other}' exclude each other")
    if "dockerfile" in table and "build" not in table:
        raise _EntryError("'dockerfile' needs 'build', the folder that it is built in,")


def _build(table: Table, name: str, file: Path) -> Mapping[str, str]:
    """The folder to build in and the Dockerfile in it: a table as in job files, or two keys."""
    given = table.get("build")
    if given is None:
        return {}
    if isinstance(given, str):
        return {"path": given, "dockerfile": _text(table, "dockerfile") or "Dockerfile"}
    inner = table_of(given, f"{name}.build", file)
    refuse_unknown(inner, ("path", "dockerfile_path"), "key", file)
    path = _text(inner, "path")
    if path is None:
        raise _EntryError("'path' is missing under 'build'")
    return {"path": path, "dockerfile": _text(inner, "dockerfile_path") or "Dockerfile"}


def _conda(table: Table, folder: Path) -> At[Mapping[str, object]] | None:
    """Requirements and a Python as the conda specification that says the same."""
    if "requirements" not in table and "python" not in table:
        return None
    dependencies: list[object] = [f"python={_text(table, 'python')}"] if "python" in table else []
    lines = _requirements(table.get("requirements", []), folder)
    return At({"dependencies": [*dependencies, "pip", {"pip": lines}]}, _NOWHERE)


def _requirements(given: object, folder: Path) -> list[str]:
    from joblens.engine.environments import requirements

    if isinstance(given, str):
        given = [f"-r {_inside(folder, given, 'requirements')}"]
    if not isinstance(given, list) or not all(isinstance(line, str) for line in given):
        raise _EntryError("'requirements' is a file, or a list of lines as pip takes them,")
    return list(requirements.resolved(given, folder))


def _text(table: Table, key: str) -> str | None:
    value = table.get(key)
    if value is None or (isinstance(value, str) and value.strip()):
        return value
    if key == "python" and isinstance(value, int | float):
        raise _EntryError("'python' is a version in quotes, such as \"3.10\",")
    raise _EntryError(f"'{key}' is a text in quotes")


def _inside(folder: Path, path: str | None, key: str) -> str | None:
    """The path as seen from the configuration's folder; what it names must be there."""
    if path is None:
        return None
    found = (folder / path).absolute()
    if not found.exists():
        raise _EntryError(f"'{key}' names {found}, and there is no such file or folder,")
    return str(found)


def _at(text: str | None) -> At[str] | None:
    return None if text is None else At(text, _NOWHERE)


def _file(settings: RunSettings) -> Path:
    places = [settings.folder / name for name in FILES]
    return next((place for place in places if place.is_file()), places[0])
