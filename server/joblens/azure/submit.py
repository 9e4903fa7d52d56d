"""Sends a job file to the cluster and asks after it there; the preview dialect is converted first."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from joblens.azure import converted
from joblens.azure.client import ask
from joblens.azure.progress import Tell
from joblens.azure.workspace import Workspace
from joblens.errors import JobFileError
from joblens.job.convert import to_today
from joblens.job.detect import Kind, detect
from joblens.text.document import Document

if TYPE_CHECKING:
    from joblens.azure.sign_in import Account


_THIS_MACHINE = ("local", "azureml:local")


@dataclass(frozen=True, slots=True)
class Submitted:
    """A job as the workspace knows it."""

    name: str
    status: str
    studio_url: str | None = None
    experiment: str | None = None
    notes: tuple[str, ...] = ()
    """What the conversion from the preview dialect had to guess."""


def submit(
    job_file: Path,
    workspace: Workspace,
    *,
    overrides: Mapping[str, object] | None = None,
    name: str | None = None,
    save_as: Path | None = None,
    progress: Tell | None = None,
    canceled: threading.Event | None = None,
    account: Account | None = None,
) -> Submitted:
    """Send the job to the workspace; returns when the workspace has taken it.

    `overrides` are values by dotted key (`resources.instance_count`), in the words of the file's dialect. A
    preview file's conversion is kept as `save_as`. Once `canceled` is set, nothing more is uploaded and no
    job made; one that is on its way is returned as usual. `account` signs in, else azure-identity does.
    Raises JobFileError, CloudError, MissingToolError or CanceledError.
    """
    document = checked(job_file)
    job_file = job_file.absolute()
    is_of_preview = converted.is_of_preview(document, _job_kind(document))
    if save_as is not None:
        if not is_of_preview:
            said = f"{job_file.name} is in today's dialect already: there is no conversion to keep."
            raise JobFileError(said, hint="Leave out `--save-as`.")
        converted.save(document, overrides or {}, save_as)
    settings = dict(overrides or {}) | ({"name": name} if name else {})
    sent = converted.converted(document, settings) if is_of_preview else None
    asked: dict[str, object] = {"folder": str(job_file.parent), "file": str(job_file), "named": bool(name)}
    asked |= {"text": sent.text, "overrides": {}} if sent else {"text": None, "overrides": settings}
    _refuse_local(document, settings)
    facts = ask("submit", asked | _address(workspace), progress=progress, canceled=canceled, account=account)
    return _submitted(facts, sent.notes if sent else ())


def checked(job_file: Path) -> Document:
    """The job in the file; raises JobFileError where that is no YAML, or no job."""
    document = _document(job_file.absolute())
    _job_kind(document)
    return document


def _document(job_file: Path) -> Document:
    try:
        document = Document(job_file.read_text("utf-8-sig"), job_file)
    except FileNotFoundError as error:
        raise JobFileError(f"There is no job file {job_file}.", hint="Check the path.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise JobFileError(f"{job_file} cannot be read: {error}.", hint="Save it as UTF-8 text.") from error
    if document.problems:
        problem = document.problems[0]
        line, _ = document.position(problem.span.start)
        raise JobFileError(
            f"{job_file.name}, line {line + 1}: {problem.message}", hint="Correct the YAML first."
        )
    return document


def _job_kind(document: Document) -> Kind:
    kind = detect(document.tree, document.text)
    if kind is None or not kind.name.endswith("Job"):
        name = document.path.name if document.path else "This file"
        what = f"is of the kind '{kind.name}', not a job" if kind else "is not a job"
        raise JobFileError(
            f"{name} {what}, so it cannot be submitted.",
            hint="A job has a 'command' and an 'environment', or a '$schema' that names its kind.",
        )
    return kind


def _refuse_local(document: Document, settings: Mapping[str, object]) -> None:
    """Refuse what azure-ai-ml would run on this machine, by a script that the workspace makes for it."""
    compute = to_today(document, settings).data.get("compute")
    if compute in _THIS_MACHINE:
        name = document.path.name if document.path else "The job"
        raise JobFileError(
            f"{name} has the compute 'local', so it cannot be submitted to the cluster.",
            hint="Run it here (`joblens run`), or give it a compute of the workspace.",
        )


def _address(workspace: Workspace) -> dict[str, object]:
    return {
        "subscription_id": workspace.subscription_id,
        "resource_group": workspace.resource_group,
        "workspace_name": workspace.name,
    }


def _submitted(facts: Mapping[str, object], notes: tuple[str, ...] = ()) -> Submitted:
    return Submitted(
        name=str(facts["name"]),
        status=str(facts["status"]),
        studio_url=str(facts["studio_url"]) if facts.get("studio_url") else None,
        experiment=str(facts["experiment"]) if facts.get("experiment") else None,
        notes=notes,
    )
