"""`--set a.b=v`: a job file's text with values put in, as it is then run and kept."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from joblens.errors import JobFileError
from joblens.schema.near import nearest

_DECLARED = {"inputs": "input", "search_space": "hyperparameter"}
"""Keys whose entries a job declares and its command uses: a new one alone can have no effect."""
_LONGEST = 60


def parsed(settings: Sequence[str]) -> dict[str, object]:
    """The values of `a.b=v` arguments by their paths; each value is read as YAML."""
    found: dict[str, object] = {}
    for setting in settings:
        path, equals, value = setting.partition("=")
        if not equals or not path:
            raise JobFileError(f"'--set {setting}' cannot be read.", hint="Write it as --set inputs.rate=0.1")
        try:
            found[path] = yaml.safe_load(value)
        except yaml.YAMLError as error:
            raise JobFileError(
                f"The value in '--set {setting}' is not valid YAML.", hint="Put the value in quotes."
            ) from error
    return found


def applied(text: str, overrides: Mapping[str, object]) -> str:
    """The text of a job file with the values put in; untouched when there are none."""
    if not overrides:
        return text
    data = _data(text)
    for path, value in overrides.items():
        _refuse_undeclared(data, path, text)
        _put(data, path, value)
    return _dumped(data)


def rewritten(text: str) -> str:
    """The text as `applied` writes it when nothing is set."""
    return _dumped(_data(text))


def shown(value: object) -> str:
    """A value as a user would have set it, on one short line."""
    text = value if isinstance(value, str) else yaml.safe_dump(value, default_flow_style=True, width=1000)
    line = " ".join(text.removesuffix("\n...\n").split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}..."


def _data(text: str) -> dict[str, Any]:
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise JobFileError(
            f"Values cannot be set in a file that is no valid YAML: {' '.join(str(error).split())}",
            hint="'joblens check' shows where the mistake is.",
        ) from error
    if not isinstance(data, dict):
        raise JobFileError("Values can only be set in a job file that is a mapping.", hint="Check the file.")
    return data


def _dumped(data: dict[str, Any]) -> str:
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True)


def _refuse_undeclared(data: dict[str, Any], path: str, text: str) -> None:
    """Raise for an entry that the job neither declares nor uses: it would run as if nothing was set."""
    keys = path.split(".")
    trial = data.get("trial")
    if isinstance(trial, str):  # a file of its own, which declares them
        return
    if keys[0] == "trial" and isinstance(trial, dict):
        data, keys = trial, keys[1:]
    if len(keys) < 2 or keys[0] not in _DECLARED:
        return
    kind, name = keys[:2]
    declared = data.get(kind)
    names = [str(key) for key in declared] if isinstance(declared, dict) else []
    if name in names or re.search(rf"\b{kind}\.{re.escape(name)}\b", text):
        return
    meant = nearest(name, names)
    known = f"The file declares: {', '.join(names)}." if names else f"The file declares no {kind}."
    raise JobFileError(
        f"There is no {_DECLARED[kind]} '{name}'." + (f" Did you mean '{meant}'?" if meant else ""),
        hint=f"--set {path} would have no effect. {known}",
    )


def _put(data: Any, path: str, value: object) -> None:
    *way, last = path.split(".")
    for place, key in enumerate(way):
        data = _step(data, key, ".".join(way[: place + 1]))
    if isinstance(data, list):
        data[_index(data, last, path)] = value
    elif isinstance(data, dict):
        data[last] = value
    else:
        raise _no_place(path)


def _step(data: Any, key: str, path: str) -> Any:
    if isinstance(data, list):
        return data[_index(data, key, path)]
    if not isinstance(data, dict):
        raise _no_place(path)
    if not isinstance(data.get(key), dict | list):
        data[key] = {}
    return data[key]


def _index(data: list[Any], key: str, path: str) -> int:
    if key.isdigit() and int(key) < len(data):
        return int(key)
    raise _no_place(path)


def _no_place(path: str) -> JobFileError:
    return JobFileError(
        f"'--set {path}' names no place in the job.", hint="A list's items are numbers from 0."
    )
