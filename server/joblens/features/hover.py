"""Hover: what the key under the cursor means, or what a placeholder stands for."""

from __future__ import annotations

from dataclasses import dataclass

from joblens.checks.subject import Subject
from joblens.features.about_reference import about_reference
from joblens.features.occurrences import at, occurrences
from joblens.features.placeholder_names import told
from joblens.job.known_names import KnownNames
from joblens.job.occurrences import Name, Occurrence
from joblens.schema.find import Known, find
from joblens.text.document import Document
from joblens.text.nodes import Pair, Path, Scalar, Span

_NOUN = {"inputs": "Input", "outputs": "Output", "search_space": "Hyperparameter", "jobs": "Step"}
_MOST_LINES = 12
_CONTAINERS = ("a list", "a mapping", "nothing")


@dataclass(frozen=True, slots=True)
class Hover:
    """Markdown to show, and the text that it speaks of."""

    markdown: str
    span: Span


def hover(subject: Subject, offset: int, known: KnownNames | None = None) -> Hover | None:
    """What there is to say of the text at `offset`; `known` are the names of assets."""
    found = _of_placeholder(subject, offset)
    if found is None and known is not None:
        found = _of_reference(subject, offset, known)
    return found or _of_key(subject, offset)


def _of_reference(subject: Subject, offset: int, known: KnownNames) -> Hover | None:
    """What the asset is that a value refers to."""
    path = subject.tree.path_at(offset)
    node = subject.tree.node_at(path) if path else None
    if not isinstance(node, Scalar) or not node.span.start <= offset <= node.span.end:
        return None
    about = about_reference(subject, path, node.value, known)
    return Hover(about, node.span) if about is not None else None


def _of_placeholder(subject: Subject, offset: int) -> Hover | None:
    """What declares the name in a placeholder, and what that is bound to in its turn."""
    document = subject.document
    if "{" not in document.line_text(document.line_of(offset)):
        return None  # at once: finding names costs more the longer the file is
    found = occurrences(subject, offset)
    if not found or at(found, offset).declared_by is not None:
        return None
    here = at(found, offset)
    parts: dict[Name, str] = {}
    while found and found[0].name not in parts:
        name = found[0].name
        declared = next((one.declared_by for one in found if one.declared_by is not None), None)
        if declared is None:
            break
        title = f"**{_NOUN[name.context]} {name.text}**{_worth(subject, declared)}"
        parts[name] = f"{title}\n\n```yaml\n{_source(subject.document, declared)}\n```"
        found = _bound_to(subject, declared)
    return Hover("\n\nbound to\n\n".join(parts.values()), here.reach) if parts else None


def _worth(subject: Subject, pair: Pair) -> str:
    """The type and the value that a run would use, where the entry says them itself."""
    worth = told(subject.tree, pair)
    return f" · {worth}" if worth and "${{" not in worth else ""


def _bound_to(subject: Subject, pair: Pair) -> list[Occurrence]:
    """The places of the name that an entry's value stands for."""
    value = pair.value
    if not isinstance(value, Scalar) or not value.value.startswith("${{parent."):
        return []
    return occurrences(subject, value.span.end - 3)


def _source(document: Document, pair: Pair) -> str:
    end = pair.value.span.end if pair.value is not None else pair.key.span.end
    lines = _unindented(document.text[pair.key.span.start : end].rstrip()).splitlines()
    return "\n".join(lines if len(lines) <= _MOST_LINES else [*lines[:_MOST_LINES], "  ..."])


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
    span, value = pair.key.span, pair.value
    on_value = not span.start <= offset <= span.end
    if on_value:
        if not isinstance(value, Scalar) or not value.span.start <= offset <= value.span.end:
            return None
        span = value.span
    known = find(subject.schema, subject.tree, path)
    if known is None:
        return None
    meaning = known.meaning(value.value) if on_value and isinstance(value, Scalar) else None
    if meaning is not None and isinstance(value, Scalar):
        return Hover(f"**{value.value}** · {pair.key.value}\n\n{meaning}", span)
    return Hover(described(pair.key.value, known) + _declared_by_component(subject, path), span)


def _declared_by_component(subject: Subject, path: Path) -> str:
    """How the component of a step declares what the step gives or takes at `path`."""
    match path:
        case ("jobs", str(name), "inputs" | "outputs" | "search_space" as what, str(key)):
            step = subject.pipeline.steps.get(name) if subject.pipeline is not None else None
        case _:
            return ""
    component = step.component if step is not None else None
    if component is None:
        return ""
    declared = (component.outputs if what == "outputs" else component.inputs).get(key)
    if declared is None:
        return ""
    source = _source(component.document or subject.document, declared.pair)
    return f"\n\nThe component declares it as\n\n```yaml\n{source}\n```"


def described(name: str, known: Known) -> str:
    """A key as hover and completion describe it."""
    about = known.description
    facts = [_types(known)] if known.types else []
    if known.required:
        facts.append("required")
    if known.read_only and not about.startswith("Read-only"):
        facts.append("read-only")
    if known.default is not None and "Default:" not in about:
        facts.append(f"default `{known.default}`")
    parts = [f"**{name}**" + (f" · {', '.join(facts)}" if facts else ""), about, _allowed(known)]
    return "\n\n".join(part for part in parts if part)


def _types(known: Known) -> str:
    names = sorted(known.types, key=lambda name: name in _CONTAINERS)
    if "a number" in names:
        names = [name for name in names if name != "a whole number"]
    if len(names) > 1:
        names = ["a boolean" if name == "true or false" else name for name in names]
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last


def _allowed(known: Known) -> str:
    """The words for a value, where the type and the description do not name them already."""
    words = [f"`{word}`" for word in known.words]
    if set(words) <= {"`true`", "`false`"} or all(word in known.description for word in words):
        return ""
    return ("Allowed: " if known.only_words else "Known: ") + ", ".join(words)
