"""Which values a trial gets: a sampler for each of Azure ML's algorithms, by one protocol."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Protocol

from joblens.engine.sweep import grid
from joblens.engine.sweep import space as spaces
from joblens.engine.sweep.distributions import value_at
from joblens.engine.sweep.space import Point, Settings

if TYPE_CHECKING:
    from joblens.engine.sweep.search import Search


class Sampler(Protocol):
    """Chooses values, and learns what came of them if that is its way.

    The same search gives the same values. After an interruption, first tell all trials that there were, in
    the order of their numbers, then ask for those that are missing.
    """

    learns: bool
    """Whether what trials came to changes the values of later ones: then they are asked for late."""

    def ask(self, number: int) -> Point | None:
        """Values of trial `number` (from 0); None when there are no more."""

    def tell(self, number: int, point: Point, value: float | None, ended: bool) -> None:
        """What trial `number` came to: its primary metric as it is now (None: none reported, or it failed);
        `ended` once that is final."""


def sampler(search: Search) -> Sampler:
    """The sampler that a sweep asks for."""
    if search.sampling == "grid":
        return Grid(search)
    if search.sampling == "bayesian":
        from joblens.engine.sweep.bayesian import Bayesian  # what it needs is dear to import

        return Bayesian(search)
    return Sobol(search) if search.rule == "sobol" else Random(search)


def first(search: Search, count: int) -> list[Point]:
    """The values of the first trials, as far as they depend on no result."""
    asked = sampler(search)
    points = (asked.ask(number) for number in range(min(count, search.total)))
    return [point for point in points if point is not None]


class _Fixed:
    """What samplers have in common that learn nothing: their points depend on the number alone."""

    learns = False

    def __init__(self, search: Search) -> None:
        self._search = search

    def tell(self, number: int, point: Point, value: float | None, ended: bool) -> None:
        """Nothing changes by a result."""


class Grid(_Fixed):
    """Every combination once."""

    def ask(self, number: int) -> Point | None:
        """The combination with this number."""
        return grid.at(self._search.space, number)


class Random(_Fixed):
    """Independent draws."""

    def ask(self, number: int) -> Point:
        """A draw for each hyperparameter, which its name, the seed and the trial's number decide."""
        search = self._search

        def draw(name: str, settings: Settings) -> float:
            unit = _unit(search.seed, number, name)
            return value_at(spaces.kind(settings), settings, unit, search.logbase)

        return spaces.point(search.space, draw)


class Sobol(_Fixed):
    """Draws that fill the space evenly."""

    def __init__(self, search: Search) -> None:
        from joblens.engine.sweep.sobol import Sequence

        super().__init__(search)
        self._axes = {name: axis for axis, name in enumerate(spaces.dimensions(search.space))}
        self._sequence = Sequence(len(self._axes), search.seed)

    def ask(self, number: int) -> Point:
        """The sequence's point with this number."""
        units = self._sequence.at(number)

        def draw(name: str, settings: Settings) -> float:
            return value_at(spaces.kind(settings), settings, units[self._axes[name]], self._search.logbase)

        return spaces.point(self._search.space, draw)


def _unit(seed: int, number: int, name: str) -> float:
    """An even draw from 0 to below 1; a hash needs no state, so trials may be asked for in any order."""
    drawn = blake2b(f"{seed}/{number}/{name}".encode(), digest_size=8).digest()
    return (int.from_bytes(drawn, "big") >> 11) / 2**53
