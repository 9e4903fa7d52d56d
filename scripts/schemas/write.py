"""Schemas to files, and the comparison of what is written with what would be."""

import json
from pathlib import Path
from typing import Any

from scripts.schemas.shapes import Json

_WIDTH = 110


def text_of(schema: Json) -> str:
    """JSON as it is committed: what fits on a line stands on one, keys in the order of the class."""
    return _lines(schema, 0) + "\n"


def write(texts: dict[Path, str]) -> list[Path]:
    """Writes what differs and answers with those files."""
    changed = differing(texts)
    for path in changed:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(texts[path], encoding="utf-8", newline="\n")
    return changed


def differing(texts: dict[Path, str]) -> list[Path]:
    """The files whose text on disk is another one, or none."""
    return [
        path for path, text in texts.items() if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]


def _lines(value: Any, depth: int, used: int = 0) -> str:
    line = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, (dict, list)) or (depth > 0 and depth + used + len(line) < _WIDTH):
        return line
    indent, end = "\n" + " " * (depth + 1), "\n" + " " * depth
    if isinstance(value, list):
        return "[" + ",".join(indent + _lines(item, depth + 1) for item in value) + end + "]"
    keys = {key: json.dumps(key, ensure_ascii=False) + ": " for key in value}
    return (
        "{"
        + ",".join(indent + text + _lines(value[key], depth + 1, len(text)) for key, text in keys.items())
        + end
        + "}"
    )
