"""A job put together from parts of another: each value, and the place of the source that it comes from.

Read as plain data it is what azure-ai-ml is given; written into the source's text it is the migrated file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from joblens.job.plain import Data, as_map
from joblens.text.nodes import Path

Edit: TypeAlias = tuple[int, int, str]
"""A range of a text value, not empty, and what takes its place."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One value of the new job."""

    value: object
    path: Path | None = None
    """Where the source has it, or what it was made of; None for what the source does not say."""
    edits: tuple[Edit, ...] | None = ()
    """What changed in a text; None for a value that was made anew."""


@dataclass(frozen=True, slots=True)
class Part:
    """One map of the new job."""

    entries: Moved
    home: Path | None = None
    """The map (or the reference) of the source that it takes the place of."""


Moved: TypeAlias = "dict[str, Taken | Part]"


def plain(part: Part) -> Data:
    """The data of the new job."""
    return {
        key: plain(entry) if isinstance(entry, Part) else entry.value for key, entry in part.entries.items()
    }


def paths(part: Part) -> Iterator[Path]:
    """All places of the source that the new job has taken up."""
    for entry in part.entries.values():
        if isinstance(entry, Part):
            yield from paths(entry)
            found = entry.home
        else:
            found = entry.path
        if found is not None:
            yield found


@dataclass(frozen=True, slots=True)
class Place:
    """One map of the source, and the way to it."""

    data: Data
    path: Path = ()

    def below(self, key: str) -> Place:
        """The map under a key; an empty one where there is none."""
        return Place(as_map(self.data.get(key)), (*self.path, key))

    def has_map(self, key: str) -> bool:
        """Whether there is a map under the key."""
        return isinstance(self.data.get(key), Mapping)

    def taken(self, key: str) -> Taken:
        """The value of a key that is there, as it is."""
        return Taken(self.data[key], (*self.path, key))

    def keep(self, *keys: str) -> Moved:
        """Those of the keys that there are."""
        return {key: self.taken(key) for key in keys if key in self.data}

    def rest(self, *without: str) -> Moved:
        """All keys but these."""
        return {key: self.taken(key) for key in self.data if key not in without}

    def renamed(self, key: str, to: str) -> Moved:
        """One value under another key, if it is there."""
        return {to: self.taken(key)} if key in self.data else {}

    def edited(self, key: str, *edits: Edit) -> Taken:
        """The text under a key with edits made, the first one first."""
        text = str(self.data[key])
        for start, end, new in reversed(edits):
            text = text[:start] + new + text[end:]
        return Taken(text, (*self.path, key), edits)

    def without_file(self, key: str) -> Taken:
        """A path without the `file:` that the preview put before it."""
        value = self.data[key]
        if isinstance(value, str) and value.startswith("file:"):
            return self.edited(key, (0, len("file:"), ""))
        return self.taken(key)

    def word(self, key: str, words: Mapping[str, str]) -> Taken:
        """A word, or the one that today has in its place."""
        value = self.data[key]
        if isinstance(value, str) and value in words:
            return self.edited(key, (0, len(value), words[value]))
        return self.taken(key)

    def made(self, key: str, value: object) -> Taken:
        """A value worked out from the one under a key."""
        return Taken(value, (*self.path, key), None)
