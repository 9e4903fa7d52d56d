"""Completion: the keys, values and placeholders that may stand at the cursor."""

from __future__ import annotations

import re
from dataclasses import dataclass

from joblens.checks.subject import Subject
from joblens.features.hover import described
from joblens.features.placeholders import scope_at
from joblens.job.model import Dialect
from joblens.job.names import Scope
from joblens.schema.find import Known, find, keys
from joblens.schema.store import kinds
from joblens.text.locate import Place, place_at
from joblens.text.nodes import Mapping, Span

SCHEMA_URL = "https://azuremlschemas.azureedge.net/latest/{kind}.schema.json"

_USUAL_KINDS = ("commandJob", "sweepJob", "pipelineJob", "commandComponent", "environment", "data")
_TODAYS_START = re.compile(r"\$\{\{\s*([\w.\-]*)$")
_PREVIEW_START = re.compile(r"(?<!\$)(?<!\{)\{([\w.\-]*)$")


@dataclass(frozen=True, slots=True)
class Completion:
    """One proposal: `text` takes the place of `span`; `$0` in it is where the cursor goes."""

    label: str
    text: str
    kind: str
    """`key`, `value`, `schema` or `placeholder`."""
    span: Span
    rank: int = 0
    """Lower stands higher in the list."""
    documentation: str = ""
    detail: str = ""


def completions(subject: Subject, offset: int) -> list[Completion]:
    """What may be written at `offset`, the likeliest first."""
    scope = scope_at(subject, offset)
    if scope is not None:
        return _placeholders(subject, scope, offset)
    place = place_at(subject.document, offset)
    if place.kind == "value" and place.path == ("$schema",):
        return _schema_urls(subject, place.span)
    if subject.schema is None:
        return _first_key(subject, place)
    if place.kind == "key":
        return _keys(subject, place)
    return _values(subject, place) if place.kind in ("value", "item") else []


def _keys(subject: Subject, place: Place) -> list[Completion]:
    assert subject.schema is not None
    present = set(subject.tree.entries(place.collection)) if isinstance(place.collection, Mapping) else set()
    current = subject.document.text[place.span.start : place.span.end]
    found = []
    for name, known in keys(subject.schema, subject.tree, place.path).items():
        if (name in present and name != current) or _read_only(known):
            continue
        text = name if place.has_colon else name.replace("$", "\\$") + _after_key(known)
        rank = 0 if known.required else 1
        found.append(Completion(name, text, "key", place.span, rank, described(name, known)))
    return found


def _read_only(known: Known) -> bool:
    return all(rule.get("readOnly") for rule in known.rules)


def _after_key(known: Known) -> str:
    types = [rule.get("type") for rule in known.branches]
    if all(one == "object" for one in types):
        return ":\n  $0"
    if all(one == "array" for one in types):
        return ":\n  - $0"
    return ": $0"


def _values(subject: Subject, place: Place) -> list[Completion]:
    assert subject.schema is not None
    known = find(subject.schema, subject.tree, place.path)
    if known is None:
        return []
    words = known.words
    if known.default is not None and isinstance(known.default, str) and known.default not in words:
        words = [known.default, *words]
    return [Completion(word, word, "value", place.span, rank) for rank, word in enumerate(words)]


def _schema_urls(subject: Subject, span: Span) -> list[Completion]:
    own = subject.kind.name if subject.kind is not None else None
    first = [kind for kind in (own, *_USUAL_KINDS) if kind is not None]
    ordered = list(dict.fromkeys([*first, *kinds()]))
    return [
        Completion(url, url, "schema", span, rank, detail=kind)
        for rank, kind in enumerate(ordered)
        for url in [SCHEMA_URL.format(kind=kind)]
    ]


def _first_key(subject: Subject, place: Place) -> list[Completion]:
    """`$schema` alone, in a file that says nothing yet: any other file belongs to another tool."""
    root = subject.tree.root
    started = isinstance(root, Mapping) and any(pair.colon is not None for pair in root.pairs)
    if place.kind != "key" or place.path or started:
        return []
    about = "Says which kind of Azure ML file this is, and turns on completion, hover and checks for it."
    return [Completion("$schema", "\\$schema: $0", "key", place.span, 0, about)]


def _placeholders(subject: Subject, scope: Scope, offset: int) -> list[Completion]:
    before = subject.document.text[scope.command.span.start : offset]
    preview = scope.dialect is Dialect.PREVIEW
    started = (_PREVIEW_START if preview else _TODAYS_START).search(before)
    if started is None:
        return []
    after = subject.document.text[offset : offset + 2]
    close = "" if after.startswith("}") else "}" if preview else "}}"
    span = Span(offset - len(started[1]), offset)
    contexts = ("inputs", "search_space") if preview else ("inputs", "outputs", "search_space")
    names = [f"{one}.{name}" for one in contexts for name in scope.declared(one) or ()]
    return [
        Completion(name, name + close, "placeholder", span, rank, detail="declared in this file")
        for rank, name in enumerate(names)
    ]
