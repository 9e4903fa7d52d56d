"""What a command found, as the user wants it: a table, JSON, tabs, a part of it; in the words of `az`."""

from __future__ import annotations

import argparse
import json
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from joblens.cli.printing import as_json
from joblens.errors import UserError

Column: TypeAlias = "str | Callable[[Any], object]"
"""What stands in a column: a key (`a.b` for one inside another), or what a function says of the entry."""
Columns: TypeAlias = Mapping[str, Column]
"""The columns of a table by their headings."""

_FORMATS = ("json", "jsonc", "none", "table", "tsv", "yaml", "yamlc")
_NOT_IN_TABLES = frozenset({"id", "type", "etag"})
"""What the Azure command line leaves out of tables that it makes by itself."""


class QueryError(UserError):
    """A query cannot be read, or cannot be asked of what was found."""

    exit_code = 2


def add_output_arguments(command: argparse.ArgumentParser) -> None:
    """Let the user choose how the result looks: `--output`, `--query`, `--json`."""
    how = command.add_mutually_exclusive_group()
    how.add_argument(
        "--output",
        "-o",
        type=str.lower,
        choices=_FORMATS,
        metavar="FORMAT",
        help="table, json, tsv, yaml, or none",
    )
    how.add_argument(
        "--json", action="store_true", help="print JSON, one object per line; an error is an object on stderr"
    )
    command.add_argument(
        "--query", type=_query, metavar="JMESPATH", help="print only what this JMESPath query finds"
    )


def is_chosen(arguments: argparse.Namespace) -> bool:
    """Whether the user said how the result is to look; a command may have a text of its own otherwise."""
    return bool(arguments.output or arguments.json or arguments.query)


def printed(value: object, arguments: argparse.Namespace, columns: Columns) -> None:
    """Print a value, or a list of them, as the arguments say: a table, and a query's result as JSON."""
    asked = arguments.query
    plain = json.loads(json.dumps(value))
    found = plain if asked is None else _found(asked, plain)
    if found is None:  # as in az, where a query that finds nothing prints nothing
        return
    if arguments.json:
        for one in found if isinstance(found, list) else [found]:
            as_json(one)
        return
    output = arguments.output or ("table" if asked is None else "json")
    if output == "table":
        text = table(found if isinstance(found, list) else [found], columns if asked is None else None)
    else:
        text = _TEXTS[output](found)
    print(text, end="", flush=True)


def table(entries: Sequence[object], columns: Columns | None = None) -> str:
    """Entries, a line each under its headings; without columns, whatever single values they have."""
    rows = [_own_columns(one) if columns is None else _chosen_columns(one, columns) for one in entries]
    headings = list(dict.fromkeys(heading for row in rows for heading in row))
    if not headings:
        return ""
    cells = [[_cell(row.get(heading)) for heading in headings] for row in rows]
    widths = [max(map(len, column)) for column in zip(headings, *cells, strict=True)]
    lines = [headings, ["-" * width for width in widths], *cells]
    return "".join(f"{_line(line, widths)}\n" for line in lines)


def _query(text: str) -> Any:
    """A query, read before anything is done for it."""
    import jmespath

    try:
        return jmespath.compile(text)
    except (jmespath.exceptions.JMESPathError, ValueError) as error:
        raise QueryError(
            f"The query '{text}' cannot be read: {_first_line(error)}.",
            hint="Queries are in JMESPath (jmespath.org), such as \"[?status=='Running'].name\".",
        ) from error


def _found(query: Any, value: object) -> object:
    import jmespath

    try:
        return query.search(value, jmespath.Options(dict_cls=OrderedDict))
    except jmespath.exceptions.JMESPathError as error:
        raise QueryError(
            f"The query '{query.expression}' does not fit what was found: {_first_line(error)}.",
            hint="Look at it with '--output json' first.",
        ) from error


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0].rstrip(".:")


def _chosen_columns(entry: object, columns: Columns) -> dict[str, object]:
    return {
        heading: column(entry) if callable(column) else _at(entry, column)
        for heading, column in columns.items()
    }


def _at(entry: object, key: str) -> object:
    for part in key.split("."):
        entry = entry.get(part) if isinstance(entry, Mapping) else None
    return entry


def _own_columns(entry: object) -> dict[str, object]:
    """What is worth a column where nobody chose: single values, without addresses."""
    if isinstance(entry, Mapping):
        return {
            key[:1].upper() + key[1:]: value
            for key, value in entry.items()
            if key not in _NOT_IN_TABLES and value is not None and not isinstance(value, (list, dict))
        }
    if isinstance(entry, list):
        return {f"Column{number}": value for number, value in enumerate(entry, 1)}
    return {"Result": entry}


def _cell(value: object) -> str:
    return "" if value is None else " ".join(str(value).split())


def _line(cells: Iterable[str], widths: Sequence[int]) -> str:
    return "  ".join(f"{cell:{width}}" for cell, width in zip(cells, widths, strict=True)).rstrip()


def _json(found: object) -> str:
    return json.dumps(found, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _yaml(found: object) -> str:
    import yaml

    return str(yaml.safe_dump(json.loads(json.dumps(found)), default_flow_style=False, allow_unicode=True))


def _tsv(found: object) -> str:
    return "".join(f"{_tabs(one)}\n" for one in (found if isinstance(found, list) else [found]))


def _tabs(entry: object) -> str:
    """The values of an entry: in the order that a query gave them, else in that of their names."""
    if isinstance(entry, bool):
        return str(entry).lower()
    if isinstance(entry, list):
        return "\t".join(map(_between_tabs, entry))
    if isinstance(entry, dict):
        values = entry.values() if isinstance(entry, OrderedDict) else [entry[key] for key in sorted(entry)]
        return "\t".join(map(_between_tabs, values))
    return _between_tabs(entry)


def _between_tabs(value: object) -> str:
    if isinstance(value, list):
        return str(len(value))
    return "" if isinstance(value, dict) else str(value)


_TEXTS: Mapping[str, Callable[[object], str]] = {
    "json": _json,
    "jsonc": _json,
    "none": lambda _: "",
    "tsv": _tsv,
    "yaml": _yaml,
    "yamlc": _yaml,
}
