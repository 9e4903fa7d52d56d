"""JL821: a flag that the script does not define: it ends at once, after the wait for a machine."""

from __future__ import annotations

from collections.abc import Iterator

from joblens.checks.problem import Problem, Severity, did_you_mean, one_of, replacement, shortened
from joblens.checks.subject import Subject
from joblens.schema.near import nearest

CODE = "JL821"


def problems(subject: Subject) -> Iterator[Problem]:
    """Every flag that a script refuses."""
    # Steps may share a command through an anchor.
    yield from dict.fromkeys(_problems(subject))


def _problems(subject: Subject) -> Iterator[Problem]:
    for line in subject.command_lines:
        for at in line.usage.unknown:
            word = line.run.arguments[at]
            flag = word.text.partition("=")[0]
            span = line.launch.beginning(word, len(flag))
            left = [name for option in line.usage.left for name in option.names if len(name) > 2]
            meant = nearest(flag, left)
            message = f"'{shortened(line.run.script.text, 26)}' has no flag '{shortened(flag, 26)}'."
            # What belongs to an optional input is dropped as long as that has no value.
            severity = Severity.WARNING if word.optional else Severity.ERROR
            if meant is not None:
                fix = replacement(meant, span) if subject.document.text[slice(*span)] == flag else None
                yield Problem(CODE, did_you_mean(message, meant), span, severity, fix)
            else:
                others = [one.name for one in line.usage.left if not one.ends]
                told = one_of(f"{message} It also takes:", others) if others else f"{message} Remove it."
                yield Problem(CODE, told, span, severity)
