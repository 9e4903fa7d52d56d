"""Whose names a piece of text may use: the job, or the step of a pipeline, that each node belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Dict
from dataclasses import dataclass

from joblens.text.nodes import Mapping, Node, Pair, Path, Scalar, Sequence
from joblens.text.paths import last_before
from joblens.text.tree import Tree

_STEPS = "jobs"
FILLED = ("inputs", "outputs", "search_space")
"""The contexts whose names a placeholder stands for."""
CONTEXTS = (*FILLED, _STEPS)
_BODIES = ("trial", "component")


@dataclass(frozen=True, slots=True)
class Owner:
    """A job or a step: what it declares, and where it says so."""

    path: Path
    """Where it stands: `()` for the file's job, `("jobs", "train")` for a step."""
    names: Dict[str, tuple[tuple[str, Pair], ...]]
    """Under `inputs`, `outputs`, `search_space` and `jobs`: each name and the entry that declares it.

    A name stands twice where a step and its inline component both have it: it is the same input.
    """
    elsewhere: str | None = None
    """The component that lies in another file, or in a registry, and says what names there are."""


class Owners:
    """The owners of one document."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._by_node: dict[int, list[Owner]] = {}
        self.by_path: dict[Path, Owner] = {}
        self._laid_open: set[int] = set()
        waiting: list[tuple[Node | None, Path]] = [(tree.root, ())]
        while waiting:
            node, path = waiting.pop()
            if isinstance(node, Mapping):
                waiting.extend(self._add(node, path))

    def of(self, scalar_at: int) -> tuple[Scalar | None, list[Owner]]:
        """The scalar at an offset, and its owners: several where an anchor shares it between steps."""
        node: Node | None = self._tree.root
        found: list[Owner] = []
        while node is not None:
            found = self._by_node.get(id(node), found)
            if not isinstance(node, Mapping | Sequence):
                break
            node = _child(node, scalar_at)
        held = isinstance(node, Scalar) and node.span.start <= scalar_at <= node.span.end
        return (node if held and isinstance(node, Scalar) else None), found

    def _add(self, node: Mapping, path: Path) -> list[tuple[Node | None, Path]]:
        """Note a job or step; its steps are what comes next."""
        bodies = [node, *self._inner_bodies(node)]
        names = {context: tuple(self._declared(bodies, context)) for context in CONTEXTS}
        owner = Owner(path, names, self._elsewhere(node))
        self.by_path[path] = owner
        self._own(node, owner)
        for body in bodies:
            for pair in self._tree.entries(body).values():
                self._own(self._tree.resolved(pair.value), owner)
        if id(node) in self._laid_open:
            # Two steps that share a pipeline through an anchor, or one that holds itself.
            return []
        self._laid_open.add(id(node))
        return [(self._tree.resolved(pair.value), (*path, _STEPS, name)) for name, pair in names[_STEPS]]

    def _own(self, node: Node | None, owner: Owner) -> None:
        if node is not None:
            self._by_node.setdefault(id(node), []).append(owner)

    def _inner_bodies(self, node: Mapping) -> Iterator[Mapping]:
        """What is written out under `trial` or `component` shares its names with what holds it."""
        for key in _BODIES:
            body = self._value(node, key)
            if isinstance(body, Mapping):
                yield body

    def _elsewhere(self, node: Mapping) -> str | None:
        named = (self._value(node, key) for key in _BODIES)
        return next((one.value for one in named if isinstance(one, Scalar) and one.value), None)

    def _declared(self, bodies: list[Mapping], context: str) -> Iterator[tuple[str, Pair]]:
        for body in bodies:
            entries = self._value(body, context)
            if isinstance(entries, Mapping):
                yield from self._tree.entries(entries).items()

    def _value(self, node: Mapping, key: str) -> Node | None:
        pair = self._tree.entries(node).get(key)
        return self._tree.resolved(pair.value) if pair is not None else None


def _child(node: Mapping | Sequence, offset: int) -> Node | None:
    at = last_before(node, offset)
    if at < 0:
        return None
    return node.items[at] if isinstance(node, Sequence) else node.pairs[at].value
