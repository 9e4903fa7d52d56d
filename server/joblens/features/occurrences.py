"""Occurrences: every place where a file declares or uses an input, output, hyperparameter or step."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from joblens.checks.subject import Subject
from joblens.features.owners import CONTEXTS, FILLED, Owner, Owners
from joblens.job.expressions import Expression, expressions
from joblens.job.model import Dialect
from joblens.text.nodes import Pair, Path, Scalar, Span, Style
from joblens.text.offsets import source_offsets

_TODAY = re.compile(r"\$\{\{")
_PREVIEW = re.compile(r"\{(?:inputs|search_space)\.")


@dataclass(frozen=True, slots=True)
class Name:
    """What a file gives a name to, and whose it is."""

    owner: Path
    """Where the job or step stands that has it; `()` for the file's own job."""
    context: str
    """`inputs`, `outputs`, `search_space`, or `jobs` for a step of a pipeline."""
    text: str


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One place of a name."""

    name: Name
    span: Span
    """The name alone, without quotes, braces or contexts."""
    reach: Span
    """The whole key or placeholder: a cursor anywhere in it means the name."""
    declared_by: Pair | None = None
    """The entry that declares the name here; None in a placeholder."""


def occurrences(subject: Subject, offset: int) -> list[Occurrence]:
    """Every place of the name at `offset`, in the order of the text; empty where there is none."""
    if subject.kind is None:
        return []
    known = list(everywhere(subject))
    here = [one for one in known if one.reach.start <= offset <= one.reach.end]
    if not here:
        return []
    nearest = min(here, key=lambda one: _distance(one, offset))
    return _same(known, nearest)


def everywhere(subject: Subject) -> Iterator[Occurrence]:
    """Every place of every name: what declares it, then what uses it."""
    owners = Owners(subject.tree)
    names: set[Name] = set()
    for owner in owners.by_path.values():
        for one in _declarations(owner):
            names.add(one.name)
            yield one
    for scalar, users in placeholder_texts(subject, owners):
        yield from _uses(subject, scalar, users, names)


def placeholder_texts(subject: Subject, owners: Owners) -> Iterator[tuple[Scalar, list[Owner]]]:
    """The texts that have placeholders, found without a walk through the whole tree."""
    preview = subject.kind is not None and subject.kind.dialect is Dialect.PREVIEW
    commands = {id(scope.command) for scope in subject.scopes} if preview else set()
    done = -1
    for match in (_PREVIEW if preview else _TODAY).finditer(subject.document.text):
        if match.start() < done:
            continue
        scalar, users = owners.of(match.start())
        if scalar is None:
            continue
        done = scalar.span.end
        # The preview fills placeholders in commands; elsewhere its braces mean nothing.
        if not preview or id(scalar) in commands:
            yield scalar, users


def at(found: list[Occurrence], offset: int) -> Occurrence:
    """Of the places of one name, the one at `offset`."""
    return min(found, key=lambda one: _distance(one, offset))


def _distance(one: Occurrence, offset: int) -> tuple[int, int]:
    """How far a place is from a cursor; of two as near, the later context (`outputs`, not its step)."""
    return max(one.span.start - offset, offset - one.span.end, 0), -one.span.start


def _same(known: list[Occurrence], first: Occurrence) -> list[Occurrence]:
    """The places of a name, and of those that share a place with it through an anchor."""
    names, size = {first.name}, 0
    spans: set[Span] = set()
    while len(names) > size:
        size = len(names)
        spans = {one.span for one in known if one.name in names}
        names |= {one.name for one in known if one.span in spans}
    by_span = {one.span: one for one in known if one.span in spans}
    return [by_span[span] for span in sorted(spans)]


def _declarations(owner: Owner) -> Iterator[Occurrence]:
    for context in CONTEXTS:
        for text, pair in owner.names[context]:
            span = pair.key.span
            if isinstance(pair.key, Scalar) and pair.key.style is not Style.PLAIN:
                span = Span(span.start + 1, span.end - 1)
            yield Occurrence(Name(owner.path, context, text), span, pair.key.span, pair)


def _uses(subject: Subject, scalar: Scalar, users: list[Owner], names: set[Name]) -> Iterator[Occurrence]:
    assert subject.kind is not None
    offsets = source_offsets(scalar, subject.document.text)
    for expression in expressions(scalar.value, subject.kind.dialect):
        reach = Span(offsets[expression.start], offsets[expression.end])
        for user in users:
            for name, start, end in _named(expression, user.path, names):
                yield Occurrence(name, Span(offsets[start], offsets[end]), reach)


def _named(expression: Expression, path: Path, names: set[Name]) -> Iterator[tuple[Name, int, int]]:
    """The names in an expression that stands in the job or step at `path`, and where they are in it."""
    words = expression.context.split(".")
    if words[0] == "parent":
        words, path = words[1:], path[:-2]
        if expression.step is not None:
            yield Name(path, "jobs", expression.step), expression.step_start, expression.step_end
            words, path = words[2:], (*path, "jobs", expression.step)
    if len(words) != 1 or words[0] not in FILLED or not expression.name:
        return
    context, text = words[0], expression.name
    if Name(path, context, text) not in names:
        # `inputs.group.x` may mean a member of a group.
        text = text.partition(".")[0]
    yield Name(path, context, text), expression.name_start, expression.name_start + len(text)
