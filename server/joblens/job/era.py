"""Files of two formats that lasted for months: before the preview of 2021, and between it and today's.

Told by keys that no other format has; a key that the schema of its own format knows is never a mark.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from joblens.job.detect import Kind
from joblens.job.model import Dialect
from joblens.text.nodes import Mapping, Node, Pair, Scalar, Sequence, Span
from joblens.text.tree import Tree

_WORK = ("commandJob", "sweepJob")


class Era(Enum):
    """A format that is neither the preview's nor today's."""

    BEFORE_PREVIEW = "the private preview (2020 to April 2021)"
    AFTER_PREVIEW = "the second preview (September 2021 to March 2022)"


@dataclass(frozen=True, slots=True)
class Mark:
    """The first key or value that tells the format."""

    era: Era
    span: Span
    said: str


def mark(tree: Tree, kind: Kind) -> Mark | None:
    """What tells that a file is of such a format; None for nearly all files."""
    root = tree.resolved(tree.root)
    if not isinstance(root, Mapping):
        return None
    if kind.dialect is Dialect.PREVIEW and kind.name != "data":
        return next(_BeforePreview(tree).marks(root), None) if kind.name in _WORK else None
    return next(_AfterPreview(tree).marks(kind.name, root), None)


class _Fields:
    era: Era

    def __init__(self, tree: Tree) -> None:
        self._tree = tree

    def _keys(self, keys: str, *places: Mapping) -> Iterator[Mark]:
        """The keys among these that say something."""
        names = keys.split()
        for mapping in places:
            for pair in mapping.pairs:
                if isinstance(pair.key, Scalar) and pair.key.value in names and _says_something(pair):
                    yield Mark(self.era, pair.key.span, pair.key.value)

    def _words(self, key: str, words: str, *places: Mapping) -> Iterator[Mark]:
        """The values of a key that are one of these words."""
        for mapping in places:
            value = self._value(mapping, key)
            if isinstance(value, Scalar) and value.value in words.split():
                yield Mark(self.era, value.span, f"{key}: {value.value}")

    def _maps(self, mapping: Mapping, *way: str) -> list[Mapping]:
        """The mapping at the end of a way of keys; a `*` goes to all values."""
        found = [mapping]
        for key in way:
            values = [
                value
                for one in found
                for value in (self._values(one) if key == "*" else [self._value(one, key)])
            ]
            found = [value for value in values if isinstance(value, Mapping)]
        return found

    def _value(self, mapping: Mapping, key: str) -> Node | None:
        pair = self._tree.entries(mapping).get(key)
        return self._tree.resolved(pair.value) if pair is not None else None

    def _values(self, mapping: Mapping) -> list[Node | None]:
        return [self._tree.resolved(pair.value) for pair in mapping.pairs]


class _BeforePreview(_Fields):
    era = Era.BEFORE_PREVIEW

    def marks(self, root: Mapping) -> Iterator[Mark]:
        """Marks of the private preview."""
        work = [root, *self._maps(root, "trial")]
        yield from self._keys("job_type max_total_runs max_concurrent_runs max_duration_minutes", root)
        yield from self._keys(
            "max_total_runs max_concurrent_runs max_duration_minutes", *self._maps(root, "limits")
        )
        yield from self._keys("spec", *self._maps(root, "early_termination"))
        yield from self._keys("spec", *self._maps(root, "search_space", "*"))
        yield from self._keys("distributed", *work)
        for one in work:
            yield from self._keys("directory", *self._maps(one, "code"))
            yield from self._keys("node_count", *self._maps(one, "compute"))
            yield from self._words("mode", "Mount Download", *self._maps(one, "inputs", "*"))


class _AfterPreview(_Fields):
    era = Era.AFTER_PREVIEW

    def marks(self, kind: str, root: Mapping) -> Iterator[Mark]:
        """Marks of the second preview."""
        if kind in (*_WORK, "commandComponent"):
            yield from self._of_work(root, *self._maps(root, "trial"))
        elif kind == "pipelineJob":
            yield from self._of_pipeline(root)
        elif kind == "environment":
            yield from self._keys("local_path", *self._maps(root, "build"))
        elif kind == "model":
            yield from self._keys("model_format", root)
        elif kind == "data":
            yield from self._of_data(root)
        elif kind.endswith("Deployment"):
            yield from self._of_deployment(root)
        if kind == "commandComponent":
            yield from self._of_component(root)

    def _of_work(self, *places: Mapping) -> Iterator[Mark]:
        for one in places:
            yield from self._keys("local_path", *self._maps(one, "code"))
            yield from self._keys("local_path", *self._maps(one, "environment", "build"))
            yield from self._keys("file folder dataset", *self._maps(one, "inputs", "*"))

    def _of_pipeline(self, root: Mapping) -> Iterator[Mark]:
        steps = self._maps(root, "jobs", "*")
        yield from self._words("type", "pipeline_job", root)
        yield from self._of_work(root, *steps, *self._maps(root, "jobs", "*", "trial"))
        yield from self._words("type", "component component_job", *steps)
        yield from self._keys("defaults", root)
        yield from self._keys("environment component_job datastore", *self._maps(root, "settings"))
        if not self._is_todays_pipeline(root, steps):
            yield from self._bindings_to_steps(steps)

    def _bindings_to_steps(self, steps: list[Mapping]) -> Iterator[Mark]:
        """`${{jobs...}}`: written so by no one else; `${{inputs...}}` may be meant for the command."""
        for value in self._bound(steps):
            if _BARE.match(value.value):
                yield Mark(self.era, value.span, value.value)

    def _is_todays_pipeline(self, root: Mapping, steps: list[Mapping]) -> bool:
        """Whether something else was written for today: then a lacking `parent.` is a slip."""
        ports = [port for one in (root, *steps) for side in _SIDES for port in self._maps(one, side, "*")]
        return (
            any(_TODAY.search(value.value) for value in self._bound(steps))
            or any(self._keys("type path", *ports))
            or any(self._keys("default_compute default_datastore", *self._maps(root, "settings")))
        )

    def _bound(self, steps: list[Mapping]) -> Iterator[Scalar]:
        """The values of the steps' inputs and outputs."""
        for ports in (ports for step in steps for side in _SIDES for ports in self._maps(step, side)):
            yield from (value for value in self._values(ports) if isinstance(value, Scalar))

    def _of_component(self, root: Mapping) -> Iterator[Mark]:
        """A component had a compute, and any name; one of the two alone is a slip of today."""
        name = self._value(root, "name")
        if isinstance(name, Scalar) and name.value and not _COMPONENT_NAME.match(name.value):
            yield from self._keys("compute", root)

    def _of_data(self, root: Mapping) -> Iterator[Mark]:
        paths = self._value(root, "paths")
        only = paths.items[0] if isinstance(paths, Sequence) and len(paths.items) == 1 else None
        if isinstance(only, Mapping) and any(self._keys("file folder", only)):
            yield from self._keys("paths", root)

    def _of_deployment(self, root: Mapping) -> Iterator[Mark]:
        yield from self._keys("local_path model_format", *self._maps(root, "model"))
        yield from self._keys("local_path", *self._maps(root, "code_configuration", "code"))
        yield from self._keys("local_path", *self._maps(root, "environment", "build"))


_SIDES = ("inputs", "outputs")
_BARE = re.compile(r"\$\{\{\s*jobs\.")
_TODAY = re.compile(r"\$\{\{\s*parent\.")
_COMPONENT_NAME = re.compile(r"[a-z][a-z\d_]*$")


def _says_something(pair: Pair) -> bool:
    """Whether the key is finished: one without a value may be on its way to another word."""
    return pair.colon is not None and pair.value is not None
