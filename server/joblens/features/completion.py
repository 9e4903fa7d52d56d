"""Completion: the keys, values and placeholders that may stand at the cursor."""

from __future__ import annotations

from dataclasses import replace

from joblens.checks.subject import Subject
from joblens.features.half_typed import place_meant, with_blank, written_at
from joblens.features.key_names import key_names
from joblens.features.placeholder_names import placeholder_names
from joblens.features.proposal import Completion
from joblens.features.script_names import script_names
from joblens.features.step_names import step_names
from joblens.features.value_names import value_names
from joblens.features.variable_names import variables_to_set
from joblens.features.whole_files import whole_files
from joblens.job.kinds import schema_address
from joblens.job.known_names import KnownNames, NoNames
from joblens.schema.store import kinds
from joblens.text.locate import Place
from joblens.text.nodes import Mapping

MOST = 500
"""Proposals at a time; with so many, the editor asks again as the user types on."""
_USUAL_KINDS = ("commandJob", "sweepJob", "pipelineJob", "commandComponent", "environment", "data")


def completions(subject: Subject, offset: int, known: KnownNames | None = None) -> list[Completion]:
    """What may be written at `offset`, the likeliest first; `known` are the names of assets."""
    found = _found(subject, offset, known or NoNames())[:MOST]
    return [replace(one, rank=rank) for rank, one in enumerate(found)]


def _found(subject: Subject, offset: int, known: KnownNames) -> list[Completion]:
    place = place_meant(subject.document, offset)
    if place.kind == "none":
        return placeholder_names(subject, offset) or []
    names = placeholder_names(subject, offset)
    in_command = script_names(subject, place, offset) if subject.kind is not None else []
    if names is not None:
        return names + in_command
    if in_command:
        return in_command
    if place.kind == "key" and not place.span.start <= offset <= place.span.end:
        return []
    found = _at(subject, place, offset, known)
    if place.kind == "value" and subject.document.text[place.span.start - 1 : place.span.start] == ":":
        return [with_blank(subject.document, place, one) for one in found]
    return found


def _at(subject: Subject, place: Place, offset: int, known: KnownNames) -> list[Completion]:
    if place.kind == "value" and place.path == ("$schema",):
        return _schema_urls(subject, place, offset)
    if subject.schema is None:
        return _first_key(subject, place)
    if place.kind == "key":
        found = [*step_names(subject, place), *variables_to_set(subject, place), *key_names(subject, place)]
        # Half a word below a key that takes no mapping is the start of its value.
        return found if found or place.pair is not None else value_names(subject, place, offset, known)
    if place.kind == "item" and place.collection is not None and place.collection.indent >= 0:
        # Behind a dash a mapping may start, too.
        return value_names(subject, place, offset, known) + key_names(subject, place)
    return value_names(subject, place, offset, known) if place.kind in ("value", "item") else []


def _schema_urls(subject: Subject, place: Place, offset: int) -> list[Completion]:
    written = written_at(subject.document, place, offset)
    if written is None:
        return []
    if subject.kind is None and _is_address_of_others(subject.document.text[slice(*written.span)]):
        return []
    own = subject.kind.name if subject.kind is not None else None
    first = [kind for kind in (own, *_USUAL_KINDS) if kind is not None]
    addresses = ((kind, schema_address(kind)) for kind in dict.fromkeys([*first, *kinds()]))
    return [Completion(url, url, "schema", written.span, detail=kind) for kind, url in addresses]


def _is_address_of_others(written: str) -> bool:
    ours = schema_address("").rpartition("/")[0]
    return "://" in written and not ours.startswith(written) and not written.startswith(ours)


def _first_key(subject: Subject, place: Place) -> list[Completion]:
    """`$schema` or a whole file, in a file that says nothing yet: any other file belongs to another tool."""
    root = subject.tree.root
    started = isinstance(root, Mapping) and any(pair.colon is not None for pair in root.pairs)
    others = "yaml-language-server" in subject.document.text[: place.span.start]
    if place.kind != "key" or place.path or started or others:
        return []
    about = "Says which kind of Azure ML file this is, and turns on completion, hover and checks for it."
    first = Completion("$schema", "\\$schema: $0", "key", place.span, 0, about, goes_on=True)
    alone = not subject.document.text[place.span.end :].strip()
    return [first, *(whole_files(place.span) if alone else ())]
