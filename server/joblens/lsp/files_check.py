"""Checks the files of folders in a process of its own, at a low priority: typing never waits for it.

Reads one line of JSON: `folders`, the editor's `encoding` and `severity`, and `without`, paths that the
server answers for itself. Writes the number of files, then a line of JSON for each: its path and its problems
as LSP has them.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from pathlib import Path
from typing import Any

from lsprotocol.converters import get_converter

from joblens.engine.yaml_files import yaml_files
from joblens.job.disk import Disk
from joblens.lsp.check_settings import CheckSettings
from joblens.lsp.diagnostics import diagnostic
from joblens.lsp.workspace import OpenDocument


def main() -> None:
    """Check what stdin asks for."""
    if hasattr(os, "nice"):
        os.nice(10)
    asked = json.loads(sys.stdin.readline())
    without = set(asked["without"])
    settings = CheckSettings(lambda what: print(what, file=sys.stderr))
    settings.take(asked["severity"])
    found = [one.path for one in yaml_files(map(Path, asked["folders"]))]
    files = [file for file in found if str(file) not in without]
    _say(len(files))
    for file in files:
        _say({"path": str(file), "problems": _problems(file, asked["encoding"], settings)})


def _problems(file: Path, encoding: str, settings: CheckSettings) -> list[Any]:
    text = Disk(file.parent).text(file)
    if text is None:
        return []
    try:
        return _found(file, text, encoding, settings)
    except Exception:  # An edge: a bug that one file finds must not hide what is wrong with the others.
        logging.getLogger(__name__).exception("Not checked: %s", file)
        return []


def _found(file: Path, text: str, encoding: str, settings: CheckSettings) -> list[Any]:
    opened = OpenDocument(file.as_uri(), None, text, encoding, None, settings.of)
    return [_CONVERTER.unstructure(diagnostic(opened.positions, one)) for one in opened.problems]


def _say(value: object) -> None:
    print(json.dumps(value), flush=True)


_CONVERTER = get_converter()

if __name__ == "__main__":
    main()
