"""What a submission would meet, printed before anything is uploaded; what is wrong stops it."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from joblens.cli.workspace import manager
from joblens.errors import JobFileError

if TYPE_CHECKING:
    from joblens.azure.preflight import Preflight
    from joblens.azure.workspace import Workspace
    from joblens.engine.source import Source


def look_ahead(parsed: argparse.Namespace, source: Source, workspace: Workspace) -> None:
    """Print all that is found; raises JobFileError where an error is among it."""
    from joblens.azure.preflight import preflight

    if parsed.skip_validation:
        return
    found = preflight(source.document, workspace, manager())
    lines = _lines(found, source)
    if found.errors:
        raise JobFileError(
            "\n".join(lines), hint="Nothing was uploaded; --skip-validation sends the job all the same."
        )
    if not parsed.json:
        for line in lines:
            print(line, file=sys.stderr)
        print(f"joblens: {found.summary}", file=sys.stderr)


def _lines(found: Preflight, source: Source) -> list[str]:
    """The problems as `joblens check` shows them; values that were set have no place in the file."""
    document = source.document
    lines = []
    for problem in found.problems:
        line, column = document.position(problem.span.start)
        place = f"{source.file}" if source.settings else f"{source.file}:{line + 1}:{column + 1}"
        lines.append(f"{place}: {problem.severity.value} {problem.code} {problem.message}")
    return lines
