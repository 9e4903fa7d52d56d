"""The arguments that a script takes, as data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Option:
    """One flag with all its names, or one positional argument."""

    names: tuple[str, ...]
    values: int | None = 1
    """How many words it takes; None where that varies or is not known."""
    required: bool = False
    """For certain."""
    ends: bool = False
    """It shows a text and ends the script, such as `--help`."""
    number: type[int] | type[float] | None = None
    """What a value is made into; None where it stays text, or that is not known."""
    choices: tuple[str | float, ...] = ()
    """The only values; empty where others are fine, or that is not known."""

    @property
    def name(self) -> str:
        """The name to show: the first long one."""
        return next((one for one in self.names if one.startswith("--")), self.names[0])

    def takes(self, word: str) -> bool:
        """Whether a value will do, as far as is known."""
        try:
            value = word if self.number is None else self.number(word)
        except ValueError:
            return False
        return not self.choices or value in self.choices


@dataclass(frozen=True, slots=True)
class Arguments:
    """What a script takes."""

    options: tuple[Option, ...]
    positionals: tuple[Option, ...]
    refuses: bool
    """For certain, a flag that is none of the options ends the script with an error."""
    abbreviates: bool
    """A flag may be shortened to what begins no other one."""
    values_with_dash: bool
    """What follows a flag that takes a value is that value, even with a dash before it."""
