"""What one simple command does, as far as the scripts of a job are concerned."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum

from joblens.job.command.words import Word


class Made(IntEnum):
    """What may lie in the working directory that the code folder does not have."""

    NOTHING = 0
    SCRIPT = 1
    """What a script of the code folder leaves behind: data as a rule, code hardly ever."""
    ANYTHING = 2
    """Code that was cloned, copied, fetched or written."""


class Language(Enum):
    """What a script is, or how it is named."""

    PYTHON = "python"
    MODULE = "module"
    """A Python module by its dotted name (`python -m`)."""
    OTHER = "other"
    """A script of a shell or of R, or a program: only its being there is of interest."""


class Does(Enum):
    """The sorts of simple commands."""

    NOTHING = "nothing"
    TESTS = "tests"
    """Its outcome decides whether what follows it is run."""
    ENTERS = "enters"
    """Changes the working directory."""
    RUNS = "runs"
    READS = "reads"
    """Takes a text for another shell."""
    ENDS = "ends"
    """Nothing after it is run."""
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Action:
    """A simple command, understood."""

    does: Does
    word: Word | None = None
    """The script, the folder, or the text for the other shell."""
    arguments: tuple[Word, ...] = ()
    language: Language = Language.OTHER
    made: Made = Made.NOTHING
    lost: bool = False
    """The working directory is not known after it."""
    last: bool = False
    """It takes the shell's place (`exec`)."""
    paths: bool = False
    """It changes where Python looks for modules."""


NOTHING = Action(Does.NOTHING)
ANYTHING = Action(Does.OTHER, made=Made.ANYTHING)
LOST = Action(Does.OTHER, made=Made.ANYTHING, lost=True)


def runs(word: Word, arguments: list[Word], language: Language) -> Action:
    """A script that is started with these arguments."""
    if not word.known or word.optional or word.text.startswith(("/", "-")) or not word.text:
        return Action(Does.OTHER, made=Made.ANYTHING if language is Language.OTHER else Made.SCRIPT)
    return Action(Does.RUNS, word, tuple(arguments), language, Made.SCRIPT)
