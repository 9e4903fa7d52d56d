"""A page about a sweep that needs nothing else: plots and a table, for a browser or an editor, no script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from joblens.engine.records import number
from joblens.engine.sweep import plots
from joblens.engine.sweep.space import text
from joblens.engine.sweep.view import Trial, View, view

_REFRESH = 2
"""Seconds after which a browser loads the page of a running sweep anew."""

_STYLE = Path(__file__).with_name("page.css")


def page(folder: Path, *, nonce: str | None = None) -> str:
    """The page about the sweep in `folder`, as HTML; an editor's policy lets in a style with its `nonce`.

    Raises a UserError where that is no sweep.
    """
    return of(view(folder), nonce=nonce)


def of(seen: View, *, nonce: str | None = None) -> str:
    """The page about a sweep that was looked at."""
    marked = f' nonce="{escape(nonce)}"' if nonce else ""
    again = "" if seen.record.final or nonce else f'<meta http-equiv="refresh" content="{_REFRESH}">'
    parts = [_head(seen), *_plots(seen), _table(seen)]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width">{again}'
        f"<title>{escape(seen.record.name)}</title><style{marked}>{_STYLE.read_text(encoding='utf-8')}</style></head>\n"
        "<body>\n" + "\n".join(parts) + "\n</body></html>\n"
    )


def _head(seen: View) -> str:
    record, search, best = seen.record, seen.search, seen.best
    running = len(seen.running)
    counts = f"{len(seen.ended)} of {search.total} trials have ended" + (
        f", {running} running" * bool(running)
    )
    lines = [
        f"<h1>{escape(record.display_name or record.name)}</h1>",
        f'<p class="dim">{escape(record.status)}: {counts}. {escape(search.sampling.capitalize())} sampling, '
        f"{escape(search.goal)} {escape(search.metric)}.</p>",
    ]
    if record.reason:
        lines.append(f"<p>{escape(record.reason)}</p>")
    if best is not None:
        lines.append(
            f'<p class="best">{seen.superlative}: trial {best.number} with {escape(search.metric)} = '
            f"{number(best.metric)} ({escape(_said(best.values))})</p>"
        )
    elif seen.ended:
        lines.append(f"<p>No trial has reported '{escape(search.metric)}'.</p>")
    return "\n".join(lines)


def _plots(seen: View) -> list[str]:
    if not seen.ranked:
        return []
    parts = ["<h2>History</h2>", _wide(plots.history(seen))]
    if len(seen.ranked) > 1 and seen.names:
        parts += ["<h2>Values and metric</h2>", _wide(plots.parallel_coordinates(seen))]
    try:
        shares = seen.importances()
    except ImportError:  # optuna is not there
        shares = {}
    if shares:
        parts += ["<h2>What the result depends on</h2>", _wide(plots.bars(shares))]
    return parts


def _wide(part: str) -> str:
    """What has a width below which it cannot be read: it is moved under a narrow page."""
    return f'<div class="wide">{part}</div>'


def _table(seen: View) -> str:
    best = seen.best
    head = "".join(
        f"<th>{escape(name)}</th>"
        for name in ("trial", "status", *seen.names, seen.search.metric, "took", "")
    )
    rows = "\n".join(
        _row(seen, each, chosen=best is not None and each.number == best.number) for each in seen.trials
    )
    table = f"<table><tr>{head}</tr>\n{rows}\n</table>"
    return f"<h2>Trials</h2>\n{_wide(table)}"


def _row(seen: View, trial: Trial, *, chosen: bool) -> str:
    cells: Sequence[str] = [
        str(trial.number),
        trial.record.status,
        *(_value(trial.values[name]) if name in trial.values else "" for name in seen.names),
        "" if trial.metric is None else number(trial.metric),
        "" if trial.seconds is None else f"{trial.seconds:.1f} s",
    ]
    listed = "".join(f"<td>{escape(each)}</td>" for each in cells)
    mark = ' class="best"' if chosen else ""
    why = f'<td class="why">{escape(trial.record.reason)}</td>' if trial.record.reason else "<td></td>"
    return f"<tr{mark}>{listed}{why}</tr>"


def _said(values: Mapping[str, object]) -> str:
    return ", ".join(f"{name} = {_value(value)}" for name, value in values.items())


def _value(value: object) -> str:
    return number(value) if isinstance(value, float) else text(value)
