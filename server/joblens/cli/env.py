"""`joblens env list|build|show|remove|prune`: the environments that are kept for later runs."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from joblens.cli.output import Columns, is_chosen, printed
from joblens.cli.printing import as_json
from joblens.cli.run import configured_workspace
from joblens.cli.show import short, when
from joblens.engine.environments import cached, ordered, removal
from joblens.engine.environments.cached import Entry

_DAY = 86400.0
_UNITS = ("B", "kB", "MB", "GB", "TB")
_COLUMNS: Columns = {
    "Name": "name",
    "For": "kind",
    "Size": lambda entry: size(entry["size"]),
    "Python": "python",
    "Used": lambda entry: when(entry["used"]),
    "MadeFrom": lambda entry: entry["what"][:100],
}


def list_environments(parsed: argparse.Namespace) -> int:
    """A line for each environment, the last used first."""
    found = cached.listed(_silent if is_chosen(parsed) else _note)
    printed([entry.data() for entry in found], parsed, _COLUMNS)
    if not found and not is_chosen(parsed):
        print("No environments are kept; the first run of a job builds its own.", file=sys.stderr)
    return 0


def build(parsed: argparse.Namespace) -> int:
    """The environment of a job, or of a conda file, built unless it is there."""
    made = ordered.build(
        parsed.file,
        note=_note,
        echo=_echo,
        refresh=parsed.refresh,
        allow_drift=parsed.allow_drift,
        backend=parsed.backend or "auto",
        workspace=configured_workspace,
    )
    if parsed.json:
        as_json(made.data())
        return 0
    for line in made.drift:
        _note(line)
    print(made.name)
    print(made.place, file=sys.stderr)
    return 0


def show(parsed: argparse.Namespace) -> int:
    """One environment, a fact per line."""
    entry = cached.named(parsed.name, cached.listed(_silent))
    if parsed.json:
        as_json(entry.data())
    else:
        print(_details(entry))
    return 0


def remove(parsed: argparse.Namespace) -> int:
    """Environments by their names."""
    entries = cached.listed(_silent)
    for entry in [cached.named(name, entries) for name in parsed.names]:
        cached.remove(entry)
        _removed(entry, parsed.json)
    return 0


def prune(parsed: argparse.Namespace) -> int:
    """What no run has used for a while, and what ended builders left."""
    before = time.time() - parsed.older_than * _DAY
    found = cached.unused(cached.listed(_silent if parsed.json else _note), before)
    for entry in found:
        if not parsed.dry_run:
            cached.remove(entry)
        _removed(entry, parsed.json)
    left = 0 if parsed.dry_run else removal.remove_leftovers()
    if not parsed.json:
        would = "would be " if parsed.dry_run else ""
        freed = size(sum(entry.size for entry in found) + left)
        print(f"{len(found)} environments {would}removed, {freed}.", file=sys.stderr)
    return 0


def _removed(entry: Entry, json_lines: bool) -> None:
    if json_lines:
        as_json({"name": entry.name, "size": entry.size})
    else:
        print(entry.name)


def _details(entry: Entry) -> str:
    facts = {
        "name": entry.name,
        "for": entry.kind,
        "python": entry.python,
        "made from": entry.what,
        "size": size(entry.size),
        "built": when(entry.created),
        "last used": when(entry.used),
        "used by": ", ".join(entry.runs[:10]),
        "in use by": entry.in_use and short(Path(entry.in_use)),
        "place": entry.place,
    }
    return "\n".join(f"{name + ':':12}{value}" for name, value in facts.items() if value)


def size(count: float) -> str:
    """A number of bytes as people read it."""
    for unit in _UNITS:
        if count < 1000 or unit == _UNITS[-1]:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    raise AssertionError


def _note(text: str) -> None:
    print(f"joblens: {text}", file=sys.stderr)


def _echo(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _silent(_text: str) -> None:
    pass
