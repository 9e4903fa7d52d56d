"""What a command says besides its result: JSON lines, and errors with their next step."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from joblens.errors import UserError


def as_json(data: object) -> None:
    """One JSON object on one line, at once."""
    print(json.dumps(data, ensure_ascii=False), flush=True)


def report(error: UserError, *, json_lines: bool) -> None:
    """The error on stderr, which leaves stdout to the command's result; its details in a file."""
    if json_lines:
        said = {"error": str(error), "hint": error.hint, "exit_code": error.exit_code}
        said |= {"details": error.details} if error.details else {}
        print(json.dumps(said, ensure_ascii=False), file=sys.stderr)
        return
    print(f"error: {error}", file=sys.stderr)
    if error.hint:
        print(f"hint: {error.hint}", file=sys.stderr)
    kept = _kept(error.details) if error.details else None
    if kept is not None:
        print(f"details: {kept}", file=sys.stderr)


def _kept(details: str) -> Path | None:
    """Where the newest error's details are, for whoever wants them."""
    from joblens.engine import folders

    file = folders.cache() / "azure" / "last-error.txt"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(details, encoding="utf-8")
    except OSError:
        return None
    return file
