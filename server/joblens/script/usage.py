"""What a command line asks of a script that takes certain arguments: unknown flags, and what is missing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from joblens.script.accepted import Arguments, Option

_NUMBER = re.compile(r"-\.?\d")


@dataclass(frozen=True, slots=True)
class Given:
    """One word of a command line."""

    text: str
    """As far as it is known."""
    known: bool = True
    """All of it is known."""
    splits: bool = False
    """It may become several words, or none."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What is wrong with a command line."""

    unknown: tuple[int, ...] = ()
    """The places of the words that are flags of no option."""
    missing: tuple[Option, ...] = ()
    """What is required and not given."""
    left: tuple[Option, ...] = ()
    """The options that are not given."""
    refused: tuple[tuple[int, Option], ...] = ()
    """The places of values that their option does not take."""


def usage(arguments: Arguments, given: Sequence[Given]) -> Usage:
    """Compare a command line with what the script takes."""
    return _Walk(arguments, given).usage()


@dataclass
class _Walk:
    arguments: Arguments
    given: Sequence[Given]
    at: int = 0
    seen: set[Option] = field(default_factory=set)
    unknown: list[int] = field(default_factory=list)
    refused: list[tuple[int, Option]] = field(default_factory=list)
    words: int = 0
    """So many words may be positional arguments."""
    open: bool = False
    """Something that is not known may give any of the options."""

    def usage(self) -> Usage:
        while self.at < len(self.given):
            word = self.given[self.at]
            self.at += 1
            if word.text == "--" and word.known:
                self.words += len(self.given) - self.at
                self.open |= any(one.splits for one in self.given[self.at :])
                break
            if self._is_flag(word):
                self._flag(word)
            else:
                self.words += 1
                self.open |= word.splits
        if any(option.ends for option in self.seen):
            return Usage()
        refuses = self.arguments.refuses
        left = tuple(one for one in self.arguments.options if one not in self.seen)
        return Usage(
            tuple(self.unknown) if refuses else (),
            () if self.open else tuple(self._missing()),
            left,
            tuple(self.refused) if refuses else (),
        )

    def _is_flag(self, word: Given) -> bool:
        if not word.text.startswith("-") or (word.text == "-" and word.known) or _NUMBER.match(word.text):
            return False
        return " " not in word.text.partition("=")[0]

    def _flag(self, word: Given) -> None:
        name, joined, value = word.text.partition("=")
        if not word.known and not joined:
            self.open = True
            return
        option, inside = self._find(name)
        if option is None:
            self.unknown.append(self.at - 1)
            return
        self.seen.add(option)
        if joined and option.values == 1:
            self._judge(option, Given(value, word.known, word.splits))
        if not joined and not inside:
            self._take_values(option)

    def _find(self, name: str) -> tuple[Option | None, bool]:
        """The option that a flag means, and whether its value stands in the same word."""
        options = self.arguments.options
        for option in options:
            if name in option.names:
                return option, False
        if self.arguments.abbreviates:
            begun = [one for one in options if any(other.startswith(name) for other in one.names)]
            if begun:
                self.open |= len(begun) > 1
                return begun[0], False
        if not name.startswith("--"):
            for option in options:
                if name[:2] in option.names:
                    # `-xvalue`, or several short flags in one.
                    self.open |= option.values == 0
                    self.seen.update(one for one in options if _may_end(one, name[2:]))
                    return option, True
        return None, False

    def _take_values(self, option: Option) -> None:
        wanted = option.values if option.values is not None else len(self.given)
        taken = 0
        while taken < wanted and self.at < len(self.given):
            word = self.given[self.at]
            if self._is_flag(word) and (option.values is None or not self.arguments.values_with_dash):
                break
            self.at += 1
            taken += 1
            self._judge(option, word)
        if option.values is None:
            # Some of them may be positional arguments.
            self.words += taken

    def _judge(self, option: Option, value: Given) -> None:
        """Keep a value that the option does not take; which of two of the same name is meant is not known."""
        twins = [one for one in self.arguments.options if not set(one.names).isdisjoint(option.names)]
        if value.known and not value.splits and len(twins) == 1 and not option.takes(value.text):
            self.refused.append((self.at - 1, option))

    def _missing(self) -> list[Option]:
        options = [one for one in self.arguments.options if one.required and one not in self.seen]
        needed = [one for one in self.arguments.positionals if one.required]
        room = self.words
        for one in needed:
            room -= one.values or 1
            if room < 0:
                options.append(one)
        return options


def _may_end(option: Option, letters: str) -> bool:
    """Whether the option ends the script, and one of the letters may be its short flag."""
    return option.ends and any(f"-{letter}" in option.names for letter in letters)
