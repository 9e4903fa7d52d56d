"""The assets that one file defines or refers to, found without parsing it: a folder has many files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from joblens.job.detect import detect
from joblens.job.kinds import kind_of_schema
from joblens.job.known_names import VERSIONED, Asset
from joblens.text.document import Document
from joblens.text.nodes import Span

_ASSET_OF_KIND: dict[str, Asset] = {
    "environment": "environment",
    "data": "data",
    "model": "model",
    **dict.fromkeys(("amlCompute", "computeInstance", "kubernetesCompute", "vmCompute"), "compute"),
    "synapseSparkCompute": "compute",
    **dict.fromkeys(("azureBlob", "azureFile", "azureDataLakeGen1", "azureDataLakeGen2"), "datastore"),
    "oneLake": "datastore",
    **dict.fromkeys(("managedOnlineEndpoint", "kubernetesOnlineEndpoint", "batchEndpoint"), "endpoint"),
    **dict.fromkeys(("commandComponent", "pipelineComponent", "parallelComponent"), "component"),
    **dict.fromkeys(("sparkComponent", "importComponent", "flowComponent"), "component"),
}
_ASSET_OF_KEY: dict[str, Asset] = {
    "environment": "environment",
    "component": "component",
    "trial": "component",
    "model": "model",
    **dict.fromkeys(("compute", "default_compute", "target"), "compute"),
    **dict.fromkeys(("datastore", "default_datastore"), "datastore"),
    **dict.fromkeys(("path", "data", "dataset"), "data"),
}
_REFERENCE = re.compile(r"\b(\w+)[\"']?[ \t]*:[ \t]+[\"']?azureml:(\w[\w.\-]*)(?:[:@]([\w.\-]+))?")
_MODEL_TYPE = re.compile(r"type[ \t]*:[ \t]*(?:mlflow|custom|triton)_model", re.IGNORECASE)
_AT_LEFT = re.compile(
    r"^(\$schema|name|version|experiment_name)[ \t]*:[ \t]+(\"[^\"\n]*\"|'[^'\n]*'|[^\s#'\"].*)", re.MULTILINE
)
_TRAILING_ZERO = re.compile(r"\d+\.\d+")
_ASSET_NAME = re.compile(r"\w[\w.\-]*")
_LARGEST_PARSED = 20_000


class Seen(NamedTuple):
    """One name as one file has it."""

    asset: Asset
    name: str
    version: str
    """Empty where the file gives none, or a label."""
    defined: bool
    """The file describes the asset; it does not only refer to it."""


class Place(NamedTuple):
    """One reference to an asset by its name."""

    asset: Asset
    name: str
    version: str
    """Empty where there is none, or a label."""
    span: Span
    """The name's."""


def names_in_file(text: str) -> Iterator[Seen]:
    """What `text`, a YAML file, defines or refers to."""
    top = _at_left(text)
    if "experiment_name" in top:
        yield Seen("experiment", top["experiment_name"], "", defined=False)
    if _ASSET_NAME.fullmatch(top.get("name", "")):
        asset = _ASSET_OF_KIND.get(_kind(text, top.get("$schema", "")))
        if asset is not None:
            version = top.get("version", "") if asset in VERSIONED else ""
            yield Seen(asset, top["name"], version, defined=True)
    for place in references_in_file(text):
        yield Seen(place.asset, place.name, place.version, defined=False)


def references_in_file(text: str) -> Iterator[Place]:
    """The references of `text`, a YAML file, to assets by their names."""
    if "azureml:" not in text:
        return
    for match in _REFERENCE.finditer(text):
        asset = _ASSET_OF_KEY.get(match[1])
        start = text.rfind("\n", 0, match.start()) + 1
        if asset is None or "#" in text[start : match.start()]:
            continue
        if asset == "data" and _is_model(text, start, match.end()):
            asset = "model"
        versioned = asset in VERSIONED and text[match.start(3) - 1 : match.start(3)] == ":"
        version = match[3] if versioned and match[3] else ""
        yield Place(asset, match[2], version, Span(match.start(2), match.end(2)))


def _at_left(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for match in _AT_LEFT.finditer(text):
        value = match[2]
        if value[0] in "'\"":
            value = value[1:-1]
        else:
            value = value.partition(" #")[0].strip()
            if match[1] == "version" and _TRAILING_ZERO.fullmatch(value):
                value = str(float(value))
        found.setdefault(match[1], value)
    return found


def _kind(text: str, schema: str) -> str:
    if schema:
        return kind_of_schema(schema) or ""
    if len(text) > _LARGEST_PARSED:
        return ""
    document = Document(text)
    kind = detect(document.tree, text)
    return kind.name if kind is not None else ""


def _is_model(text: str, start: int, end: int) -> bool:
    """Whether the line, or the one before or behind it, says that a path leads to a model."""
    before = text.rfind("\n", 0, max(start - 1, 0)) + 1
    line_end = text.find("\n", end)
    after = text.find("\n", line_end + 1) if line_end >= 0 else -1
    return _MODEL_TYPE.search(text, before, after if after >= 0 else len(text)) is not None
