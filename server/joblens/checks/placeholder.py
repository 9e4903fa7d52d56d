"""JL201-JL205: a placeholder in a command that nothing will fill.

The client looks only at `${{inputs.x}}`, and only after the upload; the rest fails on the cluster.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial

from joblens.checks.problem import Fix, Problem, did_you_mean, listed, one_of, shortened
from joblens.checks.subject import Subject
from joblens.job.expressions import Expression, expressions
from joblens.job.insertion import insertion
from joblens.job.model import Dialect
from joblens.job.names import Scope
from joblens.schema.near import nearest
from joblens.text.nodes import Span
from joblens.text.offsets import source_offsets

UNDECLARED = "JL201"
UNCLOSED = "JL202"
UNKNOWN_CONTEXT = "JL203"
WRONG_PLACE = "JL204"
OTHER_DIALECT = "JL205"

_CONTEXTS = ("inputs", "outputs", "search_space")
# Filled by the service itself, wherever they stand.
FILLED_BY_SERVICE = frozenset({"name", "default_datastore", "output_name"})
_A_NAME = re.compile(r"[A-Za-z_]\w*")
_NEW_IN_PREVIEW = {"search_space": "{type: uniform, min_value: 0, max_value: 1}"}
_NEW = {"inputs": '""', "outputs": "{type: uri_folder}", **_NEW_IN_PREVIEW}
"""What a name that a fix declares is worth, until its author says better."""
_NOUN = {"inputs": "input", "outputs": "output", "search_space": "hyperparameter"}


def problems(subject: Subject) -> Iterator[Problem]:
    """Every placeholder of every command that names nothing, or cannot stand there."""
    # The inputs of a component may stand in groups; those of a job have no dots.
    has_groups = subject.kind is None or subject.kind.name not in ("commandJob", "sweepJob")
    for scope in subject.scopes:
        text = scope.command.value
        if "{" not in text:
            continue
        doubtful = [one for one in expressions(text, scope.dialect) if not _is_filled(scope, one, has_groups)]
        if not doubtful and scope.dialect is Dialect.TODAY:
            continue
        offsets = source_offsets(scope.command, subject.document.text)
        foreign = _todays(text, offsets) if scope.dialect is Dialect.PREVIEW else []
        yield from foreign
        declare = cache(partial(_declaration, subject, scope))
        for expression in doubtful:
            span = Span(offsets[expression.start], offsets[expression.end])
            if any(one.span.start <= span.start < one.span.end for one in foreign):
                continue
            name = Span(offsets[expression.name_start], offsets[expression.name_end])
            found = _problem(scope, expression, span, name, declare)
            if found.code != UNDECLARED or expression.context not in subject.unclear_sections:
                yield found


def _is_filled(scope: Scope, expression: Expression, has_groups: bool) -> bool:
    """Whether the placeholder gets a value: nearly all do, so their places need not be found."""
    if not expression.closed:
        return False
    if not expression.context and expression.name in FILLED_BY_SERVICE:
        return True
    declared = scope.declared(expression.context) or ()
    # The client looks at names without blanks around them.
    in_group = has_groups or expression.spaced
    return expression.name in declared or (in_group and expression.name.partition(".")[0] in declared)


def _problem(
    scope: Scope,
    expression: Expression,
    span: Span,
    name_span: Span,
    declare: Callable[[str, str], Fix | None],
) -> Problem:
    shown = shortened(expression.raw)
    if not expression.closed:
        return unclosed(expression.raw, span, "}}" if scope.dialect is Dialect.TODAY else "}")
    if expression.context not in _CONTEXTS:
        return _unknown_context(scope, expression, span, shown)
    declared = scope.declared(expression.context)
    if declared is None:
        message = f"'{shown}' has no value here: only the trial of a sweep has a search_space."
        return Problem(WRONG_PLACE, message, span)
    fix = declare(expression.context, expression.name)
    return _undeclared(expression, list(declared), span, name_span, fix)


def unclosed(raw: str, span: Span, closing: str) -> Problem:
    """A placeholder whose closing braces are missing, wherever it stands."""
    fix = Fix(f"Close it with {closing}", Span(span.end, span.end), closing)
    return Problem(UNCLOSED, f"'{shortened(raw)}' is not closed. Add '{closing}'.", span, fix=fix)


def _unknown_context(scope: Scope, expression: Expression, span: Span, shown: str) -> Problem:
    known = [context for context in _CONTEXTS if scope.declared(context) is not None]
    whole = _meant(scope, expression, known)
    if whole is not None:
        message = did_you_mean(f"'{shown}' refers to nothing.", whole)
        return Problem(UNKNOWN_CONTEXT, message, span, fix=Fix(f"Change to '{whole}'", span, whole))
    begun = next((one for one in known if re.match(rf"{one}\b", expression.context or expression.name)), None)
    if begun is not None:
        message = f"'{shown}' names nothing. Write '${{{{{begun}.NAME}}}}'."
        return Problem(UNKNOWN_CONTEXT, message, span)
    meant = nearest(expression.context or expression.name, known)
    way_out = f"Did you mean '{meant}'?" if meant else f"Known: {listed(known)}."
    return Problem(UNKNOWN_CONTEXT, f"'{shown}' refers to nothing. {way_out}", span)


def _meant(scope: Scope, expression: Expression, known: list[str]) -> str | None:
    """The placeholder of the only thing that has this name, where nothing else can be meant."""
    having = [one for one in known if expression.name in (scope.declared(one) or ())]
    said = expression.context.rpartition(".")[2]
    likely = not said or nearest(said, known) in having
    if scope.dialect is not Dialect.TODAY or len(having) != 1 or not likely:
        return None
    return f"${{{{{having[0]}.{expression.name}}}}}"


def _undeclared(
    expression: Expression, declared: list[str], span: Span, name_span: Span, declare: Fix | None
) -> Problem:
    noun, name = _NOUN[expression.context], shortened(expression.name, 30)
    meant = nearest(expression.name, declared)
    others = (declare,) if declare is not None else ()
    if meant is not None:
        message = did_you_mean(f"There is no {noun} '{name}'.", meant)
        fix = Fix(f"Change to '{meant}'", name_span, meant)
        return Problem(UNDECLARED, message, span, fix=fix, others=others)
    said = f"There is no {noun} '{name}'."
    message = (
        one_of(f"{said} Declared:", declared)
        if declared
        else f"{said} Declare it under '{expression.context}'."
    )
    return Problem(UNDECLARED, message, span, others=others)


def _declaration(subject: Subject, scope: Scope, context: str, name: str) -> Fix | None:
    """The fix that declares a name where the command's names are declared, with a value to be changed."""
    value = (_NEW if scope.dialect is Dialect.TODAY else _NEW_IN_PREVIEW).get(context)
    if value is None or not _A_NAME.fullmatch(name):
        return None
    *holder, _ = subject.tree.path_at(scope.command.span.start)
    in_trial = scope.dialect is Dialect.PREVIEW and context == "inputs"
    if holder[-1:] == ["trial"] and not in_trial:
        holder.pop()  # A trial has its names from the sweep around it.
    made = insertion(subject.document, tuple(holder), context, name, value)
    return Fix(f"Declare {_NOUN[context]} '{name}'", made.span, made.text) if made is not None else None


def _todays(text: str, offsets: Sequence[int]) -> list[Problem]:
    """Today's form, closed or not, in a command of the preview."""
    found = []
    for expression in expressions(text, Dialect.TODAY):
        if expression.context in ("inputs", "search_space"):
            span = Span(offsets[expression.start], offsets[expression.end])
            old = f"{{{expression.context}.{expression.name}}}"
            message = f"The 2021 preview does not fill '{shortened(expression.raw)}'. Write '{old}'."
            found.append(Problem(OTHER_DIALECT, message, span, fix=Fix(f"Change to '{old}'", span, old)))
    return found
