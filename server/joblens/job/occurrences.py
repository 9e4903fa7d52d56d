"""Every place where a file declares or uses an input, output, hyperparameter or step."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from joblens.job.detect import Kind
from joblens.job.expressions import Expression, expressions
from joblens.job.model import Dialect
from joblens.job.names import Scope
from joblens.job.owners import CONTEXTS, FILLED, Owner, Owners
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


@dataclass(frozen=True, slots=True)
class Filled:
    """A text with placeholders, and the jobs or steps whose names it may use."""

    scalar: Scalar
    owners: list[Owner]


def filled_texts(text: str, kind: Kind, owners: Owners, scopes: list[Scope]) -> Iterator[Filled]:
    """The texts of a file that have placeholders, found without a walk through the whole tree."""
    preview = kind.dialect is Dialect.PREVIEW
    commands = {id(scope.command) for scope in scopes} if preview else set()
    done = -1
    for match in (_PREVIEW if preview else _TODAY).finditer(text):
        if match.start() < done:
            continue
        scalar, users = owners.of(match.start())
        if scalar is None:
            continue
        done = scalar.span.end
        # The preview fills placeholders in commands; elsewhere its braces mean nothing.
        if not preview or id(scalar) in commands:
            yield Filled(scalar, users)


def occurrences(text: str, kind: Kind, owners: Owners, filled: list[Filled]) -> Iterator[Occurrence]:
    """Every place of every name: what declares it, then what uses it."""
    names: set[Name] = set()
    for owner in owners.by_path.values():
        for one in _declarations(owner):
            names.add(one.name)
            yield one
    for place in filled:
        yield from _uses(text, kind, place, names)


def _declarations(owner: Owner) -> Iterator[Occurrence]:
    for context in CONTEXTS:
        for text, pair in owner.names[context]:
            span = pair.key.span
            if isinstance(pair.key, Scalar) and pair.key.style is not Style.PLAIN:
                # A quote may stand alone while a key is being typed.
                span = Span(span.start + 1, max(span.end - 1, span.start + 1))
            yield Occurrence(Name(owner.path, context, text), span, pair.key.span, pair)


def _uses(text: str, kind: Kind, place: Filled, names: set[Name]) -> Iterator[Occurrence]:
    offsets = source_offsets(place.scalar, text)
    for expression in expressions(place.scalar.value, kind.dialect):
        reach = Span(offsets[expression.start], offsets[expression.end])
        for owner in place.owners:
            for name, start, end in _named(expression, owner.path, names):
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
