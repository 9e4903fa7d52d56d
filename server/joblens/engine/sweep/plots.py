"""Plots of a sweep as SVG: how it went, which values led where, what the result depends on."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from joblens.engine.records import number
from joblens.engine.sweep import space
from joblens.engine.sweep.space import text
from joblens.engine.sweep.view import Trial, View

_WIDTH, _HEIGHT, _EDGE = 900, 260, 60
_NAMED = 12
"""Values of a choice that an axis has room for."""


@dataclass(frozen=True, slots=True)
class _Axis:
    """A line with values on it."""

    name: str
    place: Callable[[object], float | None]
    """Where on it a value lies, from 0 (below) to 1; None for what it has no place for."""
    ticks: Sequence[tuple[float, str]]


def history(seen: View) -> str:
    """Each trial's metric, and the best so far, in the order of the trials."""
    known = [trial for trial in seen.trials if trial.metric is not None]
    axis = _linear(seen.search.metric, [trial.metric or 0.0 for trial in known], logarithmic=False)
    last = max(trial.number for trial in known) or 1
    parts = [_frame(axis)]
    best: float | None = None
    line: list[str] = []
    for trial in known:
        value = trial.metric or 0.0
        x, y = _EDGE + trial.number / last * (_WIDTH - 2 * _EDGE), _y(axis.place(value) or 0.0)
        better = best is None or (value < best if seen.search.goal == "minimize" else value > best)
        line.append(f"{'M' if best is None else 'H'}{x:.1f}" + (f",{y:.1f}" if best is None else ""))
        if better:
            best = value
            line.append(f"V{y:.1f}")
        kind = "failed" if trial.record.status == "Failed" else "top" if better else "dot"
        parts.append(
            f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="3.5">{_title(seen, trial)}</circle>'
        )
    parts.insert(1, f'<path class="so-far" d="{"".join(line)}"/>')
    parts.append(f'<text x="{_WIDTH - _EDGE}" y="{_HEIGHT - 8}" text-anchor="end">trial {last}</text>')
    parts.append(f'<text x="{_EDGE}" y="{_HEIGHT - 8}">trial 0</text>')
    return _svg(parts)


def parallel_coordinates(seen: View) -> str:
    """A line for each trial through its values to its metric; the darker, the better."""
    trials = list(reversed(seen.ranked))  # the best lies on top
    settings = space.dimensions(seen.search.space)
    axes = [
        _axis(name, settings.get(name), [each.values.get(name) for each in trials]) for name in seen.names
    ]
    axes.append(_linear(seen.search.metric, [each.metric or 0.0 for each in trials], logarithmic=False))
    step = (_WIDTH - 2 * _EDGE) / max(1, len(axes) - 1)
    parts: list[str] = []
    for rank, trial in enumerate(trials):
        values = [*(trial.values.get(name) for name in seen.names), trial.metric]
        points = [
            f"{_EDGE + index * step:.1f},{_y(place):.1f}"
            for index, (axis, value) in enumerate(zip(axes, values, strict=True))
            if (place := axis.place(value)) is not None
        ]
        chosen = " chosen" if rank == len(trials) - 1 else ""
        crowd = 1 + len(trials) / 50  # of many lines, only those of the best stand out
        shade = 0.15 / crowd + 0.6 * (rank / len(trials)) ** crowd
        parts.append(
            f'<polyline class="trial{chosen}" opacity="{shade:.3f}" points="{" ".join(points)}">'
            f"{_title(seen, trial)}</polyline>"
        )
    for index, axis in enumerate(axes):
        parts.append(_upright(axis, _EDGE + index * step))
    return _svg(parts)


def bars(shares: Mapping[str, float]) -> str:
    """A bar for each share."""
    row, left = 24, 260
    parts = []
    for index, (name, share) in enumerate(shares.items()):
        y = index * row
        width = share * (_WIDTH - left - 60)
        parts.append(f'<text x="{left - 8}" y="{y + 16}" text-anchor="end">{escape(name)}</text>')
        parts.append(
            f'<rect class="bar" x="{left}" y="{y + 4}" width="{width:.1f}" height="{row - 8}" rx="2"/>'
        )
        parts.append(f'<text x="{left + width + 6:.1f}" y="{y + 16}">{100 * share:.0f} %</text>')
    return _svg(parts, height=row * len(shares))


def _axis(name: str, settings: Mapping[str, object] | None, values: Sequence[object]) -> _Axis:
    """The axis of a hyperparameter: numbers by size, the rest, and few of a choice, side by side."""
    present = [value for value in values if value is not None]
    numbers = [value for value in present if isinstance(value, int | float) and not isinstance(value, bool)]
    kind = space.kind(settings) if settings else ""
    if len(numbers) < len(present) or kind == "choice":
        return _named(name, present)
    return _linear(name, numbers, logarithmic="log" in kind and min(numbers, default=0) > 0)


def _named(name: str, values: Sequence[object]) -> _Axis:
    try:
        known = [text(value) for value in sorted(dict.fromkeys(values))]  # type: ignore[type-var]
    except TypeError:  # of several types
        known = sorted({text(value) for value in values})
    known = list(dict.fromkeys(known))
    places = {one: (index + 0.5) / len(known) for index, one in enumerate(known)}
    shown = known if len(known) <= _NAMED else [known[0], known[-1]]
    return _Axis(
        name,
        lambda value: None if value is None else places.get(text(value)),
        [(places[one], one if len(one) <= 16 else one[:15] + "…") for one in shown],
    )


def _linear(name: str, values: Sequence[float], *, logarithmic: bool) -> _Axis:
    finite = [value for value in values if math.isfinite(value)] or [0.0]
    low, high = min(finite), max(finite)

    def scaled(value: float) -> float:
        return math.log(value) if logarithmic else value

    width = scaled(high) - scaled(low)

    def place(value: object) -> float | None:
        if not isinstance(value, int | float) or not math.isfinite(value):
            return None
        return (scaled(value) - scaled(low)) / width if width else 0.5

    middle = math.sqrt(low * high) if logarithmic else (low + high) / 2
    ticks = [(0.0, low), (0.5, middle), (1.0, high)] if width else [(0.5, low)]
    return _Axis(name, place, [(at, number(float(value))) for at, value in ticks])


def _y(place: float) -> float:
    return _HEIGHT - 36 - place * (_HEIGHT - 66)


def _frame(axis: _Axis) -> str:
    parts = [f'<text x="{_EDGE}" y="14">{escape(axis.name)}</text>']
    for place, label in axis.ticks:
        y = _y(place)
        parts.append(f'<line class="axis" x1="{_EDGE}" x2="{_WIDTH - _EDGE}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text x="{_EDGE - 6}" y="{y + 4:.1f}" text-anchor="end">{escape(label)}</text>')
    return "".join(parts)


def _upright(axis: _Axis, x: float) -> str:
    first, last = x <= _EDGE, x >= _WIDTH - _EDGE - 1
    # A long name at an edge goes inwards: what is outside the picture is not seen.
    middle, anchor = (0.0, "start") if first else (float(_WIDTH), "end") if last else (x, "middle")
    parts = [
        f'<line class="axis" x1="{x:.1f}" x2="{x:.1f}" y1="{_y(1):.1f}" y2="{_y(0):.1f}"/>',
        f'<text x="{middle:.1f}" y="14" text-anchor="{anchor}">{escape(axis.name)}</text>',
    ]
    side, anchor = (x - 6, "end") if last else (x + 6, "start")
    for place, label in axis.ticks:
        parts.append(
            f'<text x="{side:.1f}" y="{_y(place) + 4:.1f}" text-anchor="{anchor}">{escape(label)}</text>'
        )
    return "".join(parts)


def _title(seen: View, trial: Trial) -> str:
    values = ", ".join(f"{name}={text(value)}" for name, value in trial.values.items())
    metric = "" if trial.metric is None else f"\n{seen.search.metric} = {number(trial.metric)}"
    return f"<title>{escape(f'trial {trial.number}: {values}{metric}')}</title>"


def _svg(parts: Sequence[str], height: int = _HEIGHT) -> str:
    return f'<svg viewBox="0 0 {_WIDTH} {height}" role="img">{"".join(parts)}</svg>'
