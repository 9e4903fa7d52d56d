"""Files of two formats that lasted for months: before the preview of 2021, and between it and today's.

Told by keys that no other format has; a key that the schema of its own format knows is never a mark.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from joblens.job.detect import Kind
from joblens.job.model import Dialect
from joblens.text.nodes import Mapping, Node, Pair, Scalar, Span
from joblens.text.tree import Tree

_WORK = ("commandJob", "sweepJob")


class Era(Enum):
    """A format that is neither the preview's nor today's."""

    BEFORE_PREVIEW = "the private preview (2020 to April 2021)"
    AFTER_PREVIEW = "the second preview (September 2021 to March 2022)"


@dataclass(frozen=True, slots=True)
class Mark:
    """The first key or value that tells the format.

    A binding without `parent.` is none: a check of its own says it better.
    """

    era: Era
    span: Span
    said: str


def mark(tree: Tree, kind: Kind) -> Mark | None:
    """What tells that a file is of such a format; None for nearly all files."""
    root = tree.resolved(tree.root)
    if not isinstance(root, Mapping):
        return None
    fields = _Fields(tree)
    if kind.name in _WORK and kind.dialect is Dialect.PREVIEW:
        return next(fields.before_preview(root), None)
    if kind.dialect is Dialect.TODAY and kind.name in (*_WORK, "pipelineJob", "commandComponent"):
        return next(fields.after_preview(root), None)
    return None


class _Fields:
    def __init__(self, tree: Tree) -> None:
        self._tree = tree

    def before_preview(self, root: Mapping) -> Iterator[Mark]:
        """Marks of the private preview."""
        work = [root, *self._maps(root, "trial")]
        places = [
            (root, "job_type max_total_runs max_concurrent_runs max_duration_minutes"),
            *((code, "directory") for one in work for code in self._maps(one, "code")),
            *((compute, "node_count") for one in work for compute in self._maps(one, "compute")),
            *((policy, "spec") for policy in self._maps(root, "early_termination")),
            *((one, "spec") for space in self._maps(root, "search_space") for one in self._maps(space)),
            *((limits, "max_total_runs max_concurrent_runs") for limits in self._maps(root, "limits")),
        ]
        yield from self._keys(Era.BEFORE_PREVIEW, places)
        given = [
            value for one in work for inputs in self._maps(one, "inputs") for value in self._maps(inputs)
        ]
        yield from self._words(Era.BEFORE_PREVIEW, given, "mode", ("Mount", "Download"))

    def after_preview(self, root: Mapping) -> Iterator[Mark]:
        """Marks of the second preview."""
        steps = [step for jobs in self._maps(root, "jobs") for step in self._maps(jobs)]
        trials = [trial for one in (root, *steps) for trial in self._maps(one, "trial")]
        places: list[tuple[Mapping, str]] = []
        for one in (root, *steps, *trials):
            places += [(code, "local_path") for code in self._maps(one, "code")]
            for environment in self._maps(one, "environment"):
                places += [(build, "local_path") for build in self._maps(environment, "build")]
            for inputs in self._maps(one, "inputs"):
                places += [(value, "file folder dataset") for value in self._maps(inputs)]
        yield from self._keys(Era.AFTER_PREVIEW, places)
        yield from self._words(Era.AFTER_PREVIEW, steps, "type", ("component", "component_job"))

    def _words(self, era: Era, mappings: list[Mapping], key: str, words: tuple[str, ...]) -> Iterator[Mark]:
        for mapping in mappings:
            pair = self._tree.entries(mapping).get(key)
            value = self._tree.resolved(pair.value) if pair is not None else None
            if isinstance(value, Scalar) and value.value in words:
                yield Mark(era, value.span, f"{key}: {value.value}")

    def _keys(self, era: Era, places: list[tuple[Mapping, str]]) -> Iterator[Mark]:
        for mapping, keys in places:
            names = keys.split()
            for pair in mapping.pairs:
                if isinstance(pair.key, Scalar) and pair.key.value in names and _says_something(pair):
                    yield Mark(era, pair.key.span, pair.key.value)

    def _maps(self, mapping: Mapping, key: str | None = None) -> list[Mapping]:
        """The mappings right below, or the one under a key."""
        if key is None:
            values: list[Node | None] = [pair.value for pair in mapping.pairs]
        else:
            pair = self._tree.entries(mapping).get(key)
            values = [pair.value] if pair is not None else []
        found = [self._tree.resolved(value) for value in values]
        return [value for value in found if isinstance(value, Mapping)]


def _says_something(pair: Pair) -> bool:
    """Whether the key is finished: one without a value may be on its way to another word."""
    return pair.colon is not None and pair.value is not None
