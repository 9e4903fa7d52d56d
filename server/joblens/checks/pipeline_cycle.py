"""JL404, JL405: steps that wait for each other, or for themselves; the client sends them, and none starts."""

from __future__ import annotations

from collections.abc import Iterator

from joblens.checks.pipeline_binding import binds_itself
from joblens.checks.problem import Problem, shortened
from joblens.checks.subject import Subject
from joblens.job.pipeline import Binding, Pipeline, Place

SELF = "JL404"
CYCLE = "JL405"


def problems(subject: Subject) -> Iterator[Problem]:
    """Every binding to its own step, and every binding that closes a circle of steps."""
    pipeline = subject.pipeline
    if pipeline is None:
        return
    for step, binding in pipeline.bindings:
        if binds_itself(step, binding):
            given = f"'{shortened(binding.entry, 30)}' of step '{shortened(step.name, 20)}'"
            message = f"{given} is bound to its own step. Bind it to another, or to an input."
            yield Problem(SELF, message, binding.span)
    waits = _waits(pipeline)
    if _has_circle(waits):
        yield from _closing(waits)


_Waits = dict[str, list[tuple[str, Binding]]]


def _waits(pipeline: Pipeline) -> _Waits:
    """For each step, the others whose outputs it takes."""
    found: _Waits = {name: [] for name in pipeline.steps}
    for step, binding in pipeline.bindings:
        source = binding.expression.step
        joins = binding.place is Place.INPUT and binding.whole
        if not joins or source is None or source == step.name or source not in found:
            continue
        if binding.expression.context == f"parent.jobs.{source}.outputs":
            found[step.name].append((source, binding))
    return found


def _has_circle(waits: _Waits) -> bool:
    """Whether some steps are left when, again and again, those that wait for none are taken away."""
    left = {name: {source for source, _ in sources} for name, sources in waits.items()}
    takers: dict[str, list[str]] = {name: [] for name in waits}
    for name, sources in left.items():
        for source in sources:
            takers[source].append(name)
    ready = [name for name, sources in left.items() if not sources]
    done = 0
    while ready:
        name = ready.pop()
        done += 1
        for taker in takers[name]:
            left[taker].discard(name)
            if not left[taker]:
                ready.append(taker)
    return done < len(waits)


def _closing(waits: _Waits) -> Iterator[Problem]:
    """The bindings that close a circle when all are put in by the order of the text."""
    edges = [(name, source, binding) for name, sources in waits.items() for source, binding in sources]
    before: dict[str, list[str]] = {name: [] for name in waits}
    for name, source, binding in sorted(edges, key=lambda edge: edge[2].span):
        way = _way(before, source, name)
        if way is None:
            before[name].append(source)
        else:
            shown = shortened(" -> ".join((*way, source)), 50)
            message = f"Steps wait for each other: {shown}. Remove one of the bindings."
            yield Problem(CYCLE, message, binding.span)


def _way(before: dict[str, list[str]], start: str, end: str) -> list[str] | None:
    """The steps from `start` to `end`, each waiting for the next."""
    came_from: dict[str, str | None] = {start: None}
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name == end:
            way: list[str] = []
            step: str | None = name
            while step is not None:
                way.insert(0, step)
                step = came_from[step]
            return way
        for source in before[name]:
            if source not in came_from:
                came_from[source] = name
                waiting.append(source)
    return None
