"""Hover: what the key under the cursor means, or what a placeholder stands for."""

from __future__ import annotations

from dataclasses import dataclass

from joblens.checks.subject import Subject
from joblens.features.placeholders import placeholder_at
from joblens.schema.find import Known, find
from joblens.text.nodes import Scalar, Span

_NOUN = {"inputs": "Input", "outputs": "Output", "search_space": "Hyperparameter"}


@dataclass(frozen=True, slots=True)
class Hover:
    """Markdown to show, and the text that it speaks of."""

    markdown: str
    span: Span


def hover(subject: Subject, offset: int) -> Hover | None:
    """What there is to say of the text at `offset`."""
    return _of_placeholder(subject, offset) or _of_key(subject, offset)


def _of_placeholder(subject: Subject, offset: int) -> Hover | None:
    found = placeholder_at(subject, offset)
    if found is None:
        return None
    declared = (found.scope.declared(found.context) or {}).get(found.name)
    if declared is None:
        return None
    end = declared.value.span.end if declared.value is not None else declared.key.span.end
    source = subject.document.text[declared.key.span.start : end].rstrip()
    title = f"**{_NOUN[found.context]} {found.name}**"
    return Hover(f"{title}\n\n```yaml\n{_unindented(source)}\n```", found.span)


def _unindented(source: str) -> str:
    first, *rest = source.splitlines()
    margin = min((len(line) - len(line.lstrip()) for line in rest if line.strip()), default=0)
    return "\n".join([first, *("  " + line[margin:] for line in rest)])


def _of_key(subject: Subject, offset: int) -> Hover | None:
    if subject.schema is None:
        return None
    path = subject.tree.path_at(offset)
    pair = subject.tree.pair_at(path)
    if pair is None or not isinstance(pair.key, Scalar):
        return None
    span = pair.key.span
    if not span.start <= offset <= span.end:
        value = pair.value
        if not isinstance(value, Scalar) or not value.span.start <= offset <= value.span.end:
            return None
        span = value.span
    known = find(subject.schema, subject.tree, path)
    if known is None:
        return None
    return Hover(described(pair.key.value, known), span)


def described(name: str, known: Known) -> str:
    """A key as hover and completion describe it."""
    facts = list(known.types)
    if known.required:
        facts.append("required")
    if known.default is not None:
        facts.append(f"default `{known.default}`")
    parts = [f"**{name}**" + (f" · {', '.join(facts)}" if facts else "")]
    if known.description:
        parts.append(known.description)
    if known.words:
        parts.append("Allowed: " + ", ".join(f"`{word}`" for word in known.words))
    return "\n\n".join(parts)
