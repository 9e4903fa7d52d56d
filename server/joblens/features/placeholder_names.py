"""Completion inside a placeholder: the names that mean something there, with what each stands for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from joblens.checks.subject import Subject
from joblens.features.proposal import Completion
from joblens.job.component import Component, component_file
from joblens.job.fields import Fields, literal, plain
from joblens.job.model import Dialect
from joblens.job.owners import FILLED, Owner
from joblens.job.read_today import literal_type
from joblens.text.nodes import Mapping, Pair, Path, Span
from joblens.text.tree import Tree

_TODAY = re.compile(r"\$(?:\{(?:\{\s*([\w.\-]*))?)?$")
_PREVIEW = re.compile(r"(?<![${])\{([\w.\-]*)$")
_REST = re.compile(r"[\w.\-]*")
_BRACES = re.compile(r"[ \t]*(\}+)")
# What a step runs; all else of a step is bound to the pipeline around it.
_OWN_TEXTS = frozenset(["command", "args", "task", "component", "trial", "entry"])
_LONGEST = 40


def placeholder_names(subject: Subject, offset: int) -> list[Completion] | None:
    """The names to write at `offset`; None where no placeholder is being written."""
    if subject.kind is None:
        return None
    preview = subject.kind.dialect is Dialect.PREVIEW
    document = subject.document
    before = document.text[document.line_starts[document.line_of(offset)] : offset]
    started = (_PREVIEW if preview else _TODAY).search(before)
    if started is None:
        return None
    start = offset - len(started[0])
    if started[1] is None and document.place_at(offset).kind == "key":
        return None
    names = _preview_names(subject, start) if preview else _todays_names(subject, start)
    if names is None:
        return None
    if started[1] is None:
        # A dollar alone may become a placeholder, or belong to the shell.
        found = [_whole(subject, name, Span(start, offset)) for name in names]
    else:
        rest = _REST.match(document.text, offset)
        span = Span(offset - len(started[1]), rest.end() if rest is not None else offset)
        missing = _missing_braces(subject, span.end, 1 if preview else 2)
        found = [_inner(name, span, missing) for name in names]
    return [replace(one, rank=rank) for rank, one in enumerate(found)]


class _Named(NamedTuple):
    text: str
    detail: str


def _whole(subject: Subject, name: _Named, span: Span) -> Completion:
    text = f"${{{{{name.text}}}}}"
    if subject.document.text[span.start : span.end + 1] == "${}":
        # The editor closed the brace as it was typed.
        span = Span(span.start, span.end + 1)
    return Completion(text, text, "placeholder", span, detail=name.detail)


def _inner(name: _Named, span: Span, missing: str) -> Completion:
    # A step whose outputs only its component knows goes on after the dot.
    text = name.text if name.text.endswith(".") else name.text + missing
    return Completion(name.text, text, "placeholder", span, detail=name.detail)


def _missing_braces(subject: Subject, offset: int, wanted: int) -> str:
    braces = _BRACES.match(subject.document.text, offset)
    there = len(braces[1]) if braces is not None else 0
    collection = subject.document.place_at(offset).collection
    if there == 1 and collection is not None and collection.indent < 0:
        # In `{a: ${{inputs.x}` the brace that is there closes the mapping.
        there = 0
    return "}" * max(wanted - there, 0)


def _preview_names(subject: Subject, offset: int) -> list[_Named] | None:
    """The preview fills placeholders in commands alone; other braces are YAML's."""
    scalar, users = subject.owners.of(offset)
    if not any(scope.command is scalar for scope in subject.scopes):
        return None
    contexts = ("inputs", "search_space")
    return _distinct(name for owner in users for name in _own(subject, owner, "", contexts))


def _todays_names(subject: Subject, offset: int) -> list[_Named] | None:
    scalar, users = subject.owners.of(offset)
    if scalar is None and subject.document.place_at(offset).kind == "none":
        return []
    path = subject.tree.path_at(offset)
    return _distinct(name for owner in users for name in _usable(subject, owner, path[len(owner.path) :]))


def _usable(subject: Subject, owner: Owner, below: Path) -> Iterator[_Named]:
    """The names that the text of a job or step may use under the key that starts `below`."""
    key, owners = below[0] if below else "", subject.owners
    around = owners.by_path.get(owner.path[:-2])
    if around is None or key in _OWN_TEXTS or not around.names["jobs"]:
        yield from _own(subject, owner, "", FILLED)
        return
    if key == "outputs" and owner.path:
        yield from _own(subject, around, "parent.", ("outputs",))
        return
    yield from _own(subject, around, "parent.", ("inputs",))
    read: dict[str, Component | None] = {}
    for step, _ in around.names["jobs"]:
        path = (*around.path, "jobs", step)
        if path != owner.path and path in owners.by_path:
            yield from _outputs_of(subject, owners.by_path[path], step, read)


def _outputs_of(
    subject: Subject, step: Owner, name: str, read: dict[str, Component | None]
) -> Iterator[_Named]:
    prefix = f"parent.jobs.{name}."
    known = list(_own(subject, step, prefix, ("outputs",)))
    component = _component(subject, step.elsewhere, read) if step.elsewhere is not None else None
    if component is not None and component.document is not None:
        tree = component.document.tree
        declared = {one.name: told(tree, one.pair) for one in component.outputs.values()}
        yield from (_Named(f"{prefix}outputs.{output}", about) for output, about in declared.items())
        return
    yield from known
    if step.elsewhere is not None and not known:
        yield _Named(f"{prefix}outputs.", f"an output of component {step.elsewhere}")


def _component(subject: Subject, written: str, read: dict[str, Component | None]) -> Component | None:
    """The component in a file, read once for all steps that run it."""
    if written not in read:
        read[written] = component_file(subject.disk, written) if subject.disk is not None else None
    return read[written]


def _own(subject: Subject, owner: Owner, prefix: str, contexts: tuple[str, ...]) -> Iterator[_Named]:
    for context in contexts:
        for name, pair in owner.names[context]:
            yield _Named(f"{prefix}{context}.{name}", told(subject.tree, pair))


def _distinct(names: Iterable[_Named]) -> list[_Named]:
    return list({name.text: name for name in reversed(list(names))}.values())[::-1]


def told(tree: Tree, pair: Pair) -> str:
    """What an entry says of its name, in a few words: its type, and its value or range."""
    node = tree.resolved(pair.value)
    if isinstance(node, Mapping):
        fields = Fields(node, tree)
        kind = fields.text("type")
        words = [kind.value if kind is not None else "", _value(tree, fields)]
        return " · ".join(word for word in words if word)
    found = literal(node)
    return f"{literal_type(found.value)} · {_short(found.value)}" if found is not None else ""


def _value(tree: Tree, fields: Fields) -> str:
    for key in ("path", "default", "values", "upper"):
        value = plain(fields.value(key), tree)
        if value is not None:
            return f"default {_short(value)}" if key == "default" else _short(value)
    low, high = fields.number("min_value"), fields.number("max_value")
    return f"{low.value:g} to {high.value:g}" if low is not None and high is not None else ""


def _short(value: object) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
