"""The text of a command as the shell will see it, where what placeholders become is not yet known."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass

from joblens.job.expressions import expressions, groups
from joblens.job.model import Dialect

ONE = "\ue000"
"""Stands for text without blanks that is known only when the command runs."""
MANY = "\ue001"
"""Stands for any text that is known only when the command runs; unquoted, it may be several words or none."""
OPEN, CLOSE = "\ue002", "\ue003"
"""Around a part that is dropped where its input has no value."""

_PLAIN = ("outputs", "search_space")


class UnclearError(Exception):
    """The command is not understood, so nothing may be said of it."""


@dataclass(frozen=True, slots=True)
class Text:
    """Characters, and the place in the command that each came from."""

    characters: str
    starts: Sequence[int]
    ends: Sequence[int]


def filled(command: str, dialect: Dialect, plain_inputs: Set[str]) -> Text:
    """The command with a single character in place of each placeholder, and of each bracket of a group.

    `plain_inputs` are the inputs that become text without blanks, as outputs and hyperparameters do.
    """
    replaced: dict[int, tuple[int, str]] = {}
    for found in expressions(command, dialect):
        if not found.closed:
            raise UnclearError
        is_plain = found.context in _PLAIN or (found.context == "inputs" and found.name in plain_inputs)
        replaced[found.start] = (found.end, ONE if is_plain else MANY)
    if dialect is Dialect.TODAY:
        for group in groups(command):
            replaced[group.start] = (group.start + 3, OPEN)
            replaced[group.end - 2] = (group.end, CLOSE)
    if not replaced:
        return Text(command, range(len(command)), range(1, len(command) + 1))
    return _with(command, replaced)


def _with(command: str, replaced: dict[int, tuple[int, str]]) -> Text:
    characters, starts, ends = [], [], []
    at = 0
    while at < len(command):
        end, character = replaced.get(at, (at + 1, command[at]))
        characters.append(character)
        starts.append(at)
        ends.append(end)
        at = end
    return Text("".join(characters), starts, ends)
