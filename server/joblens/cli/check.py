"""`joblens check`: the problems of job files, one line each."""

from __future__ import annotations

import argparse
from pathlib import Path

from joblens import checks
from joblens.checks.problem import Problem, Severity
from joblens.cli.show import as_json
from joblens.errors import JobFileError
from joblens.text.document import Document


def check(parsed: argparse.Namespace) -> int:
    """Print the problems of all files; 2 when there is an error among them."""
    found = [(file, document, problem) for file in parsed.files for document, problem in _problems(file)]
    for file, document, problem in found:
        if parsed.json:
            as_json(_data(file, document, problem))
        else:
            line, column = document.position(problem.span.start)
            place = f"{file}:{line + 1}:{column + 1}"
            print(f"{place}: {problem.severity.value} {problem.code}: {problem.message}")
    return 2 if any(problem.severity is Severity.ERROR for _, _, problem in found) else 0


def _problems(file: Path) -> list[tuple[Document, Problem]]:
    try:
        document = Document(file.read_text(encoding="utf-8"), file.absolute())
    except (OSError, UnicodeDecodeError) as error:
        raise JobFileError(f"The file cannot be read: {file} ({error}).", hint="Give job files.") from error
    return [(document, problem) for problem in checks.problems(document)]


def _data(file: Path, document: Document, problem: Problem) -> dict[str, object]:
    start, end = document.position(problem.span.start), document.position(problem.span.end)
    return {
        "file": str(file),
        "line": start[0] + 1,
        "column": start[1] + 1,
        "end_line": end[0] + 1,
        "end_column": end[1] + 1,
        "severity": problem.severity.value,
        "code": problem.code,
        "message": problem.message,
    }
