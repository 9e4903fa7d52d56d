"""A grid: every combination of the choices once, the last hyperparameter changing fastest."""

from __future__ import annotations

import math
from collections.abc import Mapping

from joblens.engine.sweep.space import Point, Settings, Space, below, options


def size(space: Space) -> int:
    """How many points there are."""
    return math.prod(_size(name, settings) for name, settings in space.items())


def at(space: Space, number: int) -> Point | None:
    """The point with this number, from 0; None behind the last."""
    return _point(space, number) if 0 <= number < size(space) else None


def _point(space: Space, number: int) -> Point:
    point: Point = {}
    for name in reversed(tuple(space)):
        number, place = divmod(number, _size(name, space[name]))
        point[name] = _value(name, space[name], place)
    return {name: point[name] for name in space}


def _value(name: str, settings: Settings, place: int) -> object:
    """The value at a place among all that a choice comes to, those of an option's own choices counted."""
    for index, option in enumerate(options(name, settings)):
        if not isinstance(option, Mapping):
            if place == 0:
                return option
            place -= 1
            continue
        own = below(name, index, option)
        if place < size(own):
            drawn = _point(own, place)
            return {key: drawn.get(f"{name}[{index}].{key}", value) for key, value in option.items()}
        place -= size(own)
    raise IndexError(place)


def _size(name: str, settings: Settings) -> int:
    return sum(
        size(below(name, index, option)) if isinstance(option, Mapping) else 1
        for index, option in enumerate(options(name, settings))
    )
