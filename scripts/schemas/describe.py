"""Our own words for the keys: read from schemas/descriptions, set as `description` in the schemas."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from scripts.schemas.shapes import Json

Entry: TypeAlias = str | dict[str, Any]
"""What a file says of one key: a sentence or two, or its parts."""

# Names the entries that say what this one leaves unsaid.
_LIKE = "_like"
# Says what the whole definition is.
_ABOUT = "_about"
# The entry for keys that mean the same wherever nothing else is said of them.
_ANYWHERE = "Anywhere"
# Behind a key: what is meant by the entries of its map, whose names the user chooses.
_EACH = ".*"


@dataclass(frozen=True)
class Descriptions:
    """What is said about keys, by definition (without `.binding` and `.open`) and key."""

    entries: dict[str, dict[str, Any]]

    def text(self, definition: str, key: str) -> str | None:
        """The description of a key as Markdown."""
        entry, about = self._entry_anywhere(definition, key), self.about(definition)
        if key == "$schema" and entry is not None and about is not None:
            return f"{about}\n\n{_markdown(entry)}"
        if entry is None:
            return about if key == "type" else None
        return _markdown(entry)

    def about(self, definition: str) -> str | None:
        """What the whole definition is, in a sentence."""
        entry = self._entry(_class(definition), _ABOUT)
        return None if entry is None else _markdown(entry)

    def words(self, definition: str, key: str, allowed: list[str]) -> dict[str, str]:
        """What those of the `allowed` words mean of which that is said."""
        entry = self._entry_anywhere(definition, key)
        group = entry.get("words") if isinstance(entry, dict) else None
        said: dict[str, str] = self.entries[group] if isinstance(group, str) else group or {}
        return {word: said[word].strip() for word in allowed if word in said}

    def _entry_anywhere(self, definition: str, key: str) -> Entry | None:
        entry = self._entry(_class(definition), key)
        return self._entry(_ANYWHERE, key) if entry is None else entry

    def _entry(self, name: str, key: str) -> Entry | None:
        own = self.entries.get(name, {})
        if key in own:
            entry: Entry = own[key]
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
    """Sets the description of everything of which something is said."""
    for name, definition in definitions.items():
        if "properties" not in definition:
            continue
        about = descriptions.about(name)
        if about is not None:
            definition["description"] = about
        for key, schema in definition["properties"].items():
            _describe_key(schema, name, key, descriptions)


def allowed_words(schema: Json) -> Iterator[str]:
    """The words that a schema lists, in any branch of its own."""
    yield from (str(word) for word in schema.get("enum", []))
    if "const" in schema:
        yield str(schema["const"])
    for branch in schema.get("anyOf", []):
        yield from allowed_words(branch)
    if isinstance(schema.get("items"), dict):
        yield from allowed_words(schema["items"])


def _describe_key(schema: Json, definition: str, key: str, descriptions: Descriptions) -> None:
    text = descriptions.text(definition, key) or _about_what_it_holds(schema, descriptions)
    if text is not None:
        schema["description"] = text
    words = descriptions.words(definition, key, list(allowed_words(schema)))
    if words:
        schema["x-words"] = words
    each = descriptions.text(definition, key + _EACH)
    for holder in _maps(schema) if each is not None else ():
        entry = holder["additionalProperties"]
        holder["additionalProperties"] = {**(entry if isinstance(entry, dict) else {}), "description": each}


def _maps(schema: Json) -> Iterator[Json]:
    """The maps with names of the user's own that a key, one of its branches or an item of its list may be."""
    for one in (schema, schema.get("items"), *schema.get("anyOf", ())):
        if isinstance(one, dict) and one.get("additionalProperties", False) is not False:
            yield one


def _about_what_it_holds(schema: Json, descriptions: Descriptions) -> str | None:
    """What the one definition is that a key, or each item of its list, is an object of."""
    items = schema.get("items")
    reference = schema.get("$ref") or (items.get("$ref") if isinstance(items, dict) else None)
    return None if reference is None else descriptions.about(reference.rpartition("/")[2])


def _class(definition: str) -> str:
    return definition.partition(".")[0]


def _markdown(entry: Entry) -> str:
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
