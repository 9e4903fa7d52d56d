"""JL501-JL503: a value that YAML 1.1, which the client reads, takes for something else than is written.

Only where the written text matters: in literal inputs, environment variables, choices and versions. Where
text is required, the type check says it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from joblens.checks.problem import Fix, Problem, Severity, shortened
from joblens.checks.subject import Subject
from joblens.job.fields import Fields
from joblens.text.nodes import Mapping, Node, Scalar, Sequence, Style
from joblens.text.values import scalar_value

WORD = "JL501"
NUMBER = "JL502"
VERSION = "JL503"

_WORDS = frozenset({"yes", "no", "on", "off"})


class _Place(NamedTuple):
    """A value whose text matters."""

    name: str
    node: Node | None
    is_text: bool
    """Whether it reaches the command, or is declared, as text: a truth value is not meant."""


def problems(subject: Subject) -> Iterator[Problem]:
    """Every value that is not what it seems, once."""
    root = subject.tree.resolved(subject.tree.root)
    if not isinstance(root, Mapping):
        return
    said = {found.span for found in subject.mismatches}
    for place in _places(subject, Fields(root, subject.tree)):
        node = place.node
        if isinstance(node, Scalar) and node.style is Style.PLAIN and node.tag is None:
            found = None if node.span in said else _problem(place, node)
            if found is not None:
                said.add(node.span)
                yield found


def _places(subject: Subject, root: Fields) -> Iterator[_Place]:
    yield _Place("version", root.value("version"), False)
    for holder in (root, *_steps(root)):
        yield from _inputs(holder)
        yield from _variables(holder)
        yield from _variables(holder.below("trial"))
        for asset in ("environment", "model"):
            below = holder.below(asset)
            if below is not None:
                yield _Place("version", below.value("version"), False)
    for sweep in subject.sweeps:
        for one in sweep.space:
            yield from _items(one.name.value, one.settings.value("values"), False)


def _steps(root: Fields) -> Iterator[Fields]:
    """The steps of a pipeline, and the components that are written out in them."""
    jobs = root.below("jobs")
    for entry in jobs or ():
        step = root.of(entry.value)
        if step is not None:
            yield step
            component = step.below("component")
            if component is not None:
                yield component


def _inputs(holder: Fields) -> Iterator[_Place]:
    # A component knows which of its inputs are true or false; a command gets text.
    is_text = "command" in holder or "trial" in holder
    for entry in holder.below("inputs") or ():
        settings = holder.of(entry.value)
        if settings is None:
            yield _Place(entry.key.value, entry.value, is_text)
            continue
        kind = settings.text("type")
        is_declared_text = kind is not None and kind.value == "string"
        yield _Place(entry.key.value, settings.value("default"), is_declared_text)
        yield from _items(entry.key.value, settings.value("enum"), is_declared_text)


def _variables(holder: Fields | None) -> Iterator[_Place]:
    for entry in (holder.below("environment_variables") if holder else None) or ():
        yield _Place(entry.key.value, entry.value, True)


def _items(name: str, values: Node | None, is_text: bool) -> Iterator[_Place]:
    if isinstance(values, Sequence):
        yield from (_Place(name, item, is_text) for item in values.items)


def _problem(place: _Place, node: Scalar) -> Problem | None:
    text, value = node.value, scalar_value(node)
    name = shortened(place.name, 30)
    if isinstance(value, bool):
        if not place.is_text or text.lower() not in _WORDS:
            return None
        return _surprise(WORD, f"'{name}': YAML reads '{text}' as {str(value).lower()}.", node)
    if not isinstance(value, int | float):
        return None
    if ":" in text or _is_octal(text, value):
        return _surprise(NUMBER, f"'{name}': YAML reads {shortened(text, 20)} as {value:.10g}.", node)
    if "version" in place.name.lower() and str(value) != text:
        return _surprise(VERSION, f"'{name}': YAML reads {shortened(text, 20)} as {value}.", node)
    return None


def _is_octal(text: str, value: float) -> bool:
    """Whether a number is not the one that its digits say, because of a zero before them."""
    digits = text.lstrip("+-").replace("_", "")
    return digits[:1] == "0" and digits.isdecimal() and int(digits) != abs(value)


def _surprise(code: str, reads: str, node: Scalar) -> Problem:
    fix = Fix("Put it in quotes", node.span, f'"{node.value}"')
    return Problem(code, f"{reads} Put it in quotes.", node.span, Severity.WARNING, fix)
