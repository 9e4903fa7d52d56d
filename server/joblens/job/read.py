"""A document as a job: what it is, and, where it is a command or sweep job, all its parts with their places.

Raises nothing: what is missing or of a wrong type reads as None; the checks report it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from joblens.job import read_preview, read_today
from joblens.job.detect import Kind, detect
from joblens.job.fields import Fields
from joblens.job.model import Dialect, Environment, Job
from joblens.text.nodes import Mapping

if TYPE_CHECKING:
    from joblens.text.document import Document


def read(document: Document) -> tuple[Job | None, Kind | None]:
    """The job that the document says, and its kind; None for each that it is not."""
    kind = detect(document.tree, document.text)
    if kind is None:
        return None, None
    root = root_fields(document)
    return (None if root is None else read_as(kind, root, document)), kind


def environment_in(document: Document) -> Environment | None:
    """The environment that a file of its own says, in the words of either dialect."""
    root = root_fields(document)
    if root is None or not any(key in root for key in ("image", "docker", "build", "conda_file")):
        return None
    return read_preview.environment_of(root) if "docker" in root else read_today.environment_of(root)


def root_fields(document: Document) -> Fields | None:
    """The top-level fields of the document."""
    root = document.tree.resolved(document.tree.root)
    return Fields(root, document.tree) if isinstance(root, Mapping) else None


def read_as(kind: Kind, root: Fields, document: Document) -> Job | None:
    """The job in a file whose kind is known."""
    if kind.dialect is Dialect.PREVIEW:
        folder = document.path.parent if document.path else None
        return read_preview.job(kind.name, root, folder)
    return read_today.job(kind.name, root)
