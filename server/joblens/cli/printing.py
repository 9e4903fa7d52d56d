"""What a command says besides its result: JSON lines, and errors with their next step."""

from __future__ import annotations

import json
import sys

from joblens.errors import UserError


def as_json(data: object) -> None:
    """One JSON object on one line, at once."""
    print(json.dumps(data, ensure_ascii=False), flush=True)


def report(error: UserError, *, json_lines: bool) -> None:
    """The error on stderr, which leaves stdout to the command's result."""
    if json_lines:
        said = {"error": str(error), "hint": error.hint, "exit_code": error.exit_code}
        print(json.dumps(said, ensure_ascii=False), file=sys.stderr)
        return
    print(f"error: {error}", file=sys.stderr)
    if error.hint:
        print(f"hint: {error.hint}", file=sys.stderr)
