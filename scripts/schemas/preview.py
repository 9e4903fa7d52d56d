"""The schemas of the 2021 preview's jobs, from the definitions written down in preview.yml."""

import copy
from pathlib import Path
from typing import Any

import yaml

from scripts.schemas.shapes import Json, cast

_SOURCE = Path(__file__).with_name("preview.yml")

# Kind -> its definition.
PREVIEW_ROOTS = {"commandJob": "CommandJob", "sweepJob": "SweepJob"}


def preview_definitions() -> dict[str, Json]:
    """Every definition of the preview dialect."""
    source: dict[str, Json] = yaml.safe_load(_SOURCE.read_text(encoding="utf-8"))
    # The copy parts what YAML anchors share.
    return {name: _with_casts(copy.deepcopy(definition)) for name, definition in source.items()}


def _with_casts(node: Any) -> Any:
    """Numbers may be text, as for every client built on marshmallow."""
    if isinstance(node, list):
        return [_with_casts(item) for item in node]
    if not isinstance(node, dict):
        return node
    kind = node.get("type")
    if kind in ("integer", "number", "boolean") and "properties" not in node:
        return {**cast(kind), **{key: value for key, value in node.items() if key != "type"}}
    return {key: _with_casts(value) for key, value in node.items()}
