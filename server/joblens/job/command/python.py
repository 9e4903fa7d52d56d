"""The Python script or module behind `python`, `torchrun`, `accelerate launch` and their like."""

from __future__ import annotations

import re

from joblens.job.command.action import ANYTHING, NOTHING, Action, Does, Language, Made, runs
from joblens.job.command.words import Word

_PYTHON = re.compile(r"(?:\S*/)?python(?:\d+(?:\.\d+)?)?")
_ALONE = re.compile(r"-[bBdEOqsSuvx]+")
_WITH_VALUE = ("-W", "-X")
_TELLS = ("--version", "-V", "-VV", "-h", "--help")
_LAUNCHERS = ("torchrun", "deepspeed")
_LAUNCHING_MODULES = (
    "torch.distributed.launch",
    "torch.distributed.run",
    "accelerate.commands.launch",
    "deepspeed.launcher.runner",
)
_OTHER_PROGRAMS = ("--no_python", "--no-python")
_ADD_FILES = ("-e", "--editable", "-t", "--target", "--src", "--prefix", "--root", "download", "wheel")


def is_python(word: Word) -> bool:
    """Whether the word starts a Python interpreter."""
    return word.known and _PYTHON.fullmatch(word.text) is not None


def launched(words: list[Word]) -> Action | None:
    """What the launcher at the head of the words runs; None where there is none."""
    program = words[0].text.rpartition("/")[2]
    if program in _LAUNCHERS:
        return _behind_launcher(words[1:])
    if program == "accelerate" and len(words) > 1 and words[1].text == "launch":
        return _behind_launcher(words[2:])
    return None


def interpreted(words: list[Word]) -> Action:
    """What the interpreter at the head of the words runs."""
    rest = words[1:]
    while rest:
        option = rest[0].text
        if not rest[0].known or option in ("-c", "-"):
            return Action(Does.OTHER, made=Made.SCRIPT)
        if option == "-m":
            return _module(rest[1:])
        if option in _TELLS:
            return NOTHING
        if option in _WITH_VALUE:
            rest = rest[2:]
        elif option.startswith(_WITH_VALUE) or _ALONE.fullmatch(option):
            rest = rest[1:]
        else:
            return runs(rest[0], rest[1:], Language.PYTHON)
    return Action(Does.OTHER, made=Made.SCRIPT)


def installed(arguments: list[Word]) -> Action:
    """What `pip` leaves behind: nothing in the working directory, unless it is told to."""
    return ANYTHING if any(one.text in _ADD_FILES for one in arguments) else NOTHING


def _module(words: list[Word]) -> Action:
    if not words or not words[0].known:
        return ANYTHING
    if words[0].text in _LAUNCHING_MODULES:
        return _behind_launcher(words[1:])
    if words[0].text == "pip":
        return installed(words[1:])
    return runs(words[0], words[1:], Language.MODULE)


def _behind_launcher(words: list[Word]) -> Action:
    """The first word that is a script, or the module behind `-m`; what stands before is the launcher's."""
    before = ""
    for index, word in enumerate(words):
        flag, before = before, word.text
        if not word.known:
            if word.text.endswith(".py") or (word.splits and not flag.startswith("-")):
                break
        elif word.text in _OTHER_PROGRAMS:
            break
        elif word.text in ("-m", "--module"):
            return _module_behind(words[index + 1 :])
        elif word.text.endswith(".py") and not word.text.startswith("-"):
            return runs(word, words[index + 1 :], Language.PYTHON)
    return Action(Does.OTHER, made=Made.SCRIPT)


def _module_behind(words: list[Word]) -> Action:
    if not words or not words[0].known or "." not in words[0].text or words[0].text.endswith(".py"):
        return Action(Does.OTHER, made=Made.SCRIPT)
    return runs(words[0], words[1:], Language.MODULE)
