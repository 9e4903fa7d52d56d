"""What of a job file has no place in the new one: told to the user, key by key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from joblens.job.moved import Part, Place, paths
from joblens.job.plain import Data, as_map
from joblens.text.nodes import Path

_NOTED = frozenset(("output", "exclude_finished_jobs", "$schema"))
"""Keys of jobs that are left out with a note of their own, or without one."""


def left_out(source: Place, job: Part, told: set[Path]) -> Iterator[str]:
    """The dotted keys of the source that nothing was made of and nothing was said of."""
    taken = {path for path in paths(job) if path}
    above = {path[:length] for path in taken for length in range(1, len(path))}
    homes = {part.home for part in _parts(job) if part.home}
    yield from _not_taken(source.data, (), (taken - homes) | told, above | homes)


def _parts(part: Part) -> Iterator[Part]:
    for entry in part.entries.values():
        if isinstance(entry, Part):
            yield entry
            yield from _parts(entry)


def _not_taken(data: Data, path: Path, taken: set[Path], opened: set[Path]) -> Iterator[str]:
    for key, value in data.items():
        place = (*path, key)
        if place in taken or key in _NOTED:
            continue
        if place in opened and isinstance(value, Mapping):
            yield from _not_taken(as_map(value), place, taken, opened)
        elif place not in opened:
            yield ".".join(str(part) for part in place)
