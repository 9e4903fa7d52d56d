"""Findings as SARIF 2.1.0: the format that code scanning, Azure DevOps and other viewers read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePath
from urllib.parse import quote

from joblens import __version__
from joblens.cli.checking.finding import Checked, Finding
from joblens.cli.checking.rules import Rule, rules

_LEVELS = {"error": "error", "warning": "warning", "hint": "note"}


def log(checked: Sequence[Checked]) -> dict[str, object]:
    """One run with every rule there is, and a result for each problem."""
    known = list(rules())
    driver = {
        "name": "Joblens",
        "semanticVersion": __version__,
        "rules": [_rule(one) for one in rules().values()],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(checked)],
        "results": [_result(finding, known) for one in checked for finding in one.findings],
    }
    return {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}


def _rule(rule: Rule) -> dict[str, object]:
    return {
        "id": rule.code,
        "shortDescription": {"text": f"{rule.title[0].upper()}{rule.title[1:]}."},
        "help": {"text": rule.text, "markdown": rule.text},
        "defaultConfiguration": {"level": _LEVELS[rule.level]},
    }


def _invocation(checked: Sequence[Checked]) -> dict[str, object]:
    unread = [one.unreadable[0] for one in checked if one.unreadable is not None]
    notes = [{"level": "error", "message": {"text": message}} for message in unread]
    return {"executionSuccessful": not unread, "toolExecutionNotifications": notes}


def _result(finding: Finding, known: list[str]) -> dict[str, object]:
    region = {
        "startLine": finding.line,
        "startColumn": finding.column,
        "endLine": finding.end_line,
        "endColumn": finding.end_column,
    }
    place = {"artifactLocation": {"uri": _uri(finding.path)}, "region": region}
    return {
        "ruleId": finding.code,
        "ruleIndex": known.index(finding.code),
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.message},
        "locations": [{"physicalLocation": place}],
    }


def _uri(path: str) -> str:
    """Relative to the folder that the command ran in, where the file is below it."""
    file, here = Path(path), Path.cwd()
    if file.is_absolute() and file.is_relative_to(here):
        file = file.relative_to(here)
    return file.as_uri() if file.is_absolute() else quote(PurePath(file).as_posix())
