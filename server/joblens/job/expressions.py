"""Expressions in a command or a path: which there are, what each refers to, and the text with values put in.

Alone knows how `${{...}}` and `$[[...]]` (today) and `{inputs.x}` (preview) are written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from joblens.job.model import Dialect


@dataclass(frozen=True, slots=True)
class Expression:
    """One reference; all places are indexes into the text it was found in."""

    raw: str
    context: str
    """All before the name, without its dot: `inputs`, `outputs`, `search_space`, `parent.inputs`,
    `parent.jobs.STEP.outputs`, an unknown word; empty for `${{name}}` and its like."""
    name: str
    start: int
    end: int
    name_start: int
    name_end: int
    closed: bool = True
    """False while the closing braces are missing."""
    step: str | None = None
    """The step whose output or input is meant."""
    step_start: int = 0
    step_end: int = 0
    optional: bool = False
    """Inside `$[[...]]`: dropped with its surroundings when there is no value."""

    @property
    def spaced(self) -> bool:
        """Has blanks inside its braces."""
        return any(character.isspace() for character in self.raw)


@dataclass(frozen=True, slots=True)
class Group:
    """An optional part of a command: `$[[ --flag ${{inputs.x}} ]]`; `end` is behind its brackets."""

    start: int
    end: int


_CLOSED = r"\$\{\{(?P<body>[^{}\n]*)\}\}"
_UNCLOSED = r"\$\{\{(?P<open>[ \t]*[\w.\-]*)\}?"
_TODAY = re.compile(f"{_CLOSED}|{_UNCLOSED}")
# The preview client's own pattern, and what it becomes while it is typed; all other braces are the shell's.
_PREVIEW_BODY = r"(?:inputs|search_space)\.[\w.\-]*"
_PREVIEW = re.compile(rf"\{{(?:(?P<body>{_PREVIEW_BODY})\}}|(?P<open>{_PREVIEW_BODY}))")
# A component's command, in the few weeks of 2021 when it had these; its outputs were no job's yet.
_COMPONENT = re.compile(r"(?<!\$\{)\{(?P<body>(?:inputs|outputs)\.[\w.\-]+)\}")
_GROUP = re.compile(r"\$\[\[(.*?)\]\]", re.DOTALL)


def expressions(text: str, dialect: Dialect) -> Sequence[Expression]:
    """All expressions of `text` in their order, the unclosed ones included."""
    return _expressions(text, dialect) if ("${{" if dialect is Dialect.TODAY else "{") in text else ()


@lru_cache(maxsize=2048)  # several checks ask, and most texts stay the same as others are typed in
def _expressions(text: str, dialect: Dialect) -> tuple[Expression, ...]:
    if dialect is Dialect.PREVIEW:
        return tuple(_expression(match, 1) for match in _PREVIEW.finditer(text))
    within = groups(text)
    return tuple(
        _expression(match, 3, any(group.start < match.start() < group.end for group in within))
        for match in _TODAY.finditer(text)
    )


def component_placeholders(text: str) -> list[Expression]:
    """The placeholders of a component of the preview; those of today are none of them."""
    return [_expression(match, 1) for match in _COMPONENT.finditer(text)]


def groups(text: str) -> list[Group]:
    """The optional groups of `text`, today's dialect only."""
    return [Group(match.start(), match.end()) for match in _GROUP.finditer(text)]


def substitute(text: str, values: Mapping[tuple[str, str], str], dialect: Dialect) -> str:
    """`text` with each expression replaced by its value under (context, name).

    An expression without a value stays as it is; inside an optional group it drops the group.
    """
    if dialect is Dialect.PREVIEW:
        return _replace(text, values, dialect)
    return _replace(_GROUP.sub(lambda group: _group_text(group[1], values), text), values, dialect)


def _group_text(inner: str, values: Mapping[tuple[str, str], str]) -> str:
    references = expressions(inner, Dialect.TODAY)
    if all((found.context, found.name) in values for found in references):
        return inner
    return ""


def _replace(text: str, values: Mapping[tuple[str, str], str], dialect: Dialect) -> str:
    parts: list[str] = []
    done = 0
    for found in expressions(text, dialect):
        value = values.get((found.context, found.name)) if found.closed else None
        if value is not None:
            parts += (text[done : found.start], value)
            done = found.end
    return "".join((*parts, text[done:]))


def _expression(match: re.Match[str], opening: int, optional: bool = False) -> Expression:
    closed = match["body"] is not None
    written = match["body"] if closed else match["open"]
    body = written.strip()
    body_start = match.start() + opening + len(written) - len(written.lstrip())
    context, name = _split(body)
    name_start = body_start + len(body) - len(name)
    step, step_start = _step(context, body_start)
    return Expression(
        raw=match[0],
        context=context,
        name=name,
        start=match.start(),
        end=match.end(),
        name_start=name_start,
        name_end=name_start + len(name),
        closed=closed,
        step=step,
        step_start=step_start,
        step_end=step_start + len(step or ""),
        optional=optional,
    )


def _split(body: str) -> tuple[str, str]:
    """The context and the name; a name may have dots (`inputs.group.x`)."""
    words = body.split(".")
    depth = 2 if words[0] == "parent" else 1
    if words[:depth][-1] == "jobs":
        depth += 2
    depth = min(depth, len(words) - 1)
    return ".".join(words[:depth]), ".".join(words[depth:])


def _step(context: str, start: int) -> tuple[str | None, int]:
    words = context.split(".")
    if "jobs" not in words[:2]:
        return None, 0
    place = words.index("jobs") + 1
    if place >= len(words):
        return None, 0
    return words[place], start + sum(len(word) + 1 for word in words[:place])
