"""The command-line arguments that a script takes, where it says so plainly: with argparse, click or typer."""

from __future__ import annotations

from functools import lru_cache

from joblens.script import argparse_arguments, click_arguments, typer_arguments
from joblens.script.accepted import Arguments
from joblens.script.source import Source, source_of

_OTHER_PARSERS = frozenset(
    {
        "absl",
        "clize",
        "configargparse",
        "docopt",
        "fire",
        "gflags",
        "hydra",
        "jsonargparse",
        "mldesigner",
        "plac",
        "sacred",
        "simple_parsing",
        "tap",
        "tyro",
    }
)
"""Packages that read the command line in ways of their own."""
_OTHER_NAMES = frozenset({"HfArgumentParser", "LightningCLI", "OptionParser", "getopt"})


_READERS = {
    "argparse": argparse_arguments.read,
    "click": click_arguments.read,
    "typer": typer_arguments.read,
}


@lru_cache(maxsize=128)
def arguments(text: str) -> Arguments | None:
    """The arguments of a script; None where they are not certain."""
    source = source_of(text)
    if source is None or source.packages & _OTHER_PARSERS or _names_other_parser(source):
        return None
    readers = [read for package, read in _READERS.items() if package in source.packages]
    return readers[0](source) if len(readers) == 1 else None


def _names_other_parser(source: Source) -> bool:
    return any(
        one.rpartition(".")[2] in _OTHER_NAMES for one in (*source.names.values(), *source.modules)
    ) or any(name in (source.dotted(call.func) or "") for call in source.calls for name in _OTHER_NAMES)
