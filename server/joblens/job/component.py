"""What a component takes and gives, whether it is written in a step or lies in a file of its own."""

from __future__ import annotations

from collections.abc import Mapping as Dict
from dataclasses import dataclass
from pathlib import Path

from joblens.job.detect import detect
from joblens.job.disk import Disk
from joblens.job.fields import Fields
from joblens.job.file_references import names_a_file
from joblens.job.model import Dialect
from joblens.text.document import Document
from joblens.text.nodes import Mapping, Pair, Scalar
from joblens.text.tree import Tree
from joblens.text.values import scalar_value

_FILE = "file:"


@dataclass(frozen=True, slots=True)
class Declared:
    """One input or output that a component declares."""

    name: str
    type: str | None
    """As written, in lower case; None where it has none."""
    required: bool
    """Whether a step must give it a value."""
    pair: Pair


@dataclass(frozen=True, slots=True)
class Component:
    """What a component declares."""

    kind: str | None
    """The word of its `type`, lower-case and without `_component`; None where it has none."""
    inputs: Dict[str, Declared]
    outputs: Dict[str, Declared]
    document: Document | None = None
    """The file that it lies in; None for one that is written in its step."""


def written_component(tree: Tree, body: Mapping, document: Document | None = None) -> Component:
    """The component that a mapping says."""
    fields = Fields(body, tree)
    kind = fields.text("type")
    return Component(
        kind=kind.value.strip().lower().removesuffix("_component") if kind is not None else None,
        inputs=_declared(tree, body, "inputs"),
        outputs=_declared(tree, body, "outputs"),
        document=document,
    )


def component_path(disk: Disk, written: str) -> Path | None:
    """The file that `component: ...` names; None where it names a registered one."""
    return disk.path(written.removeprefix(_FILE)) if names_a_file(written) else None


def component_file(disk: Disk, written: str) -> Component | None:
    """The component in the file that `component: ...` names; None unless it can be read whole."""
    path = component_path(disk, written)
    document = disk.document(path) if path is not None else None
    if document is None or document.problems:
        return None
    root = document.tree.resolved(document.tree.root)
    kind = detect(document.tree, document.text)
    if not isinstance(root, Mapping) or kind is None or kind.dialect is not Dialect.TODAY:
        return None
    return written_component(document.tree, root, document) if kind.name.endswith("Component") else None


def _declared(tree: Tree, body: Mapping, key: str) -> dict[str, Declared]:
    pair = tree.entries(body).get(key)
    entries = tree.resolved(pair.value) if pair is not None else None
    if not isinstance(entries, Mapping):
        return {}
    return {name: _one(tree, name, pair) for name, pair in tree.entries(entries).items()}


def _one(tree: Tree, name: str, pair: Pair) -> Declared:
    node = tree.resolved(pair.value)
    if not isinstance(node, Mapping):
        return Declared(name, None, required=False, pair=pair)
    fields = Fields(node, tree)
    kind = fields.text("type")
    optional = fields.value("optional")
    may_be_left_out = isinstance(optional, Scalar) and scalar_value(optional) is not False
    word = kind.value.strip().lower() if kind is not None else None
    required = word is not None and word != "group" and "default" not in fields and not may_be_left_out
    return Declared(name, word, required, pair)
