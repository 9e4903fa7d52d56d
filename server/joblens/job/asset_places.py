"""Where a job refers to an asset, and to which kind of asset."""

from __future__ import annotations

from collections.abc import Iterator

from joblens.job.detect import Kind
from joblens.job.known_names import Asset
from joblens.job.model import Dialect
from joblens.text.nodes import Mapping, Node, Path, Scalar, Sequence
from joblens.text.tree import Tree

_MODEL_TYPES = frozenset(("mlflow_model", "custom_model", "triton_model"))
_BY_KEY: dict[str, Asset] = {
    "environment": "environment",
    "component": "component",
    "trial": "component",
    "compute": "compute",
    "default_compute": "compute",
    "datastore": "datastore",
    "default_datastore": "datastore",
}
_DATA = frozenset(("training_data", "validation_data", "test_data", "input_data"))
# The file of the asset itself has keys of these names too.
_DEPLOYMENTS = "Deployment"


def asset_at(tree: Tree, kind: Kind | None, path: Path) -> Asset | None:
    """What the value at `path` refers to; None where it is no reference."""
    key, parent = str(path[-1]), str(path[-2]) if len(path) > 1 else ""
    if kind is None:
        return None
    if kind.dialect is Dialect.PREVIEW:
        if key == "target" and parent == "compute":
            return "compute"
        return "data" if key == "data" and path[-3:-2] == ("inputs",) else _of_preview(key)
    if key == "model" and len(path) == 1 and _DEPLOYMENTS in kind.name:
        return "model"
    if key == "path" and (path[-3:-2] == ("inputs",) or parent in _DATA):
        type_ = tree.resolved(tree.node_at((*path[:-1], "type")))
        return "model" if isinstance(type_, Scalar) and type_.value in _MODEL_TYPES else "data"
    return _BY_KEY.get(key)


def asset_values(tree: Tree, kind: Kind | None) -> Iterator[tuple[Asset, Scalar]]:
    """Every value that refers to an asset, in the order of the text."""
    if tree.root is not None:
        for path, scalar in _scalars(tree.root, ()):
            asset = asset_at(tree, kind, path) if path else None
            if asset is not None:
                yield asset, scalar


def _scalars(node: Node, path: Path) -> Iterator[tuple[Path, Scalar]]:
    if isinstance(node, Scalar):
        yield path, node
    elif isinstance(node, Mapping):
        for pair in node.pairs:
            if isinstance(pair.key, Scalar) and pair.value is not None:
                yield from _scalars(pair.value, (*path, pair.key.value))
    elif isinstance(node, Sequence):
        for at, item in enumerate(node.items):
            if item is not None:
                yield from _scalars(item, (*path, at))


def _of_preview(key: str) -> Asset | None:
    return "environment" if key == "environment" else None
