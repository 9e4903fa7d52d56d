"""The mappings of a document that say what is run: the job, its trial, its steps and their components."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from joblens.job.fields import Fields
from joblens.text.nodes import Mapping, Path
from joblens.text.tree import Tree

Body: TypeAlias = tuple[Path, Fields]
"""The place of such a mapping, and what it says."""


def bodies(tree: Tree) -> Iterator[Body]:
    """Each with its place, the outer ones first."""
    root = tree.resolved(tree.root)
    if isinstance(root, Mapping):
        yield from _within((), Fields(root, tree))


def _within(path: Path, fields: Fields) -> Iterator[Body]:
    yield path, fields
    for key in ("trial", "component"):
        below = fields.below(key)
        if below is not None:
            yield from _within((*path, key), below)
    for entry in (fields.below("jobs") if not path else None) or ():
        step = fields.of(entry.value)
        if step is not None:
            yield from _within(("jobs", entry.key.value), step)
