"""References to assets: the names that are known, with their versions, and computes that need no name."""

from __future__ import annotations

import re

from joblens.checks.subject import Subject
from joblens.features.half_typed import Written
from joblens.features.proposal import Completion
from joblens.job.known_names import VERSIONED, Asset, KnownName, KnownNames
from joblens.job.model import Dialect
from joblens.text.nodes import Path, Scalar

_PREFIX = "azureml:"
_LATEST = "latest"
_NAMED = re.compile(r"azureml:(\w[\w.\-]*)([:@])[\w.\-]*")
_OTHER = re.compile(r"(?!azureml:)[A-Za-z][\w+\-]*:|[./~$]|azureml:/")
_MOST_VERSIONS = 20
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
_PLAIN: dict[str, Asset] = {"endpoint_name": "endpoint", "experiment_name": "experiment"}
_DATA = frozenset(("training_data", "validation_data", "test_data", "input_data"))
# The file of the asset itself has keys of these names too.
_DEPLOYMENTS = "Deployment"


def asset_names(subject: Subject, path: Path, written: Written, known: KnownNames) -> list[Completion]:
    """The names that may stand at `path`: as a reference where one is needed, else as they are."""
    plain = _PLAIN.get(str(path[-1])) if len(path) == 1 else None
    if plain is not None:
        return [_proposal(written, one.name, one.name, one, plain) for one in known.names(plain)]
    asset = _asset(subject, path)
    if asset is None or _OTHER.match(written.before):
        return []
    named = _NAMED.fullmatch(written.before)
    if named is not None and asset in VERSIONED:
        one = next((one for one in known.names(asset) if one.name == named[1]), None)
        return _versions(subject, written, one or KnownName(named[1]), asset)
    return [
        _proposal(written, _reference(subject, one, asset), one.name, one, asset)
        for one in known.names(asset)
    ]


def _asset(subject: Subject, path: Path) -> Asset | None:
    key, parent = str(path[-1]), str(path[-2]) if len(path) > 1 else ""
    if subject.kind is None:
        return None
    if subject.kind.dialect is Dialect.PREVIEW:
        if key == "target" and parent == "compute":
            return "compute"
        return "data" if key == "data" and path[-3:-2] == ("inputs",) else _of_preview(key)
    if key == "model" and len(path) == 1 and _DEPLOYMENTS in subject.kind.name:
        return "model"
    if key == "path" and (path[-3:-2] == ("inputs",) or parent in _DATA):
        kind = subject.tree.resolved(subject.tree.node_at((*path[:-1], "type")))
        return "model" if isinstance(kind, Scalar) and kind.value in _MODEL_TYPES else "data"
    return _BY_KEY.get(key)


def _of_preview(key: str) -> Asset | None:
    return "environment" if key == "environment" else None


def _versions(subject: Subject, written: Written, one: KnownName, asset: Asset) -> list[Completion]:
    found = [f"{_PREFIX}{one.name}:{version}" for version in one.versions[:_MOST_VERSIONS]]
    if subject.kind is not None and subject.kind.dialect is Dialect.TODAY:
        found.append(f"{_PREFIX}{one.name}@{_LATEST}")
    return [_proposal(written, text, text[len(_PREFIX) :], one, asset) for text in found]


def _reference(subject: Subject, one: KnownName, asset: Asset) -> str:
    """With the newest version that is known; the preview has no labels."""
    if asset not in VERSIONED:
        return _PREFIX + one.name
    if one.versions:
        return f"{_PREFIX}{one.name}:{one.versions[0]}"
    latest = subject.kind is not None and subject.kind.dialect is Dialect.TODAY
    return f"{_PREFIX}{one.name}@{_LATEST}" if latest else f"{_PREFIX}{one.name}:"


def _proposal(written: Written, text: str, label: str, one: KnownName, asset: Asset) -> Completion:
    versions = f"versions {', '.join(one.versions[:3])}" if len(one.versions) > 1 else ""
    detail = " · ".join(part for part in (asset, versions, one.source) if part)
    return Completion(label, written.put(text), "name", written.span, detail=detail, typed=text)
