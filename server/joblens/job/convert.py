"""A job or asset file of the previews in today's dialect: where each value goes, and what had to be guessed.

What is made here is data for azure-ai-ml, and the plan that migrate/ writes into the text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from joblens.job.convert_assets import asset
from joblens.job.convert_pipeline import PipelineOfPreview
from joblens.job.convert_preview import Preview
from joblens.job.convert_references import References
from joblens.job.convert_refresh import Refreshed
from joblens.job.convert_schema import schema, schema_notes
from joblens.job.detect import Kind, detect
from joblens.job.era import mark
from joblens.job.kinds import schema_address
from joblens.job.left_out import left_out
from joblens.job.model import Dialect
from joblens.job.moved import Moved, Part, Place, Taken, plain
from joblens.job.plain import Data, as_map, with_value
from joblens.text.document import Document
from joblens.text.values import value_of

_READ_ONLY = frozenset(("id", "status", "log_files", "creation_context"))
_JOBS = ("commandJob", "sweepJob")


@dataclass(frozen=True, slots=True)
class Converted:
    """A job in today's dialect."""

    data: Data
    notes: tuple[str, ...] = ()
    """One sentence for each guess, and for each part that today's dialect has no place for."""


def to_today(document: Document, overrides: Mapping[str, object] | None = None) -> Converted:
    """The document's job in today's dialect; data of today's dialect comes back as it is.

    `overrides` are values by dotted key, in the document's own dialect; they are put in first.
    """
    source = as_map(value_of(document.tree.root))
    for key, value in (overrides or {}).items():
        source = with_value(source, key.split("."), value)
    found = moved(document, source)
    return Converted(source) if found is None else Converted(plain(found[0]), found[1])


def moved(document: Document, source: Data) -> tuple[Part, tuple[str, ...]] | None:
    """Today's file made of the document's data, and the notes; None unless it is one of a preview."""
    kind = detect(document.tree, document.text)
    if kind is None or (kind.dialect is not Dialect.PREVIEW and mark(document.tree, kind) is None):
        return None
    notes: list[str] = []
    references = References(document.path.parent if document.path else None, notes)
    root = Place({key: value for key, value in source.items() if key not in _READ_ONLY})
    if kind.name in _JOBS and kind.dialect is Dialect.PREVIEW:
        made: Moved | None = _job(kind, root, Preview(references, notes))
    else:
        made = _other(kind, root, references)
    if made is None:
        return None
    job = Part(made | schema(kind, root), home=())
    gone = left_out(root, job, references.told)
    notes += [f"{path}: today's dialect has no place for it; left out." for path in gone]
    notes += schema_notes(kind, document)
    return job, tuple(dict.fromkeys(notes))


def _job(kind: Kind, root: Place, preview: Preview) -> Moved:
    made = preview.sweep(root) if kind.name == "sweepJob" else preview.command_job(root)
    return {"$schema": Taken(schema_address(kind.name)), **made}


def _other(kind: Kind, root: Place, references: References) -> Moved | None:
    refreshed = Refreshed(references)
    if kind.name == "pipelineJob":
        return PipelineOfPreview(root, refreshed).made()
    if kind.name == "commandComponent":
        return refreshed.component(root)
    if kind.name in _JOBS:
        return refreshed.work(root)
    return asset(kind.name, root, references)
