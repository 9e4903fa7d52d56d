"""The names of assets that may be referred to, and who knows them: the files of a folder, or the cloud."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

Asset: TypeAlias = Literal[
    "environment", "component", "data", "model", "compute", "datastore", "endpoint", "experiment"
]
VERSIONED: frozenset[Asset] = frozenset(("environment", "component", "data", "model"))
"""What a reference names with a version or a label."""


Facts: TypeAlias = tuple[tuple[str, str], ...]
"""What is known of one thing, each with its name: `("image", "python:3.12")`."""


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
    registry: str = ""
    """The registry that has it; empty for what a workspace or a folder has."""
    in_cloud: bool = field(default=False, compare=False)
    """The workspace or the registry has it for certain."""
    detail: str = field(default="", compare=False)
    """What tells it from others in a list: the size of a cluster, the type of data."""
    facts: Facts = field(default=(), compare=False)
    version_facts: Mapping[str, Facts] = field(default_factory=dict, compare=False)
    """What is known of some of its versions."""


class KnownNames(Protocol):
    """Who is asked for names; answers at once with what is known by now."""

    def names(self, asset: Asset) -> tuple[KnownName, ...]:
        """The names of a kind of asset, sorted, those of registries last."""
        ...

    def name(self, asset: Asset, name: str, registry: str = "") -> KnownName | None:
        """One name; whoever asks wants to know its versions."""
        ...

    def lacks(self, asset: Asset, name: str, version: str = "") -> bool:
        """Whether it is certain that the workspace has no such name, or no such version."""
        ...


class NoNames:
    """Knows nothing; for others, how one name is found among all."""

    def names(self, asset: Asset) -> tuple[KnownName, ...]:  # noqa: ARG002
        """None."""
        return ()

    def name(self, asset: Asset, name: str, registry: str = "") -> KnownName | None:
        """The one among all."""
        return next((one for one in self.names(asset) if (one.name, one.registry) == (name, registry)), None)

    def lacks(self, asset: Asset, name: str, version: str = "") -> bool:  # noqa: ARG002
        """Nothing is certain."""
        return False


class AllNames:
    """What several know together: versions of one name are joined, the source is the first one's."""

    def __init__(self, *knowing: KnownNames) -> None:
        self._knowing = knowing

    def names(self, asset: Asset) -> tuple[KnownName, ...]:
        """The names that any of them knows."""
        return joined(name for one in self._knowing for name in one.names(asset))

    def name(self, asset: Asset, name: str, registry: str = "") -> KnownName | None:
        """What they know of one name."""
        found = joined(filter(None, (one.name(asset, name, registry) for one in self._knowing)))
        return found[0] if found else None

    def lacks(self, asset: Asset, name: str, version: str = "") -> bool:
        """Whether any of them is certain."""
        return any(one.lacks(asset, name, version) for one in self._knowing)


def joined(names: Iterable[KnownName]) -> tuple[KnownName, ...]:
    """Each name once, sorted, with all versions that are known of it."""
    found: dict[tuple[str, str], KnownName] = {}
    for one in names:
        known = found.get((one.registry, one.name))
        found[one.registry, one.name] = one if known is None else _together(known, one)
    return tuple(found[key] for key in sorted(found))


def newest_first(versions: Iterable[str]) -> tuple[str, ...]:
    """Each version once, by its number where it has one."""
    return tuple(sorted(set(versions), key=_age, reverse=True))


def _together(known: KnownName, more: KnownName) -> KnownName:
    return KnownName(
        known.name,
        # The cloud's own order is by age.
        known.versions
        if set(more.versions) <= set(known.versions)
        else newest_first(known.versions + more.versions),
        known.source or more.source,
        known.files + more.files,
        known.defined or more.defined,
        known.registry,
        known.in_cloud or more.in_cloud,
        known.detail or more.detail,
        known.facts or more.facts,
        {**more.version_facts, **known.version_facts},
    )


def _age(version: str) -> tuple[tuple[int, str], ...]:
    """Sorts `2` before `10`, and numbers after words."""
    return tuple((int(part) if part.isdecimal() else -1, part) for part in version.split("."))
