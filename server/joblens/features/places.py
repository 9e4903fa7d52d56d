"""Every place of the name under the cursor: in its own file, in a component's file, and where that is used.

An input of a step is the input of the component that it runs: where that lies in a file, both have one name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from joblens.checks.subject import Subject
from joblens.features.occurrences import at, occurrences
from joblens.job.disk import Disk
from joblens.job.occurrences import Name, Occurrence
from joblens.job.pipeline import Step
from joblens.text.document import Document

_SHARED = ("inputs", "outputs")
_MOST_FILES = 200
"""Files of a folder that are looked through for who uses a component."""


@dataclass(frozen=True, slots=True)
class Place:
    """One place of a name, and the document that it is in."""

    document: Document
    occurrence: Occurrence
    declares: bool
    """Whether the name gets its meaning here; a step that runs a component gives it a value only."""


def places(subject: Subject, offset: int) -> list[Place]:
    """Every place of the name at `offset`, those of its own file first; empty where there is none."""
    here = occurrences(subject, offset)
    if not here:
        return []
    name = at(here, offset).name
    component = _component_of(subject, name)
    if component is None or subject.disk is None:
        return [Place(subject.document, one, _declares(one)) for one in here]
    own = [Place(subject.document, one, _declares(one) and not name.owner) for one in here]
    found = [*own, *_in_component(subject, component, name)]
    for user in _users(subject, component):
        found += _in_user(user, component, name)
    return _distinct(found)


def component_steps(subject: Subject, path: Path) -> Iterator[Step]:
    """The steps of a pipeline that run the component in a file, and share its names."""
    for step in subject.pipeline.steps.values() if subject.pipeline is not None else ():
        document = step.component.document if step.component is not None else None
        if document is not None and document.path == path and step.kind != "sweep":
            yield step


def _component_of(subject: Subject, name: Name) -> Path | None:
    """The component's file that gives a name its meaning: this very file, or the one that a step names."""
    if name.context not in _SHARED:
        return None
    if not name.owner:
        is_component = subject.kind is not None and subject.kind.name.endswith("Component")
        return subject.document.path if is_component else None
    if subject.pipeline is None or len(name.owner) != 2:
        return None
    step = subject.pipeline.steps.get(str(name.owner[1]))
    if step is None or step.component is None or step.kind == "sweep":
        return None
    return step.component.document.path if step.component.document is not None else None


def _in_component(subject: Subject, path: Path, name: Name) -> list[Place]:
    assert subject.disk is not None
    document = subject.document if path == subject.document.path else subject.disk.document(path)
    if document is None:
        return []
    component = subject if document is subject.document else subject.neighbour(document)
    wanted = Name((), name.context, name.text)
    return [Place(document, one, _declares(one)) for one in component.occurrences if one.name == wanted]


def _declares(one: Occurrence) -> bool:
    return one.declared_by is not None


def _in_user(user: Subject, path: Path, name: Name) -> Iterator[Place]:
    wanted = {Name(("jobs", step.name), name.context, name.text) for step in component_steps(user, path)}
    for one in user.occurrences:
        if one.name in wanted:
            yield Place(user.document, one, declares=False)


def _users(subject: Subject, component: Path) -> Iterator[Subject]:
    """The pipelines near a component's file that may run it, this one first."""
    assert subject.disk is not None
    yield subject
    for path in _yaml_files(subject.disk, component):
        text = subject.disk.text(path)
        if path == subject.document.path or text is None or component.name not in text:
            continue
        document = subject.disk.document(path)
        if document is not None:
            yield subject.neighbour(document)


def _yaml_files(disk: Disk, component: Path) -> Iterator[Path]:
    folders = dict.fromkeys((disk.folder, component.parent, component.parent.parent))
    for folder in folders:
        names = [name for name in disk.names(folder) if name.lower().endswith((".yml", ".yaml"))]
        yield from (folder / name for name in names[:_MOST_FILES])


def _distinct(found: list[Place]) -> list[Place]:
    return list({(id(one.document), one.occurrence.span): one for one in found}.values())
