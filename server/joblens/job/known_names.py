"""The names of assets that may be referred to, and who knows them: the files of a folder, or the cloud."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

Asset: TypeAlias = Literal[
    "environment", "component", "data", "model", "compute", "datastore", "endpoint", "experiment"
]
VERSIONED: frozenset[Asset] = frozenset(("environment", "component", "data", "model"))
"""What a reference names with a version or a label."""


@dataclass(frozen=True, slots=True)
class KnownName:
    """One name, and what is known of it."""

    name: str
    versions: tuple[str, ...] = ()
    """The newest first; empty where none is known."""
    source: str = ""
    """Where it is known from, in a word or two."""
    files: int = field(default=0, compare=False)
    """How many files have it."""
    defined: bool = field(default=False, compare=False)
    """One of them describes it, rather than referring to it."""


class KnownNames(Protocol):
    """Who is asked for names; answers at once with what is known by now."""

    def names(self, asset: Asset) -> tuple[KnownName, ...]:
        """The names of a kind of asset, sorted."""
        ...


class NoNames:
    """Knows nothing."""

    def names(self, asset: Asset) -> tuple[KnownName, ...]:  # noqa: ARG002
        """None."""
        return ()


class AllNames:
    """What several know together: versions of one name are joined, the source is the first one's."""

    def __init__(self, *knowing: KnownNames) -> None:
        self._knowing = knowing

    def names(self, asset: Asset) -> tuple[KnownName, ...]:
        """The names that any of them knows."""
        return joined(name for one in self._knowing for name in one.names(asset))


def joined(names: Iterable[KnownName]) -> tuple[KnownName, ...]:
    """Each name once, sorted, with all versions that are known of it."""
    found: dict[str, KnownName] = {}
    for one in names:
        known = found.get(one.name)
        if known is not None:
            versions = sorted({*known.versions, *one.versions}, key=_age, reverse=True)
            source, files = known.source or one.source, known.files + one.files
            one = KnownName(one.name, tuple(versions), source, files, known.defined or one.defined)
        found[one.name] = one
    return tuple(found[name] for name in sorted(found))


def _age(version: str) -> tuple[tuple[int, str], ...]:
    """Sorts `2` before `10`, and numbers after words."""
    return tuple((int(part) if part.isdecimal() else -1, part) for part in version.split("."))
