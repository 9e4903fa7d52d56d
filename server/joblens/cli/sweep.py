"""`joblens sweep show|export`: the search of a sweep, as a table that lives, as data, as a page."""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from joblens.cli.job import named
from joblens.cli.output import Columns, is_chosen, printed
from joblens.cli.printing import as_json
from joblens.cli.show import when
from joblens.engine import files, listing, tools
from joblens.engine.records import number
from joblens.engine.sweep.space import text
from joblens.engine.sweep.view import Trial, View, view
from joblens.errors import MissingToolError

if TYPE_CHECKING:
    from rich.console import RenderableType

_TURN = 0.5
"""Seconds between two looks at a sweep that runs."""
_ROWS = 40
"""Trials that a living table has room for."""
_STDOUT = Path("-")


def show(parsed: argparse.Namespace) -> int:
    """The trials of a sweep; in a terminal, for as long as it runs."""
    folder = _folder(parsed)
    if is_chosen(parsed):
        seen = view(folder)
        printed(list(rows(seen)), parsed, _columns(seen))
        return 0
    rich = _rich()
    console = rich.Console()
    seen = view(folder)
    if seen.record.final or not console.is_terminal or parsed.no_wait:
        console.print(_shown(seen, by=parsed.sort))
        return 0
    with rich.Live(_shown(seen, by=parsed.sort, most=_ROWS), console=console, auto_refresh=False) as live:
        while not seen.record.final:
            time.sleep(_TURN)
            seen = view(folder)
            live.update(_shown(seen, by=parsed.sort, most=_ROWS), refresh=True)
    return 0


def export(parsed: argparse.Namespace) -> int:
    """The trials as a table in a file, and as a page with plots."""
    folder = _folder(parsed)
    seen = view(folder)
    csv_file, html_file = parsed.csv, parsed.html
    if csv_file is None and html_file is None:
        html_file = Path(f"{seen.record.name}.html")
    try:
        if csv_file is not None:
            with _opened(csv_file) as written:
                _write_csv(seen, written)
        if html_file is not None:
            from joblens.engine.sweep.page import page

            with _opened(html_file) as written:
                written.write(page(folder))
    except OSError as error:
        raise files.refused("The file cannot be written", error, hint="Give another path.") from error
    for file in (csv_file, html_file):
        if file is None or file == _STDOUT:
            continue
        if parsed.json:
            as_json({"file": str(file)})
        else:
            print(file)
    return 0


def rows(seen: View) -> Iterable[dict[str, object]]:
    """The trials as plain data, one each."""
    best = seen.best
    for trial in seen.trials:
        record = trial.record
        yield {
            "name": record.name,
            "number": trial.number,
            "status": record.status,
            **{f"parameter.{name}": trial.values.get(name) for name in seen.names},
            f"metric.{seen.search.metric}": trial.metric,
            "best": best is not None and trial.number == best.number,
            "started": record.started,
            "ended": record.ended,
            "seconds": trial.seconds,
            "exit_code": record.exit_code,
            "reason": record.reason,
            "run_id": record.tracking.get("run_id"),
        }


def _columns(seen: View) -> Columns:
    metric = seen.search.metric
    told = {"Number": "number", "Status": "status"}
    told |= {name: f"parameter.{name}" for name in seen.names} | {metric: f"metric.{metric}", "Best": "best"}
    return {heading: _value(key) for heading, key in told.items()}


def _value(key: str) -> Callable[[Mapping[str, object]], object]:
    """By the whole key: a hyperparameter's name may have dots."""
    return lambda row: row.get(key)


def _folder(parsed: argparse.Namespace) -> Path:
    return listing.folder_of(named(parsed), Path.cwd())


@contextmanager
def _opened(file: Path) -> Iterator[TextIO]:
    if file == _STDOUT:
        yield sys.stdout
    else:
        with file.open("w", encoding="utf-8", newline="") as written:
            yield written


def _write_csv(seen: View, written: TextIO) -> None:
    found = list(rows(seen))
    writer = csv.DictWriter(written, fieldnames=list(found[0]) if found else ["name"])
    writer.writeheader()
    writer.writerows(found)


class _Rich:
    """The parts of rich that are used, imported when a table is asked for."""

    def __init__(self) -> None:
        from rich.console import Console, Group
        from rich.live import Live
        from rich.table import Table
        from rich.text import Text

        self.Console, self.Group, self.Live, self.Table, self.Text = Console, Group, Live, Table, Text


def _rich() -> _Rich:
    try:
        return _Rich()
    except ImportError as error:
        raise MissingToolError(
            "For a table, rich is missing here.", hint=f"{tools.install('rich')}, or use --json"
        ) from error


def _shown(seen: View, *, by: str, most: int | None = None) -> RenderableType:
    rich = _rich()
    table = rich.Table(box=None, header_style="bold", pad_edge=False)
    for name in ("trial", "status", *seen.names, seen.search.metric, "took", ""):
        numeric = name in {seen.search.metric, "took"}
        table.add_column(rich.Text(name), justify="right" if numeric else "left", overflow="fold")
    listed = _sorted(seen, by)
    best = seen.best
    for trial in listed[-most:] if most and by == "number" else listed[:most]:
        is_best = best is not None and trial.number == best.number
        cells = [rich.Text(each) for each in _cells(seen, trial, is_best=is_best)]  # as it is: no markup
        table.add_row(*cells, style="bold green" if is_best else None)
    parts: list[RenderableType] = [rich.Text(_head(seen)), table]
    if best is not None and best.metric is not None:
        parts.append(
            rich.Text(
                f"\n{seen.superlative}: {best.record.name} with {seen.search.metric} = {number(best.metric)}"
            )
        )
    depends = "" if most else _depends(seen)
    return rich.Group(*parts, *([rich.Text(depends)] if depends else []))


def _depends(seen: View) -> str:
    try:
        shares = seen.importances()
    except ImportError:  # optuna, which only sampling by Bayes needs besides
        return ""
    told = ", ".join(f"{name} {100 * share:.0f} %" for name, share in shares.items())
    return f"It depends on: {told}" if told else ""


def _head(seen: View) -> str:
    record, search = seen.record, seen.search
    running = len(seen.running)
    failed = sum(trial.record.status == "Failed" for trial in seen.ended)
    counts = [f"{len(seen.ended)} of {search.total} trials have ended"]
    counts += [f"{running} running"] if running else []
    counts += [f"{failed} failed"] if failed else []
    left = _left(seen)
    return (
        f"{record.name}: {record.status}, {', '.join(counts)}{left}\n"
        f"{search.sampling} sampling, {search.goal} {search.metric}, begun {when(record.created)}\n"
    )


def _left(seen: View) -> str:
    limit, started = seen.search.timeout, seen.record.started
    if not limit or started is None or seen.record.final:
        return ""
    return f", at most {max(0.0, limit - (time.time() - started)) / 60:.0f} min left"


def _sorted(seen: View, by: str) -> list[Trial]:
    if by == "number":
        return list(seen.trials)
    ranked = seen.ranked
    known = {trial.number for trial in ranked}
    return [*ranked, *(trial for trial in seen.trials if trial.number not in known)]


def _cells(seen: View, trial: Trial, *, is_best: bool) -> list[str]:
    record = trial.record
    shown = [number(trial.values[name]) if name in trial.values else "" for name in seen.names]
    shown = [value if isinstance(value, str) else text(value) for value in shown]
    metric = "" if trial.metric is None else number(trial.metric)
    took = "" if trial.seconds is None else f"{trial.seconds:.1f} s"
    said = seen.superlative.lower() if is_best else _short(record.reason)
    return [str(trial.number), record.status, *shown, metric, took, said]


def _short(reason: str) -> str:
    return reason if len(reason) <= 60 else reason[:57].rstrip() + "..."
