"""The formats of `joblens check` that are short: lines for people, JSON, and GitHub's workflow commands."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from joblens.cli.checking.finding import Checked, Finding

Format = Callable[[Sequence[Checked]], str]


def text(checked: Sequence[Checked]) -> str:
    """A line for each problem, as compilers print them."""
    return "".join(
        f"{one.path}:{one.line}:{one.column}: {one.severity} {one.code}: {one.message}\n"
        for one in _findings(checked)
    )


def as_json(checked: Sequence[Checked]) -> str:
    """One array, an object for each problem on a line of its own."""
    lines = [json.dumps(one._asdict()) for one in _findings(checked)]
    return "[" + ",".join(f"\n  {line}" for line in lines) + ("\n]\n" if lines else "]\n")


def github(checked: Sequence[Checked]) -> str:
    """Workflow commands: GitHub Actions shows them beside the lines of a pull request."""
    return "".join(_command(one) for one in _findings(checked))


def sarif(checked: Sequence[Checked]) -> str:
    """SARIF 2.1.0, for code scanning."""
    from joblens.cli.checking.sarif import log

    return json.dumps(log(checked), indent=2) + "\n"


FORMATS: dict[str, Format] = {"text": text, "json": as_json, "sarif": sarif, "github": github}


def _findings(checked: Sequence[Checked]) -> list[Finding]:
    return [finding for one in checked for finding in one.findings]


def _command(one: Finding) -> str:
    kind = {"hint": "notice"}.get(one.severity, one.severity)
    places: dict[str, object] = {
        "file": one.path,
        "line": one.line,
        "col": one.column,
        "endLine": one.end_line,
    }
    if one.end_line == one.line:  # a column of another line would be taken for one of this
        places["endColumn"] = one.end_column
    told = ",".join(f"{name}={_property(value)}" for name, value in {**places, "title": one.code}.items())
    return f"::{kind} {told}::{_escaped(one.message)}\n"


def _property(value: object) -> str:
    return _escaped(str(value)).replace(":", "%3A").replace(",", "%2C")


def _escaped(message: str) -> str:
    return message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
