"""`joblens check`: the problems of files and folders; finds the files, checks them, prints what was found."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from joblens.checks.configuration import Configuration, settings_of
from joblens.cli.checking.finding import Checked, checked_text
from joblens.cli.checking.formats import FORMATS
from joblens.cli.checking.parallel import Task, check_all
from joblens.cli.printing import report
from joblens.engine.yaml_files import Named, yaml_files
from joblens.errors import JobFileError

_STDIN = Path("-")


def check(parsed: argparse.Namespace) -> int:
    """Print the problems; 0 when none is an error, 1 when one is, 2 when a file could not be read."""
    parsed.json = parsed.format == "json"  # errors are told the same way
    named = _named(parsed)
    if named is None:
        checked = [_stdin(parsed)]
    else:
        checked = check_all(_tasks(named, force_exclude=parsed.force_exclude), parsed.jobs)
    sys.stdout.write(FORMATS[parsed.format](checked))
    for one in checked:
        if one.unreadable is not None:
            report(JobFileError(one.unreadable[0], hint=one.unreadable[1]), json_lines=parsed.json)
    if parsed.format == "text" and not parsed.quiet:
        passed_over = {str(one.path) for one in named or () if not one.explicit}
        _tell(checked, passed_over)
    return _exit_code(checked, parsed.max_warnings)


def _named(parsed: argparse.Namespace) -> list[Named] | None:
    """The files that are meant; None for what comes over stdin."""
    if _STDIN not in parsed.paths:
        if parsed.stdin_filename is not None:
            raise JobFileError("--stdin-filename is given, but nothing is read from stdin.", hint="Add '-'.")
        return yaml_files(parsed.paths)
    if len(parsed.paths) > 1:
        raise JobFileError("'-' stands for the only file.", hint="Leave the other files out.")
    return None


def _tasks(named: Sequence[Named], *, force_exclude: bool) -> list[Task]:
    """Each file with its settings, without those that are excluded."""
    configuration = Configuration()
    found = [(one, one.path.absolute()) for one in named]
    tasks = [(one, path, configuration.of(path.parent)) for one, path in found]
    return [
        (one.path, settings)
        for one, path, settings in tasks
        if (one.explicit and not force_exclude) or not settings.excludes(path)
    ]


def _stdin(parsed: argparse.Namespace) -> Checked:
    path: Path | None = parsed.stdin_filename
    shown = "<stdin>" if path is None else str(path)
    settings = settings_of(path or Path(shown))
    if parsed.force_exclude and path is not None and settings.excludes(path.absolute()):
        return Checked(shown)
    try:
        text = sys.stdin.buffer.read().decode("utf-8")
    except UnicodeDecodeError:
        return Checked(
            shown, unreadable=(f"{shown} is not text in UTF-8.", "Give the text of a job's YAML file.")
        )
    return checked_text(text, shown, path, settings)


def _tell(checked: Sequence[Checked], passed_over: set[str]) -> None:
    """How it went, on stderr: stdout has the problems alone."""
    for one in checked:
        if not one.is_ours and one.path not in passed_over:
            print(f"note: {one.path} is not an Azure ML file, nothing was checked.", file=sys.stderr)
    ours = sum(one.is_ours and one.unreadable is None for one in checked)
    counts = Counter(finding.severity for one in checked for finding in one.findings)
    said = [_counted(counts[each], each) for each in ("error", "warning", "hint") if counts[each]]
    if ours:
        print(f"Checked {_counted(ours, 'file')}: {', '.join(said) or 'no problems'}.", file=sys.stderr)
    else:
        print("There was no Azure ML file to check.", file=sys.stderr)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _exit_code(checked: Sequence[Checked], max_warnings: int | None) -> int:
    if any(one.unreadable is not None for one in checked):
        return 2
    counts = Counter(finding.severity for one in checked for finding in one.findings)
    too_many = max_warnings is not None and counts["warning"] > max_warnings
    return 1 if counts["error"] or too_many else 0
