"""The `joblens` command: arguments in, one command called, exit code out; errors are printed here alone."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from joblens import __version__
from joblens.errors import UserError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that `arguments` name (those of the process when None); return its exit code."""
    parsed = parser().parse_args(arguments)
    try:
        return int(parsed.command(parsed))
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        if error.hint:
            print(f"hint: {error.hint}", file=sys.stderr)
        return error.exit_code


def parser() -> argparse.ArgumentParser:
    """The commands and their arguments."""
    top = argparse.ArgumentParser(prog="joblens", description="Azure ML jobs: checked, run here, submitted.")
    top.add_argument("--version", action="version", version=f"joblens {__version__}")
    commands = top.add_subparsers(title="commands", required=True, metavar="COMMAND")
    lsp = commands.add_parser("lsp", help="serve an editor over stdio")
    lsp.set_defaults(command=_lsp)
    return top


def _lsp(_: argparse.Namespace) -> int:
    from joblens.lsp.server import main as serve

    serve()
    return 0
