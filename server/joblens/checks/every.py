"""All checks, and what becomes of what they find."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from functools import cache

from joblens.checks import (
    asset_name,
    component_default,
    conda_file,
    duplicate_key,
    environment_image,
    missing_argument,
    missing_file,
    missing_key,
    missing_part,
    missing_script,
    mlflow_not_installed,
    not_allowed,
    number_range,
    older_format,
    other_experiment,
    pipeline_binding,
    pipeline_compute,
    pipeline_cycle,
    pipeline_spelling,
    pipeline_step_inputs,
    pipeline_type,
    pipeline_unused,
    placeholder,
    placeholder_optional,
    placeholder_style,
    reference,
    refused_argument,
    refused_name,
    second_document,
    service_type,
    suppression,
    sweep_limits,
    sweep_objective,
    sweep_policy,
    sweep_sampling,
    sweep_space,
    syntax,
    unknown_asset,
    unknown_flag,
    unknown_key,
    unknown_schema,
    unlogged_metric,
    unused,
    unused_suppression,
    wrong_address,
    wrong_type,
    yaml_surprise,
)
from joblens.checks.problem import Problem, Severity
from joblens.checks.settings import DEFAULT, Settings
from joblens.checks.subject import Subject
from joblens.schema.match import Fault
from joblens.text.document import Document

Check = Callable[[Subject], Iterable[Problem]]

CHECKS: tuple[Check, ...] = (
    syntax.problems,
    older_format.problems,
    duplicate_key.problems,
    second_document.problems,
    unknown_schema.problems,
    unknown_key.problems,
    missing_key.problems,
    missing_part.problems,
    wrong_type.problems,
    not_allowed.problems,
    number_range.problems,
    refused_name.problems,
    service_type.problems,
    wrong_address.problems,
    environment_image.problems,
    component_default.problems,
    placeholder.problems,
    placeholder_style.problems,
    placeholder_optional.problems,
    pipeline_binding.problems,
    pipeline_cycle.problems,
    pipeline_spelling.problems,
    pipeline_step_inputs.problems,
    pipeline_type.problems,
    pipeline_compute.problems,
    pipeline_unused.problems,
    sweep_space.problems,
    sweep_sampling.problems,
    sweep_policy.problems,
    sweep_limits.problems,
    sweep_objective.problems,
    yaml_surprise.problems,
    missing_file.problems,
    conda_file.problems,
    mlflow_not_installed.problems,
    missing_script.problems,
    unknown_flag.problems,
    missing_argument.problems,
    refused_argument.problems,
    unlogged_metric.problems,
    other_experiment.problems,
    reference.problems,
    asset_name.problems,
    unknown_asset.problems,
    unused.problems,
)

_OF_ANY_FORMAT: tuple[Check, ...] = (
    syntax.problems,
    duplicate_key.problems,
    second_document.problems,
    older_format.problems,
)
"""What is asked of a file whose format the others do not know: no schema says what it may hold."""

_IDLE = frozenset(
    (
        unused.INPUT,
        unused.OUTPUT,
        unused.HYPERPARAMETER,
        pipeline_unused.CODE,
        pipeline_unused.OUTPUT,
        pipeline_unused.STEP,
    )
)

_DOUBTFUL = (
    missing_key.CODE,
    placeholder.UNDECLARED,
    pipeline_binding.UNKNOWN_STEP,
    pipeline_binding.UNKNOWN_OF_STEP,
    pipeline_binding.UNKNOWN_OF_PIPELINE,
)
"""What the broken place of a text may be the cause of, wherever it stands."""
_OF_FORM = (wrong_type.CODE, not_allowed.CODE)

_CODE = re.compile(r"JL\d{3}")
_OF_OTHER_FILES = "JL8"
"""Checks of files beside the document: the next machine may have what this one lacks."""


def problems(document: Document, settings: Settings = DEFAULT) -> list[Problem]:
    """All that is wrong with the document, in the order of its text; nothing for a file of another tool."""
    return check(Subject(document), settings)


def check(subject: Subject, settings: Settings = DEFAULT) -> list[Problem]:
    """All that is wrong with the subject; keeps what it worked out for whoever asks next."""
    if subject.kind is None:
        return []
    asked = CHECKS if subject.older is None and subject.schema is not None else _OF_ANY_FORMAT
    found = [problem for one in asked for problem in one(subject)]
    found = _not_suppressed(subject, found, settings)
    found = _outside_repeated(subject, found)
    if subject.older is None:
        found = _outside_unknown(subject, found)
    if subject.syntax:
        found = _certain_in_broken_text(subject, found)
    found = _once_in_a_place(found)
    found = settings.applied(found)
    if any(one.severity is not Severity.HINT for one in found):
        found = [one for one in found if one.severity is not Severity.HINT]  # Tidying up can wait.
    if any(not is_idle(one) and one.code != unused_suppression.CODE for one in found):
        found = [one for one in found if not is_idle(one)]  # What is unused may yet be put to use.
    return sorted(found, key=lambda one: (one.span, one.code))


@cache
def codes() -> frozenset[str]:
    """The codes of all checks: the constants of their modules."""
    modules = [unused_suppression, *(sys.modules[one.__module__] for one in CHECKS)]
    constants = [value for module in modules for name, value in vars(module).items() if name.isupper()]
    return frozenset(one for one in constants if isinstance(one, str) and _CODE.fullmatch(one))


def is_idle(problem: Problem) -> bool:
    """Whether it says no more than that something is not used: an editor may fade it."""
    return problem.code in _IDLE and problem.severity is Severity.HINT


def _not_suppressed(subject: Subject, found: list[Problem], settings: Settings) -> list[Problem]:
    """Without what comments suppress; with a hint for each comment that suppresses nothing."""
    comments = suppression.suppressions(subject)
    if not comments:
        return found
    left = [one for one in found if not suppression.suppressed(subject, comments, one)]
    if subject.syntax or subject.older is not None or subject.schema is None:
        return left  # Not all checks were asked, or knew what to say.
    apart = {code for code in codes() if settings.is_off(code) or code.startswith(_OF_OTHER_FILES)}
    idle = unused_suppression.problems(subject, comments, codes(), apart)
    return left + [one for one in idle if not suppression.suppressed(subject, comments, one)]


def _outside_repeated(subject: Subject, found: list[Problem]) -> list[Problem]:
    """Without what stands below a key that stands twice: the user may be about to remove it."""
    inside = [p.value.span for p in subject.tree.repeated if p.value is not None]
    if not inside:
        return found
    return [one for one in found if not any(span.start <= one.span.start < span.end for span in inside)]


def _outside_unknown(subject: Subject, found: list[Problem]) -> list[Problem]:
    """Without what stands below a key that is not known: nobody reads it."""
    inside = [
        pair.value.span
        for one in subject.mismatches
        if one.fault is Fault.UNKNOWN_KEY
        and (pair := subject.tree.pair_at(one.path))
        and pair.value is not None
    ]
    if not inside:
        return found
    return [one for one in found if not any(span.start <= one.span.start < span.end for span in inside)]


def _once_in_a_place(found: list[Problem]) -> list[Problem]:
    """Without what other checks say of a value that is not even of the right form."""
    wrong = {one.span for one in found if one.code in _OF_FORM}
    found = [one for one in found if one.span not in wrong or one.code in _OF_FORM]
    said = {(one.span, one.code, one.message): one for one in found}
    return list(said.values())


def _certain_in_broken_text(subject: Subject, found: list[Problem]) -> list[Problem]:
    """Without what the broken place may have caused: missing keys, and all else in its block."""
    document = subject.document
    broken = {document.line_of(one.span.start) for one in subject.syntax}
    broken |= {document.line_of(span.start) for span in subject.tree.incomplete}
    lines = {line for start in broken for line in _block(document, start)}
    return [
        one
        for one in found
        if one.code == syntax.CODE
        or (one.code not in _DOUBTFUL and document.line_of(one.span.start) not in lines)
    ]


def _block(document: Document, start: int) -> range:
    """The lines from `start` up to the next one that begins without indentation."""
    end = start + 1
    while end < len(document.line_starts) and document.line_text(end)[:1] in ("", " ", "\t", "#"):
        end += 1
    return range(start, end)
