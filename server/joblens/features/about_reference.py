"""What an asset is that a value refers to: its kind, version, type, age, image, description."""

from __future__ import annotations

from joblens.checks.subject import Subject
from joblens.features.asset_names import told
from joblens.job.asset_places import asset_at
from joblens.job.asset_reference import reference
from joblens.job.known_names import VERSIONED, Asset, Facts, KnownName, KnownNames
from joblens.text.nodes import Path

_MOST_VERSIONS = 5


def about_reference(subject: Subject, path: Path, text: str, known: KnownNames) -> str | None:
    """Markdown for the value at `path`; None where nothing more is known of it than its key says."""
    wanted = asset_at(subject.tree, subject.kind, path)
    if wanted is None:
        return None
    bare = wanted == "compute" and not text.startswith("azureml:")
    named = reference(f"azureml:{text}" if bare else text)
    if named is None or named.workspace:
        return None
    asset = named.asset or wanted
    one = known.name(asset, named.name, named.registry)
    if one is None or not (one.in_cloud or one.defined):
        return None
    version = named.version or (one.versions[0] if named.label and one.versions else "")
    facts: Facts = one.version_facts.get(version) or one.facts
    if not facts and one.detail:
        facts = (("is", one.detail),)
    parts = [_title(asset, one, version, named.label), told(facts), _others(one, asset, version)]
    return "\n\n".join(part for part in parts if part)


def _title(asset: Asset, one: KnownName, version: str, label: str) -> str:
    which = f" · version {version}" if version else ""
    which += f" ({label})" if label else ""
    where = f" · registry {one.registry}" if one.registry else f" · {one.source}" if one.source else ""
    return f"**{asset} {one.name}**{which}{where}"


def _others(one: KnownName, asset: Asset, version: str) -> str:
    if asset not in VERSIONED or not one.versions:
        return ""
    others = [known for known in one.versions if known != version]
    more = f", and {len(others) - _MOST_VERSIONS} more" if len(others) > _MOST_VERSIONS else ""
    told_others = ", ".join(f"`{known}`" for known in others[:_MOST_VERSIONS])
    return f"Other versions: {told_others}{more}" if others else ""
