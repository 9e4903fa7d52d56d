"""JL822: something that the script requires is not in the command: it ends at once, after the wait."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from joblens.checks.problem import Fix, Problem, listed, shortened
from joblens.checks.subject import Subject
from joblens.job.launches import Launch
from joblens.job.model import Dialect
from joblens.text.nodes import Span

if TYPE_CHECKING:
    from joblens.checks.command_lines import CommandLine

CODE = "JL822"


def problems(subject: Subject) -> Iterator[Problem]:
    """Every start of a script without all that it requires."""
    # Steps may share a command through an anchor.
    yield from dict.fromkeys(_problems(subject))


def _problems(subject: Subject) -> Iterator[Problem]:
    for line in subject.command_lines:
        # A flag that the script does not know may be meant for one that it requires.
        if line.usage.missing and not line.usage.unknown and not _passes_by_itself(line.launch):
            names = [option.name for option in line.usage.missing]
            script = shortened(line.run.script.text, 30)
            message = f"'{script}' requires {listed(names, 40)}. Add it to the command."
            if len(names) > 1:
                message = f"'{script}' requires {listed(names, 40)}. Add them to the command."
            yield Problem(CODE, message, line.launch.span(line.run.script), fix=_fix(line, names))


def _passes_by_itself(launch: Launch) -> bool:
    """Whether the preview gives all hyperparameters to the script: it did while no command named them."""
    scope = launch.scope
    swept = scope.dialect is Dialect.PREVIEW and scope.search_space is not None
    return swept and "{search_space." not in scope.command.value


def _fix(line: CommandLine, names: list[str]) -> Fix | None:
    """Give each flag the input of the same name, if all have one."""
    last = (line.run.script, *line.run.arguments)[-1]
    command = line.launch.scope.command.value
    start, end = line.launch.span(last)
    quoted = command[last.end : last.end + 1] in tuple("'\"")
    written = line.launch.text[start:end] == command[last.start : last.end]
    values = [_value(line.launch, name) for name in names]
    if not written or quoted or last.optional or not all(values):
        return None
    added = " ".join(f"{name} {value}" for name, value in zip(names, values, strict=True))
    return Fix(f"Add '{shortened(added)}'", Span(end, end), f" {added}")


def _value(launch: Launch, flag: str) -> str | None:
    """The placeholder of the input or hyperparameter that has the name of a flag."""
    if not flag.startswith("--"):
        return None
    scope = launch.scope
    for context in ("search_space", "inputs", "outputs"):
        for name in scope.declared(context) or ():
            if _folded(name) == _folded(flag[2:]):
                body = f"{context}.{name}"
                return f"{{{body}}}" if scope.dialect is Dialect.PREVIEW else f"${{{{{body}}}}}"
    return None


def _folded(name: str) -> str:
    return name.replace("-", "_").casefold()
