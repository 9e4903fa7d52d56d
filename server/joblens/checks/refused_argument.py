"""JL825: a value that the script refuses for its flag: it ends at once, after the wait for a machine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from joblens.checks.problem import Problem, Severity, did_you_mean, one_of, replacement, shortened
from joblens.checks.subject import Subject
from joblens.schema.near import nearest

if TYPE_CHECKING:
    from joblens.checks.command_lines import CommandLine
    from joblens.script.accepted import Option

CODE = "JL825"


def problems(subject: Subject) -> Iterator[Problem]:
    """Every value in a command that is no number, or none of the choices, where the script asks for one."""
    # Steps may share a command through an anchor.
    yield from dict.fromkeys(_problems(subject))


def _problems(subject: Subject) -> Iterator[Problem]:
    for line in subject.command_lines:
        for at, option in line.usage.refused:
            yield _problem(subject, line, at, option)


def _problem(subject: Subject, line: CommandLine, at: int, option: Option) -> Problem:
    word = line.run.arguments[at]
    flag, joined, value = word.text.rpartition("=") if word.text.startswith("-") else ("", "", word.text)
    script, span = shortened(line.run.script.text, 26), line.launch.span(word)
    # What belongs to an optional input is dropped as long as that has no value.
    severity = Severity.WARNING if word.optional else Severity.ERROR
    said = f"'{shortened(option.name, 26)}' of '{script}' cannot be '{shortened(value, 20)}'"
    if not option.choices:
        wanted = "a whole number" if option.number is int else "a number"
        return Problem(CODE, f"{said}: {wanted} is expected.", span, severity)
    words = [str(one) for one in option.choices]
    meant = nearest(value, words)
    if meant is None:
        return Problem(CODE, one_of(f"{said}. Allowed:", words), span, severity)
    written = subject.document.text[slice(*span)] == word.text
    fix = replacement(f"{flag}{joined}{meant}", span) if written else None
    return Problem(CODE, did_you_mean(f"{said}.", meant), span, severity, fix)
