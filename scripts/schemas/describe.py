"""Our own words for the keys: read from schemas/descriptions, set as `description` in the schemas."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from scripts.schemas.shapes import Json

# Names the entries that say what this one leaves unsaid.
_LIKE = "_like"


@dataclass(frozen=True)
class Descriptions:
    """What is said about keys, by definition (without `.binding` and `.open`) and key."""

    entries: dict[str, dict[str, Any]]

    def text(self, definition: str, key: str) -> str | None:
        """The description of a key as Markdown."""
        name = definition.partition(".")[0]
        entry = self._entry(name, key)
        return None if entry is None else _markdown(entry)

    def _entry(self, name: str, key: str) -> str | dict[str, str] | None:
        own = self.entries.get(name, {})
        if key in own:
            entry: str | dict[str, str] = own[key]
            return entry
        found = (self._entry(other, key) for other in own.get(_LIKE, []))
        return next((entry for entry in found if entry is not None), None)


def read_descriptions(folder: Path) -> Descriptions:
    """All the YAML files directly in `folder`, together."""
    entries: dict[str, dict[str, Any]] = {}
    for path in sorted(folder.glob("*.yml")):
        for name, keys in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            if name in entries:
                raise ValueError(
                    f"{path.name} describes {name}, which another file in {folder} describes already."
                )
            entries[name] = keys
    return Descriptions(entries)


def describe(definitions: dict[str, Json], descriptions: Descriptions) -> None:
    """Sets the description of every key that has one."""
    for name, definition in definitions.items():
        for key, schema in definition.get("properties", {}).items():
            text = descriptions.text(name, key)
            if text is not None:
                schema["description"] = text


def _markdown(entry: str | dict[str, str]) -> str:
    """One entry: its summary, default, example and the version it came with."""
    if isinstance(entry, str):
        return entry.strip()
    parts = [entry["summary"].strip()]
    if "default" in entry:
        parts.append(f"Default: {entry['default']}")
    if "since" in entry:
        parts.append(f"Since {entry['since']}.")
    if "example" in entry:
        parts.append(f"```yaml\n{entry['example'].strip()}\n```")
    return "\n\n".join(parts)
