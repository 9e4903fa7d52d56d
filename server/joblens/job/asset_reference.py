"""A reference to an asset as it is written: `azureml:name:1`, `azureml:name@latest`, or a long form."""

from __future__ import annotations

import re
from dataclasses import dataclass

from joblens.job.known_names import Asset

PREFIX = "azureml:"
REGISTRIES = "azureml://registries/"
DATASTORES = "azureml://datastores/"
FOLDERS: dict[Asset, str] = {
    "environment": "environments",
    "component": "components",
    "data": "data",
    "model": "models",
    "compute": "computes",
    "datastore": "datastores",
}
"""What addresses call each kind of asset."""
_ASSETS = {folder: asset for asset, folder in FOLDERS.items()}

_SHORT = re.compile(r"azureml:([^:@/\s]+)(?:(:)([^:@/\s]*)|(@)([^:@/\s]*))?")
_OF_REGISTRY = re.compile(
    r"azureml://registries/([^/\s]+)/(\w+)/([^/\s]+)(?:/versions/([^/\s]*)|/labels/([^/\s]*))?/?"
)
_OF_STORE = re.compile(r"azureml://datastores/([^/\s]+)(?:/paths(?:/(\S*))?)?")
_ID = re.compile(
    r"azureml:/subscriptions/([^/\s]+)/resource[gG]roups/([^/\s]+)/providers/[^/\s]+/workspaces/([^/\s]+)"
    r"/(\w+)/([^/\s]+)(?:/versions/([^/\s]+)|/labels/([^/\s]+))?"
)


@dataclass(frozen=True, slots=True)
class Reference:
    """What a reference names."""

    name: str
    asset: Asset | None = None
    """The kind, where the reference says it: short ones do not."""
    version: str = ""
    label: str = ""
    registry: str = ""
    workspace: str = ""
    """In full, where the reference says it: `SUBSCRIPTION/GROUP/NAME`."""
    path: str | None = None
    """Within a datastore."""
    start: int = 0
    """Where the name begins in the text."""


def reference(text: str) -> Reference | None:
    """What `text` refers to; None where it is no reference to a named asset."""
    if match := _SHORT.fullmatch(text):
        return Reference(match[1], None, match[3] or "", match[5] or "", start=match.start(1))
    if match := _OF_REGISTRY.fullmatch(text):
        asset = _ASSETS.get(match[2])
        return Reference(match[3], asset, match[4] or "", match[5] or "", match[1], start=match.start(3))
    if match := _OF_STORE.fullmatch(text):
        return Reference(match[1], "datastore", path=match[2], start=match.start(1))
    if match := _ID.fullmatch(text):
        where = f"{match[1]}/{match[2]}/{match[3]}"
        asset = _ASSETS.get(match[4])
        version, label = match[6] or "", match[7] or ""
        return Reference(match[5], asset, version, label, workspace=where, start=match.start(5))
    return None


def in_registry(registry: str, asset: Asset, name: str, version: str = "", label: str = "latest") -> str:
    """The long form for an asset of a registry."""
    which = f"versions/{version}" if version else f"labels/{label}"
    return f"{REGISTRIES}{registry}/{FOLDERS[asset]}/{name}/{which}"
