"""Plain data that may have any shape: its maps, and maps made of others."""

from __future__ import annotations

from collections.abc import Mapping

Data = dict[str, object]


def with_value(data: Data, path: list[str], value: object) -> Data:
    """The data with one value put at a path, its maps copied on the way."""
    key, *below = path
    return data | {key: with_value(as_map(data.get(key)), below, value) if below else value}


def as_map(value: object) -> Data:
    """The value if it is a map, else an empty one."""
    return {str(key): item for key, item in value.items()} if isinstance(value, Mapping) else {}
