"""Migration: a job file of the 2021 preview in today's format, its comments, order, quoting and folding kept.

What becomes of each key is convert.py's to say; here it is written into the text.
"""

from __future__ import annotations

from dataclasses import dataclass

import yaml

from joblens.errors import JobFileError
from joblens.job.convert import moved
from joblens.job.migrate.source import SourceText, UnfitError
from joblens.job.migrate.write import written
from joblens.job.moved import Part, plain
from joblens.job.plain import as_map
from joblens.text.document import Document
from joblens.text.values import value_of

_BOM = "\ufeff"
_LOADER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
_ANEW = "The file's layout (an anchor, most likely) did not let its text be kept: it is written anew."
_COMMENTS = "Its layout (an anchor, most likely) does not let its comments be kept."
_SEVERAL = "It holds several YAML documents, and a file has one."


@dataclass(frozen=True, slots=True)
class Migrated:
    """A job file's text in today's format."""

    text: str
    notes: tuple[str, ...] = ()
    """One sentence for each guess, and for each part that today's format has no place for."""


def migrate(document: Document) -> Migrated | None:
    """The document in today's format; None where it is that already, is of no preview, or is not valid YAML.

    Raises where the text cannot be kept, and something would be lost.
    """
    if document.problems:
        return None
    if document.text.startswith(_BOM):  # It stays the first character, whatever line comes first.
        rest = migrate(Document(document.text[1:], document.path))
        return None if rest is None else Migrated(_BOM + rest.text, rest.notes)
    found = moved(document, as_map(value_of(document.tree.root)))
    if found is None:
        return None
    if _documents(document.text) > 1:
        raise JobFileError(_SEVERAL, hint="Put each into a file of its own, then migrate again.")
    job, notes = found
    text = _kept_text(document, job)
    if text is not None:
        return Migrated(text, notes)
    if document.tree.comments:
        hint = "Write out what an alias (*x) or '<<' stands for, then migrate again."
        raise JobFileError(_COMMENTS, hint=hint)
    anew = yaml.safe_dump(plain(job), sort_keys=False, allow_unicode=True, width=1000)
    return Migrated(anew, (*notes, _ANEW))


def _documents(text: str) -> int:
    try:
        return sum(isinstance(one, yaml.DocumentStartEvent) for one in yaml.parse(text, _LOADER))
    except yaml.YAMLError:
        return 1


def _kept_text(document: Document, job: Part) -> str | None:
    """The new job written into the document's text; None where that does not say the same."""
    try:
        text = written(SourceText(document, job), job)
        return text if yaml.load(text, _LOADER) == plain(job) else None
    except (UnfitError, yaml.YAMLError, ValueError, RecursionError):
        # A date that is none is a ValueError of PyYAML's; an alias inside its own anchor has no end.
        return None
