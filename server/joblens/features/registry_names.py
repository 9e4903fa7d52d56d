"""The long forms of references: assets of registries, paths of datastores."""

from __future__ import annotations

import re

from joblens.features.half_typed import Written
from joblens.features.proposal import Completion
from joblens.job.asset_reference import DATASTORES, in_registry
from joblens.job.known_names import Asset, KnownName, KnownNames

_VERSIONS = re.compile(r"azureml://registries/([^/\s]+)/(\w+)/([^/\s]+)/(?:versions|labels)/?[^/\s]*")
_FILES: tuple[Asset, ...] = ("data", "model")
_MOST = 200
_MOST_VERSIONS = 20


def of_registries(written: Written, asset: Asset, known: KnownNames) -> list[Completion]:
    """Behind the short names: what registries have, by its name, and where files lie."""
    found = [_asset(written, one, asset, typed=f"azureml:{one.name}") for one in _of(written, asset, known)]
    return [*found, *_stores(written, asset, known)]


def long_names(written: Written, asset: Asset, known: KnownNames) -> list[Completion]:
    """For `azureml://`, as far as it is written."""
    named = _VERSIONS.fullmatch(written.before)
    if named is not None:
        one = known.name(asset, named[3], named[1])
        return _versions(written, one, asset) if one is not None else []
    found = [_asset(written, one, asset) for one in _of(written, asset, known)]
    return [*found, *_stores(written, asset, known)]


def _of(written: Written, asset: Asset, known: KnownNames) -> list[KnownName]:
    """Those of registries; of very many, those with what is written in their names."""
    found = [one for one in known.names(asset) if one.registry]
    if len(found) <= _MOST:
        return found
    words = re.split(r"[:/]", written.before.lower())[-1]
    return [one for one in found if words in one.name.lower()][:_MOST]


def _asset(written: Written, one: KnownName, asset: Asset, typed: str = "") -> Completion:
    text = in_registry(one.registry, asset, one.name, one.versions[0] if one.versions else "")
    return _proposal(written, text, one.name, f"{asset} · registry {one.registry}", one, typed=typed or text)


def _versions(written: Written, one: KnownName, asset: Asset) -> list[Completion]:
    detail = f"{asset} · registry {one.registry}"
    versions = [
        _proposal(written, in_registry(one.registry, asset, one.name, version), version, detail, one)
        for version in one.versions[:_MOST_VERSIONS]
    ]
    latest = in_registry(one.registry, asset, one.name)
    return [*versions, _proposal(written, latest, "latest", detail, one)]


def _stores(written: Written, asset: Asset, known: KnownNames) -> list[Completion]:
    """The beginning of a path in each datastore, where files may be named."""
    if asset not in _FILES:
        return []
    return [
        _proposal(
            written, f"{DATASTORES}{one.name}/paths/", f"{one.name}/paths/", f"datastore · {one.detail}", one
        )
        for one in known.names("datastore")
    ]


def _proposal(
    written: Written, text: str, label: str, detail: str, one: KnownName, *, typed: str = ""
) -> Completion:
    about = dict(one.facts).get("description", "")
    return Completion(
        label,
        written.put(text),
        "name",
        written.span,
        detail=detail.removesuffix(" · "),
        documentation=about,
        typed=typed or text,
    )
