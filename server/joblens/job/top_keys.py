"""The top-level keys of a file with their values, and short questions about them."""

from __future__ import annotations

from typing import TypeAlias

from joblens.text.nodes import Mapping, Scalar

Keys: TypeAlias = dict[str, object]
"""Nodes by their key; None where nothing is written yet, or where half a key is."""


def below(value: object) -> Keys:
    """The keys of a mapping; none of anything else."""
    if not isinstance(value, Mapping):
        return {}
    return {pair.key.value: pair.value for pair in value.pairs if isinstance(pair.key, Scalar)}


def word(keys: Keys, key: str) -> str:
    """A value in small letters; empty where there is none, or no single one."""
    value = keys.get(key)
    text = value.value if isinstance(value, Scalar) else value if isinstance(value, str) else ""
    return text.strip().casefold()


def folded(keys: Keys, key: str) -> str:
    """A value as the client compares it: `AzureBlob` is `azure_blob`."""
    return word(keys, key).replace("_", "")


def typed(keys: Keys, kinds: str) -> bool:
    """Whether the `type` is one of `kinds`."""
    return folded(keys, "type") in {kind.replace("_", "") for kind in kinds.split()}


def has(keys: Keys, *wanted: str) -> bool:
    """Whether all of the keys are there."""
    return keys.keys() >= set(wanted)


def has_some(keys: Keys, *wanted: str) -> bool:
    """Whether one of the keys is there."""
    return not keys.keys().isdisjoint(wanted)


def begins(keys: Keys, key: str, *starts: str) -> bool:
    """Whether a value begins with one of `starts`."""
    return word(keys, key).startswith(starts)
