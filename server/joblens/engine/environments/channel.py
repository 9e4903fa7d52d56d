"""Environments from conda's channels, by py-rattler: a Python or a package that is nowhere else."""

from __future__ import annotations

import json
import os
import re
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from joblens.engine.environments import calls, conda, requirements
from joblens.engine.environments.failures import UnreachableError
from joblens.engine.environments.interpreters import NoInterpreterError
from joblens.engine.environments.needs import digest, machine
from joblens.engine.environments.needs import place as cache_place
from joblens.errors import EnvironmentBuildError

if TYPE_CHECKING:
    from joblens.engine.environments.building import Builder
    from joblens.engine.environments.packages import Packages
    from joblens.engine.environments.store import Built

_WORKER = Path(__file__).with_name("channel_worker.py")
_DEFAULTS = ("main", "r")
"""What `defaults` stands for, unless the user's conda says otherwise."""


def available() -> bool:
    """Whether py-rattler is installed; it is an extra."""
    return find_spec("rattler") is not None


def helps(builder: Builder, refusal: EnvironmentBuildError) -> bool:
    """Whether conda's channels may have what is refused: a Python, or conda packages."""
    needs = builder.needs
    named = [package for package in needs.packages if conda.name_of(package) not in {"python", "pip"}]
    return available() and (isinstance(refusal, NoInterpreterError) or bool(named))


def build(builder: Builder) -> Built:
    """The environment from the channels, with the pip section on top."""
    needs = builder.needs
    builder.note("Building the environment from conda's channels (kept for later runs).")
    with builder.workplace() as packages:
        request = {"channels": channels(needs.channels), "specs": _specs(needs.packages, needs.python)}
        solved = _worked(builder, packages, request)
        python = next((one["version"] for one in solved if one["name"] == "python"), None)
        if python is None:
            raise EnvironmentBuildError("The conda packages bring no Python.", hint="Add 'python=3.10'.")
        local = requirements.local_contents(needs.pip)
        made_of = [[one["url"] for one in solved], requirements.normalised(needs.pip), local, machine()]
        facts = {
            "python": python,
            "from": ", ".join(request["channels"]),
            "how": "conda",
            "requirements": list(needs.pip),
            "packages": len(solved),
        }

        def fill(folder: Path) -> None:
            exact = [f"{one['name']}=={one['version']}={one['build']}" for one in solved]
            _worked(builder, packages, {**request, "specs": exact, "prefix": str(folder)})
            if needs.pip:
                packages.add(needs.pip, _python(folder))

        # conda writes the folder's own path into files: it cannot be moved.
        return builder.made(digest(made_of), facts, fill, [], in_place=True)


def _python(folder: Path) -> Path:
    return folder / ("python.exe" if sys.platform == "win32" else "bin/python")


def _specs(packages: tuple[str, ...], pin: str | None) -> list[str]:
    """What to solve; pip and a Python are there as they are with conda."""
    names = {conda.name_of(package) for package in packages}
    specs = list(packages)
    if "python" not in names:
        specs.append(f"python{pin or ''}")
    return specs


def _worked(builder: Builder, packages: Packages, request: dict[str, Any]) -> list[dict[str, str]]:
    folder = packages.workplace
    answer, asked = folder / "solved.json", folder / "request.json"
    cache = cache_place() / "conda"
    asked.write_text(json.dumps({**request, "answer": str(answer), "cache": str(cache)}), encoding="utf-8")
    try:
        calls.call([sys.executable, str(_WORKER), str(asked)], {}, folder, builder.log)
    except EnvironmentBuildError as error:
        raise _refusal(error, request["channels"]) from error
    found: list[dict[str, str]] = json.loads(answer.read_text(encoding="utf-8"))
    return found


def _refusal(error: EnvironmentBuildError, asked: list[str]) -> EnvironmentBuildError:
    if isinstance(error, UnreachableError):
        return UnreachableError(f"No conda channel answers ({', '.join(asked)}).", hint=error.hint)
    return error


def channels(named: tuple[str, ...]) -> list[str]:
    """The channels by their addresses, in order; without any, those that conda takes by itself."""
    settings = _condarc()
    found: list[str] = []
    for name in named or ("defaults",):
        if name == "nodefaults":
            continue
        if name == "defaults":
            found += [str(one) for one in settings.get("default_channels") or _DEFAULTS]
        else:
            found.append(name)
    alias = os.environ.get("CONDA_CHANNEL_ALIAS") or settings.get("channel_alias")
    places = settings.get("custom_channels")
    own = places if isinstance(places, dict) else {}
    return list(dict.fromkeys(_address(name, str(alias or ""), own) for name in found))


def _address(name: str, alias: str, own: dict[str, object]) -> str:
    if "://" in name:
        return name
    if name in own:
        return f"{str(own[name]).rstrip('/')}/{name}"
    return f"{alias.rstrip('/')}/{name}" if alias else name


def _condarc() -> dict[str, Any]:
    """What the user's conda is told of channels."""
    import yaml

    places = [Path(os.environ["CONDARC"])] if os.environ.get("CONDARC") else []
    places += [
        Path.home() / ".condarc",
        Path.home() / ".conda/.condarc",
        Path.home() / ".config/conda/.condarc",
    ]
    for file in places:
        try:
            found = yaml.safe_load(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError):
            continue
        if isinstance(found, dict):
            return {re.sub("-", "_", str(key)): value for key, value in found.items()}
    return {}
