"""Points of a search space: what a point is made of, whoever draws its values, and how a value is written."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from joblens.engine.sweep.distributions import TYPES, check, number
from joblens.errors import JobFileError

Settings: TypeAlias = Mapping[str, Any]
Space: TypeAlias = Mapping[str, Settings]
Point: TypeAlias = dict[str, object]
Draw: TypeAlias = Callable[[str, Settings], Any]
"""Draws for one dimension: of a `choice` the index of an option, else the value. A dimension's name is that
of its hyperparameter; below an option of a choice it is like `model[0].depth`."""


def point(space: Space, draw: Draw) -> Point:
    """A value for each hyperparameter; of an option with hyperparameters of its own, for these too."""
    return {name: _value(name, settings, draw) for name, settings in space.items()}


def dimensions(space: Space) -> dict[str, Settings]:
    """All that can be drawn for a point, in order; of a choice's options all, though a point has but one."""
    return dict(_dimensions(space))


def drawn(space: Space, values: Mapping[str, object]) -> dict[str, Any] | None:
    """What was drawn for a point: `point` the other way round. None if it is no point of this space."""
    found: dict[str, Any] = {}
    complete = values.keys() == space.keys() and all(
        _found(name, settings, values[name], found) for name, settings in space.items()
    )
    return found if complete else None


def text(value: object) -> str:
    """A value as a command and a variable get it: JSON where it is a map, else as it is written."""
    return json.dumps(value, separators=(",", ":")) if isinstance(value, dict | list) else str(value)


def options(name: str, settings: Settings) -> Sequence[object]:
    """What a choice chooses from."""
    values = settings.get("values")
    if not isinstance(values, Sequence) or isinstance(values, str) or not values:
        raise JobFileError(f"The search space's '{name}' has no values.", hint="Give 'values: [...]'.")
    return values


def below(name: str, index: int, option: Mapping[str, Any]) -> Space:
    """The hyperparameters that an option of a choice has of its own, under their dimensions' names."""
    return {f"{name}[{index}].{key}": value for key, value in option.items() if _is_distribution(value)}


def kind(settings: Settings) -> str:
    """The distribution's type, in Azure ML's spelling: it folds the case."""
    return str(settings.get("type", "")).lower()


def check_space(space: Space, base: float = math.e) -> None:
    """Raise what keeps values from being drawn."""
    for name, settings in dimensions(space).items():
        if kind(settings) == "choice":
            for value in options(name, settings):
                _check_option(name, value)
        else:
            check(name, kind(settings), settings, base)


def _check_option(name: str, option: object) -> None:
    inner = option.values() if isinstance(option, Mapping) else (option,)
    for value in inner:
        if not (value is None or isinstance(value, str | int | float) or _is_distribution(value)):
            raise JobFileError(
                f"A value of '{name}' is neither a number, a text nor a map of distributions.",
                hint="Azure ML takes only these; write it as a text.",
            )


def _is_distribution(value: object) -> bool:
    return isinstance(value, Mapping) and kind(value) in TYPES


def _dimensions(space: Space) -> Iterator[tuple[str, Settings]]:
    for name, settings in space.items():
        yield name, settings
        if kind(settings) == "choice":
            for index, option in enumerate(options(name, settings)):
                if isinstance(option, Mapping):
                    yield from _dimensions(below(name, index, option))


def _value(name: str, settings: Settings, draw: Draw) -> object:
    if kind(settings) != "choice":
        return draw(name, settings)
    index = draw(name, settings)
    option = options(name, settings)[index]
    if not isinstance(option, Mapping):
        return option
    own = below(name, index, option)
    return {
        key: _value(f"{name}[{index}].{key}", value, draw) if f"{name}[{index}].{key}" in own else value
        for key, value in option.items()
    }


def _found(name: str, settings: Settings, value: object, found: dict[str, Any]) -> bool:
    """Whether the distribution can have drawn a value; adds what was drawn."""
    if kind(settings) != "choice":
        found[name] = number(value)
        return found[name] is not None
    for index, option in enumerate(options(name, settings)):
        inner = _of_option(name, index, option, value)
        if inner is not None:
            found |= {name: index, **inner}
            return True
    return False


def _of_option(name: str, index: int, option: object, value: object) -> dict[str, Any] | None:
    """What was drawn below an option for a value; None if the value is not from this option."""
    if not isinstance(option, Mapping) or not isinstance(value, Mapping):
        return {} if type(option) is type(value) and option == value else None
    if option.keys() != value.keys():
        return None
    found: dict[str, Any] = {}
    own = below(name, index, option)
    for key, inner in option.items():
        dimension = f"{name}[{index}].{key}"
        same = _found(dimension, inner, value[key], found) if dimension in own else inner == value[key]
        if not same:
            return None
    return found
