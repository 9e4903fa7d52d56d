"""Rename: a new name for an input, output, hyperparameter or step, wherever it stands.

What a component in a file declares is renamed there too, and in the pipelines near it that run it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from joblens.checks.subject import Subject
from joblens.errors import UserError
from joblens.features.occurrences import at, occurrences
from joblens.features.places import Place, places
from joblens.job.model import Dialect
from joblens.job.occurrences import Name, Occurrence
from joblens.text.document import Document
from joblens.text.nodes import Scalar, Span, Style
from joblens.text.values import scalar_value

_NOUN = {"inputs": "input", "outputs": "output", "search_space": "hyperparameter", "jobs": "step"}
_A_NAME = "may have only letters, digits and '_', and no digit first"
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_STEP = re.compile(r"[a-z_][a-z0-9_]*")
# What the client of the preview finds between its braces.
_PREVIEW = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]*")


class RenameError(UserError):
    """The name cannot be changed, or not to this."""


@dataclass(frozen=True, slots=True)
class Renamable:
    """The name under the cursor, as it is now."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Edit:
    """One replacement of a rename."""

    document: Document
    span: Span
    text: str


def renamable(subject: Subject, offset: int) -> Renamable | None:
    """The name at `offset`, if it may be changed here; None where there is no name."""
    found = occurrences(subject, offset)
    if not found:
        return None
    _refuse_what_lies_elsewhere(subject, found, places(subject, offset))
    here = at(found, offset)
    return Renamable(here.span, here.name.text)


def rename(subject: Subject, offset: int, new_name: str) -> list[Edit]:
    """What to replace so that the name at `offset` becomes `new_name`; empty where there is no name."""
    found = occurrences(subject, offset)
    if not found:
        return []
    everywhere = places(subject, offset)
    _refuse_what_lies_elsewhere(subject, found, everywhere)
    _refuse_bad_name(subject, at(found, offset).name.context, new_name)
    _refuse_taken_name(subject, everywhere, new_name)
    return [Edit(one.document, one.occurrence.span, new_name) for one in everywhere]


def _refuse_what_lies_elsewhere(subject: Subject, found: list[Occurrence], everywhere: list[Place]) -> None:
    name = found[0].name
    noun, holders = _NOUN[name.context], {one.name.owner for one in found}
    outside = [
        one.elsewhere for one in subject.owners.by_path.values() if one.path in holders and one.elsewhere
    ]
    reached = any(one.document is not subject.document for one in everywhere)
    if outside and name.context != "jobs" and not reached:
        raise RenameError(
            f"Component '{outside[0]}' gives {noun} '{name.text}' its name.",
            hint="Rename it in the component's own file first, then here.",
        )
    if not any(one.occurrence.declared_by for one in everywhere):
        raise RenameError(
            f"This file has no {noun} '{name.text}'.", hint=f"Add it under '{name.context}' first."
        )


def _refuse_bad_name(subject: Subject, context: str, text: str) -> None:
    assert subject.kind is not None
    noun = _NOUN[context]
    if subject.kind.dialect is Dialect.PREVIEW:
        allowed, rule = _PREVIEW, "may have only letters, digits, '_', '-' and '.'"
    elif context == "jobs":
        allowed, rule = _STEP, _A_NAME.replace("letters", "lower-case letters")
    else:
        allowed, rule = _IDENTIFIER, _A_NAME
    if not allowed.fullmatch(text):
        raise RenameError(f"'{text}' cannot be the name of this {noun}: it {rule}.")
    if not isinstance(scalar_value(Scalar(Span(0, len(text)), Style.PLAIN, text)), str):
        raise RenameError(
            f"'{text}' cannot be the name of this {noun}: YAML does not read it as text.",
            hint="Choose another name.",
        )


def _refuse_taken_name(subject: Subject, everywhere: list[Place], text: str) -> None:
    for document in {id(one.document): one.document for one in everywhere}.values():
        names = {one.occurrence.name for one in everywhere if one.document is document}
        wanted = {Name(name.owner, name.context, text) for name in names if name.text != text}
        known = subject if document is subject.document else subject.neighbour(document)
        if any(one.declared_by and one.name in wanted for one in known.occurrences):
            noun = _NOUN[next(iter(names)).context]
            raise RenameError(f"There already is another {noun} '{text}'.", hint="Choose another name.")
