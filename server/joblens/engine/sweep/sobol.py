"""Sobol's sequence, scrambled: numbers that fill the unit cube more evenly than independent ones."""

from __future__ import annotations

from typing import Any

_BLOCK = 64
"""Points that are worked out together; a power of two, in which the sequence is balanced."""


class Sequence:
    """The points of one seed, by number."""

    def __init__(self, dimensions: int, seed: int) -> None:
        from scipy.stats import qmc

        self._engine: Any = qmc.Sobol(dimensions, scramble=True, rng=abs(seed))
        self._points: list[list[float]] = []

    def at(self, number: int) -> list[float]:
        """The point with this number, from 0."""
        while number >= len(self._points):
            self._points += self._engine.random(_BLOCK).tolist()
        return self._points[number]
