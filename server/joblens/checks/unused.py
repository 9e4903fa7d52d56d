"""JL701-JL703: an input, an output or a hyperparameter that the command does not mention: a hint.

The script may find it in another way, so this is never more than a hint.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from joblens.checks import placeholder
from joblens.checks.problem import Problem, Severity, listed, shortened
from joblens.checks.subject import Subject
from joblens.job.model import Dialect
from joblens.job.names import Scope
from joblens.text import nodes
from joblens.text.nodes import Pair, Span

INPUT = "JL701"
OUTPUT = "JL702"
HYPERPARAMETER = "JL703"

_NOUN = {"inputs": "Input", "outputs": "Output", "search_space": "Hyperparameter"}
_MENTION = re.compile(r"(?<![\w.])(inputs|outputs|search_space)\.([\w.\-]+)")
# What a job leaves in its own folder `outputs`, under the names that the service has for it.
_BY_THEMSELVES = frozenset({"default", "artifacts"})
# The variables in which a running job finds its inputs and outputs, too.
_VARIABLE = re.compile(r"AZURE_?ML_(?:INPUT|OUTPUT)_(\w+)", re.IGNORECASE)
_FROM_STEP = re.compile(r"\$\{\{\s*parent\.jobs\.")

Names = Mapping[str, Pair]


def problems(subject: Subject) -> Iterator[Problem]:
    """Every declared name that its command does not mention, once all placeholders name something."""
    if subject.syntax:
        return
    unused = [
        (scope, code, context, declared, names)
        for scope in subject.scopes
        for code, context, declared in _declarations(scope)
        if declared and (names := _unmentioned(subject, scope, context, declared))
    ]
    # A placeholder that names nothing may be the one that was to use it.
    if not unused or any(True for _ in placeholder.problems(subject)):
        return
    for scope, code, context, declared, names in unused:
        if len(names) > 1 and len(names) == len(declared):
            yield _none_used(subject, scope, code, context, names)
        else:
            yield from (_unused(scope, code, context, name, declared[name]) for name in names)


def _declarations(scope: Scope) -> Iterator[tuple[str, str, Names]]:
    # An input that takes another step's output may be there for the order alone.
    yield INPUT, "inputs", {name: pair for name, pair in scope.inputs.items() if not _from_step(pair)}
    # Code finds an output at a path of its own without the command's help.
    named = {name: pair for name, pair in scope.outputs.items() if name not in _BY_THEMSELVES}
    yield OUTPUT, "outputs", {name: pair for name, pair in named.items() if not _has_path(pair)}
    # Before the preview's command could name them, all hyperparameters were passed by themselves.
    if scope.dialect is Dialect.TODAY or "{search_space." in scope.command.value:
        yield HYPERPARAMETER, "search_space", scope.search_space or {}


def _from_step(pair: Pair) -> bool:
    value = pair.value
    if isinstance(value, nodes.Mapping):
        return any(_from_step(inner) for inner in value.pairs)
    return isinstance(value, nodes.Scalar) and _FROM_STEP.match(value.value) is not None


def _has_path(pair: Pair) -> bool:
    value = pair.value
    keys = [inner.key for inner in value.pairs] if isinstance(value, nodes.Mapping) else []
    aliased = isinstance(value, nodes.Alias)
    return aliased or any(isinstance(key, nodes.Scalar) and key.value in ("path", "<<") for key in keys)


def _unmentioned(subject: Subject, scope: Scope, context: str, declared: Names) -> list[str]:
    used = _mentioned(scope.command.value, context)
    if not all(name in used for name in declared):
        used |= _mentioned(_surroundings(subject, scope), context)
    return [name for name in declared if name not in used and name.casefold() not in used]


def _mentioned(text: str, context: str) -> set[str]:
    # The command of a component reads a hyperparameter as an input.
    contexts = (context, "inputs") if context == "search_space" else (context,)
    found = {name for where, name in _MENTION.findall(text) if where in contexts}
    variables = {name.casefold() for name in _VARIABLE.findall(text)}
    return found | {name.partition(".")[0] for name in found} | variables


def _surroundings(subject: Subject, scope: Scope) -> str:
    """The text of the job or step that holds the command: its environment variables may use a name."""
    tree = subject.tree
    path = tree.path_at(scope.command.span.start)
    depth = 2 if path[:1] == ("jobs",) else 0
    holder = tree.node_at(path[:depth])
    span = holder.span if holder is not None else Span(0, len(subject.document.text))
    return subject.document.text[span.start : span.end]


def _unused(scope: Scope, code: str, context: str, name: str, pair: Pair) -> Problem:
    shown = shortened(name, 18)
    way_out = f"write {_placeholder(scope, context, shown)} in the command, or remove it."
    message = f"{_NOUN[context]} '{shown}' is unused: {way_out}"
    return Problem(code, message, pair.key.span, Severity.HINT)


def _none_used(subject: Subject, scope: Scope, code: str, context: str, names: list[str]) -> Problem:
    declared = scope.declared(context) or {}
    first = declared[names[0]].key.span
    section = subject.tree.pair_at(subject.tree.path_at(first.start)[:-1])
    example = _placeholder(scope, context, shortened(names[0], 20))
    message = f"The command uses none of these: {listed(names, 30)}. Write {example} in it."
    return Problem(code, message, section.key.span if section is not None else first, Severity.HINT)


def _placeholder(scope: Scope, context: str, name: str) -> str:
    body = f"{context}.{name}"
    return f"{{{body}}}" if scope.dialect is Dialect.PREVIEW else f"${{{{{body}}}}}"
