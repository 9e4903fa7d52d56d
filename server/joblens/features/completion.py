"""Completion: the keys, values and placeholders that may stand at the cursor."""

from __future__ import annotations

import re
from dataclasses import replace

from joblens.checks.subject import Subject
from joblens.features.after_key import after_key
from joblens.features.hover import described
from joblens.features.hyperparameters import with_needed_keys
from joblens.features.placeholder_names import placeholder_names
from joblens.features.proposal import Completion
from joblens.features.whole_files import whole_files
from joblens.job.kinds import schema_address
from joblens.schema.find import Known, find, keys
from joblens.schema.store import kinds
from joblens.text.locate import Place, place_at
from joblens.text.nodes import Mapping, Span

_USUAL_KINDS = ("commandJob", "sweepJob", "pipelineJob", "commandComponent", "environment", "data")
_COLON_WITHOUT_BLANK = re.compile(r"([\w$]+):(\S*)")


def completions(subject: Subject, offset: int) -> list[Completion]:
    """What may be written at `offset`, the likeliest first."""
    names = placeholder_names(subject, offset)
    if names is not None:
        return names
    place = place_at(subject.document, offset)
    word = _COLON_WITHOUT_BLANK.fullmatch(subject.document.text, *place.span)
    if place.kind == "key" and not place.has_colon and word is not None:
        place = Place("value", (*place.path, word[1]), Span(word.start(2), place.span.end))
    found = _at(subject, place)
    if place.kind == "value" and subject.document.text[place.span.start - 1 : place.span.start] == ":":
        return [replace(one, text=" " + one.text) for one in found]
    return found


def _at(subject: Subject, place: Place) -> list[Completion]:
    if place.kind == "value" and place.path == ("$schema",):
        return _schema_urls(subject, place.span)
    if subject.schema is None:
        return _first_key(subject, place)
    if place.kind == "key":
        return _keys(subject, place)
    if place.kind == "item" and place.collection is not None and place.collection.indent >= 0:
        # Behind a dash a mapping may start, too.
        return _values(subject, place) + _keys(subject, place)
    return _values(subject, place) if place.kind in ("value", "item") else []


def _keys(subject: Subject, place: Place) -> list[Completion]:
    assert subject.schema is not None
    present = set(subject.tree.entries(place.collection)) if isinstance(place.collection, Mapping) else set()
    current = subject.document.text[place.span.start : place.span.end]
    found = []
    for name, known in keys(subject.schema, subject.tree, place.path).items():
        if (name in present and name != current) or known.read_only:
            continue
        text = name if place.has_colon else name.replace("$", "\\$") + _after(subject, place, known)
        rank, goes_on = (0 if known.required else 1), bool(known.words) and text.endswith(": $0")
        about = described(name, known)
        found.append(Completion(name, text, "key", place.span, rank, about, goes_on=goes_on))
    return found


def _after(subject: Subject, place: Place, known: Known) -> str:
    half_key_with_children = place.pair is not None and place.pair.value is not None
    return ":$0" if half_key_with_children else after_key(subject, place, known)


def _values(subject: Subject, place: Place) -> list[Completion]:
    assert subject.schema is not None
    known = find(subject.schema, subject.tree, place.path)
    if known is None:
        return []
    words = known.words
    if known.default is not None and isinstance(known.default, str) and known.default not in words:
        words = [known.default, *words]
    return [
        Completion(
            word, with_needed_keys(subject, place, word), "value", place.span, rank, known.meaning(word) or ""
        )
        for rank, word in enumerate(words)
    ]


def _schema_urls(subject: Subject, span: Span) -> list[Completion]:
    if subject.kind is None and _is_address_of_others(subject.document.text[span.start : span.end]):
        return []
    own = subject.kind.name if subject.kind is not None else None
    first = [kind for kind in (own, *_USUAL_KINDS) if kind is not None]
    ordered = list(dict.fromkeys([*first, *kinds()]))
    return [
        Completion(url, url, "schema", span, rank, detail=kind)
        for rank, kind in enumerate(ordered)
        for url in [schema_address(kind)]
    ]


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
