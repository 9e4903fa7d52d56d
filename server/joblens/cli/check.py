"""`joblens check`: the problems of job files, one line each."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from joblens import checks
from joblens.checks.problem import Problem, Severity
from joblens.checks.subject import Subject
from joblens.cli.printing import as_json, report
from joblens.engine import files
from joblens.errors import JobFileError
from joblens.text.document import Document


def check(parsed: argparse.Namespace) -> int:
    """Print the problems of all files; 2 when there is an error among them, or one cannot be read."""
    failed = False
    for file in parsed.files:
        try:
            subject = Subject(Document(files.text_of(file), file.absolute()))
        except JobFileError as error:
            report(error, json_lines=parsed.json)
            failed = True
            continue
        found = checks.check(subject)
        _print(file, subject, found, json_lines=parsed.json)
        failed |= any(problem.severity is Severity.ERROR for problem in found)
    return 2 if failed else 0


def _print(file: Path, subject: Subject, found: list[Problem], *, json_lines: bool) -> None:
    for problem in found:
        if json_lines:
            as_json(_data(file, subject.document, problem))
            continue
        line, column = subject.document.position(problem.span.start)
        place = f"{file}:{line + 1}:{column + 1}"
        print(f"{place}: {problem.severity.value} {problem.code}: {problem.message}")
    if subject.kind is None and not json_lines:
        print(f"note: {file} is not an Azure ML file, nothing was checked.", file=sys.stderr)


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
