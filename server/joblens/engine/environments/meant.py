"""The environment that a job means: its file is read, a workspace's name is looked up in the table."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from joblens.engine import files
from joblens.engine.lookup import Lookup, Unanswered
from joblens.engine.settings import RunSettings
from joblens.errors import JobFileError
from joblens.job.model import At, Environment
from joblens.text.nodes import Span


@dataclass(frozen=True, slots=True)
class Meant:
    """What a job's environment comes to before anybody asks what of it can be made here."""

    environment: Environment | None
    """With its parts, where they are known here; paths are relative to the job file, or absolute."""
    this_python: bool = False
    """The table says that the command runs with the Python that runs Joblens."""
    notes: tuple[str, ...] = ()


def meant(
    environment: Environment | None, folder: Path, settings: RunSettings, lookup: Lookup | None = None
) -> Meant:
    """What the environment of a job file in `folder` means; `lookup` is asked where the table has nothing."""
    if environment is None:
        return Meant(None)
    reference = environment.reference.value if environment.reference else _name(environment)
    if not reference:
        return Meant(environment)
    if reference.startswith("file:"):
        return Meant(_from_file((folder / reference.removeprefix("file:")).absolute()))
    if settings.environments:
        means = _stand_in(environment, reference, settings)
        if means.environment is not environment:
            return means
    else:
        means = Meant(environment)
    return _looked_up(means, environment, reference, lookup) if lookup is not None else means


def _name(environment: Environment) -> str:
    """The name of an environment that is written in place and says nothing but its name."""
    parts = (environment.image, environment.conda_file, environment.conda, environment.build_context)
    if environment.name is None or any(parts):
        return ""
    version = f":{environment.version.value}" if environment.version else ""
    return f"azureml:{environment.name.value}{version}"


def _stand_in(environment: Environment, reference: str, settings: RunSettings) -> Meant:
    from joblens.engine.environments import table

    found = table.stand_in(reference, settings)
    if found is None:
        return Meant(environment, notes=(f"'{reference}': {table.hint(reference, settings)}",))
    note = f"'{reference}' is here what [environments] says of '{found.key}'."
    return Meant(found.environment, found.this_python, (note,))


def _looked_up(means: Meant, environment: Environment, reference: str, lookup: Lookup) -> Meant:
    """What a workspace says of the name, or why it says nothing."""
    if not reference.startswith("azureml:"):
        reference = f"azureml:{reference}"
    found = lookup.environment(reference)
    if found is None:
        return means
    if isinstance(found, Unanswered):
        return Meant(environment, notes=(*means.notes, f"'{reference}': {found.reason}"))
    if found.image is None:
        what = f"an image that is built in a folder of the workspace's ({found.build_context})"
        hint = "give a copy of that folder under [environments] in joblens.toml"
        return Meant(environment, notes=(f"'{reference}' is {what}, says {found.where}: {hint}.",))
    conda = _conda(found.conda_file)
    with_conda = " with a conda file" if conda else ""
    note = f"'{reference}' is '{found.name}', the image {found.image}{with_conda}, says {found.where}."
    nowhere = Span(0, 0)
    made = dataclasses.replace(
        environment,
        image=At(found.image, nowhere),
        conda=At(conda, nowhere) if conda else None,
    )
    return Meant(made, notes=(note,))


def _conda(text: str | None) -> Mapping[str, object] | None:
    if not text:
        return None
    import yaml

    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError:
        return None
    return found if isinstance(found, Mapping) else None


def _from_file(file: Path) -> Environment:
    """The environment in a file of its own, its paths made absolute."""
    from joblens.job.read import environment_in
    from joblens.text.document import Document

    found = environment_in(Document(_text(file), file))
    if found is None:
        raise JobFileError(
            f"The environment's file says no environment: {file}.",
            hint="It needs 'image:', with 'conda_file:' or without, or 'build:'.",
        )
    return dataclasses.replace(
        found,
        conda_file=_beside(found.conda_file, file),
        build_context=_beside(found.build_context, file),
    )


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise JobFileError(
            files.unreadable(file, error),
            hint="'environment: file:PATH' names an environment's file, relative to the job file.",
        ) from error


def _beside(path: At[str] | None, file: Path) -> At[str] | None:
    return (
        None
        if path is None
        else At(str((file.parent / path.value.removeprefix("file:")).absolute()), path.span)
    )
