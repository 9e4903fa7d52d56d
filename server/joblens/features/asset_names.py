"""References to assets: the names that are known, with their versions, and computes that need no name."""

from __future__ import annotations

import re

from joblens.checks.subject import Subject
from joblens.features.half_typed import Written
from joblens.features.proposal import Completion
from joblens.features.registry_names import long_names, of_registries
from joblens.job.asset_places import asset_at
from joblens.job.known_names import VERSIONED, Asset, Facts, KnownName, KnownNames
from joblens.job.model import Dialect
from joblens.text.nodes import Path

_PREFIX = "azureml:"
_LONG = "azureml:/"
_LATEST = "latest"
_NAMED = re.compile(r"azureml:(\w[\w.\-]*)([:@])[\w.\-]*")
_OTHER = re.compile(r"(?!azureml:)[A-Za-z][\w+\-]*:|[./~$]")
_MOST_VERSIONS = 20
_PLAIN: dict[str, Asset] = {"endpoint_name": "endpoint", "experiment_name": "experiment"}


def asset_names(subject: Subject, path: Path, written: Written, known: KnownNames) -> list[Completion]:
    """The names that may stand at `path`: as a reference where one is needed, else as they are."""
    plain = _PLAIN.get(str(path[-1])) if len(path) == 1 else None
    if plain is not None:
        return [_proposal(written, one.name, one.name, one, plain) for one in known.names(plain)]
    asset = asset_at(subject.tree, subject.kind, path)
    if asset is None or _OTHER.match(written.before):
        return []
    today = subject.kind is not None and subject.kind.dialect is Dialect.TODAY
    if written.before.startswith(_LONG):
        return long_names(written, asset, known) if today else []
    named = _NAMED.fullmatch(written.before)
    if named is not None and asset in VERSIONED:
        return _versions(written, known.name(asset, named[1]) or KnownName(named[1]), asset, today=today)
    names = [one for one in known.names(asset) if not one.registry]
    short = [_proposal(written, _reference(one, asset, today=today), one.name, one, asset) for one in names]
    return [*short, *of_registries(written, asset, known)] if today else short


def _versions(written: Written, one: KnownName, asset: Asset, *, today: bool) -> list[Completion]:
    found = [
        _proposal(written, f"{_PREFIX}{one.name}:{version}", f"{one.name}:{version}", one, asset, version)
        for version in one.versions[:_MOST_VERSIONS]
    ]
    if today:
        latest = f"{one.name}@{_LATEST}"
        found.append(_proposal(written, _PREFIX + latest, latest, one, asset))
    return found


def _reference(one: KnownName, asset: Asset, *, today: bool) -> str:
    """With the newest version that is known; the preview has no labels."""
    if asset not in VERSIONED:
        return _PREFIX + one.name
    if one.versions:
        return f"{_PREFIX}{one.name}:{one.versions[0]}"
    return f"{_PREFIX}{one.name}@{_LATEST}" if today else f"{_PREFIX}{one.name}:"


def _proposal(
    written: Written, text: str, label: str, one: KnownName, asset: Asset, version: str = ""
) -> Completion:
    versions = f"versions {', '.join(one.versions[:3])}" if len(one.versions) > 1 and not version else ""
    facts: Facts = one.version_facts.get(version, ()) if version else one.facts
    created = dict(facts).get("created", "")[:10] if version else ""
    detail = " · ".join(part for part in (asset, one.detail, versions, created, one.source) if part)
    bare = written.before and not _PREFIX.startswith(written.before[: len(_PREFIX)])
    return Completion(
        label,
        written.put(text),
        "name",
        written.span,
        detail=detail,
        documentation=told(facts),
        typed=one.name if bare and asset == "compute" else text,
    )


def told(facts: Facts) -> str:
    """What is known of a name, as a list."""
    lines = [f"- {name}: {_shown(name, value)}" for name, value in facts if name != "description"]
    about = dict(facts).get("description", "")
    return "\n\n".join(part for part in (about, "\n".join(lines)) if part)


def _shown(name: str, value: str) -> str:
    return value.replace("T", " ")[:16] if name == "created" else f"`{value}`"
