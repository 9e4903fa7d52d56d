"""Code lenses: what can be done with the job in this file, shown above its first key."""

from __future__ import annotations

from dataclasses import dataclass

from joblens.checks.subject import Subject
from joblens.features.trials import trials
from joblens.text.nodes import Mapping, Span

_JOBS = frozenset({"commandJob", "sweepJob", "pipelineJob"})


@dataclass(frozen=True, slots=True)
class Lens:
    """A link above a line: what it says, and the editor's command that it runs."""

    title: str
    command: str
    span: Span


def lenses(subject: Subject) -> list[Lens]:
    """The lenses of a job; none for a file that nothing can run."""
    root = subject.tree.root
    if (
        subject.kind is None
        or subject.kind.name not in _JOBS
        or not isinstance(root, Mapping)
        or not root.pairs
    ):
        return []
    span = root.pairs[0].key.span
    found = []
    if subject.kind.name == "sweepJob":
        found += [
            Lens(f"$(play) Run sweep locally{_size(subject)}", "joblens.runLocally", span),
            Lens("$(beaker) Run one trial", "joblens.runTrial", span),
        ]
    elif subject.kind.name == "commandJob":
        found.append(Lens("$(play) Run locally", "joblens.runLocally", span))
    if found:
        found.append(Lens("Dry run", "joblens.dryRun", span))
    return [*found, Lens("$(cloud-upload) Submit to cluster", "joblens.submit", span)]


def _size(subject: Subject) -> str:
    count = trials(subject)
    return f" ({count} trial{'s' if count != 1 else ''})" if count else ""
