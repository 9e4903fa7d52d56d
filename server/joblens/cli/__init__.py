"""The `joblens` command: arguments in, one command called, exit code out; errors are printed here alone."""

from __future__ import annotations

import argparse
import errno
import io
import os
import sys
from collections.abc import Sequence
from typing import TextIO

from joblens import __version__
from joblens.cli import arguments
from joblens.cli.printing import report
from joblens.errors import UserError

_NO_ROOM = (errno.ENOSPC, errno.EIO)


def main(given: Sequence[str] | None = None) -> int:
    """Run the command that the arguments name (those of the process when None); return its exit code."""
    _open_what_is_closed()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a job may print what this terminal has no letters for
            stream.reconfigure(errors="replace")
    given = sys.argv[1:] if given is None else given
    parsed = argparse.Namespace(json="--json" in given)
    try:
        parsed = arguments.parser(__version__, only=given[0] if given else None).parse_args(given)
        code = int(parsed.command(parsed))
        sys.stdout.flush()
        return code
    except UserError as error:
        report(error, json_lines=getattr(parsed, "json", False))
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our output went away, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        if error.errno not in _NO_ROOM or error.filename is not None:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        words = f"What was to be printed cannot be written: {os.strerror(error.errno).lower()}."
        report(UserError(words, hint="Make room, or have it printed elsewhere."), json_lines=False)
        return 1


def _open_what_is_closed() -> None:
    """A stream that is closed (`>&-`) leads nowhere; else the next file to be opened would take its place."""
    sys.stdin = sys.stdin or _nowhere(0, "r")
    sys.stdout = sys.stdout or _nowhere(1, "w")
    sys.stderr = sys.stderr or _nowhere(2, "w")


def _nowhere(number: int, mode: str) -> TextIO:
    opened = os.open(os.devnull, os.O_RDWR)
    if opened != number:
        os.dup2(opened, number)
        os.close(opened)
    os.set_inheritable(number, True)
    return io.TextIOWrapper(io.FileIO(number, mode, closefd=False), encoding="utf-8")
